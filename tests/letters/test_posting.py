"""Letters on paper: one PDF for the printer in the order of the post, a day of posting that a person confirms, and
what the post gives back."""

import base64
import hashlib
import io
import os
from datetime import timedelta
from pathlib import Path

from odoo import SUPERUSER_ID
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools.pdf import PdfFileReader

from ..common import TODAY, DunningCase

LEVEL = "cremann_dunning.dunning_level_nl_business_1"


class PostingCase(DunningCase):
    def letters_to_post(self, *partners, channel="print"):
        self.env.ref(LEVEL).channel = channel
        partners = self.env["res.partner"].union(*partners)
        self.invoices(partners, 500, due=5)
        return self.confirm(self.run_for(partners=partners))

    def wizard(self, letters, user=None):
        letters = self.as_user(user or self.user, letters)
        return letters.env["dunning.posting.wizard"].browse(letters.action_print_and_post()["res_id"])


@tagged("post_install", "-at_install")
class TestPrinting(PostingCase):
    """With real PDFs."""

    def test_paid_since_the_list_was_opened_is_not_printed(self):
        self.env.ref(LEVEL).channel = "print"
        partners = self.debtor("Betaald") + self.debtor("Open")
        self.invoices(partners, 500, due=5)
        letters = self.confirm(self.run_for(partners=partners).with_context(force_report_rendering=True))
        wizard = self.wizard(letters).with_context(force_report_rendering=True)
        paid = letters.filtered(lambda letter: letter.partner_id.name == "Betaald")
        self.pay(paid.line_ids.move_id)
        with self.assertRaisesRegex(UserError, f"no longer right.*\n{paid.name}"):
            wizard.action_print()
        self.assertFalse(wizard.pdf_file)
        wizard.line_ids.filtered(lambda line: line.letter_id == paid).to_post = False
        wizard.action_print()
        self.assertTrue(wizard.pdf_file)

    def test_one_file_in_posting_order_behind_a_cover_list(self):
        belgium = self.env.ref("base.be").id
        partners = [
            self.debtor("Zuid B.V.", zip="9999 ZZ"),
            self.debtor("Gentse Bakker", zip="9000", city="Gent", country_id=belgium),
            self.debtor("Noord & <b>Co</b>", zip="1000 AA"),
            self.debtor("Aan de Kade", zip="9999 ZZ"),
        ]
        self.env["dunning.level"].search([]).write({"channel": "print", "attach_invoice": False})
        self.invoices(self.env["res.partner"].union(*partners), 500, due=5)
        run = self.run_for(partners=self.env["res.partner"].union(*partners))
        letters = self.confirm(run.with_context(force_report_rendering=True))
        self.assertEqual(set(letters.mapped("outcome")), {"not_posted"})
        self.assertEqual(run.paper_count, 4)
        wizard = self.wizard(letters).with_context(force_report_rendering=True)
        order = wizard.line_ids.letter_id.partner_id.mapped("name")
        self.assertEqual(order, ["Gentse Bakker", "Noord & <b>Co</b>", "Aan de Kade", "Zuid B.V."])
        for two_sided in (False, True):
            with self.subTest(two_sided=two_sided):
                wizard.two_sided = two_sided
                self.assertEqual(wizard.action_print()["type"], "ir.actions.act_url")
                bound = PdfFileReader(io.BytesIO(base64.b64decode(wizard.pdf_file)))
                self.check_pages(bound, wizard.line_ids.letter_id, two_sided)
        cover = " ".join(bound.getPage(0).extractText().split())
        if folder := os.environ.get("DUNNING_PICTURES"):  # to look at
            Path(folder, "posting.pdf").write_bytes(base64.b64decode(wizard.pdf_file))
        for words in ("Letters: 4", "Gent", "Belgium", "On paper", "Noord & <b>Co</b>", *letters.mapped("name")):
            self.assertIn(words, cover)

    def test_invoices_go_along_behind_the_letter(self):
        """Where the level attaches them; one that cannot be printed keeps nobody from the post."""
        partners = self.debtor("Aan de Kade") + self.debtor("Bij de Brug")
        both = self.invoice(partners[0], 500, due=5) + self.invoice(partners[0], 600, due=4)
        other = self.invoice(partners[1], 700, due=5)
        self.env.ref(LEVEL).channel = "print"
        letters = self.confirm(self.run_for(partners=partners).with_context(force_report_rendering=True))
        self.assertEqual(len(letters.line_ids.filtered("invoice_copy_id")), 3, "printed when the letters were made")
        copy = letters.line_ids.filtered(lambda line: line.move_id == other).invoice_copy_id
        copy.with_user(SUPERUSER_ID).write({"raw": b"no pdf", "mimetype": "application/pdf"})  # a disk that went wrong
        wizard = self.wizard(letters).with_context(force_report_rendering=True)
        wizard.action_print()
        texts = self.texts(wizard)
        cover, first, *copies = texts[0], texts[1], *texts[2:4]
        self.assertEqual(len(texts), 5, "cover, letter with two copies, letter without")
        for words in (
            "Copies of invoices",
            "Pages: 4",
            f"because none can be printed of these invoices: {other.name}",
        ):
            self.assertIn(words, cover)
        self.assertIn(wizard.line_ids[:1].letter_id.name, first)
        for move, text in zip(both, copies, strict=True):
            self.assertIn(move.name, text)
        wizard.two_sided = True
        wizard.action_print()
        self.assertEqual([place for place, text in enumerate(self.texts(wizard)) if text], [0, 2, 4, 6, 8])
        self.env.ref(LEVEL).attach_invoice = False
        wizard.two_sided = False
        wizard.action_print()
        self.assertEqual(len(self.texts(wizard)), 3)

    def texts(self, wizard):
        bound = PdfFileReader(io.BytesIO(base64.b64decode(wizard.pdf_file)))
        if folder := os.environ.get("DUNNING_PICTURES"):  # to look at
            Path(folder, "enclosed.pdf").write_bytes(base64.b64decode(wizard.pdf_file))
        return [" ".join(page.extractText().split()) for page in bound.pages]

    def check_pages(self, bound, letters, two_sided):
        """After the cover every page is one of a stored PDF, with the same content, in order."""
        pages = list(bound.pages)
        at = 1
        for letter in letters:
            if two_sided and at % 2:
                self.assertFalse(pages[at].extractText().strip(), "a blank page comes before")
                at += 1
            for page in PdfFileReader(io.BytesIO(base64.b64decode(letter.pdf_file))).pages:
                self.assertEqual(pages[at].getContents().getData(), page.getContents().getData())
                at += 1
        self.assertEqual(at, len(pages))

    def test_damaged_file_does_not_stop_the_others(self):
        good, bad = self.debtor("Goed"), self.debtor("Stuk")
        self.env.ref(LEVEL).channel = "print"
        self.invoices(good + bad, 500, due=5)
        letters = self.confirm(self.run_for(partners=good + bad).with_context(force_report_rendering=True))
        broken = letters.filtered(lambda letter: letter.partner_id == bad)
        self.env["ir.attachment"].search(
            [("res_model", "=", "dunning.letter"), ("res_field", "=", "pdf_file"), ("res_id", "=", broken.id)]
        ).raw = b"%PDF-1.4 somebody else's"
        wizard = self.wizard(letters).with_context(force_report_rendering=True)
        wizard.action_print()
        text = PdfFileReader(io.BytesIO(base64.b64decode(wizard.pdf_file))).getPage(0).extractText()
        text = " ".join(text.split())
        self.assertIn("Letters: 1", text)
        self.assertIn(broken.name, text[text.index("Not in this file") :])


