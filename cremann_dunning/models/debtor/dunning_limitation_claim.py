from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import LazyTranslate, format_date

from ...law import limitation
from ..dunning_bulk import Unguarded

_lt = LazyTranslate(__name__)

LAPSED, LATER, UNKNOWN = "0", "later", "unknown"
STAGES = [
    (LAPSED, "May have lapsed"),
    ("1", "Within a month"),
    ("3", "Within three months"),
    ("6", "Within six months"),
    (LATER, "Later"),
    (UNKNOWN, "Not known here"),
]
ACTS = [
    (limitation.DEMAND, "Our written demand"),
    (limitation.ACKNOWLEDGEMENT, "The debtor acknowledged it"),
    (limitation.PAYMENT, "The debtor paid a part"),
    (limitation.LAWYER_NOTICE, "Notice of a lawyer or bailiff"),
    (limitation.PAYMENT_ORDER, "Order for payment"),
    (limitation.CLAIM, "Claim in court"),
]
# What would interrupt it, for whoever has to do it.
WAYS = {
    "nl": {
        limitation.DEMAND: _lt(
            "A written demand, or a letter that reserves the right to payment, that has arrived by then; keep the "
            "proof of arrival (3:317, 3:37(3) BW)."
        ),
        limitation.ACKNOWLEDGEMENT: _lt("The debtor acknowledges the debt, best in writing (3:318 BW)."),
        limitation.PAYMENT: _lt("The debtor pays a part of it (3:318 BW)."),
        limitation.LAWYER_NOTICE: _lt("A demand by a lawyer or bailiff, as our own (3:317 BW)."),
        limitation.CLAIM: _lt("A summons (3:316 BW)."),
    },
    "be": {
        limitation.ACKNOWLEDGEMENT: _lt("The debtor acknowledges the debt in writing."),
        limitation.PAYMENT: _lt("The debtor pays a part of it."),
        limitation.LAWYER_NOTICE: _lt(
            "A notice of default by a lawyer or bailiff, registered with acknowledgement of receipt: one year, and "
            "only once (old BW 2244 par. 2)."
        ),
        limitation.PAYMENT_ORDER: _lt("An order for payment that is served."),
        limitation.CLAIM: _lt("A summons."),
    },
}


