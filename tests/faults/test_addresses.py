"""Several addresses in one field: what the mail server and reports of bounces say counts per address."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from odoo.addons.cremann_dunning.engine.addresses import addresses, stands
from odoo.addons.cremann_dunning.models.run.dunning_recipient import ADDRESSES

from .test_coming_back import BOUNCE, ComingBackCase
from .test_delivery import DeliveryCase


class SeveralCase(ComingBackCase):
    addresses = "ap@x.example.com; old@x.example.com"

    def setUp(self):
        super().setUp()
        self.mailbox.messages.clear()
        self.letter, self.move = self.mailed(self.addresses)

    def mailed(self, addresses, name="Several"):
        partner = self.debtor(name, email=addresses)
        move = self.invoice(partner, 500, due=5)
        letter = self.confirm(self.run_for(partners=partner)).with_env(self.env)
        self.empty_outbox(letter)
        return letter, move

    def back(self, recipient, letter=None):
        number = self.env["mail.message"].search_count([])
        about = (letter or self.letter).message_id
        self.receive(BOUNCE, recipient=recipient, number=number, about=about)

    def notes(self, letter=None):
        return " ".join(self.told_on(letter or self.letter))


@tagged("post_install", "-at_install")
class TestSeveral(SeveralCase):
    def test_one_mail_to_both(self):
        [(to, _message)] = self.mailbox.messages
        self.assertEqual(to, ["ap@x.example.com", "old@x.example.com"])
        self.assertEqual(self.letter.dispatch_ids.taken_to, "ap@x.example.com old@x.example.com")

    def test_one_comes_back_and_the_letter_stands(self):
        self.back("old@x.example.com")
        self.assertEqual((self.letter.state, self.letter.dispatch_ids.state), ("sent", "accepted"))
        self.assertEqual(self.move.dunning_level_id, self.letter.level_id)
        self.assertEqual(self.letter.dispatch_ids.bounced_to, "old@x.example.com")
        self.assertIn("ap@x.example.com did get it", self.notes())

    def test_both_come_back(self):
        self.back("old@x.example.com")
        self.back("ap@x.example.com")
        self.assertEqual((self.letter.state, self.letter.dispatch_ids.state), ("failed", "bounced"))
        self.assertFalse(self.move.dunning_level_id)

    def test_report_about_a_stranger_changes_nothing(self):
        self.back("stranger@x.example.com")
        self.assertEqual((self.letter.state, self.letter.dispatch_ids.bounced_to), ("sent", False))
        self.assertIn(f"stranger@x.example.com came back. Letter {self.letter.name} never went there", self.notes())

    def test_opened_letter_stands(self):
        self.env["dunning.opening"].sudo()._record(self.letter.sudo(), "192.0.2.1", "browser")
        self.back("old@x.example.com")
        self.back("ap@x.example.com")
        self.assertEqual(self.letter.state, "sent")
        self.assertIn("receipt is proven", self.notes())

    def test_refused_for_one_and_then_back_from_the_other(self):
        letter, move = self.mailed("bounce@x.example.com, here@x.example.com", "Half")
        self.assertEqual((letter.state, letter.dispatch_ids.taken_to), ("sent", "here@x.example.com"))
        self.assertIn("did not go to bounce@x.example.com as well", letter.dispatch_ids.answer)
        self.assertIn("not taken for bounce@x.example.com. The mail server said: 550 5.1.1 no such", self.notes(letter))
        self.back("bounce@x.example.com", letter)
        self.assertEqual(letter.state, "sent", "it was never taken for that one")
        self.back("here@x.example.com", letter)
        self.assertEqual(letter.state, "failed")
        self.assertFalse(move.dunning_level_id)

    def test_good_one_goes_on_counting_as_good(self):
        self.back("old@x.example.com")
        partner = self.letter.partner_id
        [contact] = self.env["dunning.recipient"]._debtors(self.nl, partner)
        self.assertEqual(contact.mail_problem, "")
        self.back("ap@x.example.com")
        [contact] = self.env["dunning.recipient"]._debtors(self.nl, partner)
        self.assertEqual(contact.mail_problem, "bounced")
        partner.email = "old@x.example.com, new@x.example.com"
        [contact] = self.env["dunning.recipient"]._debtors(self.nl, partner)
        self.assertEqual(contact.mail_problem, "")

    def test_again_only_to_those_that_may_get_it(self):
        self.back("old@x.example.com")
        self.back("ap@x.example.com")
        self.letter.partner_id.email = "old@x.example.com, new@x.example.com"
        self.letter.action_retry()
        self.empty_outbox(self.letter)
        self.assertEqual(self.letter.state, "sent")
        self.assertEqual(self.mailbox.messages[-1][0], ["new@x.example.com"])

    def test_blocked_one_is_left_out(self):
        self.env["mail.blacklist"]._add("ap@y.example.com")
        partner = self.debtor("Blocked", email="ap@y.example.com, pay@y.example.com")
        self.invoice(partner, 500, due=5)
        letter = self.confirm(self.run_for(partners=partner)).with_env(self.env)
        self.env["mail.blacklist"]._add("none@y.example.com")
        self.empty_outbox(letter)
        self.assertEqual((letter.state, self.mailbox.messages[-1][0]), ("sent", ["pay@y.example.com"]))

    def test_blocked_a_moment_before_it_leaves(self):
        partner = self.debtor("Blocked", email="ap@y.example.com, pay@y.example.com")
        self.invoice(partner, 500, due=5)
        letter = self.confirm(self.run_for(partners=partner)).with_env(self.env)
        self.env["mail.blacklist"]._add("ap@y.example.com")
        self.empty_outbox(letter)
        self.assertEqual((letter.state, self.mailbox.messages[-1][0]), ("sent", ["pay@y.example.com"]))


@tagged("post_install", "-at_install")
class TestNone(DeliveryCase):
    without_pdf = True

    def test_what_is_no_address_goes_on_paper(self):
        for text in ("ap@@x", "\u200bap@x.example.com", "\ufeffap@x.example.com", "\u00a0ap@x.example.com\u200e", "ap"):
            with self.subTest(text):
                partner = self.debtor(f"Nobody {len(text)}", email=text)
                self.invoice(partner, 500, due=5)
                letter = self.confirm(self.run_for(partners=partner))
                self.assertEqual((letter.channel, letter.state, letter.error), ("print", "issued", False))

    def test_database_and_python_find_the_same(self):
        texts = (
            "a@x.nl; B@y.nl",
            '"info@k" <q@y.nl>',
            "Jan <j@x.nl>, p@x",
            "a@münchen.de",
            "a@x.nl\u200e",
            "a@b@c",
            "Léa@x.nl",
            "lé\u200ba@x.nl",
            None,
            "",
        )
        texts += ("Jan@Home <jan@x.nl>", "a'b%c{d}@x.nl", "[a@x.nl]", "a@x..nl", "\u200ba@x.nl, b@x.nl", "a@x.nl\n")
        for text in texts:
            self.env.cr.execute(f"SELECT {ADDRESSES.format(text='v.t')} FROM (SELECT %s::varchar t) v", [text])
            self.assertEqual(tuple(dict.fromkeys(self.env.cr.fetchone()[0])), addresses(text), text)


@tagged("post_install", "-at_install")
class TestAnyOrder(SeveralCase):
    """State of the letter = taken by at least one and not all of the taken ones bounced."""

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(st.data())
    def check(self, data):
        names = data.draw(st.lists(st.sampled_from(["a", "b", "c", "bounce", "bounce2"]), min_size=1, unique=True))
        mailed = [f"{name}@z.example.com" for name in names]
        reports = data.draw(st.lists(st.sampled_from([*mailed, "stranger@z.example.com"]), max_size=5))
        with self.cr.savepoint() as savepoint:
            letter, move = self.mailed(data.draw(st.sampled_from([", ", "; ", " "])).join(mailed), "Any")
            taken = [address for address in mailed if not address.startswith("bounce")]
            self.assertEqual(letter.state, "sent" if taken else "failed")
            for report in reports if taken else ():
                self.back(report, letter)
            want = stands(taken, set(reports) & set(taken))
            self.assertEqual(letter.state, "sent" if want else "failed", (mailed, reports))
            self.assertEqual(bool(move.dunning_level_id), want)
            savepoint.rollback()
        self.env.invalidate_all()

    def test_any_order(self):
        self.check()
