"""Who may see and change what: a user, a manager, a biller, an employee, and the people of another company."""

import base64
from contextlib import contextmanager

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from odoo.addons.cremann_dunning.engine.party_status import Row

from ..common import TODAY, DunningCase

PDF = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\ntrailer\n<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"
EVIDENCE = ("dunning.decision", "dunning.snapshot", "dunning.claim", "dunning.letter", "dunning.letter.line")
WORK = ("dunning.case", "dunning.run", "dunning.hold")
AGREEMENTS = ("dunning.dispute", "dunning.promise", "dunning.payment.plan", "dunning.contact")
RULES = ("dunning.procedure", "dunning.level")
LAW = (
    "dunning.regime",
    "dunning.cost.scale",
    "dunning.cost.bracket",
    "dunning.interest.table",
    "dunning.interest.rate",
    "dunning.regime.requirement",
    "dunning.element",
    "dunning.word.list",
    "dunning.cause.route",
    "dunning.dispute.term",
    "dunning.desk.term",
    "dunning.answer.text",
)
REPAIRS = (
    "dunning.address.wizard",
    "dunning.ask.wizard",
    "dunning.check.wizard",
    "dunning.check.wizard.line",
    "dunning.ending.wizard",
    "dunning.kind.wizard",
    "dunning.kind.wizard.line",
    "dunning.match.wizard",
    "dunning.match.wizard.line",
    "dunning.procedure.wizard",
    "dunning.sent.wizard",
)
OPERATIONS = {"r": "read", "w": "write", "c": "create", "d": "unlink"}

