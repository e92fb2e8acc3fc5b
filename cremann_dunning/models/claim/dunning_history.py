from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ...engine.facts import Notice
from ..rules.dunning_level import OF_LEVEL


@dataclass(frozen=True, slots=True)
class History:
    """What the sent letters did to one receivable line; see ``engine.facts.Claim`` for the meaning of each."""

    levels: frozenset = frozenset()
    sent_on: date | None = None
    claimable_from: date | None = None
    regime: int | None = None
    default_from: date | None = None
    notice: Notice | None = None
    term_ends: date | None = None

    @property
    def ends(self):
        """First day on which no term runs any more that a letter gave; None when none did."""
        return max(filter(None, (self.claimable_from, self.term_ends)), default=None)


NO_HISTORY = History()


class DunningHistory(models.AbstractModel):
    """What letters and contacts did to the claims of debtors: what went out, and what has not settled yet."""

    _name = "dunning.history"
    _description = "History of claims"

    @api.model
    def _of_claims(self, company, partners, without):
        """Per receivable line its ``History``: sent letters, and the contacts that count as a step.

        :param company: one company. :param partners: tuple of ids of commercial partners.
        :param without: tuple of ids of letters to leave out; ``(0,)`` for none, since SQL knows no empty list.
        """
        history = self._of_letters(company, partners, without)
        for line_id, (levels, day) in self.env["dunning.contact"]._steps(company, partners).items():
            past = history.get(line_id, NO_HISTORY)
            last = max(past.sent_on or day, day)
            history[line_id] = replace(past, levels=past.levels.union(levels), sent_on=last)
        return history

    @api.model
    def _of_letters(self, company, partners, without):
        """Per receivable line what its sent letters did: ``History``.

        Read from the letters and not from the invoice: the letter is the proof, what the invoice shows follows it. A
        free term, a regime and a term to pay count only for what the letter demanded, not for what it merely listed. A
        notice before the due date is no step that anything is counted from.
        """
        self.env.cr.execute(
            SQL(
                """
                SELECT c.move_line_id, array_agg(k.level_id) FILTER (WHERE k.level_id IS NOT NULL),
                       MAX(f.sent_on) FILTER (WHERE k.level_id IS NOT NULL AND f.legal_type <> 'pre_due'),
                       MAX(f.claimable_from) FILTER (WHERE k.principal_part),
                       (array_agg(f.regime_id ORDER BY f.sent_on, f.id)
                            FILTER (WHERE k.principal_part AND f.legal_type = 'statutory_notice'))[1],
                       MIN(f.default_from) FILTER (WHERE k.principal_part),
                       (array_agg(f.id ORDER BY f.sent_on DESC, f.id DESC)
                            FILTER (WHERE k.principal_part AND f.claimable_from IS NOT NULL))[1],
                       MAX(GREATEST(f.deadline + 1, f.default_from, f.claimable_from)) FILTER (WHERE k.principal_part)
                  FROM dunning_claim c
                  JOIN dunning_letter_line k ON k.claim_id = c.id
                  JOIN dunning_letter f ON f.id = k.letter_id
                 WHERE c.company_id = %s AND f.state = 'sent' AND (k.level_id IS NOT NULL OR k.principal_part)
                   AND k.is_let_go IS NOT TRUE AND c.partner_id IN %s AND c.move_line_id IS NOT NULL
                   AND f.id NOT IN %s
                 GROUP BY c.move_line_id
                """,
                company.id,
                partners,
                without,
            )
        )
        rows = self.env.cr.fetchall()
        notices = self._notices({row[6] for row in rows if row[6]})
        return {
            line_id: History(frozenset(levels or ()), sent_on, claimable, regime, default, notices.get(notice), ends)
            for line_id, levels, sent_on, claimable, regime, default, notice, ends in rows
        }

    @api.model
    def _notices(self, letter_ids):
        """Statutory notices with a term, by id: when they went, when their term ended and what they announced."""
        if not letter_ids:
            return {}
        self.env.cr.execute(
            SQL(
                """
                SELECT id, sent_on, claimable_from, COALESCE(amount_costs_announced, 0)::text,
                       COALESCE(amount_costs_vat, 0)::text, COALESCE(costs_vat_rate, 0)::text
                  FROM dunning_letter WHERE id IN %s
                """,
                tuple(letter_ids),
            )
        )
        return {row[0]: Notice(*row[:3], *(Decimal(figure) for figure in row[3:])) for row in self.env.cr.fetchall()}

    @api.model
    def _beside(self, company, history, letters):
        """Per letter the other claims of its debtor, in its currency, about which a statutory notice stands.

        :param history: of all claims of these debtors. :param letters: ``dunning.letter``.
        :return: ``{letter: [(line id, open, notice, whether it is an instalment), ...]}``; one query.
        """
        lines = [line_id for line_id, past in history.items() if past.notice]
        if not lines:
            return {}
        self.env.cr.execute(
            SQL(
                """
                SELECT p.commercial_partner_id, l.currency_id, l.id, l.amount_residual_currency::text,
                       COALESCE(j.dunning_periodic, FALSE)
                  FROM account_move_line l
                  JOIN account_journal j ON j.id = l.journal_id
                  JOIN res_partner p ON p.id = l.partner_id
                 WHERE l.id IN %s AND l.company_id = %s AND l.parent_state = 'posted' AND l.reconciled IS NOT TRUE
                   AND l.amount_residual_currency > 0
                """,
                tuple(lines),
                company.id,
            )
        )
        rows, always = defaultdict(list), company.dunning_periodic
        for partner_id, currency_id, line_id, amount, periodic in self.env.cr.fetchall():
            claim = line_id, Decimal(amount), history[line_id].notice, always or periodic
            rows[partner_id, currency_id].append(claim)
        return {
            letter: [
                claim
                for claim in rows[letter.partner_id.id, letter.currency_id.id]
                if claim[0] not in letter.line_ids.filtered("principal_part").move_line_id.ids
            ]
            for letter in letters
        }

    @api.model
    def _letters_under_way(self, company, partners, without):
        """Per receivable line the letter that covers it and is not settled: ``(open, failed)``.

        A letter that only lists a line (no level) does not move it and so stands in nobody's way. One without a number
        yet goes by its level, see ``dunning.level._letter_label``.
        """
        self.env.cr.execute(
            SQL(
                """
                SELECT c.move_line_id, f.state,
                       COALESCE(NULLIF(f.name, '/'), %s || f.level_id)
                  FROM dunning_claim c
                  JOIN dunning_letter_line k ON k.claim_id = c.id
                  JOIN dunning_letter f ON f.id = k.letter_id
                 WHERE c.company_id = %s AND f.state IN ('draft', 'issued', 'failed') AND k.level_id IS NOT NULL
                   AND k.is_let_go IS NOT TRUE AND c.partner_id IN %s AND c.move_line_id IS NOT NULL
                   AND f.id NOT IN %s
                """,
                OF_LEVEL,
                company.id,
                partners,
                without,
            )
        )
        return {
            line_id: (None, name) if state == "failed" else (name, None)
            for line_id, state, name in self.env.cr.fetchall()
        }

    @api.model
    def _last_letters(self, company, partners, without):
        """Per debtor the day of the last letter that was really sent, also when it was taken back afterwards."""
        self.env.cr.execute(
            SQL(
                """
                SELECT d.commercial_partner_id, MAX(f.sent_on)
                  FROM dunning_letter f JOIN res_partner d ON d.id = f.partner_id
                 WHERE f.company_id = %s AND f.state IN ('sent', 'cancelled') AND f.sent_on IS NOT NULL
                   AND d.commercial_partner_id IN %s AND f.id NOT IN %s
                 GROUP BY d.commercial_partner_id
                """,
                company.id,
                partners,
                without,
            )
        )
        return dict(self.env.cr.fetchall())
