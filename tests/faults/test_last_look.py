"""What changed after a letter was made, at every door: it does not leave, says why, and its claims are free again."""

from contextlib import contextmanager
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.cremann_dunning.models.delivery import mail_mail

from ..common import day
from .test_delivery import DeliveryCase

FIRST, SECOND, LAST = (f"cremann_dunning.dunning_level_nl_business_{number}" for number in (1, 2, 3))
# By mail, by mail after the others stood still, by mail again, on paper, and on paper after the mail was refused.
DOORS = ("outbox", "live", "retry", "posted", "on_paper")
# 7 December, when a letter of 16 November asks to pay before or on the 23rd.
LATE = 21


class DoorCase(DeliveryCase):
    without_pdf = True

    @contextmanager
    def waiting(self, door, partner, when=0):
        """A letter to this debtor, made on that day and brought before that door: ``(letter, open the door)``."""
        if door == "posted":
            partner.email = False
        with self.at(when) as today:
            letter = self.confirm(self.run_for(date=today, partners=partner)).with_env(self.env)
            self.assertEqual((len(letter), letter.state), (1, "issued"), letter.error)
            if door in ("retry", "on_paper"):
                self.mailbox.down = True
                self.empty_outbox(letter)
                self.mailbox.down = False
                self.assertEqual(letter.state, "failed")
            elif door == "live":
                self.nl.dunning_mode = "off"
                self.empty_outbox(letter)
                self.assertEqual(letter.state, "issued")
        self.mailbox.messages.clear()
        yield letter
        self.back_in_time()

    def through(self, door, letter, **posting):
        """Let the letter leave by that door, if it may."""
        if door == "live":
            self.nl.dunning_mode = "live"
        elif door == "retry":
            letter.action_retry()
        elif door == "on_paper":
            letter.action_on_paper()
        if door in ("outbox", "live", "retry"):
            self.empty_outbox(letter)
        elif letter.state == "issued":
            wizard = self.wizard(letter)
            wizard.write(posting)
            wizard.action_post()
        self.env.invalidate_all()

    def wizard(self, letter):
        letter = self.as_user(self.user, letter)
        wizard = letter.env["dunning.posting.wizard"].browse(letter.action_print_and_post()["res_id"])
        wizard.line_ids.to_post = True  # against what the list says of it: the post is asked once more
        return wizard

    def assertStopped(self, letter, words):
        """It did not leave, and says why; what is in an envelope already a person takes out and cancels."""
        self.assertFalse(self.mailbox.messages)
        self.assertFalse(letter.sent_on)
        if letter.state == "issued":
            self.assertRegex(letter.error, words)
            self.as_user(self.user, letter).action_cancel()
        else:
            self.assertRegex(letter.cancel_reason, words)
        self.assertEqual(letter.state, "cancelled")

    def assertLeft(self, letter):
        self.assertEqual(letter.state, "sent", letter.error or letter.cancel_reason)