# Per model what user, manager and biller may do; an employee may do nothing.
RIGHTS = {
    "dunning.case": ("rw", "rwc", ""),
    "dunning.run": ("rwc", "rwcd", ""),
    "dunning.hold": ("rwc", "rwcd", ""),
    "dunning.check": ("r", "r", ""),
    "dunning.client": ("r", "r", ""),
    "dunning.digest": ("rwcd", "rwcd", ""),
    "dunning.decision": ("r", "r", ""),
    "dunning.snapshot": ("r", "r", ""),
    "dunning.standing": ("", "r", ""),
    "dunning.freshness": ("", "r", ""),
    "dunning.touch": ("", "r", ""),
    **dict.fromkeys(("dunning.event", "dunning.event.seal", "dunning.event.personal"), ("r", "r", "")),
    "dunning.chain.check": ("r", "r", ""),
    "dunning.record.wizard": ("", "rwcd", ""),
    "dunning.erasure.wizard": ("", "rwcd", ""),
    "dunning.payment.choice": ("r", "r", ""),
    "dunning.receipt": ("r", "r", ""),
    "dunning.receipt.claim": ("r", "r", ""),
    "dunning.receipt.look": ("", "r", ""),
    "dunning.receipt.wizard": ("rwcd", "rwcd", ""),
    "dunning.receipt.wizard.line": ("rwcd", "rwcd", ""),
    "dunning.letter": ("rw", "rw", ""),
    "dunning.claim": ("r", "r", ""),
    "dunning.charge": ("r", "r", ""),
    "dunning.charge.booking": ("r", "rw", ""),
    "dunning.letter.line": ("r", "r", ""),
    "dunning.override": ("r", "r", ""),
    "dunning.call.wizard": ("rwcd", "rwcd", ""),
    "dunning.call.wizard.line": ("rwcd", "rwcd", ""),
    "dunning.hold.wizard": ("rwcd", "rwcd", ""),
    **dict.fromkeys(REPAIRS, ("rwcd", "rwcd", "")),
    "dunning.left.over.wizard": ("rwcd", "rwcd", ""),
    "dunning.return": ("r", "r", ""),
    "dunning.set.off": ("r", "r", ""),
    "dunning.set.off.wizard": ("rwcd", "rwcd", ""),
    "dunning.limitation.claim": ("r", "r", ""),
    "dunning.interruption": ("rwc", "rwcd", ""),
    "dunning.court.wizard": ("rwcd", "rwcd", ""),
    "dunning.answer.wizard": ("rwcd", "rwcd", ""),
    "dunning.letter.wizard": ("rwcd", "rwcd", ""),
    "dunning.advice": ("r", "rw", ""),
    "dunning.agreement.receipt": ("r", "r", ""),
    "dunning.page.act": ("r", "r", ""),
    "dunning.plan.limit": ("r", "rwcd", ""),
    "dunning.care": ("", "", ""),  # a right of its own, see debtor/test_care
    "dunning.care.wizard": ("rwcd", "rwcd", ""),
    "dunning.help.text": ("r", "rwcd", ""),
    "dunning.words.wizard": ("rwcd", "rwcd", ""),
    "dunning.statement.wizard": ("rwcd", "rwcd", ""),
    "dunning.posting.wizard": ("rwcd", "rwcd", ""),
    "dunning.posting.wizard.line": ("rwcd", "rwcd", ""),
    "dunning.proof.wizard": ("rwcd", "rwcd", ""),
    "dunning.claim.import.wizard": ("rwcd", "rwcd", ""),
    "dunning.claim.import.wizard.line": ("rwcd", "rwcd", ""),
    "dunning.take.in.wizard": ("rwcd", "rwcd", ""),
    "dunning.take.in.wizard.line": ("rwcd", "rwcd", ""),
    "dunning.waive.wizard": ("rwcd", "rwcd", ""),
    "dunning.whatsapp.wizard": ("rwcd", "rwcd", ""),
    "dunning.carrier": ("r", "rwcd", ""),
    "dunning.customer.group": ("r", "rwcd", ""),
    "dunning.customer.group.member": ("r", "rwcd", ""),
    "dunning.letter.preview": ("rwcd", "rwcd", ""),
    "dunning.level.preview": ("rwcd", "rwcd", ""),
    "dunning.override.wizard": ("", "rwcd", ""),
    "dunning.mode.wizard": ("", "rwcd", ""),
    **dict.fromkeys(
        ("dunning.preset.wizard", "dunning.soundness.wizard", "dunning.soundness.wizard.line"), ("", "rwcd", "")
    ),
    "dunning.set.up.wizard": ("", "rwcd", ""),
    "dunning.withdrawal.wizard": ("", "rwcd", ""),
    "dunning.dispatch": ("r", "r", ""),
    "dunning.opening": ("r", "r", ""),
    "dunning.page.key": ("rw", "rw", ""),
    "dunning.throttle": ("", "r", ""),
    "dunning.reply": ("rw", "rw", ""),
    "dunning.desk.wizard": ("rwcd", "rwcd", ""),
    "dunning.confirm.wizard": ("rwcd", "rwcd", ""),
    "dunning.leave.out.wizard": ("rwcd", "rwcd", ""),
    "dunning.rate.import.wizard": ("", "rwcd", ""),
    "dunning.dossier.import.wizard": ("", "rwcd", ""),
    "dunning.dossier.send.wizard": ("rwcd", "rwcd", ""),
    "dunning.dossier.wizard": ("rwcd", "rwcd", ""),
    "dunning.handover.wizard": ("", "rwcd", ""),
    "dunning.handover.wizard.line": ("", "rwcd", ""),
    "dunning.recall.wizard": ("", "rwcd", ""),
    "dunning.handover": ("rw", "rw", ""),
    "dunning.handover.file": ("r", "r", ""),
    "dunning.handover.status": ("r", "r", ""),
    "dunning.party.overview": ("r", "r", ""),
    "dunning.status.wizard": ("rwcd", "rwcd", ""),
    "dunning.status.import.wizard": ("rwcd", "rwcd", ""),
    "dunning.status.import.wizard.line": ("rwcd", "rwcd", ""),
    "dunning.handover.claim": ("r", "r", ""),
    "dunning.party": ("r", "rwcd", ""),
    **dict.fromkeys(("dunning.issuer", "dunning.issuer.registration"), ("r", "rwcd", "")),
    "dunning.insolvency": ("rwc", "rwcd", ""),
    "dunning.insolvency.filing": ("rwc", "rwcd", ""),
    "dunning.write.off": ("rw", "rw", ""),
    "dunning.write.off.tax": ("r", "r", ""),
    "dunning.write.off.wizard": ("rwcd", "rwcd", ""),
    **dict.fromkeys(AGREEMENTS, ("rwc", "rwcd", "")),
    "dunning.payment.plan.instalment": ("rwcd", "rwcd", ""),
    "dunning.agreement.letter": ("rw", "rw", ""),
    "dunning.expected.payment": ("r", "r", ""),
    "dunning.simulation": ("rwcd", "rwcd", ""),
    "dunning.simulation.line": ("r", "r", ""),
    **dict.fromkeys((*RULES, "dunning.level.channel"), ("r", "rwcd", "r")),
    **dict.fromkeys(LAW, ("r", "rwcd", "")),
}


