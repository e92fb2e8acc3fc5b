"""The story of a debtor, an invoice and a letter: planned above done, for whoever may read it."""

from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.cremann_dunning.models.debtor import dunning_story_ahead

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
        self.env["dunning.hold"].create(
            {"move_id": self.second.id, "reason": "Ill", "date_until": TODAY + timedelta(days=9)}
        )
        promise.move_ids = self.move
        found = {
            claim.move_id: " ".join(line["text"] for line in self.story(self.case, claim.id)["planned"])
            for claim in self.case.claim_ids
        }
        for move, words, others in ((self.move, "Promised", "Ill"), (self.second, "Ill", "Promised")):
            self.assertIn("Talks", found[move])
            self.assertIn(words, found[move])
            self.assertNotIn(others, found[move])
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
        *ahead, line = reversed(self.story(case)["planned"])
        self.assertEqual((line["model"], line["id"]), ("dunning.letter", letter.id))
        self.assertEqual({line["text"].partition(":")[0] for line in ahead}, {"If still nothing is paid by then"})

    # -- the steps after the next one --------------------------------------------------------------------------------

    def ahead(self, record, *args):
        """``[(day, text)]`` of the steps that are planned, the nearest first."""
        planned = self.story(record, *args)["planned"]
        steps = [(line["day"], line["text"]) for line in planned if line["day"] and line["text"].startswith("If ")]
        return steps[::-1]

    def test_all_steps_as_the_look_ahead_has_them(self):
        """With what is not due yet, each claim by its own ladder."""
        third = self.invoice(self.partner, 300, due=-20)
        self.run_for(partners=self.partner)
        self.assertEqual(
            self.ahead(self.case), sorted(self.ahead(self.case), key=lambda step: step[0]), "in the order of days"
        )
        values = {"date_to": TODAY + timedelta(days=183), "partner_ids": self.partner.ids}
        simulation = self.as_user(self.user)["dunning.simulation"].create(values)
        foreseen = set()
        for sent in simulation.sudo()._letters("now"):
            foreseen |= {(str(sent.day), d.claim.number) for d in sent.plan.decisions if d.code != "LISTED"}
        shown = {
            (day, move.name) for day, text in self.ahead(self.case) for move in self.move + self.second + third
            if move.name in text
        }  # fmt: skip
        self.assertEqual(shown, foreseen)
        self.assertGreater(len(shown), 6)
        [first, *later] = [text for _day, text in self.ahead(third)]
        self.assertTrue(first.startswith("If nothing is paid: "))
        self.assertEqual({text.partition(":")[0] for text in later}, {"If still nothing is paid by then"})
        self.assertEqual(len(later), 2)

    def test_steps_of_one_claim_or_invoice(self):
        self.invoice(self.partner, 300, due=-20)
        self.run_for(partners=self.partner)
        for steps in (self.ahead(self.move), self.ahead(self.case, self.claim.id), self.ahead(self.claim)):
            self.assertEqual(len(steps), 2)
            for _day, text in steps:
                self.assertIn(self.move.name, text)
                self.assertNotIn(self.second.name, text)

    def test_no_step_that_nobody_would_take(self):
        """On hold without an end, paid, or while the company is off; from the end of a hold on."""
        self.run_for(partners=self.partner)
        last = str(TODAY + timedelta(days=30))
        hold = self.env["dunning.hold"].create(
            {"partner_id": self.partner.id, "reason": "Talks", "company_id": self.nl.id, "date_until": last}
        )
        self.assertEqual({day > last for day, _text in self.ahead(self.case)}, {True})
        hold.date_until = False
        self.assertFalse(self.ahead(self.case))
        hold.unlink()
        self.assertTrue(self.ahead(self.case))
        self.pay(self.move)
        self.assertFalse([text for _day, text in self.ahead(self.case) if self.move.name in text])
        self.nl.dunning_mode = "off"
        self.assertFalse([text for _day, text in self.ahead(self.case) if text.startswith("If still")])

    def test_steps_with_the_queries_of_one(self):
        """Nothing by the claim, and a look writes nothing."""
        counts = []
        for size in (2, 20):
            partner = self.debtor(f"Debtor {size}")
            self.invoices([partner] * size, 100, due=3)
            self.invoices([partner] * size, 100, due=-9)
            self.run_for(partners=partner)
            case = self.env["dunning.case"].search([("partner_id", "=", partner.id)])
            self.story(case)
            with self.counted() as count:
                self.assertTrue(self.ahead(case))
            counts += count
        self.assertLessEqual(counts[1], counts[0])

    def test_more_claims_than_are_looked_ahead(self):
        """As many as the limit, and one more."""
        self.run_for(partners=self.partner)
        for many, shown in ((2, True), (1, False)):
            with patch.object(dunning_story_ahead, "MANY", many):
                self.assertEqual(any(text.startswith("If still") for _day, text in self.ahead(self.case)), shown)
                texts = [line["text"] for line in self.story(self.case)["planned"]]
                self.assertEqual(any("Look ahead" in text for text in texts), not shown)

    # -- what was done -----------------------------------------------------------------------------------------------

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
        with self.assertQueryCount(55):
            self.story(self.case)
        self.tell(75)
        self.env.invalidate_all()
        self.story(self.case)
        with self.assertQueryCount(55):
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
