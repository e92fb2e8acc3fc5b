from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ...engine.facts import Notice


@dataclass(frozen=True, slots=True)
class History:
    """What the sent letters did to one receivable line; see ``engine.facts.Claim`` for the meaning of each."""

    levels: frozenset = frozenset()
    sent_on: date | None = None
    claimable_from: date | None = None
    regime: int | None = None
    default_from: date | None = None
    notice: Notice | None = None


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
                SELECT k.move_line_id, array_agg(k.level_id) FILTER (WHERE k.level_id IS NOT NULL),
                       MAX(f.sent_on) FILTER (WHERE k.level_id IS NOT NULL AND f.legal_type <> 'pre_due'),
                       MAX(f.claimable_from) FILTER (WHERE k.principal_part),
                       (array_agg(f.regime_id ORDER BY f.sent_on, f.id)
                            FILTER (WHERE k.principal_part AND f.legal_type = 'statutory_notice'))[1],
                       MIN(f.default_from) FILTER (WHERE k.principal_part),
                       (array_agg(f.id ORDER BY f.sent_on DESC, f.id DESC)
                            FILTER (WHERE k.principal_part AND f.claimable_from IS NOT NULL))[1]
                  FROM dunning_letter_line k
                  JOIN dunning_letter f ON f.id = k.letter_id
                 WHERE f.company_id = %s AND f.state = 'sent' AND (k.level_id IS NOT NULL OR k.principal_part)
                   AND f.partner_id IN %s AND f.id NOT IN %s
                 GROUP BY k.move_line_id
                """,
                company.id,
                partners,
                without,
            )
        )
        rows = self.env.cr.fetchall()
        notices = self._notices({row[6] for row in rows if row[6]})
        return {
            line_id: History(frozenset(levels or ()), sent_on, claimable, regime, default_from, notices.get(notice))
            for line_id, levels, sent_on, claimable, regime, default_from, notice in rows
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
    def _letters_under_way(self, company, partners, without):
        """Per receivable line the letter that covers it and is not settled: ``(open, failed)``.

        A letter that only lists a line (no level) does not move it and so stands in nobody's way. One without a number
        yet goes by the name of its level.
        """
        self.env.cr.execute(
            SQL(
                """
                SELECT k.move_line_id, f.state,
                       COALESCE(NULLIF(f.name, '/'), v.name ->> %s, v.name ->> 'en_US')
                  FROM dunning_letter_line k
                  JOIN dunning_letter f ON f.id = k.letter_id
                  JOIN dunning_level v ON v.id = f.level_id
                 WHERE f.company_id = %s AND f.state IN ('draft', 'issued', 'failed') AND k.level_id IS NOT NULL
                   AND f.partner_id IN %s AND f.id NOT IN %s
                """,
                self.env.lang or "en_US",
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
                SELECT partner_id, MAX(sent_on) FROM dunning_letter
                 WHERE company_id = %s AND state IN ('sent', 'cancelled') AND sent_on IS NOT NULL
                   AND partner_id IN %s AND id NOT IN %s
                 GROUP BY partner_id
                """,
                company.id,
                partners,
                without,
            )
        )
        return dict(self.env.cr.fetchall())
