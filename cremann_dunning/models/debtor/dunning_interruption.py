import base64

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from ...law import limitation
from ...tools import uploads
from ..dunning_loose import LooseMany2many
from ..event import as_fact
from .dunning_limitation_claim import ACTS


class DunningInterruption(models.Model):
    """What interrupted the limitation of claims and is not known from letters, payments or plans: recorded by hand on
    its day, with the paper that proves it. It stays as it was recorded."""

    _name = "dunning.interruption"
    _description = "Interruption of Limitation"
    _inherit = ["dunning.case.mixin"]
    _order = "date desc, id desc"
    _decisive = frozenset()

    move_ids = LooseMany2many(
        help="The invoices that the paper names. Those that it does not name are not interrupted."
    )
    date = fields.Date(
        string="On",
        required=True,
        help="The day on which it worked: of a letter the day on which it reached the debtor, of a summons that on "
        "which it was served.",
    )
    kind = fields.Selection(
        [act for act in ACTS if act[0] != limitation.PAYMENT],  # which the books know
        string="What happened",
        required=True,
    )
    by_whom = fields.Char(string="By whom", help="For example the lawyer or the bailiff, with his reference.")
    note = fields.Text(string="Notes")
    proof = fields.Binary(
        attachment=True, required=True, help="The paper: an acknowledgement, the writ, the receipt of a letter."
    )
    proof_name = fields.Char(string="File")
    effect = fields.Text(string="Comes to", compute="_compute_effect")
    user_id = fields.Many2one(
        "res.users", string="Recorded by", readonly=True, default=lambda self: self.env.user, ondelete="restrict"
    )

    @api.depends("date", "kind")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for record in self:
            kind = dict(self._fields["kind"]._description_selection(self.env)).get(record.kind, "")
            day = format_date(self.env, record.date) if record.date else "…"
            record.display_name = self.env._("%(what)s on %(day)s", what=kind, day=day)

    @api.depends("move_ids", "date", "kind")
    @api.depends_context("lang")
    def _compute_effect(self):
        """Until when each named claim can be enforced with it, and whether it did anything."""
        rows = self.env["dunning.limitation.claim"].search([("move_id", "in", self.move_ids.ids)])
        for record in self:
            own = rows.filtered(lambda row, record=record: row.move_id in record.move_ids)
            record.effect = "\n".join(record._effect_on(row) for row in own if row.partner_id == record.partner_id)

    def _effect_on(self, row):
        """A line about one claim. :param row: ``dunning.limitation.claim``."""
        self.ensure_one()
        mine = [act for act in row.acts or () if act.get("by_hand") and act["id"] == self._origin.id]
        if not row.last_day:
            return self.env._("%s: its limitation is not known here", row.number)
        until = self.env._(
            "%(number)s lapses after %(day)s", number=row.number, day=format_date(self.env, row.last_day)
        )
        return f"{until} – {row._act_words(mine[0])}" if mine and not mine[0]["works"] else until

    def _has_amount(self):
        return False

    @api.constrains("date")
    def _check_date(self):
        for record in self:
            if record.date > record.company_id._dunning_today():
                raise ValidationError(self.env._("This day lies ahead. Record an interruption once it has happened."))

    @api.constrains("move_ids")
    def _check_named(self):
        if self.filtered(lambda record: not record.numbers):
            raise ValidationError(
                self.env._("Say which invoices it is about: what is not named in the paper is not interrupted.")
            )

    @api.model_create_multi
    def create(self, vals_list):
        """It counts at once. :raises ValidationError: the file is not kept."""
        return super().create([self._with_checked_proof(vals) for vals in vals_list])

    def write(self, vals):
        """Only the notes are added to afterwards. :raises UserError: anything else."""
        if not self.env.su and set(vals) - {"note", "by_whom"}:
            raise UserError(
                self.env._("An interruption stays as it was recorded. A manager may delete it; then record it anew.")
            )
        return super().write(vals)

    def unlink(self):
        """The claims lapse as if it had not been."""
        places = [(company, records._debtors()) for company, records in self.grouped("company_id").items()]
        result = super().unlink()
        self._bring(places)
        return result

    @api.model
    def _with_checked_proof(self, vals):
        """Values whose file was looked at, with the name that it is kept by."""
        try:
            content = base64.b64decode(vals.get("proof") or b"")
            name, _mimetype = uploads.check(vals.get("proof_name"), content)
        except ValueError as error:
            refused = self.env["dunning.account.acts"]._file_refused(error.args[0])
            raise ValidationError(self.env._("The proof is missing or cannot be kept. %s", refused)) from error
        return vals | {"proof_name": name}

    def _noted(self):
        """Not what is decided changes, but until when."""
        self._bring([(company, records._debtors()) for company, records in self.grouped("company_id").items()])

    @api.model
    def _bring(self, places):
        """Work out anew until when the claims of these debtors can be enforced. :param places: pairs of company and
        partners."""
        for company, partners in places:
            # sudo: what follows from it is the system's to write
            self.env["dunning.limitation"].sudo().with_company(company)._bring(company, partners)

    # -- as events ------------------------------------------------------------------------------------------------

    def _kind_made(self):
        return "debtor.interruption"

    def _kind_deleted(self):
        return "debtor.interruption_deleted"

    def _event_facts(self, kind):
        paper = self.env["ir.attachment"].search(
            [("res_model", "=", self._name), ("res_field", "=", "proof"), ("res_id", "=", self.id)], limit=1
        )
        facts = as_fact.known(
            what=as_fact.choice(self, "kind"), on=as_fact.day(self.date), numbers=self.numbers, paper=paper.checksum
        )
        return facts, as_fact.known(by=self.by_whom)
