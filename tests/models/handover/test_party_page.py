"""The page of a debtor of whom one claim is with a party: whom to pay that, and nothing about it is agreed with us."""

from odoo.tests import tagged

from ..delivery.account_case import AccountCase
from .status_case import StatusCase


@tagged("post_install", "-at_install")
class TestPartyPage(AccountCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.party = StatusCase.agency.__func__(cls, "Incasso <i>Partners</i>", registration_be="1")
        cls.env["dunning.claim"]._of_moves(cls.moves)
        claims = cls.env["dunning.claim"].search([("move_id", "in", cls.moves.ids)], order="id")
        cls.claim, cls.free = claims[0], claims[1]
        cls.nl.dunning_term_agreed = True
        env = cls.as_user(cls.manager)
        cls.handover = (
            env["dunning.handover"]
            ._hand_over(cls.claim.case_id.with_env(env), cls.claim.with_env(env), cls.party.with_env(env), reason="x")
            .with_env(cls.env)
        )
        cls.handover.party_reference = "D-<88>"
        cls.env.flush_all()

    def test_page(self):
        page = self.get(self.key)
        text = self.text(page)
        self.assertIn("Handed over: please pay Incasso <i>Partners</i>, and not us", text)
        self.assertNotIn("<i>Partners", page.text)
        for said in ("+31 30 765 43 21", "files@agency.example.com", "D-<88>", self.handover.name):
            self.assertIn(said, text)
        visit = self.visit(self.key)
        values = self.env["dunning.account.page"]._values(visit)
        rows = {row.item.move_id: row for row in values["rows"]}
        frozen, free = rows[self.claim.move_id], rows[self.free.move_id]
        self.assertEqual((frozen.handed_over, frozen.now, free.handed_over, free.now), (True, False, False, True))
        self.assertIn("Please pay there and not to us", frozen.next)
        [sums] = values["sums"].values()
        self.assertEqual(sums["now"], free.left)
        offered = {item["id"] for item in values["acts"]["items"]}
        self.assertNotIn(frozen.item.id, offered)
        self.assertIn(free.item.id, offered)
        pay = {row["item"]: row for group in values["pay_groups"] for row in group["rows"]}
        self.assertFalse(pay[frozen.item.id]["payable"])
        self.assertTrue(pay[free.item.id]["payable"])

    def test_nothing_is_agreed_or_paid_here(self):
        """Whoever sends the form all the same hears with whom it is."""
        visit, item = self.visit(self.key), self.claim.move_line_id
        answer = self.post(self.key, "/pay", item=str(item.id))
        self.assertIn("cannot be paid here any more", self.text(answer))
        self.assertFalse(self.env["dunning.payment.choice"].search_count([("partner_id", "=", self.partner.id)]))
        acts = self.env["dunning.account.acts"]
        for kind, more in (("paid", {}), ("promise", {}), ("plan", {"count": "3"}), ("dispute", {})):
            form = {"token": acts._of(visit)._new_token(visit, kind), "items": [str(item.id)], "item": str(item.id)}
            with self.subTest(kind), self.assertRaisesRegex(Exception, "Please pay there and not to us"):
                acts._do(visit, kind, {**form, "date": "2026-11-16", "words": "x", "reason": "price", **more})

    def test_letter_page(self):
        """The page of an old letter asks for nothing of it, until it is back."""
        letter = self.letter.with_context(lang="en_US")
        values = letter._page_values()
        self.assertEqual((values["state"], bool(values["payable"])), ("with_party", False))
        page = self.url_open(f"/my/dunning/{letter.id}?access_token={letter.access_token}")
        self.assertIn("Handed over: please pay Incasso", self.text(page))
        self.assertNotIn("To pay now", self.text(page))
        self.handover._recall("Back")
        self.env.invalidate_all()
        self.assertEqual(self.letter._page_values()["state"], "open")
