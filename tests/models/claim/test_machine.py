"""Whatever a bookkeeper does to the ledger in whatever order: claims are followed, and letters stay right.

Each example is a small history of weeks: invoices are posted, reset, changed, split, paid, credited, deleted and given
to other customers, contacts move below each other, people note disputes and promises, and letters go out meanwhile.
"""

from datetime import timedelta

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from odoo import Command
from odoo.tests import tagged

from ...common import TODAY, DunningCase

NUMBER = st.integers(0, 999)
# Derandomized: the same examples everywhere. Making a failing one smaller would take minutes: its steps are told.
steady = settings(
    max_examples=12,
    stateful_step_count=26,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
INTERVAL = 6


class Ledger(RuleBasedStateMachine):
    """One Dutch company with four debtors, one of them a person."""

    case = None  # the test that runs it

    def __init__(self):
        super().__init__()
        case = type(self).case
        self.test, self.env, self.today, self.said = case, case.env, TODAY, {}
        self.savepoint = case.cr.savepoint()
        self.savepoint.__enter__()
        kinds = ("business", "business", "consumer", "unknown")
        self.debtors = [case.debtor(f"Debtor {index}", kind=kind) for index, kind in enumerate(kinds)]
        self.moves = self.env["account.move"]
        self.seen = case.seen

    def teardown(self):
        self._check_replay()
        self.savepoint.rollback()
        self.savepoint.__exit__(None, None, None)
        self.env.invalidate_all(flush=False)
        self.env.registry.clear_cache()

    # -- what bookkeepers do --------------------------------------------------------------------------------------

    @initialize()
    def books(self):
        for index, parts in enumerate((1, 2, 3, 1, 2, 1)):
            self.invoice(index, parts, 300 + 50 * index, 20 - index)

    @rule(who=NUMBER, parts=st.integers(1, 3), amount=st.integers(50, 900), due=st.integers(-5, 40))
    def invoice(self, who, parts, amount, due):
        with self.test.at(self.today):
            options = {"term": self._term(parts)} if parts > 1 else {}
            self.moves |= self.test.invoice(self._one(self.debtors, who), amount, due=self._day(due), **options)

    @rule(which=NUMBER, how=st.sampled_from(("nothing", "term", "one", "date", "amount", "customer")), number=NUMBER)
    def edit(self, which, how, number):
        """Reset to draft, changed and posted again, by somebody without any right to dunning."""
        move = self._one(self._posted(), which)
        if not move:
            return
        with self.test.at(self.today):
            move.line_ids.remove_move_reconcile()
            own = self.test.as_user(self.test.biller, move)
            own.button_draft()
            vals = {
                "term": {"invoice_payment_term_id": self._term(1 + number % 3).id},
                "one": {"invoice_payment_term_id": False, "invoice_date_due": move.invoice_date_due},
                "date": {"invoice_date": move.invoice_date + timedelta(days=number % 7 - 3)},
                "customer": {"partner_id": self._one(self.debtors, number).id},
            }.get(how, {})
            if vals:
                own.write(vals)
            if how == "amount":
                own.invoice_line_ids[:1].price_unit = 40 + number
            own.action_post()
            move.sudo().write({"is_move_sent": True, "dunning_sent_on": self.today, "dunning_sent_changed": False})
            self._settle_down()
        self.seen[how] += 1

    @rule(which=NUMBER, part=st.sampled_from((100, 100, 60, 30)))
    def pay(self, which, part):
        move = self._one(self._posted().filtered(lambda move: move.payment_state in ("not_paid", "partial")), which)
        if move:
            with self.test.at(self.today):
                self.test.pay(move, round(move.amount_residual * part / 100, 2))
                self._settle_down()

    @rule(which=NUMBER)
    def credit(self, which):
        move = self._one(self._posted().filtered(lambda move: move.payment_state == "not_paid"), which)
        if move:
            with self.test.at(self.today):
                wizard = self.env["account.move.reversal"].with_context(
                    active_model="account.move", active_ids=move.ids
                )
                wizard = wizard.create({"journal_id": move.journal_id.id, "date": self.today})
                self.env["account.move"].browse(wizard.refund_moves()["res_id"]).action_post()
                self._settle_down()
            self.seen["credit"] += 1

    @rule(which=NUMBER, sure=st.integers(0, 3))
    def delete(self, which, sure):
        move = self._one(self._posted(), which)
        if move and not sure:
            with self.test.at(self.today):
                move.line_ids.remove_move_reconcile()
                own = self.test.as_user(self.test.biller, move).with_context(force_delete=True)
                own.button_draft()
                own.unlink()
                self.moves -= move
                self._settle_down()
            self.seen["delete"] += 1

    # -- what people note -----------------------------------------------------------------------------------------

    @rule(which=NUMBER, what=st.sampled_from(("dispute", "promise", "hold")))
    def note(self, which, what):
        move = self._one(self._posted().filtered(lambda move: move.payment_state == "not_paid"), which)
        if not move:
            return
        with self.test.at(self.today):
            case = self.env["dunning.case"]._for_partners(move.commercial_partner_id, self.test.nl, create=True)
            about = {"case_id": case.id, "move_ids": [Command.set(move.ids)]}
            known = self.env["dunning.dispute"].search([("state", "=", "open"), ("move_ids", "in", move.ids)])
            if what == "dispute" and known:  # nothing is disputed twice
                known.write({"outcome": "rejected"})
                known.action_close()
            if what == "dispute":
                self.env["dunning.dispute"].create({**about, "reason": "price"})
            elif what == "promise":
                day, amount = self.today + timedelta(days=5), move.amount_residual
                self.env["dunning.promise"].create({**about, "date": day, "amount": amount})
            else:
                self.env["dunning.hold"].create(
                    {"move_id": move.id, "company_id": self.test.nl.id, "reason": "Asked", "date_until": self._day(-9)}
                )
        self.seen[what] += 1

    # -- letters --------------------------------------------------------------------------------------------------

    @rule(days=st.sampled_from((3, 7, 9, 15)), leave=st.sampled_from((0, 0, 0, 1)))
    def round(self, days, leave):
        """Some days later: letters are proposed and, unless somebody leaves it at that, confirmed and sent."""
        self.today += timedelta(days=days)
        with self.test.at(self.today):
            run = self.test.run_for()
            self._check_answers()
            if not leave:
                letters = self.test.confirm(run).with_env(self.env)
                self._check_letters(letters)
                self.test.send_outbox(letters)
                self.seen["letters"] += len(letters)
            self.said |= {line.id: self._as_said(line) for line in run.sudo().letter_ids.line_ids}
            self._settle_down()

    # -- what must hold -------------------------------------------------------------------------------------------

    @invariant()
    def no_level_without_its_letter(self):
        unproven = self._rows(
            """
            SELECT m.name FROM account_move m WHERE m.dunning_level_id IS NOT NULL AND NOT EXISTS (
                   SELECT FROM dunning_letter_line k JOIN dunning_letter f ON f.id = k.letter_id AND f.state = 'sent'
                     JOIN dunning_claim c ON c.id = k.claim_id AND c.move_line_id IS NOT NULL
                    WHERE c.move_id = m.id AND k.level_id = m.dunning_level_id)
            """
        )
        self.test.assertFalse(unproven, "a level that no letter proves")

    @invariant()
    def a_claim_is_one_item_of_its_debtor(self):
        wrong = self._rows(
            """
            SELECT c.id, c.number FROM dunning_claim c
              JOIN account_move_line l ON l.id = c.move_line_id AND l.parent_state = 'posted'
              JOIN res_partner p ON p.id = l.partner_id
             WHERE l.move_id <> c.move_id OR p.commercial_partner_id <> c.partner_id
            """
        )
        self.test.assertFalse(wrong, "a claim of another debtor or entry")
        lost = self._rows(
            "SELECT id FROM dunning_claim WHERE (ended_on IS NULL) <> (end_reason IS NULL)"
            " OR ended_on IS NOT NULL AND move_line_id IS NOT NULL"
        )
        self.test.assertFalse(lost, "a claim that ended without saying why")

    @invariant()
    def what_was_said_stays(self):
        lines = self.env["dunning.letter.line"].browse(self.said).exists()
        for line in lines.filtered(lambda line: line.state in ("sent", "issued")):
            self.test.assertEqual(self._as_said(line), self.said[line.id])

    def _check_answers(self):
        """Every overdue claim has an answer in force."""
        silent = self._rows(
            """
            SELECT m.name FROM account_move_line l
              JOIN account_move m ON m.id = l.move_id AND m.state = 'posted' AND m.move_type = 'out_invoice'
              JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
             WHERE m.company_id = %s AND l.date_maturity < %s AND l.amount_residual > 0 AND NOT EXISTS (
                   SELECT FROM dunning_decision d WHERE d.move_line_id = l.id AND d.is_current)
            """,
            self.test.nl.id,
            self.today,
        )
        self.test.assertFalse(silent, "an overdue claim without an answer")

    def _check_letters(self, letters):
        """No letter within the interval to one debtor, nothing asked that is kept back or settled, no step skipped."""
        sent = self.env["dunning.letter"].search([("state", "in", ("sent", "cancelled")), ("sent_on", "!=", False)])
        for letter in letters:
            debtor = letter.partner_id.commercial_partner_id
            before = sent.filtered(lambda other, debtor=debtor: other.partner_id.commercial_partner_id == debtor)
            last = max(before.mapped("sent_on"), default=None)
            self.test.assertTrue(not last or (self.today - last).days >= INTERVAL, f"{letter.name}: too soon")
            asked = letter.line_ids.filtered("principal_part")
            self.test.assertFalse(asked.move_id & self._kept_back(), f"{letter.name}: asks what is kept back")
            self.test.assertTrue(all(line.move_line_id.amount_residual > 0 for line in asked), letter.name)
            for line in letter.line_ids.filtered("level_id"):
                steps = letter.procedure_id.level_ids.sorted("sequence").ids
                done = line.claim_id.line_ids.filtered(lambda k: k.state == "sent" and k.level_id and not k.is_let_go)
                reached = {step for step in steps if step in done.level_id.ids}
                self.test.assertEqual(reached, set(steps[: steps.index(line.level_id.id)]), f"{letter.name}: skipped")

    def _kept_back(self):
        disputes = self.env["dunning.dispute"].search([("state", "=", "open")])
        promises = self.env["dunning.promise"].search([("state", "=", "open"), ("date", ">=", self.today)])
        holds = self.env["dunning.hold"].search([("is_running", "=", True)])
        return disputes.move_ids | promises.move_ids | holds.move_id

    def _check_replay(self):
        """What was decided is decided again from what was kept of it."""
        decisions = self.env["dunning.decision"].sudo().search([("company_id", "=", self.test.nl.id)], limit=25)
        for decision in decisions:
            answer = decision.replay()
            self.test.assertTrue(answer["same"] or answer["outside"], f"{decision.code}: {answer}")

    # -- small things ---------------------------------------------------------------------------------------------

    def _rows(self, sql, *params):
        self.env.flush_all()
        self.test.cr.execute(sql, params)
        return self.test.cr.fetchall()

    def _settle_down(self):
        self.env.flush_all()
        self.env.invalidate_all()

    def _one(self, of, number):
        return of[number % len(of)] if of else of

    def _posted(self):
        return self.moves.filtered(lambda move: move.state == "posted")

    def _day(self, ago):
        return self.today - timedelta(days=ago)

    def _term(self, parts):
        lines = [
            Command.create({"value": "percent", "value_amount": 100 // parts if n else 100 - 100 // parts * (parts - 1),
                            "nb_days": 10 * n})
            for n in range(parts)
        ]  # fmt: skip
        return self.env["account.payment.term"].create({"name": "Parts", "line_ids": lines})

    def _as_said(self, line):
        return line.number, line.label, line.date_due, line.amount_total, line.amount_open, line.level_id.id


@tagged("post_install", "-at_install")
class TestMachine(DunningCase):
    without_pdf = True

    def test_machine(self):
        self.seen = dict.fromkeys(
            ("nothing", "term", "one", "date", "amount", "customer", "credit", "delete", "dispute", "promise", "hold",
             "letters"), 0
        )  # fmt: skip
        machine = type("Ledger", (Ledger,), {"case": self})
        run_state_machine_as_test(machine, settings=steady)
        self.assertTrue(all(self.seen.values()), f"something never happened: {self.seen}")
        self.assertGreater(self.seen["letters"], 20)
