"""Claims from outside: booked and taken in; a bad row stops no other, and nothing counts twice."""

from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ...common import TODAY, day
from .import_case import HEAD, ROW, ImportCase

BOOKING = "odoo.addons.cremann_dunning.models.money.dunning_claim_import_booking"


@tagged("post_install", "-at_install")
class TestBooking(ImportCase):
    def test_typed(self):
        """Booked against the account of the firm, taken in under the number and dates that the debtor knows."""
        window = self.window()
        with Form(window) as form, form.line_ids.new() as row:
            row.partner_id = self.partner
            row.number, row.invoice_date, row.date_due, row.amount = " F-1 ", "2026-09-01", "2026-10-01", 1234.56
            row.label, row.customer_ref = "Bread", "PO-1"
        self.assertEqual((window.good_count, window.bad_count), (1, 0))
        action = window.action_confirm()
        claim = self.claims("F-1")
        self.assertEqual((claim.partner_id, claim.amount_total, claim.amount_open), (self.partner, 1234.56, 1234.56))
        self.assertEqual((claim.invoice_date, claim.date_due), (day(76), day(46)))
        entry = claim.move_id
        self.assertEqual((entry.state, entry.date, entry.ref, entry.move_type), ("posted", TODAY, "F-1", "entry"))
        self.assertEqual(entry.journal_id.type, "general")
        items = {item.account_id: item for item in entry.line_ids}
        self.assertEqual(items[self.against].balance, -1234.56)
        item = (entry.line_ids - items[self.against]).ensure_one()
        self.assertEqual((item.account_type, item.balance, item.date_maturity), ("asset_receivable", 1234.56, day(46)))
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found, claim)
        letter = self.send_level(partners=self.partner)
        line = letter.line_ids
        self.assertEqual((line.number, line.label, line.customer_ref, line.invoice_date, line.date_due),
                         ("F-1", "Bread", "PO-1", day(76), day(46)))  # fmt: skip
        self.assertNotIn(entry.name, letter.body)
        with self.at(20):
            self.assertEqual(self.send_level(partners=self.partner).line_ids.customer_ref, "PO-1", "said again")

    def test_encodings(self):
        rows = ('Café Zoë;1000 AA;;{};01-09-2026;31-10-2026;"1.234,56"',)
        for place, (encoding, separator) in enumerate(
            (("latin-1", ";"), ("utf-16", ";"), ("utf-8-sig", ","), ("cp1252", ","), ("utf-8", "\t"))
        ):
            with self.subTest(encoding=encoding):
                text = [row.format(f"N-{place}").replace(";", separator) for row in rows]
                window = self.csv(*text, head=HEAD.replace(";", separator), encoding=encoding)
                [line] = window.line_ids
                self.assertEqual((line.debtor_name, line.amount, line.date_due), ("Café Zoë", 1234.56, day(16)))
                window.action_make_debtors()
                window.action_confirm()
        self.assertEqual(len(self.claims(*(f"N-{place}" for place in range(5))).partner_id), 1, "made once, found then")

    def test_one_bad_row_of_many(self):
        rows = [ROW.format(f"F-{place}", f"{place},00") for place in range(1, 6)]
        bad = ROW.format("F-9", "-5,00")
        window = self.csv(*rows[:2], bad, *rows[2:])
        self.assertEqual(
            [state for state, _message in self.told(window)], ["good", "good", "bad", "good", "good", "good"]
        )
        window.action_confirm()
        self.assertEqual(len(self.claims(*(f"F-{place}" for place in range(1, 6)))), 5)
        self.assertFalse(self.claims("F-9"))
        self.assertEqual(window.line_ids.mapped("number"), ["F-9"], "it stays to be mended")
        self.assertIn("Claims taken in: 5", window.notes)
        self.assertIn("credit note", window.line_ids.message)
        window.line_ids.amount = 5
        window.action_confirm()
        self.assertEqual(self.claims("F-9").amount_open, 5)
        self.assertEqual(window.booked_count, 6)

    def test_one_that_fails_in_booking(self):
        """What cannot be known before: the others of its batch are booked, and nothing of it is left."""
        head = f"{HEAD};KvK;BTW"
        rows = [
            "Nieuw Een;1000 AA;;F-1;01-09-2026;31-10-2026;1,00;11111111;",
            "Nieuw Twee;1000 AA;;F-2;01-09-2026;31-10-2026;2,00;22222222;",
            "Nieuw Drie;1000 AA;;F-3;01-09-2026;31-10-2026;3,00;33333333;",
        ]
        window = self.csv(*rows, head=head)
        window.action_make_debtors()
        window.line_ids[1].write({"pdf": b"bm8gUERG", "pdf_name": "x.pdf"})
        window.action_confirm()
        self.assertEqual(self.claims("F-1", "F-2", "F-3").mapped("number"), ["F-1", "F-3"])
        self.assertEqual(self.told(window), [("look", "The file x.pdf is no PDF. Take it out of the row.")])
        self.assertFalse(self.env["res.partner"].search([("name", "=", "Nieuw Twee")]), "nothing half done")
        self.assertFalse(self.env["account.move"].search([("ref", "=", "F-2")]))
        window.line_ids.write({"pdf": False, "is_accepted": True})
        window.action_confirm()
        self.assertEqual(self.claims("F-2").partner_id.company_registry, "22222222")

    def test_the_same_file_again(self):
        rows = [ROW.format("F-1", "10,00"), "Nieuw BV;2000 AA;n@x.example.com;N-1;01-09-2026;31-10-2026;5,00"]
        window = self.csv(*rows)
        window.action_make_debtors()
        window.action_confirm()
        counts = self.counts()
        window = self.csv(*rows)
        self.assertEqual([state for state, _message in self.told(window)], ["bad", "bad"])
        self.assertIn("in the books already", window.line_ids[0].message)
        with self.refused("No claim is ready"):
            window.action_confirm()
        self.assertEqual(self.counts(), counts)

    def test_nothing_before_it_is_confirmed(self):
        counts = self.counts()
        window = self.csv(ROW.format("F-1", "1,00"), "Nieuw;1;;N-1;01-09-2026;31-10-2026;5,00")
        window.action_make_debtors()
        window.action_check()
        self.told(window)
        self.assertEqual(self.counts(), counts, "nor are the files kept")

    def test_two_who_confirm_at_once(self):
        """Held by an index: what the second one could not see is told by his row."""
        window, other = self.typed(), self.typed()
        line = other.line_ids
        window.action_confirm()
        entries, problems = self.env["dunning.claim.import.booking"]._book(other, line)
        self.assertFalse(entries)
        self.assertIn("by somebody else", problems[line])
        self.assertEqual(len(self.claims("F-1")), 1)
        self.assertEqual(self.env["account.move"].search_count([("ref", "=", "F-1")]), 1)

    def test_deleted_and_again(self):
        self.typed().action_confirm()
        entry = self.claims("F-1").move_id
        entry.button_draft()
        entry.with_context(force_delete=True).unlink()
        window = self.typed()
        self.assertEqual(self.told(window)[0][0], "good")
        window.action_confirm()
        self.assertEqual(self.claims("F-1").filtered("move_line_id").amount_open, 100)

    def test_on_its_own_date(self):
        self.nl.fiscalyear_lock_date = day(60)
        window = self.csv(ROW.format("F-1", "1,00"), ROW.format("F-2", "1,00").replace("01-09", "19-09"))
        window.is_each_day = True
        self.assertEqual([state for state, _message in self.told(window)], ["bad", "good"])
        self.assertIn("period that is closed", window.line_ids[0].message)
        window.action_confirm()
        self.assertEqual(self.claims("F-2").move_id.date, day(58))
        window.is_each_day = False
        window.action_confirm()
        self.assertEqual(self.claims("F-1").move_id.date, TODAY)

    def test_settings_that_cannot_be(self):
        self.be = self._company("be")
        window = self.typed()
        receivable = self.partner.with_company(self.nl).property_account_receivable_id
        archived = self.against.copy({"active": False, "code": "199999"})
        foreign = self._account(self.be, "asset_current")
        counts = self.counts()
        for account, message in (
            (self.env["account.account"], "Choose the account"),
            (archived, "archived"),
            (receivable, "debtors or creditors"),
        ):
            window.account_id = account
            self.env.invalidate_all()
            self.assertIn(message, window.problem)
            with self.refused(message):
                window.action_confirm()
        # what a user may not even read is no choice; whoever may is told
        told = self.env["dunning.claim.import.check"]._problem_of(window.sudo().new({
            "company_id": self.nl.id, "account_id": foreign.id, "journal_id": window.journal_id.id, "date": TODAY,
        }))  # fmt: skip
        self.assertIn("is not one of", told)
        window.account_id = self.against
        window.journal_id = self.env["account.journal"].search(
            [("type", "=", "sale"), ("company_id", "=", self.nl.id)]
        )[:1]
        with self.refused("miscellaneous"):
            window.action_confirm()
        window.journal_id = self.env["account.journal"].search(
            [("type", "=", "general"), ("company_id", "=", self.nl.id)], limit=1
        )
        for locked, ok in ((TODAY, False), (day(1), True)):
            self.nl.fiscalyear_lock_date = locked
            self.env.invalidate_all()
            self.assertEqual(bool(window.problem), not ok)
        self.assertEqual(self.counts(), counts)

    def test_rights(self):
        for user in (self.biller, self.internal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.window(user=user)
        window = self.typed()
        with self.assertRaises(AccessError):
            self.as_user(self.manager, window).action_confirm()

    def test_who_may_make_no_contacts(self):
        self.user.group_ids = [Command.unlink(self.makers.id)]
        window = self.csv("Nieuw;1;;N-1;01-09-2026;31-10-2026;5,00", ROW.format("F-1", "1,00"))
        window.action_make_debtors()
        [first, second] = self.told(window)
        self.assertEqual((first[0], second[0]), ("bad", "good"))
        self.assertIn("no right to make contacts", first[1])
        window.action_confirm()
        self.assertEqual(self.claims("F-1", "N-1").mapped("number"), ["F-1"])


@tagged("post_install", "-at_install")
class TestCompanies(ImportCase):
    with_belgium = True

    def test_each_its_own(self):
        """The same claim in two companies is two claims, and each is booked and found in its own."""
        self.partner.company_id = False
        for company, user in ((self.nl, self.user), (self.be, self.be_user)):
            self.assertFalse(self.claims("F-1").filtered(lambda claim, own=company: claim.company_id == own))
            window = self.csv(ROW.format("F-1", "1,00"), user=user)
            window.account_id = self._account(company, "asset_current")
            self.assertEqual(
                (window.company_id, window.line_ids.partner_id, window.line_ids.state), (company, self.partner, "good")
            )
            window.action_confirm()
        claims = self.claims("F-1")
        self.assertEqual(claims.company_id, self.nl + self.be)
        for claim in claims:
            self.assertEqual((claim.move_id.company_id, claim.move_id.journal_id.company_id), (claim.company_id,) * 2)

    def test_contacts_of_another_company(self):
        self.partner.company_id = self.nl
        window = self.csv(ROW.format("F-1", "1,00"), user=self.be_user)
        self.assertFalse(window.line_ids.partner_id or window.line_ids.choices)

    def test_another_company_of_the_user(self):
        window = self.window(user=self.group_user, company_id=self.be.id)
        self.assertEqual(window.journal_id.company_id, self.be)
        self.assertFalse(window.account_id)
        with self.assertRaises(AccessError):
            self.window(company_id=self.be.id)


@tagged("post_install", "-at_install")
class TestInSets(ImportCase):
    def test_queries(self):
        """Reading a hundred rows and looking at them asks no more of the database than ten."""
        counts = {}
        for size in (10, 100):
            rows = [
                f"Firma {place};1000 AA;;F-{size}-{place};01-09-2026;31-10-2026;{place + 1},00" for place in range(size)
            ]
            with self.counted() as read:
                window = self.csv(*rows)
            window.action_make_debtors()
            with self.counted() as looked:
                self.assertEqual({line.state for line in window.line_ids}, {"good"})
            counts[size] = read[0], looked[0]
            window.action_confirm()
            self.assertEqual(window.booked_count, size)
        self.assertLessEqual(counts[100][1], counts[10][1] + 2, counts)
        self.assertLessEqual(counts[100][0], counts[10][0] + 8, counts)

    def test_more_than_one_request_can_book(self):
        """What the time does not reach stays, and is booked by the next click."""
        window = self.csv(*(ROW.format(f"F-{place}", f"{place},00") for place in range(1, 5)))
        with patch(f"{BOOKING}.TOGETHER", 2), patch(f"{BOOKING}.BUDGET", -1):
            window.action_confirm()
        self.assertEqual((window.booked_count, len(window.line_ids)), (0, 4))
        self.assertIn("Not reached yet: 4", window.notes)
        with patch(f"{BOOKING}.TOGETHER", 2):
            window.action_confirm()
        self.assertEqual((window.booked_count, len(window.line_ids)), (4, 0))
