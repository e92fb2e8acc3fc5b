"""When, how and in which version an invoice went out, whether it arrived, and what follows for its letters."""

from datetime import timedelta
from importlib import util
from pathlib import Path
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

import odoo.addons.cremann_dunning as addon

from ...common import TODAY, DunningCase, day
from .sending_case import refuse_mail

PDF = b"%PDF-1.4 an invoice"


class SendingCase(DunningCase):
    without_pdf = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.debtor()

    def late(self, due=20, **options):
        """An invoice that is due so many days ago and was never sent."""
        return self.invoice(self.partner, 100, due=due, sent=False, **options)

    def send(self, moves, *methods, user=None, settings=None):
        """Odoo's own sending, as its wizard calls it; the printing of the PDF is all that is left out."""

        def print_pdf(_self, invoices_data):
            for move, data in invoices_data.items():
                data["pdf_attachment_values"] = {
                    "name": f"{move.id}.pdf", "raw": PDF, "mimetype": "application/pdf", "res_model": "account.move",
                    "res_id": move.id, "res_field": "invoice_pdf_report_file",
                }  # fmt: skip

        moves = self.as_user(user or self.biller, moves)
        with patch.object(self.registry["account.move.send"], "_prepare_invoice_pdf_report", print_pdf):
            moves.env["account.move.send"]._generate_and_send_invoices(
                moves, sending_methods=set(methods), invoice_edi_format=False, extra_edis=set(), **(settings or {})
            )
        self.env.invalidate_all()

    def code(self, move, on=None):
        with self.at(on or TODAY) as today:
            self.env["dunning.letter"].search([("state", "=", "draft")])._discard()
            self.run_for(partners=move.commercial_partner_id, date=today)
            return move.dunning_decision_id.code

    def change(self, move, **vals):
        """Reset to draft, changed and posted again, as a biller does it."""
        move = self.as_user(self.biller, move)
        move.button_draft()
        if vals:
            move.write(vals)
        move.action_post()
        self.env.invalidate_all()

    def kept(self, move):
        return move.dunning_sent_on or None, move.dunning_sent_how or None, bool(move.dunning_sent_changed)


