"""Which procedure a debtor follows, what kind of debtor he is, and what a procedure may not say."""

from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ...common import DunningCase


class ProcedureCase(DunningCase):
    without_pdf = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.text = cls.env.ref("cremann_dunning.mail_template_reminder")
        cls.Procedure = cls.as_user(cls.manager)["dunning.procedure"]

    def shipped(self, name):
        return self.env.ref(f"cremann_dunning.dunning_procedure_{name}")

    def level(self, **values):
        """Values of a level that nothing is wrong with."""
        return {"name": "Step", "template_id": self.text.id, "delay_from": "due_date", "delay_days": 1, **values}

    def procedure(self, *levels, name="Own", **values):
        """A procedure made by the manager; without levels it gets one."""
        commands = [Command.create(self.level(**level)) for level in levels or ({},)]
        return self.Procedure.create({"name": name, "level_ids": commands, **values})


@tagged("post_install", "-at_install")
class TestChoice(ProcedureCase):
    def chosen(self, country, kind, company=None):
        country_id = self.env.ref(f"base.{country}").id if country else False
        choose = self.env["dunning.procedure"]._chooser(company or self.nl)
        return self.env["dunning.procedure"].browse(choose(country_id, kind))

    def test_shipped(self):
        for country, kind, name in (
            ("nl", "business", "nl_business"),
            ("nl", "consumer", "nl_consumer"),
            ("nl", "public", "nl_business"),
            ("nl", "unknown", "nl_consumer"),
            ("be", "business", "be_business"),
            ("be", "consumer", "be_consumer"),
            ("be", "public", "be_business"),
            ("be", "unknown", "be_consumer"),
            ("de", "business", "eu"),
            ("de", "consumer", "eu"),
            ("de", "unknown", "eu"),
            (None, "public", "eu"),
        ):
            with self.subTest(country=country, kind=kind):
                self.assertEqual(self.chosen(country, kind), self.shipped(name))

    def test_company_before_country_before_kind(self):
        nl, values = self.env.ref("base.nl"), {"company_id": self.nl.id}
        shared = self.shipped("nl_business")
        self.assertEqual(self.chosen("nl", "business"), shared)
        anybody = self.procedure(name="Company", debtor_kind="any", **values)
        self.assertEqual(self.chosen("nl", "business"), anybody, "the company's own goes before a shared one")
        own_kind = self.procedure(name="Company, kind", debtor_kind="business", **values)
        self.assertEqual(self.chosen("nl", "business"), own_kind)
        self.assertEqual(self.chosen("nl", "consumer"), anybody)
        own_country = self.procedure(name="Company, country", debtor_kind="any", country_id=nl.id, **values)
        self.assertEqual(self.chosen("nl", "business"), own_country, "the country goes before the kind")
        self.assertEqual(self.chosen("be", "business"), own_kind)
        exact = self.procedure(name="All", debtor_kind="business", country_id=nl.id, **values)
        self.assertEqual(self.chosen("nl", "business"), exact)
        self.assertEqual(self.chosen("nl", "consumer"), own_country)

    def test_kind_before_fallback_before_everybody(self):
        nl = self.env.ref("base.nl")
        self.assertEqual(self.chosen("nl", "public"), self.shipped("nl_business"))
        everybody = self.procedure(name="Everybody", debtor_kind="any", country_id=nl.id)
        self.assertEqual(self.chosen("nl", "public"), self.shipped("nl_business"), "fallback before everybody")
        public = self.procedure(name="Public", debtor_kind="public", country_id=nl.id)
        self.assertEqual(self.chosen("nl", "public"), public)
        self.shipped("nl_consumer").active = False
        self.assertEqual(self.chosen("nl", "unknown"), everybody)
        self.assertEqual(self.chosen("nl", "consumer"), everybody)

    def test_not_chosen_by_itself_and_archived(self):
        shared = self.shipped("nl_business")
        own = self.procedure(name="By hand", company_id=self.nl.id, automatic_choice=False)
        self.assertEqual(self.chosen("nl", "business"), shared)
        own.automatic_choice = True
        self.assertEqual(self.chosen("nl", "business"), own)
        own.active = False
        self.assertEqual(self.chosen("nl", "business"), shared)

    def test_other_company_does_not_count(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.env["dunning.procedure"].create({"name": "Theirs", "company_id": other.id})
        self.assertEqual(self.chosen("nl", "business"), self.shipped("nl_business"))
        self.assertEqual(self.chosen("nl", "business", other).name, "Theirs")

    def test_one_search_for_many_debtors(self):
        choose = self.env["dunning.procedure"]._chooser(self.nl)
        countries = self.env["res.country"].search([]).ids
        with self.assertQueryCount(0):
            for country_id in countries:
                for kind in ("business", "consumer", "public", "unknown"):
                    self.assertTrue(choose(country_id, kind))


@tagged("post_install", "-at_install")
class TestOverride(ProcedureCase):
    """A procedure by hand on the debtor and on the invoice."""

    def levels(self, *moves):
        """The level that each invoice goes to next."""
        return [move.dunning_next_level_id.name for move in moves]

    def test_partner_then_invoice(self):
        partner = self.debtor()
        plain, by_invoice = self.invoices([partner, partner], due=10)
        self.run_for()
        self.assertEqual(plain.dunning_next_level_id.procedure_id, self.shipped("nl_business"))
        on_partner = self.procedure({"name": "Soft"}, name="On partner", automatic_choice=False)
        on_invoice = self.procedure({"name": "Own way"}, name="On invoice", automatic_choice=False)
        partner.dunning_procedure_id = on_partner
        self.as_user(self.user, by_invoice).dunning_procedure_id = on_invoice.id
        self.env["dunning.run"].search([]).action_propose()
        self.assertEqual(self.levels(plain, by_invoice), ["Soft", "Own way"])

    def test_debtor_of_another_country(self):
        german = self.debtor("Schmidt GmbH", country_id=self.env.ref("base.de").id)
        nowhere = self.debtor("Nowhere", country_id=False)
        belgian = self.debtor("Peeters BV", country_id=self.env.ref("base.be").id)
        moves = self.invoices([german, nowhere, belgian], due=10)
        self.run_for()
        names = ["Europe, everybody else", "Netherlands, businesses", "Belgium, businesses"]
        self.assertEqual(
            [move.dunning_next_level_id.procedure_id.name for move in moves],
            names,
            "a debtor without a country counts as one of the company's own",
        )

    def test_kind_of_invoice_chooses(self):
        trader = self.debtor("Bouwbedrijf De Vries", kind="unknown", vat="NL123456782B90")
        business, private = self.invoices([trader, trader], due=10)
        self.as_user(self.user, private).dunning_debtor_kind = "consumer"
        self.run_for()
        found = [move.dunning_next_level_id.procedure_id for move in (business, private)]
        self.assertEqual(found, [self.shipped("nl_business"), self.shipped("nl_consumer")])

    def test_partner_override_is_per_company(self):
        partner = self.debtor()
        other = self.env["res.company"].create({"name": "Other"})
        own = self.procedure(name="Dutch only", automatic_choice=False)
        partner.with_company(self.nl).dunning_procedure_id = own.id
        self.assertFalse(partner.with_company(other).dunning_procedure_id)

    def test_removed_procedure_lets_go_of_its_debtors(self):
        partner = self.debtor()
        move = self.invoice(partner)
        own = self.procedure(name="Short lived", automatic_choice=False)
        partner.dunning_procedure_id = own.id
        self.env.flush_all()
        own.unlink()
        self.run_for()
        self.assertEqual(move.dunning_next_level_id.procedure_id, self.shipped("nl_business"))

    def test_procedure_of_another_company_is_refused_on_an_invoice(self):
        other = self.env["res.company"].create({"name": "Other"})
        theirs = self.env["dunning.procedure"].create({"name": "Theirs", "company_id": other.id})
        move = self.invoice(self.debtor())
        with self.refused("Theirs", UserError):
            move.dunning_procedure_id = theirs


@tagged("post_install", "-at_install")
class TestDebtorKind(ProcedureCase):
    def test_default_and_evidence(self):
        for values, kind, evidence in (
            ({}, "unknown", "no evidence of a business"),
            ({"is_company": True}, "business", "is a company"),
            ({"vat": "NL123456782B90"}, "business", "VAT number NL123456782B90"),
            ({"vat": "/"}, "unknown", "no evidence of a business"),
            ({"company_registry": "12345678"}, "business", "registration number 12345678"),
            ({"is_company": True, "company_registry": "1"}, "business", "is a company, registration number 1"),
            ({"dunning_kind_set": "consumer"}, "consumer", "set by hand"),
            ({"dunning_kind_set": "consumer", "is_company": True}, "consumer", "set by hand, is a company"),
            ({"dunning_kind_set": "public", "is_company": True}, "public", "set by hand, is a company"),
        ):
            with self.subTest(**values):
                partner = self.env["res.partner"].create({"name": "Somebody", **values})
                self.assertEqual(partner.dunning_debtor_kind, kind)
                self.assertEqual(partner.dunning_kind_evidence, evidence)

    def test_follows_the_evidence(self):
        partner = self.env["res.partner"].create({"name": "Somebody"})
        case = self.env["dunning.case"]._for_partners(partner, self.nl, create=True)
        partner.company_registry = "12345678"
        self.assertEqual((partner.dunning_debtor_kind, case.debtor_kind), ("business", "business"))
        partner.dunning_kind_set = "consumer"
        self.assertEqual((partner.dunning_debtor_kind, case.debtor_kind), ("consumer", "consumer"))
        partner.write({"dunning_kind_set": False, "company_registry": False})
        self.assertEqual((partner.dunning_debtor_kind, case.debtor_kind), ("unknown", "unknown"))

    def test_contact_follows_its_company(self):
        firm = self.debtor("Firm")
        person = self.env["res.partner"].create({"name": "Jan", "parent_id": firm.id, "email": "jan@firm.example.com"})
        move = self.invoice(person)
        self.assertEqual(move.dunning_debtor_kind, "business")

    def test_invoice_differs_from_its_debtor(self):
        partner = self.debtor(kind="unknown", company_registry="12345678")
        move = self.as_user(self.user, self.invoice(partner))
        self.assertEqual((move.dunning_debtor_kind, move.dunning_kind_set), ("business", False))
        move.dunning_debtor_kind = "consumer"
        self.assertEqual((move.dunning_debtor_kind, move.dunning_kind_set), ("consumer", "consumer"))
        self.assertEqual(partner.dunning_debtor_kind, "business", "the debtor stays what he is")
        move.dunning_debtor_kind = "business"
        self.assertFalse(move.dunning_kind_set, "the debtor's own kind is no exception any more")
        partner.company_registry = False
        self.assertEqual(move.dunning_debtor_kind, "unknown")

    def test_set_in_the_form_of_the_invoice(self):
        partner = self.debtor(kind="unknown", company_registry="12345678")
        move = self.as_user(self.user, self.invoice(partner))
        with Form(move) as form:
            form.dunning_debtor_kind = "consumer"
        self.assertEqual((move.dunning_kind_set, move.dunning_debtor_kind), ("consumer", "consumer"))
        with Form(move) as form:
            form.no_followup = True
        self.assertEqual(move.dunning_kind_set, "consumer", "saving something else leaves it alone")

    def test_copy_of_an_invoice_follows_its_debtor(self):
        move = self.invoice(self.debtor(), dunning_kind_set="consumer")
        self.assertFalse(move.copy().dunning_kind_set)

    def test_search(self):
        partners = [self.debtor(kind, kind) for kind in ("business", "consumer", "public", "unknown")]
        moves = self.invoices(partners, due=10)
        moves[0].dunning_kind_set = "consumer"
        search = self.as_user(self.user)["account.move"].search
        mine = ("id", "in", moves.ids)
        for kind, found in (
            ("business", moves[:0]),
            ("consumer", moves[0] + moves[1]),
            ("public", moves[2]),
            ("unknown", moves[3]),
        ):
            with self.subTest(kind=kind):
                self.assertEqual(set(search([mine, ("dunning_debtor_kind", "=", kind)]).ids), set(found.ids))
        many = search([mine, ("dunning_debtor_kind", "in", ["public", "unknown"])])
        self.assertEqual(set(many.ids), set(moves[2:].ids))
        rest = search([mine, ("dunning_debtor_kind", "!=", "consumer")])
        self.assertEqual(set(rest.ids), set(moves[2:].ids))
        rest = search([mine, ("dunning_debtor_kind", "not in", ["public"])])
        self.assertEqual(set(rest.ids), set((moves - moves[2]).ids))


@tagged("post_install", "-at_install")
class TestRefusals(ProcedureCase):
    """Settings that are wrong are refused with a message that says what to do."""

    def test_two_procedures_for_the_same_debtors(self):
        nl = self.env.ref("base.nl")
        with self.refused("Netherlands, businesses would both fit the same debtors"):
            self.procedure(debtor_kind="business", country_id=nl.id)
        with self.refused("Europe, everybody else would both fit"):
            self.procedure(debtor_kind="any")
        twin = self.procedure(debtor_kind="business", country_id=nl.id, automatic_choice=False)
        with self.refused("switch off Chosen by itself"):
            twin.automatic_choice = True
        own = self.procedure(name="Company's own", debtor_kind="business", country_id=nl.id, company_id=self.nl.id)
        with self.refused("would both fit"):
            own.sudo().company_id = False  # people cannot: it stays with its company
        self.shipped("nl_business").active = False
        twin.automatic_choice = True
        with self.refused("would both fit"):
            self.shipped("nl_business").active = True

    def test_level_before_its_predecessor(self):
        first = {"name": "First", "sequence": 10, "delay_days": 10}
        for days in (3, 9, 10):
            with self.subTest(days=days), self.refused(f"Second would go out {days} days after the due date"):
                self.procedure(first, {"name": "Second", "sequence": 20, "delay_days": days}, automatic_choice=False)
        good = self.procedure(first, {"name": "Second", "sequence": 20, "delay_days": 11}, automatic_choice=False)
        with self.refused("before or together with First"):
            good.level_ids[1].delay_days = 5
        with self.refused("before or together with Second"):
            good.level_ids[1].sequence = 5
        with self.refused("same place in the order"):
            good.level_ids[1].sequence = 10
        good.level_ids[1].write({"delay_from": "previous", "delay_days": 1})
        good.level_ids[1].write({"sequence": 5, "delay_from": "due_date", "delay_days": 1})
        self.assertEqual(good.level_ids.sorted("sequence").mapped("name"), ["Second", "First"])

    def test_levels_change_places_in_one_go(self):
        """Dragging in the form writes level after level; only the order at the end counts."""
        procedure = self.procedure(
            {"name": "First", "sequence": 10, "delay_days": 3},
            {"name": "Second", "sequence": 20, "delay_days": 9},
            automatic_choice=False,
        )
        first, second = procedure.level_ids
        change = [(second, {"sequence": 10, "delay_days": 2}), (first, {"sequence": 11})]
        procedure.write({"level_ids": [Command.update(level.id, values) for level, values in change]})
        self.assertEqual(procedure.level_ids.sorted("sequence").mapped("name"), ["Second", "First"])
        with self.refused("before or together with First"):
            change = [(second, {"sequence": 30}), (first, {"sequence": 20})]
            procedure.write({"level_ids": [Command.update(level.id, values) for level, values in change]})
        with self.refused("same place in the order"):
            procedure.write({"level_ids": [Command.update(first.id, {"sequence": 10})]})

    def test_notice_that_costs_need_is_taken_away_in_one_go(self):
        notice = {"name": "Notice", "sequence": 5, "legal_type": "statutory_notice"}
        charge = {"name": "Pay", "sequence": 20, "delay_from": "previous", "costs": "charge"}
        procedure = self.procedure(notice, charge, debtor_kind="consumer", automatic_choice=False)
        for command in (Command.delete, Command.unlink):
            with self.refused("Pay charges costs to a consumer before any statutory notice"):
                procedure.write({"level_ids": [command(procedure.level_ids[0].id)]})

    def test_archived_levels_do_not_count(self):
        procedure = self.procedure(
            {"sequence": 10, "delay_days": 10, "active": False},
            {"sequence": 20, "delay_days": 5},
            automatic_choice=False,
        )
        self.assertEqual(len(procedure.level_ids), 1)
        archived = procedure.with_context(active_test=False).level_ids - procedure.level_ids
        with self.refused("before or together with"):
            archived.active = True

    @mute_logger("odoo.sql_db")
    def test_negative_numbers(self):
        procedure = self.procedure(automatic_choice=False)
        for record, values, message in (
            (procedure.level_ids, {"delay_days": -1}, "number of days to wait cannot be negative"),
            (
                procedure.level_ids,
                {"payment_term_days": -1, "legal_type": "statutory_notice"},
                "number of days to pay cannot be negative",
            ),
            (procedure, {"minimum_interval": -1}, "number of days between letters cannot be negative"),
            (procedure, {"minimum_amount": -0.01}, "minimum amount cannot be negative"),
        ):
            with self.subTest(**values):
                with self.assertRaises(CheckViolation) as caught, self.cr.savepoint():
                    record.write(values)
                    self.env.flush_all()
                self.assertIn(message, record._sql_error_to_message(caught.exception))

    def test_letter_without_days_to_pay(self):
        procedure = self.procedure(automatic_choice=False)
        with self.refused("gives no days to pay"):
            procedure.level_ids.payment_term_days = 0
        procedure.level_ids.payment_term_days = 1
        procedure.level_ids.write({"legal_type": "statutory_notice", "payment_term_days": 0})

    def test_costs_for_a_consumer_before_a_statutory_notice(self):
        charge = {"name": "Pay", "costs": "charge", "legal_type": "final_notice"}
        notice = {"name": "Notice", "sequence": 5, "legal_type": "statutory_notice", "costs": "announce"}
        charge |= {"sequence": 20, "delay_from": "previous"}
        for kind in ("consumer", "any"):
            with self.subTest(kind=kind), self.refused("Pay charges costs to a consumer before any statutory notice"):
                self.procedure({}, charge, debtor_kind=kind, automatic_choice=False)
        good = self.procedure(notice, {"delay_days": 8}, charge, debtor_kind="consumer", automatic_choice=False)
        with self.refused("before any statutory notice"):
            good.level_ids[0].legal_type = "reminder"
        with self.refused("before any statutory notice"):
            good.level_ids[0].active = False
        with self.refused("before any statutory notice"):
            good.level_ids[0].sequence = 30

    def test_procedure_for_businesses_becomes_one_for_consumers(self):
        charge = {"name": "Pay", "costs": "charge", "legal_type": "notice_of_default"}
        procedure = self.procedure(charge, debtor_kind="business", automatic_choice=False)
        for kind in ("consumer", "any"):
            with self.refused("Pay charges costs to a consumer before any statutory notice"):
                procedure.debtor_kind = kind

    def test_notice_of_a_handover_never_goes_by_itself(self):
        with self.refused("cannot go by itself"):
            self.procedure({"legal_type": "handover", "automatic": True}, automatic_choice=False)
        level = self.procedure({"legal_type": "handover", "payment_term_days": 0}, automatic_choice=False).level_ids
        with self.refused("cannot go by itself"):
            level.automatic = True

    def test_procedure_and_level_with_letters_stay(self):
        procedure = self.procedure(name="Own", debtor_kind="any", company_id=self.nl.id)
        unused = self.procedure({}, name="Unused", automatic_choice=False)
        self.invoice(self.debtor())
        self.run_for()
        with self.refused("Letters were made with the procedure Own.*Archive it instead", UserError):
            procedure.unlink()
        with self.refused("Letters stand on the level Step.*Archive it instead", UserError):
            procedure.level_ids.unlink()
        procedure.level_ids.active = False
        procedure.active = False
        unused.unlink()
        self.assertFalse(unused.exists())


@tagged("post_install", "-at_install")
class TestCopy(ProcedureCase):
    def test_copy_is_whole_and_not_chosen_by_itself(self):
        for name in ("nl_business", "nl_consumer", "be_consumer", "eu"):
            with self.subTest(name):
                original = self.shipped(name).with_user(self.manager)
                copy = original.copy()
                self.assertEqual(copy.name, f"{original.name} (copy)")
                self.assertFalse(copy.automatic_choice)
                self.assertEqual(copy.country_id, original.country_id)
                fields = ["name", "sequence", "legal_type", "delay_days", "delay_from", "costs", "template_id"]
                steps = [
                    [{key: row[key] for key in fields} for row in procedure.level_ids.read(fields)]
                    for procedure in (original, copy)
                ]
                self.assertEqual(*steps)

    def test_copy_reads_the_same_in_dutch(self):
        original = self.shipped("nl_business").with_user(self.manager)
        copy = original.copy()
        dutch = {"lang": "nl_NL"}
        names = [procedure.with_context(**dutch).level_ids.mapped("name") for procedure in (original, copy)]
        self.assertEqual(*names)
