"""What a screen shows was asked of what is there now, whoever changed it and how; and nothing is asked twice."""

import re
from contextlib import closing, contextmanager
from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import ReadOnlySqlTransaction

from odoo import Command, fields
from odoo.fields import Domain
from odoo.sql_db import Cursor, db_connect
from odoo.tests import tagged

from odoo.addons.cremann_dunning.models.run import dunning_freshness, dunning_rests_on

from ...common import NOW, TODAY, DunningCase

INVOICES = "account.view_out_invoice_tree"


class FreshCase(DunningCase):
    without_pdf = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.debtor("Bakkerij Jansen")
        cls.other = cls.debtor("Slagerij Smit")
        cls.nl.dunning_care_days = 30
        cls.move, cls.second = cls.invoice(cls.partner, 100, due=20), cls.invoice(cls.other, 200, due=20)
        cls.proposed = cls.run_for(partners=cls.partner + cls.other)
        cls.looker = cls.as_user(cls.user)
        cls.move, cls.second = cls.move.with_env(cls.env), cls.second.with_env(cls.env)
        cls.business = cls.env.ref("cremann_dunning.dunning_procedure_nl_business")

    def sql(self, statement, *values):
        """What somebody does past Odoo."""
        self.env.flush_all()
        self.cr.execute(statement, values)
        self.env.invalidate_all()

    @contextmanager
    def asked(self):
        """The debtors about whom something is asked in this block, a list that fills."""
        found, engine = [], type(self.env["dunning.engine"])
        original = engine._redecide

        def note(self, company, partners):
            found.extend(partners.ids)
            return original(self, company, partners)

        with patch.object(engine, "_redecide", note):
            yield found

    def due_by_filter(self):
        self.env.flush_all()
        self.env.invalidate_all()
        domain = [("dunning_is_due", "=", True), ("id", "in", (self.move + self.second).ids)]
        rows = self.looker["account.move"].web_search_read(domain, {"name": {}})
        return {row["id"] for row in rows["records"]}

    def shown(self):
        """What the screens say of the first invoice: list, form, filter, worklist, decisions; each has to agree."""
        mine = [("id", "=", self.move.id)]
        self.env.flush_all()
        self.env.invalidate_all()
        rows = self.open_list(self.looker, "account.move", mine, INVOICES)["records"]
        self.env.invalidate_all()
        decision = self.looker["dunning.decision"].search([("move_id", "=", self.move.id), ("is_current", "=", True)])
        day = rows[0]["dunning_next_date"]
        self.assertEqual(str(day), str(decision.next_date))
        return decision.code or None

    def assertShown(self, code):
        """By whichever door somebody comes first."""
        due = code in ("LETTER", "RIDES_ALONG")
        doors = {
            "list": self.shown,
            "form": lambda: self.open_form(self.move.with_env(self.looker)),
            "filter": self.due_by_filter,
            "worklist": lambda: self.open_list(self.looker, "dunning.case"),
            "decisions": lambda: self.open_list(self.looker, "dunning.decision", [("is_current", "=", True)]),
            "groups": lambda: self.looker["account.move"].web_read_group([], ["dunning_next_date:month"]),
            "case": lambda: self.open_form(self.case()),
        }
        for door, look in doors.items():
            with self.undone(door):
                look()
                self.assertEqual(self.shown(), code)
                self.assertEqual(self.due_by_filter(), {self.move.id, self.second.id} if due else {self.second.id})
                rows = self.open_list(self.looker, "dunning.case", [("is_due", "=", True)])["records"]
                cases = self.looker["dunning.case"].browse(row["id"] for row in rows)
                self.assertEqual(self.partner in cases.partner_id, due)
                form = self.open_form(self.move.with_env(self.looker))
                self.assertEqual(form["dunning_explanation"] or None, self.sentence())
                self.assertEqual(self.case().explanation or None, self.sentence())

    def case(self):
        return self.looker["dunning.case"].search([("partner_id", "=", self.partner.id)])

    def sentence(self):
        domain = [("move_id", "=", self.move.id), ("is_current", "=", True)]
        return self.looker["dunning.decision"].search(domain).explanation or None

    def receivable(self):
        return self.move.line_ids.filtered(lambda line: line.account_type == "asset_receivable")

    def hold(self, until=None, active=True):
        vals = {"partner_id": self.partner.id, "company_id": self.nl.id, "reason": "Asked", "date_until": until}
        return self.env["dunning.hold"].create(vals | {"active": active})

    def insolvent(self):
        vals = {"partner_id": self.partner.id, "company_id": self.nl.id, "kind": "nl_moratorium", "date": TODAY}
        return self.env["dunning.insolvency"].create(vals)

    def handed_over(self):
        case = self.env["dunning.case"]._for_partners(self.partner, self.nl, create=True)
        self.env["dunning.claim"]._of_moves(self.move)
        claim = self.env["dunning.claim"].search([("move_id", "=", self.move.id)])
        contact = self.env["res.partner"].create({"name": "Advocaat"})
        party = self.env["dunning.party"].create({"partner_id": contact.id, "kind": "lawyer", "company_id": self.nl.id})
        return self.env["dunning.handover"].sudo()._hand_over(case, claim, party, reason="Nothing helped")

    def with_care(self):
        return self.env["dunning.care"].create(
            {"partner_id": self.partner.id, "company_id": self.nl.id, "reason": "money"}
        )

    def agree(self, model, **vals):
        vals |= {"case_id": self.case().id, "move_ids": [Command.set(self.move.ids)]}
        return self.env[model].create(vals)


