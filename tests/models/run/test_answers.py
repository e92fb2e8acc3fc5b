"""What a run tells is what holds now: no reason that was put right, no draft elsewhere without its button."""

from datetime import timedelta

from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from ...common import TODAY, DunningCase


class AnswersCase(DunningCase):
    without_pdf = True
    refusal = UserError

    def kept(self, run):
        """The invoices that the screen of a run shows under Not on a letter, and why."""
        rows = self.open_form(run)["kept_decision_ids"]
        return sorted((row["number"], row["reason_label"]) for row in rows)

    def without_address(self, number=1):
        partners = self.env["res.partner"].union(
            *(self.debtor(f"Nowhere {at}", email=False, street=False, city=False, zip=False) for at in range(number))
        )
        return partners, self.invoices(partners, 100, due=10)


@tagged("post_install", "-at_install")
class TestPutRight(AnswersCase):
    def test_a_reason_that_was_put_right_is_gone_after_proposing_again(self):
        partners, moves = self.without_address(2)
        run = self.run_for(partners=partners)
        self.assertEqual(self.kept(run), sorted((move.name, "No address") for move in moves))
        partners[0].email = "here@debtor.example.com"
        run.action_propose()
        self.assertEqual(self.kept(run), [(moves[1].name, "No address")])
        self.assertEqual(run.letter_ids.partner_id, partners[0])
        self.assertEqual(self.open_form(run)["decision_count"], 2, "one answer for each invoice")

    def test_nor_does_it_come_back_by_confirming(self):
        partners, moves = self.without_address(5)
        run = self.run_for(partners=partners)
        partners.email = "here@debtor.example.com"
        run.action_propose()
        self.confirm(run)
        self.assertEqual(self.kept(run), [])
        self.assertEqual(self.open_form(run)["decision_count"], 5)
        action = run.action_open_decisions()
        found = run.env[action["res_model"]].search(action["domain"])
        self.assertEqual((found.move_id, set(found.mapped("code"))), (moves.with_env(run.env), {"LETTER"}))

    def test_what_was_settled_is_no_answer_any_more(self):
        """Before proposing again, after it, and after confirming."""
        partners, moves = self.without_address(2)
        due = self.debtor("Due")
        self.invoice(due, 100, due=10)
        run = self.run_for(partners=partners + due)
        self.pay(moves[0])
        self.env["dunning.decision.register"]._retire_settled(self.nl)
        for then in (lambda: None, run.action_propose, run.action_confirm):
            then()
            self.assertEqual(self.kept(run), [(moves[1].name, "No address")])
        self.assertEqual(run.state, "done")

    def test_a_reason_found_since_stands_there_at_once(self):
        """A hold on what stands on a draft: the letter will not go, and the list says why before somebody confirms."""
        partner = self.debtor()
        move = self.invoice(partner, 100, due=10)
        run = self.run_for(partners=partner)
        self.assertEqual(self.kept(run), [])
        hold = self.env["dunning.hold"].create({"move_id": move.id, "company_id": self.nl.id, "reason": "asked"})
        self.assertEqual(self.kept(run), [(move.name, "On hold")])
        hold.action_release()
        self.assertEqual(self.kept(run), [])

    def test_what_became_due_since_asks_to_propose_again(self):
        partner = self.debtor()
        move = self.invoice(partner, 100, due=10)
        hold = self.env["dunning.hold"].create({"move_id": move.id, "company_id": self.nl.id, "reason": "asked"})
        run = self.run_for(partners=partner)
        self.assertEqual(self.open_form(run)["due_count"], 0)
        hold.action_release()
        self.assertEqual(self.open_form(run)["due_count"], 1)
        run.action_propose()
        self.assertEqual((self.open_form(run)["due_count"], len(run.letter_ids)), (0, 1))

    def test_a_confirmed_run_keeps_what_it_found(self):
        partners, moves = self.without_address()
        run = self.run_for(partners=partners + self.debtor())
        self.invoice(self.debtor("Due"), 100, due=10)
        run = self.run_for()
        self.confirm(run)
        partners.email = "here@debtor.example.com"
        with self.at(1):
            self.run_for()
            self.assertEqual(self.kept(run), [(moves.name, "No address")])

    def test_a_look_ahead_proposed_again_tells_the_second_look_only(self):
        partner = self.debtor()
        move = self.invoice(partner, 100, due=-5)
        hold = self.env["dunning.hold"].create({"move_id": move.id, "company_id": self.nl.id, "reason": "asked"})
        run = self.run_for(partners=partner, date=TODAY + timedelta(days=20))
        self.assertEqual(self.kept(run), [(move.name, "On hold")])
        hold.action_release()
        run.action_propose()
        self.assertEqual(self.kept(run), [])
        self.assertEqual(run.letter_ids.partner_id, partner)

    def test_the_list_of_decisions_begins_with_those_in_force(self):
        partners, moves = self.without_address()
        ahead = self.run_for(partners=partners, date=TODAY + timedelta(days=3))
        ahead.action_cancel()
        self.run_for(partners=partners)
        with self.at(1):
            moves.invoice_date_due = TODAY - timedelta(days=3)
            self.env["dunning.hold"].create({"move_id": moves.id, "company_id": self.nl.id, "reason": "asked"})
        action = self.env["ir.actions.act_window"]._for_xml_id("cremann_dunning.dunning_decision_action")
        shown = [name for name, on in safe_eval(action["context"]).items() if on]
        self.assertIn("search_default_in_force", shown)
        domain = []
        for node in self.filters("dunning.decision"):
            if f"search_default_{node.get('name')}" in shown:
                domain += safe_eval(node.get("domain"))
        found = self.as_user(self.user)["dunning.decision"].search([*domain, ("move_id", "=", moves.id)])
        self.assertEqual(found.mapped("code"), ["HOLD"])

    def filters(self, model):
        return etree.fromstring(self.as_user(self.user)[model].get_view(None, "search")["arch"]).iter("filter")

    def test_telling_costs_the_same_for_many(self):
        spent = []
        for number in (2, 2, 20):  # the first turn only warms the caches
            partners, _moves = self.without_address(number)
            run = self.run_for(partners=partners)
            partners[:1].email = "here@debtor.example.com"
            run.action_propose()
            with self.counted() as count:
                self.assertEqual(len(run.kept_decision_ids), number - 1)
            spent += count
        self.assertEqual(spent[1], spent[2])


