"""Pausing and leaving out are acts with a reason, an end and a trace; filters go by company and its date."""

from datetime import timedelta

from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools.safe_eval import safe_eval

from ...common import TODAY, DunningCase

# 23:30 on the 16th in Utrecht is 11:30 on the 17th in Auckland: one moment, two dates.
LATE = "2026-11-16 22:30:00"


class PausingCase(DunningCase):
    without_pdf = True
    with_belgium = True
    refusal = UserError

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.debtor()
        cls.move = cls.invoice(cls.partner, 100, due=10)
        cls.be_move = cls.invoice(cls.partner, 100, due=10, company=cls.be)

    def hold(self, company=None, user=None, **vals):
        company = company or self.nl
        vals = {"company_id": company.id, "reason": "asked for time", **vals}
        return self.as_user(user or self.user)["dunning.hold"].create(vals)

    def case_of(self, company=None):
        return self.env["dunning.case"]._for_partners(self.partner, company or self.nl, create=True)

    def last(self, record):
        return self.told_on(record)[0]

    def by_filter(self, env, model, name, view=None):
        """The records that a filter of a search view finds."""
        arch = etree.fromstring(env[model].get_view(view and self.env.ref(view).id, "search")["arch"])
        [node] = arch.xpath(f"//filter[@name='{name}']")
        return env[model].search(safe_eval(node.get("domain")))


@tagged("post_install", "-at_install")
class TestFilters(PausingCase):
    """Every search filter that goes by holds or by today."""

    def test_cases_on_hold_are_those_of_their_company(self):
        cases = self.case_of(self.nl) + self.case_of(self.be)
        self.hold(self.be, self.be_user, partner_id=self.partner.id)
        env = self.as_user(self.group_user)
        found = self.by_filter(env, "dunning.case", "on_hold") & cases.with_env(env)
        self.assertEqual(found.company_id, self.be.with_env(env))
        rest = env["dunning.case"].search([("hold_id", "=", False), ("id", "in", cases.ids)])
        self.assertEqual(rest.company_id, self.nl.with_env(env))

    def test_ending_a_hold_on_a_case_ends_none_of_another_company(self):
        theirs = self.hold(self.be, self.be_user, partner_id=self.partner.id)
        other = self.debtor("Other")
        mine = self.hold(self.be, self.be_user, partner_id=other.id)
        case = self.env["dunning.case"]._for_partners(other, self.be, create=True)
        self.as_user(self.group_user, case + self.case_of(self.nl)).action_release()
        self.assertEqual((theirs.active, mine.active), (True, False))

    def test_by_the_date_of_the_company(self):
        self.be.partner_id.tz = "Pacific/Auckland"
        for company, user in ((self.nl, self.user), (self.be, self.be_user)):
            self.case_of(company)
            self.hold(company, user, partner_id=self.partner.id, date_until=TODAY)
        with self.freeze(LATE):
            self.assertEqual((self.nl._dunning_today(), self.be._dunning_today()), (TODAY, TODAY + timedelta(days=1)))
            for user, number in ((self.user, 1), (self.be_user, 0), (self.group_user, 1)):
                env = self.as_user(user)
                for model, name, view in (
                    ("dunning.case", "on_hold", None),
                    ("account.move", "dunning_on_hold", "account.view_account_invoice_filter"),
                    ("dunning.hold", "running", None),
                ):
                    with self.subTest(user=user.login, model=model):
                        self.assertEqual(len(self.by_filter(env, model, name, view)), number)
            self.assertTrue(self.as_user(self.user, self.move).dunning_hold_id)
            self.assertFalse(self.as_user(self.be_user, self.be_move).dunning_hold_id)

    def test_due_by_the_date_of_the_company(self):
        """A step that falls on the 17th is due in Auckland and not yet in Utrecht, whoever looks."""
        self.be.partner_id.tz = "Pacific/Auckland"
        self.move.invoice_date_due = self.be_move.invoice_date_due = TODAY
        tomorrow = TODAY + timedelta(days=1)
        for move in (self.move, self.be_move):
            vals = {"move_id": move.id, "partner_id": self.partner.id, "company_id": move.company_id.id}
            vals |= {"currency_id": self.eur.id, "date": TODAY, "code": "NOT_YET", "outcome": "wait"}
            case = self.case_of(move.company_id)
            self.env["dunning.dispute"].create(
                {"case_id": case.id, "move_ids": move.ids, "reason": "price", "deadline": TODAY}
            )
            self.env["dunning.decision"].search([("move_id", "=", move.id)]).is_current = False
            self.env["dunning.decision"].create(vals | {"next_date": tomorrow, "is_current": True, "is_shown": True})
            case.write({"next_date": tomorrow, "amount_overdue": 100})
        with self.freeze(LATE):
            env = self.as_user(self.group_user)
            for model, name, view in (
                ("dunning.case", "due", None),
                ("account.move", "dunning_due", "account.view_account_invoice_filter"),
                ("dunning.dispute", "late", None),
            ):
                with self.subTest(model=model):
                    found = self.by_filter(env, model, name, view)
                    self.assertEqual(found.company_id, self.be.with_env(env))

    def test_no_filter_goes_by_the_date_of_the_server(self):
        """A new filter on `today` would: it takes a field that knows its company, as the others do."""
        for model in sorted(self.registry):
            views = self.env["ir.ui.view"].search([("model", "=", model), ("type", "=", "search")])
            for view in views.filtered(lambda view: (view.xml_id or "").startswith("cremann_dunning.")):
                for node in etree.fromstring(view.arch).iter("filter"):
                    self.assertNotIn("today", node.get("domain") or "", f"{view.xml_id}: {node.get('name')}")

    def test_repairing_opens_the_holds_of_the_company(self):
        self.hold(partner_id=self.partner.id)
        self.hold(self.be, self.be_user, partner_id=self.partner.id, reason="Belgian")
        decision = self.as_user(self.group_user, self.move).dunning_decision_id
        self.assertEqual(decision.code, "HOLD_UNTIL")
        action = decision.action_repair()
        found = self.env["dunning.hold"].browse(action["res_id"])
        self.assertEqual(found.company_id, self.nl)

    def test_who_may_not_see_holds_finds_nothing_by_them(self):
        for name in ("dunning_hold_id", "dunning_is_due"):
            with self.assertRaises(AccessError):
                self.as_user(self.biller)["account.move"].search([(name, "!=", False)])

    def freeze(self, moment):
        from freezegun import freeze_time

        self.env.flush_all()
        self.env.invalidate_all()
        return freeze_time(moment)


