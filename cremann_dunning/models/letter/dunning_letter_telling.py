import logging
from contextlib import contextmanager

from psycopg2.errors import TransactionRollbackError

from odoo import api, fields, models
from odoo.tools import LazyTranslate

from ..dunning_inside import Inside, inside
from ..event import as_fact

_logger = logging.getLogger(__name__)
_lt = LazyTranslate(__name__)

# Why a letter was cancelled before it left; the words of the last look come first, then codes of engine/reasons.py.
CAUSES = [
    ("by_hand", "Somebody cancelled it"),
    ("undone", "Somebody took back what had not left"),
    ("anew", "It was made anew"),
    ("to_test", "Follow-up was switched to test"),
    ("late_notice", "An invoice on it is past its due date"),
    ("too_few_days", "Too few days are left to pay"),
    ("other_debtor", "Somebody else owes it now"),
    ("care", "The debtor is treated with care"),
    ("contact_gone", "Who it was for is no contact of the debtor any more"),
    ("address_changed", "An address was changed"),
    ("other_rules", "The kind of debtor or the procedure was changed"),
    ("changed", "An invoice on it was paid, credited, disputed or changed"),
    ("HOLD", "On hold"),
    ("HOLD_UNTIL", "On hold for some time"),
    ("REPLIED", "The debtor replied"),
    ("DISPUTED", "It is disputed"),
    ("PLAN", "A payment plan runs"),
    ("PROMISE", "The debtor promised to pay"),
    ("INSTALMENT_ASKED", "He is reminded of an instalment"),
    ("PROMISE_ASKED", "He is asked about a promise"),
    ("INSOLVENT", "The debtor is insolvent"),
    ("DISCHARGED", "The debts were discharged"),
    ("ESTATE", "It is a debt of the estate"),
    ("HANDED_OVER", "It was handed over"),
    ("NO_FOLLOWUP", "Not to be followed up"),
    ("NET_CREDIT", "Own credits cover it"),
    ("UNMATCHED_PAYMENT", "A receipt is not booked yet"),
    ("IN_PAYMENT", "A payment is under way"),
    ("NOTHING_LEFT", "Nothing is left of it"),
    ("SMALL_REST", "Little is left of it"),
]
# Causes that are what somebody did, so that they are told of a draft of a run as well.
BY_SOMEBODY = {"by_hand"}

# Why a letter stands of which a mail came back.
STANDS = [
    ("received", "Its receipt is proven, so the letter stands"),
    ("posted", "It went by post as well, so the letter stands"),
    ("copy", "The same letter is in the post, so it stands"),
]

# What a draft says and to whom, as far as issuing does not write it: whoever changes that has edited the draft.
EDITED = {
    "amount_costs", "amount_costs_announced", "amount_interest", "amount_principal", "amount_total", "contact_id",
    "copy_partner_id", "debtor_kind", "lang", "legal_type", "level_id", "line_ids", "procedure_id", "regime_id", "tone",
    "user_id",
}  # fmt: skip


class Together:
    """Rows of events that are told in one statement later; equal to no other, so that no two contexts are mixed up."""

    def __init__(self):
        self.rows = []