@tagged("post_install", "-at_install")
class TestClaims(DoorCase):
    """A letter demands A, whose term is over while its own next step is still to come, and B, which is due."""

    WHEN = 14

    def setUp(self):
        super().setUp()
        self.level = self.env.ref(FIRST)
        self.env.ref(SECOND).delay_days = 20

    def two(self, name, when=WHEN):
        """The debtor with A reminded today, and B that is due on the day before `when`."""
        partner = self.debtor(name)
        a = self.invoice(partner, 100, due=1)
        self.assertEqual(self.send_level(partners=partner).line_ids.move_id, a)
        return partner, a, self.invoice(partner, 50, due=1 - when)

    def pay_all(self, move):
        self.pay(move)

    def pay_part(self, move):
        self.pay(move, 40)

    def dispute(self, move):
        case = self.env["dunning.case"]._for_partners(move.partner_id, self.nl, create=True)
        vals = {"case_id": case.id, "move_ids": [Command.set(move.ids)], "reason": "price"}
        self.as_user(self.user)["dunning.dispute"].create(vals)

    def hold(self, move):
        vals = {"move_id": move.id, "company_id": self.nl.id, "reason": "I call him"}
        self.as_user(self.user)["dunning.hold"].create(vals)

    CHANGES = (
        ("pay_all", "paid, credited, disputed or changed", 50),
        ("pay_part", "paid, credited, disputed or changed", 110),
        ("dispute", "Disputed since", 50),
        ("hold", "I call him", 50),
    )

    def check(self, door, change, words, total, demanded=True):
        when = self.WHEN if demanded else 7  # until then A has time to pay
        partner, a, b = self.two(f"Debtor {door} {change}", when)
        with self.waiting(door, partner, when) as letter:
            lines = {line.move_id: line for line in letter.line_ids}
            self.assertEqual((lines[a].level_id.id, lines[b].level_id), (False, self.level))
            self.assertEqual((lines[a].amount_open, lines[a].principal_part), (100, demanded))
            self.assertEqual(letter.amount_total, 150 if demanded else 50)
            with self.at(when) as today:
                getattr(self, change)(a)
                self.through(door, letter)
                self.assertStopped(letter, words)
                self.assertFalse(b.dunning_level_id)
                again = self.run_for(date=today, partners=partner).letter_ids
                self.assertEqual((again.amount_total, again.level_id), (total, self.level))

    def check_door(self, door):
        for change, words, total in self.CHANGES:
            with self.subTest(change):
                self.check(door, change, words, total)

    def test_in_the_outbox(self):
        self.check_door("outbox")

    def test_off_and_live_again(self):
        self.check_door("live")

    def test_retry(self):
        self.check_door("retry")

    def test_posted(self):
        self.check_door("posted")

    def test_on_paper(self):
        self.check_door("on_paper")

    def test_what_is_only_listed(self):
        for change, words, _total in self.CHANGES:
            with self.subTest(change):
                self.check("outbox", change, words, 50, demanded=False)

    def test_nothing_changed(self):
        """And what is sent moves B only."""
        for door in DOORS:
            with self.subTest(door):
                partner, a, b = self.two(f"Debtor {door}")
                with self.waiting(door, partner, self.WHEN) as letter, self.at(self.WHEN):
                    self.through(door, letter)
                    self.assertLeft(letter)
                    self.assertEqual((a + b).dunning_level_id, self.env.ref(FIRST))
                    self.assertEqual(letter.line_ids.filtered("level_id").move_id, b)

    def test_copy_on_paper(self):
        self.env.ref(FIRST).channel_ids = [Command.create({"channel": "print", "use": "also"})]
        for change, words, _total in self.CHANGES:
            with self.subTest(change):
                partner, a, _b = self.two(f"Debtor {change}")
                with self.at(self.WHEN) as today:
                    letter = self.send_level(partners=partner, date=today).with_env(self.env)
                    wizard = self.wizard(letter)
                    getattr(self, change)(a)
                    self.assertEqual(wizard.action_post()["params"]["type"], "warning")
                    copy = letter.dispatch_ids.filtered(lambda attempt: attempt.channel == "print")
                    self.assertEqual((copy.state, letter.state), ("queued", "sent"))
                    self.assertRegex(copy.answer, words)
                self.back_in_time()


@tagged("post_install", "-at_install")
class TestKind(DoorCase):
    """A notice of default asks a business for 150 costs; it turns out to be a consumer before the letter leaves."""

    def notice(self, name):
        partner = self.debtor(name)
        move = self.invoice(partner, 1000, due=1)
        for number in (0, 8):
            with self.at(number) as today:
                self.send_level(partners=partner, date=today)
        return partner, move

    def check(self, change, words="kind of debtor or the procedure"):
        for door in DOORS:
            with self.subTest(door):
                partner, move = self.notice(f"Debtor {door}")
                with self.waiting(door, partner, 16) as letter, self.at(16) as today:
                    self.assertEqual((letter.level_id, letter.amount_costs), (self.env.ref(LAST), 150))
                    change(partner, move)
                    self.through(door, letter)
                    self.assertStopped(letter, words)
                    again = self.run_for(date=today, partners=partner).letter_ids
                    self.assertFalse(again.filtered("amount_costs"), "no costs of a consumer without a 14-day letter")

    def test_contact_corrected(self):
        self.check(lambda partner, _move: partner.write({"dunning_kind_set": "consumer"}))

    def test_invoice_corrected(self):
        self.check(lambda _partner, move: move.write({"dunning_kind_set": "consumer"}))

    def test_business_leaves(self):
        """Also when somebody only confirms what it was taken for."""
        for door in DOORS:
            with self.subTest(door):
                partner, _move = self.notice(f"Debtor {door}")
                with self.waiting(door, partner, 16) as letter, self.at(16):
                    partner.dunning_kind_set = "business"
                    self.through(door, letter)
                    self.assertLeft(letter)


