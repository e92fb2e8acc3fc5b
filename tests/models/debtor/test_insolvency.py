"""An insolvent debtor: nothing more goes to him, the trustee gets the claim, and others are left out of it."""

import base64
import io
from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools.pdf import PdfFileReader

from ...common import TODAY, DunningCase


class InsolvencyCase(DunningCase):
    without_pdf = True
    with_belgium = True
    refusal = UserError

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.debtor()
        cls.move = cls.invoice(cls.partner, 1000, due=30)
        cls.trustee = cls.debtor("Mr. Curator Advocaten", country_id=cls.env.ref("base.nl").id)

    def insolvent(self, kind="nl_bankruptcy", date=TODAY, user=None, **values):
        user = user or self.user
        values = {"company_id": user.company_id.id, "trustee_id": self.trustee.id, **values}
        return self.as_user(user)["dunning.insolvency"].create(
            {"partner_id": self.partner.id, "kind": kind, "date": date, **values}
        )


@tagged("post_install", "-at_install")
class TestSilence(InsolvencyCase):
    """No way on which something could still reach the debtor."""

    def test_nothing_is_proposed(self):
        self.insolvent(number="F.16/26/123")
        run = self.run_for(partners=self.partner)
        self.assertFalse(run.letter_ids)
        self.assertEqual(self.code(self.move), "INSOLVENT")
        self.assertIn("Bankruptcy", self.why(self.move))

    def test_drafts_are_dropped_at_confirm(self):
        run = self.run_for(partners=self.partner)
        letter = run.letter_ids
        self.insolvent()
        self.assertFalse(self.confirm(run))
        self.assertFalse(letter.exists() and letter.state in ("draft", "issued"))

    def test_a_mail_in_the_outbox_is_not_sent(self):
        letter = self.confirm(self.run_for(partners=self.partner)).with_env(self.env)
        self.insolvent()
        self.assertFalse(self.send_outbox(letter))
        self.assertEqual(letter.state, "cancelled")
        self.assertIn("Bankruptcy", letter.cancel_reason)

    def test_paper_is_not_posted(self):
        self.env["dunning.level"].search([]).channel = "print"
        letter = self.confirm(self.run_for(partners=self.partner)).with_env(self.env)
        self.insolvent()
        letter.action_mark_posted()
        self.assertEqual(letter.state, "issued", "it may lie in an envelope: a person is told why it should not go")
        self.assertIn("Bankruptcy", self.env["dunning.posting"]._kept_back(letter)[letter])

    def test_no_letter_by_hand(self):
        self.insolvent()
        case = self.env["dunning.case"]._for_partners(self.partner, self.nl)
        procedure = self.env.ref("cremann_dunning.dunning_procedure_nl_business")
        window = self.as_user(self.user)["dunning.letter.wizard"].create({"case_id": case.id})
        window.level_id = procedure.level_ids[:1]
        with self.refused("not asked of the debtor"):
            window.action_write()

    def test_no_short_letters_and_no_statement(self):
        case = self.env["dunning.case"]._for_partners(self.partner, self.nl, create=True)
        promise = self.env["dunning.promise"].create({"case_id": case.id, "date": TODAY, "amount": 10})
        self.insolvent()
        for record in (promise, case):
            with self.subTest(record._name), self.refused("Nothing is written to the debtor"):
                self.as_user(self.user, record)._compose("statement")

    def test_no_call(self):
        level = self.env.ref("cremann_dunning.dunning_procedure_nl_business").level_ids[:1]
        level.legal_type = "call"
        self.run_for(partners=self.partner)
        case = self.env["dunning.case"]._for_partners(self.partner, self.nl)
        self.assertTrue(case.activity_ids)
        self.insolvent()
        self.assertFalse(case.activity_ids)

    def test_no_text_message(self):
        letter = self.send_level(partners=self.partner).with_env(self.env)
        texts = self.env["dunning.dispatch"].create({"letter_id": letter.id, "channel": "sms", "state": "queued"})
        self.insolvent()
        texts._send_text_messages()
        self.assertEqual((texts.state, "insolvent" in texts.answer), ("withheld", True))

    def test_the_page_asks_nothing_any_more(self):
        letter = self.send_level(partners=self.partner).with_env(self.env)
        self.assertEqual(letter._page_values()["state"], "open")
        self.insolvent()
        values = letter._page_values()
        self.assertEqual((values["state"], values["online"], values["qr"]), ("insolvent", False, False))

    def test_what_came_later_goes_on(self):
        """Of a debtor who keeps the running of his affairs; before, on and after the day."""
        moves = {
            days: self.invoice(
                self.partner,
                100,
                due=2,
                invoice_date=TODAY - timedelta(days=days),
                invoice_date_due=TODAY - timedelta(days=2),
            )
            for days in (11, 10, 9)
        }
        self.insolvent("nl_moratorium", TODAY - timedelta(days=10))
        self.run_for(partners=self.partner)
        found = {days: self.code(move) for days, move in moves.items()}
        self.assertEqual(found, {11: "INSOLVENT", 10: "LETTER", 9: "LETTER"})

    def test_ended(self):
        insolvency = self.insolvent("nl_moratorium")
        self.assertEqual(self.code(self.move), "INSOLVENT")
        insolvency.write({"ended_on": TODAY, "outcome": "clean_slate"})
        self.assertEqual(self.code(self.move), "DISCHARGED")
        insolvency.write({"outcome": "resumed"})
        self.run_for(partners=self.partner)
        self.assertEqual(self.code(self.move), "LETTER")

    def test_deleted(self):
        insolvency = self.insolvent()
        self.as_user(self.manager, insolvency).unlink()
        self.assertEqual(self.code(self.move), "LETTER")


