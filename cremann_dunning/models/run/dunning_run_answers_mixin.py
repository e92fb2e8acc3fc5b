from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...engine.reasons import FOR_SOMEBODY
from .. import dunning_counted as counted
from ..event import as_fact
from .dunning_decision import SAME

FEW = 20  # answers that are read as they are; more of them are grouped by their reason

# The last answer of each run about each claim. A run that waits says what holds now: what was put right since, or
# settled, is no answer any more. One of another day is a look: what it found is in force nowhere.
ANSWERS = """
WITH linked AS (
    SELECT DISTINCT ON (r.run_id, d.move_id, d.move_line_id) r.run_id, d.move_id, d.move_line_id AS item, d.id
      FROM dunning_decision_run_rel r
      JOIN dunning_decision d ON d.id = r.decision_id
     WHERE r.run_id = ANY(%(runs)s)
     ORDER BY r.run_id, d.move_id, d.move_line_id, d.id DESC
), answers AS (
    SELECT l.run_id, l.id FROM linked l WHERE NOT l.run_id = ANY(%(waiting)s)
     UNION
    SELECT l.run_id, c.id FROM linked l
      JOIN dunning_decision c ON c.move_id = l.move_id AND c.is_current
       AND (l.item = c.move_line_id -- or whatever came in its place
            OR NOT EXISTS (SELECT FROM account_move_line i WHERE i.id = l.item AND i.move_id = l.move_id))
     WHERE l.run_id = ANY(%(waiting)s)
)
"""
# Of these what stands on no letter of the run. On a letter of another run, or due and on none, counts; what is on a
# letter of its own only when something speaks against it.
NOT_ON_A_LETTER = """
SELECT a.run_id, d.id
  FROM answers a
  JOIN dunning_decision d ON d.id = a.id
 CROSS JOIN LATERAL (
    SELECT bool_or(f.run_id = a.run_id) IS TRUE AS own,
           bool_or(f.run_id IS DISTINCT FROM a.run_id AND (k.level_id = d.level_id OR k.level_id IS NULL)) IS TRUE
               AS other
      FROM dunning_letter_line k
      JOIN dunning_letter f ON f.id = k.letter_id
     WHERE %(same)s AND k.is_cancelled IS NOT TRUE
 ) letters
 WHERE CASE WHEN d.outcome IN ('skip', 'error') THEN TRUE
            WHEN d.outcome = 'wait' THEN NOT own
            ELSE NOT own AND (other OR a.run_id = ANY(%(waiting)s)) END
 ORDER BY d.date DESC, d.id DESC
"""


