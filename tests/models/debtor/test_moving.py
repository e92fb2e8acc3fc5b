"""Contacts that come to belong to another debtor, or to none: what was said and noted follows."""

from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo.tests import new_test_user, tagged

from ...common import TODAY, DunningCase
from .agreement_case import AgreementCase

CLERK = "account.group_account_invoice,base.group_partner_manager"


class MovingCase(AgreementCase):
    """``partner`` with 100 and 200 of AgreementCase is a person; ``family`` another one, with nothing open."""

    with_belgium = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner.is_company = False
        cls.partner.dunning_kind_set = "business"  # whoever he is, it is the same ladder
        cls.family = cls.debtor("Familie Jansen")
        cls.clerk = new_test_user(
            cls.env, "clerk", CLERK, company_id=cls.nl.id, company_ids=[(6, 0, cls.nl.ids)], lang="en_US"
        )

    def below(self, partner=None, parent=None):
        """A bookkeeper without any right to dunning puts a contact below another one."""
        parent = self.family if parent is None else parent
        self.as_user(self.clerk, partner or self.partner).write({"parent_id": parent.id})
        self.settle()

    def settle(self):
        self.env.flush_all()
        self.env.invalidate_all()

    def past_the_orm(self, partner, parent):
        """The same as an import by SQL leaves it: the contacts say so, and no entry does."""
        self.env.flush_all()
        self.cr.execute(
            "UPDATE res_partner SET parent_id = %s, commercial_partner_id = %s WHERE id = %s",
            [parent.id, parent.id, partner.id],
        )
        self.env.invalidate_all()

    @contextmanager
    def rolled_back(self):
        savepoint = self.cr.savepoint()
        try:
            yield
        finally:
            self.env.flush_all()
            savepoint.rollback()
            savepoint.close(rollback=False)
            self.env.invalidate_all()

    def cases(self, partner, company=None):
        cases = self.env["dunning.case"].with_context(active_test=False)
        return cases.search([("partner_id", "=", partner.id), ("company_id", "=", (company or self.nl).id)])

    def opened(self, partner):
        return self.env["dunning.case"]._for_partners(partner, self.nl, create=True)

    def propose(self, on=None):
        if on is None:
            return self.run_for().letter_ids.with_env(self.env)
        with self.at(on) as today:
            return self.run_for(date=today).letter_ids.with_env(self.env)

    def assertOne(self, debtor=None):
        """Everything stands with one debtor, the one of today."""
        debtor = debtor or self.family
        case = self.cases(debtor)
        self.assertEqual(len(case), 1)
        self.assertFalse(self.cases(self.partner))
        claims = self.env["dunning.claim"].search([("move_id", "in", (self.move + self.second).ids)])
        self.assertEqual((claims.partner_id, claims.case_id), (debtor, case))
        decisions = self.env["dunning.decision"].sudo().search([("is_current", "=", True)])
        self.assertLessEqual(decisions.partner_id, debtor)
        return case