@tagged("post_install", "-at_install")
class TestPosting(PostingCase):
    without_pdf = True
    with_belgium = True

    def test_contact_without_a_place_is_sorted_by_the_envelope(self):
        """A person at the firm gets the letter at the address of the firm."""
        far, near = self.debtor("Zuid", zip="9999 ZZ"), self.debtor("Noord", zip="1000 AA")
        person = self.env["res.partner"].create(
            {"parent_id": far.id, "name": "Jan Smit", "type": "other", "dunning_role": "reminder"}
        )
        self.assertFalse(person.zip)
        wizard = self.wizard(self.letters_to_post(far, near))
        lines = wizard.line_ids
        self.assertEqual(lines.mapped("partner_id"), near + person)
        self.assertEqual(lines.mapped("place"), ["1000 AA Ons Dorp", "9999 ZZ Ons Dorp"])

    def test_day_before_on_and_after(self):
        letters = self.letters_to_post(self.debtor())
        wizard = self.wizard(letters)
        self.assertEqual(wizard.posted_on, TODAY)
        for wrong, words in (
            (TODAY - timedelta(days=1), "cannot have been posted before"),
            (TODAY + timedelta(days=1), "a day to come"),
        ):
            wizard.posted_on = wrong
            with self.assertRaisesRegex(UserError, words):
                wizard.action_post()
            self.assertEqual(letters.state, "issued")
        wizard.posted_on = TODAY
        self.assertEqual(wizard.action_post()["params"]["type"], "success")
        self.assertEqual((letters.state, letters.sent_on, letters.outcome), ("sent", TODAY, False))
        self.assertEqual(letters.line_ids.move_id.dunning_level_id, letters.level_id)
        dispatch = letters.dispatch_ids
        self.assertEqual((dispatch.channel, dispatch.state, dispatch.user_id), ("print", "posted", self.user))
        self.assertEqual(dispatch.pdf_sha256, letters.pdf_sha256)

    def test_term_runs_from_the_day_of_posting(self):
        letters = self.letters_to_post(self.debtor())
        with self.at(3):
            wizard = self.wizard(letters)
            wizard.posted_on = TODAY + timedelta(days=1)
            wizard.action_post()
            self.assertEqual(letters.sent_on, TODAY + timedelta(days=1))
            self.assertEqual(self.nl._dunning_day(letters.dispatch_ids.started_at), TODAY + timedelta(days=1))
            next_date = letters.line_ids.move_id.dunning_next_date
            second = letters.procedure_id.level_ids[1]
            # posted on Tuesday, received on Friday, seven days to pay from then: the second follows after all of them
            self.assertEqual(letters.default_from, TODAY + timedelta(days=12))
            self.assertEqual(next_date, max(letters.default_from, TODAY + timedelta(days=1 + second.delay_days)))

    def test_what_was_kept_back_goes_on_waiting(self):
        letters = self.letters_to_post(self.debtor("Een"), self.debtor("Twee"))
        wizard = self.wizard(letters)
        kept = wizard.line_ids[0]
        kept.to_post = False
        self.assertEqual((wizard.letter_count, wizard.kept_count), (1, 1))
        wizard.action_post()
        self.assertEqual((kept.letter_id.state, kept.letter_id.outcome), ("issued", "not_posted"))
        self.assertEqual((letters - kept.letter_id).state, "sent")
        wizard.line_ids.to_post = False
        with self.assertRaisesRegex(UserError, "Tick at least one"):
            wizard.action_post()

    def test_two_users_post_it_once(self):
        letters = self.letters_to_post(self.debtor())
        first, second = self.wizard(letters), self.wizard(letters, self.manager)
        first.action_post()
        with self.assertRaisesRegex(UserError, "Somebody has dealt with"):
            second.action_post()
        self.assertEqual(len(letters.dispatch_ids), 1)

    def test_what_was_paid_since_is_not_offered(self):
        letters = self.letters_to_post(self.debtor("Betaald"), self.debtor("Betwist"), self.debtor("Open"))
        by_name = {letter.partner_id.name: letter for letter in letters}
        self.pay(by_name["Betaald"].line_ids.move_id)
        disputed = by_name["Betwist"]
        self.as_user(self.user)["dunning.dispute"].create(
            {"case_id": disputed.case_id.id, "move_ids": disputed.line_ids.move_id.ids, "reason": "price"}
        )
        wizard = self.wizard(letters)
        ticked = {line.letter_id.partner_id.name: line.to_post for line in wizard.line_ids}
        self.assertEqual(ticked, {"Betaald": False, "Betwist": False, "Open": True})
        for line in wizard.line_ids:
            self.assertEqual(bool(line.error), not line.to_post)
        self.assertEqual((wizard.letter_count, wizard.kept_count), (1, 2))
        self.assertEqual(wizard.action_post()["params"]["type"], "success")
        self.assertEqual({name: letter.state for name, letter in by_name.items()},
                         {"Betaald": "issued", "Betwist": "issued", "Open": "sent"})  # fmt: skip

    def test_a_copy_of_what_was_paid_in_part_since_is_not_offered(self):
        partner = self.debtor()
        self.env.ref(LEVEL).channel = "email"
        moves = self.invoices([partner, partner], 500, due=5)
        letter = self.confirm(self.run_for(partners=partner))
        self.send_outbox(letter)
        self.env["dunning.paper.copy"]._make(letter, "print")
        self.assertTrue(letter.has_copy_to_post)
        self.assertTrue(self.wizard(letter).line_ids.to_post)
        self.pay(moves[0])
        line = self.wizard(letter).line_ids
        self.assertFalse(line.to_post)
        self.assertTrue(line.reason)

    def test_a_letter_that_was_posted_days_ago_stays_ticked(self):
        letters = self.letters_to_post(self.debtor())
        with self.at(9):
            wizard = self.wizard(letters)
            self.assertTrue(wizard.line_ids.to_post, "its term is over by now, and it may have been posted in time")
            wizard.posted_on = TODAY
            wizard.action_post()
            self.assertEqual(letters.sent_on, TODAY)

    def test_paid_after_printing_stays_out_of_the_post(self):
        letters = self.letters_to_post(self.debtor("Betaald"), self.debtor("Open"))
        wizard = self.wizard(letters)
        paid = letters.filtered(lambda letter: letter.partner_id.name == "Betaald")
        self.pay(paid.line_ids.move_id)
        result = wizard.action_post()
        self.assertEqual(result["params"]["type"], "warning")
        self.assertIn(paid.name, result["params"]["message"])
        self.assertEqual((paid.state, (letters - paid).state), ("issued", "sent"))

    def test_other_company_sees_nothing(self):
        letters = self.letters_to_post(self.debtor())
        with self.assertRaises(AccessError):
            self.wizard(letters, self.be_user)
        wizard = self.wizard(letters)
        with self.assertRaises(AccessError):
            self.as_user(self.be_user, wizard).action_post()
        self.assertEqual(letters.state, "issued")

    def test_letters_of_two_companies_are_posted_apart(self):
        dutch, belgian = self.letters_to_post(self.debtor("Nl")), self.debtor("Be", email=False)
        self.invoice(belgian, 500, due=20, company=self.be)
        other = self.confirm(self.run_for(self.be, partners=belgian))
        both = self.as_user(self.group_user, dutch.with_env(self.env) + other.with_env(self.env))
        with self.assertRaisesRegex(UserError, "one company at a time"):
            both.action_print_and_post()

    def test_queries_do_not_grow_with_the_letters(self):
        counts = []
        for count in (20, 200):
            partners = [self.debtor(f"Kaai {count} {number:03}") for number in range(count)]
            letters = self.letters_to_post(*partners)
            self.assertEqual(len(letters), count)
            wizard = self.wizard(letters)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            wizard.action_post()
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
            self.assertEqual(set(letters.mapped("state")), {"sent"})
            self.back_in_time()
        self.assertLess(counts[1], counts[0] * 1.5, counts)


