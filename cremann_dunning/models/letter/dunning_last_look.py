from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...engine import last_look, rules
from ...engine.addresses import addresses
from ..dunning_money import exact


class Why(NamedTuple):
    """Why a letter should not leave: one of the causes of ``dunning.letter.telling``, and a sentence."""

    cause: str
    sentence: str


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
        refused = {letter: found for letter, found in gate._check(letters, leaving).items() if found}
        if not refused:
            return letters.browse()
        with letters._telling()._together(letters.browse().union(*refused)) as stopped:
            for letter in stopped:
                if later := gate._later(refused[letter]):
                    letter.mail_id.sudo().scheduled_date = later  # the outbox belongs to the system
                else:
                    letter.env["dunning.last.look"]._refuse(letter, refused[letter])
        return letters.browse(stopped.ids)

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
        whys = self._settled_whys(letters)
        if whys:
            with letters._telling()._together(letters.browse().union(*whys)) as settled:
                for letter in settled:
                    letter._cancel(whys[letter].sentence, cause=whys[letter].cause)
        return letters.browse().union(*whys)

    @api.model
    def _settled_reasons(self, letters, states=("draft", "issued"), posted_on=None):
        """Why those of these letters should not leave whose claims have changed since: ``{letter: sentence}``.

        Arguments as those of ``_settled_whys``.
        """
        whys = self._settled_whys(letters, states, posted_on)
        return {letter: why.sentence for letter, why in whys.items()}

    @api.model
    def _settled_whys(self, letters, states=("draft", "issued"), posted_on=None):
        """Why those of these letters should not leave whose claims have changed since: ``{letter: Why}``.

        Facts are gathered again with the letters themselves left out.

        :param states: those of letters that can still leave.
        :param posted_on: the day on which they were put in the post, if not today.
        """
        waiting = letters.filtered(lambda letter: letter.state in states)
        over = waiting.filtered(lambda letter: letter.legal_type == rules.HANDOVER)
        answers = waiting.filtered("answer") - over
        whys, waiting = letters._answers_overtaken(answers), waiting - answers - over
        whys |= self.env["dunning.handover.letter"]._overtaken(over)
        for company, own in waiting.grouped("company_id").items():
            answers = self.env["dunning.engine"]._decide_now(company, own, keep_debtors=True)
            for letter in own:
                changed = self._changed(letter, *answers.get(letter.partner_id.id, (None, None)))
                if changed:
                    whys[letter] = changed
                elif lost := self._lost_days(letter, posted_on):
                    whys[letter] = Why("too_few_days", lost)
        return whys

    @api.model
    def _changed(self, letter, debtor, outcome):
        """What is no longer as a letter says, as ``Why``; None when it may leave as it is.

        :param debtor, outcome: facts and decisions of this moment without the letter; None when he owes nothing.
        """
        if self._is_late_notice(letter):
            return Why("late_notice", self.env._("Not sent: an invoice on it is past its due date by now."))
        for cause, look in (
            ("other_debtor", self._lost_debtor),
            ("contact_gone", self._lost_contact),
            ("address_changed", self._lost_address),
        ):
            if reason := look(letter):
                return Why(cause, reason)
        lines = [self._line(line) for line in letter.line_ids]
        today = letter.company_id._dunning_today()
        gone = dict.fromkeys(line.line_id for line in lines)
        if changed := last_look.changed(debtor, outcome, lines, today) if debtor else gone:
            return self._stop_reason(letter, changed)
        if letter.run_id and self._asks_for_care(letter, outcome):
            return Why(
                "care",
                self.env._(
                    "Not sent: this debtor is treated with care by now, so this step waits. Somebody looks at it first."
                ),
            )
        if last_look.is_for_another(debtor, lines, letter.debtor_kind):
            return Why(
                "other_rules",
                self.env._(
                    "Not sent: the kind of debtor or the procedure was changed after the letter was made, so other "
                    "rules hold."
                ),
            )
        return None

    @api.model
    def _asks_for_care(self, letter, outcome):
        """Whether a step on a letter that nobody wrote by hand waits by now: its debtor is treated with care."""
        own = set(letter.line_ids.filtered("level_id").move_line_id.ids)
        return any(
            decision.code in ("CARE_WAIT", "CARE_PERSON") and decision.claim.line_id in own
            for decision in outcome.decisions
        )

    @api.model
    def _line(self, line):
        """A line of a letter as the engine reads it. The procedure of a letter by hand is what a person chose."""
        letter = line.letter_id
        return last_look.Line(
            line_id=line.move_line_id.id,
            open=exact(line.amount_open, letter.currency_id),
            demanded=line.principal_part or bool(line.level_id),
            due_date=line.date_due or None,
            procedure=letter.procedure_id.id if line.level_id and letter.run_id else None,
        )

    @api.model
    def _lost_days(self, letter, posted_on=None):
        """Why a letter that lay for some time leaves its debtor too few days to pay, False when it does not."""
        left_on = posted_on or letter.company_id._dunning_today()
        overtaken = last_look.is_overtaken(letter.date, letter.deadline or None, left_on)
        if letter.issuer_id and letter.deadline:
            least = letter._issuer_deadline(letter.regime_id, letter.debtor_kind, left_on, letter.deadline)
            overtaken = overtaken or least > letter.deadline
        if letter.is_test or not overtaken:
            return False
        return self.env._(
            "Not sent: it asks to pay before or on %s, and that leaves too few days by now. Propose it anew.",
            format_date(self.env, letter.deadline),
        )

    @api.model
    def _lost_address(self, letter):
        """Why a letter would go where its contact is not reached any more, False when it goes where he is."""
        if letter.is_test:
            return False
        mail = letter.mail_id.sudo()  # sudo: the outbox is the system's
        if letter.state == "issued" and mail.state == "outgoing":
            outbox = self.env["dunning.outbox"]
            for then, now, person in (
                (mail.email_to, outbox._all_addresses(letter), letter.contact_id),
                (mail.email_cc, addresses(letter._copy_address() or ""), letter.copy_partner_id),
            ):
                if set(addresses(then)) - set(now):
                    return self.env._(
                        "Not sent: the e-mail address of %s was changed after the letter was made.",
                        person.display_name or then,
                    )
        on_paper = letter.is_on_paper or letter.has_copy_to_post
        if on_paper and letter.address_printed and letter.address_printed != letter._address_lines():
            return self.env._(
                "Not sent: the address of %s was changed after the letter was printed.", letter.contact_id.display_name
            )
        return False

    @api.model
    def _is_late_notice(self, letter):
        """Whether this is a notice before the due date that did not leave in time."""
        today = letter.company_id._dunning_today()
        return letter.legal_type == rules.PRE_DUE and any(line.date_due < today for line in letter.line_ids)

    @api.model
    def _lost_debtor(self, letter):
        """Why a letter is to somebody who is no debtor of his own any more, False when he is."""
        debtor = letter.partner_id.sudo()  # sudo: whoever sends
        if debtor.commercial_partner_id == debtor:
            return False
        return self.env._(
            "Not sent: what %(old)s was asked for is owed by %(new)s now. It is proposed anew.",
            old=debtor.name or "",
            new=debtor.commercial_partner_id.name or "",
        )

    @api.model
    def _lost_contact(self, letter):
        """Why a letter that waits to be mailed may not go to its contact any more, False when it may.

        An address from which a letter came back is no such reason: whoever retries the letter knows of it.
        """
        if not letter.contact_id:
            return self.env._("Not sent: %s is no contact of this debtor any more.", letter._whom())
        if letter.channel != "email" or letter.is_test:
            return False
        contact = letter.contact_id.sudo()  # sudo: what Odoo knows of an address, whoever sends
        gone = contact != letter.partner_id and not contact.active  # the debtor owes as before, archived or not
        outside = contact.commercial_partner_id != letter.partner_id.commercial_partner_id
        if gone or (outside and not letter._is_to_head()):
            return self.env._("Not sent: %s is no contact of this debtor any more.", contact.display_name)
        return False

    @api.model
    def _stop_reason(self, letter, changed):
        decision = next((decision for decision in changed.values() if decision), None)
        if decision is None:
            return Why(
                "changed",
                self.env._(
                    "Not sent: an invoice on it was paid, credited, disputed or changed after the letter was made."
                ),
            )
        sentence = self.env["dunning.decision.register"]._sentence(decision, letter.company_id)
        return Why(decision.code, self.env._("Not sent: %s", sentence))

    @api.model
    def _stop_by_mode(self, letters):
        """Keep in the outbox what may not leave because of how the company's follow-up is switched; return it."""
        stopped = letters.filtered(lambda letter: letter.company_id._dunning_mode() == "off")
        # asked again in an hour, or as soon as follow-up is switched on
        stopped.mail_id.scheduled_date = fields.Datetime.now() + timedelta(hours=1)
        testing = (letters - stopped).filtered(lambda letter: letter.company_id.dunning_mode == "test")
        real = testing.filtered(lambda letter: not letter.is_test)
        real._cancel(self.env._("Not sent: follow-up was switched to test after the letter was made."), cause="to_test")
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