@tagged("post_install", "-at_install")
class TestBelowAnother(MovingCase):
    def test_ladder_and_interval_go_along(self):
        letters = self.send_level().with_env(self.env)
        first = letters.level_id
        self.below()
        case = self.assertOne()
        self.assertEqual((letters.partner_id, letters.case_id, letters.state), (self.family, case, "sent"))
        self.assertEqual(letters.dispatch_ids.partner_id, self.family)
        self.assertEqual(letters.contact_name, "Bakkerij Jansen", "said to whom it was said")
        self.assertFalse(self.propose(on=1), "a day after the last one")
        again = self.propose(on=15)
        self.assertEqual((again.partner_id, len(again), again.amount_total), (self.family, 1, 300))
        self.assertEqual(again.level_id.sequence, sorted(first.procedure_id.level_ids.mapped("sequence"))[1])

    def test_interval_with_a_letter_that_the_other_one_got(self):
        self.invoice(self.family, 50, due=3)
        self.send_level(partners=self.family)
        self.below()
        for day, number in ((5, 0), (6, 1)):
            with self.subTest(day):
                self.assertEqual(len(self.propose(on=day)), number)

    def test_what_was_noted_holds(self):
        for name, vals in (
            ("dunning.dispute", {"reason": "price"}),
            ("dunning.promise", {"date": TODAY + timedelta(days=20)}),
        ):
            for by_name in (True, False):
                if name == "dunning.dispute" and not by_name:
                    continue
                with self.subTest(name, by_name=by_name), self.rolled_back():
                    record = self.note(name, self.move + self.second if by_name else None, **vals).with_env(self.env)
                    self.below()
                    case = self.cases(self.family)
                    self.assertEqual((record.case_id, record.partner_id), (case, self.family))
                    self.assertFalse(self.propose())
                    self.assertFalse(self.cases(self.partner))

    def test_hold_on_the_debtor_holds_the_one_of_today(self):
        hold = self.env["dunning.hold"].create({"partner_id": self.partner.id, "company_id": self.nl.id, "reason": "X"})
        self.below()
        self.assertEqual(hold.partner_id, self.family)
        self.assertFalse(self.propose())
        hold.action_release()
        self.assertTrue(self.propose())

    def test_reply_has_to_be_handled(self):
        letter = self.send_level().with_env(self.env)
        reply = self.env["dunning.reply"].create(
            {"case_id": letter.case_id.id, "letter_id": letter.id, "received_on": TODAY, "subject": "Why?"}
        )
        self.below()
        self.assertEqual(reply.partner_id, self.family)
        self.assertFalse(self.propose(on=30))

    def test_story_says_what_happened(self):
        self.case.message_post(body="He called back")
        old_id = self.case.id
        self.below()
        case = self.cases(self.family)
        self.assertEqual(case.id, old_id, "it moved, since the other had none")
        self.assertIn("He called back", " ".join(case.message_ids.mapped("body")))
        self.assertIn("Bakkerij Jansen belongs to Familie Jansen from now on", " ".join(self.told_on(case)))

    def test_two_cases_become_one(self):
        self.case.message_post(body="He called back")
        kept = self.env["dunning.case"]._for_partners(self.family, self.nl, create=True)
        follower = self.user.partner_id
        self.case.message_subscribe(follower.ids)
        kept.message_subscribe(follower.ids)
        self.case.activity_schedule("mail.mail_activity_data_todo", user_id=self.user.id)
        self.below()
        case = self.cases(self.family)
        self.assertEqual(case, kept)
        self.assertFalse(self.case.exists())
        self.assertIn("He called back", " ".join(case.message_ids.mapped("body")))
        self.assertEqual((len(case.activity_ids), case.message_partner_ids & follower), (1, follower))
        self.assertEqual(case.amount_overdue, 300)

    def test_the_other_company_has_its_own(self):
        self.invoice(self.partner, 70, due=10, company=self.be)
        self.run_for(self.be)
        self.below()
        for company in (self.nl, self.be):
            self.assertEqual(len(self.cases(self.family, company)), 1)
            self.assertFalse(self.cases(self.partner, company))

    def test_archived_stays(self):
        self.send_level()
        self.partner.active = False
        self.settle()
        self.assertTrue(self.cases(self.partner))

    def test_whoever_owes_nothing_costs_next_to_nothing(self):
        one, two = self.debtor("One", kind="consumer"), self.debtor("Two")
        with self.counted() as count:
            one.write({"parent_id": two.id})
        with patch.object(self.registry["dunning.moving"], "_follow", lambda *args, **kwargs: None):
            one.write({"parent_id": False})
            with self.counted() as bare:
                one.write({"parent_id": two.id})
        self.assertLessEqual(count[0] - bare[0], 4)


