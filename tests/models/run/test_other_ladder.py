"""A debtor turns out to be of another kind: the ladder goes on at the step that matches, and never past a notice."""

from odoo.tests import tagged

from ...common import DunningCase

REGISTERED = {"company_registry": "12345678"}


@tagged("post_install", "-at_install")
class TestOtherLadder(DunningCase):
    without_pdf = True

    def letters_of(self, partner, *days):
        """What goes out on these days, one after the other: (legal type, procedure)."""
        found = []
        for number in days:
            with self.at(number) as today:
                letter = self.send_level(partners=partner, date=today).with_env(self.env)
                found.append((letter.legal_type, letter.procedure_id, letter.level_id))
        return found

    def test_who_trades_after_all_is_not_reminded_as_if_for_the_first_time(self):
        partner = self.debtor(kind="unknown")
        self.invoice(partner, 1000, due=10)
        [(_kind, before, first)] = self.letters_of(partner, 0)
        partner.write(REGISTERED)
        [(_kind, after, level)] = self.letters_of(partner, 60)
        self.assertNotEqual(before, after)
        ladder = after.level_ids.filtered("active").sorted("sequence")
        steps = ladder.filtered(lambda step: step.legal_type != "pre_due")
        self.assertEqual((first.legal_type, level), ("reminder", steps[1]))

    def test_a_person_gets_his_notice_however_far_the_firm_had_come(self):
        partner = self.debtor(kind="business")
        self.invoice(partner, 1000, due=10)
        self.letters_of(partner, 0, 30, 60)
        partner.is_company = False
        partner.dunning_kind_set = "consumer"
        [(kind, _procedure, _level)] = self.letters_of(partner, 90)
        self.assertEqual(kind, "statutory_notice")

    def test_back_again_goes_on(self):
        partner = self.debtor(kind="unknown")
        self.invoice(partner, 1000, due=10)
        self.letters_of(partner, 0)
        partner.write(REGISTERED)
        [(_kind, _procedure, second)] = self.letters_of(partner, 60)
        partner.write({"company_registry": False})
        [(kind, _procedure, third)] = self.letters_of(partner, 90)
        self.assertEqual(kind, "statutory_notice")
        self.assertNotEqual(second, third)
