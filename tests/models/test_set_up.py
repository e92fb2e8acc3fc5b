"""The first run: from a company in which nobody set follow-up up to its first proposed run, and nothing before that."""

from odoo.exceptions import AccessError, RedirectWarning, UserError, ValidationError
from odoo.tests import Form, tagged

from ..common import MANAGER, TODAY, DunningCase, day


class SetUpCase(DunningCase):
    """The Dutch company was never set up, the Belgian one was."""

    with_belgium = True
    without_pdf = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.nl.write({"dunning_set_up_on": False, "dunning_responsible_id": False})
        cls.partner = cls.debtor()
        cls.fresh = cls.invoice(cls.partner, 100, due=10)
        cls.procedure = cls.env.ref("cremann_dunning.dunning_procedure_nl_business")

    def window(self, user=None, company=None):
        wizards = self.as_user(user or self.manager)["dunning.set.up.wizard"]
        action = wizards.action_open((company or self.nl).id)
        return wizards.env[action["res_model"]].browse(action["res_id"])

    def go_to(self, window, step):
        while window.step != step:
            window.action_next()
        return window

    def events(self, kind):
        self.env.flush_all()
        return self.env["dunning.event"].search([("kind", "=", kind), ("company_id", "=", self.nl.id)])


@tagged("post_install", "-at_install")
class TestFirstDay(SetUpCase):
    """Nothing leaves that its owner did not choose."""

    def test_a_new_company_starts_without(self):
        other = self.env["res.company"].create({"name": "New B.V."})
        self.assertFalse(other.dunning_set_up_on)
        self.assertEqual((other.dunning_mode, other._dunning_mode()), ("live", "off"))

    def test_the_daily_job_sends_nothing_and_says_why(self):
        self.nl.write({"dunning_automatic": True, "dunning_send_hour": 0, "dunning_responsible_id": self.user.id})
        for mode in ("live", "test"):
            with self.subTest(mode=mode):
                self.nl.dunning_mode = mode
                self.env["dunning.daily.job"]._work()
                runs = self.env["dunning.run"].search([("company_id", "=", self.nl.id)])
                self.assertFalse(runs or self.env["dunning.letter"].search([("company_id", "=", self.nl.id)]))
                self.assertIn("not been set up", self.nl.dunning_job_error)
        self.nl.dunning_set_up_on = "2026-11-16 09:00:00"
        self.env["dunning.daily.job"]._work()
        self.assertTrue(self.env["dunning.run"].search([("company_id", "=", self.nl.id), ("automatic", "=", True)]))
        self.assertFalse(self.nl.dunning_job_error)

    def test_confirming_is_refused_and_leads_to_the_first_run(self):
        run = self.run_for()
        self.assertEqual(run.letter_ids.mapped("state"), ["draft"], "to propose is to look")
        with self.refused("has not been set up", UserError):
            run.action_confirm()
        mine = self.as_user(self.manager, run)
        for act in (mine.action_confirm, mine.action_ask_confirm):
            with self.assertRaisesRegex(RedirectWarning, "has not been set up") as caught:
                act()
        action, context = caught.exception.args[1], caught.exception.args[3]
        self.assertEqual(action, self.env.ref("cremann_dunning.dunning_set_up_action").id)
        server = self.as_user(self.manager)["ir.actions.server"].browse(action).with_context(**context)
        self.assertEqual(server.run()["res_model"], "dunning.set.up.wizard")
        self.assertEqual(run.letter_ids.mapped("state"), ["draft"])

    def test_tests_may_be_sent_to_oneself(self):
        self.nl.write({"dunning_mode": "test", "dunning_test_email": "me@nl.example.com"})
        [letter] = self.confirm(self.run_for())
        self.assertEqual((letter.is_test, letter.email_to), (True, "me@nl.example.com"))

    def test_what_stands_in_the_outbox_waits(self):
        self.nl.dunning_set_up_on = "2026-11-16 09:00:00"
        [letter] = self.confirm(self.run_for())
        self.nl.dunning_set_up_on = False
        self.assertFalse(self.send_outbox(letter))
        self.assertEqual(letter.state, "issued")

    def test_today_says_so_and_opens_it_for_a_manager_only(self):
        page = self.as_user(self.user)["dunning.today"].read_today(self.nl.id)
        self.assertFalse(page["set_up"]["may"])
        self.assertIn("A dunning manager does that", page["set_up"]["text"])
        self.assertTrue(self.as_user(self.manager)["dunning.today"].read_today(self.nl.id)["set_up"]["may"])
        self.assertFalse(self.as_user(self.be_manager)["dunning.today"].read_today(self.be.id)["set_up"])