@tagged("post_install", "-at_install")
class TestWhoAndWhere(InsolvencyCase):
    def test_screens(self):
        insolvency = self.insolvent()
        env = self.as_user(self.user)
        case = env["dunning.case"].search([("partner_id", "=", self.partner.id)])
        shown = self.open_form(case)
        self.assertEqual(shown["insolvency_id"]["id"], insolvency.id)
        self.assertIn("Curator", shown["insolvency_text"])
        self.assertEqual(env["dunning.case"].search([("insolvency_id", "!=", False)]), case)
        self.assertNotIn(case, env["dunning.case"].search([("insolvency_id", "=", False)]))
        self.assertIn("Bankruptcy", self.partner.with_env(env).dunning_insolvency_text)
        self.assertEqual(case.action_insolvency()["res_id"], insolvency.id)
        self.assertIn("Bankruptcy", self.told_on(case)[0])
        self.open_form(insolvency.with_env(env))
        self.open_list(env, "dunning.insolvency")

    def test_a_company_by_itself_or_all_of_them(self):
        theirs = self.invoice(self.partner, 100, due=30, company=self.be)
        self.insolvent(kind="nl_moratorium")
        self.run_for(company=self.be, partners=self.partner)
        self.assertEqual((self.code(self.move), self.code(theirs)), ("INSOLVENT", "LETTER"))
        self.assertFalse(self.as_user(self.be_user)["dunning.insolvency"].search([]))
        with self.refused("Only a manager", ValidationError):
            self.insolvent(kind="nl_bankruptcy", company_id=False)
        shared = self.insolvent(user=self.manager, company_id=False)
        self.assertEqual((self.code(self.move), self.code(theirs)), ("INSOLVENT", "INSOLVENT"))
        self.assertEqual(self.as_user(self.be_user)["dunning.insolvency"].search([]).ids, shared.ids)
        filing = self.as_user(self.be_user, shared).action_file()
        ours = self.as_user(self.user, shared).action_file()
        self.assertNotEqual(filing["res_id"], ours["res_id"], "each company files its own claim")
        with self.refused("", AccessError):
            self.env["dunning.insolvency.filing"].browse(filing["res_id"]).with_user(self.user).read(["remarks"])

    def test_what_makes_no_sense(self):
        for values, words in (
            ({"date": TODAY + timedelta(days=1)}, "lies ahead"),
            ({"trustee_id": self.partner.id}, "somebody else than the debtor"),
            ({"ended_on": TODAY}, "ended_known"),
            ({"date": TODAY, "ended_on": TODAY - timedelta(days=1), "outcome": "resumed"}, "ended_known"),
        ):
            with self.subTest(words), self.refused(words, Exception):
                self.insolvent(**values)

    def test_debtors_that_become_one(self):
        """As holds: what was known of the one holds for both, whether they are merged or one comes below the other."""
        other = self.debtor("Bakker B.V.")
        self.invoice(other, 50, due=30)
        insolvency = self.insolvent()
        savepoint = self.cr.savepoint()
        self.partner.write({"parent_id": other.id, "is_company": False})
        self.env.invalidate_all()
        self.assertEqual(insolvency.with_env(self.env).partner_id, other)
        self.assertEqual(self.code(self.move), "INSOLVENT")
        savepoint.close(rollback=True)
        self.env.invalidate_all()
        self.env["base.partner.merge.automatic.wizard"].create({})._merge((self.partner + other).ids, other)
        self.env.invalidate_all()
        self.assertEqual(insolvency.with_env(self.env).partner_id, other)
        self.run_for(partners=other)
        self.assertEqual(self.code(self.move), "INSOLVENT")

    def test_by_hand_in_the_form(self):
        form = Form(self.as_user(self.user)["dunning.insolvency"].with_context(default_partner_id=self.partner.id))
        form.kind, form.date = "nl_debt_restructuring", TODAY
        self.assertEqual(form.save().company_id, self.nl)