class AccessCase(DunningCase):
    with_belgium = True
    without_pdf = True
    refusal = AccessError

    @classmethod
    def debtor_with_login(cls):
        """Somebody at the Dutch debtor, with a login to Odoo's portal."""
        return new_test_user(
            cls.env,
            "debtor",
            groups="base.group_portal",
            partner_id=cls.env["res.partner"].create({"name": "Jan", "parent_id": cls.partner.id}).id,
            company_id=cls.nl.id,
            company_ids=[Command.set(cls.nl.ids)],
        )

    @classmethod
    def _charges_of(cls, letter):
        """What a letter asked beyond its claims, as if it had, and a part of it that was waived."""
        line = letter.line_ids[:1]
        kept = {
            "company_id": letter.company_id.id, "claim_id": line.claim_id.id, "kind": "costs", "amount": 40,
            "date": TODAY,
        }  # fmt: skip
        cls.env["dunning.charge"].create(
            {
                **kept,
                "letter_id": letter.id,
                "letter_line_id": line.id,
                "currency_id": letter.currency_id.id,
                "base": line.amount_open,
                "date_from": TODAY,
                "state": "asked",
            }
        )
        cls.env["dunning.charge.booking"].create({**kept, "how": "waived", "amount": 1, "reason": "goodwill"})
        chosen = {"company_id": cls.nl.id, "partner_id": letter.partner_id.id, "currency_id": cls.eur.id}
        cls.env["dunning.payment.choice"].create({**chosen, "amount": 1, "parts": [], "digest": "x"})
        cls.env["dunning.return"].create(
            {
                "company_id": letter.company_id.id, "move_id": line.move_id.id, "move_line_id": line.move_line_id.id,
                "currency_id": letter.currency_id.id, "date": TODAY, "amount": 1,
            }
        )  # fmt: skip
        about = {"case_id": letter.case_id.id, "move_ids": [Command.set(line.move_id.ids)]}
        proof = {"proof": base64.b64encode(PDF), "proof_name": "paper.pdf"}
        # with it comes until when the claims of its debtor can be enforced
        cls.env["dunning.interruption"].create({**about, **proof, "kind": "acknowledgement", "date": TODAY})
        cls.env["dunning.set.off"].create(
            {"case_id": letter.case_id.id, "date": TODAY, "currency_id": letter.currency_id.id, "amount": 1}
        )

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.debtor()
        cls.move = cls.invoice(cls.partner, 1000, due=10)
        cls.be_partner = cls.debtor("Peeters BV", country_id=cls.env.ref("base.be").id)
        cls.be_move = cls.invoice(cls.be_partner, 500, due=10, company=cls.be)
        hold = {"reason": "waits for a credit note"}
        cls.holds = cls.env["dunning.hold"].create(
            [
                {"move_id": move.id, "company_id": move.company_id.id, **hold}
                for move in (cls.invoice(cls.partner, 50), cls.invoice(cls.be_partner, 50, company=cls.be))
            ]
        )
        cls.run_nl, cls.run_be = cls.run_for(), cls.run_for(cls.be)
        for hold in cls.holds:
            cls.agree(hold.move_id)
        cls.own = cls.records(cls.nl)
        cls.theirs = cls.records(cls.be)

    @classmethod
    def agree(cls, move):
        """One of each agreement about an invoice that is on hold, so that nothing else changes by it."""
        case = cls.env["dunning.case"]._for_partners(move.commercial_partner_id, move.company_id)
        about = {"case_id": case.id, "move_ids": [Command.set(move.ids)]}
        cls.env["dunning.dispute"].create({"reason": "price", **about})
        promise = cls.env["dunning.promise"].create({"date": TODAY, **about})
        asked = {"kind": "promise", "case_id": case.id, "promise_id": promise.id, "amount": 1}
        cls.env["dunning.agreement.letter"].create(asked | {"currency_id": cls.eur.id})
        cls.env["dunning.payment.plan"].create(
            {"instalment_ids": [Command.create({"date": TODAY, "amount": 50})], **about}
        )
        cls.env["dunning.contact"].create({"outcome": "not_reached", **about})

    @classmethod
    def handed_over(cls):
        """A claim on a Dutch debtor that is with a lawyer."""
        env, debtor = cls.env, cls.debtor("Overgedragen")
        move = cls.invoice(debtor, 10, due=10)
        env["dunning.case"]._for_partners(debtor, cls.nl, create=True)
        env["dunning.claim"]._of_moves(move)
        claim = env["dunning.claim"].search([("move_id", "=", move.id)])
        party = env["dunning.party"].create(
            {"partner_id": cls.debtor("Advocaat").id, "kind": "lawyer", "company_id": cls.nl.id}
        )
        made = env["dunning.handover"].sudo()._hand_over(claim.case_id, claim, party, reason="Nothing helped")
        row = Row(1, id="first", handover=made.name, date=TODAY, status="received")
        made.status_ids._take(made, [row], "json")
        return made

    @classmethod
    def ended_claims(cls):
        """An insolvency of a Dutch debtor with what was filed in it, and a claim on another that was written off."""
        env, insolvent = cls.env, {"partner_id": cls.debtor("Failliet").id, "company_id": cls.nl.id, "date": TODAY}
        insolvency = env["dunning.insolvency"].create(insolvent | {"kind": "nl_bankruptcy"})
        env["dunning.insolvency.filing"].create({"insolvency_id": insolvency.id, "company_id": cls.nl.id})
        cls.handed_over()
        window = cls.invoice(cls.debtor("Oninbaar"), 10, due=10).action_dunning_write_off()
        env["dunning.write.off.wizard"].browse(window["res_id"]).action_write_off()
        written_off = env["dunning.write.off"].search([("company_id", "=", cls.nl.id)])
        env["dunning.write.off.tax"].create({"write_off_id": written_off.id, "name": "21%", "rate": 21})

    @classmethod
    def recorded(cls):
        """Events of the Dutch company, sealed and checked, one of which holds something about a person."""
        row = {"kind": "chain.begun", "company_id": cls.nl.id, "debtor": cls.partner.id, "personal": {"to": "x"}}
        cls.env["dunning.event"]._tell([row])
        cls.env["dunning.chain.check"]._follow(cls.nl)

    @classmethod
    def records(cls, company):
        """One company's records of every model."""
        models = (*WORK, *EVIDENCE, *AGREEMENTS, "dunning.payment.plan.instalment")
        return {model: cls.env[model].search([("company_id", "=", company.id)]) for model in models}

    @contextmanager
    def refused(self, message="", error=None):
        """What is done inside is refused. As in a call of its own, nothing is cached."""
        self.env.flush_all()
        self.env.invalidate_all()
        with super().refused(message, error):
            yield


