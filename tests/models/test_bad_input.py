"""What is missing, wrong or hostile ends in a reason that a person understands, and never stops the others."""

from contextlib import contextmanager
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import TODAY, DunningCase

LETTERS = "odoo.addons.cremann_dunning.models.letter.dunning_letter"
RUNS = tuple(f"odoo.addons.cremann_dunning.models.run.dunning_{part}" for part in ("engine", "proposal"))
RENDER = "odoo.addons.mail.models.mail_render_mixin"

HOSTILE = """<script>alert("x")</script> {{ 7 * 7 }} <t t-out="7 * 7"/> ${7 * 7} %(level)s %s & 'q' é"""


class BadInputCase(DunningCase):
    without_pdf = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.levels = cls.env.ref("cremann_dunning.dunning_procedure_nl_business").level_ids

    def stand_on(self, moves, level):
        """Bring these invoices to a level, as if its letter had been sent three weeks ago."""
        for step in self.levels.filtered(lambda step: step.sequence <= level.sequence):
            days = {10: -31, 20: -21}[step.sequence]
            with self.at(days) as today:
                self.send_level(partners=moves.partner_id, date=today)
        self.assertEqual(moves.dunning_level_id, level)

    def assertReadable(self, text):
        """A sentence for people: short, and nothing of a program in it."""
        self.assertTrue(text)
        self.assertLess(len(text), 350, text)
        for code in ("Traceback", "File ", ".py", "odoo.", "<t ", "\n", "None", "letter /", "%("):
            self.assertNotIn(code, text)

    def assertDecision(self, move, code, message):
        """The invoice carries this reason, in words that hold this message."""
        self.assertEqual(self.code(move), code)
        self.assertRegex(self.why(move), message)
        self.assertReadable(self.why(move))

    def assertOthersGo(self, run, move):
        """The letter about another debtor's invoice is made, confirmed and sent."""
        letter = run.letter_ids.filtered(lambda letter: move in letter.line_ids.move_id)
        self.assertEqual(letter.state, "draft")
        run.action_confirm()
        self.send_outbox(letter)
        self.assertEqual(letter.state, "sent")
        self.assertTrue(move.dunning_level_id)