@tagged("post_install", "-at_install")
class TestHolds(PausingCase):
    def test_it_is_told_on_the_invoice_and_in_the_case(self):
        case = self.case_of()
        hold = self.hold(move_id=self.move.id, date_until=TODAY + timedelta(days=3))
        about = f"It is about {self.move.name}."
        text = f"Put on hold. {about} Up to and including 11/19/2026. Reason: asked for time"
        self.assertEqual((self.last(case), self.last(self.move)), (text, text))
        changed = "The hold was changed."
        for vals, said in (
            ({"date_until": False}, f"{changed} Up to and including: from 11/19/2026 to nothing. {about}"),
            ({"reason": "called"}, f"{changed} Reason: from asked for time to called. {about}"),
        ):
            self.as_user(self.manager, hold).write(vals)
            said += f" Reason: {hold.reason}"
            self.assertEqual((self.last(case), self.last(self.move)), (said, said))
        number = len(self.told_on(case))
        hold.write({"reason": "called"})
        self.assertEqual(len(self.told_on(case)), number, "nothing changed")
        hold.action_release()
        text = f"The hold was ended. {about} Reason: called"
        self.assertEqual((self.last(case), self.last(self.move)), (text, text))

    def test_archiving_and_deleting_leave_who_and_a_line(self):
        case = self.case_of()
        hold = self.hold(move_id=self.move.id)
        hold.active = False
        self.assertEqual((hold.released_by_id.id, bool(hold.released_on)), (self.user.id, True))
        self.assertIn("The hold was ended", self.last(case))
        hold.active = True
        self.assertFalse(hold.released_by_id)
        self.assertIn("Put on hold", self.last(case))
        self.as_user(self.manager, hold).unlink()
        self.assertIn("The hold was deleted", self.last(case))
        self.assertIn("The hold was deleted", self.last(self.move))

    def test_the_invoice_follows_at_once(self):
        hold = self.hold(move_id=self.move.id)
        self.assertEqual(self.code(self.move), "HOLD_UNTIL")
        hold.action_release()
        self.assertEqual(self.code(self.move), "LETTER")
        ahead = self.invoice(self.debtor("Later"), 100, due=-10)
        self.hold(move_id=ahead.id)
        shown = self.open_form(self.as_user(self.user, ahead), "account.view_move_form")
        self.assertIn("asked for time", shown["dunning_hold_text"], "also before it is due")

    def test_many_holds_cost_as_many_queries_as_few(self):
        spent = []
        for number in (2, 12):
            partners = self.env["res.partner"].union(*(self.debtor(f"D{number} {at}") for at in range(number)))
            moves = self.invoices(partners, 100, due=10)
            self.run_for(partners=partners)
            wizard = self.as_user(self.user)["dunning.hold.wizard"].create({"reason": "?", "move_ids": moves.ids})
            with self.counted() as count:
                wizard.action_hold()
            spent += count
        self.assertLessEqual(spent[1] - spent[0], 12, spent)