@tagged("post_install", "-at_install")
class TestRights(AccessCase):
    def rights(self, user, model):
        """The rights of a user on a model, as the letters of ``OPERATIONS``."""
        env = self.as_user(user)
        return "".join(letter for letter, name in OPERATIONS.items() if env[model].has_access(name))

    def test_every_model_is_in_the_table(self):
        ours = {name for name in self.env.registry if name.startswith("dunning.")}
        stored = {name for name in ours if not self.env[name]._abstract}
        self.assertEqual(stored, set(RIGHTS))

    def test_rights_per_model(self):
        for model, (user, manager, biller) in RIGHTS.items():
            with self.subTest(model):
                self.assertEqual(self.rights(self.user, model), user)
                self.assertEqual(self.rights(self.manager, model), manager)
                self.assertEqual(self.rights(self.biller, model), biller)
                self.assertEqual(self.rights(self.internal, model), "")

    def test_another_company_is_not_there(self):
        for model, records in self.theirs.items():
            with self.subTest(model):
                self.assertTrue(records, "there is something to hide")
                self.assertTrue(self.own[model])
                for user in (self.user, self.manager):
                    seen = self.as_user(user)[model].search([])
                    self.assertEqual(set(seen.ids), set(self.own[model].ids))
                    self.assertFalse(self.as_user(user, records).has_access("read"))
                    with self.refused():
                        self.as_user(user, records).read(["company_id"])
                self.assertEqual(set(self.as_user(self.be_user)[model].search([]).ids), set(records.ids))
                both = self.as_user(self.group_user)[model].search([])
                self.assertEqual(set(both.ids), set((records + self.own[model]).ids))
                chosen = self.as_user(self.group_user, allowed_company_ids=self.be.ids)[model].search([])
                self.assertEqual(set(chosen.ids), set(records.ids))

    def test_shared_procedures_and_one_of_another_company(self):
        shared = self.env["dunning.procedure"].search([("company_id", "=", False)])
        theirs = self.as_user(self.be_manager)["dunning.procedure"].create(
            {"name": "Theirs", "company_id": self.be.id, "level_ids": [Command.create({"name": "Step"})]}
        )
        for user in (self.user, self.manager, self.biller):
            seen = self.as_user(user)["dunning.procedure"].search([])
            self.assertEqual(set(seen.ids), set(shared.ids))
            self.assertFalse(self.as_user(user)["dunning.level"].search([("name", "=", "Step")]))
        seen = self.as_user(self.be_user)["dunning.procedure"].search([])
        self.assertEqual(set(seen.ids), set((shared + theirs).ids))
        for records in (theirs, theirs.level_ids):
            with self.refused():
                self.as_user(self.manager, records).write({"name": "Mine"})

    def test_nothing_can_be_made_for_another_company(self):
        for model, values in (
            ("dunning.run", {}),
            ("dunning.hold", {"partner_id": self.partner.id, "reason": "?"}),
        ):
            for user in (self.user, self.manager):
                with self.subTest(model), self.refused():
                    self.as_user(user)[model].create({"company_id": self.be.id, **values})
        about = {"case_id": self.theirs["dunning.case"][:1].id, "move_ids": [Command.set(self.be_move.ids)]}
        for model, values in (
            ("dunning.dispute", {"reason": "price"}),
            ("dunning.promise", {"date": TODAY, "amount": 1}),
            ("dunning.payment.plan", {"amount": 1}),
            ("dunning.contact", {"outcome": "other"}),
        ):
            for user in (self.user, self.manager):
                with self.subTest(model), self.refused():
                    self.as_user(user)[model].create(about | values)
                with self.subTest(model), self.refused("", (AccessError, UserError)):
                    mine = {"case_id": self.own["dunning.case"][:1].id}
                    self.as_user(user)[model].create(about | mine | values)
        with self.refused():
            self.as_user(self.manager)["dunning.procedure"].create({"name": "For them", "company_id": self.be.id})
        with self.refused("", UserError):
            self.as_user(self.user)["dunning.hold"].create({"move_id": self.be_move.id, "reason": "?"})

    def test_actions_on_records_of_another_company(self):
        letter = self.as_user(self.user, self.theirs["dunning.letter"])
        for name in ("action_cancel", "action_retry", "action_on_paper", "action_mark_posted", "action_send_now"):
            with self.subTest(name), self.refused():
                getattr(letter, name)()
        run = self.as_user(self.user, self.theirs["dunning.run"])
        for name in ("action_propose", "action_confirm", "action_cancel"):
            with self.subTest(name), self.refused():
                getattr(run, name)()
        for model in ("dunning.hold", "dunning.case"):
            with self.subTest(model), self.refused():
                self.as_user(self.user, self.theirs[model]).action_release()
        for model, name in (
            ("dunning.dispute", "action_close"),
            ("dunning.promise", "action_cancel"),
            ("dunning.payment.plan", "action_agree"),
            ("dunning.case", "action_log_call"),
            ("dunning.case", "action_open_disputes"),
        ):
            with self.subTest(model), self.refused():
                getattr(self.as_user(self.user, self.theirs[model]), name)()
        with self.refused():
            self.as_user(self.user, self.be_move).action_dunning_next_letter()
        self.assertEqual(self.theirs["dunning.letter"].state, "draft")
        self.assertTrue(self.theirs["dunning.hold"].active)

    def test_rules_are_the_managers(self):
        procedure = self.env.ref("cremann_dunning.dunning_procedure_nl_business")
        for records in (procedure, procedure.level_ids, self.env.ref("cremann_dunning.dunning_regime_nl_business")):
            for user in (self.user, self.biller, self.internal):
                with self.refused():
                    self.as_user(user, records).write({"name": "Mine"})
            self.as_user(self.manager, records).write({"name": "Ours"})
        table = self.env.ref("cremann_dunning.dunning_interest_table_nl_trade")
        with self.refused():
            self.as_user(self.user, table).action_mark_checked()
        self.as_user(self.manager, table).action_mark_checked()

    def test_texts_are_the_managers(self):
        text = self.env.ref("cremann_dunning.mail_template_reminder")
        self.as_user(self.manager, text).write({"subject": "Please pay {{ object.amount_text }}"})
        with self.refused():
            self.as_user(self.biller, text).write({"subject": "Mine"})

    def test_employee_and_biller_start_nothing(self):
        case, letter = self.own["dunning.case"], self.own["dunning.letter"]
        for user in (self.biller, self.internal):
            with self.refused():
                self.as_user(user)["dunning.run"].create({"company_id": self.nl.id})
            for record, names in (
                (case, ("action_propose", "action_release")),
                (letter, ("action_cancel", "action_mark_posted", "action_retry", "action_send_now")),
                (self.run_nl, ("action_propose", "action_confirm", "action_cancel")),
                (self.move, ("action_dunning_next_letter", "action_dunning_release")),
                (self.partner, ("action_open_dunning_case",)),
            ):
                for name in names:
                    with self.subTest(user=user.login, name=name), self.refused():
                        getattr(self.as_user(user, record), name)()
        self.assertEqual(letter.state, "draft")


