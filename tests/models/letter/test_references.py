"""One reference per letter: which one, that it never meets another, and that a receipt with it leads back."""

import base64
import importlib.util
import io
from decimal import Decimal
from pathlib import Path

import zxingcpp
from PIL import Image, ImageOps

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons import cremann_dunning
from odoo.addons.cremann_dunning.engine import references

from ...common import DunningCase, day

HUNDRED, NOTHING = Decimal(100), Decimal(0)


class ReferenceCase(DunningCase):
    without_pdf = True
    with_belgium = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner, cls.other = cls.debtor("Bakkerij Jansen"), cls.debtor("Slagerij De Wit")

    def about(self, count, company=None, partner=None, **options):
        """A letter that was sent, over so many invoices of a hundred."""
        partner = partner or self.partner
        self.invoices([partner] * count, 100, due=20, company=company or self.nl, **options)
        return self.send_level(company, partner).with_env(self.env)

    def known(self, letter, *texts):
        """What becomes of receipts with these texts."""
        keys = {key for text in texts for key in references.found_in(text) | references.numbers_in(text)}
        return self.env["dunning.letter"]._by_reference(letter.company_id, keys)

    def code(self, letter):
        """The lines of the QR code on a letter."""
        picture = Image.open(io.BytesIO(base64.b64decode(letter.qr_image.split(",")[1])))
        [code] = zxingcpp.read_barcodes(ImageOps.expand(picture.convert("L"), 40, 255))
        return code.text.split("\n")


@tagged("post_install", "-at_install")
class TestWhichOne(ReferenceCase):
    def test_several_invoices_in_the_netherlands(self):
        letter = self.about(2)
        self.assertEqual(letter.payment_reference, references.creditor(letter.id))
        self.assertEqual(letter.payment_reference_key, letter.payment_reference.replace(" ", ""))
        self.assertIn(letter.payment_reference, letter.body)
        self.assertNotIn("(example)", letter.body)
        self.assertEqual(self.code(letter)[9:11], [letter.payment_reference_key, ""])

    def test_several_invoices_in_belgium(self):
        letter = self.about(2, self.be)
        self.assertEqual(letter.payment_reference, references.structured(letter.id))
        self.assertEqual(letter.payment_reference_key, letter.payment_reference.strip("+").replace("/", ""))
        self.assertIn(letter.payment_reference, letter.body)
        self.assertEqual(self.code(letter)[9:11], [letter.payment_reference_key, ""])

    def test_one_invoice_keeps_its_own(self):
        """Also where it is asked in instalments, and whatever stands in it."""
        term = self.env["account.payment.term"].create(
            {
                "name": "Parts",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": days}) for days in (0, 5)
                ],
            }
        )
        letter = self.about(1, term=term, payment_reference="F/7\n<b> & é")
        self.assertEqual(len(letter.line_ids), 2)
        self.assertEqual((letter.payment_reference, letter.payment_reference_key), ("F/7\n<b> & é", False))
        self.assertEqual(self.code(letter)[9:], ["", "F/7 <b> & é", ""], "a line of the code each")
        self.assertEqual(self.known(letter, "F/7"), {})

    def test_choice_of_the_company(self):
        bank, none = self.nl.partner_id.bank_ids[:1], self.env["res.partner.bank"]
        abroad, plain, belgian = none.create(
            [
                {"acc_number": text, "partner_id": self.other.id}
                for text in ("TR330006100519786457841326", "12", "BE68539007547034")
            ]
        )
        kind = self.nl._dunning_reference_kind
        self.assertEqual([kind(account, self.eur) for account in (bank, none)], [references.CREDITOR] * 2)
        self.assertEqual([kind(account, self.eur) for account in (abroad, plain)], [references.NUMBER] * 2)
        self.assertEqual(kind(belgian, self.eur), references.STRUCTURED)
        self.assertEqual(kind(bank, self.usd), references.NUMBER)
        self.assertEqual(self.be._dunning_reference_kind(bank, self.eur), references.STRUCTURED)
        self.nl.dunning_reference = references.STRUCTURED
        self.assertEqual(kind(plain, self.usd), references.STRUCTURED)
        self.nl.write({"dunning_reference": references.AUTOMATIC, "country_id": False})
        self.assertEqual(
            [kind(account, self.eur) for account in (none, bank)], [references.NUMBER, references.CREDITOR]
        )

    def test_number_of_the_letter(self):
        self.nl.dunning_reference = references.NUMBER
        draft = self.run_for(partners=self.invoices([self.partner] * 2, due=20).partner_id).letter_ids
        self.assertEqual(draft.shown_reference, "number of the letter (example)")
        letter = self.confirm(draft.run_id).with_env(self.env)
        self.assertEqual(letter.payment_reference, letter.name)
        self.assertEqual(list(self.known(letter, f"I pay {letter.name.lower().replace('/', ' ')}.")), ["DUN202600001"])

    def test_a_draft_shows_an_example(self):
        partner = self.invoices([self.debtor("Jansen", lang="nl_NL")] * 2, due=20).partner_id
        draft = self.run_for(partners=partner).letter_ids
        self.assertFalse(draft.payment_reference or draft.payment_reference_key)
        self.assertEqual(draft.shown_reference, "RF18 5390 0754 7034 (voorbeeld)")
        self.assertIn(draft.shown_reference, draft.shown_body)
        self.assertEqual(self.code(draft)[9:11], ["", draft.shown_reference])
        letter = self.confirm(draft.run_id).with_env(self.env)
        self.assertEqual(letter.shown_reference, references.creditor(letter.id))
        self.assertNotIn("(voorbeeld)", letter.body)
        self.assertIn(letter.access_token, letter.body)

    def test_a_test_letter_has_an_example(self):
        self.nl.write({"dunning_mode": "test", "dunning_test_email": "me@nl.example.com"})
        letter = self.about(2)
        self.assertTrue(letter.is_test)
        self.assertEqual(letter.payment_reference, "RF18 5390 0754 7034 (example)")
        self.assertFalse(letter.payment_reference_key)
        self.assertEqual(self.known(letter, letter.payment_reference, references.creditor(letter.id)), {})

    def test_it_stays_what_was_issued(self):
        letter, single = self.about(2), self.about(1, partner=self.other)
        before = (letter + single).mapped("shown_reference")
        self.nl.dunning_reference = references.NUMBER
        single.line_ids.move_id.payment_reference = "Another"
        self.env.invalidate_all()
        self.assertEqual((letter + single).mapped("shown_reference"), before)
        for name in ("payment_reference", "payment_reference_key"):
            with self.refused("cannot be changed", UserError):
                letter.sudo()[name] = "RF18539007547034"