@tagged("post_install", "-at_install")
class TestDays(DoorCase):
    """A letter of Monday 16 November says *before or on the 23rd*: seven days, of which half must be left."""

    def late(self, door, number):
        partner = self.debtor(f"Debtor {door} {number}")
        self.invoice(partner, 500, due=1)
        with self.waiting(door, partner) as letter, self.at(number) as today:
            self.assertEqual(letter.deadline, day(-7))
            self.through(door, letter)
            if number <= 3:
                self.assertLeft(letter)
                return
            self.assertStopped(letter, "it asks to pay before or on 11/23/2026")
            again = self.run_for(date=today, partners=partner).letter_ids
            self.assertEqual((again.level_id, again.deadline > letter.deadline), (self.env.ref(FIRST), True))

    def test_before_on_and_after_half_of_the_days(self):
        for door in DOORS:
            for number in (0, 3, 4, LATE):
                with self.subTest(door, days=number):
                    self.late(door, number)

    def test_what_was_posted_in_time_and_told_late(self):
        """Three weeks later somebody says on which day it was put in the post."""
        for posted, left in ((3, True), (4, False)):
            with self.subTest(posted=posted):
                partner = self.debtor(f"Debtor {posted}")
                self.invoice(partner, 500, due=1)
                with self.waiting("posted", partner) as letter, self.at(LATE):
                    self.through("posted", letter, posted_on=day(-posted))
                    self.assertEqual(
                        (letter.state, letter.sent_on), ("sent", day(-posted)) if left else ("issued", False)
                    )

    def test_copy_on_paper(self):
        self.env.ref(FIRST).channel_ids = [Command.create({"channel": "print", "use": "also"})]
        for number, told, state in (
            (3, None, "posted"),
            (4, None, "queued"),
            (LATE, None, "queued"),
            (LATE, 3, "posted"),
        ):
            with self.subTest(number, told=told):
                partner = self.debtor(f"Debtor {number} {told}")
                self.invoice(partner, 500, due=1)
                letter = self.send_level(partners=partner).with_env(self.env)
                with self.at(number):
                    wizard = self.wizard(letter)
                    if told:
                        wizard.posted_on = day(-told)
                    wizard.action_post()
                    copy = letter.dispatch_ids.filtered(lambda attempt: attempt.channel == "print")
                    self.assertEqual(copy.state, state)
                    self.assertEqual("too few days" in (copy.answer or ""), state == "queued")
                self.back_in_time()

    def test_retry_of_a_letter_that_was_never_printed(self):
        """Its text could not be filled in; what it says of days and claims is of the day it was made."""
        text = self.env.ref(FIRST).template_id
        for number, state in ((3, "issued"), (4, "cancelled"), (LATE, "cancelled")):
            with self.subTest(number):
                partner = self.debtor(f"Debtor {number}")
                self.invoice(partner, 500, due=1)
                run, subject = self.run_for(partners=partner), text.subject
                text.subject = "{{ object.cancel_reason or '' }}"
                run.action_confirm()
                letter = run.letter_ids.with_env(self.env)
                self.assertEqual((letter.state, letter.pdf_file), ("failed", False))
                text.subject = subject
                with self.at(number):
                    letter.action_retry()
                    self.assertEqual(letter.state, state)
                self.back_in_time()


