"""Mail servers that say later, or nothing: over tools/smtp_sink.py in a process of its own, as a debtor's would be."""

import email
import email.policy
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.models import ir_mail_server
from odoo.addons.cremann_dunning.models.delivery.dunning_delivery import COME_BACK_AFTER

from ..common import TODAY, DunningCase

SINK = Path(__file__).resolve().parents[2] / "tools" / "smtp_sink.py"
QUIET = ("odoo.addons.mail.models.mail_mail", "odoo.addons.base.models.ir_mail_server", "odoo.addons.cremann_dunning")


class SinkCase(DunningCase):
    """Odoo mails to a sink with these options."""

    without_pdf = True
    options = ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.mail_server"].search([]).active = False
        cls.server = cls.env["ir.mail_server"].create({"name": "sink", "smtp_host": "127.0.0.1", "smtp_port": 1})
        cls.startClassPatcher(patch.object(ir_mail_server.IrMail_Server, "_disable_send", lambda self: False))

    def setUp(self):
        super().setUp()
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def sink(self, *options):
        """Start a mail server; it ends with the test."""
        port = self.folder / "port"
        command = [
            sys.executable,
            str(SINK),
            "--folder",
            str(self.folder / "mails"),
            "--port-file",
            str(port),
            *options,
        ]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        self.addCleanup(process.wait, 10)
        self.addCleanup(process.terminate)
        for _try in range(200):
            if port.exists():
                break
            time.sleep(0.05)  # the clock of the test stands still, not that of the machine
        self.server.smtp_port = int(port.read_text())

    def arrived(self):
        """The mails that the server has kept."""
        files = sorted((self.folder / "mails").glob("*.eml"))
        return [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]

    def letter(self, **vals):
        partner = self.debtor(**vals)
        self.move = self.invoice(partner, 500, due=5)
        return self.confirm(self.run_for(partners=partner)).with_env(self.env)

    def outbox(self, minutes=0):
        """What Odoo's job does with the outbox, so many minutes after the letter was issued."""
        moment = fields.Datetime.to_datetime(f"{TODAY} 09:00:00") + timedelta(minutes=minutes)
        with freeze_time(moment), mute_logger(*QUIET):
            self.env["mail.mail"].process_email_queue()
            self.env.flush_all()
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestGreylisting(SinkCase):
    def test_waits_and_goes_by_itself_once(self):
        self.sink("--greylist", "1")
        letter = self.letter()
        self.outbox()
        self.assertEqual((letter.state, letter.error), ("issued", False))
        self.assertFalse(self.move.dunning_level_id, "a letter that was put off moves nothing")
        self.assertEqual(letter.dispatch_ids.state, "deferred")
        self.assertIn("451 4.7.1 Greylisted, come back later", letter.dispatch_ids.answer)
        self.assertIn("It goes again by itself", letter.waiting_text)
        self.assertFalse(letter.activity_ids, "nobody is asked while it goes by itself")
        self.outbox(COME_BACK_AFTER[0] - 1)
        self.assertEqual(len(letter.dispatch_ids), 1, "not before its time")
        self.outbox(COME_BACK_AFTER[0])
        self.assertEqual(letter.state, "sent", letter.error)
        self.assertEqual(letter.dispatch_ids.mapped("state"), ["accepted", "deferred"])
        self.assertFalse(letter.waiting_text)
        for minutes in (60, 600):
            self.outbox(minutes)
        [message] = self.arrived()
        self.assertEqual(message["Message-Id"], letter.message_id)
        self.assertEqual(len({attempt.message_id for attempt in letter.dispatch_ids}), 1)

    def test_the_job_is_woken_when_it_is_time(self):
        self.sink("--greylist", "1")
        self.letter()
        self.outbox()
        job = self.env.ref("mail.ir_cron_mail_scheduler_action")
        wakes = self.env["ir.cron.trigger"].search([("cron_id", "=", job.id)]).mapped("call_at")
        self.assertIn(fields.Datetime.to_datetime(f"{TODAY} 09:00:00") + timedelta(minutes=COME_BACK_AFTER[0]), wakes)

    def test_so_many_times_and_then_a_person(self):
        self.sink("--greylist", "99")
        letter = self.letter()
        minutes = 0
        for wait in (0, *COME_BACK_AFTER):
            self.assertEqual(letter.state, "issued")
            minutes += wait
            self.outbox(minutes)
        self.assertEqual(letter.state, "failed")
        self.assertIn("come back later", letter.error)
        self.assertIn(f"Attempts: {len(COME_BACK_AFTER) + 1}.", letter.error)
        self.assertTrue(letter.activity_ids)
        self.assertEqual(letter.dispatch_ids.mapped("state"), ["refused"] + ["deferred"] * len(COME_BACK_AFTER))
        self.outbox(minutes + 600)
        self.assertEqual(len(letter.dispatch_ids), len(COME_BACK_AFTER) + 1)
        self.assertFalse(self.arrived())

    def test_a_person_may_retry_and_it_is_put_off_anew(self):
        self.sink("--greylist", str(len(COME_BACK_AFTER) + 2))
        letter = self.letter()
        minutes = 0
        for wait in (0, *COME_BACK_AFTER):
            minutes += wait
            self.outbox(minutes)
        self.assertEqual(letter.state, "failed")
        letter.action_retry()
        self.outbox(minutes)
        self.assertEqual(letter.state, "issued")
        self.outbox(minutes + COME_BACK_AFTER[0])
        self.assertEqual(letter.state, "sent", letter.error)
        self.assertEqual(len(self.arrived()), 1)

    def test_paid_while_it_waits(self):
        self.sink("--greylist", "1")
        letter = self.letter()
        self.outbox()
        self.pay(self.move)
        self.outbox(COME_BACK_AFTER[0])
        self.assertEqual(letter.state, "cancelled")
        self.assertFalse(self.arrived())

    def test_one_that_waits_holds_nobody_up(self):
        self.sink("--greylist", "1")
        bounce = self.letter(name="Gone", email="bounce@gone.example.com")
        letter = self.letter(name="Here")
        self.outbox()
        self.assertEqual((bounce.state, letter.state), ("failed", "issued"), "550 is final, 451 is not")
        self.assertEqual(bounce.dispatch_ids.state, "refused")
        self.outbox(COME_BACK_AFTER[0])
        self.assertEqual((bounce.state, letter.state), ("failed", "sent"))

    def test_answer_that_speaks_of_a_timeout_is_an_answer(self):
        """Whoever answers has not taken the letter, whatever its words."""
        self.sink()
        letter = self.letter()
        attempts = self.env["dunning.dispatch"]
        attempts.create(attempts._prepare_attempt(letter.sudo()) | {"letter_id": letter.id})
        self.env["dunning.delivery"].sudo()._register_refused(
            letter.sudo(), "{'a@b.nl': (451, b'4.4.1 Connection timed out')}"
        )
        self.assertEqual((letter.state, letter.dispatch_ids.state), ("issued", "deferred"))


@tagged("post_install", "-at_install")
class TestSilence(SinkCase):
    def test_server_that_keeps_the_letter_and_says_nothing(self):
        """It may have arrived, and here it did: a person finds out, and it never goes a second time by itself."""
        self.sink("--stall", "20")
        letter = self.letter()
        with patch.object(ir_mail_server, "SMTP_TIMEOUT", 1):
            self.outbox()
        self.assertEqual(len(self.arrived()), 1)
        # what a server does and a test cannot: roll back to the attempt, which is on record
        letter.mail_id.state = "outgoing"
        self.outbox(1)
        self.assertEqual((letter.state, letter.is_unsure), ("failed", True))
        self.assertEqual(letter.dispatch_ids.state, "unsure")
        self.assertIn("not known whether the letter left", letter.error)
        for minutes in (10, 600):
            self.outbox(minutes)
        self.assertEqual(len(self.arrived()), 1)
