from markupsafe import Markup

from odoo import api, models

from ...engine import chain
from ..dunning_apart import each_apart

DAYS = 7


class DunningChainHead(models.AbstractModel):
    """Sends the head of each chain to where nobody of the database can change it."""

    _name = "dunning.chain.head"
    _description = "Head of the Record"

    @api.model
    def _send_weekly(self):
        """Once a week per company that gave an address. One that fails stops no other."""
        companies = self.env["res.company"].search([("dunning_head_email", "!=", False)])
        each_apart(companies.filtered(self._is_due), self._send, "Head of the record of events")

    @api.model
    def _is_due(self, company):
        sent = company.dunning_head_sent_on
        # a day to come is one of a clock that was wrong
        return not sent or not 0 <= (company._dunning_today() - sent).days < DAYS

    @api.model
    def _send(self, company):
        """Put the mail with the head in the outbox; its values, None where nothing happened yet."""
        self.env["dunning.sealing"]._seal()
        head = self.env["dunning.sealing"]._head_now(company)
        if not head:
            return None
        env = self.with_context(lang=company._dunning_lang()).env
        text = chain.canonical(head)
        self.env["mail.mail"].sudo().create(  # sudo: as above
            {
                "subject": env._(
                    "Record of events of %(company)s: event %(seq)s", company=company.name, seq=head["seq"]
                ),
                "body_html": Markup("<p>%s</p><pre>%s:%s</pre>")
                % (
                    env._(
                        "Keep this mail. With the line below anybody can check later that no event up to number %s was "
                        "changed or removed.",
                        head["seq"],
                    ),
                    head["seq"],
                    head["digest"],
                ),
                "email_to": company.dunning_head_email,
                "email_from": company.email_formatted or self.env.user.email_formatted,
                "attachment_ids": [
                    (0, 0, {"name": f"head-{head['seq']}.json", "raw": text.encode(), "mimetype": "application/json"})
                ],
            }
        )
        company.sudo().dunning_head_sent_on = company._dunning_today()  # sudo: as above
        self.env["dunning.event"]._tell(
            [
                {
                    "kind": "chain.head",
                    "company_id": company.id,
                    "facts": {"seq": head["seq"], "digest": head["digest"], "to": company.dunning_head_email},
                }
            ]
        )
        return head
