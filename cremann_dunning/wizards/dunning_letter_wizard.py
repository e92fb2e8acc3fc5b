from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.outcome import LetterPlan
from ..engine.reasons import ERROR, SKIP
from ..engine.recipient import choose
from ..engine.rules import HANDOVER
from ..models.rules.dunning_level import WRITTEN_TYPES
from ..models.rules.regime_map import RegimeError

# What keeps a claim off an ordinary letter, and a person may decide otherwise: the gate then has its say.
MAY_BE_WRITTEN = frozenset({"MIN_AMOUNT", "LAST_LEVEL", "STOP_COUNT", "STOP_AGE", "BACKLOG", "REFUSED"})


class DunningLetterWizard(models.TransientModel):
    """Writes one letter to one debtor by hand, of a level that a person chooses. The gate judges it like any other."""

    _name = "dunning.letter.wizard"
    _description = "Write a Letter"
    _inherit = ["dunning.own.words.mixin", "dunning.window.mixin"]

    case_id = fields.Many2one("dunning.case", required=True, readonly=True)
    company_id = fields.Many2one(related="case_id.company_id", related_sudo=False)
    partner_id = fields.Many2one(related="case_id.partner_id", related_sudo=False)
    with_care = fields.Boolean(related="case_id.with_care", related_sudo=False)
    move_ids = fields.Many2many(
        "account.move",
        string="Invoices",
        compute="_compute_move_ids",
        compute_sudo=False,
        store=True,
        readonly=False,
        domain="[('company_id', '=', company_id), ('state', '=', 'posted'), ('payment_state', 'in', ('not_paid', "
        "'partial')), '|', '&', ('move_type', 'in', ('out_invoice', 'out_receipt')), "
        "('commercial_partner_id.commercial_partner_id', '=', partner_id), "
        "'&', ('dunning_is_claim', '=', True), ('dunning_claim_ids.partner_id', '=', partner_id)]",
        help="The overdue invoices that the letter is about.",
    )
    level_id = fields.Many2one(
        "dunning.level",
        string="Letter",
        domain="[('id', 'in', allowed_level_ids)]",
        help="A level of the procedure that these invoices follow.",
    )
    allowed_level_ids = fields.Many2many("dunning.level", compute="_compute_allowed_level_ids")

    @api.depends("case_id")
    def _compute_move_ids(self):
        for wizard in self:
            today = wizard.company_id._dunning_today() if wizard.case_id else None
            wizard.move_ids = wizard.case_id.open_move_ids.filtered(
                lambda move, today=today: (
                    move.invoice_date_due and move.invoice_date_due < today and move.amount_residual > 0
                )
            )
            taken_in = wizard.case_id.taken_in_ids
            wizard.move_ids |= taken_in.filtered(lambda claim, today=today: claim.date_due < today).move_id

    @api.depends("case_id")
    def _compute_allowed_level_ids(self):
        for wizard in self:
            debtor = wizard._debtor()
            procedures = {claim.procedure for claim in debtor.claims} if debtor else set()
            levels = self.env["dunning.level"].search([("procedure_id", "in", list(procedures))])
            wizard.allowed_level_ids = levels.filtered(
                # that a hand-over was made is told by the act itself
                lambda level: level.legal_type in WRITTEN_TYPES - {HANDOVER}
            )

    @api.depends("case_id", "level_id", "move_ids")
    @api.depends_context("lang")
    def _compute_lang_words(self):
        for wizard in self:
            lang = False
            if wizard.level_id and wizard.move_ids and (debtor := wizard._debtor()):
                try:
                    plan = wizard._plan(debtor)
                    lang = self.env["dunning.draft"]._lang_by_hand(wizard.company_id, plan, debtor)
                except (UserError, RegimeError):  # said when somebody wants to write it
                    lang = False
            wizard.lang_words = wizard._language_words(lang)

    @api.depends("level_id")
    def _compute_words_may_change(self):
        for wizard in self:
            wizard.words_may_change = wizard.level_id.words_may_change

    def action_write(self):
        """Make the draft and show it, with what the rules hold against it."""
        self.ensure_one()
        self.case_id.check_access("write")
        if not self.level_id or not self.move_ids:
            raise UserError(self.env._("Choose a letter and the invoices that it is about."))
        debtor = self._debtor()
        try:
            letter = self.env["dunning.draft"]._make_by_hand(self.company_id, self._plan(debtor), debtor)
        except RegimeError as error:
            raise UserError(str(error)) from error
        letter._reword(self._typed_words())
        return letter._get_records_action()

    def _debtor(self):
        """The facts of the debtor, None when nothing of it is overdue."""
        company = self.company_id
        # sudo: the engine gathers what a user of dunning need not be able to open, such as bank receipts
        gather = self.env["dunning.gather"].sudo()
        return next(iter(gather.facts(company, company._dunning_today(), self.partner_id.ids)), None)

    def _plan(self, debtor):
        """The letter for the chosen invoices.

        :raises UserError: nothing can be asked for them, or they do not belong on one letter.
        """
        engine = self.env["dunning.engine"]
        procedures, house = engine._rules(self.company_id, [debtor] if debtor else [])
        today = self.company_id._dunning_today()
        decided = engine._decide(debtor, procedures, today, house=house).decisions if debtor else ()
        chosen = [decision for decision in decided if decision.claim.move_id in self.move_ids.ids]
        if not chosen:
            raise UserError(self.env._("None of these invoices is overdue."))
        free = [decision for decision in chosen if self._may_be_written(decision)]
        if not free:
            raise UserError(self.env["dunning.decision.register"]._sentence(chosen[0], self.company_id))
        procedure = procedures.get(self.level_id.procedure_id.id)
        level = next((level for level in procedure.levels if level.id == self.level_id.id), None) if procedure else None
        if level and level.legal_type == HANDOVER:
            raise UserError(
                self.env._(
                    "This letter follows from a hand-over. Hand the claims over on the case, then it is drafted."
                )
            )
        free = [decision for decision in free if level and decision.claim.procedure == procedure.id]
        currencies = {decision.claim.currency for decision in free}
        if len(currencies) != 1:
            raise UserError(self.env._("Choose invoices in one currency that follow the procedure of this letter."))
        decisions = tuple(replace(decision, code="LETTER", facts={}, level=level) for decision in free)
        recipient = choose(debtor, level, house, [decision.claim for decision in decisions])
        if recipient is None:
            raise UserError(
                self.env._(
                    "Nobody at %(debtor)s can be reached by the ways of %(level)s. Complete the e-mail or postal "
                    "address of the debtor or its reminder contact, or add another channel to the level.",
                    debtor=self.partner_id.display_name,
                    level=self.level_id.name,
                )
            )
        return LetterPlan(
            debtor.partner_id, currencies.pop(), procedure, level, recipient.channel, decisions, recipient
        )

    @api.model
    def _may_be_written(self, decision):
        """Whether a letter may ask for this claim when a person wants it: not on hold, disputed, paid or under way."""
        if decision.open <= 0 or decision.code == "LETTER_OPEN":
            return False
        return decision.outcome not in (SKIP, ERROR) or decision.code in MAY_BE_WRITTEN