@tagged("post_install", "-at_install")
class TestSending(SendingCase):
    def test_by_mail(self):
        move = self.late()
        self.assertEqual(self.code(move), "NOT_SENT")
        self.send(move, "email")
        self.assertTrue(move.is_move_sent)
        self.assertEqual(self.kept(move), (TODAY, "mail", False))
        self.assertEqual(move.dunning_sent_message_id.model, "account.move")
        for days, code in ((0, "SENT_RECENTLY"), (4, "SENT_RECENTLY"), (5, "LETTER"), (6, "LETTER")):
            with self.subTest(days=days):
                self.assertEqual(self.code(move, TODAY + timedelta(days=days)), code)

    def test_by_hand_and_nowhere(self):
        by_hand, nowhere = self.late(), self.late()
        self.send(by_hand, "manual")
        self.assertEqual(self.kept(by_hand), (TODAY, "hand", False))
        self.partner.email = False
        self.send(nowhere, "email", settings={"mail_partner_ids": []})
        self.assertTrue(nowhere.is_move_sent, "Odoo ticks that there is a PDF")
        self.assertEqual(self.kept(nowhere), (TODAY, "none", False))
        later = TODAY + timedelta(days=6)
        self.assertEqual(self.code(nowhere, later), "NOT_SENT")
        self.assertEqual(by_hand.dunning_decision_id.code, "LETTER")

    def test_ticked_by_whoever(self):
        """Another module ticks it; whoever ticks it off says that it was not sent."""
        moves = self.late() | self.late()
        with self.assertQueryCount(__system__=60):
            moves.is_move_sent = True
            self.env.flush_all()
        self.assertEqual([self.kept(move) for move in moves], [(TODAY, "hand", False)] * 2)
        with self.at(3):
            moves[0].is_move_sent = True
        self.assertEqual(moves[0].dunning_sent_on, TODAY)
        moves[0].is_move_sent = False
        self.assertEqual(self.kept(moves[0]), (None, None, False))
        self.assertEqual(self.code(moves[0]), "NOT_SENT")

    def test_statements_do_not_grow_with_the_invoices(self):
        counts = []
        for number in (2, 12):
            moves = self.invoices([self.partner] * number, 100, due=20, sent=False)
            self.env.flush_all()
            before = self.cr.sql_log_count
            moves._dunning_note_sent("mail")
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 1)

    def test_sent_once_more(self):
        move = self.late()
        self.send(move, "manual")
        with self.at(2):
            self.send(move, "email")
        self.assertEqual(self.kept(move), (TODAY + timedelta(days=2), "mail", False), "looking at a PDF is no sending")
        with self.at(9):
            self.send(move, "email")
            self.send(move, "manual")
        self.assertEqual(self.kept(move), (TODAY + timedelta(days=2), "mail", False), "he had it all the time")

    def test_corrected_after_it_was_sent(self):
        move = self.late()
        with self.at(-20):
            self.send(move, "email")
        self.assertEqual(self.code(move), "LETTER")
        self.change(move)
        self.assertEqual(self.kept(move), (TODAY - timedelta(days=20), "mail", False), "nothing was changed")
        self.change(move, ref="PO 4711")
        self.assertTrue(move.is_move_sent, "Odoo still ticks it")
        self.assertEqual(self.kept(move), (TODAY - timedelta(days=20), "mail", True))
        self.assertEqual(self.code(move), "NOT_SENT")
        self.send(move, "email")
        self.assertEqual(self.kept(move), (TODAY, "mail", False))
        self.assertEqual(self.code(move), "SENT_RECENTLY")
        self.assertEqual(self.code(move, TODAY + timedelta(days=5)), "LETTER")

    def test_changed_back_is_what_the_debtor_has(self):
        move = self.late(ref="PO 1")
        self.send(move, "email")
        self.change(move, ref="PO 2")
        self.assertTrue(move.dunning_sent_changed)
        self.change(move, ref="PO 1")
        self.assertFalse(move.dunning_sent_changed)

    def test_every_part_that_the_debtor_sees(self):
        line = {"quantity": 2}
        changes = {
            "amount": {"invoice_line_ids": "price"},
            "words": {"narration": "Pay in time"},
            "due date": {"invoice_date_due": day(19)},
            "reference": {"payment_reference": "RF 1"},
        }
        for name, vals in changes.items():
            with self.subTest(name):
                move = self.late()
                self.send(move, "email")
                if "invoice_line_ids" in vals:
                    vals = {"invoice_line_ids": [Command.update(move.invoice_line_ids.id, line)]}
                self.change(move, **vals)
                self.assertTrue(move.dunning_sent_changed)

    def test_unknown_day_counts_from_the_invoice(self):
        """Ticked below Odoo, as before the day was kept."""
        move = self.invoice(self.partner, 100, due=TODAY - timedelta(days=1), sent=False)
        move.flush_recordset()
        self.cr.execute(
            "UPDATE account_move SET is_move_sent = TRUE, invoice_date = %s WHERE id = %s",
            [TODAY - timedelta(days=4), move.id],
        )
        self.env.invalidate_all()
        self.assertEqual(self.kept(move), (None, None, False))
        self.assertEqual(self.code(move), "SENT_RECENTLY")
        self.assertEqual(self.code(move, TODAY + timedelta(days=1)), "LETTER")

    def test_a_copy_was_not_sent(self):
        move = self.late()
        self.send(move, "email")
        self.assertEqual(self.kept(move.copy()), (None, None, False))

    def test_zero_days_and_a_procedure_that_does_not_ask(self):
        move = self.late()
        procedure = self.env.ref("cremann_dunning.dunning_procedure_nl_business")
        procedure.require_sent = False
        self.assertEqual(self.code(move), "LETTER")
        self.send(move, "email")
        self.assertEqual(self.code(move), "SENT_RECENTLY")
        procedure.days_after_sending = 0
        self.assertEqual(self.code(move), "LETTER")

    # -- refused --------------------------------------------------------------------------------------------------

    def test_mail_that_came_back(self):
        move = self.late()
        with self.at(-10):
            self.send(move, "email")
        message = move.dunning_sent_message_id
        self.assertTrue(message.notification_ids)
        self.assertEqual(self.code(move), "LETTER")
        message.notification_ids.write({"notification_status": "exception", "failure_type": "mail_smtp"})
        self.assertEqual(self.code(move), "NOT_ARRIVED")
        self.assertIn("mail_smtp", move.dunning_decision_id.explanation)
        action = move.dunning_decision_id.action_repair()
        window = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual((window.move_ids, window._asked()), (move, move))
        self.assertIn("mail_smtp", window.refused_text)
        with self.at(1):
            self.send(move, "email")
        self.assertNotEqual(move.dunning_sent_message_id, message)
        self.assertEqual(move.dunning_sent_on, TODAY + timedelta(days=1))
        self.assertFalse(move.dunning_not_arrived)

    def test_refused_stops_every_level_and_between_confirm_and_send(self):
        move = self.invoice(self.partner, 100, due=20)
        refuse_mail(self.env, move, "sent")
        letters = self.confirm(self.run_for(partners=self.partner))
        refuse_mail(self.env, move)
        self.assertFalse(self.send_outbox(letters))
        self.assertEqual(letters.state, "cancelled")
        refuse_mail(self.env, move, "sent")
        self.send_level(partners=self.partner)
        with self.at(14) as today:
            self.assertEqual(self.code(move, today), "LETTER")
            refuse_mail(self.env, move)
            self.assertEqual(self.code(move, today), "NOT_ARRIVED")

    def test_somebody_says_that_it_arrived(self):
        move = self.invoice(self.partner, 100, due=20)
        refuse_mail(self.env, move)
        self.assertEqual(self.code(move), "NOT_ARRIVED")
        self.assertTrue(move.dunning_is_missing)
        with self.assertRaises(AccessError):
            self.as_user(self.biller, move).action_dunning_arrived()
        user = self._user("clerk", "cremann_dunning.group_dunning_user,account.group_account_invoice", self.nl)
        self.as_user(user, move).action_dunning_arrived()
        self.env.invalidate_all()
        self.assertEqual(self.kept(move), (TODAY, "hand", False))
        self.assertTrue(move.dunning_arrived_at)
        self.assertFalse(move.dunning_is_missing)
        told = self.told_on(move)[0]
        self.assertIn(f"The debtor has {move.name}, a person says. Before that: E-mail: ", told)
        self.assertIn("mailbox unavailable", told)
        self.assertEqual(self.env["dunning.event"].search([("kind", "=", "hold.arrived")]).author_id, user)
        self.assertEqual(self.code(move, TODAY + timedelta(days=5)), "LETTER")
        with self.assertRaisesRegex(UserError, "posted"):
            self.late(post=False).action_dunning_arrived()

    def test_form(self):
        move = self.invoice(self.partner, 100, due=20)
        view = self.as_user(
            self._user("chief", "cremann_dunning.group_dunning_user,account.group_account_invoice", self.nl), move
        )
        with Form(view) as form:
            self.assertEqual((form.dunning_sent_how, str(form.dunning_sent_on)), ("hand", str(move.invoice_date)))
        self.assertNotIn("dunning_sent_on", self.as_user(self.biller, move).get_view(view_type="form")["arch"])

    # -- from before that was kept --------------------------------------------------------------------------------

    def test_migration(self):
        mailed, printed, ticked, unsent = (self.late() for _number in range(4))
        with self.at(-9):
            self.send(mailed, "email")
        with self.at(-8):
            self.send(printed, "manual")
        ticked.is_move_sent = True
        moves = mailed | printed | ticked | unsent
        moves.flush_recordset()
        self.cr.execute(
            "UPDATE account_move SET dunning_sent_on = NULL, dunning_sent_how = NULL, dunning_sent_version = NULL,"
            " dunning_sent_message_id = NULL WHERE id = ANY(%s)", [moves.ids]
        )  # fmt: skip
        self.cr.execute(
            "UPDATE ir_attachment SET create_date = %s WHERE res_id = %s AND res_model = 'account.move'"
            " AND res_field = 'invoice_pdf_report_file'",
            [TODAY - timedelta(days=8), printed.id],
        )
        self.cr.execute(
            "UPDATE mail_message SET date = %s WHERE model = 'account.move' AND res_id = %s"
            " AND message_type = 'comment'",
            [TODAY - timedelta(days=9), mailed.id],
        )
        message = self.env["mail.message"].search(
            [("model", "=", "account.move"), ("res_id", "=", mailed.id), ("message_type", "=", "comment")]
        )
        path = Path(addon.__file__).parent / "migrations" / "19.0.1.5.0" / "post-sent.py"
        spec = util.spec_from_file_location("post_sent", path)
        script = util.module_from_spec(spec)
        spec.loader.exec_module(script)
        script.migrate(self.cr, None)
        self.env.invalidate_all()
        self.assertEqual(self.kept(mailed), (None, None, False), "a new database has nothing to derive")
        script.migrate(self.cr, "19.0.1.4.0")
        self.env.invalidate_all()
        self.assertEqual(self.kept(mailed), (TODAY - timedelta(days=9), "mail", False))
        self.assertEqual(mailed.dunning_sent_message_id, message)
        self.assertEqual(self.kept(printed), (TODAY - timedelta(days=8), "hand", False))
        self.assertEqual(self.kept(ticked), (None, "unknown", False))
        self.assertEqual(self.kept(unsent), (None, None, False))
        self.change(mailed, ref="PO 7")
        self.assertTrue(mailed.dunning_sent_changed, "the version of before is known as well")
