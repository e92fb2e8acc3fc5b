import logging
from collections import defaultdict
from datetime import datetime, time

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, split_every

from ..money.dunning_charge_booking import KINDS as BOOKED
from ..money.dunning_ledger_told import MATCHED

_logger = logging.getLogger(__name__)

BATCH = 500
# A match `r` that came after the first letter about its claim `c`, which an update may have made much later.
SINCE_ASKED = """r.create_date >= LEAST(c.create_date, (
    SELECT MIN(f.date) FROM dunning_letter_line k JOIN dunning_letter f ON f.id = k.letter_id
     WHERE k.claim_id = c.id))"""


class DunningReconstruction(models.AbstractModel):
    """Events of a database in which none were kept yet, made from what stands in its records and marked so.

    What the records do not tell is left out: who changed a setting, a match that was undone. When something happened is
    told as far as it is known, a day without an hour as its midnight.
    """

    _name = "dunning.reconstruction"
    _description = "Events Made Afterwards"

    @api.model
    def _make(self):
        """Tell what stands in the records of every company of which that was not told yet; the number of events."""
        count, events = 0, self.env["dunning.event"]
        for company in self.env["res.company"].search(Domain.TRUE, order="id"):
            if events.search_count([("company_id", "=", company.id), ("kind", "=", "chain.begun")], limit=1):
                continue
            rows = self.with_company(company)._rows(company)
            rows.sort(key=lambda row: row["happened"])
            for batch in split_every(BATCH, rows, list):
                events._tell(batch)
            if rows:
                events._tell([{"kind": "chain.begun", "company_id": company.id}])
            count += len(rows)
        return count

    @api.model
    def _rows(self, company):
        rows = []
        for part in (
            self._letters, self._attempts, self._seen, self._said, self._agreed, self._kept_back, self._insolvent,
            self._claims, self._money, self._matches, self._runs,
        ):  # fmt: skip
            try:
                with self.env.cr.savepoint():
                    found = list(part(company))
            except Exception:  # one odd record does not keep all others from being told
                _logger.exception("Events of company %s could not all be made afterwards: %s", company.id, part)
                continue
            rows += [row | {"reconstructed": True, "company_id": company.id} for row in found if row.get("happened")]
        return rows

    # -- what there is ---------------------------------------------------------------------------------------------

    @api.model
    def _batches(self, model, company, domain=()):
        """All records of a company, some at a time."""
        records = self.env[model].sudo().with_context(active_test=False)  # sudo: all of them, whoever updates
        found = records.search([("company_id", "=", company.id), *domain], order="id")
        for ids in split_every(BATCH, found._ids, list):
            yield found.browse(ids)
            self.env.invalidate_all(flush=False)

    @api.model
    def _on(self, day, moment=None):
        """When something of that day happened: at this moment where it is of the same day, else at midnight."""
        if not day:
            return None
        return moment if moment and moment.date() == day else datetime.combine(day, time())

    @api.model
    def _letters(self, company):
        telling, rows = self.env["dunning.letter.telling"], []
        for letters in self._batches("dunning.letter", company, [("pdf_sha256", "!=", False)]):
            for letter, row in zip(letters, telling._issued_rows(letters), strict=True):
                rows.append(row | self._by(letter, self._on(letter.date, letter.create_date)))
                left = letter.sent_at or self._on(letter.sent_on)
                if left:
                    attempts = letter.dispatch_ids.filtered(lambda attempt: attempt.state == "accepted")
                    rows.append(telling._left_row(letter, attempts[:1]) | self._by(letter, left))
                if letter.state == "failed":
                    failed = telling._failed_row(letter, letter.error, letter.failure or "other")
                    rows.append(failed | self._by(letter, letter.write_date))
                if letter.state == "cancelled":
                    kind = "letter.taken_back" if left else "letter.cancelled"
                    reason = {"reason": letter.cancel_reason}
                    rows.append(telling._row(kind, letter, {}, reason) | self._by(letter, letter.write_date))
        return rows

    @api.model
    def _attempts(self, company):
        """What goes along with letters, proof of posting, days of delivery."""
        rows = []
        for attempts in self._batches("dunning.dispatch", company):
            for attempt in attempts:
                if attempt._goes_along():
                    rows.append(attempt._event_row() | self._by(attempt, attempt.ended_at or attempt.started_at))
                if attempt.delivered_on:
                    rows.append(
                        attempt._event_row("letter.delivered") | self._by(attempt, self._on(attempt.delivered_on))
                    )
                if attempt.proof_digests:
                    rows.append(attempt._proof_row() | self._by(attempt, attempt.write_date))
        return rows

    @api.model
    def _seen(self, company):
        """Pages that were opened."""
        for openings in self._batches("dunning.opening", company):
            yield from (opening._event_row() | {"author": opening.create_uid.id} for opening in openings)

    @api.model
    def _said(self, company):
        """Replies, and overrides with what managers gave as their reason."""
        for replies in self._batches("dunning.reply", company):
            for reply in replies:
                yield reply._event_row() | {"author": reply.create_uid.id}
                if reply.state == "handled" and reply.handled_at:
                    yield reply._event_row("answer.handled")
        for overrides in self._batches("dunning.override", company):
            yield from (override._event_row() | {"happened": override.create_date} for override in overrides)

    @api.model
    def _agreed(self, company):
        """Promises, plans, disputes and contacts, and how they ended."""
        rows = []
        for model, made, ended in (
            ("dunning.promise", "agreement.promised", "agreement."),
            ("dunning.payment.plan", "agreement.plan_agreed", "agreement."),
        ):
            for records in self._batches(model, company, [("state", "!=", "draft")]):
                rows += self._of(records, lambda record, made=made: made)
                over = records.filtered(lambda record: record.state in ("kept", "broken", "cancelled"))
                rows += self._of(
                    over,
                    lambda record, ended=ended: f"{ended}{record.state}",
                    lambda record: self._on(record.decided_on) or record.write_date,
                )
        for disputes in self._batches("dunning.dispute", company):
            rows += self._of(disputes, lambda record: "dispute.opened")
            closed = disputes.filtered(lambda record: record.state == "closed")
            for row, dispute in zip(
                self._of(closed, lambda record: "dispute.closed", lambda record: self._on(record.closed_on)),
                closed,
                strict=False,
            ):
                rows.append(row | {"author": dispute.closed_by_id.id or dispute.write_uid.id})
        for contacts in self._batches("dunning.contact", company):
            rows += self._of(contacts, lambda record: record._kind_made(), lambda record: record.date)
        return rows

    @api.model
    def _kept_back(self, company):
        rows = []
        for holds in self._batches("dunning.hold", company):
            rows += self._of(holds, lambda record: "hold.set")
            let_go = holds.filtered("released_on")
            rows += self._of(let_go, lambda record: "hold.ended", lambda record: record.released_on)
        return rows

    @api.model
    def _insolvent(self, company):
        rows = []
        for insolvencies in self._batches("dunning.insolvency", company):
            rows += self._of(insolvencies, lambda record: "debtor.insolvency")
            over = insolvencies.filtered("ended_on")
            rows += self._of(over, lambda record: "debtor.insolvency_ended", lambda record: self._on(record.ended_on))
        for filings in self._batches("dunning.insolvency.filing", company, [("filed_on", "!=", False)]):
            rows += self._of(filings, lambda record: "debtor.claim_filed", lambda record: self._on(record.filed_on))
        return rows

    @api.model
    def _claims(self, company):
        rows = []
        for claims in self._batches("dunning.claim", company):
            for kind, own, when in (
                ("debtor.claim_begun", claims, self._began),
                ("debtor.claim_ended", claims.filtered("ended_on"), lambda claim: self._on(claim.ended_on)),
            ):
                by_id = {claim.id: claim for claim in own}
                for row in claims._event_rows(kind, own.ids):
                    claim = by_id[row["claims"][0]]
                    rows.append(row | self._by(claim, when(claim)))
        return rows

    @api.model
    def _began(self, claim):
        """With the first letter that names it; the claim itself may have been made by a later update."""
        letters = [self._on(line.letter_id.date) for line in claim.line_ids if line.letter_id.date]
        return min([claim.create_date, *letters])

    @api.model
    def _money(self, company):
        """What letters asked beyond the principal, and what became of it; write-offs."""
        rows = []
        for charges in self._batches("dunning.charge", company):
            asked = {charge.letter_id.id: charge for charge in charges}
            for row in charges._event_rows(dict.fromkeys(charges.ids, "asked"), frozenset(charges.ids)):
                letter = asked[row["letter"]].letter_id
                left = letter.sent_at or self._on(letter.sent_on) or asked[row["letter"]].create_date
                rows.append(row | self._by(letter, left))
        for bookings in self._batches("dunning.charge.booking", company):
            for booking in bookings:
                rows += [row | self._by(booking, booking.create_date) for row in booking._event_rows(BOOKED)]
        for records in self._batches("dunning.write.off", company):
            for record, row in zip(records, records._event_rows("end.written_off"), strict=True):
                rows.append(row | self._by(record, self._on(record.date, record.create_date)))
        return rows

    @api.model
    def _matches(self, company):
        """Payments and credits that still stand, since the first letter about their claim."""
        self.env.cr.execute(SQL(MATCHED, which=SQL("c.company_id = %s AND %s", company.id, SQL(SINCE_ASKED))))
        found, rows = self.env.cr.fetchall(), []
        for part in split_every(BATCH, found, list):
            # sudo: entries of the ledger, whoever updates
            partials = self.env["account.partial.reconcile"].sudo().browse(row[0] for row in part)
            moments = {partial.id: partial for partial in partials}
            for row in self.env["dunning.ledger.told"]._partial_rows(partials, part):
                partial = moments[row["facts"]["match"]]
                rows.append(row | self._by(partial, partial.create_date))
        return rows

    @api.model
    def _runs(self, company):
        rows = []
        for runs in self._batches("dunning.run", company):
            by_state = defaultdict(runs.browse)
            for run in runs:
                by_state[run.state] |= run
            rows += self._of_runs(runs, "letter.run_proposed", "create_date")
            rows += self._of_runs(by_state["done"], "letter.run_confirmed", "write_date")
        return rows

    @api.model
    def _of_runs(self, runs, kind, moment):
        return [
            row | self._by(run, run[moment])
            for run, row in zip(runs, runs._event_rows(kind), strict=True)
            if run[moment]
        ]

    # -- in common -------------------------------------------------------------------------------------------------

    @api.model
    def _by(self, record, moment):
        """When and by whom: who wrote the record, as far as it tells."""
        return {"happened": moment or record.create_date, "author": record.create_uid.id}

    @api.model
    def _of(self, records, kind, moment=None):
        """Rows about records that tell of themselves. :param kind: of a record. :param moment: of a record."""
        rows, kinds = [], {record: kind(record) for record in records}
        by_id = {record.id: record for record in records}
        for row in records._event_rows(kinds):
            record = by_id[row["facts"]["of"]["record"][1]]
            happened = row.get("happened") if moment is None else fields.Datetime.to_datetime(moment(record))
            rows.append(row | self._by(record, happened or record.create_date))
        return rows
