import logging
from datetime import date, timedelta

from psycopg2.errors import ReadOnlySqlTransaction

from odoo import api, fields, models
from odoo.tools import SQL, split_every

from ...engine import record
from ...engine.decide import VERSION
from .. import dunning_bulk
from ..dunning_inside import inside
from . import dunning_rests_on

_logger = logging.getLogger(__name__)

ASK_BATCH = 1000  # debtors; as in a proposal
# Of more debtors than these nobody who opens a list waits until they were asked about, where the job does it anyway.
AT_ONCE = 100
SHIPPED_REST = "cremann_dunning.dunning_procedure_rest"
JOB, JOB_ALIVE = "cremann_dunning.dunning_cron_figures", timedelta(minutes=5)
# The first day on which the day alone gives another answer. What waits says when; what is due or went wrong tells of
# its days, and so does a debtor with instalments, of which only one speaks; and something else falls due some day.
KEEP = """
, answers AS (
    SELECT partner_id, COUNT(*) AS number,
           MIN(CASE WHEN next_date > %(today)s THEN next_date
                    WHEN next_date IS NOT NULL OR outcome IN ('send', 'ride', 'error') OR params ? 'days'
                    THEN %(tomorrow)s END) AS turn
      FROM dunning_decision
     WHERE company_id = %(company)s AND is_current AND partner_id IN (SELECT partner_id FROM known)
     GROUP BY 1
), claims AS (
    SELECT partner_id, COUNT(*) FILTER (WHERE due_date IS NULL OR due_date < %(seen)s) AS number,
           MIN(due_date) FILTER (WHERE due_date >= %(seen)s) AS next_due
      FROM items WHERE is_claim GROUP BY 1
)
INSERT INTO dunning_freshness AS s (company_id, partner_id, day, turn, mark, rules)
SELECT %(company)s, partner_id, %(today)s,
       COALESCE(LEAST(w.turn, c.next_due - (%(seen)s - %(today)s) + 1,
                      CASE WHEN c.number > COALESCE(w.number, 0) THEN %(tomorrow)s END), %(never)s),
       mark, rules
  FROM marks LEFT JOIN answers w USING (partner_id) LEFT JOIN claims c USING (partner_id)
    ON CONFLICT (company_id, partner_id) DO UPDATE
   SET day = EXCLUDED.day, turn = EXCLUDED.turn, mark = EXCLUDED.mark, rules = EXCLUDED.rules
 WHERE (s.day, s.turn, s.mark, s.rules)
       IS DISTINCT FROM (EXCLUDED.day, EXCLUDED.turn, EXCLUDED.mark, EXCLUDED.rules)
"""


