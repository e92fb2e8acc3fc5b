from collections import Counter

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..engine import matching as engine
from ..models.dunning_money import written

WHY = [
    (engine.REVERSES, "It reverses this invoice"),
    (engine.SAME_AMOUNT, "Same amount"),
    (engine.OLDEST, "Oldest first"),
    (engine.CHOSEN, "Chosen"),
]


class DunningMatchWizard(models.TransientModel):
    """Shows the open credits of debtors beside their open claims, the most likely pairs chosen, and matches them."""

    _name = "dunning.match.wizard"
    _description = "Match Credits"
    _inherit = ["dunning.window.mixin"]

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    partner_ids = fields.Many2many("res.partner", string="Debtors", readonly=True)
    line_ids = fields.One2many("dunning.match.wizard.line", "wizard_id", string="Pairs")
    credit_ids = fields.Many2many("account.move.line", compute="_compute_items", compute_sudo=False)
    claim_ids = fields.Many2many("account.move.line", compute="_compute_items", compute_sudo=False)
    book_beyond = fields.Boolean(
        string="Book costs and interest first",
        default=True,
        help="What came in for costs and interest that letters asked is booked as such, and only the rest is matched. "
        "Left off, all of the credit goes to invoices.",
    )
    beyond_text = fields.Char(compute="_compute_beyond_text")
    unmatched = fields.Text(string="Cannot be matched", readonly=True)
    left_text = fields.Char(compute="_compute_left_text", string="Left after it")
    may_match = fields.Boolean(compute="_compute_may_match")
    missing_right = fields.Char(compute="_compute_may_match")
    several = fields.Boolean(compute="_compute_several")

    @api.model
    def _open_for(self, company, partners):
        """The window about these debtors in a company, with the most likely pairs filled in."""
        partners = partners.commercial_partner_id
        window = self.create({"company_id": company.id, "partner_ids": [Command.set(partners.ids)]})
        window._fill()
        return window._get_records_action(
            name=self.env._("Match credits"), target="new", context={"dialog_size": "extra-large"}
        )

    def _fill(self):
        """A row per likely pair, and a word on each credit that goes nowhere."""
        matching = self.env["dunning.matching"]
        own, claims = matching._plain(self.credit_ids, self._meant()), matching._plain(self.claim_ids)
        pairs = engine.propose(own, claims)
        self.line_ids = [
            Command.clear(),
            *(Command.create({"credit_id": p.credit, "claim_id": p.claim, "why": p.why}) for p in pairs),
        ]
        used = {pair.credit for pair in pairs}
        names = {item.id: item.move_id.name for item in self.credit_ids}
        self.unmatched = "\n".join(
            f"{names[one.id]}: {matching._why_not(engine.why_not(one, claims))}"
            for one in own
            if one.id not in used and one.amount
        )

    @api.depends("company_id", "partner_ids")
    def _compute_items(self):
        for window in self:
            own, owed = self.env["dunning.matching"]._items(window.company_id, window.partner_ids)
            window.credit_ids, window.claim_ids = own, owed

    @api.depends("partner_ids")
    def _compute_several(self):
        for window in self:
            window.several = len(window.partner_ids) > 1

    @api.depends_context("uid", "lang")
    def _compute_may_match(self):
        matching = self.env["dunning.matching"]
        self.may_match = matching._may_match()
        self.missing_right = matching._missing_right()

    def _meant(self):
        """What of the credits pays costs and interest first, where that is wanted."""
        if not self.book_beyond or not self.partner_ids:
            return {}
        meant = self.env["dunning.matching"]._meant(self.company_id, self.partner_ids._origin)
        return {item: parts for item, parts in meant.items() if item in self.credit_ids._origin}

    @api.depends("book_beyond", "partner_ids", "company_id")
    @api.depends_context("lang")
    def _compute_beyond_text(self):
        for window in self:
            meant = self.env["dunning.matching"]._meant(window.company_id, window.partner_ids._origin)
            sums = {}
            for item, parts in meant.items():
                sums[item.currency_id] = sums.get(item.currency_id, 0) + sum(parts.values())
            window.beyond_text = ", ".join(written(self.env, float(sums[c]), c) for c in sums)

    @api.depends("line_ids.claim_id", "line_ids.is_chosen", "line_ids.amount", "book_beyond")
    @api.depends_context("lang")
    def _compute_left_text(self):
        """What stays open on both sides once the chosen pairs are matched, per currency."""
        for window in self:
            taken, own, owed = Counter(), Counter(), Counter()
            for row in window.line_ids:
                taken[row.currency_id._origin] += row.amount
            for items, sums in ((window.credit_ids, own), (window.claim_ids, owed)):
                for item in items:
                    sums[item.currency_id._origin] += abs(item.amount_residual_currency)
            window.left_text = " · ".join(
                self.env._(
                    "%(credit)s of credit, %(owed)s of invoices",
                    credit=written(self.env, own[currency] - taken[currency], currency),
                    owed=written(self.env, owed[currency] - taken[currency], currency),
                )
                for currency in own | owed
            )

    @api.onchange("book_beyond")
    def _onchange_book_beyond(self):
        self._fill()

    def action_match(self):
        """Match the chosen pairs, and say what came of it.

        :raises UserError: nothing is chosen, or nothing of it could be matched.
        """
        self.ensure_one()
        self.check_access("write")
        chosen = self.line_ids.filtered(lambda row: row.is_chosen and row.claim_id)
        if not chosen:
            raise UserError(self.env._("Choose at least one credit and the invoice that it goes to."))
        meant = {item: parts for item, parts in self._meant().items() if item in chosen.credit_id}
        pairs = [(row.credit_id, row.claim_id) for row in chosen]
        done, problems = self.env["dunning.matching"]._match(pairs, meant)
        if not done:
            raise UserError("\n".join(problems))
        (chosen.credit_id | chosen.claim_id).move_id._dunning_redecide()
        sums = {}
        for _credit, claim, amount in done:
            sums[claim.currency_id] = sums.get(claim.currency_id, 0) + amount
        said = self.env._("Matched: %s.", ", ".join(written(self.env, sums[c], c) for c in sums))
        if not problems:
            return self._close_saying(said)
        return self._close_saying("\n".join([said, *problems]), type="warning", sticky=True)
