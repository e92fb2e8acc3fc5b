from odoo import api, fields, models
from odoo.exceptions import MissingError, UserError, ValidationError

from ...engine import rules
from .. import dunning_counted as counted
from ..dunning_inside import inside
from .dunning_level_channel import LETTER_CHANNELS

LEGAL_TYPES = [
    (rules.PRE_DUE, "Notice before the due date"),
    (rules.REMINDER, "Reminder"),
    (rules.CALL, "Telephone call"),
    (rules.STATUTORY_NOTICE, "Statutory consumer notice"),
    (rules.NOTICE_OF_DEFAULT, "Notice of default (aanmaning)"),
    (rules.FINAL_NOTICE, "Final notice"),
    (rules.HANDOVER, "Hand-over"),
]

# What facts call a letter that has no number yet: this and the id of its level.
OF_LEVEL = "level:"

# The steps that go out as a letter.
WRITTEN_TYPES = {
    rules.PRE_DUE, rules.REMINDER, rules.STATUTORY_NOTICE, rules.NOTICE_OF_DEFAULT, rules.FINAL_NOTICE,
    rules.HANDOVER,
}  # fmt: skip
# Letters that name a last day to pay: a notice names the due dates, a statutory notice the term of the law, and one of
# a hand-over asks nothing any more.
DATED_TYPES = WRITTEN_TYPES - {rules.PRE_DUE, rules.STATUTORY_NOTICE, rules.HANDOVER}


# How long a letter is at most, in words, and a sentence in it; advice, which a level may change.
LIMITS = {
    rules.PRE_DUE: (60, 15),
    rules.REMINDER: (120, 15),
    rules.CALL: (0, 0),
    rules.STATUTORY_NOTICE: (220, 40),
    rules.NOTICE_OF_DEFAULT: (220, 40),
    rules.FINAL_NOTICE: (160, 40),
    rules.HANDOVER: (160, 40),
}


