"""The invoice list and the worklist as a bookkeeper uses them: columns, filters, groups, actions and their cost."""

from datetime import timedelta
from unittest.mock import patch

from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools.safe_eval import safe_eval

from odoo.addons.cremann_dunning.models.run import dunning_confirmation

from ..common import TODAY, DunningCase

LIST = "account.view_out_invoice_tree"
SEARCH = "account.view_account_invoice_filter"
FORM = "account.view_move_form"


class ListCase(DunningCase):
    without_pdf = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.level = cls.env.ref("cremann_dunning.dunning_level_nl_business_1")

    def filters(self, env, model, view=None):
        """The filters of a search view by name: domain and field to group by."""
        view_id = view and self.env.ref(view).id
        arch = etree.fromstring(env[model].get_view(view_id, "search")["arch"])
        found = {}
        for node in arch.iter("filter"):
            context = safe_eval(node.get("context", "{}"), {"uid": env.uid})
            found[node.get("name")] = (
                safe_eval(node.get("domain", "[]"), {"uid": env.uid}),
                context.get("group_by"),
            )
        return found


@tagged("post_install", "-at_install")
class TestColumns(ListCase):
    """What the list shows, filters and groups by."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        names = ("Reminded", "Waits", "Held", "Credit", "Paid", "Ahead", "Unsent")
        cls.partners = {name: cls.debtor(name) for name in names}
        cls.moves = {name: cls.invoice(partner, 100, due=10) for name, partner in cls.partners.items()}
        cls.moves["Ahead"].invoice_date_due = TODAY + timedelta(days=10)
        cls.moves["Unsent"].is_move_sent = False
        cls.send_level(partners=cls.partners["Reminded"] + cls.partners["Paid"])
        cls.pay(cls.moves["Paid"])
        cls.credit(cls.partners["Credit"], 500)
        cls.env["dunning.hold"].create(
            {"move_id": cls.moves["Held"].id, "company_id": cls.nl.id, "reason": "asked for a copy"}
        )
        cls.last_run = cls.run_for()
        cls.mine = [("id", "in", [move.id for move in cls.moves.values()])]

    def found(self, domain):
        """The names of the debtors whose invoices a domain finds."""
        env = self.as_user(self.user)
        rows = env["account.move"].web_search_read([*self.mine, *domain], {"partner_id": {"fields": {"name": {}}}})
        return {row["partner_id"]["name"] for row in rows["records"]}

    def test_columns(self):
        rows = self.open_list(self.as_user(self.user), "account.move", self.mine, LIST)["records"]
        names = {move.id: name for name, move in self.moves.items()}
        shown = {names[row["id"]]: row for row in rows}
        self.assertEqual(shown["Reminded"]["dunning_level_id"]["display_name"], "Reminder")
        self.assertEqual(shown["Reminded"]["dunning_next_level_id"]["display_name"], "Second reminder")
        self.assertEqual(shown["Reminded"]["dunning_next_date"], TODAY + timedelta(days=8))
        self.assertEqual(shown["Waits"]["dunning_next_level_id"]["display_name"], "Reminder")
        self.assertEqual(shown["Waits"]["dunning_next_date"], TODAY)
        for name, sentence in (
            ("Reminded", "Not before 11/24/2026: the term that the last letter gives is still running."),
            ("Waits", "Reminder is due: 10 days past the due date of 11/06/2026."),
            ("Held", "On hold without an end date: asked for a copy"),
            (
                "Unsent",
                "The invoice was never sent as it is now, as far as Odoo knows. Send it first, then it can be chased.",
            ),
        ):
            with self.subTest(name):
                self.assertEqual(shown[name]["dunning_explanation"], sentence)
                self.assertEqual(shown[name]["dunning_debtor_kind"], "business")
        self.assertIn("Covered by", shown["Credit"]["dunning_explanation"])
        self.assertFalse(shown["Ahead"]["dunning_explanation"])
        self.assertFalse(shown["Held"]["dunning_next_date"])

    def test_columns_in_dutch(self):
        env = self.as_user(self.user, lang="nl_NL")
        [row] = self.open_list(env, "account.move", [("id", "=", self.moves["Waits"].id)], LIST)["records"]
        self.assertNotIn("is due", row["dunning_explanation"])
        self.assertIn("06-11-2026", row["dunning_explanation"])

    def test_filters(self):
        filters = self.filters(self.as_user(self.user), "account.move", SEARCH)
        for name, found in (
            ("dunning_due", {"Waits"}),
            ("dunning_reminded", {"Reminded"}),
            ("dunning_stuck", {"Held", "Credit", "Unsent"}),
        ):
            with self.subTest(name):
                self.assertEqual(self.found(filters[name][0]), found)

    def test_groups(self):
        env = self.as_user(self.user)
        filters = self.filters(env, "account.move", SEARCH)
        for name in ("group_dunning_level", "group_dunning_next", "group_dunning_date"):
            with self.subTest(name):
                group_by = filters[name][1]
                answer = env["account.move"].web_read_group(
                    self.mine, [group_by], ["amount_residual_signed:sum"], auto_unfold=True
                )
                self.assertEqual(sum(group["__count"] for group in answer["groups"]), len(self.moves))
        by_level = env["account.move"].formatted_read_group(self.mine, ["dunning_level_id"], ["__count"])
        counts = {group["dunning_level_id"] and group["dunning_level_id"][1]: group["__count"] for group in by_level}
        self.assertEqual(counts, {"Reminder": 2, False: 5})

    def test_decision_in_force_as_a_field(self):
        """The three fields that are no columns: found, counted and put in order as if they were."""
        env = self.as_user(self.user)
        moves = env["account.move"].search(self.mine)
        names = lambda moves: set(moves.partner_id.mapped("name"))  # noqa: E731
        decided = {"Reminded", "Waits", "Held", "Credit", "Unsent"}
        waits = self.moves["Waits"].with_env(env)
        second = waits.dunning_next_level_id
        for domain, found in (
            ([("dunning_decision_id", "!=", False)], decided),
            ([("dunning_decision_id", "=", False)], {"Paid", "Ahead"}),
            ([("dunning_decision_id", "=", waits.dunning_decision_id.id)], {"Waits"}),
            ([("dunning_decision_id", "in", [False, waits.dunning_decision_id.id])], {"Waits", "Paid", "Ahead"}),
            ([("dunning_decision_id", "not in", waits.dunning_decision_id.ids)], set(self.moves) - {"Waits"}),
            ([("dunning_decision_id.code", "=", "HOLD")], {"Held"}),
            ([("dunning_next_level_id", "=", second.id)], {"Waits"}),
            ([("dunning_next_level_id", "=", False)], {"Held", "Credit", "Unsent", "Paid", "Ahead"}),
            ([("dunning_next_level_id.name", "ilike", "second")], {"Reminded"}),
            ([("dunning_next_date", ">", TODAY)], {"Reminded"}),
            ([("dunning_next_date", "=", False)], {"Held", "Credit", "Unsent", "Paid", "Ahead"}),
        ):
            with self.subTest(domain):
                self.assertEqual(names(env["account.move"].search([*self.mine, *domain])), found)
                self.assertEqual(names(moves.filtered_domain(domain)), found)
        ordered = env["account.move"].search(self.mine, order="dunning_next_date, id")
        self.assertEqual(ordered[:2], waits + self.moves["Reminded"].with_env(env))
        self.assertEqual(len(ordered), len(self.moves))
        described = env["account.move"].fields_get(
            ["dunning_decision_id", "dunning_next_level_id", "dunning_next_date"]
        )
        for name, field in described.items():
            self.assertTrue(field["searchable"] and field["sortable"] and field["groupable"], name)
        env["account.move"].search(self.mine, order="dunning_next_level_id desc, dunning_decision_id")

    def test_biller_cannot_ask_for_it_either(self):
        env = self.as_user(self.biller)
        for name in ("dunning_decision_id", "dunning_next_level_id", "dunning_next_date"):
            group = f"{name}:week" if name == "dunning_next_date" else name
            with self.subTest(name):
                with self.assertRaises(AccessError):
                    env["account.move"].search([(name, "!=", False)])
                with self.assertRaises(AccessError):
                    env["account.move"].formatted_read_group(self.mine, [group], ["__count"])
                with self.assertRaises(AccessError):
                    env["account.move"].search(self.mine, order=name)

    def test_biller_sees_none_of_it(self):
        env = self.as_user(self.biller)
        self.assertFalse([name for name in self.filters(env, "account.move", SEARCH) if "dunning" in name])
        rows = self.open_list(env, "account.move", self.mine, LIST)
        self.assertEqual(rows["length"], len(self.moves))
        self.assertFalse([name for name in rows["records"][0] if "dunning" in name])
        with self.assertRaises(AccessError):
            self.moves["Waits"].with_env(env).read(["dunning_explanation"])

    def test_every_list_still_opens(self):
        """Bills, credit notes and entries have no follow-up and show no trace of it."""
        env = self.as_user(self.user)
        bill = self.invoice(self.partners["Waits"], 10, move_type="in_invoice", sent=False)
        refund = self.credit(self.partners["Waits"], 10)
        entry = self.unallocated(self.partners["Waits"], 10).move_id
        for move in (bill, refund, entry):
            values = self.open_form(self.as_user(self.user, move), FORM)
            self.assertFalse(values["dunning_explanation"])
            self.assertFalse(values["dunning_level_id"])
        for view in ("account.view_in_invoice_tree", "account.view_out_credit_note_tree", LIST):
            self.open_list(env, "account.move", [], view)

    def test_form(self):
        values = self.open_form(self.as_user(self.user, self.moves["Reminded"]), FORM)
        self.assertEqual(values["dunning_letter_count"], 1)
        self.assertEqual(values["dunning_level_id"]["display_name"], "Reminder")
        self.assertFalse(values["dunning_hold_id"])
        action = self.as_user(self.user, self.moves["Reminded"]).action_open_dunning_letters()
        self.assertEqual(action["res_model"], "dunning.letter")
        self.assertEqual(
            action["res_id"],
            self.env["dunning.letter.line"].search([("move_id", "=", self.moves["Reminded"].id)]).letter_id.id,
        )
        held = self.open_form(self.as_user(self.user, self.moves["Held"]), FORM)
        self.assertTrue(held["dunning_hold_id"])

    def test_form_before_anything_was_decided(self):
        new = self.as_user(self.user)["account.move"].with_context(default_move_type="out_invoice")
        with Form(new) as form:
            form.partner_id = self.partners["Waits"]
            self.assertEqual(form.dunning_debtor_kind, "business")
            with form.invoice_line_ids.new() as line:
                line.name = "Work"
                line.price_unit = 10
        form.record.action_post()
        self.assertFalse(form.record.dunning_explanation)

    def test_worklist_filters(self):
        env = self.as_user(self.user)
        held = {"partner_id": self.partners["Waits"].id, "company_id": self.nl.id, "reason": "talks"}
        failed = self.last_run.letter_ids.filtered(lambda letter: letter.partner_id.name == "Waits")
        failed.with_env(self.env)._register_failure("No such mailbox")
        filters = self.filters(env, "dunning.case")
        mine = [("partner_id", "in", [partner.id for partner in self.partners.values()])]
        overdue = {"Reminded", "Waits", "Held", "Credit", "Unsent"}
        for name, found in (
            ("overdue", overdue),
            ("mine", overdue | {"Paid", "Ahead"}),  # not due yet is a case as well
            ("due", {"Waits"}),
            ("stuck", {"Held", "Credit", "Unsent"}),
            ("failed", {"Waits"}),
            ("on_hold", {"Waits"}),
            ("kind_unknown", set()),
            ("consumer", set()),
            ("no_email", set()),
            ("filter_activities_my", set()),
        ):
            if name == "on_hold":
                self.env["dunning.hold"].create(held)
            with self.subTest(name):
                rows = env["dunning.case"].search([*mine, *filters[name][0]])
                self.assertEqual(set(rows.partner_id.mapped("name")), found)
        for name, (_domain, group_by) in filters.items():
            if group_by:
                with self.subTest(name):
                    env["dunning.case"].web_read_group(mine, [group_by], ["amount_overdue:sum"], auto_unfold=True)
        for field in ("company_id", "level_id", "debtor_kind"):
            values = env["dunning.case"].search_panel_select_range(field, enable_counters=True, expand=True)
            self.assertTrue(values["values"])


@tagged("post_install", "-at_install")
class TestActionMenu(ListCase):
    """Select invoices, act."""

    with_belgium = True
    refusal = UserError

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner, cls.other = cls.debtor(), cls.debtor("Other")
        cls.move, cls.second = cls.invoice(cls.partner, 100), cls.invoice(cls.other, 200)
        cls.unasked = cls.invoice(cls.debtor("Unasked"), 300)

    def act(self, name, moves, user=None):
        """Run one of the actions of the menu on a selection."""
        action = self.env.ref(f"cremann_dunning.action_dunning_{name}")
        user = user or self.user
        context = {"active_model": "account.move", "active_ids": moves.ids, "active_id": moves[:1].id}
        self.env.invalidate_all()
        return self.as_user(user, action, **context).run()

    def test_next_letter(self):
        action = self.act("next_letter", self.move + self.second)
        self.assertEqual((action["res_model"], action["type"]), ("dunning.run", "ir.actions.act_window"))
        run = self.as_user(self.user)["dunning.run"].browse(action["res_id"])
        self.assertEqual((run.state, run.user_id, run.date), ("proposed", self.user, TODAY))
        self.assertEqual(run.letter_ids.partner_id, self.partner + self.other)
        self.assertEqual(run.letter_ids.line_ids.move_id, self.move + self.second)
        self.assertFalse(self.unasked.dunning_decision_id, "who was not selected is left alone")
        form = self.open_form(run)
        self.assertEqual(len(form["letter_ids"]), 2)

    def test_next_letter_of_one_invoice_is_one_about_the_debtor(self):
        beside = self.invoice(self.partner, 50)
        run = self.env["dunning.run"].browse(self.act("next_letter", self.move)["res_id"])
        self.assertEqual(run.letter_ids.line_ids.move_id, self.move + beside, "one letter to a debtor")

    def test_next_letter_of_a_branch(self):
        branch = self.env["res.partner"].create({"name": "Branch", "parent_id": self.partner.id, "type": "invoice"})
        move = self.invoice(branch, 10)
        run = self.env["dunning.run"].browse(self.act("next_letter", move)["res_id"])
        self.assertEqual(run.letter_ids.partner_id, self.partner)

    def test_mixed_selection(self):
        draft = self.invoice(self.partner, 10, post=False)
        refund = self.credit(self.partner, 10)
        bill = self.invoice(self.partner, 10, move_type="in_invoice")
        for moves in (draft, refund, bill, draft + refund + bill):
            for name in ("next_letter", "hold"):
                with self.subTest(name), self.refused("Choose posted customer invoices"):
                    self.act(name, moves)
        run = self.env["dunning.run"].browse(self.act("next_letter", draft + refund + self.second)["res_id"])
        self.assertEqual(run.letter_ids.partner_id, self.other, "what can be followed up is")
        action = self.act("hold", draft + refund + self.second)
        self.assertEqual(action["context"]["default_move_ids"], self.second.ids)

    def test_nothing_due(self):
        ahead = self.invoice(self.debtor("Ahead"), 10, due=-5)
        run = self.env["dunning.run"].browse(self.act("next_letter", ahead)["res_id"])
        self.assertEqual((run.state, run.draft_count), ("proposed", 0))

    def test_two_companies(self):
        belgian = self.invoice(self.partner, 10, company=self.be)
        for name in ("next_letter", "hold"):
            with self.refused("one company at a time"):
                self.act(name, self.move + belgian, self.group_user)
        run = self.env["dunning.run"].browse(self.act("next_letter", belgian, self.group_user)["res_id"])
        self.assertEqual((run.company_id, run.letter_ids.company_id), (self.be, self.be))
        with self.refused("", AccessError):
            self.act("next_letter", self.move + belgian)

    def test_hold_and_end(self):
        action = self.act("hold", self.move + self.second)
        self.assertEqual((action["res_model"], action["target"]), ("dunning.hold.wizard", "new"))
        wizard = self.as_user(self.user)["dunning.hold.wizard"].with_context(**action["context"])
        form = Form(wizard)
        with self.assertRaises(AssertionError, msg="a reason is asked"):
            form.save()
        form.reason = "waits for the delivery"
        form.date_until = TODAY - timedelta(days=1)
        past = form.save()
        with self.refused("last day of the hold is in the past"):
            past.action_hold()
        form.date_until = TODAY + timedelta(days=3)
        form.save().action_hold()
        holds = self.env["dunning.hold"].search([("move_id", "in", (self.move + self.second).ids)])
        self.assertEqual(holds.move_id, self.move + self.second)
        self.assertEqual(holds.create_uid, self.user)
        self.run_for()
        self.assertEqual(self.why(self.move), "On hold up to and including 11/19/2026: waits for the delivery")
        self.assertEqual(self.move.dunning_next_date, TODAY + timedelta(days=4))
        self.act("release", self.move)
        self.assertEqual(self.move.dunning_hold_id.id, False)
        self.assertTrue(self.second.dunning_hold_id)

    def test_end_without_a_hold(self):
        self.env["dunning.hold"].create(
            {"partner_id": self.partner.id, "company_id": self.nl.id, "reason": "the whole debtor"}
        )
        with self.refused("None of these invoices is on hold by itself. A hold on a debtor is ended on its case"):
            self.act("release", self.move + self.second)

    def test_empty_hold(self):
        wizard = self.as_user(self.user)["dunning.hold.wizard"].create({"reason": "?"})
        with self.refused("There is nothing to put on hold"):
            wizard.action_hold()

    def test_biller_has_no_part_in_it(self):
        for name in ("next_letter", "hold", "release"):
            with self.subTest(name), self.refused("", AccessError):
                self.act(name, self.move, self.biller)

    def test_next_letter_from_the_worklist(self):
        self.as_user(self.user)["dunning.case"].action_open_worklist()
        cases = self.as_user(self.user)["dunning.case"].search([("partner_id", "in", (self.partner + self.other).ids)])
        self.assertEqual(len(cases), 2)
        run = self.env["dunning.run"].browse(cases.action_propose()["res_id"])
        self.assertEqual(run.letter_ids.partner_id, self.partner + self.other)

    def test_worklist_of_two_companies(self):
        self.invoice(self.partner, 10, company=self.be)
        env = self.as_user(self.group_user)
        env["dunning.case"].action_open_worklist()
        cases = env["dunning.case"].search([("partner_id", "=", self.partner.id)])
        self.assertEqual(cases.company_id, self.nl + self.be)
        with self.refused("one company at a time"):
            cases.action_propose()
        with Form(env["dunning.hold.wizard"].with_context(**cases.action_hold()["context"])) as form:
            form.reason = "both"
        form.record.action_hold()
        self.assertEqual(self.env["dunning.hold"].search([("reason", "=", "both")]).company_id, self.nl + self.be)


class QueryCase(ListCase):
    FEW, MANY = 20, 200
    # Odoo inserts and updates a hundred records a statement, so a few come along.
    SLACK = 5

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        country = cls.env.ref("base.nl").id
        cls.partners = cls.env["res.partner"].create(
            [
                {
                    "name": f"Debtor {index}",
                    "is_company": index % 2 == 0,
                    "email": f"debtor{index}@example.com",
                    "street": "Straat 1",
                    "city": "Stad",
                    "country_id": country,
                    "lang": "en_US" if index % 3 else "nl_NL",
                }
                for index in range(cls.MANY)
            ]
        )
        cls.moves = cls.invoices(cls.partners, 100, due=10)

    def assertFlat(self, work, before=lambda: None):
        """``work(number)`` takes no more queries for many than for few; the first turn only warms the caches."""
        counts = {}
        for number in (self.FEW, self.FEW, self.MANY):
            before()
            with self.counted() as count:
                work(number)
            counts[number] = count[0]
        self.assertLessEqual(counts[self.MANY], counts[self.FEW] + self.SLACK, counts)

    def assertConfirmFlat(self, check):
        """Confirming a batch takes no more queries for many letters than for few; ``check(letters)`` looks at them."""
        counts = {}
        with patch.object(dunning_confirmation, "CONFIRM_BATCH", self.MANY):
            for number in (self.FEW, self.FEW, self.MANY):
                run = self.run_for(partners=self.partners[:number])
                with self.counted() as count:
                    letters = self.confirm(run)
                self.assertEqual(len(letters), number)
                check(letters.with_env(self.env))
                counts[number] = count[0]
                letters.with_env(self.env)._cancel("once more")
        # Odoo inserts a hundred rows a statement, chatter and outbox included
        self.assertLessEqual(counts[self.MANY], counts[self.FEW] + 3 * self.SLACK, counts)


@tagged("post_install", "-at_install")
class TestQueries(QueryCase):
    """What a run and a screen cost does not grow with the number of debtors."""

    def test_facts(self):
        def gather(number):
            facts = self.env["dunning.gather"].facts(self.nl, TODAY, self.partners[:number].ids)
            self.assertEqual(len(facts), number)

        self.assertFlat(gather)

    def test_propose(self):
        def propose(number):
            run = self.run_for(partners=self.partners[:number])
            self.assertEqual(run.draft_count, number)

        def forget():
            self.env["dunning.letter"].search([]).unlink()
            self.env["dunning.decision"].search([]).unlink()

        self.assertFlat(propose, forget)

    def test_propose_again(self):
        runs = {self.FEW: self.run_for(partners=self.partners[: self.FEW])}
        runs[self.MANY] = self.run_for(partners=self.partners[self.FEW :])
        drafts = {number: run.letter_ids for number, run in runs.items()}
        self.assertFlat(lambda number: runs[number].action_propose())
        for number, run in runs.items():
            self.assertEqual(run.letter_ids, drafts[number], "drafts that would come out the same stay")
        self.assertFlat(lambda number: self.run_for(partners=self.partners[:number]))
        self.assertEqual(self.env["dunning.letter"].search_count([]), self.MANY, "another run adds nothing to them")

    def test_confirm(self):
        self.assertConfirmFlat(lambda letters: self.assertEqual(len(letters.mail_id), len(letters)))

    def test_confirm_on_paper(self):
        self.partners.email = False
        self.assertConfirmFlat(lambda letters: self.assertEqual(set(letters.mapped("channel")), {"print"}))

    def test_what_is_on_no_letter(self):
        """The list in the form of a run."""
        self.moves.is_move_sent = False
        runs = {number: self.run_for(partners=self.partners[:number]) for number in (self.FEW, self.MANY)}
        form = self.screen(runs[self.FEW].env, "dunning.run", "form")

        def open_form(number):
            [shown] = runs[number].web_read(form)
            self.assertEqual(len(shown["kept_decision_ids"]), number)

        self.assertFlat(open_form)

    def test_screens(self):
        self.run_for()
        user = self.as_user(self.user)
        spec = self.screen(user, "dunning.case", "list")
        cases = user["dunning.case"]

        def worklist(number):
            rows = cases.web_search_read([("amount_overdue", ">", 0)], spec, limit=number)
            self.assertEqual(len(rows["records"]), number)

        self.assertFlat(worklist)
        self.assertFlat(lambda number: user["dunning.case"].action_open_worklist())
        columns = self.screen(user, "account.move", "list", LIST)

        def invoices(number):
            rows = user["account.move"].web_search_read([("id", "in", self.moves.ids)], columns, limit=number)
            self.assertEqual(len(rows["records"]), number)

        self.assertFlat(invoices)
        letters = self.screen(user, "dunning.letter", "list")
        self.assertFlat(lambda number: user["dunning.letter"].web_search_read([], letters, limit=number))
        decisions = self.screen(user, "dunning.decision", "list")
        self.assertFlat(lambda number: user["dunning.decision"].web_search_read([], decisions, limit=number))
        run = user["dunning.run"].search([], limit=1)
        form = self.screen(user, "dunning.run", "form")
        self.assertFlat(lambda number: run.web_read(form))

    def test_hold_of_many(self):
        def hold(number):
            wizard = self.as_user(self.user)["dunning.hold.wizard"].create(
                {"move_ids": [Command.set(self.moves[:number].ids)], "reason": "Easter"}
            )
            wizard.action_hold()
            self.env["dunning.hold"].search([]).unlink()
            # each turn opens its claims and cases
            for model in ("dunning.claim", "dunning.case"):
                self.env[model].search([]).unlink()

        self.assertFlat(hold)
