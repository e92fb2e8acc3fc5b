"""What the tests of disputes, promises, plans and contacts share."""

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form

from ...common import DunningCase


class AgreementCase(DunningCase):
    """One Dutch debtor with an invoice of 100 and one of 200, both ten days late, and its case."""

    without_pdf = True
    refusal = UserError

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.debtor()
        cls.move, cls.second = cls.invoice(cls.partner, 100, due=10), cls.invoice(cls.partner, 200, due=10)
        cls.case = cls.env["dunning.case"]._for_partners(cls.partner, cls.nl, create=True)

    def note(self, model, moves=None, user=None, **vals):
        """A record about these invoices, made by the bookkeeper."""
        about = {"case_id": self.case.id, "move_ids": [Command.set(moves.ids if moves else [])]}
        return self.as_user(user or self.user)[model].create(about | vals)

    def fill_in(self, action, **values):
        """Save the form that a button opens, with these values typed in it."""
        model = self.as_user(self.user)[action["res_model"]].with_context(**action["context"])
        with Form(model) as form:
            for name, value in values.items():
                setattr(form, name, value)
        return form.record
