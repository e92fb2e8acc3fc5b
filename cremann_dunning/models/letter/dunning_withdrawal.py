from odoo import api, models
from odoo.exceptions import UserError

from .dunning_letter_term_mixin import NO_TERM


class DunningWithdrawal(models.AbstractModel):
    """Takes back what was sent: letters that were wrong, or that came back. Their level and their term go back."""

    _name = "dunning.withdrawal"
    _description = "Withdrawal of dunning letters"

    @api.model
    def _withdraw(self, letters, reason, user):
        """Take back letters that were sent, the last one first: they stay on record, and their levels go back.

        Nothing that a letter announced counts any more: no term that ran, no costs. The debtor had it all the same, so
        the next letter keeps its distance. One on which a later letter or contact builds stays, and stops no other.

        :return: why one stays: ``{letter: sentence}``.
        :raises UserError: when all of them stay.
        """
        stay = {}
        for letter in letters.sorted(lambda letter: (letter.sent_at or letter.create_date, letter.id), reverse=True):
            if why := self._why_it_stays(letter):
                stay[letter] = why
                continue
            taken_back = self.env._("Taken back by %s", user.name)
            letter.write({"state": "cancelled", "cancel_reason": taken_back})
            self.env["dunning.paper.copy"]._call_back(letter, taken_back)
        gone = letters.filtered(lambda letter: letter not in stay)
        telling, why = gone._telling(), {"reason": reason}
        telling._tell([telling._row("letter.taken_back", letter, {}, why) for letter in gone])
        if not gone:
            raise UserError("\n".join(stay.values()))
        gone._move_levels()
        gone.env["dunning.charge"]._follow(gone)
        for company in gone.company_id:
            gone.env["dunning.accruing"]._follow(company)
        gone._let_claims_follow()
        return stay

    @api.model
    def _why_it_stays(self, letter):
        """Why a letter cannot be taken back, False when it can."""
        if letter.state != "sent":
            return self.env._("%s was not sent. Cancel it instead.", letter.display_name)
        return self._what_follows(letter)

    @api.model
    def _what_follows(self, letter):
        """What builds on a letter, as a sentence: the highest level goes first. False for nothing."""
        claims = letter.line_ids.filtered("level_id").claim_id
        later = self.env["dunning.letter.line"].search(
            [
                ("claim_id", "in", claims.ids),
                ("level_id", "!=", False),
                ("letter_id", "!=", letter.id),
                ("state", "=", "sent"),
                ("letter_id.sent_at", ">=", letter.sent_at),
            ]
        )
        if top := later.letter_id.sorted(lambda letter: (letter.sent_at, letter.id))[-1:]:
            return self.env._(
                "%(later)s was sent after %(letter)s and builds on it. Take that one back first.",
                later=top.display_name,
                letter=letter.name,
            )
        if contact := self.env["dunning.contact"]._counted_after(claims, letter.sent_on):
            return self.env._(
                "%(contact)s counted as a step after %(letter)s and builds on it. Archive that contact first.",
                contact=contact.display_name,
                letter=letter.name,
            )
        return False

    @api.model
    def _undo_sending(self, letter, attempt, state, text, answer=None):
        """The letter came back, by mail or by post: it was not delivered. Its level and its term go back.

        :param state: of the attempt. :param text: what a person can do. :param answer: what stands on the attempt.
        :raises UserError: a later letter that went by post builds on it.
        """
        if state == "returned" and (why := self._what_follows(letter)):
            raise UserError(why)
        attempt.write({"state": state, "answer": answer or text})
        letter.write({"state": "issued", "sent_on": False, "sent_at": False, **NO_TERM})
        letter._register_failure(text, "bounced")
        self.env["dunning.desk"]._letter_came_back(letter, state == "returned", text)
        if state == "returned":  # what came back by mail is told with the address
            letter._telling()._tell([letter._telling()._row("letter.returned", letter)])
        letter._move_levels()
        letter.env["dunning.charge"]._follow(letter)
        letter._let_claims_follow()
