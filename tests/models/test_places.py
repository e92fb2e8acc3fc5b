"""A record stays with the company, the debtor and the parent that it was made for, whoever writes it and how."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..common import TODAY
from .test_access import AccessCase

# Every stored model of ours, and what says where its records belong. A new model needs its line here.
CASE = {"case_id", "company_id", "partner_id"}
LETTER = {"letter_id", "company_id", "partner_id"}
PLACES = {
    "dunning.carrier": set(),
    "dunning.case": {"company_id", "partner_id"},
    "dunning.client": {"company_id"},
    "dunning.contact": CASE,
    "dunning.digest": {"company_id"},
    "dunning.customer.group": {"company_id"},
    "dunning.customer.group.member": {"group_id", "company_id", "partner_id"},
    "dunning.cost.bracket": {"scale_id", "company_id"},
    "dunning.cost.scale": {"company_id"},
    "dunning.decision": {"company_id", "move_id", "move_line_id", "partner_id"},
    "dunning.charge": {"claim_id", "company_id", "letter_id", "letter_line_id"},
    "dunning.charge.booking": {"claim_id", "company_id", "move_id", "move_line_id"},
    "dunning.claim": {"case_id", "company_id", "move_id", "move_line_id", "partner_id"},
    "dunning.dispatch": LETTER,
    "dunning.dispute": CASE,
    "dunning.dispute.term": {"company_id"},
    "dunning.desk.term": {"company_id"},
    "dunning.answer.text": {"company_id"},
    "dunning.element": set(),
    "dunning.chain.check": {"company_id"},
    "dunning.event": {"company_id"},
    "dunning.event.personal": {"company_id", "event_id"},
    "dunning.event.seal": {"company_id", "event_id"},
    "dunning.freshness": {"company_id", "partner_id"},
    "dunning.touch": {"company_id", "partner_id"},
    "dunning.advice": {"company_id", "partner_id"},
    "dunning.care": {"company_id", "partner_id"},
    "dunning.help.text": {"company_id"},
    "dunning.handover": CASE | {"letter_id"},
    "dunning.handover.file": {"company_id", "case_id"},
    "dunning.handover.claim": {"handover_id", "company_id", "claim_id"},
    "dunning.handover.status": {"handover_id", "company_id", "party_id", "move_id"},
    "dunning.party.overview": {"company_id", "partner_id"},
    "dunning.party": {"company_id", "partner_id"},
    "dunning.issuer": {"company_id", "partner_id"},
    "dunning.issuer.registration": {"issuer_id", "company_id"},
    "dunning.hold": {"company_id", "letter_id", "move_id", "partner_id"},
    "dunning.insolvency": {"company_id", "partner_id"},
    "dunning.insolvency.filing": {"insolvency_id", "company_id"},
    "dunning.interest.rate": {"table_id", "company_id"},
    "dunning.interest.table": {"company_id"},
    "dunning.letter": {"company_id", "partner_id", "case_id", "run_id"},
    "dunning.letter.line": {"letter_id", "company_id", "move_id", "claim_id"},
    "dunning.level": {"procedure_id", "company_id"},
    "dunning.level.channel": {"level_id", "company_id"},
    "dunning.opening": LETTER,
    "dunning.page.key": LETTER,
    "dunning.throttle": set(),
    "dunning.override": LETTER,
    "dunning.agreement.letter": CASE,
    "dunning.agreement.receipt": {"company_id"},
    "dunning.page.act": CASE | {"letter_id"},
    "dunning.plan.limit": {"company_id"},
    "dunning.expected.payment": {"company_id", "partner_id"},
    "dunning.payment.choice": {"company_id", "partner_id"},
    "dunning.payment.plan": CASE,
    "dunning.payment.plan.instalment": {"plan_id", "company_id"},
    "dunning.procedure": {"company_id"},
    "dunning.promise": CASE,
    "dunning.receipt": {"company_id"},
    "dunning.receipt.claim": {"receipt_id", "company_id", "move_line_id"},
    "dunning.receipt.look": {"company_id"},
    "dunning.regime": {"company_id"},
    "dunning.regime.requirement": {"regime_id", "company_id"},
    "dunning.reply": {"letter_id", "company_id", "partner_id"},
    "dunning.run": {"company_id"},
    "dunning.snapshot": {"company_id"},
    "dunning.return": {"company_id", "move_id", "move_line_id"},
    "dunning.set.off": CASE,
    "dunning.limitation.claim": {"company_id", "partner_id", "move_id", "move_line_id", "claim_id"},
    "dunning.interruption": CASE,
    "dunning.standing": {"company_id", "partner_id", "run_id"},
    "dunning.word.list": {"company_id"},
    "dunning.cause.route": {"company_id"},
    "dunning.check": {"move_id", "company_id", "partner_id"},
    "dunning.write.off": {"company_id", "partner_id", "move_id", "move_line_id", "claim_id"},
    "dunning.write.off.tax": {"write_off_id", "company_id"},
}


@tagged("post_install", "-at_install")
class TestPlaces(AccessCase):
    refusal = (UserError, AccessError)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls.own["dunning.case"].filtered(lambda case: case.partner_id == cls.partner)
        cls.their_case = cls.theirs["dunning.case"].filtered(lambda case: case.partner_id == cls.be_partner)
        cls.other = cls.env["dunning.case"]._for_partners(cls.debtor("Other BV"), cls.nl, create=True)
        cls._one_of_the_rest()

    @classmethod
    def _one_of_the_rest(cls):
        """Records of the models that a run makes none of."""
        env, letter = cls.env, cls.own["dunning.letter"]
        env["dunning.digest"].create({"company_id": cls.nl.id})
        file = {"name": "?", "company_id": cls.nl.id, "case_id": cls.case.id, "purpose": "collection"}
        env["dunning.handover.file"].create(file)
        env["dunning.dispatch"]._record_end(letter, "withheld")
        env["dunning.opening"].create(
            {"letter_id": letter.id, "opened_at": "2026-03-02 08:00:00", "hour": "2026-03-02 08:00:00"}
        )
        env["dunning.customer.group"].create({"name": "Jansen", "company_id": cls.nl.id, "head_id": cls.partner.id})
        cls._charges_of(letter)
        env["dunning.override"].create({"letter_id": letter.id, "code": "X", "sentence": "?", "reason": "because"})
        env["dunning.level.channel"].create(
            {"level_id": letter.level_id.id, "channel": "registered", "use": "fallback"}
        )
        advice = {"company_id": cls.nl.id, "partner_id": cls.partner.id, "kind": "deposit", "advised_on": TODAY}
        env["dunning.advice"].create(advice)
        env["dunning.care"].create({"company_id": cls.nl.id, "partner_id": cls.partner.id, "reason": "money"})
        env["dunning.standing"].create(
            {
                "company_id": cls.nl.id,
                "partner_id": cls.other.partner_id.id,
                "run_id": cls.run_nl.id,
                "rests_on": "x",
                "state": "y",
            }
        )
        cls.receipt(None, 1, partner_name=cls.partner.name)
        about = letter.line_ids.move_id[:1]
        env["dunning.check"]._answer({about.with_env(env): {"amount": ("right", False, False)}})
        env["dunning.receipt.look"]._bring(cls.nl)
        env["dunning.reply"].create({"case_id": cls.case.id, "letter_id": letter.id, "received_on": TODAY})
        env["dunning.throttle"]._count("check", "a page", "192.0.2.1")
        letter._portal_ensure_token()  # with it comes its key to the debtor's page
        env["dunning.agreement.receipt"]._make(cls.own["dunning.promise"][:1])._confirm_by_firm()
        act = {"case_id": cls.case.id, "letter_id": letter.id, "kind": "question", "token": "x", "done_on": TODAY}
        env["dunning.page.act"].create(act)
        env["dunning.plan.limit"].create({"company_id": cls.nl.id, "debtor_kind": "business", "amount_max": 1})
        issuer = {"name": "Agency", "company_id": cls.nl.id, "partner_id": cls.debtor("Agency").id}
        registration = {"country_id": env.ref("base.nl").id, "number": "1"}
        env["dunning.issuer"].create(issuer | {"registration_ids": [Command.create(registration)]})
        cls.ended_claims()
        cls.recorded()

    def another(self, record, name):
        """A value that would move a record: something else that exists."""
        field = record._fields[name]
        now = record[name]
        if field.comodel_name == "res.company":
            return (self.nl + self.be - now)[:1].id
        return self.env[field.comodel_name].with_context(active_test=False).search([("id", "!=", now.id)], limit=1).id

    def test_every_model_is_in_the_table(self):
        ours = {name for name, model in self.registry.items() if name.startswith("dunning.")}
        stored = {name for name in ours if not self.env[name]._abstract and not self.env[name]._transient}
        self.assertEqual(stored, set(PLACES))
        for name in stored:
            with self.subTest(name):
                self.assertEqual(self.env[name]._placing_fields(), PLACES[name])
                self.assertTrue(self.env[name]._check_company_auto)

    def test_nobody_moves_a_record(self):
        """Each field of each model, by user and manager; with both companies, so that no rule of reading helps."""
        group_manager = self._user("group_manager", "cremann_dunning.group_dunning_manager", self.nl, self.be)
        tried = 0
        for model, names in PLACES.items():
            record = self.env[model].with_context(active_test=False).search([], limit=1, order="id desc")
            if model in self.own:
                record = self.own[model][:1]
            self.assertTrue(record, model)
            for name in names:
                other = self.another(record, name)
                if not other:
                    continue
                before = record[name]
                for user in (self.group_user, group_manager):
                    with self.subTest(model=model, field=name, user=user.login), self.refused(""):
                        self.as_user(user, record).write({name: other})
                    record.invalidate_recordset()
                    self.assertEqual(record[name], before)
                tried += 1
        self.assertGreater(tried, 40)

    def test_the_message_says_what_to_do(self):
        with self.refused("Company of Bakkerij Jansen stays as it was made.*Make a new record there", UserError):
            self.as_user(self.group_user, self.case).company_id = self.be
        with self.refused("Debtor of Bakkerij Jansen stays", UserError):
            self.as_user(self.manager, self.case).partner_id = self.other.partner_id

    def test_a_disputed_invoice_stays_disputed(self):
        """The input of the issue: the case goes to the other firm, and its disputes with it."""
        dispute = self.own["dunning.dispute"]
        with self.refused("", UserError):
            self.as_user(self.group_user, dispute.case_id).write({"company_id": self.be.id})
        self.assertEqual(dispute.company_id, self.nl)
        self.assertFalse(self.as_user(self.be_user)["dunning.dispute"].search([("id", "=", dispute.id)]))
        self.run_for(partners=self.partner)
        self.assertIn(self.code(dispute.move_ids), ("DISPUTE", "HOLD"))

    def test_not_through_the_other_side_either(self):
        """A list of children that takes in a record of somebody else moves it just as well."""
        dispute, instalment = self.own["dunning.dispute"], self.own["dunning.payment.plan.instalment"]
        for record, name, child in (
            (self.other, "dispute_ids", dispute),
            (self.their_case, "promise_ids", self.own["dunning.promise"]),
            (self.other.partner_id, "dunning_case_ids", self.case),
            (self.theirs["dunning.payment.plan"], "instalment_ids", instalment),
            (self.other, "letter_ids", self.own["dunning.letter"]),
            (self.theirs["dunning.run"], "letter_ids", self.own["dunning.letter"]),
        ):
            for command in (Command.link(child.id), Command.set(child.ids)):
                with self.subTest(name=name, command=command), self.refused(""):
                    self.as_user(self.group_user, record).write({name: [command]})

    def test_the_same_value_once_more_is_no_move(self):
        case = self.as_user(self.user, self.case)
        case.write({"company_id": self.nl.id, "partner_id": self.partner.id, "user_id": self.user.id})
        self.assertEqual(case.user_id, self.user)

    def test_a_child_in_another_company(self):
        user, theirs = self.as_user(self.group_user), self.their_case
        for model, values in (
            ("dunning.dispute", {"case_id": theirs.id, "move_ids": self.move.ids, "reason": "price"}),
            ("dunning.promise", {"case_id": theirs.id, "move_ids": self.move.ids, "date": TODAY}),
            ("dunning.payment.plan", {"case_id": self.case.id, "move_ids": self.be_move.ids}),
            ("dunning.contact", {"case_id": self.case.id, "move_ids": self.be_move.ids, "outcome": "other"}),
            ("dunning.hold", {"move_id": self.be_move.id, "company_id": self.nl.id, "reason": "?"}),
        ):
            with self.subTest(model), self.refused(""):
                user[model].create(values)

    def test_a_debtor_of_the_other_company_only(self):
        theirs = self.debtor("Alleen van hen", company_id=self.be.id)
        for model, values in (
            ("dunning.hold", {"reason": "?", "partner_id": theirs.id}),
            ("dunning.run", {"partner_ids": theirs.ids}),
            ("dunning.case", {"partner_id": theirs.id}),
        ):
            user = self._user(f"m_{model}", "cremann_dunning.group_dunning_manager", self.nl, self.be)
            with self.subTest(model), self.refused(""):
                self.as_user(user)[model].create({"company_id": self.nl.id, **values})

    def test_what_is_computed_is_not_written_over(self):
        """A stored field that follows another one takes no value of its own from a call."""
        contact, dispute = self.own["dunning.contact"], self.own["dunning.dispute"]
        for record, name, value in (
            (contact, "counted_on", "2020-01-01"),
            (dispute, "company_id", self.be.id),
            (dispute, "partner_id", self.other.partner_id.id),
            (self.case, "debtor_kind", "consumer"),
            (self.case, "country_id", self.env.ref("base.be").id),
        ):
            with self.subTest(name), self.refused(""):
                self.as_user(self.group_user, record).write({name: value})

    def test_forms_do_not_offer_it(self):
        env = self.as_user(self._user("multi", "cremann_dunning.group_dunning_manager", self.nl, self.be))
        procedure = env["dunning.procedure"].create({"name": "Own", "company_id": self.nl.id})
        run = env["dunning.run"].create({"company_id": self.nl.id})
        for record in (self.case.with_env(env), self.own["dunning.hold"].with_env(env), procedure, run):
            with (
                self.subTest(record._name),
                self.assertRaisesRegex(AssertionError, "readonly|invisible"),
                Form(record) as form,
            ):
                form.company_id = self.be