@tagged("post_install", "-at_install")
class TestRegistered(PostingCase):
    without_pdf = True
    with_belgium = True

    def posted(self, number="3S abcd 1234 5678"):
        letters = self.letters_to_post(self.debtor(), channel="registered")
        wizard = self.wizard(letters)
        wizard.line_ids.tracking_number = number
        wizard.action_post()
        return letters

    def proof(self, letters, user=None, **vals):
        attempt = self.as_user(user or self.user, letters.dispatch_ids)
        action = attempt.action_proof()
        return attempt.env["dunning.proof.wizard"].with_context(**action["context"]).create(vals)

    def file(self, name="receipt.pdf", raw=b"%PDF receipt"):
        return self.as_user(self.user)["ir.attachment"].create({"name": name, "raw": raw})

    def test_tracking_number_and_link(self):
        letters = self.posted()
        dispatch = letters.dispatch_ids
        self.assertEqual((dispatch.channel, dispatch.tracking_number), ("registered", "3SABCD12345678"))
        self.assertEqual(dispatch.tracking_url, "https://jouw.postnl.nl/track-and-trace/3SABCD12345678-NL-1234AB")
        letters.with_env(self.env).contact_id.zip = "12/?&<b>"
        self.assertTrue(dispatch.tracking_url.endswith("-NL-12%2F%3F%26%3Cb%3E"))

    def test_wrong_number_is_told(self):
        letters = self.letters_to_post(self.debtor("Een"), self.debtor("Twee"), channel="registered")
        wizard = self.wizard(letters)
        wizard.line_ids[0].tracking_number = "3S <script>"
        with self.assertRaisesRegex(UserError, "no tracking number"):
            wizard.action_post()
        wizard.line_ids.tracking_number = "3SABCD12345678"
        with self.assertRaisesRegex(UserError, "two letters"):
            wizard.action_post()
        self.assertEqual(set(letters.mapped("state")), {"issued"})

    def test_proof_is_kept_with_its_digest_and_cannot_be_changed(self):
        letters = self.posted(number=False)
        wizard = self.proof(letters, tracking_number="3SABCD12345678", posting_proof_ids=self.file().ids)
        wizard.action_save()
        dispatch = letters.dispatch_ids
        kept = dispatch.posting_proof_ids
        self.assertEqual(kept.raw, b"%PDF receipt")
        self.assertEqual(dispatch.proof_digests, f"{hashlib.sha256(b'%PDF receipt').hexdigest()}  receipt.pdf")
        for vals in ({"raw": b"other"}, {"name": "other.pdf"}, {"res_id": 0}):
            with self.assertRaisesRegex(UserError, "cannot be changed"):
                kept.sudo().write(vals)
        with self.assertRaisesRegex(UserError, "cannot be changed"):
            kept.sudo().unlink()
        self.assertEqual(self.as_user(self.user, kept).raw, b"%PDF receipt")
        for stranger in (self.biller, self.internal, self.be_user):
            with self.assertRaises(AccessError, msg=stranger.name):
                self.as_user(stranger, kept).raw  # noqa: B018

    def test_day_of_delivery_before_on_and_after(self):
        letters = self.posted()
        with self.at(2):
            for wrong in (TODAY - timedelta(days=1), TODAY + timedelta(days=3)):
                with self.assertRaises(UserError):
                    self.proof(letters, delivered_on=wrong).action_save()
            self.proof(letters, delivered_on=TODAY).action_save()
            self.assertEqual((letters.dispatch_ids.state, letters.dispatch_ids.delivered_on), ("delivered", TODAY))
            self.assertEqual(letters.state, "sent")
            with self.assertRaisesRegex(UserError, "stays as it is"):
                self.proof(letters, tracking_number="3SOTHER1234567").action_save()

    def test_returned_letter_was_not_delivered(self):
        letters = self.posted()
        move = letters.line_ids.move_id
        self.assertEqual(move.dunning_level_id, letters.level_id)
        with self.at(2):
            self.proof(letters).action_returned()
            self.assertEqual((letters.state, letters.outcome), ("failed", "bounced"))
            self.assertEqual(letters.dispatch_ids.state, "returned")
            self.assertFalse(letters.sent_on or letters.default_from or letters.term_last_day)
            self.assertFalse(move.dunning_level_id)
            self.assertEqual(self.code(move), "LETTER_FAILED")
            letters.action_retry()
            self.assertEqual((letters.state, letters.outcome), ("issued", "not_posted"))

    def test_another_company_adds_no_proof(self):
        letters = self.posted()
        with self.assertRaises(AccessError):
            self.proof(letters, self.be_user).action_save()
        self.assertFalse(letters.dispatch_ids.delivered_on)
