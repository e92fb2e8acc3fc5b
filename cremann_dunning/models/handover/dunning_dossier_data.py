from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal

from odoo import api, fields, models

from ...engine import dossier
from ..dunning_money import exact

CENT = Decimal("0.01")
# Of an invoice so many rows say what it was for.
MOST_ROWS = 40


def day(value):
    """A date as JSON has it, None for none."""
    return value.isoformat() if value else None


def moment(value):
    """A moment in UTC as JSON has it, None for none."""
    return value.replace(microsecond=0).isoformat() + "Z" if value else None


def money(amount):
    """An amount as text with at least two decimals."""
    return str(amount if amount.as_tuple().exponent <= -2 else amount.quantize(CENT))


class DunningDossierData(models.AbstractModel):
    """What stands in the ``claim.json`` of a dossier; its shape is ``static/dossier/claim-1.schema.json``."""

    _name = "dunning.dossier.data"
    _description = "Claims of a Dossier as Values"

    @api.model
    def _data(self, given, documents):
        """Everything that is known of the claims, as values of JSON.

        :param given: ``dunning_dossier.Given``. :param documents: entries of ``dunning.dossier.documents``.
        """
        case = given.case
        return {
            "format": dossier.FORMAT,
            "version": dossier.VERSION,
            "made_at": moment(fields.Datetime.now()),
            "as_of": day(given.on),
            "reference": given.reference,
            "purpose": given.purpose,
            "language": given.lang[:2],
            "creditor": self._creditor(case.company_id),
            "debtor": self._debtor(case),
            "party": self._party(given.party),
            "handover": self._handover(given.handover),
            "totals": self._totals(given),
            "claims": [self._claim(given, claim) for claim in given.claims],
            "letters": [self._letter(letter, given) for letter in given.letters],
            "agreements": self._agreements(given),
            "disputes": [self._dispute(dispute) for dispute in given.about("dunning.dispute")],
            "contacts": [self._contact(contact, given) for contact in given.about("dunning.contact")],
            "replies": [self._reply(reply) for reply in given.replies],
            "documents": [document.as_json() for document in documents],
        }

    # -- who ------------------------------------------------------------------------------------------------------

    @api.model
    def _address(self, partner):
        return {
            "name": partner.name or "",
            "street": ", ".join(filter(None, (partner.street, partner.street2))),
            "zip": partner.zip or "",
            "city": partner.city or "",
            "country": partner.country_id.code or "",
            "email": partner.email or "",
            "phone": partner.phone or "",
            "registry": partner.company_registry or "",
            "vat": partner.vat or "",
        }

    @api.model
    def _creditor(self, company):
        bank = company._dunning_bank_account()
        return self._address(company.partner_id) | {
            "account": bank.acc_number or "",
            "account_holder": bank.acc_holder_name or (company.name if bank else ""),
            "terms": company.dunning_terms_version or "",
            "clause": company.dunning_consumer_clause or "",
            "term_agreed": bool(company.dunning_term_agreed),
        }

    @api.model
    def _debtor(self, case):
        partner = case.partner_id
        return self._address(partner) | {
            "kind": case.debtor_kind or "unknown",
            "reference": partner.ref or "",
            "language": (case.reader_lang or "")[:2],
        }

    @api.model
    def _party(self, party):
        if not party:
            return None
        return self._address(party.partner_id) | {"kind": party.kind, "registration": party.registration or ""}

    @api.model
    def _handover(self, handover):
        if not handover:
            return None
        return {
            "number": handover.name or "",
            "date": day(handover.date),
            "party_reference": handover.party_reference or "",
        }

    # -- claims ---------------------------------------------------------------------------------------------------

    @api.model
    def _totals(self, given):
        found = defaultdict(lambda: dict.fromkeys(dossier.SUMS, Decimal("0.00")))
        for claim in given.claims:
            for name in dossier.SUMS:
                found[claim.currency_id.name][name] += getattr(given.reckoned[claim], name)
        return [
            {"currency": code} | {name: money(amount) for name, amount in sums.items()} for code, sums in found.items()
        ]

    @api.model
    def _claim(self, given, claim):
        reckoning, move = given.reckoned[claim], claim.move_id
        is_invoice = move.is_invoice(include_receipts=True)
        return {
            "key": str(claim.id),
            "number": claim.number or "",
            "what_for": claim.label or "",
            "order": claim.customer_ref or "",
            "rows": self._rows(move) if is_invoice else [],
            "invoice_date": day(claim.invoice_date),
            "due_date": day(claim.date_due),
            "term_days": (claim.date_due - claim.invoice_date).days if claim.date_due and claim.invoice_date else None,
            "extended_until": day(self._extended(given, claim)),
            "currency": claim.currency_id.name,
            "amount": money(exact(claim.amount_total, claim.currency_id)),
            "vat": money(exact(move.amount_tax, move.currency_id)) if is_invoice else None,
            "received": [
                {"date": day(on), "amount": money(amount), "kind": "credit" if credit else "payment"}
                for on, amount, credit in reckoning.received
            ],
            "open_now": money(exact(claim.amount_open, claim.currency_id)),
            "amounts": {name: money(getattr(reckoning, name)) for name in dossier.SUMS}
            | {"disputed": money(reckoning.disputed)},
            "interest": self._interest(reckoning),
            "costs": self._costs(given, reckoning),
        }

    @api.model
    def _rows(self, move):
        """What was sold, row by row: the object of the obligation."""
        rows = move.invoice_line_ids.filtered(lambda row: row.display_type == "product")[:MOST_ROWS]
        return [
            {
                "text": " ".join((row.name or "").split())[:500],
                "quantity": str(row.quantity),
                "amount": money(exact(row.price_total, move.currency_id)),
            }
            for row in rows
        ]

    @api.model
    def _extended(self, given, claim):
        """The last day of the longest term that a letter gave beyond the due date."""
        ours = given.letters.filtered(lambda letter: claim in letter.line_ids.claim_id)
        ends = (letter.term_last_day or letter.deadline for letter in ours)
        return max(filter(None, ends), default=None)

    @api.model
    def _interest(self, reckoning):
        if not reckoning.interest:
            return None
        law = reckoning.law
        return {
            "ground": (law.article or "") if law else "",
            "rate_ground": reckoning.rate_ground,
            "from": day(reckoning.interest_from),
            "until": day(reckoning.on),
            "compounding": law.interest_compounding if law else "",
            "received_or_waived": money(reckoning.interest_off),
            "periods": [
                {
                    "from": day(part.first_day),
                    "until": day(part.last_day),
                    "days": part.days,
                    "rate": str(part.percent),
                    "base": money(part.base),
                    # a period is never rounded by itself: the sum of a year is
                    "interest": str(part.interest.quantize(Decimal("0.0001"), ROUND_HALF_UP)),
                    "rounded_sum": money(part.year_total) if part.year_total is not None else None,
                }
                for part in reckoning.segments
            ],
        }

    @api.model
    def _costs(self, given, reckoning):
        if not reckoning.costs:
            return None
        notice = reckoning.notice
        letter = given.letters.filtered(lambda letter: notice and letter.id == notice.letter_id)
        return {
            "ground": (reckoning.law.article or "") if reckoning.law else "",
            "base": money(reckoning.costs_base),
            "vat": money(reckoning.costs_vat),
            "steps": [
                {
                    "base": money(tier.base),
                    "percent": str(tier.percent),
                    "over": money(tier.part),
                    "costs": money(tier.costs),
                }
                for tier in reckoning.tiers
            ],
            "notice": letter.name if letter else "",
            "claimable_from": day(notice.claimable_from) if notice else None,
        }

    # -- what was done --------------------------------------------------------------------------------------------

    @api.model
    def _letter(self, letter, given):
        currency = letter.currency_id
        return {
            "number": letter.name,
            "legal_type": letter.legal_type or "",
            "step": letter.level_id.name or "",
            "date": day(letter.date),
            "sent_on": day(letter.sent_on),
            "deadline": day(letter.deadline),
            "term_ends": day(letter.term_last_day),
            "claimable_from": day(letter.claimable_from),
            "currency": currency.name,
            "total": money(exact(letter.amount_total, currency)),
            "costs_announced": money(exact(letter.amount_costs_announced, currency)),
            "claims": [str(claim.id) for claim in letter.line_ids.claim_id & given.claims],
            "sha256": letter.pdf_sha256 or "",
            "sendings": [self._sending(attempt) for attempt in letter.dispatch_ids],
        }

    @api.model
    def _sending(self, attempt):
        return {
            "channel": attempt.channel,
            "to": attempt.recipient or "",
            "started_at": moment(attempt.started_at),
            "ended_at": moment(attempt.ended_at),
            "state": attempt.state,
            "answer": attempt.answer or "",
            "message_id": attempt.message_id or "",
            "tracking": attempt.tracking_number or "",
            "delivered_on": day(attempt.delivered_on),
            "sha256": attempt.pdf_sha256 or "",
        }

    @api.model
    def _agreements(self, given):
        found = [
            self._agreement(promise, "promise", promise.made_on, [(promise.date, promise.amount)])
            for promise in given.about("dunning.promise")
        ]
        for plan in given.about("dunning.payment.plan"):
            parts = [(part.date, part.amount) for part in plan.instalment_ids.sorted("date")]
            found.append(self._agreement(plan, "plan", plan.agreed_on, parts))
        return found

    @api.model
    def _agreement(self, agreement, kind, agreed_on, parts):
        currency = agreement.currency_id
        return {
            "kind": kind,
            "agreed_on": day(agreed_on),
            "state": agreement.state,
            "currency": currency.name,
            "amount": money(exact(agreement.amount, currency)),
            "about": agreement.numbers or "",
            "instalments": [{"date": day(on), "amount": money(exact(amount, currency))} for on, amount in parts],
        }

    @api.model
    def _dispute(self, dispute):
        return {
            "opened_on": day(dispute.opened_on),
            "closed_on": day(dispute.closed_on),
            "state": dispute.state,
            "reason": dispute.reason or "",
            "outcome": dispute.outcome or "",
            "about": dispute.numbers or "",
            "text": dispute.description or "",
        }

    @api.model
    def _contact(self, contact, given):
        return {
            "date": moment(contact.date),
            "kind": contact.kind,
            "outcome": contact.outcome or "",
            "about": contact.numbers or "",
            # what a colleague noted is for the house, unless somebody chose to give it along
            "note": (contact.note or "") if given.notes else "",
        }

    @api.model
    def _reply(self, reply):
        return {
            "received_at": moment(reply.received_at),
            "source": reply.source,
            "reason": reply.reason,
            "subject": reply.subject or "",
            "text": reply.text or "",
        }