@tagged("post_install", "-at_install")
class TestFreshness(FreshCase):
    def changes(self):
        """What may happen, by Odoo and past it, and what is the answer about the first invoice then."""
        line, ahead = self.receivable(), TODAY + timedelta(days=9)
        return {
            "due date": (lambda: self.move.write({"invoice_date_due": ahead}), None),
            "due date, SQL": (
                lambda: self.sql("UPDATE account_move_line SET date_maturity = %s WHERE id = %s", ahead, line.id),
                None,
            ),
            "hold": (self.hold, "HOLD"),
            "hold, SQL": (
                lambda: self.sql(
                    "INSERT INTO dunning_hold (partner_id, company_id, reason, active) VALUES (%s, %s, 'x', TRUE)",
                    self.partner.id, self.nl.id,
                ),
                "HOLD",
            ),
            "with care": (self.with_care, "CARE_WAIT"),
            "with care, SQL": (
                lambda: self.sql(
                    "INSERT INTO dunning_care (partner_id, company_id, reason, source, noted_on, review_on)"
                    " VALUES (%s, %s, 'money', 'debtor', %s, %s)",
                    self.partner.id, self.nl.id, TODAY, ahead,
                ),
                "CARE_WAIT",
            ),
            "handed over": (self.handed_over, "HANDED_OVER"),
            "insolvent": (self.insolvent, "INSOLVENT"),
            "insolvent everywhere, SQL": (
                lambda: self.sql(
                    "INSERT INTO dunning_insolvency (partner_id, kind, date, stops, is_running)"
                    " VALUES (%s, 'nl_moratorium', %s, TRUE, TRUE)",
                    self.partner.id, TODAY,
                ),
                "INSOLVENT",
            ),
            "no follow-up": (lambda: line.write({"no_followup": True}), "NO_FOLLOWUP"),
            "no follow-up, SQL": (
                lambda: self.sql("UPDATE account_move_line SET no_followup = TRUE WHERE id = %s", line.id),
                "NO_FOLLOWUP",
            ),
            "credit note": (lambda: self.credit(self.partner, 150), "NET_CREDIT"),
            "paid": (lambda: self.pay(self.move), None),
            "paid, SQL": (
                lambda: self.sql(
                    "UPDATE account_move_line SET reconciled = TRUE, amount_residual = 0, amount_residual_currency = 0"
                    " WHERE id = %s", line.id,
                ),
                None,
            ),
            "receipt": (lambda: self.receipt(self.partner, 100), "UNMATCHED_PAYMENT"),
            "promise": (lambda: self.agree("dunning.promise", amount=100, date=ahead), "PROMISE"),
            "dispute": (lambda: self.agree("dunning.dispute", reason="price"), "DISPUTED"),
            "no address": (lambda: self.partner.write({"email": False, "street": False, "city": False}), "NO_ADDRESS"),
            "no address, SQL": (
                lambda: self.sql("UPDATE res_partner SET email = NULL, city = NULL WHERE id = %s", self.partner.id),
                "NO_ADDRESS",
            ),
            "unsent": (lambda: self.move.write({"is_move_sent": False, "dunning_sent_how": "none"}), "NOT_SENT"),
            "entry in draft": (self.move.button_draft, None),
        }  # fmt: skip

    def test_every_change_is_shown_whoever_made_it(self):
        self.drop_drafts()
        self.assertShown("LETTER")
        for name in self.changes():
            with self.undone(name):
                change, code = self.changes()[name]
                change()
                with self.asked() as found:
                    self.assertShown(code)
                if name != "entry in draft":  # there others are asked as well, which costs and harms nothing
                    self.assertNotIn(self.other.id, found, f"{name}: somebody was asked about for nothing")

    def drop_drafts(self):
        """What is due and stands on a draft is kept back by it; here somebody put the drafts away."""
        self.proposed.action_cancel()
        self.open_list(self.looker, "dunning.case")

    def test_agreements_past_odoo(self):
        self.drop_drafts()
        for model, vals, code in (
            ("dunning.promise", {"amount": 100, "date": TODAY + timedelta(days=5)}, "PROMISE"),
            ("dunning.dispute", {"reason": "price"}, "DISPUTED"),
        ):
            with self.undone(model):
                made = self.agree(model, **vals)
                self.assertShown(code)
                state = "cancelled" if model == "dunning.promise" else "closed"
                self.sql(f"UPDATE {made._table} SET state = %s WHERE id = %s", state, made.id)
                self.assertShown("LETTER")
        relation = self.env["dunning.dispute"]._fields["move_ids"]
        self.agree("dunning.dispute", reason="price")
        third = self.invoice(self.partner, 60, due=20)
        self.sql(f"UPDATE {relation.relation} SET {relation.column2} = %s", third.id)  # about another invoice
        self.assertShown("LETTER")

    def test_debtor_kind_and_procedure(self):
        self.drop_drafts()
        self.shown()
        before = self.looker["dunning.decision"].search([("move_id", "=", self.move.id), ("is_current", "=", True)])
        self.partner.dunning_debtor_kind = "consumer"
        self.shown()
        now = before.search([("move_id", "=", self.move.id), ("is_current", "=", True)])
        self.assertNotEqual(now.level_id.procedure_id, before.level_id.procedure_id)
        self.assertEqual(self.move.with_env(self.looker).dunning_next_level_id, now.level_id)

    def test_level_that_waits_longer(self):
        self.drop_drafts()
        first = self.business.level_ids[0]
        for name, change in (
            ("Odoo", lambda: first.write({"delay_days": 60})),
            ("SQL", lambda: self.sql("UPDATE dunning_level SET delay_days = 60 WHERE id = %s", first.id)),
        ):
            with self.undone(name):
                change()
                self.assertEqual(self.due_by_filter(), set())
                self.assertEqual(self.shown(), "NOT_YET")

    def test_hold_that_ends(self):
        self.drop_drafts()
        hold = self.hold(until=TODAY + timedelta(days=2))
        self.assertEqual(self.shown(), "HOLD_UNTIL")
        for name, change in (
            ("Odoo", hold.action_release),
            ("SQL", lambda: self.sql("UPDATE dunning_hold SET active = FALSE WHERE id = %s", hold.id)),
        ):
            with self.undone(name):
                change()
                self.assertShown("LETTER")
        for days, code in ((1, "HOLD_UNTIL"), (2, "HOLD_UNTIL"), (3, "LETTER")):
            with self.undone(f"{days} days later"), self.at(days):
                self.assertEqual(self.move.id in self.due_by_filter(), code == "LETTER", "found by the filter alone")
                self.assertEqual(self.shown(), code)

    def test_the_day_makes_a_step_due(self):
        self.drop_drafts()
        level = self.business.level_ids[0]
        level.delay_days = 25
        self.assertEqual(self.shown(), "NOT_YET")
        for days, code in ((4, "NOT_YET"), (5, "LETTER"), (6, "LETTER")):
            with self.undone(f"{days} days later"), self.at(days) as today:
                self.assertEqual(self.move.id in self.due_by_filter(), code == "LETTER", "found by the filter alone")
                self.assertEqual(self.shown(), code)
                if code == "LETTER":
                    self.assertIn(f"{today - self.move.invoice_date_due:}".split(" day")[0], self.sentence())

    def test_something_new_falls_due(self):
        """Of somebody about whom was asked before: his next invoice has its answer on the day it is overdue."""
        late = self.invoice(self.partner, 70, due=-3)
        self.open_list(self.looker, "dunning.case")
        for days, found in ((3, False), (4, True)):
            with self.undone(f"{days} days later"), self.at(days):
                self.open_list(self.looker, "dunning.decision")
                self.assertEqual(bool(late.dunning_decision_id), found)

    def test_what_was_paid_is_no_longer_due_in_the_run(self):
        third = self.invoice(self.partner, 50, due=20)
        run = self.run_for(partners=self.partner)
        self.assertIn(third.id, run.letter_ids.line_ids.move_id.ids + run.kept_decision_ids.move_id.ids)
        self.pay(self.move)
        self.pay(third)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.open_form(run)["decision_count"], 0)

    def test_what_the_rules_stopped_is_not_due_on_the_next_day(self):
        """The facts alone say that its letter is due; it is tried again, and says why when nothing was mended."""
        self.drop_drafts()
        regimes = self.env["dunning.regime"].with_context(active_test=False).search([])
        regimes.active = False
        self.run_for(partners=self.partner)
        self.assertEqual(self.code(self.move), "NO_REGIME")
        with self.at(1):
            self.assertEqual(self.shown(), "NO_REGIME")
            letters = self.env["dunning.letter"].search([("state", "=", "draft")])
            self.assertFalse(letters.filtered(lambda letter: letter.partner_id == self.partner), "nothing is drafted")
            regimes.active = True
        with self.at(2):
            self.assertEqual(self.shown(), "LETTER")

    def test_an_error_opens_the_screen_all_the_same(self):
        self.drop_drafts()
        self.pay(self.move)
        gather = type(self.env["dunning.gather"])

        def fail(*_args, **_options):
            raise ValueError("broken")

        with patch.object(gather, "facts", fail), self.assertLogs(dunning_freshness.__name__, "ERROR"):
            rows = self.open_list(self.looker, "account.move", [("id", "=", self.move.id)], INVOICES)
        self.assertEqual(len(rows["records"]), 1)
        self.sql("DELETE FROM dunning_touch")  # whatever took note of it
        self.assertEqual(self.shown(), None, "whoever looks next asks")

    def test_nothing_is_drafted_and_nothing_sent(self):
        before = self.env["dunning.letter"].search([]), self.env["mail.mail"].search([])
        self.business.level_ids[0].name = "Another"
        with self.asked() as found:
            self.open_list(self.looker, "dunning.case")
        self.assertLessEqual(set((self.partner + self.other).ids), set(found))
        self.assertEqual((self.env["dunning.letter"].search([]), self.env["mail.mail"].search([])), before)

    # -- who and where --------------------------------------------------------------------------------------------

    def test_off_asks_nothing(self):
        self.drop_drafts()
        self.nl.dunning_mode = "off"
        self.move.write({"invoice_date_due": TODAY + timedelta(days=9)})
        with self.asked() as found:
            self.open_list(self.looker, "account.move", [], INVOICES)
            self.open_list(self.looker, "dunning.case")
        self.assertEqual(found, [])

    def test_whoever_sees_no_answers_asks_nothing(self):
        self.drop_drafts()
        self.move.write({"invoice_date_due": TODAY + timedelta(days=9)})
        biller = self.as_user(self.biller)
        with self.asked() as found:
            rows = self.open_list(biller, "account.move", [("id", "=", self.move.id)], INVOICES)["records"]
            self.open_form(self.move.with_env(biller))
        self.assertEqual((len(rows), "dunning_next_date" in rows[0], found), (1, False, []))

    def test_context_from_outside_hides_nothing(self):
        self.drop_drafts()
        self.pay(self.move)
        self.env.flush_all()
        self.env.invalidate_all()
        hiding = self.looker(context={**self.looker.context, "dunning_fresh": True})
        mine = [("partner_id", "=", self.partner.id)]
        [row] = hiding["dunning.case"].web_search_read(mine, {"reason": {}, "explanation": {}})["records"]
        self.assertEqual((row["reason"], row["explanation"]), (False, False), "answered, and not written")
        with self.asked() as found:
            hiding["account.move"].web_search_read([], {"dunning_next_date": {}})
        self.assertEqual(found, self.partner.ids)

    def test_cursor_that_only_reads(self):
        """Nothing old: nothing is written. Something old: Odoo is told to come back with a cursor that writes."""
        self.env.ref(dunning_freshness.JOB).lastcall = fields.Datetime.to_datetime(NOW)
        self.open_list(self.looker, "account.move", [], INVOICES)
        with patch.object(Cursor, "readonly", True):
            self.open_list(self.looker, "account.move", [], INVOICES)
            self.pay(self.move)
            self.env.flush_all()
            self.open_list(self.looker, "dunning.case")  # writes nothing anyway
            with self.assertRaises(ReadOnlySqlTransaction):
                self.open_list(self.looker, "account.move", [], INVOICES)

    # -- what it costs --------------------------------------------------------------------------------------------

    def writes(self, work):
        """The statements that write something while this works."""
        found, execute = [], Cursor.execute

        def note(cursor, query, params=None, log_exceptions=True):
            text = getattr(query, "code", query)
            if re.search(r"\b(INSERT INTO|UPDATE|DELETE FROM)\b", text):
                found.append(text)
            return execute(cursor, query, params, log_exceptions)

        with patch.object(Cursor, "execute", note):
            work()
            self.env.flush_all()
        return found

    def test_nothing_changed_nothing_is_written(self):
        """Debtors with holds, agreements and receipts among them, whom a run looks at each time."""
        self.hold()
        self.receipt(self.other, 10)
        doors = {
            "list": lambda: self.open_list(self.looker, "account.move", [], INVOICES),
            "filter": self.due_by_filter,
            "worklist": lambda: self.open_list(self.looker, "dunning.case"),
            "decisions": lambda: self.open_list(self.looker, "dunning.decision"),
            "form": lambda: self.open_form(self.move.with_env(self.looker)),
            "run": lambda: self.open_form(self.proposed),
        }
        for look in doors.values():
            look()
        for name, look in doors.items():
            with self.subTest(name), self.asked() as found:
                self.assertEqual(self.writes(look), [])
                self.assertEqual(found, [])

    def test_a_plain_list_costs_no_query_more(self):
        plain = {"name": {}, "amount_total": {}, "partner_id": {"fields": {"display_name": {}}}}

        def look():
            self.looker["account.move"].web_search_read([("state", "=", "posted")], plain, limit=80)
            self.looker["account.move"].web_read_group([("state", "=", "posted")], ["partner_id"], ["amount_total:sum"])

        freshness = type(self.env["dunning.freshness"])
        look()
        with patch.object(freshness, "_stale", side_effect=AssertionError("asked")), self.counted() as ours:
            look()
        hook = self.registry["dunning.fresh.mixin"]
        with patch.object(hook, "_dunning_tells", lambda *_args: False), self.counted() as odoo:
            look()
        self.assertEqual(ours, odoo)

    def test_flat(self):
        """As many queries for twenty debtors as for one, asked anew or not."""
        partners = self.env["res.partner"].union(*(self.debtor(f"Debtor {index}") for index in range(20)))
        moves = self.invoices(partners, 100, due=20)
        self.run_for(partners=partners)
        columns = self.screen(self.looker, "account.move", "list", INVOICES)

        def look(number):
            with self.counted() as count:
                domain = [("id", "in", moves[:number].ids), ("dunning_next_date", "!=", False)]
                self.looker["account.move"].web_search_read(domain, columns)
            return count[0]

        look(20)
        self.assertEqual(look(1), look(20), "nothing is old")
        counts = {}
        for number in (20, 1, 20):
            self.receipts(partners[:number])
            counts[number] = look(number)
        self.assertLessEqual(counts[20], counts[1] + 3, "all that is looked at is old")

    def receipts(self, partners):
        for partner in partners:
            self.receipt(partner, 1)
        self.env.flush_all()

    def test_everything_that_an_answer_reads_is_watched(self):
        """Whoever lets the engine look at one more table has to say in dunning_rests_on what it is."""
        read, execute = set(), Cursor.execute
        tables = re.compile(r"(?:FROM|JOIN)\s+\"?([a-z][a-z0-9_]+)\"?", re.IGNORECASE)

        def note(cursor, query, params=None, log_exceptions=True):
            text = getattr(query, "code", query)
            named = set(re.findall(r"(?:WITH|\),)\s+([a-z_]+) AS", text))
            read.update(set(tables.findall(text)) - named)
            return execute(cursor, query, params, log_exceptions)

        facts = {"house": "", "recent": TODAY, "today": TODAY}
        statement = dunning_rests_on.marks(self.env, dunning_rests_on.stale(), self.nl, **facts)
        watched = set(tables.findall(statement.code))
        self.env.invalidate_all()
        self.registry.clear_all_caches()
        with patch.object(Cursor, "execute", note):
            debtors = self.env["dunning.gather"].facts(self.nl, TODAY, self.partner.ids)
            self.env["dunning.engine"]._rules(self.nl, debtors)
        # the company by what holds for it; lines of a letter change with it; what came of asking; Odoo's own rights
        known = watched | {
            "res_company", "dunning_letter_line", "dunning_decision", "res_users", "res_groups", "ir_rule", "ir_model",
            "ir_model_access", "res_groups_users_rel", "res_groups_implied_rel", "res_company_users_rel", "res_lang",
            "ir_default", "ir_model_fields", "res_currency_rate",
            "mail_message",  # the day of a message and what Peppol said in it, whose state stands on the invoice
            "payment_provider",  # its kind, which it keeps
            "dunning_write_off",  # whose entry a credit is: it is matched before the record is made
            "dunning_payment_choice",  # what receipts may point to, as a letter
            "dunning_receipt_look",  # by which receipts and what they point to are brought up to date
            "dunning_claim",  # changes along with its entry, a letter or a contact
            "account_partial_reconcile",  # writes both items
            "ir_model_data",  # which procedure for rests comes with the addon
        }  # fmt: skip
        self.cr.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename = ANY(%s)", [[*read]]
        )
        tables = {name for (name,) in self.cr.fetchall()}
        self.assertEqual({name for name in tables - known if not name.endswith("_rel")}, set())
        self.assertLessEqual({"account_move_line", "dunning_hold", "dunning_level"}, tables, "nothing was noted")


