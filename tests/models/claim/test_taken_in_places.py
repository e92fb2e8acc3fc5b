"""One entry that asks two debtors, taken in: every place names it by the number and date that the debtor knows."""

from datetime import timedelta

from dateutil.relativedelta import relativedelta
from lxml import etree

from odoo import Command
from odoo.tests import Form, tagged
from odoo.tools.safe_eval import safe_eval

from ...common import TODAY, DunningCase, day


@tagged("post_install", "-at_install")
class TestPlaces(DunningCase):
    without_pdf = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner, cls.other = cls.debtor("Bakkerij Jansen"), cls.debtor("Slagerij De Wit")
        cls.line, cls.theirs = cls.opening((cls.partner, 100, 20, None), (cls.other, 200, 20, None), on=day(3))
        cls.entry = cls.line.move_id
        cls.given = {"number": "F-9", "invoice_date": day(60), "date_due": day(46)}
        given = {cls.line: cls.given, cls.theirs: {"number": "G-1", "invoice_date": day(60), "date_due": day(30)}}
        cls.take_in(cls.entry, cls.user, given)
        cls.case = cls.env["dunning.case"]._for_partners(cls.partner, cls.nl)

    def silent(self, *texts):
        """Nothing of what these say is the number of the entry, or the number of the other debtor."""
        for text in texts:
            self.assertNotIn(self.entry.name, str(text))
            self.assertNotIn("G-1", str(text))
            self.assertIn("F-9", str(text))

    def own(self, record):
        return self.as_user(self.user, record)

    def test_case_and_lists(self):
        letter = self.send_level(partners=self.partner)
        self.assertIn(("F-9", day(60), day(46)), [(c.number, c.invoice_date, c.date_due) for c in self.case.claim_ids])
        self.silent(self.open_form(self.own(self.case))["taken_in_ids"])
        self.silent(*(text for text in self.told_on(self.case) if "taken in" in text))
        action = self.own(self.case).action_open_invoices()
        rows = self.open_list(self.as_user(self.user), action["res_model"], action["domain"])["records"]
        self.assertEqual([row["number"] for row in rows], ["F-9"])
        self.assertEqual(len(rows), self.case.invoice_count)
        rows = self.open_list(self.as_user(self.user), "dunning.claim", [("case_id", "=", self.case.id)])["records"]
        self.silent(rows)
        self.silent(letter.body)
        found = self.env["dunning.decision"].search([("number", "ilike", "f-9"), ("is_current", "=", True)])
        self.assertEqual(found.partner_id, self.partner)

    def test_letter_without_words(self):
        """Nothing is written on the entry: the debtor reads no word of bookkeeping."""
        letter = self.send_level(partners=self.partner)
        self.assertEqual((letter.line_ids.label, letter.line_ids._shown_label()), ("F-9", ""))
        self.assertFalse(letter.line_ids.customer_ref)
        self.assertNotIn("Journal", letter.body)
        self.assertNotIn("Opening balance", letter.body)

    def test_page_and_payment(self):
        letter = self.send_level(partners=self.partner)
        values = letter._page_values()
        self.assertEqual([row["line"].number for row in values["demanded"]], ["F-9"])
        self.silent(letter.payment_reference)
        self.assertNotIn(self.entry.name, str(letter.paper_body))

    def test_hold(self):
        hold = self.own(self.env["dunning.hold"]).create(
            {"move_id": self.entry.id, "partner_id": self.partner.id, "company_id": self.nl.id, "reason": "Asked for"}
        )
        self.silent(hold.display_name, hold.number, self.told_on(self.case)[0])
        self.assertIn("F-9", self.told_on(self.entry)[0])
        rows = self.open_list(self.as_user(self.user), "dunning.hold", [("id", "=", hold.id)])["records"]
        self.silent(rows)
        whole = self.own(self.env["dunning.hold"]).create({"partner_id": self.partner.id, "reason": "All"})
        self.assertEqual((whole.number, whole.display_name), ("", "Bakkerij Jansen"))

    def test_hold_on_the_entry(self):
        """Of both debtors: each is told by his own number, and a colleague of the entry by both."""
        action = self.own(self.entry).action_dunning_hold()
        window = self.as_user(self.user)["dunning.hold.wizard"].with_context(**action["context"])
        window.create({"reason": "wait"}).action_hold()
        self.silent(self.told_on(self.case)[0])
        said = " ".join(self.told_on(self.entry)[:2])
        self.assertEqual({"F-9", "G-1"} - {word for word in ("F-9", "G-1") if word in said}, set())

    def test_chosen_on_forms(self):
        """It may be chosen beside its debtor, is found by his number and is shown by it."""
        for model in ("dunning.dispute", "dunning.promise", "dunning.payment.plan", "dunning.contact"):
            moves = self.as_user(self.user, dunning_debtor=self.partner.id)["account.move"]
            found = moves.name_search("f-9", self.domain(model))
            self.assertEqual(found, [(self.entry.id, "F-9")], model)
            self.assertFalse(moves.name_search("G-1", self.domain(model)), "another debtor's number")
        self.assertIn(self.entry.name, self.own(self.entry).display_name, "anywhere else it is what it is")

    def domain(self, model):
        return [
            ("company_id", "=", self.nl.id), ("state", "=", "posted"),
            "|", "&", ("move_type", "in", ("out_invoice", "out_receipt")),
            ("commercial_partner_id.commercial_partner_id", "=", self.partner.id),
            "&", ("dunning_is_claim", "=", True), ("dunning_claim_ids.partner_id", "=", self.partner.id),
        ]  # fmt: skip

    def test_number_of_no_reader(self):
        """Who knows nothing of dunning finds an entry as he always did, whatever the context says."""
        for value in (self.partner.id, "1; DROP", -1, 2**40, [3]):
            moves = self.as_user(self.biller, dunning_debtor=value)["account.move"]
            self.assertFalse(moves.name_search("F-9"))
            self.assertIn(self.entry.name, moves.browse(self.entry.id).display_name)

    def test_agreements(self):
        about = {"case_id": self.case.id, "move_ids": [Command.set(self.entry.ids)]}
        dispute = self.own(self.env["dunning.dispute"]).create({**about, "reason": "price", "amount": 10})
        self.silent(dispute.about, self.told_on(self.case)[0])
        dispute.sudo().unlink()
        promise = self.own(self.env["dunning.promise"]).create({**about, "date": day(-5)})
        self.assertEqual(promise.amount, 100)
        self.silent(promise.payment_reference, promise.payment_html, promise.about)
        promise.action_cancel()
        whole = self.own(self.env["dunning.promise"]).create({"case_id": self.case.id, "date": day(-5)})
        self.silent(whole.payment_reference, whole.payment_html)
        self.invoice(self.partner, 50, due=5)
        whole.invalidate_recordset()
        self.assertIn("F-9", whole.payment_reference)
        self.assertIn("INV/", whole.payment_reference)

    def test_plan(self):
        with Form(self.own(self.env["dunning.payment.plan"]).with_context(default_case_id=self.case.id)) as form:
            form.move_ids.add(self.own(self.entry))
        plan = form.save()
        self.assertEqual(plan.amount, 100)
        self.silent(plan.about, plan.payment_reference)

    def test_contact_that_cannot_count(self):
        level = self.env["dunning.level"].search([("legal_type", "=", "reminder")], limit=1)
        values = {
            "case_id": self.case.id, "kind": "call", "outcome": "paying", "counts_as_step": True,
            "move_ids": [Command.set(self.entry.ids)], "level_id": level.id,
        }  # fmt: skip
        other = self.env["dunning.level"].search(
            [("legal_type", "in", ("reminder", "call")), ("id", "!=", level.id)], limit=1, order="id desc"
        )
        self.confirm(self.run_for(partners=self.partner))
        for chosen in (level, other):
            with self.assertRaisesRegex(Exception, "F-9") as caught, self.cr.savepoint():
                self.own(self.env["dunning.contact"]).create({**values, "level_id": chosen.id})
            self.silent(caught.exception)

    def test_limitation(self):
        """Watched by the day that the debtor knows: the entry was booked a few days ago."""
        months = self.env["dunning.limitation"]
        months._watch(self.nl)
        self.assertFalse(self.case.limitation_date)
        old = TODAY - relativedelta(years=5) + timedelta(days=20)
        self.take_in(self.entry, self.user, {self.line: {"invoice_date": old, "date_due": old}})
        months._watch(self.nl)
        self.env.invalidate_all()
        self.assertTrue(self.case.limitation_date)
        self.assertLess(self.case.limitation_date, TODAY + timedelta(days=30))

    def test_look_ahead(self):
        window = self.as_user(self.user)["dunning.simulation"].create({"company_id": self.nl.id})
        window.action_simulate()
        self.assertTrue(window.line_ids)

    def test_call(self):
        """The colleague who calls reads the number that he can say on the phone."""
        decision = self.env["dunning.decision"].search([("move_line_id", "=", self.line.id), ("is_current", "=", True)])
        self.silent(self.env["dunning.call"]._note(decision, self.user))

    def test_form_of_the_entry(self):
        """The bar with its answer and buttons stands on an entry that was taken in, and on no other."""
        arch = self.as_user(self.user)["account.move"].get_views([(False, "form")])["views"]["form"]["arch"]
        [bar] = etree.fromstring(arch).xpath("//div[button[@name='action_dunning_next_letter']]")
        hidden = bar.get("invisible")
        facts = {"state": "posted", "payment_state": "not_paid", "no_followup": True, "dunning_hold_id": False}
        for kind, is_claim, decision, expected in (
            ("entry", True, 1, False), ("entry", False, 0, True), ("entry", True, 0, True),
            ("out_invoice", False, 0, False), ("in_invoice", False, 1, True),
        ):  # fmt: skip
            names = {**facts, "move_type": kind, "dunning_is_claim": is_claim, "dunning_decision_id": decision}
            self.assertEqual(bool(safe_eval(hidden, names)), expected, names)
        for name in ("action_dunning_dispute", "action_dunning_promise", "action_dunning_hold"):
            self.assertIn(name, arch)

    def test_rating_of_the_payer(self):
        """What he paid of it counts by the day that he knows."""
        lines = self.opening(*((self.partner, 10, 1, f"P{n}") for n in range(3)), on=day(3))
        self.take_in(lines.move_id, self.user, {line: {"invoice_date": day(90), "date_due": day(40)} for line in lines})
        for line in lines:
            (line + self.unallocated(self.partner, 10)).reconcile()
        self.nl.dunning_rated_on = False
        self.env["dunning.payer"]._rate(self.nl)
        self.env.invalidate_all()
        self.assertEqual((self.case.payer, self.case.days_late), ("slow", 40))