@tagged("post_install", "-at_install")
class TestLeavingOutALetter(PausingCase):
    def leave_out(self, letters, user=None, **vals):
        action = letters.action_leave_out()
        env = self.as_user(user or self.user)
        with Form(env["dunning.leave.out.wizard"].with_context(**action["context"])) as form:
            for name, value in {"reason": "he pays on Friday", **vals}.items():
                form[name] = value
        form.record.action_leave_out()
        return form.record

    def proposed(self):
        run = self.run_for(partners=self.partner)
        return run, run.letter_ids

    def test_a_reason_is_asked(self):
        _run, letter = self.proposed()
        action = letter.action_leave_out()
        wizard = self.as_user(self.user)["dunning.leave.out.wizard"].with_context(**action["context"]).create({})
        for reason in (False, "  "):
            wizard.reason = reason
            with self.refused("Write down why"):
                wizard.action_leave_out()
        self.assertEqual(letter.state, "draft")

    def test_it_waits_as_long_as_was_said_and_every_run_says_why(self):
        run, letter = self.proposed()
        until = TODAY + timedelta(days=7)
        self.leave_out(letter)
        self.assertEqual((letter.state, letter.is_left_out), ("cancelled", True))
        self.assertEqual(letter.cancel_reason, "Left out by Dunning User: he pays on Friday")
        self.assertIn("he pays on Friday", self.open_form(run)["kept_decision_ids"][0]["explanation"])
        hold = self.env["dunning.hold"].search([("letter_id", "=", letter.id)])
        self.assertEqual((hold.move_id, hold.date_until), (self.move, until))
        for after, code in ((0, "HOLD_UNTIL"), (6, "HOLD_UNTIL"), (7, "HOLD_UNTIL"), (8, "LETTER")):
            with self.at(after) as today:
                again = self.run_for(partners=self.partner, date=today)
                self.assertEqual((self.code(self.move), len(again.letter_ids)), (code, int(code == "LETTER")))
                again.action_cancel()

    def test_the_trace(self):
        case = self.case_of()
        run, letter = self.proposed()
        self.leave_out(letter)
        text = (
            "Letter Reminder was left out. Reason: he pays on Friday. Its invoices wait up to and including 11/23/2026."
        )
        self.assertEqual((self.last(case), self.last(self.move), self.last(letter)), (text, text, text))
        self.assertEqual(self.last(run), f"{self.partner.name}: {text}")

    def test_one_click_puts_it_back(self):
        run, letter = self.proposed()
        self.leave_out(letter)
        self.as_user(self.user, letter).action_put_back()
        self.assertEqual(run.letter_ids.filtered(lambda found: found.state == "draft").partner_id.id, self.partner.id)
        self.assertFalse(letter.is_left_out)
        with self.refused("not left out any more"):
            letter.action_put_back()

    def test_until_somebody_puts_it_back(self):
        _run, letter = self.proposed()
        self.leave_out(letter, comes_back="ended")
        with self.at(60) as today:
            self.run_for(partners=self.partner, date=today)
            self.assertEqual(self.code(self.move), "HOLD")

    def test_or_in_the_next_run(self):
        _run, letter = self.proposed()
        self.leave_out(letter, comes_back="next")
        self.assertFalse(letter.is_left_out)
        self.assertIn("have their turn in the next run", self.last(self.move))
        self.assertEqual(len(self.run_for(partners=self.partner).letter_ids), 1)

    def test_the_daily_job_leaves_it_alone(self):
        run, letter = self.proposed()
        self.leave_out(letter)
        run.action_cancel()
        daily = self.env["dunning.run"].create({"company_id": self.nl.id, "automatic": True})
        daily.action_propose()
        self.assertFalse(daily.letter_ids)

    def test_a_letter_in_the_outbox_too(self):
        letters = self.confirm(self.run_for(partners=self.partner))
        self.leave_out(letters)
        self.assertEqual((letters.state, letters.sudo().mail_id.state), ("cancelled", "cancel"))
        self.assertEqual(self.code(self.move), "HOLD_UNTIL")

    def test_what_left_is_left_out_by_nobody(self):
        letters = self.confirm(self.run_for(partners=self.partner))
        self.send_outbox(letters)
        with self.refused("have not gone out"):
            letters.action_leave_out()
        wizard = self.as_user(self.user)["dunning.leave.out.wizard"].create(
            {"letter_ids": letters.ids, "reason": "too late"}
        )
        with self.refused("have not gone out"):
            wizard.action_leave_out()
        self.assertEqual(letters.state, "sent")

    def test_a_day_that_has_passed(self):
        _run, letter = self.proposed()
        for days, well in ((-1, False), (0, True), (1, True)):
            vals = {"letter_ids": letter.ids, "reason": "?", "date_until": TODAY + timedelta(days=days)}
            wizard = self.as_user(self.user)["dunning.leave.out.wizard"].create(vals)
            if well:
                self.assertEqual(wizard._held("after")["date_until"], vals["date_until"])
            else:
                with self.refused("today or a later day"):
                    wizard.action_leave_out()

    def test_a_letter_of_a_look_ahead_waits_from_its_own_day(self):
        for ahead in (0, 9):
            with self.subTest(days=ahead):
                partner = self.invoice(self.debtor(f"Debtor {ahead}"), 100, due=10).partner_id
                letter = self.run_for(date=TODAY + timedelta(days=ahead), partners=partner).letter_ids
                wizard = self.as_user(self.user)["dunning.leave.out.wizard"].create({"letter_ids": letter.ids})
                self.assertEqual(wizard.date_until, TODAY + timedelta(days=ahead + 7))

    def test_only_people_of_the_company(self):
        _run, letter = self.proposed()
        for user in (self.be_manager, self.biller, self.internal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.as_user(user, letter).action_leave_out()
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.as_user(user)["dunning.leave.out.wizard"].create({"letter_ids": letter.ids, "reason": "?"})
        self.leave_out(letter)
        for user in (self.be_manager, self.biller, self.internal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.as_user(user, letter).action_put_back()
        self.assertTrue(letter.is_left_out)

    def test_an_entry_that_was_taken_in(self):
        """Its debtor stands on its lines."""
        line = self.unallocated(self.debtor("Entry"), -100, on=TODAY - timedelta(days=20))
        line.date_maturity = TODAY - timedelta(days=10)
        self.take_in(line.move_id)
        run = self.run_for(partners=line.partner_id)
        self.leave_out(run.letter_ids)
        self.assertEqual(self.code(line.move_id), "HOLD_UNTIL")


@tagged("post_install", "-at_install")
class TestLeavingOutAnInvoice(PausingCase):
    def leave_out(self, moves, **vals):
        action = self.as_user(self.user, moves).action_dunning_leave_out()
        with Form(self.as_user(self.user)["dunning.leave.out.wizard"].with_context(**action["context"])) as form:
            for name, value in {"reason": "settled by our lawyer", **vals}.items():
                form[name] = value
        form.record.action_leave_out()

    def test_reason_end_and_trace(self):
        case = self.case_of()
        self.leave_out(self.move, date_until=TODAY + timedelta(days=2))
        text = (
            f"Put on hold. It is about {self.move.name}. Up to and including 11/18/2026. Reason: settled by our lawyer"
        )
        self.assertEqual((self.last(case), self.last(self.move)), (text, text))
        self.assertFalse(self.move.no_followup, "nothing is marked for good")
        for days, code in ((1, "HOLD_UNTIL"), (2, "HOLD_UNTIL"), (3, "LETTER")):
            with self.at(days) as today:
                self.run_for(partners=self.partner, date=today).action_cancel()
                self.assertEqual(self.code(self.move), code)

    def test_it_is_seen_and_reversible(self):
        self.leave_out(self.move, invoices_come_back="ended")
        env = self.as_user(self.user)
        found = self.by_filter(env, "account.move", "dunning_on_hold", "account.view_account_invoice_filter")
        self.assertEqual(found, self.move.with_env(env))
        shown = self.open_form(self.move.with_env(env), "account.view_move_form")
        self.assertIn("settled by our lawyer", shown["dunning_explanation"])
        self.move.with_env(env).action_dunning_release()
        self.assertEqual(self.code(self.move), "LETTER")

    def test_a_mark_is_seen_before_the_invoice_is_due(self):
        ahead = self.invoice(self.debtor("Later"), 100, due=-10)
        self.assertFalse(self.as_user(self.user, ahead).dunning_hold_text)
        ahead.no_followup = True
        self.assertIn("not to be followed up", self.as_user(self.user, ahead).dunning_hold_text)

    def test_a_mark_of_odoo_leaves_a_line_and_can_be_taken_off(self):
        case = self.case_of()
        self.as_user(self.biller, self.move).no_followup = True
        self.assertEqual(self.code(self.move), "NO_FOLLOWUP")
        text = f"{self.move.name} was marked as not to be followed up."
        self.assertEqual((self.last(case), self.last(self.move)), (text, text))
        env = self.as_user(self.user)
        found = self.by_filter(env, "account.move", "dunning_no_followup", "account.view_account_invoice_filter")
        self.assertEqual(found, self.move.with_env(env))
        self.move.with_env(env).action_dunning_follow_up()
        self.assertEqual(self.code(self.move), "LETTER")
        self.assertEqual(self.last(self.move), f"{self.move.name} is followed up again.")
        number = len(self.told_on(self.move))
        self.move.with_env(env).action_dunning_follow_up()
        self.assertEqual(len(self.told_on(self.move)), number, "nothing changed")

    def test_last_in_the_menu(self):
        bindings = self.as_user(self.user)["ir.actions.actions"].get_bindings("account.move")["action"]
        ours = self.env["ir.actions.server"].search([("name", "like", "Dunning:")])
        names = [action["name"] for action in bindings if action["id"] in ours.ids]
        self.assertEqual(names[0], "Dunning: next letter")
        self.assertEqual(names[-1], "Dunning: leave out of follow-up")
        self.assertEqual(bindings[-1]["name"], names[-1])

    def test_nothing_to_leave_out(self):
        draft = self.invoice(self.partner, 100, post=False, sent=False)
        for moves, message in ((draft, "Choose posted invoices"), (self.move + self.be_move, "one company at a time")):
            with self.refused(message):
                self.as_user(self.group_user, moves).action_dunning_leave_out()

    def test_entries(self):
        """One that was taken in is a claim no longer, with the reason on it and in the case; taking in puts it back."""
        line = self.unallocated(self.partner, -100, on=TODAY - timedelta(days=20))
        line.date_maturity = TODAY - timedelta(days=10)
        entry, case = line.move_id, self.case_of()
        self.take_in(entry)
        self.assertIn("was taken in as a claim", self.last(entry))
        self.assertEqual(self.code(entry), "LETTER")
        self.leave_out(entry)
        self.assertEqual((entry.dunning_is_claim, line.no_followup), (False, True))
        text = f"{entry.name} was left out of follow-up. Reason: settled by our lawyer"
        self.assertEqual((self.last(entry), self.last(case)), (text, text))
        self.assertFalse(self.code(entry), "no answer stands any more")
        self.take_in(entry)
        self.assertEqual(self.code(entry), "LETTER")
