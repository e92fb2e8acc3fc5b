"""Figures of a case as the ledger has them at the moment of looking, and what nobody waits for."""

import random
from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.cremann_dunning.hooks import post_init_hook
from odoo.addons.cremann_dunning.models.debtor.dunning_figures import FIGURES
from odoo.addons.cremann_dunning.models.run import dunning_freshness

from ...common import TODAY, DunningCase

LOG = dunning_freshness.__name__
NAMES = ["days_overdue", *(name for name in FIGURES if name != "decision_id")]
DONE = "SELECT id, amount_overdue, xmin::text FROM dunning_case ORDER BY id"


@tagged("post_install", "-at_install")
class TestCaseNow(DunningCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_belgium()
        cls.partner, cls.other = cls.debtor("Now"), cls.debtor("Other")
        cls.move, cls.second = cls.invoice(cls.partner, 100, due=20), cls.invoice(cls.partner, 50, due=5)
        cls.third = cls.invoice(cls.other, 30, due=10)
        cls.run_for(partners=cls.partner + cls.other)
        cls.put_away()
        cls.cases = cls.as_user(cls.user, cls.env["dunning.case"]._for_partners(cls.partner + cls.other, cls.nl))
        cls.case = cls.cases.filtered(lambda case: case.partner_id == cls.partner)

    @classmethod
    def put_away(cls):
        cls.env.flush_all()
        cls.env["dunning.figures"]._put_away()
        cls.env.invalidate_all()

    def rows(self, statement):
        self.env.flush_all()
        self.cr.execute(statement)
        return self.cr.fetchall()

    def now(self, records=None):
        """What a screen reads, writing nothing."""
        before = self.rows(DONE)
        self.env.invalidate_all()
        found = (records or self.case).read(NAMES)
        self.assertEqual(self.rows(DONE), before)
        return found

    def figures(self):
        [found] = self.now()
        return tuple(found[name] for name in ("amount_overdue", "amount_not_due", "amount_credit", "invoice_count"))

    def test_payment_of_a_second_ago(self):
        self.assertEqual(self.figures(), (150, 0, 0, 2))
        self.pay(self.move)
        self.assertEqual(self.figures(), (50, 0, 0, 1))
        self.pay(self.second, 20)
        self.assertEqual(self.figures(), (30, 0, 0, 1))
        self.unallocated(self.partner, 12)
        self.assertEqual(self.figures(), (30, 0, 12, 1))
        self.pay(self.second, 30)
        [found] = self.now()
        self.assertEqual((found["amount_overdue"], found["level_id"], found["next_level_id"]), (0, False, False))
        self.assertEqual((found["days_overdue"], found["oldest_due_date"]), (0, False))

    def test_undone_again(self):
        self.pay(self.move)
        self.move.line_ids.remove_move_reconcile()
        self.assertEqual(self.figures(), (150, 0, 100, 2))

    def test_filters_orders_and_groups(self):
        cases = self.cases.browse()
        mine = [("id", "in", self.cases.ids)]
        order = "amount_overdue desc, id"
        self.assertEqual(cases.search(mine, order=order).partner_id, self.partner + self.other)
        self.pay(self.move)
        self.pay(self.second, 35)
        self.env.invalidate_all()
        self.assertEqual(cases.search(mine, order=order).partner_id, self.other + self.partner)
        self.assertEqual(cases.search([*mine, ("amount_overdue", "<", 20)]), self.case)
        self.assertEqual(cases.search([*mine, ("days_overdue", ">", 5)]).partner_id, self.other)
        self.assertEqual(cases.search([*mine, ("next_level_id.name", "=", "Reminder")]), self.cases)
        groups = cases.formatted_read_group(mine, ["next_level_id"], ["amount_overdue:sum", "__count"])
        found = [
            (group["next_level_id"] and group["next_level_id"][1], group["amount_overdue:sum"]) for group in groups
        ]
        self.assertEqual(found, [("Reminder", 30), (False, 15)])  # asked anew: what is left is too little for a letter
        self.pay(self.third)
        self.assertFalse(cases.web_search_read([*mine, ("is_due", "=", True)], {})["records"])
        self.assertEqual(self.cases.filtered_domain([("amount_overdue", ">", 0)]), self.case)

    def test_what_falls_due(self):
        self.invoice(self.partner, 70, due=-3)
        self.put_away()
        for ahead, expected in ((3, (150, 70, 0, 2)), (4, (220, 0, 0, 3)), (5, (220, 0, 0, 3))):
            with self.subTest(ahead), self.at(ahead):
                self.assertEqual(self.figures(), expected)
                [found] = self.now()
                self.assertEqual(found["days_overdue"], 20 + ahead)

    def test_not_due_yet_has_a_case_at_once(self):
        partner = self.debtor("Early")
        for due in (-30, 0):
            self.invoice(partner, 10, due=due)
        case = self.as_user(self.user, self.env["dunning.case"]._for_partners(partner, self.nl))
        [found] = self.now(case)
        self.assertEqual((found["amount_overdue"], found["amount_not_due"]), (0, 20))
        self.assertFalse(case.search([("id", "in", case.ids), ("amount_overdue", ">", 0)]))

    def test_past_odoo(self):
        """Whoever writes, and by whatever way."""
        line = self.move.line_ids.filtered(lambda line: line.account_id.account_type == "asset_receivable")
        self.rows("SELECT 1")
        self.cr.execute("UPDATE account_move_line SET amount_residual = 60 WHERE id = %s", line.ids)
        self.assertEqual(self.figures(), (110, 0, 0, 2))
        self.cr.execute("UPDATE account_move_line SET date_maturity = %s WHERE id = %s", [TODAY, line.id])
        self.assertEqual(self.figures(), (50, 60, 0, 1))
        self.cr.execute("UPDATE account_account SET account_type = 'asset_current' WHERE id = %s", line.account_id.ids)
        self.assertEqual(self.figures(), (0, 0, 0, 0))

    def test_another_debtor(self):
        child = self.env["res.partner"].create({"name": "Branch", "parent_id": self.other.id})
        self.assertEqual(child.commercial_partner_id, self.other)
        self.partner.write({"parent_id": self.other.id, "is_company": False})
        self.assertEqual(self.partner.commercial_partner_id, self.other)
        self.env.invalidate_all()
        case = self.as_user(self.user, self.env["dunning.case"]._for_partners(self.other, self.nl))
        [found] = self.now(case)
        self.assertEqual(found["amount_overdue"], 180)

    def test_company_of_its_own(self):
        self.invoice(self.partner, 999, due=9, company=self.be)
        self.assertEqual(self.figures(), (150, 0, 0, 2))
        [there] = self.env["dunning.case"]._for_partners(self.partner, self.be).read(NAMES)
        self.assertEqual(there["amount_overdue"], 999)
        other = self.as_user(self.be_user)["dunning.case"]
        self.assertEqual(other.search([("partner_id", "=", self.partner.id)]).mapped("amount_overdue"), [999])

    def test_whatever_happens_reads_as_it_is_put_away(self):
        """Histories at random: what is read before the job of every few minutes is what it puts into the cases."""
        for seed in range(4):
            dice = random.Random(seed)
            for _step in range(6):
                self.act(dice)
                self.env["dunning.freshness"]._bring({self.nl.id: None}, figures=False)
                before = self.now(self.cases)
                self.put_away()
                self.assertFalse(self.env["dunning.touch"].search_count([]))
                self.assertEqual(self.now(self.cases), before, seed)

    def act(self, dice):
        partner = dice.choice([self.partner, self.other])
        opened = self.env["account.move"].search(
            [
                ("partner_id", "=", partner.id),
                ("payment_state", "in", ("not_paid", "partial")),
                ("state", "=", "posted"),
                ("move_type", "=", "out_invoice"),
            ]
        )
        move = opened[dice.randrange(len(opened))] if opened else None
        what = dice.randrange(6)
        if what == 0 or not move:
            self.invoice(partner, dice.randrange(1, 90), due=dice.randrange(-9, 40))
        elif what == 1:
            self.pay(move, min(dice.randrange(1, 120), move.amount_residual))
        elif what == 2:
            self.credit(partner, dice.randrange(1, 40))
        elif what == 3:
            self.unallocated(partner, dice.randrange(1, 40))
        elif what == 4:
            move.button_draft()
            move.invoice_date_due = TODAY - timedelta(days=dice.randrange(-5, 30))
            move.action_post()
        else:
            self.env["dunning.hold"].create(
                {"partner_id": partner.id, "company_id": self.nl.id, "reason": "other", "move_id": move.id}
            )

    def test_what_needs_somebody_is_not_hidden(self):
        """A claim at the end of its ladder beside a younger one that goes by itself."""
        decision = self.case.decision_id.sudo()
        self.assertEqual(decision.code, "LETTER")
        [line] = self.move.line_ids.filtered(lambda line: line.account_id.account_type == "asset_receivable")
        self.rows("SELECT 1")
        self.cr.execute(
            "UPDATE dunning_decision SET code = 'LAST_LEVEL', outcome = 'skip', next_date = NULL"
            " WHERE is_current AND move_line_id = %s",
            line.ids,
        )
        self.env["dunning.figures"]._refresh(self.nl, self.partner.ids)
        self.env.invalidate_all()
        self.assertEqual(self.case.decision_id.sudo().code, "LAST_LEVEL")
        self.assertEqual((self.case.next_level_id.name, self.case.is_due), ("Reminder", True))

    def test_much_is_put_away_by_whoever_looks(self):
        self.rows("INSERT INTO dunning_touch (partner_id) VALUES (NULL) RETURNING id")
        self.assertTrue(self.rows("SELECT id FROM dunning_touch"))
        asked = self.env["dunning.figures"]._changed()
        self.assertIn(self.case.id, asked[self.nl].values())
        self.put_away()
        self.assertFalse(self.rows("SELECT id FROM dunning_touch"))

    def suspected(self):
        return self.partner.id in self.env["dunning.freshness"]._stale(self.nl)

    def test_what_nobody_could_ask_is_asked_later(self):
        """A company that is off while the cases are brought up to date, and an engine that fails."""
        for why in ("off", "error"):
            with self.subTest(why):
                self.assertFalse(self.suspected())
                self.pay(self.second, 5)
                if why == "off":
                    self.nl.dunning_mode = "off"
                    self.put_away()
                    self.nl.dunning_mode = "live"
                else:
                    gather = type(self.env["dunning.gather"])
                    with patch.object(gather, "facts", side_effect=UserError("no")), self.assertLogs(LOG, "ERROR"):
                        self.put_away()
                self.assertFalse(self.env["dunning.touch"].search_count([]))
                self.assertTrue(self.suspected())
                self.env["dunning.freshness"]._bring({self.nl.id: None})

    def test_whoever_decides_now_is_not_disturbed(self):
        third = self.env["res.company"].create({"name": "Third"})
        self.pay(self.second, 5)
        self.env.flush_all()
        self.cr.execute(
            "INSERT INTO dunning_touch (company_id, partner_id) VALUES (%s, %s)", [third.id, self.partner.id]
        )
        with self.registry.cursor() as other:
            other.execute("SELECT pg_try_advisory_xact_lock_shared(hashtext('dunning_freshness'), %s)", [third.id])
            self.assertTrue(other.fetchone()[0])
            self.put_away()
            self.assertEqual(self.env["dunning.touch"].search([]).company_id, third)
        self.put_away()
        self.assertFalse(self.env["dunning.touch"].search_count([]))

    def test_a_proposal_is_quiet_about_its_own_debtors_only(self):
        stranger = self.debtor("Stranger")
        book = type(self.env["dunning.bookkeeping"])
        original = book._book_certain

        def and_more(this, company):
            self.invoice(stranger, 10, due=4)
            return original(this, company)

        with patch.object(book, "_book_certain", and_more):
            self.run_for(partners=self.partner)
        touched = self.env["dunning.touch"].search([]).partner_id
        self.assertEqual(touched, stranger)

    def test_first_look_after_an_install(self):
        """Items that are older than the addon: nothing was told of them."""
        partner = self.debtor("Before")
        self.invoice(partner, 40, due=12)
        self.put_away()
        self.env["dunning.case"]._for_partners(partner, self.nl).sudo().unlink()
        post_init_hook(self.env)
        rows = self.case.browse().web_search_read([("partner_id", "=", partner.id)], {"amount_overdue": {}})
        self.assertEqual([row["amount_overdue"] for row in rows["records"]], [40])

    def test_statements_stay_flat(self):
        partners = self.env["res.partner"]
        for number in range(12):
            partners += self.debtor(f"Many {number}")
        self.invoices(partners, 10, due=8)
        self.run_for(partners=partners)
        self.put_away()
        cases = self.as_user(self.user, self.env["dunning.case"]._for_partners(partners, self.nl))
        counts = []
        for many in (1, 1, 12):  # the first turn fills the caches
            self.invoices(partners[:many], 5, due=4)
            self.env.flush_all()
            self.env.invalidate_all()
            with self.counted() as count:
                cases.search_fetch([("id", "in", cases.ids)], ["amount_overdue", "next_date"])
            counts.append(count[0])
        self.assertLessEqual(counts[2], counts[1])


@tagged("post_install", "-at_install")
class TestNobodyWaits(DunningCase):
    def test_case_in_use_while_somebody_books(self):
        """Somebody works on the case and has not saved yet; who books a payment and posts an invoice does not wait."""
        partner = self.debtor("Busy")
        move = self.invoice(partner, 100, due=20)
        self.env.flush_all()
        self.cr.execute("SELECT id FROM dunning_case WHERE partner_id = %s FOR UPDATE", partner.ids)
        self.assertTrue(self.cr.rowcount)
        touched = self.env["dunning.touch"].search_count([])
        # what a payment writes of ours: rows that are only added
        self.pay(move)
        self.env.flush_all()
        self.assertGreater(self.env["dunning.touch"].search_count([]), touched)
        self.env["dunning.touch"].sudo().search([]).unlink()

    def test_same_case_opened_twice(self):
        partner = self.debtor("Twice")
        self.env.flush_all()
        locked = "SELECT pg_try_advisory_xact_lock(hashtext('dunning_case ' || %s), %s)"
        with self.registry.cursor() as other:
            other.execute(locked, [self.nl.id, partner.id])
            self.env["dunning.figures"]._open_missing(partner, self.nl, wait=False)
            self.assertFalse(self.env["dunning.case"]._for_partners(partner, self.nl))
        self.env["dunning.figures"]._open_missing(partner, self.nl, wait=False)
        self.assertTrue(self.env["dunning.case"]._for_partners(partner, self.nl))
