"""Processes that are killed in the middle of a confirm, and processes that confirm the same run: every letter once."""

import logging
import random
import time

from odoo.tests import tagged

from odoo.addons.cremann_dunning.models.delivery.mail_mail import SENT_TOGETHER

from .process_case import ProcessCase

_logger = logging.getLogger(__name__)

RESTARTS = 20
LETTERS = 40


@tagged("post_install", "-at_install")
class TestProcesses(ProcessCase):
    """Confirms and sendings that are cut off."""

    def _wait_for_mail(self, seconds=15):
        """Until one more letter has arrived, or for so many seconds at most: all of them may have."""
        count, end = len(self.mailbox.messages), time.monotonic() + seconds
        while len(self.mailbox.messages) == count < LETTERS and time.monotonic() < end:
            time.sleep(0.005)

    def arrived(self):
        return [message_id for _to, message_id, _subject in self.mailbox.messages]

    def assertEachOnce(self, letters):
        """Every letter that was sent is in one mailbox once, with one attempt that was taken; no other mail is."""
        sent = [letter for letter in letters if letter["state"] == "sent"]
        taken = [message for letter in sent for state, message in letter["attempts"] if state == "accepted"]
        self.assertEqual(len(taken), len(sent), "one attempt that was taken for each letter")
        self.assertEqual(sorted(self.arrived()), sorted(taken))
        addresses = [to for recipients, _id, _subject in self.mailbox.messages for to in recipients]
        self.assertEqual(sorted(addresses), sorted(letter["to"] for letter in sent))
        self.assertEqual(len(set(addresses)), len(addresses), "nobody got two")
        for letter in sent:
            self.assertTrue(letter["pdf"] and letter["levels"], letter)

    def assertEachTold(self, run, letters):
        """The record of events fits, has no gap and no number twice, and tells once that each letter left."""
        found = self.nursery.run("chain", run=run)
        self.assertTrue(found["fits"], found["words"])
        self.assertEqual((found["unsealed"], found["seqs"]), (0, list(range(1, len(found["seqs"]) + 1))))
        for letter in letters:
            told = found["told"][str(letter["id"])]
            self.assertEqual(told.get("letter.issued", 0) >= 1, letter["name"] != "/", told)
            self.assertEqual(told.get("letter.sent", 0), int(letter["state"] == "sent"), told)

    def test_statements_a_letter(self):
        """At most seven statements a letter, one its event, with what is looked up for a batch and what follows it."""
        self.mailbox.seconds = 0
        made = self.nursery.run("prepare", port=self.port, count=LETTERS)
        self.nursery.run("confirm", run=made["run"], batch=LETTERS)
        few = LETTERS // 4
        of_few, of_many = (self.nursery.run("count", letters=letters) for letters in (few, LETTERS - few))
        self.assertEqual(len(self.arrived()), LETTERS)
        for_each = (of_many - of_few) / (LETTERS - 2 * few)
        for_a_batch = of_few - few * for_each
        _logger.info("%s statements a letter, %s a batch", for_each, for_a_batch)
        self.assertLessEqual(for_each, 6)
        self.assertLessEqual(for_each + for_a_batch / SENT_TOGETHER, 7)

    def test_killed_and_started_again(self):
        """Who confirms and what empties the outbox are killed together, twenty times, and started again."""
        made = self.nursery.run("prepare", port=self.port, count=LETTERS)
        self.assertEqual(made["letters"], LETTERS)
        chance, kills = random.Random(20261116), 0
        for time_ in range(RESTARTS):
            jobs = [self.nursery.start("confirm", run=made["run"]), self.nursery.start("outbox", seconds=60)]
            jobs.append(self.nursery.start("seal", seconds=60))
            if time_ % 2:  # somewhere while a letter is being delivered
                self._wait_for_mail()
                time.sleep(chance.uniform(0, 0.15))
            else:  # anywhere at all
                time.sleep(chance.uniform(0.1, 2))
            kills += sum([self.nursery.kill(job) for job in jobs])
        self.nursery.run("work", run=made["run"])
        unsure = self.nursery.run("find_out", run=made["run"], arrived=self.arrived())
        self.nursery.run("outbox")
        found = self.nursery.run("look", run=made["run"])
        self.assertEqual(found["state"], "done")
        self.assertEqual([letter["state"] for letter in found["letters"]], ["sent"] * LETTERS)
        self.assertEachOnce(found["letters"])
        _logger.info("killed %s times, %s letters were cut off", kills, unsure)
        self.assertGreaterEqual(kills, RESTARTS)
        self.assertEachTold(made["run"], found["letters"])
        self.assertTrue(unsure, "none of the kills hit a delivery: this test shows nothing")

    def test_two_processes_confirm_while_payments_come_in(self):
        """Two people confirm the same run, two cron workers empty the outbox, a bookkeeper registers payments."""
        made = self.nursery.run("prepare", port=self.port, count=LETTERS)
        paid = made["moves"][:: LETTERS // 10]
        start = self.nursery.start
        jobs = [
            start("seal", seconds=5),
            start("seal", seconds=5),
            start("confirm", run=made["run"]),
            start("confirm", run=made["run"]),
            start("pay", moves=paid),
            start("outbox", seconds=10),
            start("outbox", seconds=10),
        ]
        for job in jobs:
            self.nursery.result(job)
        self.nursery.run("work", run=made["run"])
        found = self.nursery.run("look", run=made["run"])
        self.assertEqual(found["state"], "done")
        self.assertFalse([letter["error"] for letter in found["letters"] if letter["error"]])
        self.assertEachOnce(found["letters"])
        self.assertEachTold(made["run"], found["letters"])
        for letter in found["letters"]:
            self.assertIn(letter["state"], ("sent", "cancelled"))
            if letter["state"] == "cancelled":
                self.assertTrue(set(letter["moves"]) <= set(paid), letter)
        sent = {move for letter in found["letters"] if letter["state"] == "sent" for move in letter["moves"]}
        self.assertEqual(set(made["moves"]) - set(paid) - sent, set(), "nothing was lost")
