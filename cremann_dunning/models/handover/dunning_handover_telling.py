from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from ...engine.facts import ZERO
from ...tools.spelling import as_note
from ..dunning_money import exact, written
from ..event import as_fact

TODO = "mail.mail_activity_data_todo"
PAID, CREDITED, UNDONE, REPLIED = "paid", "credited", "undone", "replied"
# Which of these matches are with claims that are with a party.
FROZEN = """
SELECT r.id, h.id
  FROM account_partial_reconcile r
  JOIN dunning_claim c ON c.move_line_id = r.debit_move_id
  JOIN dunning_handover_claim h ON h.claim_id = c.id AND h.is_frozen
 WHERE r.id = ANY(%s)
 ORDER BY r.id
"""


class DunningHandoverTelling(models.AbstractModel):
    """Tells a party, and whoever looks after the hand-over, what happens here about claims that are with it: money, a
    credit note, a reply. Of what a debtor wrote the party hears that he did; what it needs of it a person passes on."""

    _name = "dunning.handover.telling"
    _description = "What Parties Hear"

    # -- what happened --------------------------------------------------------------------------------------------

    @api.model
    def _of_matches(self, partials, gone=False):
        """Tell of matches with claims that are with a party. Whatever goes wrong in it, the booking stays."""
        if not partials:
            return
        rows = self.env.execute_query(SQL(FROZEN, partials.ids))
        if rows:
            # sudo: what is told is the system's to gather, whoever books
            this = self.sudo()
            this.env["dunning.event"]._tell_beside(lambda: this._of_rows(rows, gone), partials)

    @api.model
    def _of_rows(self, rows, gone):
        """Gather what these matches come to, per hand-over, and tell it, all or nothing; no event is left to tell."""
        with self.env.cr.savepoint(flush=False):
            self._tell_rows(rows, gone)
        return []

    @api.model
    def _tell_rows(self, rows, gone):
        lines = {line.id: line for line in self.env["dunning.handover.claim"].browse([row[1] for row in rows])}
        told = self.env["dunning.ledger.told"]
        found = defaultdict(lambda: defaultdict(lambda: ZERO))
        numbers = defaultdict(dict)
        partials = self.env["account.partial.reconcile"].browse([row[0] for row in rows])
        for partial, (_id, line_id) in zip(partials, rows, strict=True):
            line, item = lines[line_id], partial.debit_move_id
            if item.currency_id.is_zero(partial.debit_amount_currency):
                continue  # a difference of exchange
            kind = told._kind_of(item.move_id, partial.credit_move_id.move_id)
            what = UNDONE if gone else PAID if kind == "ledger.paid" else CREDITED
            found[line.handover_id][what] += exact(partial.debit_amount_currency, item.currency_id)
            numbers[line.handover_id][line.claim_id.number or ""] = None
        for handover, amounts in found.items():
            currency = handover.line_ids.currency_id[:1]
            self._tell(handover, dict(amounts), list(numbers[handover]), currency)

    @api.model
    def _of_replies(self, replies):
        """Tell of replies of debtors about claims that are with a party, or about nothing in particular."""
        heard = replies.filtered(lambda reply: reply.partner_id and not (reply.is_automatic or reply.is_foreign))
        if not heard:
            return
        domain = [
            ("is_frozen", "=", True),
            ("handover_id.partner_id", "in", heard.partner_id.commercial_partner_id.ids),
        ]
        frozen = self.env["dunning.handover.claim"].search(domain)
        for reply in heard if frozen else ():
            debtor = reply.partner_id.commercial_partner_id
            own = frozen.filtered(
                lambda line, debtor=debtor, company=reply.company_id: (
                    line.handover_id.partner_id == debtor and line.company_id == company
                )
            )
            if reply.claim_ids:
                own = own.filtered(lambda line, reply=reply: line.claim_id in reply.claim_ids)
            for handover, lines in own.grouped("handover_id").items():
                self._tell(handover, {REPLIED: reply}, lines.claim_id.mapped("number"), None)

    # -- telling it -----------------------------------------------------------------------------------------------

    @api.model
    def _tell(self, handover, what, numbers, currency):
        """Tell the party by mail and the owner by an activity.

        :param what: ``{"paid", "credited", "undone": Decimal, "replied": the reply}``.
        """
        owner = self._owner(handover)
        inside = self._in_lang(handover, owner.lang or handover.company_id._dunning_lang())
        sentences = inside._sentences(what, numbers, currency)
        summary = inside.env._(
            "%(debtor)s, with %(party)s", debtor=handover.partner_id.name, party=handover.party_id.partner_id.name
        )
        note = " ".join(sentences)
        if REPLIED in what:
            note += " " + inside.env._("Pass on to the party what it needs of it.")
        self._ask_owner(handover, summary, note)
        self._mail(handover, what, numbers, currency)

    @api.model
    def _ask_owner(self, handover, summary, note):
        """Ask whoever looks after a hand-over, where somebody does. :param note: a plain text, maybe of a stranger."""
        owner = self._owner(handover)
        if owner:
            handover.activity_schedule(TODO, summary=summary, note=as_note(note), user_id=owner.id)

    @api.model
    def _owner(self, handover):
        found = handover.owner_id, handover.case_id._responsible()
        return next((user for user in found if user.active), self.env["res.users"])

    @api.model
    def _in_lang(self, handover, lang):
        return self.with_company(handover.company_id).with_context(lang=lang)

    @api.model
    def _sentences(self, what, numbers, currency):
        """What happened, in the language of whoever reads it."""
        told = ", ".join(filter(None, numbers))
        said = {
            PAID: self.env._("A payment of %(amount)s on %(numbers)s came in here."),
            CREDITED: self.env._("%(amount)s of %(numbers)s was credited or set off."),
            UNDONE: self.env._("%(amount)s of %(numbers)s is open again: what was booked was taken back."),
        }
        found = [
            said[kind] % {"amount": written(self.env, amount, currency), "numbers": told}
            for kind, amount in what.items()
            if kind in said
        ]
        if reply := what.get(REPLIED):
            reason = dict(reply._fields["reason"]._description_selection(self.env))[reply.reason]
            found.append(self.env._("The debtor wrote about %(numbers)s: %(reason)s.", numbers=told, reason=reason))
        return found

    @api.model
    def _mail(self, handover, what, numbers, currency):
        """Put a mail to the party into the outbox, and write down that it was, or why not."""
        party, company = handover.party_id, handover.company_id
        address, mode = party._address(), company._dunning_mode()
        if mode == "test":
            address = company._dunning_test_address()
        if mode == "off" or not address:
            why = "off" if mode == "off" else "no_address"
            return self._event(handover, "handover.party_not_told", {why: True}, numbers)
        this = self._in_lang(handover, party.partner_id.lang or company._dunning_lang())
        words = this._words(handover, what, numbers, currency)
        body = this.env["ir.qweb"]._render("cremann_dunning.handover_party_mail", words)
        self.env["mail.mail"].create(
            {
                "subject": this.env._("%(number)s: something happened here", number=this._named(handover)),
                "body_html": body,
                "email_to": address,
                "email_from": company.email_formatted or self.env.user.email_formatted,
                "reply_to": self._owner(handover).email_formatted or company.email_formatted,
                "auto_delete": True,
            }
        )
        self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()
        facts = {kind: as_fact.money(amount, currency) for kind, amount in what.items() if kind != REPLIED}
        if reply := what.get(REPLIED):
            facts[REPLIED] = as_fact.choice(reply, "reason")
        return self._event(handover, "handover.party_told", facts, numbers)

    @api.model
    def _words(self, handover, what, numbers, currency):
        """Values of the mail to a party."""
        owner = self._owner(handover)
        return {
            "company": handover.company_id,
            "handover": handover,
            "number": self._named(handover),
            "sentences": self._sentences(what, numbers, currency),
            "is_money": set(what) != {REPLIED},
            "left": self._left(handover),
            "person": owner.name or handover.company_id.name,
            "phone": owner.phone or handover.company_id.phone,
            "email": owner.email or handover.company_id.email,
        }

    @api.model
    def _left(self, handover):
        """What the books hold open of what is with the party: ``[(number, amount in words)]``."""
        lines = handover.line_ids.filtered("is_frozen")
        items = lines.claim_id.move_line_id.exists()
        return [
            (line.claim_id.number, written(self.env, line.claim_id.move_line_id.amount_residual_currency,
                                           line.currency_id))
            for line in lines
            if line.claim_id.move_line_id in items
        ]  # fmt: skip

    @api.model
    def _named(self, handover):
        """A hand-over by its number and by that of the party."""
        return " / ".join(filter(None, [handover.name, handover.party_reference]))

    @api.model
    def _event(self, handover, kind, facts, numbers):
        self.env["dunning.event"]._tell(
            [
                {
                    "kind": kind,
                    "company_id": handover.company_id.id,
                    "debtor": handover.partner_id.commercial_partner_id.id,
                    "claims": handover.line_ids.filtered("is_frozen").claim_id.ids,
                    "facts": as_fact.known(name=handover.name, numbers=", ".join(filter(None, numbers)), **facts),
                    "personal": as_fact.known(party=handover.party_id.partner_id.name),
                }
            ]
        )
