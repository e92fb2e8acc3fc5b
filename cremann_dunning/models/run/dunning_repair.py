from odoo import api, models
from odoo.exceptions import UserError

from ...engine import record
from ...engine.receipts import CERTAIN, STOPS

ADMINISTRATOR = "base.group_system"


class DunningRepair(models.AbstractModel):
    """What a person can do about the reason of a decision, one action for each reason that time does not lift."""

    _name = "dunning.repair"
    _description = "What to do about a decision"

    # Reason -> what opens what has to be put right. Reasons that only time lifts, and letters, are not here.
    _ways = {
        "NO_ADDRESS": "address",
        "NO_FOLLOWUP": "invoice",
        "NO_DUE_DATE": "invoice",
        "DISCOUNT": "left_over",
        "SMALL_REST": "left_over",
        "NOT_SENT": "send_invoice",
        "NOT_ARRIVED": "arrived",
        "INSOLVENT": "insolvency",
        "DISCHARGED": "insolvency",
        "ESTATE": "insolvency",
        "HOLD": "holds",
        "HOLD_UNTIL": "holds",
        "REPLIED": "replies",
        "DISPUTED": "disputes",
        "PROMISE": "promises",
        "PLAN": "plans",
        "INSTALMENT_ASKED": "plans",
        "PROMISE_ASKED": "promises",
        "CAUSE_WAIT": "case",
        "CAUSE_PERSON": "case",
        "UNMATCHED_PAYMENT": "receipts",
        "CHECK_WRONG": "check",
        "CHECK_FIRST": "check",
        "NET_CREDIT": "items",
        "REST_COVERED": "charges",
        "PAYMENT_UNDONE": "returns",
        "IN_PAYMENT": "payments",
        "NOTHING_LEFT": "case",
        "LETTER_OPEN": "letter",
        "LETTER_FAILED": "letter",
        "APPROVAL": "run",
        "BY_HAND": "run",
        "CARE_WAIT": "case",
        "CARE_PERSON": "case",
        "DAY_SET": "case",
        "CALL_DUE": "call",
        "HANDOVER_DUE": "hand_over",
        "HANDED_OVER": "handover",
        "BANK_BEHIND": "bank",
        "NO_PROCEDURE": "procedures",
        "MIN_AMOUNT": "procedure",
        "NOT_A_SENDING_DAY": "procedure",
        "STOP_COUNT": "ending",
        "STOP_AGE": "ending",
        "BACKLOG": "write",
        "LAST_LEVEL": "ending",
        "NO_LEVEL": "procedure",
        "NO_TEXT": "procedure",
        "REFUSED": "write",
        "NO_REGIME": "regimes",
        "NO_RATE": "rates",
        "NO_SCALE": "scales",
        "CLAUSE": "settings",
        "ERROR": "case",
    }
    # What can be done about many claims in one window.
    _together = frozenset({"send_invoice", "arrived", "items", "check"})
    # What only an administrator can put right.
    _of_administrators = frozenset({"settings"})

    @api.model
    def _labels(self):
        """What each way is called on a button, in the reader's language."""
        env = self.env
        return {
            "address": env._("Complete the address"),
            "invoice": env._("Open the invoice"),
            "left_over": env._("Write it off"),
            "send_invoice": env._("Send the invoice"),
            "arrived": env._("Send it again"),
            "check": env._("Check the invoice"),
            "insolvency": env._("Open the insolvency"),
            "holds": env._("Look at the hold"),
            "replies": env._("Answer the debtor"),
            "disputes": env._("Settle the dispute"),
            "promises": env._("Look at the promise"),
            "plans": env._("Look at the plan"),
            "receipts": env._("Book the receipt"),
            "items": env._("Match the credit"),
            "charges": env._("Book it"),
            "returns": env._("Say what happened"),
            "payments": env._("Look at the payment"),
            "letter": env._("Open the letter"),
            "run": env._("Propose it in a run"),
            "call": env._("Log the call"),
            "hand_over": env._("Hand over"),
            "handover": env._("Open the hand-over"),
            "bank": env._("Import the bank statement"),
            "procedures": env._("Choose a procedure"),
            "procedure": env._("Open the procedure"),
            "write": env._("Write a letter by hand"),
            "ending": env._("Decide what happens now"),
            "regimes": env._("Open the rules"),
            "rates": env._("Add the rate"),
            "scales": env._("Complete the scale"),
            "settings": env._("Open the settings"),
            "case": env._("Open the case"),
        }

    @api.model
    def _label(self, decision):
        """What to do about a decision that is in force, or False when there is nothing to do but wait."""
        way = decision.is_current and self._ways.get(decision.code)
        if not way or (way in self._of_administrators and not self.env.user.has_group(ADMINISTRATOR)):
            return False
        return self._labels()[way]

    @api.model
    def _action(self, decision):
        """The window action in which the reason of a decision can be put right; None when there is none."""
        if not self._label(decision):
            return None
        return getattr(self, f"_open_{self._ways[decision.code]}")(decision)

    @api.model
    def _action_of_several(self, decisions):
        """The one window in which the same reason of many claims is put right.

        :raises UserError: they have nothing in common that is done together, and what to do.
        """
        ways = {self._ways.get(decision.code) for decision in decisions if decision.is_current}
        if len(decisions) == 1 or (ways == {"ending"} and len(decisions.partner_id) == 1):
            return decisions[:1].action_repair()
        if len(ways) != 1 or not ways <= self._together:
            raise UserError(
                self.env._(
                    "Choose claims with one and the same thing to do: invoices to send, or credits to match. "
                    "Everything else is put right one by one."
                )
            )
        if len(decisions.company_id) > 1:
            raise UserError(self.env._("Choose claims of one company at a time: each has its own books."))
        return getattr(self, f"_open_{ways.pop()}")(decisions.filtered("is_current"))

    # -- the ways -------------------------------------------------------------------------------------------------

    def _form(self, record):
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
            "name": record.display_name,
        }

    def _list(self, model, domain, name):
        return {
            "type": "ir.actions.act_window",
            "res_model": model,
            "domain": domain,
            "views": [(False, "list"), (False, "form")],
            "name": name,
        }

    def _window(self, xml_id, **more):
        return self.env["ir.actions.act_window"]._for_xml_id(xml_id) | more

    def _case(self, decision):
        return self.env["dunning.case"]._for_partners(decision.partner_id, decision.company_id)

    def _open_address(self, decision):
        return self.env["dunning.address.wizard"]._open_for(decision.company_id, decision.partner_id)

    def _open_invoice(self, decision):
        return self._form(decision.move_id)

    def _open_send_invoice(self, decisions):
        return self.env["dunning.sent.wizard"]._open_for(decisions.move_id)

    def _open_arrived(self, decisions):
        return self._open_send_invoice(decisions)

    def _open_check(self, decisions):
        return self.env["dunning.check.wizard"]._open_for(decisions.move_id)

    def _open_left_over(self, decision):
        return decision.move_id._dunning_write_off_rests(decision.move_line_id)

    def _open_holds(self, decision):
        holds = self.env["dunning.hold"]._running(decision.partner_id, decision.company_id)
        holds = holds.filtered(lambda hold: not hold.move_id or hold.move_id == decision.move_id)
        if len(holds) == 1:
            return self._form(holds)
        return self._list("dunning.hold", [("id", "in", holds.ids)], self.env._("Holds"))

    def _open_insolvency(self, decision):
        return self._case(decision).action_insolvency()

    def _open_replies(self, decision):
        return self._case(decision).action_open_replies()

    def _open_disputes(self, decision):
        return self._case(decision).action_open_disputes()

    def _open_promises(self, decision):
        return self._case(decision).action_open_promises()

    def _open_plans(self, decision):
        return self._case(decision).action_open_plans()

    def _open_receipts(self, decision):
        """The likeliest receipt with debtor and claims filled in, and the others below it; the list without any."""
        # sudo: looks are kept by the system
        self.env["dunning.receipt.look"].sudo()._bring(decision.company_id)
        domain = [("company_id", "=", decision.company_id.id), ("partner_ids", "=", decision.partner_id.id)]
        receipts = self.env["dunning.receipt"].search([*domain, ("certainty", "in", tuple(STOPS))])
        if receipts:
            likeliest = receipts.sorted(lambda one: (one.certainty != CERTAIN, one.is_shared, -one.amount))[0]
            return likeliest.action_open()
        return self._window("cremann_dunning.dunning_receipt_action", domain=domain, context={})

    def _open_items(self, decisions):
        return self.env["dunning.match.wizard"]._open_for(decisions.company_id, decisions.partner_id)

    def _open_charges(self, decision):
        """Book what came in as costs and interest, as on the case; the case itself where nothing is left to book."""
        case = self._case(decision)
        return case.action_book_charges() if case.amount_to_book else self._form(case)

    def _open_returns(self, decision):
        domain = [("move_line_id", "=", decision.move_line_id.id), ("state", "=", "ask")]
        undone = self.env["dunning.return"].search(domain)
        if len(undone) == 1:
            return self._form(undone)
        return self._window("cremann_dunning.dunning_return_action", domain=domain, context={})

    def _open_payments(self, decision):
        domain = [
            ("partner_id.commercial_partner_id", "=", decision.partner_id.id),
            ("company_id", "=", decision.company_id.id),
            ("state", "=", "in_process"),
        ]
        action = self._list("account.payment", domain, self.env._("Payments under way"))
        # sudo: which they are; the screens ask for the rights of the reader
        states = ("pending", "authorized", "done")
        online = decision.move_id.sudo().transaction_ids.filtered(lambda payment: payment.state in states)
        if online and not self.env["account.payment"].search_count(domain, limit=1):
            return decision.move_id.action_view_payment_transactions()
        return action

    def _open_letter(self, decision):
        about = [("move_line_id", "in", decision.move_line_id.ids), ("state", "in", ("draft", "issued", "failed"))]
        lines = self.env["dunning.letter.line"].search(about)
        letters = lines.letter_id
        if len(letters) == 1:
            return self._form(letters)
        return self._window("cremann_dunning.dunning_letter_action", domain=[("id", "in", letters.ids)], context={})

    def _open_run(self, decision):
        return self._case(decision).action_propose()

    def _open_call(self, decision):
        return self._case(decision).action_log_call()

    def _open_hand_over(self, decision):
        if not self.env.user.has_group("cremann_dunning.group_dunning_manager"):
            return self._form(self._case(decision))  # who hands nothing over looks at what there is
        return self._case(decision).action_dunning_hand_over()

    def _open_handover(self, decision):
        line = self.env["dunning.handover.claim"].search(
            [("claim_id.move_line_id", "=", decision.move_line_id.id), ("is_frozen", "=", True)], limit=1
        )
        return self._form(line.handover_id) if line else self._form(self._case(decision))

    def _open_bank(self, _decision):
        return self._window("account.open_account_journal_dashboard_kanban")

    def _open_procedures(self, decision):
        return self.env["dunning.procedure.wizard"]._open_for(
            decision.company_id, decision.partner_id, decision.move_id
        )

    def _open_procedure(self, decision):
        procedure = decision.level_id.procedure_id or decision.move_id.dunning_procedure_id
        procedure = procedure or self._kept_procedure(decision)
        return self._form(procedure) if procedure else self._open_procedures(decision)

    def _kept_procedure(self, decision):
        """The procedure that the decision rests on, from the facts that were kept with it."""
        facts, _rules, question = decision._kept()
        try:
            claims = record.load(facts).claims if facts else ()
        except (record.RecordError, ValueError, KeyError):  # of another version
            claims = ()
        ids = [claim.procedure for claim in claims if claim.line_id == question.get("line") and claim.procedure]
        return self.env["dunning.procedure"].browse(ids).exists()[:1]

    def _open_write(self, decision):
        return self._case(decision).action_write_letter()

    def _open_ending(self, decision):
        """All claims of the debtor of which the procedure is at its end, in one window."""
        codes = [code for code, way in self._ways.items() if way == "ending"]
        about = [("company_id", "=", decision.company_id.id), ("partner_id", "=", decision.partner_id.id)]
        found = self.env["dunning.decision"].search([*about, ("code", "in", codes), ("is_current", "=", True)])
        case = self.env["dunning.case"]._for_partners(decision.partner_id, decision.company_id, create=True)
        return self.env["dunning.ending.wizard"]._open_for(case, found | decision)

    def _open_regimes(self, _decision):
        return self._window("cremann_dunning.dunning_regime_action")

    def _open_rates(self, _decision):
        return self._window("cremann_dunning.dunning_interest_table_action")

    def _open_scales(self, _decision):
        return self._window("cremann_dunning.dunning_cost_scale_action")

    def _open_settings(self, _decision):
        return self._window("cremann_dunning.dunning_settings_action")

    def _open_case(self, decision):
        return self._form(self._case(decision))