class DunningLevel(models.Model):
    _name = "dunning.level"
    _description = "Dunning level"
    _inherit = ["dunning.record.mixin", "dunning.told.mixin"]
    _order = "procedure_id, sequence, id"

    name = fields.Char(string="Label", required=True, translate=True)
    procedure_id = fields.Many2one("dunning.procedure", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="procedure_id.company_id", store=True)
    sequence = fields.Integer(
        default=10, help="The order of the steps. No step is skipped and none goes out before the one above it."
    )
    legal_type = fields.Selection(
        LEGAL_TYPES,
        required=True,
        default=rules.REMINDER,
        help="What this step is before the law. The label may say anything; the rules follow this field.",
    )
    delay_days = fields.Integer(
        string="Days",
        default=7,
        help="How many days to wait before this step. A notice before the due date goes out so many days before it.",
    )
    delay_from = fields.Selection(
        [("due_date", "after the due date"), ("previous", "after the step before")],
        string="Counted",
        required=True,
        default="previous",
        help="The step before counts from the day on which its letter was really sent.",
    )
    payment_term_days = fields.Integer(
        string="Days to pay",
        default=7,
        help="How many days the letter gives. A last day in a weekend or on a holiday moves to the next working day. "
        "A statutory consumer notice takes its term from the law instead.",
    )
    term_note = fields.Char(
        compute="_compute_term_note", help="What follows later than its own days say, because a term is kept."
    )
    channel = fields.Selection(
        LETTER_CHANNELS,
        required=True,
        default="email",
        help="The way the letter itself goes. By e-mail it goes on paper to a debtor without an e-mail address.",
    )
    lacks_snailmail = fields.Boolean(compute="_compute_missing_services")
    lacks_sms = fields.Boolean(compute="_compute_missing_services")
    channel_ids = fields.One2many("dunning.level.channel", "level_id", string="Other Channels", copy=True)
    copy_to = fields.Selection(
        [
            ("none", "Nobody"),
            ("escalation", "The escalation contact of the debtor"),
            ("salesperson", "The salesperson of the debtor"),
            ("responsible", "The responsible of the case"),
        ],
        string="Copy of the mail to",
        required=True,
        default="none",
        help="A letter by e-mail goes to this person as well, in the Cc, so the debtor sees it. The escalation contact "
        "is a contact on the debtor's own record with that role. On paper there is no copy.",
    )
    signer_id = fields.Many2one(
        "res.users",
        string="Signed by",
        domain=[("share", "=", False)],
        check_company=True,
        ondelete="set null",
        help="Who signs letters of this level and is their sender, for instance a manager on the last ones. Leave "
        "empty for the responsible of follow-up, who also signs for a company that this person does not work for.",
    )
    automatic = fields.Boolean(
        help="The daily run sends this step by itself. Otherwise it waits until somebody confirms it in a run."
    )
    approval = fields.Selection(
        [("user", "Whoever runs follow-up"), ("manager", "A manager")],
        string="Confirmed by",
        required=True,
        default="user",
        help="A letter of this level waits in its run until a manager confirms it.",
    )
    costs = fields.Selection(
        [("none", "No costs"), ("announce", "Announce costs"), ("charge", "Charge costs")],
        required=True,
        default="none",
        help="Announced costs are named in the letter and not asked yet. How much they are follows from the regime.",
    )
    charge_interest = fields.Boolean(
        string="Charge interest", help="Adds the interest of the regime, from the due date to the date of the letter."
    )
    attach_invoice = fields.Boolean(
        string="Attach invoices",
        default=True,
        help="Copies of the invoices that the letter asks: as files with a mail, and on paper behind the letter.",
    )
    attach_ubl = fields.Boolean(
        string="Attach e-invoices",
        default=True,
        help="The electronic invoices (UBL), where they were made. They go to businesses and public bodies only: a "
        "consumer has no use for them.",
    )
    attach_statement = fields.Boolean(
        string="Add a statement of account",
        help="All that is open on the debtor's account, on the day of the letter: as a file of its own by mail, and on "
        "paper as an annex after the letter.",
    )
    list_not_due = fields.Boolean(
        string="List what is not due yet",
        help="The letter also shows the debtor's invoices that are not due yet, apart and without asking for them.",
    )
    template_id = fields.Many2one(
        "mail.template",
        string="Text",
        domain=[("model", "=", "dunning.letter")],
        ondelete="restrict",
        help="Subject and words of the letter, the same by mail and on paper, in every language it is translated to.",
    )
    template_informal_id = fields.Many2one(
        "mail.template",
        string="Informal text",
        domain=[("model", "=", "dunning.letter")],
        ondelete="restrict",
        help="For debtors whom the letters address informally. Leave empty to use the text above for them as well.",
    )
    has_shipped_text = fields.Boolean(compute="_compute_has_shipped_text")
    max_words = fields.Integer(
        string="Most words",
        compute="_compute_limits",
        store=True,
        readonly=False,
        precompute=True,
        help="More words in a letter than this are pointed out in its preview; tables and signature do not count. "
        "Zero: no limit.",
    )
    max_sentence = fields.Integer(
        string="Longest sentence",
        compute="_compute_limits",
        store=True,
        readonly=False,
        precompute=True,
        help="A sentence with more words than this is pointed out in the preview of a letter. Zero: no limit.",
    )
    script = fields.Text(
        string="Questions on the telephone",
        translate=True,
        help="What is asked when somebody makes this call, shown in call mode. Leave empty for the usual three: did "
        "the invoice arrive, is there a complaint, when will it be paid.",
    )
    active = fields.Boolean(default=True)

    _delay_not_negative = models.Constraint(
        "CHECK(delay_days >= 0)", "The number of days to wait cannot be negative. Enter 0 or more."
    )
    _term_not_negative = models.Constraint(
        "CHECK(payment_term_days >= 0)", "The number of days to pay cannot be negative. Enter 0 or more."
    )

    _limits_not_negative = models.Constraint(
        "CHECK(max_words >= 0 AND max_sentence >= 0)", "A limit on words cannot be negative. Enter 0 for no limit."
    )

    @api.depends("legal_type")
    def _compute_limits(self):
        for level in self:
            level.max_words, level.max_sentence = LIMITS[level.legal_type or rules.REMINDER]

    @api.constrains("legal_type", "costs", "procedure_id", "sequence", "active")
    def _check_consumer_costs(self):
        """A consumer pays nothing extra before the term of a statutory notice has run out (6:96(6) BW, XIX.2 WER)."""
        if inside(self.env, "dunning_levels_together"):
            return
        # All levels of the procedure: the one that changed may be the notice that another one needs.
        for level in self.procedure_id.level_ids.filtered("active"):
            if level.costs != "charge" or not level.procedure_id._is_for_consumers():
                continue
            before = level.procedure_id.level_ids.filtered(lambda other, level=level: other.sequence < level.sequence)
            if rules.STATUTORY_NOTICE not in before.mapped("legal_type"):
                raise ValidationError(
                    self.env._(
                        "%(level)s charges costs to a consumer before any statutory notice. Put a level of the type "
                        "Statutory consumer notice before it, or let this level announce costs instead.",
                        level=level.name,
                    )
                )

    @api.constrains("template_id", "template_informal_id")
    def _check_text(self):
        """A text about something else would be filled in with the letter in its place."""
        for level in self:
            # sudo: what a text is about, whoever may open it
            text = (
                (level.template_id + level.template_informal_id).sudo().filtered(lambda t: t.model != "dunning.letter")
            )
            if text:
                raise ValidationError(
                    self.env._(
                        "%(text)s is no text of letters, so %(level)s cannot use it. Choose one of the list Texts.",
                        text=text[0].name,
                        level=level.name,
                    )
                )

    @api.constrains("channel", "channel_ids")
    def _check_channels(self):
        self.channel_ids._check_use()

    @api.constrains("legal_type", "payment_term_days", "active")
    def _check_payment_term(self):
        """A letter that asks to pay names the day; only a statutory notice takes its term from the law."""
        for level in self.filtered(lambda level: level.active and level.legal_type in DATED_TYPES):
            if level.payment_term_days < 1:
                raise ValidationError(
                    self.env._(
                        "%(level)s gives no days to pay, so its letter could name no date. Enter 1 day or more.",
                        level=level.name,
                    )
                )

    @api.constrains("legal_type", "automatic", "active")
    def _check_handover(self):
        """A file leaves the house by the hand of a person, never by the daily run."""
        for level in self.filtered(lambda level: level.active and level.legal_type == rules.HANDOVER):
            if level.automatic:
                raise ValidationError(
                    self.env._(
                        "%(level)s tells a debtor that his file was handed over, so it cannot go by itself. Switch off "
                        "Automatic: a person decides and confirms.",
                        level=level.name,
                    )
                )

    @api.constrains("automatic", "approval")
    def _check_approval(self):
        for level in self:
            if level.automatic and level.approval == "manager":
                raise ValidationError(
                    self.env._(
                        "%(level)s cannot go by itself and wait for a manager. Switch off one of the two.",
                        level=level.name,
                    )
                )

    @api.constrains("legal_type", "costs", "charge_interest")
    def _check_notice_is_free(self):
        for level in self.filtered(lambda level: level.legal_type == rules.PRE_DUE):
            if level.costs != "none" or level.charge_interest:
                raise ValidationError(
                    self.env._(
                        "%(level)s goes out before the due date, so it can ask no costs and no interest. Set costs to "
                        "No costs and switch off the interest.",
                        level=level.name,
                    )
                )

    @api.constrains("sequence", "procedure_id", "active", "delay_from", "delay_days", "legal_type")
    def _check_order(self):
        if not inside(self.env, "dunning_levels_together"):
            self.procedure_id._check_level_order()

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_used(self):
        on_this = [("level_id", "in", self.ids)]
        used = self.env["dunning.letter.line"].sudo().search(on_this, limit=1)
        used = used or self.env["dunning.letter"].sudo().search(on_this, limit=1)
        if used:
            raise UserError(
                self.env._(
                    "Letters stand on the level %(level)s, so it cannot be removed. Archive it instead: debtors that "
                    "are on it go on with the level after it.",
                    level=used.level_id.name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_spoken(self):
        used = self.env["dunning.contact"].sudo().with_context(active_test=False)
        if contact := used.search([("level_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._(
                    "A contact counted for the level %(level)s, so it cannot be removed. Archive it instead.",
                    level=contact.level_id.name,
                )
            )

    def unlink(self):
        """What was decided about it stays on record."""
        self.env["dunning.decision.register"]._forget(self)
        return super().unlink()

    @api.depends("template_id", "template_informal_id")
    def _compute_has_shipped_text(self):
        for level in self:
            # sudo: where a text came from, whoever looks at the level
            texts = (level.template_id + level.template_informal_id).sudo()
            level.has_shipped_text = bool(texts.filtered("template_fs"))

    @api.model
    def _label(self, level_id):
        """What a level is called, in the reader's language; a few dots for one that is gone."""
        try:
            # sudo: the label only, also when the procedure has moved to another company since
            return self.sudo().browse(level_id).name or "…"
        except MissingError:
            return "…"

    @api.model
    def _letter_label(self, name):
        """A letter as facts name it, as a person reads it: by its number, or by its level as long as it has none."""
        of_level = isinstance(name, str) and name.startswith(OF_LEVEL)
        return self._label(int(name.removeprefix(OF_LEVEL))) if of_level else name

    def _text_for(self, tone):
        """The text for debtors who are addressed this way; the only one there is where a level has but one."""
        self.ensure_one()
        return (self.template_informal_id if tone == "informal" else False) or self.template_id

    def action_reset_texts(self):
        """Ask whether to bring back the shipped words of this level, in every language: Odoo's own reset."""
        texts = (self.template_id + self.template_informal_id).filtered("template_fs")
        if not texts:
            raise UserError(
                self.env._("The texts of this level are your own: there are no shipped words to go back to.")
            )
        action = self.env["ir.actions.act_window"]._for_xml_id("mail.mail_template_reset_action")
        return action | {"context": {"default_template_ids": texts.ids}}

    def _engine_level(self):
        """This record as the plain value that the engine decides on."""
        self.ensure_one()
        return rules.Level(
            id=self.id,
            name=self.name,
            sequence=self.sequence,
            legal_type=self.legal_type,
            delay_days=self.delay_days,
            delay_from=self.delay_from,
            channel=self.channel,
            automatic=self.automatic,
            has_text=bool(self.template_id),
            costs=self.costs,
            charge_interest=self.charge_interest,
            list_not_due=self.list_not_due,
            fallbacks=tuple(self.channel_ids.filtered(lambda line: line.use == "fallback").mapped("channel")),
        )

    @api.depends("channel", "channel_ids.channel")
    def _compute_missing_services(self):
        """Say at once what would otherwise show on the letters only."""
        companion = self.env["dunning.companion"]
        for level in self:
            wanted = {level.channel, *level.channel_ids.mapped("channel")}
            level.lacks_snailmail = "snailmail" in wanted and not companion._has_service("snailmail.letter")
            level.lacks_sms = "sms" in wanted and not companion._has_service("sms.sms")

    @api.depends(
        "payment_term_days", "legal_type", "sequence", "active", "procedure_id.level_ids.delay_days",
        "procedure_id.level_ids.sequence", "procedure_id.level_ids.delay_from",
    )  # fmt: skip
    @api.depends_context("lang")
    def _compute_term_note(self):
        """Say where the term that a letter gives makes the next step wait longer than that step's own days."""
        for level in self:
            later = level.procedure_id.level_ids.filtered(
                lambda other, level=level: other.active and other.sequence > level.sequence
            )
            follows, days = later.sorted("sequence")[:1], level.payment_term_days
            waits = level.legal_type in DATED_TYPES and follows.delay_from == "previous" and days >= follows.delay_days
            level.term_note = waits and self.env._(
                "This letter gives %(days)s to pay, and nothing follows within a term that was given. So "
                "“%(next)s” goes out %(first)s after it at the earliest, and later when the letter goes by post "
                "or the last day moves; not after %(delay)s.",
                days=counted.days(self.env, days),
                next=follows.name,
                first=counted.days(self.env, days + 1),
                delay=counted.days(self.env, follows.delay_days),
            )

    def _companions(self):
        """The channels that go along with a letter of this level."""
        self.ensure_one()
        lines = self.channel_ids.filtered(lambda line: line.use == "also")
        return lines.mapped("channel")

    def _has_paper_beside(self):
        """Whether a letter of this level goes on paper: with the mail, or instead of it."""
        self.ensure_one()
        return bool(rules.PAPER_CHANNELS & {self.channel, *self._companions()})