class DunningRunAnswersMixin(models.AbstractModel):
    """What a run says about every claim it looked at, one answer each, and whose drafts hold one back."""

    _name = "dunning.run.answers.mixin"
    _description = "Answers of a dunning run"
    _inherit = ["dunning.fresh.mixin"]
    _from_answers = frozenset(
        {
            "kept_decision_ids",
            "act_decision_ids",
            "wait_decision_ids",
            "decision_count",
            "due_count",
            "elsewhere_ids",
            "elsewhere_text",
            "can_take_over",
        }
    )

    kept_decision_ids = fields.Many2many(
        "dunning.decision", compute="_compute_kept_decision_ids", string="Not on a letter"
    )
    act_decision_ids = fields.Many2many("dunning.decision", compute="_compute_kept_decision_ids", string="To act on")
    decision_count = fields.Integer(compute="_compute_decision_count")
    due_count = fields.Integer(
        compute="_compute_due_count", help="Invoices that are due and stand on no letter yet: it changed since."
    )
    elsewhere_ids = fields.Many2many(
        "dunning.letter",
        compute="_compute_elsewhere",
        string="Drafts elsewhere",
        help="Drafts of other runs, or written by hand, that hold back invoices of this run.",
    )
    elsewhere_text = fields.Char(compute="_compute_elsewhere")
    can_take_over = fields.Boolean(compute="_compute_elsewhere")

    def _waiting_runs(self):
        """Those of these runs that tell what holds now."""
        return self.filtered(
            lambda run: run.state == "proposed" and run.proposed_on and run.date == run._proposed_day()
        )

    def _dunning_places(self):
        """Runs that wait tell what holds now about their debtors."""
        waiting, found = self.sudo()._waiting_runs(), {}  # sudo: whom they are about; what they tell has its rights
        for company, runs in waiting.grouped("company_id").items():
            everybody = not all(run.partner_ids for run in runs)
            found[company.id] = None if everybody else runs.partner_ids.commercial_partner_id.ids
        return found

    def _proposed_day(self):
        """The day on which this run was proposed, by the clock of its company."""
        return self.company_id._dunning_day(self.proposed_on)

    def _answers(self, select):
        """What a query over ``ANSWERS`` gives per run id: decision ids."""
        self.env.flush_all()
        found = {}
        parameters = {"runs": self.ids, "waiting": self._waiting_runs().ids, "same": SAME}
        for run_id, decision_id in self.env.execute_query(SQL(ANSWERS + select, **parameters)):
            found.setdefault(run_id, []).append(decision_id)
        return found

    @api.depends("decision_ids", "letter_ids", "state")
    def _compute_kept_decision_ids(self):
        """What stands on no letter of this run; it may stand on one that another run had drafted already."""
        found = self._answers(NOT_ON_A_LETTER)
        for run in self:
            run.kept_decision_ids = kept = self.env["dunning.decision"].browse(found.get(run._origin.id, ()))
            run.act_decision_ids = kept.filtered(lambda decision: decision.code in FOR_SOMEBODY)

    @api.depends("decision_ids", "state")
    def _compute_decision_count(self):
        found = self._answers("SELECT run_id, id FROM answers")
        for run in self:
            run.decision_count = len(found.get(run._origin.id, ()))

    @api.depends("kept_decision_ids")
    def _compute_due_count(self):
        for run in self:
            due = run.kept_decision_ids.filtered(lambda decision: decision.outcome == "send")
            run.due_count = len(due.filtered(lambda decision: not decision.letter_id))

    @api.depends("kept_decision_ids", "state")
    @api.depends_context("lang")
    def _compute_elsewhere(self):
        for run in self:
            letters = run._elsewhere()
            run.elsewhere_ids = letters
            run.can_take_over = bool(letters.run_id)
            run.elsewhere_text = " ".join(
                run._whose(other, there) for other, there in letters.grouped("run_id").items()
            )

    def _elsewhere(self):
        """The drafts outside this run that hold back invoices which it looked at; a look ahead holds nothing."""
        self.ensure_one()
        letters = self.env["dunning.letter"]
        if self not in self._waiting_runs():
            return letters
        domain = [("state", "=", "draft"), ("company_id", "=", self.company_id.id), ("run_id", "!=", self.id)]
        held = self.kept_decision_ids.filtered(lambda decision: decision.outcome not in ("skip", "error"))
        lines = Domain("move_line_id", "in", held.mapped("move_line_id").ids) & Domain("level_id", "!=", False)
        found = letters.search([*domain, ("line_ids", "any", lines)], order="run_id, id")
        return found.filtered(lambda letter: not letter.run_id.is_ahead)

    def _whose(self, other, letters):
        """How many drafts wait where and with whom, as one sentence."""
        number = counted.letters(self.env, len(letters))
        if not other:
            writers = ", ".join(letters.create_uid.mapped("name"))
            return self.env._("%(letters)s that %(user)s wrote by hand.", letters=number, user=writers)
        if other.automatic:
            return self.env._("%(letters)s of the daily job, %(run)s.", letters=number, run=other.name)
        return self.env._(
            "%(letters)s in “%(run)s” by %(user)s.",
            letters=number,
            run=other.name,
            user=other.user_id.name,
        )

    def action_open_elsewhere(self):
        """Open the run or the letters that hold back invoices of this one."""
        self.ensure_one()
        self.check_access("read")
        letters = self.elsewhere_ids
        runs = letters.run_id
        if len(runs) == 1 and all(letter.run_id for letter in letters):
            return runs._get_records_action()
        action = self.env["ir.actions.act_window"]._for_xml_id("cremann_dunning.dunning_letter_action")
        return action | {"domain": [("id", "in", letters.ids)], "context": {}}

    def action_take_over(self):
        """Let the drafts of other runs about invoices of this one belong to this run; their makers are told.

        What somebody works on at this moment stays there, and so does what was written by hand.
        """
        self.ensure_one()
        self.check_access("write")
        if self not in self._waiting_runs():
            raise UserError(self.env._("Propose this run first, as of today; then it can take over letters."))
        wanted = self.elsewhere_ids.filtered("run_id").sudo()  # sudo: drafts are the engine's
        letters = wanted.try_lock_for_update(allow_referencing=True).filtered(lambda letter: letter.state == "draft")
        if not letters:
            raise UserError(self.env._("There is nothing to take over any more. Propose again to see what is due."))
        before = letters.grouped("run_id")
        letters.run_id = self.id
        self._tell(
            "letter.run_taken_over",
            letters=len(letters),
            runs=sorted(run.id for run in before),
            days=[as_fact.day(run.date) for run in before],
            makers=[as_fact.record(user) for user in self.env["res.users"].union(*(run.user_id for run in before))],
        )
        for run, taken in before.items():
            run._taken_over(len(taken), self)
        return self.action_propose()

    def _taken_over(self, count, by):
        """Tell whoever made this run that its letters stand in another one now; an empty one is closed."""
        self.ensure_one()
        self.invalidate_recordset(["letter_ids"])
        self._tell("letter.run_given", letters=count, into=as_fact.day(by.date), to_run=as_fact.named(by, str(by.date)))
        if keeper := self.user_id.filtered(lambda user: user.active and not user.share) - self.env.user:
            env = self.with_context(lang=keeper.lang or self.env.lang).env
            self.message_notify(
                subject=self.with_env(env).name,
                body=env._(
                    "%(user)s took over %(letters)s, which wait in “%(run)s” now.",
                    user=self.env.user.name,
                    letters=counted.letters(env, count),
                    run=by.with_env(env).name,
                ),
                partner_ids=keeper.partner_id.ids,
            )
        states = set(self.letter_ids.mapped("state"))
        if "draft" not in states:
            left = states - {"cancelled"}
            self.write({"state": "done", "confirmed_on": fields.Datetime.now()} if left else {"state": "cancelled"})
            if not left:
                self._tell("letter.run_cancelled")

    def action_open_decisions(self):
        """The answers of this run, one for each invoice; many of them by reason."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("cremann_dunning.dunning_decision_action")
        ids = self._answers("SELECT run_id, id FROM answers").get(self.id, [])
        return action | {"domain": [("id", "in", ids)], "context": {"search_default_group_code": len(ids) > FEW}}