@tagged("post_install", "-at_install")
class TestTwoCompanies(FreshCase):
    with_belgium = True

    def test_each_company_by_itself(self):
        self.env.ref(dunning_freshness.JOB).lastcall = fields.Datetime.to_datetime(NOW)
        theirs = self.invoice(self.partner, 100, due=20, company=self.be)
        self.run_for(company=self.be, partners=self.partner)
        ours = Domain("partner_id", "=", self.partner.id)
        mine, group = self.as_user(self.user), self.as_user(self.group_user)
        self.open_list(mine, "account.move", [], INVOICES)
        with self.asked() as found:
            self.sql("UPDATE account_move_line SET no_followup = TRUE WHERE move_id = %s", theirs.id)
            self.open_list(mine, "account.move", [], INVOICES)
        self.assertEqual(found, [], "what changed elsewhere is not looked at here")
        rows = group["dunning.case"].web_search_read(list(ours), {"reason": {}})["records"]
        self.assertEqual({row["reason"] for row in rows}, {"LETTER", "NO_FOLLOWUP"})
        with self.asked() as found:
            self.open_list(group, "account.move", [], INVOICES)
        self.assertEqual(found, self.partner.ids)
        self.assertEqual(self.code(theirs), "NO_FOLLOWUP")
        self.assertEqual(self.code(self.move), "LETTER")

    def test_while_a_run_decides_nobody_asks_beside_it(self):
        """The run of this test has the lock of the Dutch company, which holds nobody back in its own transaction."""
        move = self.invoice(self.partner, 100, due=20, company=self.be)
        self.env["dunning.engine"].sudo()._redecide(self.be, self.partner)
        self.pay(move)
        self.env.flush_all()
        with closing(db_connect(self.cr.dbname).cursor()) as other:
            # as `_begin` does; without waiting, so that a test that went wrong ends
            other.execute("SELECT pg_try_advisory_xact_lock_shared(hashtext('dunning_freshness'), %s)", [self.be.id])
            self.assertEqual(other.fetchone(), (True,))
            with self.asked() as found:
                self.open_list(self.as_user(self.be_user), "dunning.case")
            self.assertEqual(found, [])
        with self.asked() as found:
            self.open_list(self.as_user(self.be_user), "dunning.case")
        self.assertEqual(found, self.partner.ids)
