from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..engine import rules
from ..models.account_move_sending import UNKNOWN
from ..models.res_company import TONES
from ..models.res_company_set_up import STEPS

AT_ONCE = 200  # debtors in the window of their kinds
BANK_DAYS = 4  # what came in before a weekend is booked by then
# What each step asks, and the setting of the company that keeps it.
KEPT = {
    "company": {
        "responsible_id": "dunning_responsible_id",
        "tone": "dunning_tone",
        "consumer_clause": "dunning_consumer_clause",
        "terms_version": "dunning_terms_version",
        "bank_account_id": "dunning_bank_account_id",
    },
    "banks": {"bank_max_days": "dunning_bank_max_days"},
    "backlog": {
        "start_date": "dunning_start_date",
        "backlog": "dunning_backlog",
        "backlog_days": "dunning_backlog_days",
    },
    "start": {
        "mode": "dunning_mode",
        "test_email": "dunning_test_email",
        "forewarn": "dunning_forewarn",
        "automatic": "dunning_automatic",
    },
}


def _proposed(field, *args, **options):
    """A field that begins with what the company has, or else with what is proposed, and that a person changes."""
    return field(
        *args, compute="_compute_values", compute_sudo=False, store=True, precompute=True, readonly=False, **options
    )


class DunningSetUpWizard(models.TransientModel):
    """The first run: from an empty company to the first letters, a step at a time.

    What a step asks is kept on the company when it is left, so that whoever stops halfway goes on there. Nothing leaves
    and nothing goes by itself before the end.
    """

    _name = "dunning.set.up.wizard"
    _description = "First Run"
    _inherit = ["dunning.window.mixin", "dunning.set.up.look.mixin"]

    company_id = fields.Many2one("res.company", required=True, readonly=True, default=lambda self: self.env.company)
    partner_id = fields.Many2one(related="company_id.partner_id", related_sudo=False, string="Address")
    step = _proposed(
        fields.Selection,
        [
            ("company", "Company"),
            ("kinds", "Debtors"),
            ("banks", "Banks"),
            ("preset", "Steps"),
            ("backlog", "Old invoices"),
            ("channel", "On paper"),
            ("start", "Start"),
        ],
        required=True,
    )
    responsible_id = _proposed(
        fields.Many2one,
        "res.users",
        string="Responsible",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Signs the letters, gets the replies and is told when a letter could not be delivered.",
    )
    tone = _proposed(fields.Selection, TONES, string="Tone of Letters", required=True)
    consumer_clause = _proposed(
        fields.Char,
        string="Damages Clause",
        help="The article of your general terms that agrees a compensation with consumers, for example 'article 8'.",
    )
    terms_version = _proposed(fields.Char, string="Version of the General Terms")
    bank_account_id = _proposed(
        fields.Many2one,
        "res.partner.bank",
        string="Account to Pay Into",
        domain="[('partner_id', '=', partner_id), ('company_id', 'in', (False, company_id))]",
    )
    bank_max_days = _proposed(fields.Integer, string="Days That the Bank May Be Behind")
    preset = fields.Selection(
        [
            ("keep", "Keep our own procedures"),
            ("shipped", "Follow the shipped ones; ours stay, and are only chosen by hand"),
        ],
        string="Our Own or the Shipped Ones",
        required=True,
        default="keep",
    )
    start_date = _proposed(fields.Date, string="Follow-up Begins On")
    backlog = _proposed(
        fields.Selection,
        selection=lambda self: self.env["res.company"]._fields["dunning_backlog"]._description_selection(self.env),
        string="Old Invoices",
        required=True,
    )
    backlog_days = _proposed(fields.Integer, string="Leave Out When Due More Than So Many Days Before")
    mode = _proposed(
        fields.Selection,
        [
            ("test", "Test first: every letter comes to an address of our own"),
            ("live", "Live: letters go to debtors"),
        ],
        string="Letters",
        required=True,
    )
    test_email = _proposed(fields.Char, string="Address for Tests")
    forewarn = _proposed(fields.Boolean, string="Tell the Day Before")
    automatic = _proposed(fields.Boolean, string="Follow Up Every Day")

    @api.model
    def action_open(self, company_id=False):
        """Open the first run of a company, at the step where it was left.

        :raises AccessError: whoever asks is no manager there.
        """
        company = self.env["res.company"].browse(company_id) if company_id else self.env.company
        company._dunning_check_may_set_up()
        window = self.with_company(company).create({"company_id": company.id})
        window._look()
        return window._get_records_action(name=self.env._("First run"), target="current")

    @api.depends("company_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for wizard in self:
            wizard.display_name = self.env._("First run")

    # -- what is proposed ---------------------------------------------------------------------------------------------

    @api.depends("company_id")
    def _compute_values(self):
        for wizard in self:
            company = wizard.company_id
            reached = company.dunning_set_up_step if company.dunning_set_up_step in STEPS else STEPS[0]
            wizard.step = reached
            for step, names in KEPT.items():
                kept = company.dunning_set_up_on or STEPS.index(step) < STEPS.index(reached)
                proposed = {} if kept else wizard._proposals(step, company)
                for name, setting in names.items():
                    wizard[name] = proposed.get(name, company[setting])
            if wizard.mode not in ("test", "live"):
                wizard.mode = "test"

    @api.model
    def _proposals(self, step, company):
        """What is better than what a new company has."""
        if step == "company":
            responsible = company.dunning_responsible_id or self.env.user
            return {"responsible_id": responsible, "bank_account_id": company._dunning_bank_account()}
        if step == "banks":
            used = company._dunning_bank_dates()
            return {"bank_max_days": company.dunning_bank_max_days or (BANK_DAYS if used else 0)}
        if step == "backlog":
            # sudo: whether anything is that old; the figures are shown to managers only
            old = self.env["dunning.first.day"].sudo()._has_old(company)
            gentle = company.dunning_backlog == rules.GENTLE
            return {
                "start_date": company.dunning_start_date or company._dunning_today(),
                "backlog": rules.MATCH if old and gentle else company.dunning_backlog,
            }
        return {"mode": "test" if company.dunning_mode == "live" else company.dunning_mode}

    # -- going through it ---------------------------------------------------------------------------------------------

    def write(self, vals):
        """Whoever leaves a step keeps what was chosen there, by a button or by the bar of steps."""
        left = {wizard: wizard.step for wizard in self}
        result = super().write(vals)
        for wizard in self.filtered(lambda wizard: wizard.step != left[wizard]):
            wizard._keep(left[wizard])
            wizard._settings().dunning_set_up_step = wizard.step
            wizard._look()
        return result

    def _settings(self):
        """The company, to be written to by whoever may."""
        self.check_access("write")
        self.company_id._dunning_check_may_set_up()
        # sudo: a dunning manager need not be allowed to change companies
        return self.company_id.sudo()

    def _keep(self, step):
        """Put on the company what a step asked."""
        self._check(step)
        names = KEPT.get(step, {})
        if names:
            chosen = {setting: self._fields[name].convert_to_write(self[name], self) for name, setting in names.items()}
            self._settings().write(chosen)
        if step == "preset" and self.preset == "shipped":
            self.env["dunning.preset"]._put_before_own(self.company_id)
            self.preset = "keep"

    def _check(self, step):
        """:raises ValidationError: what was entered cannot be."""
        company = self.company_id
        if step == "company" and self.responsible_id and company not in self.responsible_id.sudo().company_ids:
            raise ValidationError(self.env._("%s does not work for this company.", self.responsible_id.name))
        if step == "company" and self.bank_account_id and self.bank_account_id.partner_id != company.partner_id:
            raise ValidationError(self.env._("Choose an account of %s itself to pay into.", company.name))
        if (step == "banks" and self.bank_max_days < 0) or (step == "backlog" and self.backlog_days < 0):
            raise ValidationError(self.env._("The number of days cannot be negative. Enter 0 or more."))
        if step == "backlog" and not self.start_date:
            raise ValidationError(self.env._("Enter the day on which follow-up begins: what was due before is old."))

    def action_next(self):
        """To the next step."""
        return self._go(1)

    def action_back(self):
        """To the step before."""
        return self._go(-1)

    def _go(self, by):
        self.ensure_one()
        self._settings()
        self.step = STEPS[min(max(STEPS.index(self.step) + by, 0), len(STEPS) - 1)]
        return True

    def action_later(self):
        """Keep what was chosen and show the page of today."""
        self.ensure_one()
        self._keep(self.step)
        return self._today() | {"context": {"dunning_stay": True}}

    def action_finish(self):
        """Keep everything as it stands in all steps, and let it hold from now on."""
        self.ensure_one()
        self._settings()
        for step in STEPS:
            self._keep(step)
        self.company_id._dunning_finish_set_up()
        return self._today()

    def action_finish_and_propose(self):
        """Finish, and propose the first run: nothing leaves until somebody confirms it."""
        self.action_finish()
        run = self.env["dunning.run"].with_company(self.company_id).create({"company_id": self.company_id.id})
        run.action_propose()
        return run._get_records_action(target="current")

    def _today(self):
        return self.env["ir.actions.client"]._for_xml_id("cremann_dunning.dunning_today_action")

    # -- what is put right on the way ---------------------------------------------------------------------------------

    def action_kinds(self):
        """Say of those of whom it is not known what they are, who owes most first."""
        self._settings()
        unknown = self._first_day()._unknown(self.company_id).sudo(False)
        return self.env["dunning.kind.wizard"].with_company(self.company_id)._open_for(unknown[:AT_ONCE])

    def action_kinds_by_evidence(self):
        """Set the kind of all of whom name, numbers or address show one; the others stay as they are."""
        return self._set_kinds(lambda partner: partner._dunning_guess().kind)

    def action_kinds_consumer(self):
        """All of whom it is not known are consumers."""
        return self._set_kinds(lambda partner: "consumer")

    def action_kinds_business(self):
        """All of whom it is not known are businesses."""
        return self._set_kinds(lambda partner: "business")

    def _set_kinds(self, kind_of):
        self._settings()
        unknown = self._first_day()._unknown(self.company_id).sudo(False)
        if not unknown.has_access("write"):
            raise UserError(self.env._("You may not change these contacts. Ask somebody who may."))
        for kind, partners in unknown.grouped(kind_of).items():
            if kind:
                partners.with_company(self.company_id).dunning_kind_set = kind
        return True

    def action_look(self):
        """Reckon again what would be sent."""
        self._settings()
        self._check(self.step)
        self._look()
        return True

    def action_say_sent(self):
        """Open invoices of before the start went to their debtors from elsewhere: note that, all at once."""
        self._settings()
        moves = self._unsent().sudo(False).with_company(self.company_id)
        if not moves:
            raise UserError(self.env._("All of these are known as sent already. There is nothing to say."))
        moves._dunning_say_sent(None, UNKNOWN)
        self._look()
        return True

    def action_show_unsent(self):
        """The invoices of which Odoo does not know that they were sent."""
        self._settings()
        action = self.env["ir.actions.act_window"]._for_xml_id("account.action_move_out_invoice_type")
        return action | {"domain": [("id", "in", self._unsent().ids)], "context": {}}

    def action_paper(self):
        """Let the heavy steps go on paper beside the mail."""
        self._settings()
        self.env["dunning.preset"]._add_paper(self.company_id)
        return True

    def action_add_bank(self):
        """A new bank account of the company, in Odoo's own form."""
        self._settings()
        banks = self.env["res.partner.bank"]
        banks.check_access("create")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Bank account of the company"),
            "res_model": banks._name,
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_partner_id": self.company_id.partner_id.id, "default_allow_out_payment": True},
        }