@tagged("post_install", "-at_install")
class TestElsewhere(AnswersCase):
    """*Next letter* makes a run; who leaves it, or a colleague, finds its draft in the run of the day."""

    with_belgium = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = cls._user("colleague", "cremann_dunning.group_dunning_user", cls.nl)
        cls.partner = cls.debtor()
        cls.move = cls.invoice(cls.partner, 100, due=10)

    def left_behind(self, user):
        """A run that somebody began with Next letter on the invoice and left."""
        action = self.as_user(user, self.move).action_dunning_next_letter()
        return self.as_user(user)["dunning.run"].browse(action["res_id"])

    def test_the_run_of_the_day_says_whose_draft_it_is(self):
        left = self.left_behind(self.colleague)
        run = self.run_for()
        shown = self.open_form(run)
        self.assertEqual(shown["elsewhere_text"], f"1 letter in “{left.name}” by Colleague.")
        self.assertTrue(shown["can_take_over"])
        self.assertEqual(run.action_open_elsewhere()["res_id"], left.id)
        [row] = shown["kept_decision_ids"]
        decision = run.env["dunning.decision"].browse(row["id"])
        self.assertEqual(decision.action_open_letter()["res_id"], left.letter_ids.id)

    def test_a_look_ahead_holds_nothing_back(self):
        """Made since this run was proposed, on an invoice that has time: its drafts go when somebody proposes today."""
        self.env.ref("cremann_dunning.dunning_procedure_nl_business").level_ids[0].delay_days = 11
        run = self.run_for()
        self.assertEqual(self.code(self.move), "NOT_YET")
        ahead = self.run_for(date=TODAY + timedelta(days=1), user=self.colleague)
        self.assertTrue(ahead.letter_ids)
        shown = self.open_form(run)
        self.assertEqual((shown["elsewhere_text"], shown["can_take_over"]), ("", False))
        with self.refused("nothing to take over"):
            run.action_take_over()

    def test_the_day_after_too(self):
        self.left_behind(self.colleague)
        with self.at(1) as today:
            shown = self.open_form(self.run_for(date=today))
        self.assertIn("by Colleague", shown["elsewhere_text"])

    def test_taking_over(self):
        left = self.left_behind(self.colleague)
        letter = left.letter_ids
        run = self.run_for()
        self.assertFalse(run.letter_ids)
        run.action_take_over()
        self.assertEqual((run.letter_ids, letter.exists().run_id), (letter.with_env(run.env), run.with_env(left.env)))
        self.assertEqual((left.state, self.kept(run)), ("cancelled", []))
        self.assertFalse(self.open_form(run)["elsewhere_text"])
        told = self.env["mail.message"].search([("model", "=", left._name), ("res_id", "=", left.id)])
        told = told.filtered(lambda message: "took over" in message.body)
        self.assertEqual(
            (told.notified_partner_ids, told.message_type), (self.colleague.partner_id, "user_notification")
        )
        self.assertIn("Dunning User took over", told.body)
        self.assertTrue([text for text in self.told_on(run) if "from other runs: 1" in text and "Colleague" in text])
        self.assertTrue([text for text in self.told_on(left) if "belong to the run of" in text])
        self.assertEqual(len(self.confirm(run)), 1)

    def test_taking_over_a_part_leaves_the_rest(self):
        other = self.debtor("Other")
        self.invoice(other, 100, due=10)
        left = self.run_for(partners=self.partner + other, user=self.colleague)
        run = self.run_for(partners=self.partner)
        run.action_take_over()
        self.assertEqual((left.state, left.letter_ids.partner_id), ("proposed", other.with_env(left.env)))
        self.assertEqual(run.letter_ids.partner_id, self.partner.with_env(run.env))

    def test_ones_own_is_taken_up_again(self):
        left = self.left_behind(self.user)
        self.assertEqual(self.left_behind(self.user), left)
        self.assertEqual(len(left.letter_ids), 1)
        self.assertNotEqual(self.left_behind(self.colleague), left.with_user(self.colleague), "nobody's run is changed")

    def test_by_hand_and_the_daily_job_are_named(self):
        run = self.env["dunning.run"].create({"company_id": self.nl.id, "automatic": True})
        run.action_propose()
        mine = self.run_for()
        self.assertIn("of the daily job", self.open_form(mine)["elsewhere_text"])
        run.letter_ids.run_id = False
        shown = self.open_form(mine)
        self.assertIn("wrote by hand", shown["elsewhere_text"])
        self.assertFalse(shown["can_take_over"])
        with self.refused("nothing to take over"):
            mine.action_take_over()

    def test_what_is_on_hold_is_held_back_by_no_draft(self):
        self.left_behind(self.colleague)
        self.env["dunning.hold"].create({"move_id": self.move.id, "company_id": self.nl.id, "reason": "asked"})
        self.assertFalse(self.open_form(self.run_for())["elsewhere_text"])

    def test_another_company_is_none_of_it(self):
        """Drafts of the same debtor in another company are neither named nor taken, and its people take nothing."""
        self.invoice(self.partner, 100, due=10, company=self.be)
        theirs = self.run_for(self.be)
        self.assertEqual(len(theirs.letter_ids), 1)
        run = self.run_for(user=self.group_user)
        self.assertFalse(self.open_form(run)["elsewhere_text"])
        left = self.run_for(user=self.colleague)
        with self.assertRaises(AccessError):
            self.as_user(self.be_manager, run).action_take_over()
        with self.assertRaises(AccessError):
            self.as_user(self.biller, left).action_take_over()
        self.assertEqual(len(theirs.letter_ids), 1)

    def test_only_a_run_of_now_takes_over(self):
        self.left_behind(self.colleague)
        ahead = self.run_for(date=TODAY + timedelta(days=1))
        with self.refused("as of today"):
            ahead.action_take_over()
        self.assertFalse(self.open_form(ahead)["elsewhere_text"])

    def test_an_override_goes_along(self):
        """What a manager agreed to stays with the letter, whoever sends it."""
        left = self.left_behind(self.colleague)
        letter = left.letter_ids.with_env(self.env)
        self.env["dunning.override"].create(
            {"letter_id": letter.id, "code": "X", "sentence": "?", "reason": "because I say so"}
        )
        run = self.run_for()
        run.action_take_over()
        self.assertEqual(run.letter_ids.override_ids.mapped("reason"), ["because I say so"])

    def test_a_proposal_of_all_costs_the_same_with_drafts_elsewhere(self):
        spent = []
        for turn, number in enumerate((2, 2, 12)):  # as above
            partners = self.env["res.partner"].union(*(self.debtor(f"D{turn} {at}") for at in range(number)))
            self.invoices(partners, 100, due=10)
            self.run_for(partners=partners, user=self.colleague)
            run = self.run_for(partners=partners)
            with self.counted() as count:
                self.assertEqual(len(run.elsewhere_ids), number)
                self.assertTrue(run.elsewhere_text)
            spent += count
        self.assertEqual(spent[1], spent[2])