@tagged("post_install", "-at_install")
class TestMissing(BadInputCase):
    """Something that a letter needs is not there."""

    def setUp(self):
        super().setUp()
        self.partner = self.debtor()
        self.good = self.invoice(self.debtor("Good"), 80)

    def test_due_date(self):
        move = self.invoice(self.partner)
        self.env.flush_all()
        self.cr.execute("UPDATE account_move_line SET date_maturity = NULL WHERE move_id = %s", [move.id])
        self.env.invalidate_all()
        run = self.run_for()
        self.assertDecision(move, "NO_DUE_DATE", "no due date. Set one")
        shown = self.open_form(run)["kept_decision_ids"]
        self.assertEqual([row["number"] for row in shown], [move.name])
        self.assertOthersGo(run, self.good)

    def test_due_date_beside_a_dated_invoice(self):
        move, dated = self.invoices([self.partner, self.partner], due=10)
        self.env.flush_all()
        self.cr.execute("UPDATE account_move_line SET date_maturity = NULL WHERE move_id = %s", [move.id])
        self.env.invalidate_all()
        run = self.run_for()
        self.assertDecision(move, "NO_DUE_DATE", "no due date")
        self.assertEqual(run.letter_ids.filtered(lambda x: x.partner_id == self.partner).line_ids.move_id, dated)

    def test_address(self):
        self.partner.write({"email": False, "street": False, "city": False, "zip": False})
        move = self.invoice(self.partner)
        run = self.run_for()
        self.assertDecision(move, "NO_ADDRESS", "no usable address for this letter")
        self.assertOthersGo(run, self.good)

    def test_address_of_a_letter_on_paper(self):
        self.partner.write({"street": False})
        self.levels[0].channel = "print"
        move = self.invoice(self.partner)
        run = self.run_for()
        self.assertDecision(move, "NO_ADDRESS", "Complete the e-mail address or the postal address")
        self.assertEqual(run.letter_ids.partner_id.name, "Good")

    def test_email_that_is_none(self):
        self.partner.email = "not an address"
        self.invoice(self.partner)
        run = self.run_for()
        letter = run.letter_ids.filtered(lambda letter: letter.partner_id == self.partner)
        self.assertEqual(letter.channel, "print")
        run.action_confirm()
        self.assertEqual((letter.state, letter.mail_id.sudo().id), ("issued", False))
        letter.action_mark_posted()
        self.assertEqual(letter.state, "sent")

    def test_email_that_goes_away_before_confirm(self):
        move = self.invoice(self.partner)
        run = self.run_for()
        self.partner.write({"email": False, "street": False, "city": False})
        self.assertOthersGo(run, self.good)
        letter = run.letter_ids.filtered(lambda letter: letter.partner_id == self.partner)
        self.assertIn(letter.state, ("cancelled", "failed"))
        self.assertReadable(letter.cancel_reason or letter.error)
        self.assertFalse(move.dunning_level_id)

    def test_language(self):
        inactive = self.env["res.lang"].with_context(active_test=False).search([("active", "=", False)], limit=1)
        for lang, company, expected in (
            (False, "nl_NL", "nl_NL"),
            ("fr_FR", "nl_NL", "fr_FR"),
            (False, False, "en_US"),
            (inactive.code, "nl_NL", "nl_NL"),
        ):
            with self.subTest(lang=lang, company=company):
                partner = self.debtor(f"Speaks {lang}")
                self.nl.partner_id.lang = company
                self.env.flush_all()
                self.cr.execute("UPDATE res_partner SET lang = %s WHERE id = %s", [lang or None, partner.id])
                self.env.invalidate_all()
                self.invoice(partner)
                letter = self.run_for(partners=partner).letter_ids
                self.assertEqual(letter.lang, expected)
                self.assertIn(self.nl.name, str(letter.shown_body))

    def test_name(self):
        """A contact of a company without a name of its own."""
        contact = self.env["res.partner"].create(
            {"parent_id": self.partner.id, "type": "invoice", "email": "invoices@jansen.example.com"}
        )
        self.invoice(self.partner)
        run = self.run_for(partners=self.partner)
        self.assertEqual(run.letter_ids.contact_id, contact)
        self.assertNotIn("False", str(run.letter_ids.shown_body))
        self.assertNotIn("Dear ,", " ".join(str(run.letter_ids.shown_body).replace("</", " </").split()))
        letters = self.confirm(run)
        self.assertIn("invoices@jansen.example.com", letters.email_to)

    def test_rates(self):
        table = self.env.ref("cremann_dunning.dunning_interest_table_nl_trade")
        move = self.invoice(self.partner, due=40)
        self.stand_on(move, self.levels[1])
        table.rate_ids.unlink()
        run = self.run_for()
        self.assertDecision(move, "NO_RATE", "no interest table with rates")
        self.assertOthersGo(run, self.good)

    def test_rate_before_the_first_one(self):
        table = self.env.ref("cremann_dunning.dunning_interest_table_nl_trade")
        move = self.invoice(self.partner, due=400)
        self.stand_on(move, self.levels[1])
        newest = table.rate_ids.sorted("valid_from")[-1]
        self.env.flush_all()
        self.cr.execute("DELETE FROM dunning_interest_rate WHERE table_id = %s AND id <> %s", [table.id, newest.id])
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        run = self.run_for()
        self.assertDecision(move, "NO_RATE", "has no rate before 07/01/2026")
        self.assertOthersGo(run, self.good)

    def test_scale(self):
        move = self.invoice(self.partner, due=40)
        self.stand_on(move, self.levels[1])
        scale = self.env.ref("cremann_dunning.dunning_cost_scale_nl_wik")
        self.env.flush_all()
        self.cr.execute("DELETE FROM dunning_cost_bracket WHERE scale_id = %s", [scale.id])
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        run = self.run_for()
        self.assertDecision(move, "NO_SCALE", "no cost scale with brackets")
        self.assertOthersGo(run, self.good)

    def test_regime(self):
        self.env.ref("cremann_dunning.dunning_regime_nl_business").active = False
        german = self.invoice(self.debtor("Schmidt GmbH", country_id=self.env.ref("base.de").id))
        move = self.invoice(self.partner)
        run = self.run_for()
        self.assertDecision(move, "NO_REGIME", "No regime holds on .* in country NL. Add one under")
        self.assertOthersGo(run, german)

    def test_procedure(self):
        self.env["dunning.procedure"].search([]).active = False
        move = self.invoice(self.partner)
        run = self.run_for()
        self.assertDecision(move, "NO_PROCEDURE", "No procedure fits this debtor. Make one")
        self.assertFalse(run.letter_ids)
        run.action_confirm()
        self.assertEqual(run.state, "done")

    def test_levels(self):
        empty = self.env["dunning.procedure"].create({"name": "Empty", "automatic_choice": False})
        self.partner.dunning_procedure_id = empty
        move = self.invoice(self.partner)
        run = self.run_for()
        self.assertDecision(move, "NO_LEVEL", "Empty has no levels")
        self.assertOthersGo(run, self.good)

    def test_text(self):
        self.levels[1].template_id = False
        move = self.invoice(self.partner, due=30)
        self.send_level(partners=self.partner, date=TODAY)
        with self.at(8) as today:
            run = self.run_for(date=today)
            self.assertDecision(move, "NO_TEXT", "Second reminder has no text. Choose a text")
            self.assertOthersGo(run, self.good)

    def test_text_taken_away_after_the_proposal(self):
        move = self.invoice(self.partner)
        run = self.run_for()
        self.levels[0].template_id = False
        run.action_confirm()
        for letter in run.letter_ids:
            self.assertEqual(letter.state, "cancelled")
            self.assertIn("The level Reminder has no text", letter.cancel_reason)
            self.assertReadable(letter.cancel_reason)
        self.assertEqual(self.code(move), "NO_TEXT")
        self.levels[0].template_id = self.env.ref("cremann_dunning.mail_template_reminder")
        self.assertEqual(self.send_level().mapped("state"), ["sent", "sent"])

    def test_text_in_use_stays(self):
        with self.assertRaises(Exception) as caught, mute_logger("odoo.sql_db"), self.cr.savepoint():
            self.env.ref("cremann_dunning.mail_template_reminder").unlink()
        self.assertIn("dunning_level", str(caught.exception))

    def test_currency_that_was_archived(self):
        pound = self.env["res.currency"].with_context(active_test=False).search([("name", "=", "GBP")])
        pound.active = True
        move = self.invoice(self.partner, currency=pound)
        self.credit(self.partner, 1000, currency=pound, due=-10)
        self.run_for(partners=self.partner)
        pound.active = False
        self.assertDecision(move, "NET_CREDIT", "£.*100.00")
        pound.active = True
        other = self.invoice(self.debtor("Smith"), currency=pound)
        pound.active = False
        run = self.run_for()
        letter = run.letter_ids.filtered(lambda letter: letter.partner_id.name == "Smith")
        self.assertEqual((letter.currency_id, self.code(other)), (pound, "LETTER"))
        self.assertOthersGo(run, self.good)

    def test_signer(self):
        self.nl.dunning_responsible_id = False
        self.invoice(self.partner)
        run = self.run_for()
        self.assertEqual(run.letter_ids.user_id, self.user)
        self.assertOthersGo(run, self.good)

    def test_bank_account(self):
        self.env["dunning.procedure"].search([]).check_first = False  # which would ask about the invoice first
        self.nl.partner_id.bank_ids.active = False  # the invoice names one that was closed since
        letter = self.run_for().letter_ids
        self.assertFalse(letter.bank_account_id)
        self.assertIn("In the name of", str(letter.payment_html))
        self.assertNotIn("ABNA", str(letter.payment_html))
        self.confirm(letter.run_id)

    def test_number_of_a_letter(self):
        """A draft has no number yet: the reason names it by its level."""
        self.run_for()
        with self.at(1):
            self.run_for()
            self.assertDecision(self.good, "LETTER_OPEN", "Already on the letter Reminder, which has not gone out yet")