class DunningLetterTelling(models.AbstractModel):
    """What happens to letters, as events: their facts as values, what could name a person apart from them.

    Everything is told in the transaction of what happened. The methods that give rows are also what events of a
    database from before are made of.
    """

    _name = "dunning.letter.telling"
    _description = "Events of Letters"

    # no columns: the words of causes, for their reader
    cause = fields.Selection(CAUSES)
    stands = fields.Selection(STANDS)

    # -- telling ---------------------------------------------------------------------------------------------------

    @api.model
    def _tell(self, rows):
        """Tell these events, now or with all others of ``_together``."""
        together = inside(self.env, "dunning_told_together")
        if together is not None:
            together.rows += rows
        else:
            self.env["dunning.event"]._tell(rows)

    @contextmanager
    def _together(self, records, first=None):
        """What is told by way of these records goes into one statement in the end.

        :param first: a method that gives rows about the records, to stand before all others.
        """
        together = Together()
        yield records.with_context(dunning_told_together=Inside(together))
        self._tell([*(first(records) if first else ()), *together.rows])

    @api.model
    def _row(self, kind, letter, facts=None, personal=None, **more):
        """One event about a letter; ``more`` as ``dunning.event._tell`` has it."""
        return {
            "kind": kind,
            "company_id": letter.company_id.id,
            "debtor": letter.partner_id.id,
            "letter": letter.id,
            "claims": letter.line_ids.claim_id.ids,
            "facts": {"name": self._name_of(letter), **{name: v for name, v in (facts or {}).items() if v is not None}},
            "personal": personal,
            **more,
        }

    @api.model
    def _name_of(self, letter):
        """The number of a letter, or its level while it has none."""
        return letter.name if letter.name != "/" else letter.heading or ""

    @api.model
    def _digests(self, lines):
        """The digests in a text of lines ``digest  name``."""
        return [line.split(" ", 1)[0] for line in (lines or "").splitlines()]

    # -- what a letter says ----------------------------------------------------------------------------------------

    @api.model
    def _said(self, letter):
        """What a letter asks, by which rules, in which tone: facts."""

        def money(amount):
            return as_fact.money(amount, letter.currency_id)

        amounts = {
            "principal": letter.amount_principal,
            "interest": letter.amount_interest,
            "costs": letter.amount_costs,
            "announced": letter.amount_costs_announced,
        }
        return {
            "level": as_fact.named(letter.level_id, letter.level_id.name),
            "legal_type": as_fact.choice(letter, "legal_type"),
            "tone": as_fact.choice(letter, "tone"),
            "channel": as_fact.choice(letter, "channel"),
            "debtor_kind": letter.debtor_kind or None,
            "dated": as_fact.day(letter.date),
            "deadline": as_fact.day(letter.deadline),
            "asked": [
                {"claim": line.claim_id.id, "number": line.number or "", "asks": money(line.amount_open)}
                for line in letter.line_ids
                if line.principal_part
            ],
            "total": money(letter.amount_total),
            **{name: money(amount) for name, amount in amounts.items() if amount},
        }

    @api.model
    def _drafted_rows(self, letters):
        """Drafts that somebody wrote."""
        return [self._row("letter.drafted", letter, self._said(letter)) for letter in letters]

    @api.model
    def _issued_rows(self, letters):
        """Letters that were made final a moment ago, with the digests of their document and of their mail."""
        rows = []
        for letter in letters:
            facts = self._said(letter) | {
                "documents": [letter.pdf_sha256] if letter.pdf_sha256 else [],
                "mail": self._digests(letter.mail_digests) or None,
                "terms": letter.terms_version or None,
                "run": as_fact.named(letter.run_id, str(letter.run_id.date)),
                "test": letter.is_test or None,
                **letter._issuer_told(),
            }
            personal = {
                "whom": letter.contact_name,
                "to": letter.email_to,
                "copy_to": letter.copy_to,
                "address": letter.address_printed,
                "signed_by": letter.user_id.name,
            }
            rows.append(self._row("letter.issued", letter, facts, personal))
        return rows

    @api.model
    def _edited_rows(self, letters, names):
        """Drafts on which somebody changed these fields."""
        changed = [{"field": ["dunning.letter", name]} for name in sorted(names)]
        return [self._row("letter.edited", letter, {"fields": changed}) for letter in letters]

    # -- leaving ---------------------------------------------------------------------------------------------------

    @api.model
    def _left(self, letters, attempts, moment):
        """Tell that these letters have left. A mail that left cannot be taken back, so nothing here fails.

        :param attempts: the ``dunning.dispatch`` by which they did. :param moment: when that was.
        """
        bank = inside(self.env, "dunning_bank")  # of the whole batch, when the outbox is emptied
        if bank is None and not inside(self.env, "dunning_attempt"):  # nothing is looked up once a mail has left
            bank = self.env["dunning.bank"]._state(letters.company_id)
        by_letter = {attempt.letter_id.id: attempt for attempt in attempts}
        rows = []
        for letter in letters:
            attempt = by_letter.get(letter.id) or attempts.browse()
            try:
                rows.append(
                    self._left_row(letter, attempt, (bank or {}).get(letter.company_id.id)) | {"happened": moment}
                )
            except TransactionRollbackError:
                raise  # nothing of this transaction holds
            except Exception:
                _logger.exception("Dunning: what is known of letter %s could not be told whole", letter.id)
                rows.append(
                    {"kind": "letter.sent", "company_id": letter.company_id.id, "letter": letter.id, "happened": moment}
                )
        self._tell(rows)

    @api.model
    def _left_row(self, letter, attempt, bank=None):
        """That a letter left by this attempt, with the digests of what went out.

        :param bank: what ``dunning.bank._state`` says of its company, None where nobody asked then.
        """
        by_mail = attempt.channel == "email" if attempt else bool(letter.message_id)
        to = attempt.taken_to or attempt.recipient or (letter.email_to if by_mail else letter._whom())
        if letter.is_test:
            return self._row("letter.tested", letter, {}, {"to": letter.email_to})
        facts = {
            "sent_on": as_fact.day(letter.sent_on),
            "claimable_from": as_fact.day(letter.claimable_from or letter.default_from),
            "channel": as_fact.choice(attempt or letter, "channel"),
            "pdf": attempt.pdf_sha256 or letter.pdf_sha256 or None,
            "found": inside(self.env, "dunning_found_left") or None,
            "booked_until": as_fact.day(bank and bank["booked_until"]),
            "unbooked": bank and bank["unbooked"],
        }
        if not by_mail:
            facts |= {"carrier": as_fact.named(attempt.carrier_id), "tracking": attempt.tracking_number or None}
            return self._row("letter.posted", letter, facts, {"to": to})
        facts |= {
            "message_id": attempt.message_id or letter.message_id or None,
            "words": self._digests(letter.mail_digests)[:1],
            "files": self._digests(attempt.file_digests),
        }
        session = inside(self.env, "dunning_session")  # what the mail server said a moment ago
        refused = session.refused if session is not None else {}
        answers = self.env["dunning.delivery"]._answers(str(refused)) if refused else []
        said = {
            "to": to,
            "copy_to": attempt.copy_to,
            "refused": sorted(refused),
            "answers": list(dict.fromkeys(f"{code} {text}".rstrip(" .") for code, text in answers)),
        }
        return self._row("letter.sent", letter, facts, said)

    # -- not leaving -----------------------------------------------------------------------------------------------

    @api.model
    def _failed(self, letters, text, failure):
        """Tell that these letters did not get through. What came back is told by who saw it come back."""
        if failure != "bounced":
            self._tell([self._failed_row(letter, text, failure) for letter in letters])

    @api.model
    def _failed_row(self, letter, text, failure):
        if failure == "stopped":
            return self._row(
                "letter.stopped", letter, {"codes": (letter.refusal_codes or "").split()}, {"reason": text}
            )
        why = {"failure": {"choice": ["dunning.letter", "failure", failure]}}
        return self._row("letter.failed", letter, why, {"reason": text, "to": letter.email_to})

    @api.model
    def _cancelled_rows(self, letters, kind="letter.cancelled", cause=None, facts=None, personal=None):
        """Letters that are about to be cancelled. What a run drafted and nobody has seen leave is no event.

        :param kind: another one where more is to be told. :param cause: one of ``CAUSES``, or a code of the engine.
        """
        known = cause and {"cause": {"choice": [self._name, "cause", cause]}}
        somebody = cause in BY_SOMEBODY or kind == "letter.left_out"
        told = letters.filtered(
            lambda letter: (
                letter.state != "cancelled"
                and (somebody or letter.state != "draft" or letter.name != "/" or not letter.run_id)
            )
        )
        return [self._row(kind, letter, {**(known or {}), **(facts or {})}, personal) for letter in told]

    # -- afterwards ------------------------------------------------------------------------------------------------

    @api.model
    def _why_stands(self, why):
        """One of ``STANDS`` as a fact; None for none."""
        return why and {"choice": [self._name, "stands", why]}

    @api.model
    def _longer_row(self, letter, why):
        """The term of a letter that was sent ends later than was counted at first.

        :param why: ``{"received": day}`` where receipt was later, ``{"posted": day}`` where it was posted as well.
        """
        start, last = letter.claimable_from or letter.default_from, letter.term_last_day
        facts = {"start": start, "last_day": last, **why}
        return self._row("letter.term", letter, {name: as_fact.day(value) for name, value in facts.items()})