@tagged("post_install", "-at_install")
class TestUnderWay(MovingCase):
    def letter(self, state):
        letter = self.run_for(partners=self.partner).letter_ids
        if state != "draft":
            letter.run_id.action_confirm()
        if state == "failed":
            letter.sudo()._register_failure("no such mailbox", "refused")
        letter = letter.with_env(self.env)
        self.assertEqual(letter.state, state)
        return letter

    def test_proposed_anew_to_the_debtor_of_today(self):
        for state in ("draft", "issued", "failed"):
            with self.subTest(state), self.rolled_back():
                letter = self.letter(state)
                self.below()
                if state == "draft":
                    self.assertFalse(letter.exists())
                else:
                    self.assertEqual(letter.state, "cancelled")
                    self.assertEqual(
                        letter.cancel_reason,
                        "Not sent: what Bakkerij Jansen was asked for is owed by Familie Jansen now. It is proposed "
                        "anew.",
                    )
                    self.assertFalse(self.send_outbox())
                self.assertOne() if state != "draft" else None
                again = self.propose()
                self.assertEqual((again.partner_id, again.amount_total), (self.family, 300))

    def test_nobody_touches_a_letter_that_is_leaving(self):
        letter = self.letter("issued")
        attempt = self.env["dunning.dispatch"].create(
            {"letter_id": letter.id, **self.env["dunning.dispatch"]._prepare_attempt(letter)}
        )
        self.below()
        self.assertEqual((letter.state, letter.partner_id, letter.case_id), ("issued", self.partner, self.case))
        self.assertFalse(self.propose(), "it is under way")
        attempt.write({"state": "accepted"})
        letter._register_sent("<1@x>")
        self.settle()
        self.assertFalse(self.propose(on=1))
        self.assertEqual((letter.state, letter.partner_id), ("sent", self.family))
        self.assertOne()

    def test_one_of_which_nobody_knows_stays_for_a_person(self):
        letter = self.letter("issued")
        self.env["dunning.dispatch"].create(
            {"letter_id": letter.id, **self.env["dunning.dispatch"]._prepare_attempt(letter)}
        )
        self.env["dunning.dispatch"]._cut_off(letter)
        self.below()
        self.assertEqual((letter.state, letter.partner_id), ("failed", self.family))
        self.assertFalse(self.propose())


@tagged("post_install", "-at_install")
class TestPastTheOrm(MovingCase):
    def test_proposal_heals(self):
        letter = self.send_level().with_env(self.env)
        self.past_the_orm(self.partner, self.family)
        self.assertFalse(self.propose(on=1))
        self.assertOne()
        self.assertEqual(letter.partner_id, self.family)

    def test_daily_job_heals(self):
        self.send_level()
        self.past_the_orm(self.partner, self.family)
        self.env["dunning.daily.job"]._turn(self.nl)
        self.settle()
        self.assertOne()

    def test_a_letter_in_the_outbox_does_not_leave(self):
        letter = self.confirm(self.run_for()).with_env(self.env)
        self.past_the_orm(self.partner, self.family)
        self.assertFalse(self.send_outbox(letter))
        self.assertEqual(letter.state, "cancelled")
        self.assertIn("is owed by Familie Jansen now", letter.cancel_reason)

    def test_what_was_noted_holds_before_it_is_healed(self):
        self.note("dunning.dispute", self.move, reason="price")
        self.past_the_orm(self.partner, self.family)
        facts = self.env["dunning.dispute"]._facts(self.nl, (self.family.id,))
        self.assertEqual(facts[self.family.id][0].moves, {self.move.id})

    def test_items_of_somebody_else_start_again(self):
        """Another debtor on the item, by SQL: what was said to the first one counts for nothing there."""
        letter = self.send_level().with_env(self.env)
        for table in ("account_move", "account_move_line"):
            self.cr.execute(
                f"UPDATE {table} SET partner_id = %s WHERE {'id' if table == 'account_move' else 'move_id'} = %s",
                [self.family.id, self.move.id],
            )
        self.cr.execute("UPDATE account_move SET commercial_partner_id = partner_id WHERE id = %s", [self.move.id])
        self.env.invalidate_all()
        again = self.propose()
        claim = letter.line_ids.claim_id.filtered(lambda claim: claim.move_id == self.move)
        self.assertEqual((claim.end_reason, claim.partner_id), ("readdressed", self.partner))
        self.assertEqual((again.partner_id, again.level_id), (self.family, letter.level_id))

    def test_below_a_contact_of_another_company(self):
        """Which Odoo refuses where there are entries."""
        letter = self.send_level().with_env(self.env)
        self.family.company_id = self.be
        self.past_the_orm(self.partner, self.family)
        self.assertFalse(self.propose(on=1))
        self.assertOne()
        self.assertEqual((letter.partner_id, letter.case_id.company_id), (self.family, self.nl))

    def test_nothing_to_do_is_two_statements(self):
        self.send_level()
        with self.counted() as count:
            self.env["dunning.moving"]._follow(self.nl)
        self.assertEqual(count, [2])


