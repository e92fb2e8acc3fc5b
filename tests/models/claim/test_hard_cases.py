"""Cases in which more than one answer could be right, or of which there are many at once."""

from odoo.tests import tagged

from ...common import TODAY
from .test_following import FollowingCase


@tagged("post_install", "-at_install")
class TestHardCases(FollowingCase):
    def claims(self, move):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["dunning.claim"].search([("number", "=", move.name)])

    def test_sixty_instalments(self):
        """A year and more of weeks, the first ten of them overdue: each its claim, and one letter about all."""
        parts = [(1.5, 7 * week) for week in range(59)] + [(11.5, 7 * 59)]
        move = self.instalments(amount=6000, due=70, parts=parts)
        letter = self.letter("sent")
        claims = self.claims(move)
        lines = letter.line_ids
        self.assertEqual((len(lines), lines.mapped("amount_open")), (10, [90] * 10))
        self.assertEqual(lines.claim_id, claims)
        self.assertEqual(claims[0].display_name, f"{move.name} (1 of 60)")
        self.assertEqual(claims[9].display_name, f"{move.name} (10 of 60)")
        # posted again as it was: every one of them is the one that it was
        self.change(move)
        self.assertEqual(self.claims(move), claims)
        self.assertFalse(claims.filtered("end_reason"))
        self.assertEqual(set(claims.level_id.mapped("name")), {"Reminder"})
        # and in one: what all of them had does not count for ten times as much
        self.change(move, invoice_payment_term_id=False, invoice_date_due=move.invoice_date)
        claims = self.claims(move)
        self.assertEqual(claims.filtered("end_reason"), claims)
        self.assertFalse(move.dunning_level_id)

    def test_entry_deleted_after_its_letter_was_taken_back(self):
        move = self.instalments(parts=((100, 0),))
        number = move.name
        letter = self.letter("sent")
        self.env["dunning.withdrawal"]._withdraw(letter.sudo(), "sent by mistake", self.manager)
        biller = self.as_user(self.biller, move)
        biller.button_draft()
        biller.with_context(force_delete=True).unlink()
        self.env.flush_all()
        self.env.invalidate_all()
        [claim] = self.env["dunning.claim"].search([("number", "=", number)])
        self.assertEqual((claim.state, claim.end_reason, claim.ended_on), ("ended", "deleted", TODAY))
        self.assertFalse(claim.level_id, "the letter that moved it was taken back")
        self.assertEqual(letter.line_ids.claim_id, claim)

    def test_two_that_could_both_be_the_one(self):
        """Two halves that were asked become one item: the claim of which something was said last goes on, the other
        one says into which it went."""
        move = self.instalments()
        self.letter("sent")
        first, second = self.claims(move)
        self.change(move, invoice_payment_term_id=False, invoice_date_due=move.invoice_date)
        claims = self.claims(move)
        self.assertEqual(claims, first + second)
        goes_on = claims.filtered(lambda claim: not claim.end_reason)
        gone = (claims - goes_on).ensure_one()
        self.assertEqual((gone.end_reason, gone.into_id, gone.state), ("merged", goes_on, "ended"))
        self.assertEqual((goes_on.state, goes_on.amount_open, goes_on.level_id.name), ("open", 1000, "Reminder"))
        self.assertIn("Went into another claim", gone._why_ended())
        form = self.env["dunning.claim"].get_view(view_type="form")["arch"]
        self.assertIn('name="into_id"', form)
