"""The story of a debtor, an invoice and a letter: planned above done, for whoever may read it."""

from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ...common import TODAY, DunningCase


@tagged("post_install", "-at_install")
class TestStory(DunningCase):
    with_belgium = True
    without_pdf = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.debtor("Bakker BV")
        cls.move, cls.second = (cls.invoice(cls.partner, amount, due=3) for amount in (100, 200))
        cls.letter = cls.send_level()
        cls.env["dunning.delivery"]._after_sending(cls.nl)
        cls.case = cls.env["dunning.case"].search([("partner_id", "=", cls.partner.id)])
        cls.claim = cls.env["dunning.claim"].search([("move_id", "=", cls.move.id)])

    def tell(self, count=1, **values):
        row = {"kind": "chain.begun", "company_id": self.nl.id, "debtor": self.partner.id, **values}
        return self.env["dunning.event"]._tell([row] * count)

    def story(self, record, *args, user=None):
        story = self.env["dunning.story"].with_user(user or self.user).with_context(allowed_company_ids=self.nl.ids)
        return story.read_story(record._name, record.id, *args)

    def keys(self, record, *args):
        return [line["key"] for line in self.story(record, *args)["done"]]

    def test_planned(self):
        promise = self.env["dunning.promise"].create(
            {"case_id": self.case.id, "date": TODAY + timedelta(days=3), "amount": 50}
        )
        self.env["dunning.hold"].create(
            {
                "partner_id": self.partner.id,
                "reason": "Talks",
                "date_until": TODAY + timedelta(days=9),
                "company_id": self.nl.id,
            }
        )
        planned = self.story(self.case)["planned"]
        days = [line["day"] for line in planned if line["day"]]
        self.assertEqual(days, sorted(days, reverse=True))
        texts = " ".join(line["text"] for line in planned)
        self.assertIn("Talks", texts)
        self.assertIn(("dunning.promise", promise.id), [(line["model"], line["id"]) for line in planned])

    def test_next_step_of_every_claim(self):
        self.run_for(partners=self.partner)
        [line] = [line for line in self.story(self.case)["planned"] if line["text"].startswith("If nothing is paid")]
        self.assertIn(self.move.name, line["text"])
        self.assertIn(self.second.name, line["text"])
        self.assertTrue(line["day"])

    def test_a_letter_under_way_is_planned_once(self):
        other = self.debtor("Onderweg")
        self.invoice(other, 300, due=3)
        letter = self.run_for(partners=other).letter_ids
        case = self.env["dunning.case"].search([("partner_id", "=", other.id), ("company_id", "=", self.nl.id)])
        [line] = self.story(case)["planned"]
        self.assertEqual((line["model"], line["id"]), ("dunning.letter", letter.id))

    def test_newest_on_top_by_claim_and_kind(self):
        old = self.tell(happened="2026-01-05 10:00:00", claims=self.claim.ids)
        other = self.tell(kind="chain.head", debtor=self.debtor("Other").id)
        new = self.tell(kind="debtor.erased", facts={"count": 1, "events": []})
        keys = self.keys(self.case)
        self.assertLess(keys.index(f"event-{new.id}"), keys.index(f"event-{old.id}"))
        self.assertNotIn(f"event-{other.id}", keys)
        self.assertIn(f"event-{old.id}", self.keys(self.move))
        self.assertNotIn(f"event-{old.id}", self.keys(self.second))
        self.assertNotIn(f"event-{new.id}", self.keys(self.case, self.claim.id))
        self.assertEqual(set(self.keys(self.case, False, "debtor")), {f"event-{new.id}"})
        self.assertEqual(self.keys(self.case, False, "nonsense' OR 1=1 --"), [])

    def test_pages(self):
        self.tell(170)
        first = self.story(self.case)
        self.assertEqual((len(first["done"]), first["more"]), (80, True))
        rest = self.story(self.case, False, False, 160)
        self.assertFalse(rest["more"])
        self.assertFalse(rest["planned"])

    def test_flat(self):
        self.tell(5)
        self.story(self.case)
        with self.assertQueryCount(40):
            self.story(self.case)
        self.tell(75)
        self.env.invalidate_all()
        self.story(self.case)
        with self.assertQueryCount(40):
            self.story(self.case)

    def test_contact_that_was_merged(self):
        gone = self.tell(debtor=2147483600)
        self.assertNotIn(f"event-{gone.id}", self.keys(self.case))
        older = self.tell(debtor=2147483599)
        for gone_id, into in ((2147483600, self.partner.id), (2147483599, 2147483600)):
            self.tell(kind="debtor.moved", debtor=into, facts={"from": gone_id, "into": into})
        for event in (gone, older):
            self.assertIn(f"event-{event.id}", self.keys(self.case))

    def test_who_may(self):
        self.tell()
        for user, record in ((self.biller, self.case), (self.internal, self.move), (self.be_user, self.case)):
            with self.assertRaises(AccessError):
                self.story(record, user=user)
        with self.assertRaises(AccessError):
            self.env["dunning.story"].read_story("res.users", 2)

    def test_letter(self):
        event = self.tell(letter=self.letter.id)
        self.assertIn(f"event-{event.id}", self.keys(self.letter))

    def test_in_dutch(self):
        self.tell()
        story = self.env["dunning.story"].with_context(lang="nl_NL")
        self.env["res.lang"]._activate_lang("nl_NL")
        self.assertTrue(story.read_story("dunning.case", self.case.id)["done"])
