from datetime import timedelta

from odoo import api, fields, models

from ...engine import rules
from ...law import calendar, terms
from ...law.errors import LawError, NoTermError
from ..rules.regime_map import RegimeError

# What a letter gives once it has arrived.
NO_TERM = dict.fromkeys(("term_first_day", "term_last_day", "claimable_from", "default_from"), False)


class DunningLetterTermMixin(models.AbstractModel):
    """The term that a letter gives: printed on a draft, counted when it is sent, and longer when receipt was later."""

    _name = "dunning.letter.term.mixin"
    _description = "Term of a dunning letter"

    term_first_day = fields.Date(string="First day of the free term", readonly=True)
    term_last_day = fields.Date(string="Last day of the free term", readonly=True)
    claimable_from = fields.Date(string="Costs from", readonly=True, help="First day after the free term.")
    default_from = fields.Date(
        string="In default from",
        readonly=True,
        help="First day after the term to pay that this letter gave, counted from the day it was received (art. 6:82 "
        "BW).",
    )

    def _law_way(self, by_mail):
        """How a letter goes, as the law tells ways apart: ``email``, ``registered`` or ``post``."""
        self.ensure_one()
        if by_mail:
            return "email"
        return "registered" if self.channel == "registered" and not self.on_paper_instead else "post"

    def _prepare_term(self, day, channel, receipt=None, proof=None):
        """The term that a letter gives, counted from the day it was really sent, or from proven receipt.

        Of a statutory notice the free term: without one nothing can be claimed later, which is the safe side; the
        letter says what is wrong. Of another letter the term to pay, after which the debtor is in default (6:82 BW).

        :param receipt: known day of receipt. :param proof: what it proves, see ``law.terms``.
        """
        self.ensure_one()
        if self.legal_type != rules.STATUTORY_NOTICE:
            if not self.deadline:
                return {}
            country = self.regime_id.country_id.code or self.company_id.country_id.code
            known = {"receipt": receipt, "proof": proof}
            return {"default_from": self._default_from(country, self.date, self.deadline, day, channel, **known)}
        try:
            term = self.regime_id.free_term(day, channel, receipt, proof=proof)
        except RegimeError as error:
            return {"error": str(error)}
        if not term:  # the rules lost their term after the letter was made
            return {}
        return {
            "term_first_day": term.first_day,
            "term_last_day": term.last_day,
            "claimable_from": term.claimable_from,
        }

    @api.model
    def _default_from(self, country, dated, deadline, day, channel, **known):
        """First day after the term to pay: its days from receipt on, and not before the printed day ended.

        :param dated: date of the letter, from which its `deadline` was counted. :param day: when it was really sent.
        :param known: proven ``receipt`` and its ``proof``.
        """
        try:
            term = terms.notice_term(country or "NL", day, channel, max((deadline - dated).days, 1), **known)
        except NoTermError:  # a registered letter puts nobody in default before it is delivered
            return False
        except LawError:  # a country without a known calendar: a week for the post
            return max(deadline, day + timedelta(days=7)) + timedelta(days=1)
        return max(term.claimable_from, deadline + timedelta(days=1))

    @api.model
    def _deadline(self, country_code, day, term_days):
        """Last day to pay that a letter prints; a weekend or holiday moves it on, as the Algemene termijnenwet does."""
        last = day + timedelta(days=term_days)
        try:
            return calendar.next_working_day(country_code, last)
        except LawError:  # a country without a known calendar: the day itself
            return last

    def _bring_up_to_today(self):
        """Date a draft of an earlier day today, so that the debtor gets all the days that its level gives."""
        self.ensure_one()
        today = self.company_id._dunning_today()
        if self.date != today:
            country = self.company_id.country_id.code or "NL"
            term = self.level_id.payment_term_days
            self.write({"date": today, "deadline": self.deadline and self._deadline(country, today, term)})
            for line in self.line_ids:
                line.days_overdue = max((today - line.date_due).days, 0)

    def _lengthen(self, longer):
        """Let the terms of these letters end later, and let the next steps wait along.

        :param longer: per letter the values of its term and why, see ``dunning.letter.telling._longer_row``.
        :return: the letters.
        """
        letters, telling = self.browse().union(*longer), self._telling()
        for letter, (vals, _why) in longer.items():
            letter.write(vals | {"follow_up_pending": True})
        telling._tell([telling._longer_row(letter, why) for letter, (_vals, why) in longer.items()])
        for company in letters.company_id:
            self.env["dunning.delivery"]._after_sending(company)
        return letters

    def _only_longer(self, vals):
        """These values of a term when it ends later than the one that was counted, else nothing."""
        self.ensure_one()
        for name in ("claimable_from", "default_from"):
            if vals.get(name) and (not self[name] or vals[name] > self[name]):
                return vals
        return {}
