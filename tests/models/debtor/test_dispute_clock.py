"""By when a dispute is answered, and who hears that it was not: once each, on the day after."""

from datetime import timedelta

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ...common import TODAY
from .agreement_case import AgreementCase

ALARM = "cremann_dunning.mail_activity_type_dispute_late"


@tagged("post_install", "-at_install")
class TestClock(AgreementCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.nl.dunning_responsible_id = cls.manager

    def dispute(self, moves=None, **vals):
        return self.note("dunning.dispute", moves or self.move, **{"reason": "price"} | vals)

    def alarms(self, dispute):
        """Who was told, in order."""
        return (
            dispute.activity_ids.filtered(lambda one: one.activity_type_id == self.env.ref(ALARM)).sorted("id").user_id
        )

    def mornings(self, days):
        """The daily job, twice, as on the morning so many days from now."""
        with self.at(days):
            for _call in range(2):
                self.env["dunning.daily.job"]._settle(self.nl)

    def test_every_reason_has_its_day(self):
        wanted = {
            "no_order_number": 2, "not_received": 2, "already_paid": 3, "wrong_addressee": 3, "not_delivered": 5,
            "quantity": 5, "price": 7, "hours": 7, "not_ordered": 7, "other": 7, "quality": 14,
        }  # fmt: skip
        self.assertEqual(set(wanted), set(self.env["dunning.dispute"]._reasons()))
        for reason, days in wanted.items():
            with self.undone(reason):
                self.assertEqual(self.dispute(reason=reason).deadline, TODAY + timedelta(days=days))
        chosen = self.dispute(deadline=TODAY + timedelta(days=1))
        self.assertEqual(chosen.deadline, TODAY + timedelta(days=1))

    def test_told_once_and_the_manager_later(self):
        dispute, other = self.dispute(), self.dispute(self.second, reason="other")
        for days, told in (
            (6, self.env["res.users"]), (7, self.env["res.users"]), (8, self.user), (13, self.user), (14, self.user),
            (15, self.user + self.manager), (40, self.user + self.manager),
        ):  # fmt: skip
            with self.subTest(days):
                self.mornings(days)
                self.assertEqual((self.alarms(dispute), self.alarms(other)), (told, told))
        self.assertEqual(dispute.late_told_on, TODAY + timedelta(days=8))
        self.assertEqual(dispute.manager_told_on, TODAY + timedelta(days=15))
        note = dispute.activity_ids[:1].note
        for words in (self.partner.name, self.move.name, "11/23/2026", self.user.name):
            self.assertIn(words, note)

    def test_in_sets(self):
        """Whoever is late with several is told of each, and who is late with none of nothing."""
        for number in range(3):
            self.dispute(self.invoice(self.partner, 5 + number))
        self.dispute(self.second, reason="quality")
        self.mornings(8)
        alarms = self.env["mail.activity"].search([("activity_type_id", "=", self.env.ref(ALARM).id)])
        self.assertEqual((len(alarms), alarms.user_id), (3, self.user))

    def test_closed_and_opened_again(self):
        dispute = self.dispute()
        self.mornings(8)
        dispute.outcome = "rejected"
        dispute.action_close()
        self.assertFalse(self.alarms(dispute))
        self.mornings(30)
        self.assertFalse(self.alarms(dispute), "what is closed is late no more")
        dispute.action_reopen()
        self.mornings(31)
        self.assertEqual(self.alarms(dispute), self.user + self.manager, "both days are over")

    def test_another_day(self):
        dispute = self.dispute()
        self.mornings(8)
        dispute.deadline = TODAY + timedelta(days=20)
        self.assertFalse(self.alarms(dispute))
        for days, told in ((20, self.env["res.users"]), (21, self.user)):
            self.mornings(days)
            self.assertEqual(self.alarms(dispute), told)

    def test_who_is_gone(self):
        dispute = self.dispute()
        self.user.active = False
        self.mornings(8)
        self.assertEqual(self.alarms(dispute), self.manager)
        self.mornings(15)
        self.assertEqual(self.alarms(dispute), self.manager, "and not twice")

    def test_table(self):
        terms = self.as_user(self.manager)["dunning.dispute.term"]
        own = terms.create({"reason": "price", "days": 1, "manager_days": 2, "company_id": self.nl.id})
        dispute = self.dispute()
        self.assertEqual(dispute.deadline, TODAY + timedelta(days=1))
        for days, count in ((1, 0), (2, 1), (3, 1), (4, 2)):
            self.mornings(days)
            self.assertEqual(len(self.alarms(dispute)), count, days)
        for days in (0, -1, 31):
            with self.refused("", CheckViolation):
                own.days = days
        with self.refused("", UniqueViolation):
            own.copy()
        with self.refused("", AccessError):
            self.as_user(self.user, own).days = 3


@tagged("post_install", "-at_install")
class TestTwoCompanies(AgreementCase):
    with_belgium = True

    def test_each_its_own(self):
        dispute = self.note("dunning.dispute", self.move, reason="price")
        with self.at(8):
            self.env["dunning.daily.job"]._settle(self.be)
            self.assertFalse(dispute.late_told_on)
            self.env["dunning.daily.job"]._settle(self.nl)
        self.assertTrue(dispute.late_told_on)
