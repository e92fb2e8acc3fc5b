from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.money.dunning_claim_import_check import BAD, GOOD, LOOK, NO_COUNTERPART


class DunningClaimImportWizard(models.TransientModel):
    """Claims from outside: read from files or typed, looked at, and booked when somebody confirms them.

    Nothing is written outside this window before that. What was booked leaves it, what was not stays to be mended.
    """

    _name = "dunning.claim.import.wizard"
    _description = "Claims from Outside"
    _inherit = ["dunning.window.mixin"]

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    account_id = fields.Many2one(
        "account.account",
        string="Against",
        domain=f"[('company_ids', 'parent_of', company_id), ('account_type', 'not in', {NO_COUNTERPART})]",
        compute="_compute_books",
        store=True,
        readonly=False,
        precompute=True,
        compute_sudo=False,
        help="The account on the other side of every claim, such as one for opening balances or in suspense.",
    )
    journal_id = fields.Many2one(
        "account.journal",
        domain="[('type', '=', 'general'), ('company_id', '=', company_id)]",
        compute="_compute_books",
        store=True,
        readonly=False,
        precompute=True,
        compute_sudo=False,
    )
    date = fields.Date(string="Booked on", default=lambda self: self.env.company._dunning_today())
    is_each_day = fields.Boolean(string="Each on its own date", help="Each claim is booked on the date of its invoice.")
    file_ids = fields.Many2many(
        "ir.attachment",
        string="Files",
        help="CSV or Excel with a claim on each row, or invoices in UBL. A PDF goes with the UBL file of its name, or "
        "with the claim whose number it is named after.",
    )
    notes = fields.Text(readonly=True)
    decimal_mark = fields.Selection(
        [(",", "Comma: 1.234,56"), (".", "Point: 1,234.56")],
        string="Before the cents",
        help="Only for amounts that could be read in two ways, such as 1.234.",
    )
    day_order = fields.Selection(
        [("dmy", "Day first: 31-12-2026"), ("mdy", "Month first: 12/31/2026")],
        string="Dates",
        help="Only for dates that could be read in two ways, such as 03/04/2026.",
    )
    ask_mark = fields.Boolean(compute="_compute_asked")
    ask_order = fields.Boolean(compute="_compute_asked")
    line_ids = fields.One2many("dunning.claim.import.wizard.line", "wizard_id", string="Claims")
    good_count = fields.Integer(compute="_compute_counts")
    look_count = fields.Integer(compute="_compute_counts")
    bad_count = fields.Integer(compute="_compute_counts")
    missing_count = fields.Integer(compute="_compute_counts", help="Debtors that a contact can be made of.")
    ready_text = fields.Char(compute="_compute_counts")
    problem = fields.Char(compute="_compute_problem", help="Why nothing can be booked.")
    move_ids = fields.Many2many("account.move", string="Booked", readonly=True)
    booked_count = fields.Integer(compute="_compute_booked_count")

    @api.depends("company_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        self.display_name = self.env._("Claims from outside")

    @api.depends("company_id")
    def _compute_books(self):
        for wizard in self:
            company = wizard.company_id
            wizard.account_id = company.dunning_import_account_id
            own = [("type", "=", "general"), ("company_id", "=", company.id)]
            journal = company.dunning_import_journal_id or self.env["account.journal"].search(own, limit=1)
            wizard.journal_id = journal

    @api.depends("line_ids.amount_text", "line_ids.invoice_date_text", "line_ids.date_due_text")
    def _compute_asked(self):
        for wizard in self:
            lines = wizard.line_ids
            wizard.ask_mark = bool(wizard.decimal_mark) or any(lines.mapped("amount_text"))
            days = lines.mapped("invoice_date_text") + lines.mapped("date_due_text")
            wizard.ask_order = bool(wizard.day_order) or any(days)

    @api.depends("line_ids.state", "line_ids.is_accepted", "line_ids.is_new_debtor")
    def _compute_counts(self):
        check = self.env["dunning.claim.import.check"]
        for wizard in self:
            by_state = wizard.line_ids.grouped("state")
            none = wizard.line_ids.browse()
            wizard.good_count = len(by_state.get(GOOD, none))
            wizard.look_count = len(by_state.get(LOOK, none).filtered(lambda line: not line.is_accepted))
            wizard.bad_count = len(by_state.get(BAD, none))
            wizard.missing_count = len(wizard._unknown())
            wizard.ready_text = check._summary(wizard._ready())

    @api.depends("account_id", "journal_id", "date", "is_each_day", "company_id")
    @api.depends_context("lang")
    def _compute_problem(self):
        for wizard in self:
            wizard.problem = self.env["dunning.claim.import.check"]._problem_of(wizard)

    def _compute_booked_count(self):
        for wizard in self:
            wizard.booked_count = len(wizard.move_ids)

    def _ready(self):
        """The lines that can be booked: the good ones, and those that somebody has looked at."""
        return self.line_ids.filtered(lambda line: line.state == GOOD or (line.state == LOOK and line.is_accepted))

    def _unknown(self):
        """The lines whose debtor is nobody among the contacts."""
        return self.line_ids.filtered(
            lambda line: not line.partner_id and not line.choices and not line.is_new_debtor and line.debtor_name
        )

    @api.model
    def action_start(self):
        """An empty window on a page of its own."""
        self.check_access("create")
        window = self.create({})
        return window._get_records_action(name=self.env._("Claims from outside"), target="current")

    def action_read(self):
        """Read the files: what they ask for is added to the list, and they leave the window.

        :raises UserError: there is no file.
        """
        self.ensure_one()
        self.check_access("write")
        files = self.file_ids
        if not files:
            raise UserError(self.env._("Add a file first: CSV, Excel, or an invoice in UBL."))
        content = [(file.name, file.raw or b"") for file in files]
        rows, notes = self.env["dunning.claim.import"]._read(self.company_id, content)
        lines = self.line_ids.create([{"wizard_id": self.id, **values} for values in rows])
        lines._complete()
        self.write({"notes": "\n".join(notes) or False, "file_ids": [fields.Command.clear()]})
        # sudo: those that were put into this window, and nowhere else
        files.filtered(lambda file: file.res_model == self._name and file.create_uid == self.env.user).sudo().unlink()
        return True

    def action_check(self):
        """Look again who the debtors may be."""
        self.ensure_one()
        self.check_access("write")
        self.line_ids._complete()
        return True

    def action_make_debtors(self):
        """Tick that contacts are made of all debtors that are not there."""
        self.ensure_one()
        self.check_access("write")
        self._unknown().is_new_debtor = True
        return True

    def action_confirm(self):
        """Book what is good or was looked at, each claim with an entry of its own; the rest stays to be mended.

        :raises UserError: nothing can be booked, or nothing is ready.
        """
        self.ensure_one()
        self.check_access("write")
        self.line_ids.lock_for_update()  # a second click finds them gone
        self.line_ids._complete()
        if self.problem:
            raise UserError(self.problem)
        ready = self._ready()
        if not ready:
            raise UserError(self.env._("No claim is ready. Mend the rows, or tick those that you have looked at."))
        ready.refusal = False
        entries, problems = self.env["dunning.claim.import.booking"]._book(self, ready)
        for line, why in problems.items():
            line.write({"refusal": why, "is_accepted": False})
        moves = self.env["account.move"].union(*entries.values())
        self.move_ids += moves
        ready.browse(line.id for line in entries).unlink()
        self.notes = self._told(len(moves), len(problems))
        return True if self.line_ids else self.action_open_claims()

    def _told(self, booked, refused):
        """What came of confirming, in a sentence."""
        told = [self.env._("Claims taken in: %s.", booked)]
        if refused:
            told.append(self.env._("Could not be booked: %s. Their rows say why.", refused))
        ready = len(self._ready())
        if ready:
            told.append(self.env._("Not reached yet: %s. Confirm again to go on.", ready))
        if left := len(self.line_ids) - refused - ready:
            told.append(self.env._("Left to mend or to look at: %s.", left))
        return " ".join(told)

    def action_open_claims(self):
        """What was taken in with this window."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("cremann_dunning.dunning_claim_action")
        return action | {"domain": [("move_id", "in", self.move_ids.ids)], "context": {}, "target": "main"}