@tagged("post_install", "-at_install")
class TestBroken(BadInputCase):
    """Something is there and wrong."""

    @contextmanager
    def undecidable(self, partner):
        """The engine breaks down over one debtor."""
        from odoo.addons.cremann_dunning.engine import decide as engine

        decide = engine.decide

        def fail(debtor, *args, **kwargs):
            if debtor.partner_id == partner.id:
                raise ValueError("no such thing")
            return decide(debtor, *args, **kwargs)

        with patch.object(engine, "decide", fail):
            yield

    def broken(self, text, problem, level=None):
        """Break the text of the second reminder; return the run in which one debtor gets it and another does not."""
        template = (level or self.levels[1]).template_id
        template.with_context(lang=None).write(text)
        self.hit = self.invoice(self.debtor("Hit"), 100, due=40)
        self.stand_on(self.hit, self.levels[0])
        self.good = self.invoices([self.debtor("Good"), self.debtor("Better")], 80)
        with mute_logger(LETTERS, RENDER, "odoo.tools.rendering_tools"):
            run = self.run_for()
            self.assertEqual(run.draft_count, 3)
            run.action_confirm()
        letter = run.letter_ids.filtered(lambda letter: letter.partner_id == self.hit.partner_id)
        self.assertEqual(letter.state, "failed")
        self.assertRegex(letter.error, problem)
        self.assertReadable(letter.error)
        self.assertFalse(letter.mail_id.sudo(), "nothing half sent")
        self.assertFalse(letter.pdf_file)
        self.assertFalse(letter.body)
        others = run.letter_ids - letter
        self.assertEqual(others.mapped("state"), ["issued", "issued"])
        self.send_outbox()
        self.assertEqual(others.mapped("state"), ["sent", "sent"])
        self.assertEqual(self.good.dunning_level_id, self.levels[0])
        self.assertEqual(self.hit.dunning_level_id, self.levels[0], "its level has not moved")
        self.assertTrue(letter.activity_ids, "somebody is asked to mend it")
        self.assertEqual(letter.activity_ids.user_id, self.user)
        return letter, template

    def test_text_asks_for_a_field_that_is_not_there(self):
        body = '<p>Dear <t t-out="object.no_such_field"/></p>'
        letter, text = self.broken({"body_html": body}, "Dunning: second reminder cannot be filled in.*no_such_field")
        self.run_for()
        self.assertDecision(self.hit, "LETTER_FAILED", "could not be delivered. Mend the cause")
        text.body_html = '<p>Dear <t t-out="object.contact_id.name"></t>, pay <t t-out="object.amount_text"></t>.</p>'
        letter.action_retry()
        self.assertEqual((letter.state, letter.error), ("issued", False))
        self.send_outbox(letter)
        self.assertEqual(letter.state, "sent")
        self.assertEqual(self.hit.dunning_level_id, self.levels[1])
        self.assertFalse(letter.activity_ids)

    def test_text_is_no_qweb(self):
        self.broken({"body_html": '<p><t t-if="object.(">x</t></p>'}, "cannot be filled in")

    def test_subject_is_broken(self):
        self.broken({"subject": "{{ object.no_such_field.name }}"}, "cannot be filled in")

    def test_subject_divides_by_zero(self):
        self.broken({"subject": "{{ 1 / 0 }}"}, "cannot be filled in.*division by zero")

    def test_text_is_empty(self):
        self.broken({"body_html": False}, "gives an empty subject or an empty letter")
        self.assertIn("en_US", self.hit.partner_id.lang)

    def test_failed_again_says_why(self):
        letter, _text = self.broken({"subject": "{{ 1 / 0 }}"}, "division by zero")
        with mute_logger(LETTERS, RENDER, "odoo.tools.rendering_tools"):
            letter.action_retry()
        self.assertEqual(letter.state, "failed")
        self.assertReadable(letter.error)
        letter.action_cancel()
        self.assertEqual(letter.state, "cancelled")
        with mute_logger(LETTERS, RENDER, "odoo.tools.rendering_tools"):
            self.run_for()
        self.assertEqual(self.code(self.hit), "LETTER", "free for a new proposal")

    def test_draft_with_a_broken_text_opens(self):
        """The preview says what is wrong instead of failing."""
        self.levels[0].template_id.body_html = '<t t-out="object.no_such_field"/>'
        self.invoice(self.debtor())
        run = self.run_for()
        with mute_logger(LETTERS, RENDER, "odoo.tools.rendering_tools"):
            shown = self.open_form(run.letter_ids)
        self.assertIn("cannot be filled in", shown["shown_body"])
        self.assertNotIn("Traceback", shown["shown_body"])

    def test_pdf_that_cannot_be_made(self):
        partners = [self.debtor("Hit"), self.debtor("Good")]
        moves = self.invoices(partners, due=10)
        run = self.run_for()
        model = type(self.env["dunning.printing"])
        whole = model._store

        def store(printing, letters):
            if "Hit" in letters.partner_id.mapped("name"):
                raise UserError("Wkhtmltopdf failed (error code: -11). Message: out of memory")
            return whole(printing, letters)

        with patch.object(model, "_store", store), mute_logger(LETTERS):
            run.action_confirm()
        self.assertEqual(run.letter_ids.sorted("id").mapped("state"), ["failed", "issued"])
        failed = run.letter_ids.filtered(lambda letter: letter.state == "failed")
        self.assertIn("Wkhtmltopdf failed", failed.error)
        self.send_outbox()
        self.assertEqual([bool(move.dunning_level_id) for move in moves], [False, True])

    def test_invoice_pdf_that_cannot_be_made(self):
        moves = self.invoices([self.debtor("Hit"), self.debtor("Good")], due=10)
        run = self.run_for()

        def pdf(move):
            if move == moves[0]:
                raise UserError("This invoice cannot be printed.")
            return b"JVBERg=="

        one_by_one = patch.object(type(moves), "_dunning_invoice_pdfs", lambda moves: {})  # as one that fails leads to
        with one_by_one, patch.object(type(moves), "_dunning_invoice_pdf", pdf), mute_logger(LETTERS):
            run.action_confirm()
        failed = run.letter_ids.filtered(lambda letter: letter.state == "failed")
        self.assertEqual((failed.partner_id.name, failed.error), ("Hit", "This invoice cannot be printed."))
        self.assertFalse(failed.mail_id.sudo())

    def test_error_in_one_debtor_when_proposing(self):
        bad, good = self.debtor("Bad"), self.debtor("Good")
        moves = self.invoices([bad, good], due=10)
        model = type(self.env["dunning.draft"])
        prepare = model._prepare_vals

        def fail(drafts, plan, debtor, context):
            if debtor.partner_id == bad.id:
                raise ZeroDivisionError("division by zero")
            return prepare(drafts, plan, debtor, context)

        with patch.object(model, "_prepare_vals", fail), mute_logger(*RUNS):
            run = self.run_for()
        self.assertDecision(moves[0], "ERROR", "Something went wrong with this debtor: division by zero")
        self.assertFalse(moves[0].dunning_level_id)
        self.assertOthersGo(run, moves[1])
        case = self.env["dunning.case"].search([("partner_id", "=", bad.id)])
        self.assertIn("division by zero", case.explanation)
        self.assertEqual(case.amount_overdue, 100)
        self.run_for(partners=bad)
        self.assertEqual(self.code(moves[0]), "LETTER", "the next run sets it right")

    def test_error_in_one_debtor_when_deciding(self):
        bad, good = self.debtor("Bad"), self.debtor("Good")
        moves = self.invoices([bad, good], due=10)
        with self.undecidable(bad), mute_logger(*RUNS):
            run = self.run_for()
            self.assertDecision(moves[0], "ERROR", "no such thing")
            self.assertOthersGo(run, moves[1])

    def test_error_in_one_debtor_when_confirming(self):
        bad, good = self.debtor("Bad"), self.debtor("Good")
        moves = self.invoices([bad, good], due=10)
        run = self.run_for()
        with self.undecidable(bad), mute_logger(*RUNS):
            run.action_confirm()
        letters = {letter.partner_id.name: letter for letter in run.letter_ids}
        self.assertEqual(
            {name: letter.state for name, letter in letters.items()}, {"Bad": "cancelled", "Good": "issued"}
        )
        self.assertReadable(letters["Bad"].cancel_reason)
        self.assertFalse(moves[0].dunning_level_id)

    def test_letter_that_the_database_refuses(self):
        """A value that cannot be stored: the others of the batch are made one by one."""
        bad, good = self.debtor("Bad"), self.debtor("Good")
        moves = self.invoices([bad, good], due=10)
        model = type(self.env["dunning.draft"])
        prepare = model._prepare_vals

        def spoil(drafts, plan, debtor, context):
            values = prepare(drafts, plan, debtor, context)
            return values | ({"channel": "pigeon"} if debtor.partner_id == bad.id else {})

        with patch.object(model, "_prepare_vals", spoil), mute_logger(*RUNS):
            run = self.run_for()
        self.assertDecision(moves[0], "ERROR", "pigeon")
        self.assertOthersGo(run, moves[1])

    def test_two_procedures_that_fit(self):
        """Should two be there all the same (they were made by SQL), one of them is followed, always the same."""
        first = self.env.ref("cremann_dunning.dunning_procedure_nl_business")
        second = first.copy()
        self.env.flush_all()
        self.cr.execute("UPDATE dunning_procedure SET automatic_choice = TRUE WHERE id = %s", [second.id])
        self.env.invalidate_all()
        move = self.invoice(self.debtor())
        chosen = set()
        run = self.run_for()
        for _turn in range(2):
            run.action_propose()
            chosen.add(move.dunning_next_level_id.procedure_id)
        self.assertEqual(len(chosen), 1)
        with self.assertRaisesRegex(UserError, "would both fit the same debtors"):
            second.debtor_kind = "business"