@tagged("post_install", "-at_install")
class TestEvidence(AccessCase):
    """Letters, their lines and decisions are written by the engine only."""

    def test_nobody_makes_or_removes_evidence(self):
        for model in EVIDENCE:
            record = self.own[model][:1]
            values = record.copy_data()[0]
            for user in (self.user, self.manager):
                with self.subTest(model=model, user=user.login):
                    with self.refused():
                        self.as_user(user)[model].create(values)
                    with self.refused():
                        self.as_user(user, record).unlink()
                    with self.refused():
                        self.as_user(user, record).copy()

    def test_decisions_and_lines_are_not_changed(self):
        for user in (self.user, self.manager):
            with self.refused():
                self.as_user(user, self.own["dunning.decision"]).write({"code": "LETTER"})
            with self.refused():
                self.as_user(user, self.own["dunning.letter.line"]).write({"amount_open": 1})

    def test_draft_says_what_the_engine_says(self):
        """No back door: what a draft asks follows from the rules, not from who writes to it."""
        letter = self.own["dunning.letter"]
        other = self.debtor("Other")
        for user in (self.user, self.manager):
            for values in (
                {"amount_costs": 999},
                {"amount_total": 1},
                {"partner_id": other.id},
                {"contact_id": other.id},
                {"channel": "print"},
                {"deadline": TODAY},
                {"body": "<p>Pay me</p>"},
                {"line_ids": [Command.clear()]},
            ):
                with self.subTest(user=user.login, **values), self.refused("", UserError):
                    self.as_user(user, letter).write(values)

    def test_nobody_says_that_a_letter_was_sent(self):
        letter = self.own["dunning.letter"]
        for state in ("draft", "issued"):
            if state == "issued":
                self.confirm(self.run_nl)
            self.assertEqual(letter.state, state)
            for user in (self.user, self.manager):
                for values in (
                    {"state": "sent"},
                    {"state": "sent", "sent_on": TODAY, "message_id": "<forged@example.com>"},
                    {"state": "cancelled"},
                    {"claimable_from": TODAY},
                    {"sent_on": TODAY},
                    {"email_to": "me@example.com"},
                    {"error": False},
                ):
                    with self.subTest(user=user.login, **values), self.refused("", UserError):
                        self.as_user(user, letter).write(values)

    def test_issued_letter_stays_as_it_is(self):
        letter = self.confirm(self.run_nl).with_env(self.env)
        self.assertEqual(letter.state, "issued")
        frozen = {
            "subject": "Other words",
            "body": "<p>Other words</p>",
            "amount_total": 1,
            "amount_costs": 1,
            "pdf_file": b"JVBERg==",
            "pdf_sha256": "0",
            "name": "DUN/2026/99999",
            "partner_id": self.be_partner.id,
            "date": TODAY,
            "lang": "nl_NL",
            "level_id": self.env.ref("cremann_dunning.dunning_level_nl_business_2").id,
            "legal_type": "final_notice",
            "line_ids": [Command.clear()],
        }
        for sent in (False, True):
            if sent:
                self.send_outbox(letter)
                self.assertEqual(letter.state, "sent")
            for name, value in frozen.items():
                # Not even code that runs as the system.
                for record in (letter, letter.sudo(), self.as_user(self.manager, letter)):
                    with self.subTest(name), self.refused("", UserError):
                        record.write({name: value})
            with self.refused("cannot be changed", UserError):
                letter.line_ids.write({"amount_open": 1})
            with self.refused("", UserError):
                letter.line_ids.unlink()
            with self.refused("", UserError):
                values = {"letter_id": letter.id, "level_id": False}
                self.env["dunning.letter.line"].create(letter.line_ids.copy_data()[0] | values)
            with self.refused("stays on record", UserError):
                letter.unlink()
        with self.refused("stays on record", UserError):
            self.as_user(self.user, letter).action_cancel()

    def test_only_drafts_are_removed(self):
        draft = self.own["dunning.letter"]
        line = draft.line_ids
        draft.unlink()
        self.assertFalse(line.exists())

    def test_chatter_of_a_letter_is_open(self):
        """People may write about a letter and plan something, before and after it went out."""
        letter = self.own["dunning.letter"]
        for state in ("draft", "sent"):
            if state == "sent":
                self.send_outbox(self.confirm(self.run_nl))
            self.assertEqual(letter.state, state)
            mine = self.as_user(self.user, letter)
            mine.message_post(body="Called: will pay on Friday", attachments=[("note.txt", b"Friday")])
            mine.activity_schedule("mail.mail_activity_data_call", summary="Call", user_id=self.user.id)
            mine.message_subscribe(partner_ids=self.manager.partner_id.ids)
            mine.activity_ids.action_feedback("done")
            self.assertEqual(letter.message_attachment_count > 0, True)


