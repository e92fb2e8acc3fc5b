from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ...engine.facts import Claim, Contact, Credit, Debtor, Hold, Notice
from ...engine.rules import PRE_DUE
from .dunning_recipient import BOUNCED, CONTACTS, MAIL_PROBLEM

ZERO = Decimal("0.00")
CENT = Decimal("0.01")


# The open receivable lines of debtors with something due, claims and credits together, with what the debtor is.
ITEMS = f"""
WITH lines AS (
    SELECT l.id AS line_id, l.move_id, m.name AS number, m.move_type,
           NULLIF(m.partner_id, p.commercial_partner_id) AS addressee,
           p.commercial_partner_id AS partner_id, SIGN(l.amount_residual_currency)::int AS amount_sign,
           l.amount_residual_currency::text AS amount,
           l.amount_residual::text AS residual_company, cur.name AS currency,
           l.date_maturity AS due_date,
           COALESCE(l.no_followup, FALSE) AS no_followup,
           m.move_type = 'entry' OR (COALESCE(m.is_move_sent, FALSE) OR m.dunning_sent_how IS NOT NULL)
           AND m.dunning_sent_how IS DISTINCT FROM 'none' AND m.dunning_sent_changed IS NOT TRUE AS sent,
           CASE WHEN m.move_type <> 'entry' THEN COALESCE(m.dunning_sent_on, m.invoice_date) END AS sent_on,
           m.dunning_procedure_id AS own_procedure, m.dunning_kind_set AS own_kind,
           %(periodic)s OR COALESCE(j.dunning_periodic, FALSE) AS periodic,
           pay.id IS NOT NULL AS under_way,
           COUNT(*) OVER (PARTITION BY l.move_id) AS instalments
      FROM account_move_line l
      JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
      JOIN account_move m ON m.id = l.move_id
      JOIN account_journal j ON j.id = m.journal_id
      JOIN res_currency cur ON cur.id = l.currency_id
      JOIN res_partner p ON p.id = l.partner_id
      LEFT JOIN account_payment pay
             ON pay.id = m.origin_payment_id AND pay.state = 'in_process'
            AND pay.is_matched IS NOT TRUE
     WHERE l.company_id = %(company)s AND l.parent_state = 'posted' AND l.reconciled IS NOT TRUE
       AND l.amount_residual_currency <> 0 %(only)s
       AND (l.amount_residual_currency < 0
            OR (m.move_type IN ('out_invoice', 'out_receipt') OR m.dunning_is_claim)
               AND (l.date_maturity IS NULL OR l.date_maturity < %(listed)s))
), overdue AS (
    SELECT partner_id,
           COALESCE(array_agg(DISTINCT addressee) FILTER (WHERE addressee IS NOT NULL), '{{}}') AS named
      FROM lines WHERE amount_sign > 0
     GROUP BY partner_id HAVING bool_or(due_date IS NULL OR due_date < %(seen)s)
), bounced AS MATERIALIZED ({BOUNCED}
), debtors AS MATERIALIZED (
    SELECT d.id AS partner_id, d.dunning_debtor_kind AS partner_kind,
           (d.dunning_procedure_id ->> %(company_key)s)::int AS partner_procedure,
           COALESCE(d.country_id, %(country)s) AS country_id, d.name AS partner_name, d.lang,
           c.contacts, c.langs, c.escalation, f.payer,
           {MAIL_PROBLEM.format(email="d.email_normalized")} AS mail_problem,
           TRIM(d.street) <> '' AND TRIM(d.city) <> '' AS has_address
      FROM overdue
      JOIN res_partner d ON d.id = overdue.partner_id
      LEFT JOIN dunning_case f ON f.partner_id = d.id AND f.company_id = %(company)s
     CROSS JOIN LATERAL ({CONTACTS.format(named="overdue.named")}) c
)
SELECT lines.*, debtors.*, COALESCE(lines.own_kind, debtors.partner_kind, 'unknown') AS kind
  FROM lines JOIN debtors ON debtors.partner_id = lines.partner_id
 ORDER BY lines.due_date, lines.line_id
"""


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