@tagged("post_install", "-at_install")
class TestHostile(BadInputCase):
    """Names are text, never code: not in a letter, not on the screen, not in the chatter."""

    def assertInert(self, html):
        html = str(html)
        self.assertIn("&lt;script&gt;alert", html)
        self.assertNotIn("<script>alert", html)
        self.assertNotIn("<t t-out", html)
        self.assertIn("{{ 7 * 7 }} &lt;t t-out", html)
        self.assertIn("${7 * 7} %(level)s %s &amp; ", html)

    def test_names_in_a_letter(self):
        partner = self.debtor("x", email="x@hostile.example.com")
        partner.write({"name": HOSTILE, "ref": HOSTILE})
        move = self.invoice(partner, label=HOSTILE, ref=HOSTILE, payment_reference=HOSTILE)
        run = self.run_for()
        letter = run.letter_ids
        self.assertEqual(letter.line_ids.label, HOSTILE)
        self.assertInert(letter.shown_body)
        self.assertInert(letter.claims_html)
        self.assertInert(letter.payment_html)
        run.action_confirm()
        self.assertEqual(letter.state, "issued", letter.error)
        self.assertInert(letter.body)
        mail = letter.sudo().mail_id
        self.assertInert(mail.body_html)
        self.assertIn(move.name, mail.subject)
        [message] = self.send_outbox(letter)
        self.assertEqual(letter.state, "sent")
        self.assertIn("x@hostile.example.com", message["To"])
        report = self.env["ir.actions.report"]
        html, _kind = report._render_qweb_html("cremann_dunning.report_dunning_letter", letter.ids)
        self.assertInert(html.decode())  # novm (vermin takes it for a str)

    def test_name_of_the_company_and_signer(self):
        self.nl.name = HOSTILE
        self.user.name = HOSTILE
        self.invoice(self.debtor())
        run = self.run_for()
        self.assertInert(run.letter_ids.signature_html)
        self.assertInert(run.letter_ids.payment_html)
        subject = run.letter_ids.shown_subject
        self.assertIn("{{ 7 * 7 }}", subject)
        run.action_confirm()
        self.assertEqual(run.letter_ids.state, "issued", run.letter_ids.error)
        self.assertEqual(run.letter_ids.subject, subject)

    def test_reason_of_a_hold(self):
        partner = self.debtor()
        move = self.invoice(partner)
        case = self.env["dunning.case"]._for_partners(partner, self.nl, create=True)
        self.as_user(self.user)["dunning.hold"].create(
            {"partner_id": partner.id, "reason": HOSTILE, "company_id": self.nl.id}
        )
        self.assertIn(f"Reason: {HOSTILE}", self.told_on(case)[0], "a text, which the screen escapes")
        report = self.env["ir.actions.report"]
        self.assertInert(report._render_qweb_html("cremann_dunning.report_dunning_story", case.ids)[0].decode())
        self.run_for()
        self.assertEqual(self.why(move), f"On hold up to and including 12/16/2026: {HOSTILE}")
        self.assertIn(HOSTILE, case.explanation)

    def test_names_in_rules(self):
        level = self.levels[0]
        level.name = HOSTILE
        level.procedure_id.name = HOSTILE
        move = self.invoice(self.debtor(), due=10)
        self.run_for()
        self.assertTrue(self.why(move).startswith(HOSTILE))
        self.assertTrue(self.env["dunning.letter"].search([]).display_name)

    def test_error_with_code_in_it(self):
        move = self.invoice(self.debtor())
        model = type(self.env["dunning.draft"])

        def fail(drafts, plan, debtor, context):
            raise ValueError(HOSTILE)

        with patch.object(model, "_prepare_vals", fail), mute_logger(*RUNS):
            self.run_for()
        self.assertEqual(self.why(move), f"Something went wrong with this debtor: {HOSTILE}")

    def test_long_names(self):
        partner = self.debtor("A" * 2000, email="long@example.com")
        self.invoice(partner, label="B" * 5000, ref="C" * 2000)
        run = self.run_for()
        run.action_confirm()
        self.assertEqual(run.letter_ids.state, "issued", run.letter_ids.error)