@tagged("post_install", "-at_install")
class TestWizard(SetUpCase):
    def test_finish_at_once_with_what_is_proposed(self):
        """A minute: one window, one click."""
        self.window().action_finish()
        self.assertEqual(
            (self.nl.dunning_mode, self.nl.dunning_automatic, self.nl.dunning_backlog, self.nl.dunning_start_date),
            ("test", False, "gentle", TODAY),
        )
        self.assertEqual((self.nl.dunning_responsible_id, self.nl.dunning_set_up_by_id), (self.manager, self.manager))
        self.assertTrue(self.nl.dunning_set_up_on)
        [event] = self.events("rules.set_up")
        self.assertEqual(
            event.sentence, "Follow-up was set up. Letters: Test. Old invoices: Start gently, at the first level."
        )
        self.assertEqual(event.author, self.manager.id)

    def test_finish_and_propose(self):
        window = self.go_to(self.window(), "start")
        window.write({"mode": "live"})
        action = window.action_finish_and_propose()
        run = self.env["dunning.run"].browse(action["res_id"])
        self.assertEqual((run.company_id, run.state, run.letter_ids.partner_id), (self.nl, "proposed", self.partner))
        self.confirm(run)
        self.assertEqual(run.letter_ids.state, "issued")

    def test_left_halfway_and_opened_again(self):
        window = self.window()
        window.write({"terms_version": "March 2026", "tone": "informal"})
        self.go_to(window, "banks").bank_max_days = 0
        window.action_next()
        self.assertEqual((self.nl.dunning_terms_version, self.nl.dunning_tone), ("March 2026", "informal"))
        self.assertFalse(self.nl.dunning_set_up_on, "nothing holds before the end")
        window.unlink()  # as Odoo does with old windows
        again = self.window()
        self.assertEqual((again.step, again.terms_version, again.bank_max_days), ("preset", "March 2026", 0))
        again.action_back()
        again.action_later()
        self.assertEqual(self.window().step, "banks")

    def test_bar_of_steps_keeps_what_was_chosen(self):
        window = self.window()
        with Form(window) as form:
            form.terms_version = "May"
            form.step = "start"
        self.assertEqual((self.nl.dunning_terms_version, self.nl.dunning_set_up_step), ("May", "start"))

    def test_each_screen_opens(self):
        window = self.window()
        for step in dict(window._fields["step"].selection):
            self.go_to(window, step)
            self.assertTrue(self.open_form(window))

    def test_bad_input(self):
        window = self.go_to(self.window(), "banks")
        with self.refused("cannot be negative", ValidationError):
            window.write({"bank_max_days": -1})
            window.action_next()
        self.go_to(window, "backlog")
        for wrong, words in (({"backlog_days": -1}, "cannot be negative"), ({"start_date": False}, "Enter the day")):
            with self.refused(words, ValidationError):
                window.write(wrong)
                window.action_finish()
        with self.refused("is not one e-mail address", ValidationError):
            window.write({"test_email": "nowhere"})
            window.action_finish()
        with self.refused("itself to pay into", ValidationError):
            window.bank_account_id = self.be.partner_id.bank_ids[:1]
            window.action_finish()
        with self.refused("does not work for this company", ValidationError):
            window.responsible_id = self.be_user
            window.action_finish()
        self.assertFalse(self.nl.dunning_set_up_on)

    def test_no_right(self):
        for user, company in ((self.user, self.nl), (self.be_manager, self.nl), (self.biller, self.nl)):
            with self.refused("", AccessError):
                self.window(user, company)
        window = self.window()
        with self.refused("", AccessError):
            self.as_user(self.be_manager, window).action_finish()
        self.manager.group_ids -= self.env.ref(MANAGER)
        with self.refused("", AccessError):
            window.action_finish()

    def test_another_company_stays_as_it_is(self):
        names = ["dunning_set_up_on", "dunning_mode", "dunning_start_date", "dunning_backlog"]
        before = self.be.read(names)
        self.window().action_finish()
        self.assertEqual(self.be.read(names), before)

    def test_once_more_shows_what_holds(self):
        self.window().action_finish()
        self.nl.write({"dunning_mode": "live", "dunning_bank_max_days": 9})
        again = self.window()
        self.assertEqual((again.step, again.mode, again.bank_max_days), ("company", "live", 9))

    # -- account ------------------------------------------------------------------------------------------------------

    def test_account_to_pay_into(self):
        second = self.env["res.partner.bank"].create(
            {"acc_number": "NL20INGB0001234567", "partner_id": self.nl.partner_id.id, "allow_out_payment": True}
        )
        first = self.nl._dunning_bank_account()
        window = self.window()
        self.assertEqual(window.bank_account_id.id, first.id)
        window.bank_account_id = second.id
        window.action_next()
        self.assertEqual(self.nl._dunning_bank_account(), second)
        second.active = False
        self.assertEqual(self.nl._dunning_bank_account(), first, "never one that is closed")

    def test_no_bank_account(self):
        self.nl.partner_id.bank_ids.active = False
        window = self.window()
        self.assertFalse(window.has_bank or window.bank_account_id)
        self.assertFalse(window.may_add_bank)
        with self.refused("", AccessError):
            window.action_add_bank()
        window.action_finish()
        self.assertTrue(self.nl.dunning_set_up_on, "a warning, and no wall")

    # -- debtors ------------------------------------------------------------------------------------------------------

    def test_kinds(self):
        people = self.debtor("Jan", "unknown", email="jan@gmail.com") + self.debtor("Piet", "unknown")
        self.invoices(people, 50, due=3)
        self.invoice(self.debtor("Nobody owes", "unknown"), 50, due=3, post=False, sent=False)
        window = self.go_to(self.window(), "kinds")
        self.assertEqual(window.unknown_count, 2)
        self.assertIn("€100.00", window.kinds_text)
        with self.refused("may not change these contacts", UserError):
            window.action_kinds_consumer()
        self.manager.group_ids += self.env.ref("base.group_partner_manager")
        self.assertEqual(window.action_kinds()["res_model"], "dunning.kind.wizard")
        window.action_kinds_by_evidence()
        self.assertEqual(people.mapped("dunning_debtor_kind"), ["consumer", "unknown"])
        window.action_kinds_business()
        self.assertEqual(people.mapped("dunning_debtor_kind"), ["consumer", "business"])

    # -- steps --------------------------------------------------------------------------------------------------------

    def test_axis_of_days(self):
        [reminder, second, notice] = self.env["dunning.preset"]._stops(self.nl, self.procedure, "business")
        self.assertEqual([stop["day"] for stop in (reminder, second, notice)], [1, 9, 17])
        self.assertEqual((reminder["until"], notice["heavy"], notice["by_law"]), (9, True, False))
        consumers = self.env.ref("cremann_dunning.dunning_procedure_nl_consumer")
        letter, final = self.env["dunning.preset"]._stops(self.nl, consumers, "consumer")[2:]
        self.assertTrue(letter["by_law"] and letter["until"] - letter["day"] >= 15, "fourteen days from receipt")
        self.assertGreaterEqual(final["day"], letter["until"])

    def test_shipped_steps_do_not_take_the_place_of_our_own(self):
        own = self.procedure.copy({"company_id": self.nl.id})
        own.write({"name": "Ours", "automatic_choice": True})
        window = self.go_to(self.window(), "preset")
        self.assertEqual((window.own_names, window.preset), ("Ours", "keep"))
        self.assertIn("Ours", window.axis_text)
        window.action_next()
        self.assertTrue(own.automatic_choice, "nobody chose otherwise")
        window.action_back()
        window.preset = "shipped"
        window.action_next()
        self.assertEqual((own.automatic_choice, own.active, len(own.level_ids)), (False, True, 3))
        self.assertEqual(self.env["dunning.preset"]._in_force(self.nl)["business"][0], self.procedure)
        window.action_back()
        self.assertFalse(window.own_names)

    # -- old invoices -------------------------------------------------------------------------------------------------

    def test_ages_on_their_boundaries(self):
        self.fresh.button_cancel()
        self.invoices([self.partner], 1, due=0)
        for days in (1, 30, 31, 60, 61, 89, 90, 91):
            self.invoice(self.partner, 10, due=days)
        ages = self.env["dunning.first.day"]._ages(self.nl)
        self.assertEqual(ages, [(2, 20.0), (2, 20.0), (3, 30.0), (1, 10.0)])

    def test_ninety_days(self):
        """Before, on and after: what begins gently, what the engine would send, and what is proposed."""
        for days, old in ((89, False), (90, False), (91, True)):
            with self.subTest(days=days):
                self.env.cr.execute("SAVEPOINT ninety")
                self.invoice(self.debtor(f"Of {days}"), 10, due=days)
                window = self.go_to(self.window(), "backlog")
                self.assertEqual((window.backlog, window.old_count), ("match" if old else "gentle", int(old)))
                answers, number = self.env["dunning.first.day"]._tomorrow(self.nl, TODAY, 90)
                self.assertEqual(number, 2)
                self.assertEqual(answers["gentle"]["letters"], [("Reminder", 2)])
                self.assertEqual(answers["gentle"]["gently"], int(old))
                self.assertEqual(answers["match"]["gently"], 0)
                self.assertEqual(answers["match"]["letters"][-1][0], "Notice of default")
                self.assertEqual(answers["leave_out"]["left_out"], int(old))
                self.assertEqual(answers["leave_out"]["letters"], [("Reminder", 1 if old else 2)])
                self.env.cr.execute("ROLLBACK TO ninety")
                self.env.invalidate_all(flush=False)

    def test_look_is_what_the_run_does_and_writes_nothing(self):
        self.invoice(self.debtor("Old"), 10, due=400)
        window = self.go_to(self.window(), "backlog")
        self.assertIn("Notice of default", window.look_text)
        for model in ("dunning.letter", "dunning.decision", "dunning.run"):
            self.assertFalse(self.env[model].search([("company_id", "=", self.nl.id)]))
        answers, _number = self.env["dunning.first.day"]._tomorrow(self.nl, TODAY, 90)
        for rule in ("gentle", "match", "leave_out"):
            with self.subTest(rule=rule), self.at(1):
                self.nl.write({"dunning_backlog": rule, "dunning_start_date": TODAY})
                run = self.run_for()
                found = {}
                for letter in run.letter_ids:
                    found[letter.level_id.name] = found.get(letter.level_id.name, 0) + 1
                self.assertEqual(found, dict(answers[rule]["letters"]))
                run.action_cancel()

    def test_sent_from_elsewhere(self):
        old = self.invoice(self.debtor("Old"), 10, due=20, sent=False)
        young = self.invoice(self.debtor("Young"), 10, due=20, sent=False, invoice_date=day(0), invoice_date_due=day(0))
        window = self.go_to(self.window(), "backlog")
        self.assertEqual(window.unsent_count, 1)
        self.assertIn("Not known as sent", window.look_text)
        window.action_say_sent()
        self.assertEqual((old.is_move_sent, old.dunning_sent_how, young.is_move_sent), (True, "unknown", False))
        self.assertFalse(old.dunning_sent_on, "nobody knows the day")
        self.assertEqual(window.unsent_count, 0)
        [event] = self.events("hold.said_sent_before")
        self.assertIn(old.name, event.sentence)
        with self.refused("known as sent already", UserError):
            window.action_say_sent()

    # -- paper --------------------------------------------------------------------------------------------------------

    def test_paper_beside_the_mail(self):
        window = self.go_to(self.window(), "channel")
        heavy = self.env["dunning.preset"]._heavy(self.nl)
        self.assertEqual(set(heavy.mapped("name")), {"Notice of default", "14-day letter", "Final notice"})
        heavy[0].channel_ids = [(0, 0, {"channel": "print", "use": "fallback"})]
        self.assertFalse(window.on_paper)
        window.action_paper()
        self.assertEqual(heavy.channel_ids.mapped("use"), ["also"] * 3)
        window.invalidate_recordset()
        self.assertTrue(window.on_paper)
        window.action_paper()
        self.assertEqual(len(heavy.channel_ids), 3, "once is enough")
