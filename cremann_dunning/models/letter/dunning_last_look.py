from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...engine import rules
from ...engine.addresses import addresses
from ...engine.decide import settled


class DunningLastLook(models.AbstractModel):
    """The last look at letters before they leave: may they still go, and if not, what becomes of them.

    Asked on every way out: at issue, in the outbox, at the post. Each answer is about the facts of that moment.
    """

    _name = "dunning.last.look"
    _description = "Last look at dunning letters"

    @api.model
    def _stop_at_gate(self, letters, leaving=False):
        """Hold back those of these letters that the rules stop, with the reason on them; return them.

        Every path ends here: issuing from a run, a button, a server action or the daily job, a mail that is about to
        leave, a letter that is put in the post. A mail that comes at the wrong hour is put off instead.

        :param leaving: whether they are about to be mailed.
        """
        gate = self.env["dunning.gate"]
        stopped = letters.browse()
        for letter, refusals in gate._check(letters, leaving).items():
            if not refusals:
                continue
            stopped |= letter
            if later := gate._later(refusals):
                letter.mail_id.sudo().scheduled_date = later  # the outbox belongs to the system
            else:
                self._refuse(letter, refusals)
        return stopped

    @api.model
    def _refuse(self, letter, refusals):
        """Keep on the letter why the rules stop it; a mail that waited for it is taken back."""
        letter.mail_id.sudo().filtered(lambda mail: mail.state == "outgoing").cancel()  # the outbox is the system's
        letter.refusal_codes = " ".join(refusal.code for refusal in refusals)
        env = letter.with_context(lang=letter.user_id.lang or self.env.lang).env
        letter._register_failure(env["dunning.gate"]._explain(refusals, letter), "stopped")

    @api.model
    def _let_go(self, letter, reason, user):
        """Keep why a manager lets this letter go, one record per rule, and go on with it.

        :raises UserError: the rules hold nothing against it, or something that nobody may override.
        """
        gate = self.env["dunning.gate"]
        by_mail = letter.state == "issued" and letter.channel == "email"
        refusals = gate._check(letter, leaving=by_mail, texts=letter._words_to_come())[letter]
        if not refusals:
            raise UserError(self.env._("The rules hold nothing against this letter any more. Retry it."))
        if refusals[0].final:
            raise UserError(
                self.env._("Nobody may override this: %s", gate._sentence(refusals[0], letter.currency_id.id))
            )
        self.env["dunning.override"].create(
            [
                {
                    "letter_id": letter.id,
                    "code": refusal.code,
                    "article": refusal.article,
                    "sentence": gate._sentence(refusal, letter.currency_id.id),
                    "reason": reason,
                    "user_id": user.id,
                }
                for refusal in refusals
            ]
        )
        letter.message_post(body=self.env._("%(user)s lets this letter go: %(reason)s", user=user.name, reason=reason))
        if letter.state == "failed":
            letter.action_retry()
        elif letter.state == "draft" and not letter.run_id:
            letter.action_issue()
        elif by_mail:
            letter.mail_id.scheduled_date = False
            letter.action_send_now()

    @api.model
    def _stop_if_settled(self, letters):
        """Cancel those of these letters whose claims have changed since; return them.

        Called at the moment of sending.
        """
        reasons = self._settled_reasons(letters)
        for letter, reason in reasons.items():
            letter._cancel(reason)
        return letters.browse().union(*reasons)

    @api.model
    def _settled_reasons(self, letters, states=("draft", "issued")):
        """Why those of these letters should not leave whose claims have changed since: ``{letter: reason}``.

        Facts are gathered again with the letters themselves left out.

        :param states: those of letters that can still leave.
        """
        reasons = {}
        waiting = letters.filtered(lambda letter: letter.state in states)
        for company, own in waiting.grouped("company_id").items():
            outcomes = self.env["dunning.engine"]._decide_now(company, own)
            for letter in own:
                if self._is_late_notice(letter):
                    reasons[letter] = self.env._("Not sent: an invoice on it is past its due date by now.")
                    continue
                if reason := self._lost_contact(letter):
                    reasons[letter] = reason
                    continue
                asked = letter._asked()
                outcome = outcomes.get(letter.partner_id.id)
                if changed := settled(outcome, asked) if outcome else dict.fromkeys(asked):
                    reasons[letter] = self._stop_reason(letter, changed)
        return reasons

    @api.model
    def _is_late_notice(self, letter):
        """Whether this is a notice before the due date that did not leave in time."""
        today = letter.company_id._dunning_today()
        return letter.legal_type == rules.PRE_DUE and any(line.date_due < today for line in letter.line_ids)

    @api.model
    def _lost_contact(self, letter):
        """Why a letter that waits to be mailed may not go to its contact any more, False when it may.

        An address from which a letter came back is no such reason: whoever retries the letter knows of it.
        """
        if letter.channel != "email" or letter.is_test:
            return False
        contact = letter.contact_id.sudo()  # sudo: what Odoo knows of an address, whoever sends
        gone = contact != letter.partner_id and not contact.active  # the debtor owes as before, archived or not
        if gone or contact.commercial_partner_id != letter.partner_id.commercial_partner_id:
            return self.env._("Not sent: %s is no contact of this debtor any more.", contact.display_name)
        return False

    @api.model
    def _stop_reason(self, letter, changed):
        decision = next((decision for decision in changed.values() if decision), None)
        if decision is None:
            return self.env._(
                "Not sent: an invoice on it was paid, credited, disputed or changed after the letter was made."
            )
        sentence = self.env["dunning.decision.register"]._sentence(decision, letter.company_id)
        return self.env._("Not sent: %s", sentence)

    @api.model
    def _stop_by_mode(self, letters):
        """Keep in the outbox what may not leave because of how the company's follow-up is switched; return it."""
        stopped = letters.filtered(lambda letter: letter.company_id.dunning_mode == "off")
        # asked again in an hour, or as soon as follow-up is switched on
        stopped.mail_id.scheduled_date = fields.Datetime.now() + timedelta(hours=1)
        testing = (letters - stopped).filtered(lambda letter: letter.company_id.dunning_mode == "test")
        real = testing.filtered(lambda letter: not letter.is_test)
        real._cancel(self.env._("Not sent: follow-up was switched to test after the letter was made."))
        return stopped | real

    @api.model
    def _stop_blacklisted(self, letters):
        """Put aside letters whose addresses are all on Odoo's blacklist; return them. Of several the others get it.

        Odoo looks at the list for mass mailings only. Whoever asked not to be mailed is not mailed letters either; on
        paper they may go.
        """
        real = letters.filtered(lambda letter: not letter.is_test)
        found = {letter: set(addresses(letter.email_to)) for letter in real}
        # sudo: the list is the administrator's; what is asked is only whether an address stands on it
        blacklist = self.env["mail.blacklist"].sudo()
        asked = set().union(*found.values())
        blocked = set(blacklist.search([("email", "in", list(asked))]).mapped("email")) if asked else set()
        for letter in real.filtered(lambda letter: found[letter] & blocked and found[letter] - blocked):
            letter.email_to = self.env["dunning.outbox"]._to(letter)
            # the outbox is the system's
            letter.mail_id.sudo().filtered(lambda mail: mail.state == "outgoing").email_to = letter.email_to
        stopped = real.filtered(lambda letter: found[letter] and found[letter] <= blocked)
        for letter in stopped:
            # the outbox is the system's
            letter.mail_id.sudo().filtered(lambda mail: mail.state == "outgoing").cancel()
            text = self.env._(
                "%s is on Odoo's blacklist, so nothing is mailed to it. Send it on paper, or have an administrator "
                "take the address off the list and retry",
                ", ".join(sorted(found[letter])),
            )
            self.env["dunning.dispatch"]._record_end(letter, "withheld", answer=text)
            letter._register_failure(text, "blacklisted")
        return stopped

    @api.model
    def _one_per_debtor(self, letters):
        """The first letter of each debtor and currency: after it has left, the others are looked at again.

        Two debtors that became one may both have a letter in the outbox.
        """
        same = ("company_id", "partner_id", "currency_id", "is_test")
        groups = letters.grouped(lambda letter: tuple(letter[name] for name in same))
        return letters.browse().union(*(own[:1] for own in groups.values()))
