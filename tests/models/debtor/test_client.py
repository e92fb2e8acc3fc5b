"""All companies of whoever looks, below each other: figures of now, his companies only, and as many statements for
three as for thirty."""

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ...common import TODAY, USER, DunningCase


@tagged("post_install", "-at_install")
class TestClients(DunningCase):
    with_belgium = True
    without_pdf = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.debtor("Jansen")
        cls.move = cls.invoice(cls.partner, 1000, due=10)
        cls.person = cls.debtor("Els Maes", kind="unknown")
        cls.invoice(cls.person, 50, due=3)
        cls.invoice(cls.debtor("Later"), 70, due=-3)
        cls.belgian = cls.debtor("Peeters BV", country_id=cls.env.ref("base.be").id)
        cls.be_move = cls.invoice(cls.belgian, 500, due=10, company=cls.be)
        cls.env["dunning.figures"]._put_away()

    def rows(self, user=None, domain=(), **context):
        env = self.as_user(user or self.group_user, **context)
        self.env.flush_all()
        self.env.invalidate_all()
        found = self.open_list(env, "dunning.client", domain)["records"]
        return {row["company_id"]["id"]: row for row in found}

    def test_figures_of_each_whatever_is_ticked(self):
        rows = self.rows(allowed_company_ids=self.be.ids)
        self.assertEqual(list(rows), [self.nl.id, self.be.id], "the most money first")
        found = self.rows(domain=[("company_id", "ilike", "Holland")], allowed_company_ids=self.be.ids)
        self.assertEqual(list(found), self.nl.ids)
        nl, be = rows[self.nl.id], rows[self.be.id]
        self.assertEqual((nl["amount_overdue"], nl["debtor_count"], nl["unknown_count"]), (1050, 2, 1))
        self.assertEqual((be["amount_overdue"], be["debtor_count"], be["unknown_count"]), (500, 1, 0))
        self.assertEqual((nl["waiting_count"], nl["last_run_date"], nl["last_run_state"]), (0, False, False))
        self.assertEqual((nl["mode"], nl["digest"]), ("live", "none"))
        self.nl.dunning_set_up_on = False
        self.assertEqual(self.rows()[self.nl.id]["mode"], "off", "nothing leaves before it was set up")

    def test_as_the_worklist_has_it_a_moment_later(self):
        """What was written since is read of the ledger, in both companies, and the day that is there."""
        self.pay(self.move, 400)
        self.pay(self.be_move)
        for looked in ("before the job", "after it"):
            with self.subTest(looked):
                rows = self.rows()
                self.assertEqual([row["amount_overdue"] for row in rows.values()], [650, 0])
                self.assertEqual([row["debtor_count"] for row in rows.values()], [2, 0])
                self.env["dunning.figures"]._put_away()
        for days, amount in ((3, 650), (4, 720)):  # not due on its due date, and overdue on the day after
            with self.at(days):
                self.assertEqual(self.rows()[self.nl.id]["amount_overdue"], amount)
                cases = self.as_user(self.user)["dunning.case"].search([])
                self.assertEqual(sum(cases.mapped("amount_overdue")), amount)

    def test_what_waits_and_what_failed(self):
        run = self.run_for()
        ahead = self.run_for(self.be, date=TODAY.replace(day=20))
        self.assertTrue(ahead.draft_count)
        case = self.env["dunning.case"]._for_partners(self.partner, self.nl)
        self.env["dunning.reply"].create({"case_id": case.id, "received_on": TODAY})
        self.be.dunning_job_error = "No numbers"
        rows = self.rows()
        nl, be = rows[self.nl.id], rows[self.be.id]
        self.assertEqual((nl["waiting_count"], nl["reply_count"], nl["last_run_state"]), (1, 1, "proposed"))
        self.assertEqual((be["waiting_count"], be["job_error"], be["last_run_date"]), (0, "No numbers", False))
        letter = run.letter_ids.filtered(lambda letter: letter.partner_id == self.partner).with_env(self.env)
        letter.state = "failed"
        self.assertEqual(self.rows()[self.nl.id]["failed_count"], 1)
        self.assertEqual(set(self.rows(domain=[("is_failing", "=", True)])), {self.nl.id, self.be.id})
        self.assertEqual(set(self.rows(domain=[("waiting_count", ">", 0)])), {self.nl.id})
        self.assertFalse(self.rows(domain=[("bank_tone", "in", ["good"])]), "nobody knows of any bank")

    def test_every_number_opens_its_list_in_that_company(self):
        self.run_for()
        client = self.as_user(self.group_user, allowed_company_ids=self.be.ids)["dunning.client"].browse(self.nl.id)
        for method, count in (
            ("action_open", 2),
            ("action_open_unknown", 1),
            ("action_open_waiting", 1),
            ("action_open_runs", 1),
            ("action_open_replies", 0),
            ("action_open_failed", 0),
        ):
            with self.subTest(method):
                action = getattr(client, method)()
                self.assertEqual(action["context"], {"allowed_company_ids": self.nl.ids})
                records = self.as_user(self.group_user, **action["context"])[action["res_model"]]
                self.assertEqual(records.search_count(action["domain"]), count)

    def test_how_far_the_bank_is(self):
        partner = self.debtor("Paid")
        for days, tone in ((0, "good"), (7, "warning")):
            line = self.receipt(partner, -10, date=TODAY.fromordinal(TODAY.toordinal() - days))
            self.env.flush_all()
            with self.subTest(days):
                row = self.rows()[self.nl.id]
                today = self.as_user(self.user)["dunning.today"]
                [light] = [light for light in today.read_today()["lights"] if light["key"] == "bank"]
                self.assertEqual((row["bank_tone"], light["tone"]), (tone, tone))
            line.unlink()

    def test_whose_companies(self):
        self.assertEqual(set(self.rows(self.user)), {self.nl.id})
        self.assertEqual(set(self.rows(self.be_user)), {self.be.id})
        theirs = self.as_user(self.user)["dunning.client"].browse(self.be.id)
        with self.refused("", AccessError):
            theirs.read(["amount_overdue"])
        with self.refused("", AccessError):
            theirs.action_open()
        with self.refused("", AccessError):
            self.as_user(self.user)["dunning.client"].browse(self.nl.id).write({"mode": "off"})
        portal = new_test_user(
            self.env, "guest", groups="base.group_portal", company_id=self.nl.id, company_ids=[Command.set(self.nl.ids)]
        )
        for user in (self.internal, self.biller, portal):
            with self.refused("", AccessError):
                self.rows(user)
        menus = self.env["ir.ui.menu"]
        menu = self.env.ref("cremann_dunning.dunning_menu_clients")
        self.assertIn(menu.id, menus.with_user(self.group_user)._visible_menu_ids())
        self.assertNotIn(menu.id, menus.with_user(self.internal)._visible_menu_ids())

    def test_statements_do_not_grow_and_nothing_is_written(self):
        user = self._user("accountant", USER, self.nl, self.be)
        counts = []
        for number in (1, 27):
            self._more_companies(user, number)
            self.rows(user)
            self.env.flush_all()
            self.env.invalidate_all()
            env = self.as_user(user)
            before = self.state_of_tables()
            with self.counted() as count:
                rows = self.open_list(env, "dunning.client")["records"]
            self.assertEqual(self.state_of_tables(), before)
            counts.append((len(rows), count[0]))
        (few, first), (many, then) = counts
        self.assertEqual((few, many), (3, 30))
        self.assertLessEqual(then, first)
        self.assertEqual(sum(row["amount_overdue"] for row in rows), 1550 + 28 * 100)

    def _more_companies(self, user, number):
        """Companies with a bank account, each with a debtor whose item changed a moment ago."""
        companies = self.env["res.company"].create(
            [{"name": f"Client {number}-{index}", "country_id": self.env.ref("base.nl").id} for index in range(number)]
        )
        user.company_ids = [Command.link(company.id) for company in companies]
        self.env.user.company_ids = [Command.link(company.id) for company in companies]
        self.env["res.partner.bank"].create(
            [{"acc_number": f"NL{company.id}", "partner_id": company.partner_id.id} for company in companies]
        )
        partners = self.env["res.partner"].create([{"name": f"Debtor of {company.name}"} for company in companies])
        for company, partner in zip(companies, partners, strict=True):
            self._open_item(company, partner)
            self.env["dunning.figures"]._refresh(company)
            self.env.cr.execute(
                "INSERT INTO dunning_touch (company_id, partner_id) VALUES (%s, %s)", (company.id, partner.id)
            )

    def _open_item(self, company, partner):
        """A posted invoice of a hundred, without loading a chart."""
        env = self.env(context={**self.env.context, "allowed_company_ids": company.ids})
        receivable, income = env["account.account"].create(
            [
                {"name": kind, "code": f"{index}00{company.id}", "account_type": kind, "company_ids": company.ids}
                for index, kind in enumerate(("asset_receivable", "income"), 1)
            ]
        )
        partner.with_company(company).property_account_receivable_id = receivable
        env["account.journal"].create({"name": "Sales", "type": "sale", "code": "SAL", "company_id": company.id})
        move = env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "company_id": company.id,
                "invoice_date": TODAY.replace(month=9),
                "invoice_date_due": TODAY.replace(month=10),
                "invoice_line_ids": [
                    Command.create(
                        {"name": "x", "price_unit": 100, "tax_ids": [Command.clear()], "account_id": income.id}
                    )
                ],
            }
        )
        move._post(soft=False)

    def state_of_tables(self):
        """How many rows were written, changed or deleted in this transaction."""
        self.env.cr.execute("SELECT SUM(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables")
        return self.env.cr.fetchone()
