"""A debtor who asks that his data be erased: what goes, what stays, and when the law has it kept."""

from datetime import date, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ...common import TODAY
from ..debtor.agreement_case import AgreementCase
from ..money.charge_case import ChargeCase
from .told_case import ToldMixin


class ErasureMixin(ToldMixin):
    def tell(self, partner=None, count=1, **values):
        row = {"company_id": self.nl.id, "debtor": (partner or self.partner).id, "kind": "hold.set"}
        return self.env["dunning.event"]._tell([row | {"personal": {"reason": "He is ill"}} | values] * count)

    def window(self, user=None, partner=None, **values):
        about = {"company_id": self.nl.id, "partner_id": (partner or self.partner).id}
        return self.as_user(user or self.manager)["dunning.erasure.wizard"].create(about | values)

    def held(self, partner=None):
        company, debtor = self.nl, partner or self.partner
        return self.env["dunning.erasure"]._held(company, [debtor.id])


@tagged("post_install", "-at_install")
class TestErasureAsked(ErasureMixin, AgreementCase):
    with_belgium = True

    def settle(self):
        for move in (self.move, self.second):
            self.pay(move)

    def test_erased(self):
        """Of him and of nobody else, also what waits for its seal; the record says who did it and when he asked."""
        self.tell(count=2)
        self.env["dunning.sealing"]._seal()
        self.tell()
        other = self.debtor("Other")
        self.tell(other)
        self.settle()
        window = self.window(asked_on=TODAY - timedelta(days=3))
        self.assertEqual((window.count, window.refusal), (3, False))
        self.assertIn("He is ill", " ".join(window.event_ids.mapped("sentence")))
        with self.telling("debtor.erased") as told:
            window.action_erase()
        self.assertEqual((told[0].debtor, told[0].author_id), (self.partner.id, self.manager))
        self.assertEqual((told[0].facts["count"], told[0].facts["asked_on"]), (3, {"date": "2026-11-13"}))
        self.assertIn("11/13/2026", told[0].with_context(lang="en_US").sentence)
        self.assertEqual((len(self.held()), len(self.held(other))), (0, 1))
        self.assertTrue(self.env["dunning.chain.check"]._follow(self.nl).fits)
        story = self.env["dunning.story"].read_story("dunning.case", self.case.id)
        self.assertNotIn("He is ill", str(story))
        self.assertFalse(self.window().count)

    def test_with_what_he_was_called_before(self):
        gone = self.debtor("Bakkerij Janssen")
        self.env["dunning.case"]._for_partners(gone, self.nl, create=True)
        self.tell(gone)
        number = gone.id
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((gone + self.partner).ids, self.partner)
        self.settle()
        self.window().action_erase()
        self.assertFalse(self.env["dunning.erasure"]._held(self.nl, [number, self.partner.id]))

    def test_refused_while_something_is_open(self):
        """Each thing by itself, and nothing when it is over."""
        self.tell()
        self.pay(self.second)
        with self.subTest("invoice"):
            self.assertIn("Invoices, credits or payments: 1", self.window().refusal)
            with self.assertRaisesRegex(UserError, "Settle it first"):
                self.window().action_erase()
            self.assertTrue(self.held())
        self.pay(self.move)
        dispute = self.note("dunning.dispute", self.move, reason="price")
        promise = self.note("dunning.promise", amount=1, date=TODAY)
        reply = self.env["dunning.reply"].create({"case_id": self.case.id, "received_on": TODAY})
        insolvency = self.env["dunning.insolvency"].create(
            {"partner_id": self.partner.id, "kind": "nl_bankruptcy", "date": TODAY}
        )
        refusal = self.window().refusal
        for name in ("Disputes: 1", "Promises: 1", "Replies to handle: 1", "Insolvencies: 1"):
            self.assertIn(name, refusal)
        dispute.outcome = "rejected"
        dispute.action_close()
        promise.action_cancel()
        reply.action_handled()
        insolvency.write({"ended_on": TODAY, "outcome": "no_assets"})
        self.assertFalse(self.window().refusal)

    def test_words_about_an_invoice(self):
        """What was answered about it before the first letter stays, without what somebody typed."""
        self.tell()
        check = self.env["dunning.check"]._answer({self.move: {"amount": ("right", False, "He says it is fine")}})
        self.settle()
        self.window().action_erase()
        self.assertEqual((check.answer, check.note), ("right", False))

    def test_of_another_company_nothing_is_in_the_way(self):
        """Each firm answers for its own record."""
        self.tell()
        self.settle()
        self.invoice(self.partner, 10, due=3, company=self.be)
        self.env["dunning.event"]._tell(
            [{"kind": "hold.set", "company_id": self.be.id, "debtor": self.partner.id, "personal": {"reason": "?"}}]
        )
        self.window().action_erase()
        self.assertTrue(self.env["dunning.erasure"]._held(self.be, [self.partner.id]))

    def test_who(self):
        self.tell()
        self.settle()
        with self.assertRaises(AccessError):
            self.window(self.user)
        with self.assertRaises(AccessError):
            self.as_user(self.user, self.case).action_erase()
        window = self.window()
        with self.assertRaises(AccessError):
            window.with_user(self.user).action_erase()
        with self.assertRaises(AccessError):
            window.with_user(self.env.ref("base.user_admin")).action_erase()
        be_manager = self._named("be_manager")
        window = self.as_user(be_manager)["dunning.erasure.wizard"].create({"partner_id": self.partner.id})
        self.assertEqual((window.company_id, window.count), (self.be, 0))
        self.assertTrue(self.held())

    def test_as_a_manager_does_it(self):
        self.tell()
        self.settle()
        action = self.as_user(self.manager, self.case).action_erase()
        windows = self.as_user(self.manager)["dunning.erasure.wizard"].with_context(**action["context"])
        with Form(windows) as form:
            self.assertIn("The contact itself", form.stays)
        self.open_form(form.record)
        form.record.asked_on = TODAY + timedelta(days=1)
        with self.assertRaisesRegex(UserError, "today or before"):
            form.record.action_erase()
        form.record.asked_on = TODAY
        form.record.action_erase()
        self.assertFalse(self.held())

    def test_in_dutch_and_french(self):
        self.tell()
        for lang, word in (("nl_NL", "debiteur"), ("fr_FR", "débiteur")):
            window = self.window().with_context(lang=lang)
            self.assertIn(word, window.refusal)

    # -- by its term ---------------------------------------------------------------------------------------------------

    def test_one_who_is_part_of_another_has_his_time_with_him(self):
        """What was told of a contact that was merged is kept as long as the debtor that he is now is busy."""
        old, into = self.debtor("Old"), self.debtor("Into")
        self.tell(old, happened="2024-01-10 10:00:00")
        moved = {"kind": "debtor.moved", "facts": {"from": old.id, "into": into.id}, "personal": {}}
        self.tell(into, happened="2024-02-10 10:00:00", **moved)
        erasure = self.env["dunning.erasure"]
        move = self.invoice(into, 10, due=3)
        self.assertNotIn(old.id, erasure._debtors_closed_before(self.nl, date(2024, 11, 16)))
        self.pay(move)
        self.assertIn(old.id, erasure._debtors_closed_before(self.nl, date(2024, 11, 16)))
        self.assertNotIn(old.id, erasure._debtors_closed_before(self.nl, date(2024, 2, 10)))


