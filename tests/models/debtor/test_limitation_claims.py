"""Limitation claim by claim: the day, what interrupted it, what would; what is recorded by hand with its proof."""

import base64
from datetime import date, timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ...common import TODAY, DunningCase
from ..delivery.acts_case import PDF
from ..event.told_case import ToldMixin

DAY = timedelta(days=1)
PROOF = base64.b64encode(PDF).decode()


@tagged("post_install", "-at_install")
class TestLimitationClaims(ToldMixin, DunningCase):
    without_pdf = True
    with_belgium = True
    refusal = ValidationError

    def claim(self, due, country="nl", kind="consumer", company=None, **vals):
        company = company or (self.be if country == "be" else self.nl)
        partner = self.debtor(f"Mr {country} {kind}", kind=kind, country_id=self.env.ref(f"base.{country}").id, **vals)
        return self.invoice(partner, 100, due=due, company=company)

    def row(self, move, on=None):
        """What is kept of an invoice after a look on that day."""
        with self.at(on or TODAY):
            service = self.env["dunning.limitation"].with_company(move.company_id)
            service._bring(move.company_id)
            return self.env["dunning.limitation.claim"].search([("move_id", "=", move.id)])

    def record(self, move, kind="acknowledgement", on=TODAY, user=None, **vals):
        case = self.env["dunning.case"]._for_partners(move.commercial_partner_id, move.company_id, create=True)
        about = {"case_id": case.id, "move_ids": [Command.set(move.ids)], "kind": kind, "date": on}
        model = self.as_user(user or self.group_user)["dunning.interruption"]
        return model.create({**about, "proof": PROOF, "proof_name": "paper.pdf", **vals}).with_env(self.env)

    def test_every_country_and_kind(self):
        """The last day of what was due on 20 November 2024."""
        for country, kind, last, article in (
            ("nl", "consumer", date(2026, 11, 20), "art. 7:28 BW"),
            ("nl", "unknown", date(2026, 11, 20), "art. 7:28 BW"),
            ("nl", "business", date(2029, 11, 20), "art. 3:307 BW"),
            ("nl", "public", date(2029, 11, 20), "art. 3:307 BW"),
            ("be", "consumer", date(2025, 11, 20), "art. 2272 oud BW"),
            ("be", "unknown", date(2025, 11, 20), "art. 2272 oud BW"),
            ("be", "business", date(2034, 11, 20), "art. 2262bis oud BW"),
            ("be", "public", date(2034, 11, 20), "art. 2262bis oud BW"),
            ("de", "business", False, False),
            ("de", "consumer", False, False),
        ):
            with self.undone(f"{country} {kind}"):
                row = self.row(self.claim(date(2024, 11, 20), country, kind))
                self.assertEqual((row.last_day, row.first_last_day, row.article), (last, last, article))
                self.assertEqual(row.safe_day, last and last - DAY)
                if not last:
                    self.assertEqual(row.stage, "unknown")
                    self.assertIn("Ask a lawyer", row.way_now)

    def test_stages_of_each(self):
        """Six, three and one month before the safe day, the day itself, and after it."""
        for country, kind, due in (
            ("nl", "consumer", date(2024, 11, 30)),
            ("nl", "business", date(2021, 11, 30)),
            ("be", "consumer", date(2025, 11, 30)),
            ("be", "business", date(2016, 11, 30)),
        ):
            with self.undone(f"{country} {kind}"):
                move = self.claim(due, country, kind)
                for day, stage in (
                    (date(2026, 5, 28), "later"), (date(2026, 5, 29), "6"), (date(2026, 5, 30), "6"),
                    (date(2026, 8, 28), "6"), (date(2026, 8, 29), "3"), (date(2026, 8, 30), "3"),
                    (date(2026, 10, 28), "3"), (date(2026, 10, 29), "1"), (date(2026, 10, 30), "1"),
                    (date(2026, 11, 28), "1"), (date(2026, 11, 29), "1"), (date(2026, 11, 30), "0"),
                    (date(2026, 12, 1), "0"),
                ):  # fmt: skip
                    row = self.row(move, day)
                    self.assertEqual(row.stage, stage, day)
                with self.at(date(2026, 11, 30)):
                    self.assertNotIn("any more", row.way_now)
                with self.at(date(2026, 12, 1)):
                    row.invalidate_recordset()
                    self.assertIn("any more", row.way_now)

    def test_not_due_has_none_and_paid_loses_it(self):
        for days, there in ((-1, False), (0, False), (1, True)):
            self.assertEqual(bool(self.row(self.claim(days, kind="business"))), there, days)
        move = self.claim(10, kind="business")
        self.assertTrue(self.row(move))
        self.pay(move)
        self.assertFalse(self.row(move))

    def test_letters_that_arrived_interrupt_in_the_netherlands_only(self):
        for country, works in (("nl", True), ("be", False)):
            with self.undone(country):
                move = self.claim(TODAY - timedelta(days=20), country)
                with self.at(-10):
                    self.send_level(move.company_id, move.partner_id)
                for days in (0, 9, 18, 27):
                    with self.at(days) as today:
                        self.send_level(move.company_id, move.partner_id, date=today)
                row = self.row(move, TODAY + timedelta(days=30))
                self.assertEqual(bool(row.interrupted_on), works)
                if works:
                    self.assertEqual(row.interrupted_by, "demand")
                    self.assertGreater(row.last_day, row.first_last_day)
                    self.assertIn(row.claim_id.line_ids.letter_id.filtered("name")[:1].name[:4], row.acts_text)
                else:
                    self.assertIn("does not interrupt", row.acts_text)
                    self.assertNotIn("demand", row.ways)

    def test_post_has_to_arrive_and_registered_post_to_be_proven(self):
        move = self.claim(date(2024, 11, 18))  # the last day is Wednesday the 18th
        letters = {"id": 1, "name": "L", "on": "2026-11-16", "proven": None}
        regime = self.env["dunning.regime"].with_company(self.nl)._regime_map(TODAY).find("NL", "consumer")
        service = self.env["dunning.limitation"]
        for way, proven, works in (
            ("email", None, True),
            ("post", None, False),  # three delivery days at most: Thursday
            ("post", "2026-11-17", True),
            ("post", "2026-11-18", True),
            ("post", "2026-11-19", False),
            ("registered", None, False),
            ("registered", "2026-11-18", True),
        ):
            row = {"letters": [letters | {"way": way, "proven": proven}]}
            row |= dict.fromkeys(("payments", "plans", "recorded"))
            found = service._interruptions(row, regime)
            answer = regime.limitation(move.invoice_date_due, [act for act, _what in found])
            self.assertEqual(bool(answer.effective), works, (way, proven))

    def test_part_payment(self):
        for country, kind, works in (
            ("nl", "consumer", True),
            ("nl", "business", True),
            ("be", "business", True),
            ("be", "consumer", False),
        ):
            with self.undone(f"{country} {kind}"):
                move = self.claim(date(2026, 6, 1), country, kind)
                self.pay(move, 10)
                row = self.row(move)
                self.assertEqual(row.interrupted_by, "payment" if works else False)
                self.assertEqual(row.interrupted_on, TODAY if works else False)
                self.assertEqual(row.amount_open, move.amount_residual)

    def test_recorded_by_hand(self):
        """A lawyer's notice in Belgium gives a year once; an acknowledgement the whole period anew."""
        move = self.claim(date(2025, 12, 1), "be")
        self.assertEqual(self.row(move).last_day, date(2026, 12, 1))
        first = self.record(move, "lawyer_notice", by_whom="Mr De Smet")
        row = self.env["dunning.limitation.claim"].search([("move_id", "=", move.id)])
        self.assertEqual((row.last_day, row.interrupted_by), (date(2027, 11, 16), "lawyer_notice"))
        self.assertNotIn("lawyer_notice", row.ways)
        second = self.record(move, "lawyer_notice")
        self.assertIn("works only once", second.effect)
        self.assertIn("2027", first.effect)
        own = self.record(move, "demand")
        self.assertIn("does not interrupt", own.effect)
        said = self.record(move, "acknowledgement", TODAY - DAY)
        self.assertEqual((row.last_day, row.interrupted_by), (date(2027, 11, 16), "lawyer_notice"))
        self.assertTrue(said.proof)
        case = self.env["dunning.case"]._for_partners(move.partner_id, self.be)
        self.assertFalse(case.limitation_date)
        first.unlink()
        second.unlink()
        self.assertEqual((row.last_day, row.interrupted_by), (date(2027, 11, 15), "acknowledgement"))
        said.unlink()
        self.assertEqual(row.last_day, date(2026, 12, 1))
        self.assertEqual(case.limitation_date, date(2026, 11, 30))

    def test_recorded_before_on_and_after_the_last_day(self):
        move = self.claim(date(2024, 11, 15))
        for day, works in ((date(2026, 11, 14), True), (date(2026, 11, 15), True), (date(2026, 11, 16), False)):
            with self.undone(day):
                record = self.record(move, on=day)
                row = self.row(move)
                self.assertEqual(bool(row.interrupted_on), works)
                self.assertEqual("too late" in record.effect, not works)

    def test_only_what_the_paper_names(self):
        move = self.claim(date(2025, 1, 10))
        other = self.invoice(move.partner_id, 50, due=date(2025, 1, 10))
        self.record(move)
        self.assertTrue(self.row(move).interrupted_on)
        self.assertFalse(self.row(other).interrupted_on)
        self.pay(move)
        self.assertFalse(self.row(other).interrupted_on)

    def test_what_cannot_be_recorded(self):
        move, day = self.claim(date(2025, 1, 10)), TODAY + DAY
        for message, values in (
            ("lies ahead", {"on": day}),
            ("which invoices", {"move_ids": []}),
            ("proof is missing", {"proof": False}),
            ("proof is missing", {"proof": base64.b64encode(b"MZ\x90\x00 a program").decode()}),
            ("proof is missing", {"proof": "not base64 at all!"}),
        ):
            with self.undone(message), self.refused(message):
                self.record(move, **values)
        stranger = self.invoice(self.debtor("Somebody else"), 10, due=5)
        with self.refused("is not an invoice to"):
            self.record(move, move_ids=[Command.set(stranger.ids)])
        named = self.record(move, proof_name="../../<b>x</b>.exe")
        self.assertNotIn("/", named.proof_name)
        self.assertTrue(named.proof_name.endswith(".pdf"))

    def test_it_stays_as_it_was_recorded(self):
        record = self.record(self.claim(date(2025, 1, 10)))
        for user in (self.user, self.manager):
            for values in ({"date": TODAY - DAY}, {"kind": "claim"}, {"proof": PROOF}, {"move_ids": [Command.clear()]}):
                with self.refused("stays as it was recorded", UserError):
                    self.as_user(user, record).write(values)
        self.as_user(self.user, record).note = "seen"
        with self.refused("", AccessError):
            self.as_user(self.user, record).unlink()
        self.as_user(self.manager, record).unlink()

    def test_events(self):
        move = self.claim(date(2025, 1, 10))
        with self.telling("debtor.interruption", "debtor.interruption_deleted", family="debtor.interruption") as told:
            record = self.record(move, by_whom="Mr Smit")
            self.as_user(self.manager, record).unlink()
        self.assertEqual(told[0].facts["on"], {"date": "2026-11-16"})
        self.assertTrue(told[0].facts["paper"])

    def test_companies_are_apart(self):
        here, there = self.claim(date(2025, 1, 10)), self.claim(date(2026, 1, 10), "be")
        self.row(here)
        self.row(there)
        model = self.as_user(self.user)["dunning.limitation.claim"]
        self.assertEqual(model.search([]).move_id, here.with_env(model.env))
        action = self.as_user(self.group_user)["dunning.limitation.claim"].action_open_report()
        self.assertEqual(action["res_model"], "dunning.limitation.claim")
        with self.refused("", AccessError):
            self.as_user(self.internal)["dunning.limitation.claim"].action_open_report()

    def test_the_report_shows_what_holds_now(self):
        move = self.claim(date(2025, 1, 10))
        model = self.as_user(self.user)["dunning.limitation.claim"]
        model.action_open_report()
        self.assertEqual(model.search([("move_id", "=", move.id)]).stage, "3")
        self.pay(move)
        model.action_open_report()
        self.assertFalse(model.search([("move_id", "=", move.id)]))

    def test_in_dutch(self):
        row = self.row(self.claim(date(2025, 1, 10))).with_context(lang="nl_NL")
        self.assertIn("schriftelijke aanmaning", row.way_now)
        self.assertIn("3:317", row.ways_text)

    def test_names_are_text(self):
        move = self.claim(date(2025, 1, 10))
        row = self.row(move)
        row.sudo().acts = [
            {"on": "2026-01-01", "kind": "payment", "works": True, "id": 1, "name": "<script>x</script>"}
        ]
        self.assertNotIn("<script>", row.acts_text)

    def test_queries_do_not_grow_with_the_claims(self):
        partner, counts = self.claim(date(2025, 1, 10)).partner_id, []
        for number in (1, 20):
            for _claim in range(number):
                self.invoice(partner, 10, due=date(2025, 1, 10))
            self.env.flush_all()
            start = self.cr.sql_log_count
            self.env["dunning.limitation"].with_company(self.nl)._bring(self.nl)
            counts.append(self.cr.sql_log_count - start)
        self.assertLessEqual(counts[1], counts[0])