class DunningGather(models.AbstractModel):
    """Turns the ledger of one company on one day into plain facts per debtor.

    A fixed number of statements, whatever the number of debtors. Amounts are read as text and become ``Decimal``:
    Odoo's cursor would turn them into floats.
    """

    _name = "dunning.gather"
    _description = "Dunning facts"

    @api.model
    def facts(self, company, as_of, partner_ids=None, without_letters=None, until=None):
        """The facts of every debtor with an overdue claim, or with one that may get a notice before its due date.

        :param company: one company.
        :param as_of: the company's date; a claim due before it is overdue.
        :param partner_ids: commercial partners to limit it to; all when None.
        :param without_letters: letters to leave out of the facts, so that a letter does not stand in its own way
            when it is checked again.
        :param until: take along what falls due before this day, for a look ahead.
        :return: list of ``engine.facts.Debtor`` in the order of their oldest claim.
        """
        if partner_ids is not None and not partner_ids:
            return []
        self.env.flush_all()
        seen, listed = self._horizons(company, as_of, until)
        rows = self._items(company, seen, listed, partner_ids)
        if not rows:
            return []
        without = tuple(without_letters.ids) if without_letters else (0,)
        partners = tuple({row["partner_id"] for row in rows})
        holds = self._holds(company, partners)
        under_way = self._letters_under_way(company, partners, without)
        history = self._with_contacts(self._history(company, partners, without), company, partners)
        agreements = self._agreements(company, partners)
        replies = self.env["dunning.reply"]._facts(company, partners)
        last_letters = self._last_letters(company, partners, without)
        unmatched = self._unmatched(company, partners)
        choose = self.env["dunning.procedure"]._chooser(company)
        usable = self._usable_procedures(company)
        totals = self._overdue_totals(rows, as_of)
        in_payment = self._in_payment(company, partners, rows)
        refused = self.env["dunning.arrival"]._refused({row["move_id"] for row in rows if row["amount_sign"] > 0})
        debtors = defaultdict(lambda: ([], [], None))
        for row in rows:
            claims, own_credits, _row = debtors[row["partner_id"]]
            debtors[row["partner_id"]] = (claims, own_credits, row)
            row["residual"], row["residual_company"] = Decimal(row["amount"]), Decimal(row["residual_company"])
            row["overdue_total"] = totals[row["partner_id"]]
            row["not_arrived"] = refused.get(row["move_id"], "")
            row["in_payment"], row["payment"] = in_payment.get(row["line_id"], (ZERO, ""))
            if row["residual"] > 0:
                claims.append(self._claim(row, choose, usable, holds, under_way, history))
            else:
                own_credits.append(Credit(row["number"], row["currency"], -row["residual"], row["under_way"]))
        return [
            Debtor(
                partner_id=partner_id,
                claims=tuple(claims),
                credits=tuple(own_credits),
                unmatched=unmatched.get(partner_id, ZERO),
                last_letter_on=last_letters.get(partner_id),
                hold=holds.get((partner_id, None)),
                reply_on=replies.get(partner_id),
                **{kind: found.get(partner_id, ()) for kind, found in agreements.items()},
                **self._person(row),
            )
            for partner_id, (claims, own_credits, row) in debtors.items()
            if claims
        ]

    @api.model
    def _person(self, row):
        """What a ``Debtor`` knows of the person: name, contacts and the ways in which he can be reached."""
        return {
            "name": row["partner_name"] or "",
            "has_email": not row["mail_problem"],
            "has_address": bool(row["has_address"]),
            "mail_problem": row["mail_problem"] or "",
            "contacts": tuple(Contact(*contact) for contact in row["contacts"] or ()),
            "extra": {name: row[name] for name in ("lang", "country_id", "escalation", "langs")},
        }

    @api.model
    def ledger(self, company, as_of, partner_ids=None):
        """The commercial partners that ``facts`` tells of, in the order of their oldest claim; arguments as there.

        For whoever takes the facts in batches: what a batch holds in memory does not grow with the ledger.

        :return: ``{partner id: (number of claims, digest of all that is open)}``. The digest is another one as soon as
            a line or its entry was written, whoever did that.
        """
        if partner_ids is not None and not partner_ids:
            return {}
        self.env.flush_all()
        seen, _listed = self._horizons(company, as_of)
        only = SQL("AND p.commercial_partner_id IN %s", tuple(partner_ids)) if partner_ids is not None else SQL()
        self.env.cr.execute(
            SQL(
                """
                WITH lines AS (
                    SELECT p.commercial_partner_id AS partner_id, l.id, l.date_maturity,
                           l.id || '.' || l.xmin::text || l.ctid::text || m.xmin::text || m.ctid::text AS state,
                           l.amount_residual_currency > 0
                           AND (m.move_type IN ('out_invoice', 'out_receipt') OR m.dunning_is_claim) AS is_claim
                      FROM account_move_line l
                      JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
                      JOIN account_move m ON m.id = l.move_id
                      JOIN res_partner p ON p.id = l.partner_id
                     WHERE l.company_id = %(company)s AND l.parent_state = 'posted' AND l.reconciled IS NOT TRUE
                       AND l.amount_residual_currency <> 0 %(only)s
                )
                SELECT partner_id, COUNT(*) FILTER (WHERE is_claim), md5(string_agg(state, ',' ORDER BY id))
                  FROM lines
                 GROUP BY partner_id
                HAVING bool_or(is_claim AND (date_maturity IS NULL OR date_maturity < %(seen)s))
                 ORDER BY MIN(date_maturity) FILTER (WHERE is_claim), MIN(id) FILTER (WHERE is_claim)
                """,
                company=company.id,
                seen=seen,
                only=only,
            )
        )
        return {partner_id: (claims, digest) for partner_id, claims, digest in self.env.cr.fetchall()}

    @api.model
    def _agreements(self, company, partners):
        """Per kind of ``engine.facts.Debtor`` field, what people noted: disputes, promises and payment plans."""
        return {
            "disputes": self.env["dunning.dispute"]._facts(company, partners),
            "promises": self.env["dunning.promise"]._facts(company, partners),
            "plans": self.env["dunning.payment.plan"]._facts(company, partners),
        }

    @api.model
    def _with_contacts(self, history, company, partners):
        """The history of letters with the contacts that count as a step in it: levels reached and the last day."""
        history = dict(history)
        for line_id, (levels, day) in self.env["dunning.contact"]._steps(company, partners).items():
            past = history.get(line_id, NO_HISTORY)
            last = max(past.sent_on or day, day)
            history[line_id] = replace(past, levels=past.levels.union(levels), sent_on=last)
        return history

    @api.model
    def _horizons(self, company, as_of, until=None):
        """Up to which due date claims are of interest: ``(to have a debtor looked at, to be listed on a letter)``.

        Both are `as_of` where no level looks ahead, so that nobody reads more than he needs.
        """
        levels = self.env["dunning.level"].sudo()  # rules, whoever asks
        levels = levels.search(
            [
                ("procedure_id.active", "=", True),
                ("company_id", "in", (False, company.id)),
                "|",
                ("legal_type", "=", PRE_DUE),
                ("list_not_due", "=", True),
            ]
        )
        notices = levels.filtered(lambda level: level.legal_type == PRE_DUE).mapped("delay_days")
        start = max(as_of, until or as_of)
        seen = start + timedelta(days=max(notices) + 1) if notices else start
        return seen, date.max if any(levels.mapped("list_not_due")) else seen

    @api.model
    def _overdue_totals(self, rows, as_of):
        """Per debtor what is overdue altogether, in company currency: it chooses between bands of amounts.

        Of a debtor with nothing overdue yet what will be.
        """
        overdue, ahead = defaultdict(lambda: ZERO), defaultdict(lambda: ZERO)
        for row in rows:
            if row["amount_sign"] > 0:
                late = row["due_date"] is None or row["due_date"] < as_of
                (overdue if late else ahead)[row["partner_id"]] += Decimal(row["residual_company"])
        return defaultdict(lambda: ZERO, {**ahead, **overdue})

    @api.model
    def _in_payment(self, company, partners, rows):
        """Per receivable line what payments under way will take off it: ``(amount, name of the payment)``.

        A direct debit or another inbound payment without an entry of its own leaves the ledger as it is until the
        bank shows it. It counts for the invoices it was made for, oldest first, or else for any of the debtor's. One
        that is only a draft was not started. What was paid online and is not booked yet comes first.
        """
        self.env.cr.execute(
            SQL(
                """
                SELECT p.name, q.commercial_partner_id, cur.name, p.amount::text,
                       p.amount_company_currency_signed::text, array_remove(array_agg(r.invoice_id), NULL)
                  FROM account_payment p
                  JOIN res_partner q ON q.id = p.partner_id
                  JOIN res_currency cur ON cur.id = p.currency_id
                  LEFT JOIN account_move__account_payment r ON r.payment_id = p.id
                 WHERE p.company_id = %s AND p.payment_type = 'inbound' AND p.partner_type = 'customer'
                   AND p.move_id IS NULL AND p.state IN ('in_process', 'paid') AND q.commercial_partner_id IN %s
                 GROUP BY p.id, q.commercial_partner_id, cur.name
                HAVING p.state = 'in_process' OR COUNT(r.invoice_id) > 0
                 ORDER BY COUNT(r.invoice_id) = 0, p.id
                """,
                company.id,
                partners,
            )
        )
        payments = self.env.cr.fetchall()
        payments = self.env["dunning.online.payment"]._under_way(company, partners) + payments
        claims, found = defaultdict(list), {}
        for row in rows if payments else ():
            if row["amount_sign"] > 0:
                claims["move", row["move_id"]].append(row)
                claims["partner", row["partner_id"]].append(row)
        for name, partner_id, currency, amount, in_company, move_ids in payments:
            left, rate = Decimal(amount), Decimal(in_company) / (Decimal(amount) or 1)
            keys = [("move", move_id) for move_id in move_ids] or [("partner", partner_id)]
            meant = [row for key in keys for row in claims[key]]
            for row in sorted(meant, key=lambda row: (row["due_date"] or date.max, row["line_id"])):
                before = found.get(row["line_id"], (ZERO, ""))[0]
                claim_rate = Decimal(row["residual_company"]) / Decimal(row["amount"])
                # how much of the payment one unit of the claim takes
                unit = 1 if row["currency"] == currency or not rate or not claim_rate else claim_rate / rate
                part = min((left / unit).quantize(CENT), Decimal(row["amount"]) - before)
                if part > 0:
                    left -= part * unit
                    found[row["line_id"]] = (before + part, name or "")
        return found

    @api.model
    def _usable_procedures(self, company):
        """Procedures that an invoice or partner of this company may name: active, and shared or its own."""
        return set(self.env["dunning.procedure"].sudo().search([("company_id", "in", (False, company.id))]).ids)

    @api.model
    def _claim(self, row, choose, usable, holds, under_way, history):
        named = [id_ for id_ in (row["own_procedure"], row["partner_procedure"]) if id_ in usable]
        procedure = named[0] if named else choose(row["country_id"], row["kind"], row["overdue_total"], row["payer"])
        open_letter, failed_letter = under_way.get(row["line_id"], (None, None))
        past = history.get(row["line_id"], NO_HISTORY)
        return Claim(
            line_id=row["line_id"],
            move_id=row["move_id"],
            number=row["number"],
            currency=row["currency"],
            residual=row["residual"],
            residual_company=row["residual_company"],
            due_date=row["due_date"],
            procedure=procedure,
            kind=row["kind"],
            levels_done=past.levels,
            level_sent_on=past.sent_on,
            level_claimable_from=past.claimable_from,
            sent=row["sent"],
            no_followup=row["no_followup"],
            hold=holds.get((row["partner_id"], row["move_id"])),
            open_letter=open_letter,
            failed_letter=failed_letter,
            instalment=row["instalments"] > 1,
            regime=past.regime,
            notice=past.notice,
            default_from=past.default_from,
            periodic=row["periodic"],
            in_payment=row["in_payment"],
            payment=row["payment"],
            sent_on=row["sent_on"] if row["sent"] else None,
            not_arrived=row["not_arrived"],
            addressee=row["addressee"],
        )

    @api.model
    def _items(self, company, seen, listed, partner_ids):
        """Open receivable lines of debtors with something due before `seen`, claims and credits together, as dicts.

        Claims, as far as due before `listed`, are invoices and receipts, and journal entries that somebody took in as
        claims (which the debtor got in another way, so they count as sent); a credit is any open receivable line the
        other way: credit note, payment, entry.
        """
        only = SQL("AND p.commercial_partner_id IN %s", tuple(partner_ids)) if partner_ids is not None else SQL()
        self.env.cr.execute(
            SQL(
                ITEMS,
                company=company.id,
                company_key=str(company.id),
                country=company.country_id.id or None,
                seen=seen,
                listed=listed,
                only=only,
                periodic=company.dunning_periodic,
            )
        )
        names = [column.name for column in self.env.cr.description]
        return [dict(zip(names, row, strict=True)) for row in self.env.cr.fetchall()]

    @api.model
    def _holds(self, company, partners):
        """Running holds by (commercial partner, invoice or None). Of several, the one that ends last counts."""
        self.env.cr.execute(
            SQL(
                """
                SELECT p.commercial_partner_id AS partner_id, h.move_id, h.date_until, h.reason
                  FROM dunning_hold h
                  JOIN res_partner p ON p.id = h.partner_id
                 WHERE h.active AND h.company_id = %s AND p.commercial_partner_id IN %s
                 ORDER BY h.date_until NULLS LAST, h.id
                """,
                company.id,
                partners,
            )
        )
        return {
            (partner_id, move_id): Hold(until, reason) for partner_id, move_id, until, reason in self.env.cr.fetchall()
        }

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
    def _history(self, company, partners, without):
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

    @api.model
    def _unmatched(self, company, partners):
        """Per debtor the bank receipts that name it but are not booked against anything yet, in company currency."""
        self.env.cr.execute(
            SQL(
                """
                SELECT p.commercial_partner_id, SUM(s.amount)::text
                  FROM account_bank_statement_line s
                  JOIN account_move m ON m.id = s.move_id
                  JOIN res_partner p ON p.id = s.partner_id
                 WHERE s.company_id = %s AND m.state = 'posted' AND s.is_reconciled IS NOT TRUE AND s.amount > 0
                   AND p.commercial_partner_id IN %s
                 GROUP BY p.commercial_partner_id
                """,
                company.id,
                partners,
            )
        )
        return {partner_id: Decimal(amount) for partner_id, amount in self.env.cr.fetchall()}