@tagged("post_install", "-at_install")
class TestErasureKept(ErasureMixin, ChargeCase):
    """What the law has kept, and no longer than the firm keeps it anyway."""

    def refusal(self, partner):
        self.env.invalidate_all()
        return self.window(partner=partner).refusal

    def test_in_the_books(self):
        """Before, on and after the last day of seven years."""
        move, letter = self.asked()
        partner = move.partner_id
        self.received(move, 1000 + letter.amount_costs + letter.amount_interest)
        self.env["dunning.bookkeeping"]._book_certain(self.nl)
        refusal = self.refusal(partner)
        self.assertIn("kept until 12/31/2033 (art. 52 lid 4 AWR)", refusal)
        self.assertIn("It may be erased from 11/17/2028 on", refusal, "when the firm keeps it no longer")
        self.assertIn("within a month", refusal)
        with self.assertRaisesRegex(UserError, "The law has it kept"):
            self.window(partner=partner).action_erase()
        self.nl.dunning_keep_years = 0
        self.assertIn("It may be erased from 01/01/2034 on", self.refusal(partner))
        for day, kept in ((date(2033, 12, 30), True), (date(2033, 12, 31), True), (date(2034, 1, 1), False)):
            with self.at(day):
                self.assertEqual(bool(self.refusal(partner)), kept, day)
        self.nl.dunning_keep_years = 2
        for day, kept in ((date(2028, 11, 15), True), (date(2028, 11, 16), True), (date(2028, 11, 17), False)):
            with self.at(day):
                self.assertEqual(bool(self.refusal(partner)), kept, day)

    def test_only_reminded(self):
        """Nothing legal keeps what was said to whoever paid his invoice: it goes at once, and letters stay."""
        partner = self.debtor("Jan", kind="consumer")
        move = self.invoice(partner, 40, due=3)
        self.send_level(partners=partner)
        self.pay(move)
        window = self.window(partner=partner)
        self.assertFalse(window.refusal)
        self.assertIn("until 12/31/2033", window.stays)
        letters = self.env["dunning.letter"].search([("partner_id", "=", partner.id)])
        window.action_erase()
        self.assertTrue(letters.exists() and letters.email_to)
        self.assertFalse(self.held(partner))

    def test_written_off_and_still_owed(self):
        move, _letter = self.asked()
        partner = move.partner_id
        action = self.as_user(self.user, move).action_dunning_write_off()
        window = self.as_user(self.user)[action["res_model"]].browse(action["res_id"])
        window.write({"reason": "uncollectable", "proof": "Nothing there"})
        window.action_write_off()
        refusal = self.refusal(partner)
        self.assertIn(f"{move.name} was written off and is still owed: it lapses after", refusal)
        self.assertIn("stand in the books", refusal)
        record = self.env["dunning.write.off"].search([("move_id", "=", move.id)])
        self.assertNotIn("still owed", self._with_reason(record, "goodwill", partner))
        record.action_undo()
        self.assertIn("Invoices, credits or payments: 1", self.refusal(partner))

    def _with_reason(self, record, reason, partner):
        self.cr.execute("UPDATE dunning_write_off SET reason = %s WHERE id = %s", [reason, record.id])
        return self.refusal(partner)