@tagged("post_install", "-at_install")
class TestRecognised(ReferenceCase):
    def test_letter_debtor_and_what_it_asked(self):
        letter, other = self.about(2), self.about(3, partner=self.other)
        key = letter.payment_reference_key
        found = self.known(letter, f"rent {letter.payment_reference.lower()} thanks", other.payment_reference)
        self.assertEqual({*found}, {key, other.payment_reference_key})
        one = found[key]
        self.assertEqual((one.letter_id, one.partner_id, one.company_id), (letter.id, self.partner.id, self.nl.id))
        self.assertEqual((one.standing, one.currency, one.contested), ("sent", "EUR", False))
        self.assertEqual((one.total, one.costs), (2 * HUNDRED, NOTHING))
        self.assertEqual([part.item_id for part in one.parts], letter.line_ids.move_line_id.ids)
        self.assertEqual({part[3:] for part in one.parts}, {(self.partner.id, HUNDRED, NOTHING)})
        both = {key, other.payment_reference_key}
        with self.counted() as few:
            self.env["dunning.letter"]._by_reference(self.nl, {key})
        with self.counted() as more:
            self.env["dunning.letter"]._by_reference(self.nl, both)
        self.assertEqual((few, more), ([2], [2]))
        self.assertEqual(self.env["dunning.letter"]._by_reference(self.nl, set()), {})

    def test_costs_and_interest(self):
        letter = self.about(2)
        for ahead in (20, 40, 60):
            with self.at(ahead) as today:
                letter |= self.send_level(partners=self.partner, date=today).with_env(self.env)
        letter = letter.filtered("amount_costs")[:1]
        [one] = self.known(letter, letter.payment_reference).values()
        self.assertTrue(letter.amount_costs and letter.amount_interest)
        asked = one.costs + sum(part.principal + part.interest for part in one.parts)
        self.assertEqual((float(asked), one.total), (letter.amount_total, asked))

    def test_of_another_company_or_with_an_error_it_is_none(self):
        letter = self.about(2, self.be)
        digits = letter.payment_reference_key
        wrong = digits[:-1] + str((int(digits[-1]) + 1) % 10)
        self.assertEqual(self.known(letter, wrong, digits[1:], f"1{digits}", ""), {})
        self.assertEqual(self.env["dunning.letter"]._by_reference(self.nl, {digits}), {})
        self.assertEqual(list(self.env["dunning.letter"]._by_reference(self.nl + self.be, {digits})), [digits])

    def test_taken_back_or_not_sent(self):
        letter = self.about(2)
        letter.env["dunning.withdrawal"]._withdraw(letter, "wrong", self.manager)
        self.assertEqual(
            self.known(letter, letter.payment_reference)[letter.payment_reference_key].standing, "taken_back"
        )
        waiting = self.confirm(self.run_for(partners=self.invoices([self.other] * 2, due=20).partner_id))
        self.assertEqual(
            [one.standing for one in self.known(waiting, waiting.payment_reference).values()], ["not_sent"]
        )

    def test_claims_that_went_elsewhere(self):
        """Owed by somebody else: no item is left of it. Deleted: neither. What is asked is told all the same."""
        letter = self.about(3)
        moves = letter.line_ids.move_id
        moves.button_draft()
        moves[0].partner_id = self.other
        moves[:2].action_post()
        self.env.flush_all()
        [one] = self.known(letter, letter.payment_reference).values()
        items = [part.item_id for part in one.parts]
        self.assertEqual([bool(item) for item in items], [False, True, True])
        self.assertEqual({part.partner_id for part in one.parts}, {self.partner.id})
        self.assertEqual(sum(part.principal for part in one.parts), 3 * HUNDRED)
        moves[2].with_context(force_delete=True).unlink()
        self.env.flush_all()
        [one] = self.known(letter, letter.payment_reference).values()
        self.assertEqual([part.item_id for part in one.parts], [None, items[1], None])


