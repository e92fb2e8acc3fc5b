"""What is told of debtors: agreements, disputes, contacts, holds, insolvencies, and what changes about them."""

from datetime import date, timedelta

from odoo import Command
from odoo.tests import tagged

from ...common import TODAY
from ..debtor.agreement_case import AgreementCase
from .told_case import ToldMixin


@tagged("post_install", "-at_install")
class TestDebtorTold(ToldMixin, AgreementCase):
    with_belgium = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["dunning.claim"]._of_moves(cls.move + cls.second)
        cls.user.lang = "en_US"

    def promise(self, moves=None, **vals):
        vals = {"amount": 100, "date": TODAY + timedelta(days=4), "note": "On the phone"} | vals
        return self.note("dunning.promise", moves if moves is not None else self.move, **vals)

    def in_words(self, event, lang="en_US"):
        return event.with_context(lang=lang).sentence

    # -- agreements ------------------------------------------------------------------------------------------------

    def test_promise(self):
        with self.telling("agreement.promised", "agreement.changed", "agreement.cancelled") as told:
            promise = self.promise()
            promise.write({"amount": 90, "note": "Called again"})
            promise.write({"amount": 90})  # the same once more
            promise.action_cancel()
        made, changed, _ended = told
        self.assertEqual((made.debtor, made.company_id, made.author_id), (self.partner.id, self.nl, self.user))
        self.assertEqual(made.claim_ids.ids, self.claims_of(self.move))
        self.assertEqual((made.facts["amount"], made.facts["date"]), (self.money("100.00"), {"date": "2026-11-20"}))
        self.assertNotIn("note", made.facts)
        self.assertEqual(self.personal(made), {"note": "On the phone"})
        [change] = changed.facts["changes"]
        self.assertEqual((change["before"], change["after"]), (self.money("100.00"), self.money("90.00")))
        [text] = self.personal(changed)["texts"]
        self.assertEqual((text["before"], text["after"]), ("On the phone", "Called again"))
        self.assertIn(self.move.name, self.in_words(made))
        self.assertRegex(self.in_words(changed), "Amount: from .*100.* to .*90")

    def test_kept_or_broken(self):
        self.promise()
        self.promise(self.second, amount=200)
        self.pay(self.move, 100)
        self.pay(self.second, 50)
        with self.at(12), self.telling("agreement.kept", "agreement.broken", family="agreement") as told:
            for _morning in range(2):
                self.env["dunning.promise"]._settle(self.nl)
        self.assertEqual(told[0].facts["amount"], self.money("100.00"))
        self.assertEqual((told[1].facts["amount"], told[1].facts["paid"]), (self.money("200.00"), self.money("50.00")))

    def plan(self):
        parts = [
            Command.create({"date": date(2026, 12, day), "amount": amount}) for day, amount in ((1, 33.33), (8, 66.67))
        ]
        return self.note("dunning.payment.plan", self.move, amount=100, instalment_ids=parts)

    def test_plan(self):
        with self.telling():
            plan = self.plan()
            plan.write({"note": "Still a draft"})
        with self.telling("agreement.plan_agreed", "agreement.plan_reopened") as told:
            plan.action_agree()
            plan.action_draft()
        self.assertEqual(
            told[0].facts["instalments"],
            [{"date": "2026-12-01", **self.money("33.33")}, {"date": "2026-12-08", **self.money("66.67")}],
        )
        self.assertIn("33.33", self.in_words(told[0]))
        plan.action_agree()
        with self.at(40), self.telling("agreement.broken", family="agreement") as told:
            self.env["dunning.payment.plan"]._settle(self.nl)
        self.assertEqual(told[0].facts["missing"], {"date": "2026-12-01", **self.money("33.33")})

    # -- disputes, contacts, holds -----------------------------------------------------------------------------------

    def test_dispute(self):
        with self.telling("dispute.opened", "dispute.changed", "dispute.closed", "dispute.reopened") as told:
            dispute = self.note("dunning.dispute", self.move, reason="price", amount=12.3, description="Too dear")
            dispute.outcome = "partly"
            dispute.action_close()
            dispute.action_reopen()
        self.assertEqual(told[0].facts["amount"], self.money("12.30"))
        self.assertEqual(told[0].facts["reason"], {"choice": ["dunning.dispute", "reason", "price"]})
        self.assertEqual(self.personal(told[0]), {"description": "Too dear"})
        self.assertEqual(told[2].facts["outcome"]["choice"][2], "partly")
        self.assertEqual({event.claim_ids.ids[0] for event in told}, set(self.claims_of(self.move)))

    def test_contact(self):
        kinds = "contact.called", "contact.not_reached", "contact.other", "contact.changed", "contact.archived"
        with self.telling(*kinds, "contact.unarchived") as told:
            call = self.note("dunning.contact", outcome="paying", person="Ms Jansen", date="2026-11-15 10:00:00")
            self.note("dunning.contact", outcome="not_reached")
            self.note("dunning.contact", outcome="other", kind="visit")
            call.note = "He pays"
            call.active = False
            call.active = True
        self.assertEqual((str(told[0].happened), told[0].debtor), ("2026-11-15 10:00:00", self.partner.id))
        self.assertEqual(self.personal(told[0])["person"], "Ms Jansen")
        self.assertNotIn("Jansen", str(told[0].facts))
        self.assertNotEqual(told[3].happened, told[0].happened)

    def test_hold(self):
        holds = self.as_user(self.user)["dunning.hold"]
        with self.telling("hold.set", "hold.changed", "hold.ended", "hold.set", "hold.deleted") as told:
            hold = holds.create({"move_id": self.move.id, "reason": "He is ill"})
            hold.date_until = "2026-12-01"
            hold.action_release()
            whole = holds.create({"partner_id": self.partner.id, "company_id": self.nl.id, "reason": "All of it"})
            whole.with_user(self.manager).unlink()
        self.assertEqual((told[0].facts["numbers"], self.personal(told[0])), (self.move.name, {"reason": "He is ill"}))
        self.assertEqual(told[0].claim_ids.ids, self.claims_of(self.move))
        self.assertEqual(told[1].facts["until"], {"date": "2026-12-01"})
        self.assertEqual((told[3].facts["whole"], told[4].author_id), (True, self.manager))
        self.assertEqual(told[3].facts["of"]["record"], ["dunning.hold", whole.id])

    def test_left_alone(self):
        item = self.move.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        with self.telling("hold.left_alone", "hold.followed_again") as told:
            item.no_followup = True
            item.no_followup = False
        self.assertEqual((told[0].debtor, told[0].claim_ids.ids), (self.partner.id, self.claims_of(self.move)))

    # -- the debtor himself --------------------------------------------------------------------------------------------

    def test_insolvency(self):
        insolvencies = self.as_user(self.user)["dunning.insolvency"]
        kinds = "debtor.insolvency", "debtor.insolvency_changed", "debtor.insolvency_ended"
        with self.telling(*kinds, "debtor.insolvency_deleted") as told:
            insolvency = insolvencies.create(
                {"partner_id": self.partner.id, "kind": "nl_bankruptcy", "date": "2026-11-10", "number": "F.16/26/123"}
            )
            insolvency.court = "Utrecht"
            insolvency.write({"ended_on": "2026-11-15", "outcome": "no_assets"})
            insolvency.with_user(self.manager).unlink()
        self.assertEqual((told[0].debtor, told[0].facts["date"]), (self.partner.id, {"date": "2026-11-10"}))
        self.assertEqual(self.personal(told[0]), {"number": "F.16/26/123"})
        self.assertEqual(told[2].facts["outcome"]["choice"][2], "no_assets")
        self.assertEqual((told[3].author_id, self.personal(told[3])["number"]), (self.manager, "F.16/26/123"))

    def test_filed_and_admitted(self):
        insolvency = self.as_user(self.user)["dunning.insolvency"].create(
            {
                "partner_id": self.partner.id,
                "kind": "nl_bankruptcy",
                "date": TODAY,
                "trustee_id": self.debtor("Mr. Curator").id,
            }
        )
        filing = insolvency.env["dunning.insolvency.filing"].browse(insolvency.action_file()["res_id"])
        filing.filed_how = "post"
        with self.telling("debtor.claim_filed", "debtor.claim_admitted") as told:
            filing.action_filed()
            filing.write({"amount_admitted": 290, "admitted_on": TODAY})
        amount = self.money(f"{filing.amount_filed:.2f}")
        self.assertEqual((told[0].debtor, told[0].facts["amount"]), (self.partner.id, amount))
        self.assertEqual((told[1].facts["amount"], told[1].facts["admitted"]), (amount, self.money("290.00")))

    def test_insolvency_of_all_companies(self):
        self.env["dunning.case"]._for_partners(self.partner, self.be, create=True)
        with self.telling("debtor.insolvency", "debtor.insolvency") as told:
            self.as_user(self.manager)["dunning.insolvency"].create(
                {"partner_id": self.partner.id, "kind": "nl_bankruptcy", "date": "2026-11-10", "company_id": False}
            )
        self.assertEqual({event.company_id for event in told}, {self.nl, self.be})

    def test_kind_and_settings(self):
        procedure = self.env.ref("cremann_dunning.dunning_procedure_nl_business")
        kinds = "debtor.kind", "debtor.procedure", "debtor.procedure_let_go", "debtor.setting"
        with self.telling(*kinds) as told:
            partner = self.as_user(self.user, self.partner).sudo()
            partner.dunning_kind_set = "consumer"
            partner.dunning_procedure_id = procedure
            partner.dunning_procedure_id = False
            partner.dunning_tone = "informal"
            partner.write({"dunning_tone": "informal", "vat": False})
        choice = ["res.partner", "dunning_debtor_kind"]
        self.assertEqual(told[0].facts["before"], {"choice": [*choice, "business"]})
        self.assertEqual(told[0].facts["after"], {"choice": [*choice, "consumer"]})
        self.assertTrue(told[0].facts["by_hand"])
        self.assertEqual((told[0].author_id, told[0].debtor), (self.user, self.partner.id))
        self.assertEqual(told[1].facts["after"]["record"], ["dunning.procedure", procedure.id])

    def test_kind_by_evidence(self):
        """Of whom nothing is followed up nothing is told."""
        person, stranger = self.debtor("Jan", kind="unknown"), self.debtor("Piet", kind="unknown")
        self.env["dunning.case"]._for_partners(person, self.nl, create=True)
        with self.telling("debtor.kind") as told:
            (person + stranger).write({"company_registry": "30201234"})
        self.assertEqual((told[0].debtor, told[0].facts["after"]["choice"][2]), (person.id, "business"))
        self.assertEqual(self.personal(told[0]), {"registry": "30201234"})

    def test_chosen_for_an_invoice(self):
        procedure = self.env.ref("cremann_dunning.dunning_procedure_nl_business")
        chosen, let_go = "debtor.kind_of_invoice", "debtor.kind_of_invoice_let_go"
        kinds = chosen, "debtor.procedure_of_invoice", "debtor.procedure_of_invoice_let_go", let_go
        with self.telling(*kinds) as told:
            self.move.dunning_debtor_kind = "consumer"
            self.move.dunning_procedure_id = procedure
            self.move.dunning_procedure_id = False
            self.move.dunning_kind_set = False
        self.assertEqual((told[0].debtor, told[0].facts["numbers"]), (self.partner.id, self.move.name))

    def test_responsible(self):
        self.case.user_id = False
        with self.telling("debtor.responsible") as told:
            self.case.user_id = self.manager
            self.case.user_id = self.manager
        self.assertEqual(told[0].facts, {"from": None, "into": self.manager.id})
        self.assertEqual(self.personal(told[0]), {"after": self.manager.name})

    def test_merged(self):
        other = self.debtor("Bakkerij Janssen")
        self.env["dunning.case"]._for_partners(other, self.nl, create=True)
        with self.telling("debtor.moved", family="debtor.m") as told:
            wizard = self.env["base.partner.merge.automatic.wizard"].create({})
            wizard._merge((self.partner + other).ids, self.partner)
        self.assertEqual(told[0].facts, {"from": other.id, "into": self.partner.id})
        self.assertEqual((told[0].debtor, self.personal(told[0])["old"]), (self.partner.id, "Bakkerij Janssen"))

    def test_folded_and_split(self):
        group = self.debtor("Holding")
        self.partner.parent_id = group
        with self.telling("debtor.moved", family="debtor.m") as told:
            self.partner.is_company = False
        self.assertEqual(told[0].facts, {"from": self.partner.id, "into": group.id})
        with self.telling("debtor.claims_left", "debtor.claims_came", family="debtor.claims") as told:
            self.partner.is_company = True
        self.assertEqual([event.debtor for event in told], [group.id, self.partner.id])
        self.assertEqual(sorted(told[0].claim_ids.ids), sorted(self.claims_of(self.move, self.second)))

    def test_statement(self):
        window = self.as_user(self.user)["dunning.statement.wizard"].create({"case_ids": self.case.ids, "kind": "xlsx"})
        action = window.action_mail()
        with self.telling("debtor.statement_sent") as told:
            context = action["context"]
            composer = self.as_user(self.user)["mail.compose.message"].with_context(**context).create({})
            composer.action_send_mail()
        self.assertRegex(told[0].facts["paper"], "^[0-9a-f]{64}$")
        self.assertIn(self.partner.email, self.personal(told[0])["to"])

    # -- claims --------------------------------------------------------------------------------------------------------

    def test_claim_begun_and_deleted(self):
        move = self.invoice(self.partner, 50, due=3)
        with self.telling("debtor.claim_begun", "hold.set") as told:
            self.as_user(self.user)["dunning.hold"].create({"move_id": move.id, "reason": "?"})
        self.assertEqual(told[0].facts["amount"], self.money("50.00"))
        self.assertEqual(told[0].facts["due"], {"date": "2026-11-13"})
        with self.telling("ledger.to_draft", "debtor.claim_ended") as told:
            move.button_draft()
            move.with_context(force_delete=True).unlink()
        self.assertEqual(told[1].facts["reason"]["choice"][2], "deleted")

    def test_taken_in(self):
        items = self.opening((self.partner, 70, 20, "Old"))
        with self.telling("debtor.claim_taken_in") as told:
            self.take_in(items.move_id)
        self.assertEqual((told[0].debtor, told[0].facts["amount"]), (self.partner.id, self.money("70.00")))
        with self.telling("hold.left_out") as told:
            items.move_id._dunning_leave_out("Settled by hand")
        self.assertEqual(self.personal(told[0]), {"reason": "Settled by hand"})

    def test_wrongly_addressed(self):
        other = self.debtor("Somebody else")
        with self.telling("ledger.to_draft", "debtor.claim_ended") as told:
            self.move.button_draft()
            self.move.partner_id = other
            self.move._post(soft=False)
        self.assertEqual((told[1].debtor, told[1].facts["reason"]["choice"][2]), (self.partner.id, "readdressed"))
        claim = told[1].claim_ids.ids
        with self.telling("debtor.claim_back", family="debtor.claim_b") as told:
            self.move.button_draft()
            self.move.partner_id = self.partner
            self.move._post(soft=False)
        self.assertEqual((told[0].debtor, told[0].claim_ids.ids), (self.partner.id, claim))

    def test_limitation(self):
        old = self.invoice(self.partner, 400, due=date(2022, 1, 10), invoice_date=date(2021, 12, 27))
        self.env["dunning.claim"]._of_moves(old)
        self.env["dunning.limitation"]._watch(self.nl)
        self.assertTrue(self.case.limitation_date)
        self.pay(old, 10)
        with self.telling("debtor.limitation_interrupted") as told:
            for _morning in range(2):
                self.env["dunning.limitation"]._watch(self.nl)
        self.assertEqual((told[0].claim_ids.ids, told[0].debtor), (self.claims_of(old), self.partner.id))
        self.assertEqual(told[0].facts["on"], {"date": "2026-11-16"})
        self.assertTrue(told[0].facts["acknowledged"])

    # -- all of them ---------------------------------------------------------------------------------------------------

    def test_no_query_by_the_record(self):
        """Many are told with the queries of one."""
        moves = self.invoices([self.partner] * 20, 10)
        self.env["dunning.claim"]._of_moves(moves)
        counts = []
        for some in (moves[:2], moves[2:]):
            holds = self.env["dunning.hold"].create([{"move_id": move.id, "reason": "?"} for move in some])
            with self.counted() as count:
                rows = holds._event_rows(dict.fromkeys(holds, "hold.set"))
                self.env["dunning.event"]._tell(rows)
            self.assertEqual(len(rows), len(some))
            counts += count
        self.assertLessEqual(counts[1], counts[0])

    def test_readers_words(self):
        """Every sentence is whole in Dutch and French as well."""
        self.promise()
        self.note("dunning.dispute", self.move, reason="price")
        self.as_user(self.user)["dunning.hold"].create({"move_id": self.move.id, "reason": "?"})
        for event in self.env["dunning.event"].search([("debtor", "=", self.partner.id)]):
            for lang in ("en_US", "nl_NL", "fr_FR"):
                self.assertNotIn("…", self.in_words(event, lang), event.kind)