@tagged("post_install", "-at_install")
class TestOnItsOwn(MovingCase):
    """A branch below the family that owes as part of it, until it is a company of its own again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.branch = cls.debtor("Filiaal", parent_id=cls.family.id)
        cls.own = cls.invoice(cls.branch, 70, due=10)
        cls.others = cls.invoice(cls.family, 30, due=10)

    def toggle(self, is_company):
        self.as_user(self.clerk, self.branch).write({"is_company": is_company})
        self.settle()

    def test_there_and_back(self):
        self.assertEqual(self.own.line_ids.partner_id, self.branch)
        self.opened(self.branch)
        self.toggle(False)
        self.assertFalse(self.cases(self.branch))
        letter = self.send_level(partners=self.family).with_env(self.env)
        self.assertEqual((letter.partner_id, len(letter.line_ids)), (self.family, 2))
        self.toggle(True)
        claims = letter.line_ids.claim_id
        own = claims.filtered(lambda claim: claim.move_id == self.own)
        self.assertEqual((own.partner_id, own.case_id), (self.branch, self.cases(self.branch)))
        self.assertEqual((claims - own).partner_id, self.family)
        self.assertEqual(letter.partner_id, self.family, "it was about both, and stays where it went")
        self.assertIn(f"{own.number} came from {self.family.name}", " ".join(self.told_on(own.case_id)))
        again = self.propose(on=15).filtered(lambda found: found.partner_id == self.branch)
        self.assertGreater(again.level_id.sequence, letter.level_id.sequence, "the ladder of the claim goes on")

    def test_what_names_both_holds_for_both(self):
        self.toggle(False)
        case = self.opened(self.family)
        about = {"case_id": case.id, "move_ids": [(6, 0, (self.own + self.others).ids)]}
        dispute = self.env["dunning.dispute"].create(about | {"reason": "price"})
        self.toggle(True)
        self.assertEqual((dispute.partner_id, len(self.cases(self.branch))), (self.family, 1))
        self.assertEqual((self.code(self.own), self.code(self.others)), ("DISPUTED", "DISPUTED"))
        self.assertFalse(self.propose().filtered(lambda letter: letter.partner_id in self.family + self.branch))
        dispute.outcome = "rejected"
        dispute.action_close()
        self.settle()
        self.assertEqual((self.code(self.own), self.code(self.others)), ("LETTER", "LETTER"))

    def test_promise_of_both_is_kept_by_what_both_paid(self):
        self.toggle(False)
        about = {"case_id": self.opened(self.family).id, "move_ids": [(6, 0, (self.own + self.others).ids)]}
        promise = self.env["dunning.promise"].create(about | {"date": TODAY + timedelta(days=5), "amount": 100})
        self.toggle(True)
        self.pay(self.others)
        self.assertEqual(promise.paid_amount, 30)
        self.env["dunning.promise"]._settle(self.nl)
        self.assertEqual(promise.state, "open", "what the branch owes has not come in")
        payment = self.unallocated(self.branch, 70)
        (payment + self.own.line_ids.filtered(lambda line: line.account_type == "asset_receivable")).reconcile()
        promise.invalidate_recordset()
        self.env["dunning.promise"]._settle(self.nl)
        self.assertEqual((promise.paid_amount, promise.state), (100, "kept"))

    def test_what_names_one_goes_along(self):
        self.toggle(False)
        about = {"case_id": self.opened(self.family).id, "move_ids": [(6, 0, self.own.ids)]}
        dispute = self.env["dunning.dispute"].create(about | {"reason": "price"})
        hold = self.env["dunning.hold"].create({"move_id": self.own.id, "company_id": self.nl.id, "reason": "X"})
        self.toggle(True)
        self.assertEqual((dispute.partner_id, dispute.case_id), (self.branch, self.cases(self.branch)))
        self.assertEqual(hold.partner_id, self.branch)
        self.assertFalse(self.propose().filtered(lambda letter: letter.partner_id == self.branch))

    def test_letter_and_reply_about_it_alone_go_along(self):
        self.toggle(False)
        self.pay(self.others)
        letter = self.send_level(partners=self.family).with_env(self.env)
        reply = self.env["dunning.reply"].create(
            {"case_id": letter.case_id.id, "letter_id": letter.id, "received_on": TODAY, "subject": "Why?"}
        )
        self.toggle(True)
        case = self.cases(self.branch)
        self.assertEqual((letter.case_id, letter.partner_id, reply.case_id), (case, self.branch, case))
        self.assertEqual(letter.dispatch_ids.partner_id, self.branch)

    def test_what_came_in_about_an_invoice_goes_with_it(self):
        """At the desk: what names this invoice alone goes along, and comes back; what names another too, or answers a
        letter about both, stays."""
        self.toggle(False)
        letter = self.send_level(partners=self.family).with_env(self.env)
        case = letter.case_id
        about = {"case_id": case.id, "received_on": TODAY, "source": "page"}

        def reply(moves, **more):
            return self.env["dunning.reply"].create({**about, "move_ids": [(6, 0, moves.ids)], **more})

        alone, both = reply(self.own), reply(self.own + self.others)
        nothing, to_letter = reply(self.own.browse()), reply(self.own, letter_id=letter.id)
        act = self.env["dunning.page.act"].create(
            {"case_id": case.id, "kind": "question", "token": "x", "done_on": TODAY, "move_ids": [(6, 0, self.own.ids)]}
        )
        self.toggle(True)
        branch = self.cases(self.branch)
        self.assertNotEqual(branch, case)
        self.assertEqual((alone.case_id, alone.partner_id, act.case_id, act.partner_id), (branch, self.branch) * 2)
        for stays in (both, nothing, to_letter):
            self.assertEqual((stays.case_id, stays.partner_id), (case, self.family))
        self.assertEqual(alone.claim_ids.partner_id, self.branch)
        self.toggle(False)
        self.assertEqual((alone.partner_id, act.partner_id), (self.family, self.family))

    def test_what_is_under_way_is_taken_back(self):
        self.toggle(False)
        letter = self.confirm(self.run_for(partners=self.family)).with_env(self.env)
        self.toggle(True)
        self.assertEqual(letter.state, "cancelled")
        self.assertIn("is owed by Filiaal now", letter.cancel_reason)
        again = self.propose().filtered(lambda found: found.partner_id in self.family + self.branch)
        self.assertEqual(sorted(again.mapped("amount_total")), [30, 70])


@tagged("post_install", "-at_install")
class TestMergedBelow(DunningCase):
    without_pdf = True
    with_belgium = True

    def test_merged_into_a_contact_of_another_debtor(self):
        family, goes = self.debtor("Familie"), self.debtor("Jansen")
        stays = self.debtor("J. Jansen", kind="consumer", parent_id=family.id)
        move = self.invoice(goes, 100, due=10)
        letter = self.send_level(partners=goes).with_env(self.env)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        goes.is_company = False
        wizard._merge((stays + goes).ids, stays)
        self.env.invalidate_all()
        debtor = stays.commercial_partner_id
        self.assertEqual(letter.line_ids.claim_id.partner_id, debtor)
        self.assertEqual(letter.case_id.partner_id, debtor)
        self.assertEqual(move.line_ids.partner_id.commercial_partner_id, debtor)

    def test_merged_into_one_of_another_company(self):
        stays, goes = self.debtor("Jansen", company_id=self.be.id), self.debtor("J. Jansen")
        self.invoice(goes, 100, due=10)
        letter = self.send_level(partners=goes).with_env(self.env)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((stays + goes).ids, stays)
        self.env.invalidate_all()
        self.assertEqual((letter.partner_id, letter.case_id.partner_id), (stays, stays))
        with self.at(1) as today:
            self.assertFalse(self.run_for(date=today).letter_ids)