class DunningLimitationClaim(models.Model):
    """Until when one open claim can be enforced, what interrupted that last, and what would interrupt it now.

    Worked out by ``dunning.limitation`` and written in sets; nobody else writes it.
    """

    _name = "dunning.limitation.claim"
    _description = "Limitation of a Claim"
    _inherit = ["dunning.record.mixin"]
    _order = "safe_day, date_due, id"
    _rec_name = "number"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="cascade")
    currency_id = Unguarded("res.currency", required=True, readonly=True)  # of the company
    partner_id = fields.Many2one(
        "res.partner", string="Debtor", required=True, readonly=True, index=True, ondelete="cascade"
    )
    case_id = fields.Many2one("dunning.case", readonly=True, index="btree_not_null", ondelete="set null")
    move_id = fields.Many2one("account.move", string="Entry", readonly=True, index=True, ondelete="cascade")
    move_line_id = fields.Many2one(
        "account.move.line", string="Journal item", required=True, readonly=True, ondelete="cascade"
    )
    claim_id = fields.Many2one("dunning.claim", readonly=True, index="btree_not_null", ondelete="set null")
    regime_id = fields.Many2one("dunning.regime", readonly=True, index="btree_not_null", ondelete="set null")
    number = fields.Char(readonly=True)
    date_due = fields.Date(string="Due date", readonly=True)
    amount_open = fields.Monetary(string="Open", readonly=True)
    debtor_kind = fields.Selection(
        lambda self: self.env["res.partner"]._fields["dunning_debtor_kind"]._description_selection(self.env),
        readonly=True,
    )
    first_last_day = fields.Date(
        string="Without interruption", readonly=True, help="Until when it could be enforced had nothing happened."
    )
    last_day = fields.Date(string="Lapses after", readonly=True, help="The last day on which it can be enforced.")
    safe_day = fields.Date(
        string="Act by", readonly=True, help="By this day something has to have reached the debtor: a day of margin."
    )
    stage = fields.Selection(STAGES, string="Time left", readonly=True, index=True)
    interrupted_on = fields.Date(string="Interrupted on", readonly=True)
    interrupted_by = fields.Selection(ACTS, string="Last interruption", readonly=True)
    ways = fields.Char(readonly=True)
    acts = fields.Json(readonly=True)
    article = fields.Char(related="regime_id.limitation_article")
    ways_text = fields.Html(string="What would interrupt it now", compute="_compute_texts", sanitize=False)
    way_now = fields.Char(string="Interrupted by", compute="_compute_texts")
    acts_text = fields.Html(string="What happened", compute="_compute_texts", sanitize=False)

    _once = models.UniqueIndex("(move_line_id)")

    @api.depends("ways", "acts", "regime_id", "stage")
    @api.depends_context("lang")
    def _compute_texts(self):
        for row in self:
            ways = row._ways()
            row.way_now = ways[0] if ways else ""
            row.ways_text = self._listed(ways)
            row.acts_text = self._listed([row._act_words(act) for act in row.acts or ()])

    @api.model
    def _listed(self, lines):
        """Lines as a list; whatever stands in them is text."""
        items = Markup().join(Markup("<li>%s</li>") % line for line in lines)
        return Markup('<ul class="mb-0 ps-3">%s</ul>') % items if lines else Markup()

    def _ways(self):
        """Sentences of what would interrupt it today, the easiest first."""
        self.ensure_one()
        if self.stage == UNKNOWN:
            return [
                self.env._(
                    "The limitation of this country is not known here. Ask a lawyer which law holds for the contract."
                )
            ]
        if self.stage == LAPSED and self.last_day and self.company_id._dunning_today() > self.last_day:
            return [
                self.env._(
                    "Nothing interrupts it any more. No court applies limitation by itself: it can still be asked and "
                    "paid, and the debtor may plead it."
                )
            ]
        known = WAYS.get((self.regime_id.limitation_rule or "")[:2], {})
        sentences = (known.get(way) for way in (self.ways or "").split(","))
        return [self.env._(sentence) for sentence in sentences if sentence]

    def _act_words(self, act):
        """One act against the limitation in words, and whether it worked."""
        self.ensure_one()
        named = dict(self._fields["interrupted_by"]._description_selection(self.env))
        day = format_date(self.env, act["on"])
        what = self.env._("%(day)s: %(what)s", day=day, what=named[act["kind"]])
        if act.get("name"):
            what = f"{what} ({act['name']})"
        if act["works"]:
            return what
        why = {
            "kind": self.env._("does not interrupt it by the law of this debtor"),
            "early": self.env._("before it was due"),
            "late": self.env._("too late"),
            "unproven": self.env._("nothing proves that it arrived"),
            "once": self.env._("works only once"),
        }[act["why"]]
        return f"{what} – {why}"

    def action_open_case(self):
        """The debtor's case."""
        self.ensure_one()
        self.check_access("read")
        return self.case_id._get_records_action()

    def action_record(self):
        """Record by hand what interrupted it."""
        self.ensure_one()
        self.check_access("read")
        case = self.case_id or self.env["dunning.case"]._for_partners(self.partner_id, self.company_id, create=True)
        return case._action_new_interruption(self.move_id)

    @api.model
    def action_open_report(self):
        """All open claims of the user's companies with what is known of them this minute."""
        self.check_access("read")
        for company in self.env.companies.filtered("dunning_set_up_on"):
            # sudo: the answers are the system's to write, whoever looks at them
            self.env["dunning.limitation"].sudo().with_company(company)._bring(company)
        return self.env["ir.actions.act_window"]._for_xml_id("cremann_dunning.dunning_limitation_claim_action")