@tagged("post_install", "-at_install")
class TestWork(AccessCase):
    """A day's work with a user's rights only."""

    def test_run_from_start_to_end(self):
        run = self.as_user(self.user)["dunning.run"].create({"company_id": self.nl.id})
        self.run_nl.action_cancel()
        self.assertEqual(run.user_id, self.user)
        run.action_propose()
        draft = run.letter_ids
        self.assertEqual(draft.mapped("state"), ["draft"])
        shown = self.open_form(draft)
        self.assertIn("Still open", shown["shown_subject"])
        self.assertIn(self.move.name, str(shown["shown_body"]))
        self.assertIn("1,000.00", str(shown["shown_body"]))
        form = self.open_form(run)
        self.assertEqual([row["partner_id"]["display_name"] for row in form["letter_ids"]], ["Bakkerij Jansen"])
        self.assertEqual([row["reason_label"] for row in form["kept_decision_ids"]], ["On hold"])
        self.assertIn("waits for a credit note", form["kept_decision_ids"][0]["explanation"])
        run.action_confirm()
        self.assertEqual((run.state, draft.state), ("done", "issued"))
        self.assertEqual(self.open_form(draft)["name"], draft.name)
        draft.action_send_now()
        self.send_outbox(draft)
        self.assertEqual(draft.state, "sent")
        sent = self.open_form(draft)
        self.assertTrue(sent["pdf_sha256"])
        self.assertTrue(sent["message_id"])
        self.assertEqual(run.sent_count, 1)
        for name in ("action_open_letters", "action_open_decisions"):
            action = getattr(run, name)()
            self.assertTrue(self.as_user(self.user)[action["res_model"]].search(action["domain"]))

    def test_html_of_a_letter(self):
        letter = self.as_user(self.user, self.own["dunning.letter"])
        for name in ("claims_html", "payment_html", "amounts_html", "signature_html"):
            self.assertTrue(letter[name], name)
        self.assertIn("NL91ABNA0417164300", str(letter.payment_html).replace(" ", ""))

    def test_html_of_a_draft_follows_its_language(self):
        letter = self.own["dunning.letter"]
        letter.lang = "nl_NL"
        self.assertIn("1.000,00", str(self.as_user(self.user, letter).shown_body))

    def test_hold_and_release_from_the_case(self):
        case = self.as_user(self.user, self.own["dunning.case"])
        action = case.action_hold()
        wizard = self.as_user(self.user)["dunning.hold.wizard"].with_context(**action["context"])
        with Form(wizard) as form:
            form.reason = "paid by instalments"
        form.record.action_hold()
        self.assertEqual(case.hold_id.reason, "paid by instalments")
        self.assertEqual(self.open_form(case)["hold_id"]["display_name"], "Bakkerij Jansen")
        self.assertIn("paid by instalments", self.told_on(case)[0])
        case.action_release()
        case.invalidate_recordset()
        self.assertFalse(case.hold_id)
        hold = self.env["dunning.hold"].with_context(active_test=False).search([("reason", "=like", "paid by%")])
        self.assertEqual(hold.released_by_id, self.user)
        self.assertTrue(self.own["dunning.hold"].active, "the hold on a single invoice stays")

    def test_hold_on_an_invoice_for_a_while(self):
        move = self.as_user(self.user, self.move)
        wizard = self.as_user(self.user)["dunning.hold.wizard"].with_context(**move.action_dunning_hold()["context"])
        form = Form(wizard)
        form.reason = "on holiday"
        form.date_until = TODAY
        form.save().action_hold()
        self.assertEqual(move.dunning_hold_id.reason, "on holiday")
        run = self.run_for(partners=self.partner)
        self.assertEqual(self.code(self.move), "HOLD_UNTIL")
        self.assertFalse(run.letter_ids)
        move.action_dunning_release()
        run.action_propose()
        self.assertEqual(self.code(self.move), "LETTER_OPEN", "on the draft of the first run")

    def test_leave_one_letter_out(self):
        letter = self.as_user(self.user, self.own["dunning.letter"])
        letter.action_cancel()
        self.assertEqual((letter.state, letter.cancel_reason), ("cancelled", "Cancelled by Dunning User"))
        self.run_nl.action_confirm()
        self.assertFalse(letter.mail_id.sudo())

    def test_worklist(self):
        env = self.as_user(self.user)
        action = env["dunning.case"].action_open_worklist()
        self.assertEqual(action["res_model"], "dunning.case")
        rows = self.open_list(env, "dunning.case")["records"]
        self.assertEqual([row["amount_overdue"] for row in rows], [1050.0])
        case = env["dunning.case"].browse(rows[0]["id"])
        form = self.open_form(case)
        self.assertEqual(len(form["open_move_ids"]), 2)
        self.assertEqual(form["kind_evidence"], "is a company")
        self.assertEqual(case.action_open_invoices()["res_model"], "account.move")
        self.assertEqual(case.action_open_letters()["res_model"], "dunning.letter")
        with Form(case) as editor:
            editor.user_id = self.manager
        self.assertEqual(case.user_id, self.manager)

    def test_every_menu_opens(self):
        for user in (self.user, self.manager):
            env = self.as_user(user)
            root = env.ref("cremann_dunning.menu_dunning_root", raise_if_not_found=False)
            menus = env["ir.ui.menu"].load_menus(False)
            ours = [menu for menu in menus.values() if str(menu.get("xmlid", "")).startswith("cremann_dunning.")]
            self.assertTrue(ours, root)
            for menu in ours:
                if menu["action_model"] != "ir.actions.act_window":
                    continue
                action = self.env["ir.actions.act_window"].browse(menu["action_id"])
                with self.subTest(user=user.login, menu=menu["xmlid"]):
                    found = self.open_list(env, action.res_model, [("id", ">", 0)])
                    for row in found["records"][:2]:
                        self.open_form(env[action.res_model].browse(row["id"]))
                    env[action.res_model].get_views([(False, "search"), (False, "form")])

    def test_printing(self):
        letter = self.confirm(self.run_nl)
        report = self.as_user(self.user, force_report_rendering=True)["ir.actions.report"]
        content, kind = report._render_qweb_pdf("cremann_dunning.report_dunning_letter", letter.ids)
        self.assertEqual((content, kind), (base64.b64decode(letter.pdf_file), "pdf"), "the stored file, byte for byte")
        with self.refused():
            report = self.as_user(self.be_user, force_report_rendering=True)["ir.actions.report"]
            report._render_qweb_pdf("cremann_dunning.report_dunning_letter", letter.ids)

    def test_outbox_emptied_by_an_administrator(self):
        """Who may empty the outbox but not see letters sends none: each says so, and waits for one who may."""
        admin = self._user("sysadmin", "base.group_system", self.nl)
        self.assertFalse(self.as_user(admin)["dunning.letter"].has_access("read"))
        paid = self.invoice(self.debtor("Paid"), 80)
        self.run_nl.action_propose()
        letters = self.confirm(self.run_nl)
        self.pay(paid)
        self.env.invalidate_all()
        self.assertFalse(self.send_outbox(letters, admin))
        held, stopped = letters.sorted(lambda letter: letter.partner_id.name)
        self.assertEqual((held.state, stopped.state), ("failed", "cancelled"))
        self.assertIn("not allowed to access this document", held.error)
        self.assertFalse(self.move.dunning_level_id)
        held.action_retry()
        self.assertEqual(len(self.send_outbox(held)), 1)
        self.assertEqual((held.state, self.move.dunning_level_id.name), ("sent", "Reminder"))

    def test_settings(self):
        """Who may change the settings of a company is Odoo's to say: the administrator."""
        with self.refused():
            self.as_user(self.manager)["res.config.settings"].create({"dunning_automatic": True}).execute()


