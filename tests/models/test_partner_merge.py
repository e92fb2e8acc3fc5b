"""Two contacts that turn out to be one debtor: one case per company, with everything of both."""

from odoo.tests import tagged

from ..common import DunningCase


@tagged("post_install", "-at_install")
class TestPartnerMerge(DunningCase):
    without_pdf = True
    with_belgium = True

    def setUp(self):
        super().setUp()
        self.stays, self.goes = self.debtor("Bakker BV"), self.debtor("Bakker B.V.")
        self.moves = self.invoice(self.stays, 100, due=3) + self.invoice(self.goes, 200, due=3)

    def merge(self):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.stays + self.goes).ids, self.stays)
        self.env.invalidate_all()

    def cases(self, company=None):
        cases = self.env["dunning.case"].with_context(active_test=False)
        return cases.search([("partner_id", "=", self.stays.id), ("company_id", "=", (company or self.nl).id)])

    def test_letters_and_notes_come_together(self):
        letters = self.send_level(partners=self.stays + self.goes)
        old = self.env["dunning.case"]._for_partners(self.goes, self.nl)
        old.message_post(body="He called back")
        self.merge()
        case = self.cases()
        self.assertEqual(len(case), 1)
        self.assertFalse(old.exists())
        self.assertEqual(case.letter_ids, letters.with_env(self.env))
        self.assertEqual(letters.mapped("state"), ["sent", "sent"])
        self.assertIn("He called back", " ".join(case.message_ids.mapped("body")))
        self.assertEqual(self.moves.commercial_partner_id, self.stays)
        with self.at(8) as today:
            run = self.run_for(date=today)
        [letter] = run.letter_ids
        self.assertEqual((letter.partner_id, letter.amount_total), (self.stays, 300))
        self.assertEqual(case.amount_overdue, 300)

    def test_case_of_only_one_of_them_moves(self):
        self.env["dunning.case"]._for_partners(self.goes, self.nl, create=True)
        self.merge()
        self.assertEqual(len(self.cases()), 1)

    def test_each_company_keeps_its_own(self):
        self.invoice(self.goes, 50, due=3, company=self.be)
        self.run_for()
        self.run_for(self.be)
        self.merge()
        self.assertEqual((len(self.cases()), len(self.cases(self.be))), (1, 1))

    def test_letter_in_the_outbox_is_decided_again(self):
        """Merged between issue and sending: the debtor owes more now, the letter is still right and goes out once."""
        letter = self.confirm(self.run_for(partners=self.goes))
        self.merge()
        messages = self.send_outbox(letter)
        letter = letter.with_env(self.env)
        self.assertEqual((len(messages), letter.state, letter.partner_id), (1, "sent", self.stays))
