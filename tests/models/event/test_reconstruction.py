"""A database of before: what stands in its records becomes events, marked so, and nothing twice."""

from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ...common import TODAY
from ..money.charge_case import ChargeCase

LOGGER = "odoo.addons.cremann_dunning.models.debtor.dunning_reconstruction"


@tagged("post_install", "-at_install")
class TestReconstruction(ChargeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.debtor("Bakker BV")
        cls.move = cls.invoice(cls.partner, 1000, due=30)
        cls.letter = cls.send_level(partners=cls.partner)
        cls.env["dunning.delivery"]._after_sending(cls.nl)
        cls.case = cls.env["dunning.case"].search([("partner_id", "=", cls.partner.id)])
        about = {"case_id": cls.case.id, "move_ids": cls.move.ids}
        dispute = cls.env["dunning.dispute"].create({"reason": "price", **about})
        dispute.outcome = "rejected"
        dispute.action_close()
        cls.env["dunning.promise"].create({"date": TODAY, "amount": 50, **about})
        cls.env["dunning.contact"].create({"outcome": "not_reached", **about})
        cls.env["dunning.hold"].create(
            {"partner_id": cls.partner.id, "company_id": cls.nl.id, "reason": "Talks"}
        ).action_release()
        cls.env["dunning.opening"].create(
            {"letter_id": cls.letter.id, "opened_at": "2026-11-16 08:00:00", "hour": "2026-11-16 08:00:00"}
        )
        cls.env["dunning.reply"].create({"case_id": cls.case.id, "letter_id": cls.letter.id, "received_on": TODAY})
        cls.env["dunning.override"].create({"letter_id": cls.letter.id, "code": "X", "sentence": "?", "reason": "so"})

    def setUp(self):
        super().setUp()
        self.received(self.move, 400)
        self.events = self.env["dunning.event"]
        self.before = self.told()
        # as if none had been kept
        self.cr.execute("SET LOCAL session_replication_role = replica")
        self.cr.execute("DELETE FROM dunning_event_personal")
        self.cr.execute("DELETE FROM dunning_event_seal")
        self.cr.execute("DELETE FROM dunning_event")
        self.cr.execute("SET LOCAL session_replication_role = origin")
        self.env.invalidate_all()

    def told(self):
        """What was told of the debtor: kind and claims, each as often as it was."""
        found = self.events.search([("company_id", "=", self.nl.id), ("debtor", "=", self.partner.id)])
        return sorted((event.kind, event.facts.get("claims", [])) for event in found)

    def test_made_from_what_is_there(self):
        self.env["dunning.reconstruction"]._make()
        again = self.told()
        missing = [one for one in self.before if one not in again]
        # what a change was from, the record does not tell any more
        self.assertEqual([kind for kind, _claims in missing], ["dispute.changed"])
        made = self.events.search([("debtor", "=", self.partner.id)])
        self.assertTrue(all(made.mapped("reconstructed")))
        self.assertIn("ledger.paid", made.mapped("kind"))
        issued = made.filtered(lambda event: event.kind == "letter.issued")
        self.assertEqual((issued.letter_id, len(issued)), (self.letter, 1))
        self.assertEqual(issued.facts["total"]["amount"], f"{self.letter.amount_total:.2f}")
        self.assertTrue(self.env["dunning.event.personal"]._of(issued))
        dots = made.filtered(lambda event: "…" in (event.sentence or "…"))
        self.assertEqual(dots.mapped("kind"), ["answer.received"])  # the reply here has no words

    def test_once(self):
        self.assertTrue(self.env["dunning.reconstruction"]._make())
        count = self.events.search_count([])
        self.assertEqual(self.env["dunning.reconstruction"]._make(), 0)
        self.assertEqual(self.events.search_count([]), count)

    def test_sealed_and_followed(self):
        self.env["dunning.reconstruction"]._make()
        check = self.env["dunning.chain.check"]._follow(self.nl)
        self.assertTrue(check.fits, check.words)
        story = self.env["dunning.story"].with_user(self.user).with_context(allowed_company_ids=self.nl.ids)
        done = story.read_story("dunning.case", self.case.id)["done"]
        self.assertTrue(done and all(line["afterwards"] for line in done))

    def test_one_odd_record(self):
        """What cannot be told keeps nothing else from being told."""
        telling = type(self.env["dunning.letter.telling"])
        with patch.object(telling, "_said", side_effect=KeyError("odd")), mute_logger(LOGGER):
            self.assertTrue(self.env["dunning.reconstruction"]._make())
        self.assertNotIn("letter.issued", [kind for kind, _claims in self.told()])
        self.assertIn("agreement.promised", [kind for kind, _claims in self.told()])