@tagged("post_install", "-at_install")
class TestHoldsInLists(AnswersCase):
    def test_holds_that_ended_stand_in_no_list_by_default(self):
        partner = self.debtor()
        vals = {"partner_id": partner.id, "company_id": self.nl.id}
        holds = self.env["dunning.hold"].create(
            [
                vals | {"reason": "ends today", "date_until": TODAY},
                vals | {"reason": "no end"},
                vals | {"reason": "ended yesterday", "date_until": TODAY - timedelta(days=1)},
                vals | {"reason": "ended by hand"},
            ]
        )
        holds[3].action_release()
        mine = [("partner_id", "=", partner.id)]
        env = self.as_user(self.user)
        running = env["dunning.hold"].search([*mine, ("is_running", "=", True)])
        self.assertEqual(set(running.mapped("reason")), {"ends today", "no end"})
        ended = env["dunning.hold"].search([*mine, ("is_running", "=", False), ("active", "in", (True, False))])
        self.assertEqual(set(ended.mapped("reason")), {"ended yesterday", "ended by hand"})
        action = env["ir.actions.act_window"]._for_xml_id("cremann_dunning.dunning_hold_action")
        self.assertEqual(safe_eval(action["context"]), {"search_default_running": 1})
        self.assertEqual(holds.mapped("is_running"), [True, True, False, False])
