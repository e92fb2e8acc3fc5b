from odoo import Command, api, fields, models

from .dunning_outcome_mixin import ASKED


class DunningContact(models.Model):
    """What was agreed in a contact is made with it, in the same transaction: a promise or a dispute is noted once."""

    _inherit = "dunning.contact"  # pylint: disable=consider-merging-classes-inherited

    # asked in the form of a new contact only; what is kept is the promise or the dispute that is made of it
    promise_date = fields.Date(store=False)
    promise_amount = fields.Monetary(store=False)
    dispute_reason = fields.Selection(store=False)
    dispute_extent = fields.Selection(store=False)
    dispute_amount = fields.Monetary(store=False)
    promise_id = fields.Many2one(
        "dunning.promise", readonly=True, copy=False, index="btree_not_null", ondelete="set null"
    )
    dispute_id = fields.Many2one(
        "dunning.dispute", readonly=True, copy=False, index="btree_not_null", ondelete="set null"
    )
    plan_id = fields.Many2one(
        "dunning.payment.plan",
        string="Payment plan",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )

    def _compute_promise_amount(self):
        """Only of what is not saved yet: then the promise has it."""
        fresh = self.filtered(lambda contact: not contact._origin)
        (self - fresh).promise_amount = 0
        return super(DunningContact, fresh)._compute_promise_amount()

    @api.model_create_multi
    def create(self, vals_list):
        """With a day or a reason the promise or the dispute is made as well."""
        asked = [{name: vals[name] for name in ASKED if name in vals} for vals in vals_list]
        contacts = super().create([{k: v for k, v in vals.items() if k not in ASKED} for vals in vals_list])
        for contact, given in zip(contacts, asked, strict=True):
            contact._agree(given, contact.move_ids)
        return contacts

    def _agree(self, given, moves):
        """Make the promise or the dispute that came of this contact.

        :param given: values of the fields ``ASKED``; without a day no promise is made, without a reason no dispute.
        :param moves: the invoices it is about; of a promise none: everything.
        """
        self.ensure_one()
        env = self.with_company(self.company_id).env
        about = {"case_id": self.case_id.id, "move_ids": [Command.set(moves.ids)]}
        if self.outcome == "promised" and given.get("promise_date"):
            amount = given.get("promise_amount")
            vals = {"date": given["promise_date"], "made_on": self.counted_on, "note": self.note}
            vals |= {"amount": amount, "currency_id": given.get("currency_id") or self.currency_id.id} if amount else {}
            self._by_system().promise_id = env["dunning.promise"].create(about | vals)
        if self.outcome == "disputed" and given.get("dispute_reason"):
            extent = given.get("dispute_extent") or "whole"
            vals = {"reason": given["dispute_reason"], "description": self.note, "extent": extent}
            vals |= {"amount": given.get("dispute_amount")} if extent == "part" else {}
            vals |= {"user_id": self.user_id.id}
            self._by_system().dispute_id = env["dunning.dispute"].create(about | vals)
