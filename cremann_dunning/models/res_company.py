from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools.mail import email_normalize_all

from ..engine import rules

# The settings of a company are nobody's business outside: a portal user may read the company of his invoices.
INSIDE = "base.group_user"

TONES = [("formal", "Formal"), ("informal", "Informal")]


class ResCompany(models.Model):
    _inherit = "res.company"

    dunning_mode = fields.Selection(
        [("off", "Off"), ("test", "Test"), ("live", "Live")],
        string="Letters",
        default="live",
        required=True,
        help="Off: nothing leaves, and what stands in the outbox waits. Test: every letter goes to one address of your "
        "own and says so; it moves nothing. Live: letters go to debtors.",
        groups=INSIDE,
    )
    dunning_test_email = fields.Char(
        string="Address for tests",
        help="Where letters go while follow-up is tested. Empty: to the responsible, or else to the company.",
        groups=INSIDE,
    )
    dunning_forewarn = fields.Boolean(
        string="Tell the day before",
        default=True,
        help="The responsible gets a list of what the daily run will send on the next day.",
        groups=INSIDE,
    )
    dunning_forewarned_on = fields.Date(
        readonly=True,
        copy=False,
        help="Last day on which the responsible was told.",
        groups=INSIDE,
    )
    dunning_slow_days = fields.Integer(
        string="Pays late from",
        default=14,
        help="Whoever pays more than so many days after the due date on average counts as usually late.",
        groups=INSIDE,
    )
    dunning_rated_on = fields.Date(
        readonly=True,
        copy=False,
        help="Last day on which payment behaviour was looked at.",
        groups=INSIDE,
    )
    dunning_job_error = fields.Text(
        string="What stopped the daily job", readonly=True, copy=False, groups="cremann_dunning.group_dunning_user"
    )
    dunning_job_at = fields.Datetime(string="Last turn of the daily job", readonly=True, copy=False, groups=INSIDE)
    dunning_job_round = fields.Char(string="Last round of the daily job", readonly=True, copy=False, groups=INSIDE)
    dunning_automatic = fields.Boolean(
        string="Follow up every day",
        help="Every morning a run is made by itself. It sends the levels that are marked automatic; the others wait.",
        groups=INSIDE,
    )
    dunning_responsible_id = fields.Many2one(
        "res.users",
        string="Responsible for dunning",
        help="Signs the letters, gets the replies and is told when a letter could not be delivered.",
        groups=INSIDE,
    )
    dunning_tone = fields.Selection(
        TONES,
        string="Tone of letters",
        default="formal",
        required=True,
        help="How letters address debtors: u or je, vous or tu. A debtor may be set apart on the contact. Letters of "
        "legal force stay formal unless their level names an informal text.",
        groups=INSIDE,
    )
    dunning_page = fields.Boolean(
        string="Debtor page",
        default=True,
        help="Every letter gets a page of its own, which its debtor opens with the link in it, without a login. "
        "Off: new letters have no link, and the pages of earlier letters are closed.",
        groups=INSIDE,
    )
    dunning_page_days = fields.Integer(
        string="Days that a key opens",
        default=365,
        required=True,
        help="So many days after its date the link in a letter opens the debtor's page and that of the letter. Then it "
        "opens nothing any more; a new letter brings a new one.",
        groups=INSIDE,
    )
    dunning_handover_party = fields.Char(
        string="Who takes files over",
        help="Name of the agency, bailiff or lawyer to whom you hand files over; letters that come before it name "
        "them. Leave empty and letters speak of collection only.",
        groups=INSIDE,
    )
    dunning_promise_grace_days = fields.Integer(
        string="Days of grace",
        default=2,
        help="So many days after a promised day or the day of an instalment a payment is waited for: it takes a while "
        "before money stands on the bank statement.",
        groups=INSIDE,
    )
    dunning_quiet_days = fields.Integer(
        string="Quiet days after a contact",
        default=3,
        help="So many days no letter goes out and nobody is called after a contact in which somebody spoke with the "
        "debtor, so that what was said there has its time. 0: a contact holds nothing back.",
        groups=INSIDE,
    )
    dunning_advised_on = fields.Date(
        readonly=True, groups=INSIDE, help="Advice on new sales was last asked on this day."
    )
    dunning_care_days = fields.Integer(
        string="Days more with care",
        default=14,
        help="For a debtor who is treated with care every step comes so many days later. 0: no later than for others; "
        "nothing that threatens goes to him by itself all the same.",
        groups=INSIDE,
    )
    dunning_send_hour = fields.Integer(
        string="Hour of the daily run",
        default=8,
        help="The daily run starts at this hour where the company is, or at the next chance after it.",
        groups=INSIDE,
    )
    dunning_bank_max_days = fields.Integer(
        string="Days that the bank may be behind",
        help="When the newest bank statement line of a bank journal is older than so many days, letters that go by "
        "themselves wait: the debtor may have paid. 0: the bank is not looked at. Journals without a single line do "
        "not count; archive a journal that is no longer used.",
        groups=INSIDE,
    )
    dunning_mail_limit_mb = fields.Integer(
        string="Largest mail (MB)",
        default=15,
        required=True,
        help="A mail of a letter weighs no more than this. When its files are too big, those of the biggest invoices "
        "stay behind and the mail says so. A lower limit of Odoo or of the mail server holds as well.",
        groups=INSIDE,
    )
    dunning_mails_hour = fields.Integer(
        string="Letters by mail an hour",
        help="No more letters leave by mail within an hour. What is over it waits and leaves by itself, statutory "
        "notices and the oldest letters first. 0: as many as there are. Choose a number below the limit of your mail "
        "provider, who counts other mails as well.",
        groups=INSIDE,
    )
    dunning_mails_day = fields.Integer(
        string="Letters by mail a day",
        help="No more letters leave by mail within 24 hours, in the same way. 0: as many as there are.",
        groups=INSIDE,
    )
    dunning_start_date = fields.Date(
        string="Follow-up began on",
        help="What was due before this day and was never reminded is the backlog. Leave empty if there is none.",
        groups=INSIDE,
    )
    dunning_backlog = fields.Selection(
        [
            (rules.GENTLE, "Start gently, at the first level"),
            (rules.MATCH, "Start at the level of their age"),
            (rules.LEAVE_OUT, "Leave out what is too old"),
        ],
        string="Old invoices",
        default=rules.GENTLE,
        required=True,
        help="Starting at the level of their age never goes past the first step that costs money or has legal force.",
        groups=INSIDE,
    )
    dunning_backlog_days = fields.Integer(
        string="Leave out when due more than so many days before",
        default=90,
        help="Others start gently.",
        groups=INSIDE,
    )
    dunning_consumer_clause = fields.Char(
        string="Damages clause",
        help="The article of your general terms that agrees a compensation with consumers, for example 'article 8'. "
        "Without one a Belgian consumer never pays more than the invoice, and the letter says nothing about it.",
        groups=INSIDE,
    )
    dunning_terms_version = fields.Char(
        string="Version of the general terms",
        help="For example 'March 2026'. Every letter keeps the version that held when it was issued.",
        groups=INSIDE,
    )
    dunning_vat_not_deductible = fields.Boolean(
        string="We cannot deduct VAT",
        help="Your firm is exempt from VAT, as in healthcare, education or private letting.",
        groups=INSIDE,
    )
    dunning_third_party = fields.Boolean(
        string="A third party that charges VAT collects for us",
        help="You engage an agency, a bailiff or a lawyer for the collection, and they invoice you with VAT.",
        groups=INSIDE,
    )
    dunning_clause_scale_id = fields.Many2one(
        "dunning.cost.scale",
        string="Amounts of the clause",
        domain="[('company_id', 'in', (False, id))]",
        ondelete="restrict",
        help="What your clause agrees as compensation. Empty: exactly the maximum of the law. A clause above that "
        "maximum counts as unwritten, and then the consumer owes nothing extra at all.",
        groups=INSIDE,
    )
    dunning_clause_interest = fields.Float(
        string="Interest of the clause",
        digits=(5, 2),
        help="Percentage a year that your clause agrees with consumers; zero: none. More than the legal maximum is "
        "never asked.",
        groups=INSIDE,
    )
    dunning_small_enterprise = fields.Boolean(
        string="We are a small or medium-sized enterprise",
        help="In the sense of art. 1:24 of the Belgian code of companies. Interest of a consumer then counts from the "
        "day after sending the first reminder, otherwise from the end of its fourteen days.",
        groups=INSIDE,
    )
    dunning_term_agreed = fields.Boolean(
        string="Agreed payment term",
        help="The due date stands in a signed order or in accepted terms. The debtor is then in default the day after "
        "it. Otherwise a reminder has to give a term first, and the 14-day letter waits until that has run out.",
        groups=INSIDE,
    )
    dunning_periodic = fields.Boolean(
        string="Periodic instalments",
        help="Your invoices are instalments of running contracts, such as rent or a subscription. Consumers in the "
        "Netherlands then owe at most 40 for the first unpaid one and 20 for each next one within six months.",
        groups=INSIDE,
    )
    dunning_costs_vat_rate = fields.Float(
        string="General VAT rate",
        digits=(5, 2),
        default=21.0,
        help="The rate in percent, 21 in the Netherlands.",
        groups=INSIDE,
    )

    _check_dunning_clause_interest = models.Constraint(
        "CHECK(dunning_clause_interest BETWEEN 0 AND 100)",
        "The interest of the clause lies between 0 and 100 percent a year.",
    )
    _check_dunning_costs_vat_rate = models.Constraint(
        "CHECK(dunning_costs_vat_rate BETWEEN 0 AND 100)", "The VAT rate on collection costs lies between 0 and 100%."
    )

    _check_dunning_page_days = models.Constraint(
        "CHECK(dunning_page_days BETWEEN 30 AND 3650)", "A key to the debtor's page opens for 30 to 3650 days."
    )
    _check_dunning_quiet_days = models.Constraint(
        "CHECK(dunning_quiet_days BETWEEN 0 AND 60)", "Choose between 0 and 60 days of quiet after a contact."
    )
    _check_dunning_care_days = models.Constraint(
        "CHECK(dunning_care_days BETWEEN 0 AND 180)", "Choose between 0 and 180 days more for debtors with care."
    )
    _check_dunning_promise_grace_days = models.Constraint(
        "CHECK(dunning_promise_grace_days >= 0)", "The days of grace cannot be negative. Enter 0 or more."
    )
    _check_dunning_days = models.Constraint(
        "CHECK(dunning_bank_max_days >= 0 AND dunning_backlog_days >= 0 AND dunning_slow_days >= 0)",
        "The days that the bank may be behind, the days before the start and those of late payers cannot be negative. "
        "Enter 0 or more.",
    )
    _check_dunning_mail_limit_mb = models.Constraint(
        "CHECK(dunning_mail_limit_mb BETWEEN 1 AND 100)", "A mail may weigh between 1 and 100 MB."
    )
    _check_dunning_mails = models.Constraint(
        "CHECK(dunning_mails_hour >= 0 AND dunning_mails_day >= 0)",
        "The number of letters by mail cannot be negative. Enter 0 for as many as there are.",
    )
    _check_dunning_send_hour = models.Constraint(
        "CHECK(dunning_send_hour BETWEEN 0 AND 23)", "The hour of the daily run lies between 0 and 23."
    )

    def _dunning_lang(self):
        """The language of what jobs write for this company: of whoever is responsible, else of the company itself."""
        self.ensure_one()
        return self.dunning_responsible_id.lang or self.partner_id.lang or self.env.lang

    @api.constrains("dunning_mode", "dunning_test_email")
    def _check_dunning_test_email(self):
        """A wrong address would send the letters of a test astray."""
        for company in self.filtered("dunning_test_email"):
            if len(email_normalize_all(company.dunning_test_email)) != 1:
                raise ValidationError(
                    self.env._(
                        "%s is not one e-mail address. Enter the address of your own to which letters go while "
                        "follow-up is tested.",
                        company.dunning_test_email,
                    )
                )

    def write(self, vals):
        """What waited in the outbox while follow-up was off may leave at once when it is switched on."""
        result = super().write(vals)
        if vals.get("dunning_mode", "off") != "off":
            # sudo: the outbox is the system's
            waiting = [("dunning_letter_id.company_id", "in", self.ids), ("state", "=", "outgoing")]
            self.env["mail.mail"].sudo().search(waiting).scheduled_date = False
        return result

    def _dunning_require_on(self):
        """Whoever wants a letter to leave has to know that follow-up is off.

        :raises UserError: when it is off in one of these companies.
        """
        for company in self:
            if company.dunning_mode == "off":
                raise UserError(
                    self.env._(
                        "Letters are switched off for %s: nothing leaves. A manager switches them on under "
                        "Configuration, Letters on or off.",
                        company.name,
                    )
                )
            if company.dunning_mode == "test" and not company._dunning_test_address():
                raise UserError(
                    self.env._(
                        "%s is testing, and there is no address to send to. Enter an address for tests under "
                        "Configuration, Letters on or off.",
                        company.name,
                    )
                )

    def _dunning_test_address(self):
        """Where letters go while follow-up is tested."""
        self.ensure_one()
        # sudo: an address of the company's own, for whoever issues a letter
        company = self.sudo()
        return company.dunning_test_email or company.dunning_responsible_id.email_formatted or company.email_formatted

    def _dunning_house(self):
        """What holds for the company itself, as the plain value that the engine decides on."""
        self.ensure_one()
        backlog = None
        if self.dunning_start_date:
            backlog = rules.Backlog(self.dunning_start_date, self.dunning_backlog, self.dunning_backlog_days)
        bank = self._dunning_bank_dates() if self.dunning_bank_max_days else ()
        return rules.House(
            backlog=backlog,
            bank=bank,
            bank_days=self.dunning_bank_max_days,
            term_agreed=self.dunning_term_agreed,
            services=frozenset({"snailmail"} if "snailmail.letter" in self.env else ()),
            quiet_days=self.dunning_quiet_days,
            care_days=self.dunning_care_days,
        )

    def _dunning_bank_dates(self):
        """Per bank journal in use the day of its newest statement line; where none is, of the last one that was."""
        self.ensure_one()
        # sudo: a date per journal, for whoever may see why a letter waits
        rows = (
            self.env["account.bank.statement.line"]
            .sudo()
            ._read_group(
                [
                    ("company_id", "=", self.id),
                    ("state", "=", "posted"),
                    ("journal_id.type", "=", "bank"),
                    ("journal_id.active", "=", True),
                ],
                ["journal_id"],
                ["date:max"],
            )
        )
        dates = [(journal.name, last) for journal, last in rows if last]
        newest = max((last for _name, last in dates), default=date.max)
        since = min(self._dunning_today() - self.env["dunning.bank"]._in_use(), newest)
        return tuple((name, last) for name, last in dates if last >= since)

    def _dunning_stale_tables(self):
        """The interest tables that may lack a newer rate today, where one of these companies is."""
        days = [(company, company._dunning_today()) for company in self]
        # sudo: the answer is the same whoever asks; an archived table may still be the one of a regime
        tables = self.env["dunning.interest.table"].sudo().with_context(active_test=False)
        tables = tables.search(
            Domain("kind", "!=", "contract")
            & Domain("company_id", "in", (False, *self.ids))
            & tables._may_be_stale(max((day for _company, day in days), default=date.max))
        )
        return tables.filtered(
            lambda table: any(
                table._is_stale_on(day) for company, day in days if table.company_id in (company, company.browse())
            )
        )

    def _dunning_sequence(self):
        """The company's own series of letter numbers, made at first use."""
        self.ensure_one()
        # sudo: whoever may issue a letter needs the next number, not the right to configure sequences
        sequences = self.env["ir.sequence"].sudo()
        sequence = sequences.search([("code", "=", "dunning.letter"), ("company_id", "=", self.id)], limit=1)
        return sequence or sequences.create(
            {
                "name": self.env._("Dunning letters of %s", self.name),
                "code": "dunning.letter",
                "company_id": self.id,
                "prefix": "DUN/%(year)s/",
                "suffix": False,
                "padding": 5,
                # whatever somebody keeps as a default for himself
                "implementation": "standard",
                "number_next": 1,
                "number_increment": 1,
                "use_date_range": False,
                "active": True,
            }
        )

    def _dunning_numbers(self, count, day):
        """The next numbers of the series, drawn in one statement; a series without gaps hands them out one by one."""
        sequence = self._dunning_sequence()
        if sequence.implementation != "standard" or sequence.use_date_range:
            return [sequence.next_by_id(sequence_date=day) for _number in range(count)]
        # the name that Odoo gives to the series of the database behind a standard sequence
        self.env.cr.execute("SELECT nextval(%s) FROM generate_series(1, %s)", [f"ir_sequence_{sequence.id:03d}", count])
        return [sequence.get_next_char(number) for (number,) in self.env.cr.fetchall()]

    def _dunning_bank_account(self):
        """The account that letters ask to pay into when the invoice names none."""
        self.ensure_one()
        return self.partner_id.bank_ids.filtered(lambda bank: not bank.company_id or bank.company_id == self)[:1]