@tagged("post_install", "-at_install")
class TestStatementOfClaim(InsolvencyCase):
    without_pdf = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner.write({"company_registry": "12345678"})
        cls.trustee.lang = "nl_NL"

    def filing(self, **values):
        insolvency = self.insolvent(number="F.16/26/123", court="Rechtbank Midden-Nederland", **values)
        action = insolvency.action_file()
        return self.as_user(self.user)["dunning.insolvency.filing"].browse(action["res_id"])

    def page(self, filing):
        return self.env["dunning.filing.paper"].with_env(filing.env)._page(filing)

    def row(self, page, move):
        [row] = [row for row in page.rows if row.move_id == move.id]
        return row

    def test_what_is_claimed(self):
        """What was invoiced before the day, with interest up to the day before and the costs that were asked; less
        credits of before it; nothing of what came on the day."""
        on = TODAY - timedelta(days=3)
        self.pay(self.invoice(self.partner, 70, due=30))
        part = self.invoice(self.partner, 200, due=30)
        self.pay(part, 50)
        late = self.invoice(self.partner, 80, due=-10, invoice_date=on)
        credit = self.credit(self.partner, 30, due=20)
        page = self.page(self.filing(date=on))
        self.assertEqual({row.move_id for row in page.rows}, {self.move.id, part.id, credit.id})
        self.assertNotIn(late.id, {row.move_id for row in page.rows})
        self.assertEqual(float(self.row(page, part).open), 150)
        self.assertEqual(float(self.row(page, credit).claimed), -30)
        row = self.row(page, self.move)
        rates = self.env.ref("cremann_dunning.dunning_regime_nl_business")
        expected = rates.interest(row.open, self.move.invoice_date_due, on - timedelta(days=1))
        self.assertEqual(row.interest, expected.total)
        self.assertGreater(row.interest, 0)
        self.assertEqual(page.total, sum(row.claimed for row in page.rows))

    def test_costs_that_a_letter_asked(self):
        self.env.ref("cremann_dunning.dunning_procedure_nl_business").level_ids[:1].costs = "charge"
        letter = self.send_level(partners=self.partner).with_env(self.env)
        page = self.page(self.filing())
        self.assertEqual(float(self.row(page, self.move).costs), letter.amount_costs)

    def test_written_off_since_it_is_still_claimed(self):
        filing = self.filing()
        window = self.as_user(self.user, self.move).action_dunning_write_off()
        self.as_user(self.user)["dunning.write.off.wizard"].browse(window["res_id"]).action_write_off()
        self.assertEqual(float(self.row(self.page(filing), self.move).open), 1000)

    def test_another_currency_is_taken_at_the_rate_of_the_day(self):
        self.env["res.currency.rate"].create(
            {"currency_id": self.usd.id, "company_id": self.nl.id, "name": "2026-01-01", "rate": 2.0}
        )
        self.invoice(self.partner, 100, due=30, currency=self.usd)
        page = self.page(self.filing())
        self.assertEqual(set(page.rates), {"EUR", "USD"})
        in_euro = page.sum("claimed", "EUR") + page.sum("claimed", "USD") / 2
        self.assertAlmostEqual(page.total, in_euro, 2)

    def test_filed_is_frozen(self):
        filing = self.filing()
        with self.refused("how it was filed"):
            filing.action_filed()
        filing.write({"filed_how": "post", "preference": "Pledge on the stock", "retention_of_title": True})
        filing.action_filed()
        page = PdfFileReader(io.BytesIO(base64.b64decode(filing.pdf))).getPage(0)
        text = "".join(page.extractText().split())
        for words in (
            "F.16/26/123", "RechtbankMidden-Nederland", "Mr.Curator", "BakkerijJansen",
            "KaaiHollandB.V.", "12345678", self.move.name, "NL91ABNA0417164300", "1.000,00",
            "Eigendomsvoorbehoud", "Pledgeonthestock", "CuratorAdvocaten",
        ):  # fmt: skip
            self.assertIn("".join(words.split()), text)
        self.assertEqual((filing.filed_on, filing.user_id, filing.state), (TODAY, self.user, "filed"))
        before, amount = filing.pdf, filing.amount_filed
        self.pay(self.move, 400)
        self.assertEqual((filing.pdf, filing.amount_filed), (before, amount))
        for values in ({"remarks": "other"}, {"pdf": False}, {"amount_filed": 1}):
            with self.subTest(values), self.refused("", (UserError, AccessError)):
                filing.write(values)
        file = self.env["ir.attachment"].search(
            [("res_model", "=", filing._name), ("res_id", "=", filing.id), ("res_field", "=", "pdf")]
        )
        with self.refused("", (UserError, AccessError)):
            self.as_user(self.manager, file).write({"raw": b"other"})
        with self.refused("stays on record"):
            self.as_user(self.manager, filing).unlink()
        filing.write({"amount_admitted": 900, "admitted_on": TODAY})
        self.assertEqual(filing.state, "admitted")
        self.assertNotEqual(filing.insolvency_id.action_file()["res_id"], filing.id, "a new one may follow")

    def test_what_is_missing(self):
        filing = self.filing()
        filing.insolvency_id.trustee_id = False
        with self.refused("Fill in the trustee"):
            filing.action_print()
        filing.insolvency_id.trustee_id = self.trustee
        self.assertEqual(filing.action_print()["type"], "ir.actions.report")
        self.pay(self.move)
        with self.refused("Nothing is open"):
            filing.action_print()

    def test_write_off_from_the_insolvency(self):
        insolvency = self.insolvent()
        action = insolvency.action_write_off()
        window = self.as_user(self.user)[action["res_model"]].browse(action["res_id"])
        self.assertEqual(window.item_ids.move_id.ids, self.move.ids)
        with self.refused("", AccessError):
            self.as_user(self.be_user, insolvency).action_file()