@tagged("post_install", "-at_install")
class TestAddress(DoorCase):
    NEW = "found@debtor.example.com"

    def sent_to(self):
        return [address for recipients, _message in self.mailbox.messages for address in recipients]

    def test_mail_address_changed_in_the_outbox(self):
        """Before the letter is made, while it waits, and after it left."""
        for door in ("outbox", "live"):
            with self.subTest(door):
                partner = self.debtor(f"Debtor {door}")
                self.invoice(partner, 500, due=5)
                with self.waiting(door, partner) as letter:
                    partner.email = self.NEW
                    self.through(door, letter)
                    self.assertStopped(letter, f"the e-mail address of {partner.name} was changed")
                    again = self.confirm(self.run_for(partners=partner)).with_env(self.env)
                    self.empty_outbox(again)
                    self.assertEqual((again.state, self.sent_to()), ("sent", [self.NEW]))
                    partner.email = "third@debtor.example.com"
                    self.assertEqual(again.state, "sent")

    def test_same_address_written_differently(self):
        partner = self.debtor("Debtor", email="info@debtor.example.com")
        self.invoice(partner, 500, due=5)
        with self.waiting("outbox", partner) as letter:
            partner.write({"name": "Debtor B.V.", "email": "Info <INFO@debtor.example.com>"})
            self.through("outbox", letter)
            self.assertLeft(letter)

    def test_retry_goes_to_the_new_address(self):
        partner = self.debtor("Debtor")
        self.invoice(partner, 500, due=5)
        with self.waiting("retry", partner) as letter:
            partner.email = self.NEW
            self.through("retry", letter)
            self.assertLeft(letter)
            self.assertEqual(self.sent_to(), [self.NEW])

    def test_address_of_the_copy(self):
        self.env.ref(FIRST).copy_to = "escalation"
        for number, change in enumerate(("same", "changed")):
            with self.subTest(change):
                partner = self.debtor(f"Debtor {number}")
                boss = {"parent_id": partner.id, "name": "Boss", "dunning_role": "escalation"}
                boss = self.env["res.partner"].create(boss | {"email": f"boss{number}@debtor.example.com"})
                self.invoice(partner, 500, due=5)
                with self.waiting("outbox", partner) as letter:
                    self.assertIn(boss.email, letter.copy_to)
                    if change == "changed":
                        boss.email = self.NEW
                    self.through("outbox", letter)
                    if change == "same":
                        self.assertLeft(letter)
                        self.assertIn("boss0@debtor.example.com", self.sent_to())
                    else:
                        self.assertStopped(letter, "the e-mail address of .*Boss was changed")

    def test_printed_address(self):
        """Moved before the letter was printed, before it is posted, and after that."""
        for door in ("posted", "on_paper"):
            with self.subTest(door):
                partner = self.debtor(f"Debtor {door}")
                self.invoice(partner, 500, due=5)
                with self.waiting(door, partner) as letter:
                    partner.street = "Nieuwe Kade 7"
                    self.through(door, letter)
                    self.assertStopped(
                        letter, f"the address of {partner.name} was changed after the letter was printed"
                    )
                    partner.email = False
                    again = self.confirm(self.run_for(partners=partner)).with_env(self.env)
                    self.assertIn("Nieuwe Kade 7", again.address_printed)
                    self.through("posted", again)
                    self.assertLeft(again)
                    partner.street = "Derde Kade 9"
                    self.assertEqual(again.state, "sent")

    def test_printed_address_of_a_copy(self):
        self.env.ref(FIRST).channel_ids = [Command.create({"channel": "print", "use": "also"})]
        partner = self.debtor()
        self.invoice(partner, 500, due=5)
        letter = self.send_level(partners=partner).with_env(self.env)
        partner.street = "Nieuwe Kade 7"
        self.wizard(letter).action_post()
        copy = letter.dispatch_ids.filtered(lambda attempt: attempt.channel == "print")
        self.assertEqual((copy.state, letter.state), ("queued", "sent"))
        self.assertIn("was changed after the letter was printed", copy.answer)

    def test_several_letters_on_paper_at_once(self):
        """One that may not go is taken back; the others are printed."""
        moved, stays = (
            self.debtor("Moved", email="bounce1@x.example.com"),
            self.debtor("Stays", email="bounce2@x.example.com"),
        )
        self.invoices(moved + stays, 500, due=5)
        letters = self.confirm(self.run_for(partners=moved + stays)).with_env(self.env)
        self.empty_outbox(letters)
        self.assertEqual(letters.mapped("state"), ["failed", "failed"])
        moved.street = "Nieuwe Kade 7"
        letters.action_on_paper()
        states = {letter.partner_id: letter.state for letter in letters}
        self.assertEqual(states, {moved: "cancelled", stays: "issued"})
        with self.assertRaisesRegex(UserError, "Only a letter that was made and not delivered"):
            letters.action_on_paper()


@tagged("post_install", "-at_install")
class TestLookHolds(DeliveryCase):
    """What was found of letters holds for some seconds only; a slow mail server makes nobody's letter a stale one."""

    without_pdf = True

    def send_while_one_pays(self, holds):
        """Three letters are sent; as soon as some have left, the second debtor pays. Whether each one was sent."""
        partners = [self.debtor(f"Debtor {number}") for number in range(3)]
        moves = self.invoices(partners, 100, due=5)
        letters = self.confirm(self.run_for(partners=sum(partners, self.env["res.partner"])))
        letters = letters.sorted(lambda letter: partners.index(letter.partner_id))
        follow, rounds = type(self.env["dunning.delivery"])._after_sending, []

        def pays(delivery, company):
            rounds.append(letters.mapped("state").count("sent"))
            if len(rounds) == 1:
                self.pay(moves[1])
            follow(delivery, company)

        with (
            patch.object(mail_mail, "LOOK_HOLDS", holds),
            patch.object(type(self.env["dunning.delivery"]), "_after_sending", pays),
        ):
            self.empty_outbox(letters)
        self.assertFalse(letters.filtered(lambda letter: letter.state == "issued"), "nothing waits on its own")
        return letters.mapped("state"), rounds

    def test_checked_once_more(self):
        self.assertEqual(self.send_while_one_pays(holds=-1), (["sent", "cancelled", "sent"], [1, 2]))
        self.assertEqual(len(self.mailbox.messages), 2)

    def test_together(self):
        self.assertEqual(self.send_while_one_pays(holds=mail_mail.LOOK_HOLDS), (["sent"] * 3, [3]))
