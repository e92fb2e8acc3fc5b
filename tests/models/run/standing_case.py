"""Whether what a proposal passed over would come out the same if it were looked at."""

from contextlib import contextmanager
from unittest.mock import patch


class StandingMixin:
    """For test cases on a ledger: who was looked at, and what came of it."""

    @contextmanager
    def looked_at(self):
        """The debtors that proposals in this block decide on, a list that fills."""
        found = []
        proposal = type(self.env["dunning.proposal"])
        original = proposal._propose_batch

        def look(self, run, partner_ids, known, given=None):
            found.extend(partner_ids)
            return original(self, run, partner_ids, known, given)

        with patch.object(proposal, "_propose_batch", look):
            yield found

    def answers(self, run):
        """What is in force and what is drafted, as far as people see it."""
        decisions = run.sudo().decision_ids.filtered("is_current")
        decided = {(d.move_id.id, d.code, d.level_id.id, str(d.next_date), d.amount_open) for d in decisions}
        letters = self.env["dunning.letter"].search([("company_id", "=", run.company_id.id), ("state", "=", "draft")])
        names = ("partner_id", "contact_id", "lang", "tone", "level_id", "channel", "deadline", "amount_total")
        drafted = {
            (tuple(str(letter[name]) for name in names), tuple(sorted(letter.line_ids.mapped("amount_open"))))
            for letter in letters
        }
        return decided, drafted

    def assertSameWhenLookedAtAnew(self, run):
        """What was passed over gives the very answers that looking at everybody gives."""
        before = self.answers(run)
        self.env["dunning.standing"].sudo().search([]).unlink()
        with self.looked_at() as found:
            run.action_propose()
        self.assertEqual(bool(found), bool(before[0]))
        self.assertEqual(self.answers(run), before)
