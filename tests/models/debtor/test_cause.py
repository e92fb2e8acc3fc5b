"""Why a customer does not pay: asked in each contact, kept with its day, and what follows stands in a table."""

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from ...common import TODAY
from .agreement_case import AgreementCase


class CauseCase(AgreementCase):
    def setUp(self):
        super().setUp()
        self.nl.dunning_quiet_days = 0
        self.run_for().action_cancel()

    def contact(self, moves=None, outcome="other", **vals):
        return self.note("dunning.contact", moves, outcome=outcome, **vals)

    def route(self, cause):
        return self.as_user(self.manager, self.env.ref(f"cremann_dunning.dunning_cause_route_{cause}"))


@tagged("post_install", "-at_install")
class TestCause(CauseCase):
    def test_asked_in_each_contact(self):
        """The outcome says it where it can; nobody has to choose twice, and what was chosen stays."""
        form = Form(self.as_user(self.user)["dunning.contact"].with_context(default_case_id=self.case.id))
        for outcome, cause in (
            ("other", "unknown"), ("cannot_pay", "short"), ("refused", "refuses"), ("disputed", "dissatisfied"),
            ("copy", "error"), ("instalments", "short"), ("not_reached", False), ("paying", "unknown"),
        ):  # fmt: skip
            form.outcome = outcome
            self.assertEqual(form.cause, cause, outcome)
        form.cause = "forgot"
        form.outcome = "promised"
        self.assertEqual(form.cause, "forgot")
        self.assertEqual(form.save().cause, "forgot")

    def test_the_screen_says_what_follows(self):
        form = Form(self.as_user(self.user)["dunning.contact"].with_context(default_case_id=self.case.id))
        form.outcome = "other"
        self.assertFalse(form.cause_follows)
        for cause, words in (
            ("forgot", "The next step follows as always. Ask on which day"),
            ("error", "Nothing follows for 7 days. Send the invoice again"),
            ("short", "Somebody decides what follows; after 7 days it goes on by itself. Offer"),
        ):
            form.cause = cause
            self.assertIn(words, form.cause_follows)

    def test_call_mode_says_one_thing(self):
        """What follows from the cause, and not beside it that the steps go on."""
        calls = self.as_user(self.user)["dunning.call.wizard"]
        window = calls._for_cases(self.case.with_env(calls.env))
        for outcome, follows in (("cannot_pay", "Somebody decides what follows"), ("other", "The steps go on.")):
            window.outcome = outcome
            self.assertIn(follows, window.follows)
            self.assertEqual("steps go on" in window.follows, outcome == "other")
        window.cause = "error"
        self.assertIn("Nothing follows for 7 days", window.follows)

    def test_it_steers_at_once_and_ends_by_itself(self):
        self.contact(self.move, cause="error")
        self.assertEqual((self.code(self.move), self.code(self.second)), ("CAUSE_WAIT", "LETTER"))
        self.assertIn("Something went wrong on the way", self.why(self.move))
        for days, code in ((6, "CAUSE_WAIT"), (7, "CAUSE_WAIT"), (8, "LETTER")):
            with self.subTest(days), self.at(days):
                run = self.run_for()
                self.assertEqual(self.code(self.move), code)
                run.action_cancel()

    def test_the_last_that_he_said_counts(self):
        first = self.contact(cause="error")
        self.assertEqual(self.code(self.second), "CAUSE_WAIT")
        second = self.contact(cause="short")
        self.assertEqual(self.code(self.second), "CAUSE_PERSON")
        self.contact(outcome="not_reached")
        self.contact(cause="unknown")
        self.assertEqual(self.code(self.second), "CAUSE_PERSON", "that nobody knows is no news")
        second.cause = "forgot"
        self.assertEqual(self.code(self.second), "LETTER")
        second.active = False
        self.assertEqual(self.code(self.second), "CAUSE_WAIT")
        first.active = False
        self.assertEqual(self.code(self.second), "LETTER")

    def test_what_was_agreed_of_it_is_what_follows(self):
        """A dispute over a part leaves the rest to be asked, also of somebody who is not satisfied."""
        contact = self.contact(self.move, "disputed", dispute_reason="price", dispute_extent="part", dispute_amount=40)
        self.assertEqual((contact.cause, contact.dispute_id.amount), ("dissatisfied", 40))
        self.assertEqual(self.code(self.move), "LETTER")
        contact.active = False
        self.contact(self.move, "disputed")
        self.assertEqual(self.code(self.move), "CAUSE_PERSON", "nobody noted the dispute yet")

    def test_the_table_is_tuned(self):
        self.contact(cause="refuses")
        self.assertEqual(self.code(self.move), "LETTER")
        self.route("refuses").write({"route": "person", "days": 3})
        self.run_for().action_cancel()
        self.assertEqual(self.code(self.move), "CAUSE_PERSON")
        own = self.as_user(self.manager)["dunning.cause.route"].create(
            {"cause": "refuses", "route": "go_on", "company_id": self.nl.id}
        )
        self.run_for().action_cancel()
        self.assertEqual(self.code(self.move), "LETTER", "that of the company goes before")
        own.unlink()
        self.route("refuses").unlink()
        self.run_for().action_cancel()
        self.assertEqual(self.code(self.move), "LETTER")

    def test_bad_rows(self):
        route = self.route("error")
        for days in (-1, 91):
            with self.refused("", CheckViolation):
                route.days = days
        with self.refused("for how many days", ValidationError):
            route.days = 0
        with self.refused("", UniqueViolation):
            route.copy()
            self.env.flush_all()
        with self.refused("", AccessError):
            self.as_user(self.user, route).days = 3

    def test_a_decision_is_made_again_from_what_was_kept(self):
        self.contact(self.move, cause="short")
        decision = self.env["dunning.decision"].search([("move_id", "=", self.move.id), ("is_current", "=", True)])
        self.assertEqual((decision.code, decision.replay()["same"]), ("CAUSE_PERSON", True))

    # -- on the case ----------------------------------------------------------------------------------------------

    def test_the_case_tells_it(self):
        case = self.as_user(self.user, self.case)
        self.assertEqual((case.cause, case.cause_words), (False, False))
        self.contact(cause="short", kind="mail")
        case.invalidate_recordset()
        self.assertEqual(case.cause, "short")
        self.assertEqual(case.cause_words, f"Short of money (11/16/2026, E-mail, {self.user.name})")
        cases = self.as_user(self.user)["dunning.case"]
        other = self.env["dunning.case"]._for_partners(self.debtor("Other"), self.nl, create=True)
        both = [("id", "in", (self.case + other).ids)]
        self.assertEqual(cases.search([*both, ("cause", "=", "short")]), case)
        self.assertFalse(cases.search([*both, ("cause", "=", "refuses")]))
        self.assertEqual(cases.search([*both, ("cause", "=", False)]).ids, other.ids)
        self.assertEqual(cases.search([*both, ("cause", "!=", "short")]).ids, other.ids)
        self.assertEqual(self.screen(case.env, "dunning.case", "form")["cause_words"], {})

    def test_of_one_company(self):
        be = self._company("be")
        self.env.user.company_ids = [Command.link(be.id)]
        self.contact(cause="short")
        facts = self.env["dunning.cause.route"]._facts
        self.assertEqual((list(facts(self.nl, self.partner.ids)), facts(be, self.partner.ids)), (self.partner.ids, {}))

    def test_flat(self):
        partners = self.env["res.partner"].union(*(self.debtor(f"Debtor {number}") for number in range(6)))
        for partner in partners:
            case = self.env["dunning.case"]._for_partners(partner, self.nl, create=True)
            self.env["dunning.contact"].create(
                {"case_id": case.id, "outcome": "cannot_pay", "date": f"{TODAY} 08:00:00"}
            )
        routes = self.env["dunning.cause.route"]
        self.env.flush_all()
        with self.counted() as one:
            routes._facts(self.nl, partners[:1].ids)
        with self.counted() as many:
            self.assertEqual(len(routes._facts(self.nl, partners.ids)), 6)
        self.assertEqual(one, many)
