from odoo import api, models

from ...tools import spelling
from ..dunning_money import written
from .dunning_account_acts import FormError
from .dunning_page_act import KINDS, PROPOSALS

# So many agreements are shown, the last first.
SHOWN = 20


class DunningAccountActs(models.AbstractModel):
    """What the page shows of it: the forms, what waits for an answer, and what both sides agreed on."""

    _inherit = "dunning.account.acts"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _page_values(self, visit):
        """What the part of the page with the forms needs; see ``dunning_account_acts_templates.xml``."""
        this = self._of(visit)
        items = visit.items().filtered(lambda item: item.amount_residual_currency > 0)
        today = visit.company._dunning_today()
        return {
            "acts": {
                "url": visit.url,
                "forms": this._forms(visit),
                "items": [this._item(visit, item) for item in items.sorted(lambda one: (one.date_maturity, one.id))],
                "reasons": list(this.env["dunning.dispute"]._reasons().items()),
                "intervals": this.env["dunning.payment.plan"]._fields["interval"]._description_selection(this.env),
                "counts": range(2, 13),
                "today": today,
                "tz": str(visit.company._dunning_zone()),
                "last_day": this._last_day(visit),
                "waiting": this._waiting(visit),
                "agreed": this._agreed(visit),
            }
        }

    @api.model
    def _forms(self, visit):
        """Each form as it is shown: fresh, or as it came back with what is wrong in it."""
        came_back, values, errors, look = self._form()
        fresh = {"back": False, "values": {}, "errors": {}, "look": None}
        forms = {name: fresh | {"kind": name, "token": self._new_token(visit, name)} for name, _label in KINDS}
        if came_back in forms:
            forms[came_back] |= {"back": True, "values": values, "errors": errors, "look": look}
        return forms

    @api.model
    def _item(self, visit, item):
        """One open item as the forms name it."""
        move = item.move_id
        numbers = (
            ", ".join(move._dunning_numbers(visit.partner)) if move.move_type != "entry" else item.name or move.name
        )
        amount = written(self.env, item.amount_residual_currency, item.currency_id)
        due = item.date_maturity and spelling.day(item.date_maturity, visit.lang, "d MMM y")
        return {"id": item.id, "number": numbers, "amount": amount, "due": due}

    @api.model
    def _waiting(self, visit):
        """What the debtor proposed and nobody has answered yet, of what he may see."""
        acts = self.env["dunning.page.act"].search(
            [
                ("company_id", "=", visit.company.id),
                ("partner_id", "=", visit.partner.id),
                ("kind", "in", PROPOSALS),
                ("state", "=", "waiting"),
            ]
        )
        return [act.proposal for act in acts if visit.known or act.move_ids <= visit.items().move_id]

    @api.model
    def _receipts(self, visit):
        """What was agreed with this debtor and written down, of what this visitor may see; the last first.

        Whoever has no more than a letter sees what is about its invoices alone.
        """
        own = [
            ("company_id", "=", visit.company.id),
            "|",
            ("promise_id.partner_id", "=", visit.partner.id),
            ("plan_id.partner_id", "=", visit.partner.id),
        ]
        found = self.env["dunning.agreement.receipt"].search(own, limit=SHOWN)
        if visit.known:
            return found
        seen = visit.items().move_id
        return found.filtered(lambda one: one._agreement().move_ids and one._agreement().move_ids <= seen)

    @api.model
    def _agreed(self, visit):
        """What was agreed, as the page shows it."""
        states = dict(self.env["dunning.agreement.receipt"]._fields["state"]._description_selection(self.env))
        return [
            {
                "id": receipt.id,
                "title": receipt.text.partition("\n")[0],
                "lines": receipt.text.split("\n")[1:],
                "lang": (receipt.lang or "").partition("_")[0],
                "state": receipt.state,
                "shown": states[receipt.state],
                "firm_at": receipt.firm_at,
                "debtor_at": receipt.debtor_at,
                "digest": receipt.sha256,
                "ends": receipt._agreement().state not in ("open", "active"),
                "can_confirm": receipt._is_confirmable(),
                "token": self._new_token(visit, f"confirm{receipt.id}"),
            }
            for receipt in self._receipts(visit)
        ]

    @api.model
    def _confirm(self, visit, receipt_id, token, who):
        """The debtor confirms the text that he sees. :return: what to tell him. :raises FormError: he cannot."""
        this = self._of(visit)
        receipt = this._receipts(visit).filtered(lambda one: one.id == receipt_id)
        this._checked_token(visit, f"confirm{receipt_id}", token)
        if not receipt:
            raise FormError(form=this.env._("There is no such agreement any more."))
        this._one_at_a_time(receipt._agreement().case_id)
        this._made(lambda: receipt._confirm_by_debtor(who))
        return this.env._("Thank you. Both of us have confirmed what was agreed.")

    @api.model
    def _text_of(self, visit, receipt_id):
        """The text of a confirmation as a file, byte for byte what the digest is of; None where there is none."""
        receipt = self._of(visit)._receipts(visit).filtered(lambda one: one.id == receipt_id)
        return receipt.text.encode() if receipt else None

    @api.model
    def _paper_of(self, visit, receipt_id):
        """The same on the firm's paper, as PDF: ``(name, bytes)``; None where there is none."""
        receipt = self._of(visit)._receipts(visit).filtered(lambda one: one.id == receipt_id)
        title = receipt and receipt.text.partition("\n")[0]
        return (f"{title} {receipt.made_at:%Y-%m-%d}.pdf", receipt._pdf()) if receipt else None