@tagged("post_install", "-at_install")
class TestNoOther(ReferenceCase):
    def test_odoo_never_makes_the_same(self):
        """Neither by invoice nor by partner, for whatever letter."""
        move = self.invoice(self.partner, 100, company=self.be)
        makers = ("be_invoice", "be_partner", "euro_invoice", "euro_partner")
        made = {references.normalised(getattr(move, f"_get_invoice_reference_{name}")()) for name in makers}
        self.assertEqual(len(made), 4)
        ours = {
            make(number)
            for make in (references.structured, references.creditor)
            for number in (move.id, self.partner.id)
        }
        self.assertFalse(made & set(map(references.normalised, ours)))
        # the ten digits of an id stay below those of any letter; an RF of Odoo ends in a digit
        self.assertTrue(all(int(key[:10]) < references.FIRST for key in made if key.isdigit()))
        self.assertTrue(all(key[-1].isdigit() for key in made))

    def test_an_invoice_with_the_same_is_told(self):
        """Odoo makes a Belgian reference of all digits in a customer's own number, whatever they are."""
        letter = self.about(2, self.be)
        key = letter.payment_reference_key
        self.assertFalse(self.known(letter, key)[key].contested)
        self.other.ref = f"K-{key[:10]}"
        journal = letter.line_ids.move_id.journal_id
        journal.write({"invoice_reference_type": "partner", "invoice_reference_model": "be"})
        move = self.invoice(self.other, 100, company=self.be)
        self.assertEqual(move.payment_reference, letter.payment_reference)
        self.assertTrue(self.known(letter, key)[key].contested)
        move.button_draft()
        move.payment_reference = key
        move.action_post()
        self.assertTrue(self.known(letter, key)[key].contested, "as digits only")


@tagged("post_install", "-at_install")
class TestLettersFromBefore(ReferenceCase):
    def test_they_keep_what_they_printed(self):
        letters = self.about(1, payment_reference="F-9") + self.about(5, partner=self.other)
        line = self.opening((self.debtor("Opened"), 100, 20, "2025-17"))
        self.take_in(line.move_id, self.user, {line: {"number": "2025-17", "date_due": day(20)}})
        letters += self.send_level(partners=line.partner_id).with_env(self.env)
        self.env.flush_all()
        self.cr.execute("UPDATE dunning_letter SET payment_reference = NULL, payment_reference_key = NULL")
        path = Path(cremann_dunning.__file__).parent / "migrations" / "19.0.1.10.0" / "post-references.py"
        spec = importlib.util.spec_from_file_location("post_references", path)
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        script.migrate(self.cr, "19.0.1.9.0")
        self.env.invalidate_all()
        numbers = letters[1].line_ids.mapped("number")
        self.assertEqual(letters.mapped("payment_reference"), ["F-9", ", ".join(numbers[:3]) + " …", "2025-17"])
        self.assertFalse(any(letters.mapped("payment_reference_key")))
