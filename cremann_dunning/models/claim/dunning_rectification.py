from odoo import api, models
from odoo.tools import format_list

from ...tools.spelling import as_note


class DunningRectification(models.AbstractModel):
    """Proposes a rectification where a debtor was asked for what is another one's."""

    _name = "dunning.rectification"
    _description = "Rectification"

    @api.model
    def _propose(self, claims):
        """Ask the responsible of each case to write to a debtor who had letters about these claims.

        Nothing is written to him by itself: a person knows whether he has been called already.

        :param claims: ``dunning.claim`` that have just ended as wrongly addressed.
        """
        lines = claims.line_ids.filtered(lambda line: line.state == "sent")
        todo, model = self.env.ref("mail.mail_activity_data_todo"), self.env["ir.model"]._get_id("dunning.case")
        vals_list = []
        for case, own in lines.grouped(lambda line: line.claim_id.case_id).items():
            user = case._responsible()
            if not user:
                continue
            summary, note = self._words(case, own, user.lang)
            vals_list.append(
                {
                    "res_model_id": model,
                    "res_id": case.id,
                    "activity_type_id": todo.id,
                    "user_id": user.id,
                    "date_deadline": case.company_id._dunning_today(),
                    "summary": summary,
                    "note": as_note(note),
                }
            )
        # sudo: whoever corrects an invoice gives work to others
        self.env["mail.activity"].sudo().with_context(mail_activity_quick_update=True).create(vals_list)

    @api.model
    def _words(self, case, lines, lang):
        """Summary and text of the task, in the language of whoever gets it."""
        env = self.with_context(lang=lang or self.env.lang).env
        note = env._(
            "%(invoices)s turned out not to be of %(debtor)s, who was asked for it in %(letters)s. Write that it was a "
            "mistake: open the letter and press Rectify.",
            invoices=format_list(env, sorted({line.number or "" for line in lines})),
            debtor=case.partner_id.name or "",
            letters=format_list(env, lines.letter_id.sorted("id").mapped("name")),
        )
        return env._("Wrongly addressed"), note