@tagged("post_install", "-at_install")
class TestBiller(AccessCase):
    """Whoever only makes invoices notices nothing of dunning, and is not stopped by it."""

    HIDDEN = (
        "dunning_level_id",
        "dunning_next_level_id",
        "dunning_next_date",
        "dunning_explanation",
        "dunning_debtor_kind",
        "dunning_procedure_id",
        "dunning_hold_id",
        "dunning_decision_id",
    )

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.send_outbox(cls.confirm(cls.run_nl))

    def test_screens_are_without_dunning(self):
        for user, shown in ((self.user, True), (self.biller, False)):
            env = self.as_user(user)
            for view_type, view in (("form", "account.view_move_form"), ("list", "account.view_out_invoice_tree")):
                fields = self.screen(env, "account.move", view_type, view)
                names = [name for name in self.HIDDEN if name in fields]
                self.assertEqual(bool(names), shown, names)
            search = env["account.move"].get_view(env.ref("account.view_account_invoice_filter").id, "search")["arch"]
            self.assertEqual("dunning" in search, shown)
            partner = self.screen(env, "res.partner", "form", "base.view_partner_form")
            self.assertEqual("dunning_kind_set" in partner, shown)

    def test_actions_are_not_in_the_menu(self):
        for user, shown in ((self.user, True), (self.biller, False)):
            bindings = self.as_user(user)["ir.actions.actions"].get_bindings("account.move")
            names = [action["name"] for action in bindings.get("action", ()) if action["name"].startswith("Dunning")]
            ours = [
                "ask first",
                "check before the first letter",
                "dispute",
                "end hold",
                "hold",
                "leave out of follow-up",
                "log a contact",
                "next letter",
                "payment plan",
                "promise to pay",
                "take in as a claim",
                "were sent outside Odoo",
                "write off",
                "write off discounts and small rests",
            ]
            self.assertEqual(sorted(names), [f"Dunning: {name}" for name in ours] * shown)

    def test_screens_open(self):
        env = self.as_user(self.biller)
        form = self.open_form(self.as_user(self.biller, self.move), "account.view_move_form")
        self.assertEqual(form["name"], self.move.name)
        found = self.open_list(env, "account.move", [("id", "in", self.move.ids)], view="account.view_out_invoice_tree")
        self.assertEqual(found["length"], 1)
        self.open_form(self.as_user(self.biller, self.partner), "base.view_partner_form")

    def test_register_payment(self):
        move = self.as_user(self.biller, self.move)
        action = move.action_register_payment()
        wizard = self.as_user(self.biller)[action["res_model"]].with_context(**action["context"])
        with Form(wizard) as form:
            form.amount = 1000
        form.record.action_create_payments()
        self.assertIn(self.move.payment_state, ("paid", "in_payment"))
        run = self.run_for(partners=self.partner, date=TODAY)
        self.assertFalse(run.letter_ids, "what was paid is not chased")
        self.assertFalse(self.own["dunning.case"].with_env(self.env).amount_overdue - 50)

    def test_a_new_invoice(self):
        with Form(self.as_user(self.biller)["account.move"].with_context(default_move_type="out_invoice")) as form:
            form.partner_id = self.partner
            with form.invoice_line_ids.new() as line:
                line.name = "Work"
                line.price_unit = 100
        move = form.record
        move.action_post()
        self.assertEqual(move.state, "posted")
        refund = self.as_user(self.biller, self.move)._reverse_moves()
        refund.action_post()
        copied = self.as_user(self.biller, self.move).copy()
        self.assertFalse(copied.with_env(self.env).dunning_level_id)
        copied.unlink()

    def test_mended_invoice(self):
        """An invoice that was reminded of can be taken back, mended and posted again."""
        move = self.as_user(self.biller, self.move)
        move.button_draft()
        move.invoice_line_ids.price_unit = 900
        move.action_post()
        self.assertEqual(self.move.amount_residual, 900)
        letter = self.own["dunning.letter"]
        self.assertEqual((letter.line_ids.amount_open, letter.amount_total), (1000, 1000))
        self.assertEqual(self.move.dunning_level_id.name, "Reminder", "what was sent was sent")

    def test_mended_invoice_with_another_term(self):
        """The journal item that a letter names stays, whatever becomes of the invoice."""
        term = self.env["account.payment.term"].create(
            {
                "name": "Two halves",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": days}) for days in (0, 30)
                ],
            }
        )
        move = self.as_user(self.biller, self.move)
        line = self.own["dunning.letter"].line_ids.move_line_id
        move.button_draft()
        move.invoice_payment_term_id = term.id
        move.action_post()
        self.assertEqual(self.move.amount_residual, 1000)
        self.assertTrue(line.exists())

    def test_reminded_invoice_is_deleted(self):
        """What was sent stays on record by value, and the number too."""
        letter, number = self.own["dunning.letter"], self.move.name
        move = self.as_user(self.biller, self.move)
        move.button_draft()
        move.with_context(force_delete=True).unlink()
        self.assertFalse(self.move.exists())
        self.assertEqual((letter.line_ids.number, letter.line_ids.display_name), (number, number))
        self.assertFalse(letter.line_ids.move_id)

    def test_company_card_of_a_debtor(self):
        """An employee who keeps the addresses need not know of dunning."""
        self.internal.group_ids += self.env.ref("base.group_partner_manager")
        partner = self.as_user(self.internal, self.partner)
        partner.write({"is_company": False, "vat": False, "country_id": self.env.ref("base.be").id})
        self.env.flush_all()
        case = self.own["dunning.case"]
        self.assertEqual((case.debtor_kind, case.country_id.code), ("unknown", "BE"))