class DunningFreshness(models.Model):
    """What the answers in force about a debtor rest on: what somebody looks at is asked anew where that has changed.

    Unlike ``dunning.standing`` it knows no run, and nobody is left out: it is about what the answers say, and not about
    what a run would draft. Only decisions change, and what is shown of them; nothing is drafted and nothing leaves.
    """

    _name = "dunning.freshness"
    _description = "Freshness of answers"
    _inherit = ["dunning.record.mixin"]
    _log_access = False
    _rec_name = "partner_id"

    company_id = dunning_bulk.Unguarded("res.company", required=True, readonly=True)  # _once starts with it
    partner_id = fields.Many2one("res.partner", string="Debtor", required=True, readonly=True, ondelete="cascade")
    day = fields.Date(required=True, readonly=True, string="Asked on")
    turn = fields.Date(required=True, readonly=True, help="The day on which time alone gives another answer.")
    mark = fields.Char(required=True, readonly=True, help="Stands for all rows about the debtor that count.")
    rules = fields.Char(required=True, readonly=True, help="Digest of the rules that hold for everybody.")

    _once = models.UniqueIndex("(company_id, partner_id)", "A debtor is fresh once in a company.")
    # What every screen asks about all debtors: whether a rule or a day is another one, see dunning_rests_on.SUSPECTS.
    _rules_idx = models.Index("(company_id, rules)")
    _turn_idx = models.Index("(company_id, turn)")
    _day_idx = models.Index("(company_id, day)")

    @api.model
    def _bring(self, places, figures=True):
        """Ask anew whatever is shown of these debtors and rests no longer on what is there now, in sets.

        Debtors about whom nothing was ever asked are left to the runs, and so are companies that are off. Of very many
        at once, as after midnight or a change of the rules, the job asks, which runs every minute.

        :param places: ``{company id: commercial partner ids}``, None for all of the company.
        :param figures: look as well whether very many cases have to be read from the ledger, and put them away.
        :raises ReadOnlySqlTransaction: something is old, and this cursor only reads; Odoo tries again with another.
        """
        for company in self.env["res.company"].browse(places).filtered(lambda company: company.dunning_mode != "off"):
            partner_ids = places[company.id]
            if partner_ids is not None and not partner_ids:
                continue
            self.env["dunning.receipt.look"]._bring(company)
            stale = self._stale(company, partner_ids)
            if not stale or (partner_ids is None and len(stale) > AT_ONCE and self._job_comes()):
                continue
            if self.env.cr.readonly:
                raise ReadOnlySqlTransaction("What is shown about debtors is asked anew")
            if self._is_free(company):
                self._ask(company, stale)
        if figures and None in places.values():
            self._bring_figures()

    @api.model
    def _bring_figures(self, answers=False):
        """Put away what is known of cases where so many would have to be read from the ledger that everybody waits.

        :param answers: as for ``dunning.figures._put_away``.
        """
        if self.env["dunning.figures"]._is_much():
            if self.env.cr.readonly:
                raise ReadOnlySqlTransaction("Figures of many debtors are put into their cases")
            self.env["dunning.figures"]._put_away(answers)

    @api.model
    def _job_comes(self):
        """Whether the job that asks anew about everybody is at work: it ran within the last minutes."""
        if "cron_end_time" in self.env.context:  # this is the job
            return False
        job = self.env.ref(JOB, raise_if_not_found=False)
        return bool(job and job.active and job.lastcall and fields.Datetime.now() - job.lastcall < JOB_ALIVE)

    @api.model
    def _stale(self, company, partner_ids=None):
        """The ids of debtors whose answers may be old.

        :param partner_ids: as in ``_bring``. Only those are looked at about whom something was written or whose day has
            come, unless it is about everybody.
        """
        query, about = dunning_rests_on.stale(partner_ids), self._suspects(company, partner_ids)
        if about is not None and not about:
            return []
        about = partner_ids if about is None else about
        return [partner_id for partner_id, *_mark in self.env.execute_query(self._over_marks(query, company, about))]

    @api.model
    def _suspects(self, company, partner_ids=None):
        """The ids of debtors of whom answers may be old, None for all. :param partner_ids: as in ``_bring``."""
        self.env.flush_all()
        query = dunning_rests_on.suspects(
            company, partner_ids, house=self._house(company), today=company._dunning_today()
        )
        found = [partner_id for (partner_id,) in self.env.execute_query(query)]
        return None if None in found else found

    @api.model
    def _over_marks(self, query, company, partner_ids, **asked):
        """See ``dunning_rests_on.marks``."""
        self.env.flush_all()
        today = company._dunning_today()
        return dunning_rests_on.marks(
            self.env,
            query,
            company,
            partner_ids,
            house=self._house(company),
            recent=company._dunning_reached_since(today),
            today=today,
            **asked,
        )

    @api.model
    def _house(self, company):
        """What holds for the whole company, as text."""
        # which one: whether it is at work is among the rules
        shipped = self.env["ir.model.data"]._xmlid_to_res_id(SHIPPED_REST, raise_if_not_found=False)
        rest = company.dunning_rest_procedure_id.id or shipped
        house = record.text(company._dunning_house())
        # once its day is full nothing more is due today
        full = self.env["dunning.reaching"]._room(company, company._dunning_today()) == 0
        return repr((VERSION, house, company.country_id.id, company.dunning_periodic, rest, full))

    @api.model
    def _ask(self, company, partner_ids):
        """Bring decisions, cases and calls of these debtors up to date; an error leaves what was shown before."""
        partners = self.env["res.partner"]
        try:
            with self.env.cr.savepoint():
                for batch in split_every(ASK_BATCH, partner_ids, list):
                    self.env["dunning.case.mixin"]._redecide_debtors(company, partners.browse(batch))
            if look := inside(self.env, "dunning_fresh"):
                look.changed = None
        except self.env["dunning.letter"]._business_errors():
            # a screen opens whatever goes wrong here; a run says what it is
            self._suspect(company, partner_ids)
            _logger.exception("Dunning: %s debtors of company %s are not asked anew", len(partner_ids), company.id)

    @api.model
    def _suspect(self, company, partner_ids):
        """Nobody could ask about these debtors: whoever looks next does. :param partner_ids: all when None."""
        only = SQL() if partner_ids is None else SQL("AND partner_id = ANY(%s)", list(partner_ids))
        self.env.cr.execute(
            SQL("UPDATE dunning_freshness SET turn = day WHERE company_id = %s AND turn > day %s", company.id, only)
        )
        self.invalidate_model(["turn"])

    @api.model
    def _keep(self, company, partner_ids=None):
        """The answers in force about these debtors are those of now.

        :param partner_ids: commercial partners; all about whom anything was ever asked when None.
        """
        today = company._dunning_today()
        seen, _listed = self.env["dunning.ledger"]._horizons(company, today)
        tomorrow = today + timedelta(days=1)
        self.env.cr.execute(self._over_marks(KEEP, company, partner_ids, tomorrow=tomorrow, seen=seen, never=date.max))
        self.invalidate_model()

    @api.model
    def _after_proposal(self, run, ledger):
        """A run of today has looked: debtors in whose ledger it found nothing to ask have no answer any more.

        :param ledger: the partner ids that it found.
        """
        if run.date != run.company_id._dunning_today():
            return
        only = run.partner_ids.commercial_partner_id.ids or None
        about = SQL("AND partner_id = ANY(%s)", only) if only else SQL("AND partner_id IS NOT NULL")
        self._retire(SQL("company_id = %s %s AND NOT partner_id = ANY(%s)", run.company_id.id, about, list(ledger)))
        self._keep(run.company_id, only)

    @api.model
    def _retire_unanswered(self, company, partner_ids, outcomes):
        """Of what was not answered any more nothing is in force: paid, credited, or due later than before.

        :param outcomes: all answers of now about these debtors.
        """
        held = self.env.execute_query(
            SQL(
                "SELECT id, move_line_id FROM dunning_decision"
                " WHERE is_current AND company_id = %s AND partner_id = ANY(%s)",
                company.id,
                list(partner_ids),
            )
        )
        if not held:
            return
        answered = {decision.claim.line_id for outcome in outcomes for decision in outcome.decisions}
        gone = [id_ for id_, line_id in held if line_id not in answered]
        if gone:
            self.env["dunning.decision"]._retire(gone)

    @api.model
    def _retire(self, condition):
        decisions = self.env["dunning.decision"]
        rows = self.env.execute_query(SQL("SELECT d.id FROM dunning_decision d WHERE is_current AND %s", condition))
        if rows:
            decisions._retire([id_ for (id_,) in rows])

    @api.model
    def _still_refused(self, company, debtors, outcomes):
        """What the rules stopped when its letter was made is no step that is due: where that was so, it is tried again.

        The facts alone would say that a letter is due. Only values are made, and no letter.
        """
        before = self.env.execute_query(
            SQL(
                "SELECT DISTINCT partner_id FROM dunning_decision WHERE company_id = %s AND is_current"
                " AND partner_id = ANY(%s) AND inputs ? 'outside'",
                company.id,
                [debtor.partner_id for debtor in debtors],
            )
        )
        stopped = {partner_id for (partner_id,) in before}
        places = [index for index, debtor in enumerate(debtors) if debtor.partner_id in stopped]
        if not places:
            return outcomes
        run = self.env["dunning.run"].new({"company_id": company.id, "date": company._dunning_today()})
        tried = [outcomes[index] for index in places]
        self.env["dunning.proposal"]._values(run, [debtors[index] for index in places], tried)
        again = dict(zip(places, tried, strict=True))
        return [again.get(index, outcome) for index, outcome in enumerate(outcomes)]

    # -- runs and looks at the same time --------------------------------------------------------------------------

    @api.model
    def _begin(self, company):
        """A run decides in this transaction: until its end nobody who looks asks anything anew beside it."""
        self.env.cr.execute(SQL("SELECT pg_advisory_xact_lock_shared(hashtext('dunning_freshness'), %s)", company.id))

    @api.model
    def _is_free(self, company):
        """Whether nobody decides about this company now. Whoever does brings to date what is old, and would otherwise
        have to start again because of somebody who only looked."""
        [(is_free,)] = self.env.execute_query(
            SQL("SELECT pg_try_advisory_xact_lock(hashtext('dunning_freshness'), %s)", company.id)
        )
        return is_free
