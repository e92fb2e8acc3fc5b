from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL, LazyTranslate, format_date, format_datetime, format_list

from ...engine import gate, rules
from ..claim.dunning_history import NO_HISTORY
from ..dunning_money import exact, written
from ..rules.dunning_charges import Charges, claim_beside

_lt = LazyTranslate(__name__)

# One sentence per code of engine/gate.py. A test holds the two lists equal.
SENTENCES = {
    "HANDED_OVER": _lt("%(invoices)s is with a party: only that one asks for it. Recall it first."),
    "NOT_HANDED_OVER": _lt(
        "%(invoices)s is not with a party, so nothing is told of a hand-over. Hand it over on the case."
    ),
    "NOT_DUE": _lt("Invoice %(invoice)s is not overdue."),
    "ORDER": _lt("%(invoices)s did not have the step before this one, or had this one already."),
    "INTERVAL": _lt("The last letter to this debtor is too recent: not before %(date)s."),
    "IN_TERM": _lt("The term that an earlier letter gives still runs: not before %(date)s."),
    "NOT_IN_DEFAULT": _lt(
        "The debtor of %(invoices)s is not in default yet: no reminder with a term to pay has run out. Send that "
        "reminder first; or tick Agreed payment term in the settings when the due date was agreed."
    ),
    "NO_FREE_TERM": _lt(
        "This is a statutory consumer notice, and the rules %(rules)s know none. Choose another type for the level, or "
        "another procedure for this debtor."
    ),
    "COSTS_NOT_ALLOWED": _lt("The rules allow no costs on this letter; it asks %(costs)s."),
    "COSTS_TOO_EARLY": _lt(
        "It asks costs of %(costs)s, and those may be asked only after the free term of a statutory notice for every "
        "invoice has run out."
    ),
    "COSTS_NO_CLAUSE": _lt("It asks a compensation of %(costs)s, and the company has no clause that agrees one."),
    "COSTS_ABOVE_CAP": _lt("It asks costs of %(costs)s, and %(highest)s is the most that is allowed."),
    "INTEREST_TOO_EARLY": _lt(
        "It asks interest of %(interest)s, and that may be asked only after the free term of a statutory notice for "
        "every invoice has run out."
    ),
    "INTEREST_NO_CLAUSE": _lt("It asks interest of %(interest)s, and the company has no clause that agrees it."),
    "INTEREST_ABOVE_CAP": _lt("It asks interest of %(interest)s, and %(highest)s is the most that is allowed."),
    "ELEMENT_MISSING": _lt("The text lacks: %(elements)s. Put it back under Configuration, Texts."),
    "ELEMENT_FORBIDDEN": _lt("The text holds what it may not: %(elements)s. Take it out under Configuration, Texts."),
    "CHANNEL": _lt("The rules do not allow this letter by this channel."),
    "HOURS": _lt("Not at this hour: a mail to this debtor may leave from %(until)s on."),
    "TEXT_RESIDUE": _lt("A place in the text was not filled in: %(words)s. Mend it under Configuration, Texts."),
    "TEXT_AMOUNT": _lt(
        "The text names amounts that this letter does not know: %(words)s. Let the text take them from the letter, "
        "under Configuration, Texts."
    ),
    "TEXT_TOTAL": _lt("The text does not name the amount to pay. Put it back under Configuration, Texts."),
    "TEXT_DATE": _lt(
        "The text names a day: %(words)s. The term of this letter runs from receipt, and a day that is too early makes "
        "it void. Take it out under Configuration, Texts."
    ),
    "TEXT_WORDS": _lt(
        "Words that may not be in this letter: %(words)s. Take them out under Configuration, Texts, or look at the "
        "list of words."
    ),
    "TEXT_LANGUAGE": _lt(
        "The text is translated to the language of the debtor in part only. Complete subject and words under "
        "Configuration, Texts."
    ),
    "ISSUER_MANDATE": _lt(
        "No signed mandate of %(issuer)s holds on %(date)s, so nothing goes out in that name. Complete it under "
        "Configuration, Letters on mandate, or take the name off the level."
    ),
    "ISSUER_REGISTRATION": _lt(
        "%(issuer)s is not registered to collect for others %(country)s on %(date)s, so nothing goes out in that name. "
        "Complete it under Configuration, Letters on mandate, or take the name off the level."
    ),
    "ISSUER_TOO_EARLY": _lt(
        "%(invoices)s: the first letter is the creditor's own, and a Belgian consumer first has the whole term of the "
        "free reminder. Write in the name of somebody else at a later level."
    ),
}


class DunningGate(models.AbstractModel):
    """Asks ``engine.gate`` about letters: gathers what it has to know of many letters in a fixed number of queries."""

    _name = "dunning.gate"
    _description = "Dunning gate"

    @api.model
    def _check(self, letters, leaving=False, texts=None):
        """What stops each of these letters of one company now.

        :param letters: ``dunning.letter``. :param leaving: whether they are about to be mailed at this very moment.
        :param texts: ``{letter: (subject, body)}`` of letters that are not frozen yet, to look at these as well.
        :return: ``{letter: tuple of engine.gate.Refusal}``; what a manager has overridden is left out.
        """
        found = {}
        for company, own in letters.grouped("company_id").items():
            partners = tuple(own.partner_id.ids)
            history = self.env["dunning.history"]._of_claims(company, partners, tuple(own.ids))
            claims, beside = self._claims(company, own, history), self._beside(company, own, history)
            last = self.env["dunning.history"]._last_letters(company, partners, tuple(own.ids))
            periodic = own.filtered(lambda letter, claims=claims: any(c.periodic for c in claims[letter])).partner_id
            earlier = own._earlier_costs(company, set(periodic.ids), company._dunning_today())
            wording = self.env["dunning.wording"]
            theirs = wording._others(own)
            findings = wording._check(own, texts, theirs)
            frames = {}
            for letter in own:
                plain = self._plain(letter, claims[letter], last.get(letter.partner_id.id), leaving)
                subject, body = (texts or {}).get(letter, (letter.subject, letter.body))
                text = wording._plain_text(body) or ("" if leaving else None)  # nothing leaves without words
                plain = replace(plain, text=text, subject=subject or "", others=theirs[letter])
                plain = replace(plain, findings=findings[letter])
                costs = earlier.get(letter.partner_id.id, ())
                charges = self._charges(letter, claims[letter], costs, frames, beside.get(letter, ()))
                refusals = gate.check(plain, self._law(letter, plain, charges))
                overridden = set(letter.override_ids.mapped("code"))
                found[letter] = tuple(r for r in refusals if r.final or r.code not in overridden)
        return found

    @api.model
    def _claims(self, company, letters, history):
        """Per letter what it demands or moves, with the history of each claim as it is without these letters."""
        procedures = {procedure: procedure._engine_procedure() for procedure in letters.procedure_id}
        letters.line_ids.move_id.mapped("journal_id")  # read for all letters at once
        demanding = letters.line_ids.filtered(lambda line: line.level_id)
        pairs = {
            (k.letter_id.procedure_id.id, history.get(k.move_line_id.id, NO_HISTORY).levels)
            for k in demanding
            if not k.is_rest
        }
        carried, found = self.env["dunning.procedure"]._carried(pairs), {}
        charged, receipts = self._imputed(letters)
        # sudo: that it is with a party, whoever writes
        frozen = set(self.env["dunning.handover.claim"].sudo()._frozen(letters.line_ids.move_id).claim_id.ids)
        for letter in letters:
            procedure = procedures.get(letter.procedure_id)
            today, house = company._dunning_today(), company._dunning_house()
            found[letter] = []
            for line in letter.line_ids.filtered(lambda line: line.level_id or line.principal_part):
                past = history.get(line.move_line_id.id, NO_HISTORY)
                place = reached = None
                if procedure and line.level_id:
                    due = line.date_due or None
                    done = past.levels if line.is_rest else carried.get((procedure.id, past.levels), past.levels)
                    place, reached = gate.place_on_ladder(procedure, line.level_id.id, due, done, today, house)
                found[letter].append(
                    gate.ClaimOnLetter(
                        line_id=line.move_line_id.id,
                        number=line.number or "",
                        due_date=line.date_due or None,
                        place=place,
                        reached=reached,
                        demanded=line.principal_part,
                        open=exact(line.amount_open, letter.currency_id),
                        periodic=company.dunning_periodic or line.move_id.journal_id.dunning_periodic,
                        notice=past.notice,
                        in_term_until=past.ends if line.level_id else None,
                        default_from=past.default_from,
                        receipts=receipts.get(line.move_line_id.id, ()),
                        charged=charged.get(line.move_line_id.id),
                        rest=line.is_rest,
                        handed_over=line.claim_id.id in frozen,
                    )
                )
        return found

    @api.model
    def _imputed(self, letters):
        """What earlier letters asked beyond the claims of these, and what came in on them: two dicts by item."""
        imputation, items = self.env["dunning.imputation"], letters.line_ids.claim_id.move_line_id
        # sudo: what is open on the items, whoever looks at the letter; one that is gone is read by nobody
        owed = {item.id: exact(item.amount_residual_currency, item.currency_id) for item in items.sudo().exists()}
        charged, receipts = imputation._charged(SQL("c.move_line_id = ANY(%s)", list(owed)), owed)
        return charged, {**imputation._receipts(list(owed)), **receipts}

    @api.model
    def _beside(self, company, letters, history):
        """Per letter that announces costs the claims of its debtor about which another notice stands."""
        announcing = letters.filtered("amount_costs_announced")
        found = self.env["dunning.history"]._beside(company, history, announcing) if announcing else {}
        return {letter: [claim_beside(*row) for row in rows] for letter, rows in found.items()}

    @api.model
    def _charges(self, letter, claims, earlier, frames, beside=()):
        return Charges(
            letter.regime_id,
            letter.company_id,
            letter.date,
            letter.legal_type,
            letter.debtor_kind,
            letter.currency_id,
            claims,
            earlier,
            frames,
            beside,
        )

    @api.model
    def _law(self, letter, plain, charges):
        elements = letter._required_elements() if plain.text is not None else ()
        return charges.law(plain, Decimal(str(letter.costs_vat_rate)), elements)

    @api.model
    def _plain(self, letter, claims, last_letter_on, leaving):
        """A letter as the engine reads it."""
        company = letter.company_id
        interval = max(letter.procedure_id.minimum_interval, 1)
        # it answers, or follows from a hand-over, whenever we wrote last
        if letter.answer or letter.legal_type == rules.HANDOVER:
            last_letter_on = None
        return gate.Letter(
            legal_type=letter.legal_type,
            kind=letter.debtor_kind or "unknown",
            channel=letter.channel,
            on=company._dunning_today(),
            claims=tuple(claims),
            interest=exact(letter.amount_interest, letter.currency_id),
            costs=exact(letter.amount_costs, letter.currency_id),
            announced=exact(letter.amount_costs_announced, letter.currency_id),
            moment=company._dunning_now() if leaving else None,
            wait_until=last_letter_on and last_letter_on + timedelta(days=interval),
            # sudo: whoever sends; as it stands today, whatever the letter says of it
            issuer=letter.issuer_id.sudo()._engine_issuer() if letter.issuer_id else None,
        )

    @api.model
    def _sentence(self, refusal, currency_id):
        """A refusal as the reader reads it, with the article it rests on."""
        currency = self.env["res.currency"].browse(currency_id)
        facts = {key: self._fact(value, currency) for key, value in refusal.facts.items()}
        if refusal.facts.get("hints"):
            return self._with_hints(refusal)
        if "words" in facts:  # of the text itself, so that they stand apart from ours
            facts["words"] = ", ".join(f"“{word}”" for word in refusal.facts["words"])
        if refusal.code == "ISSUER_REGISTRATION":
            facts["country"] = self._in_register(facts["country"])
        sentence = self.env._(SENTENCES[refusal.code])
        sentence = sentence % facts
        return f"{sentence} ({refusal.article})" if refusal.article else sentence

    @api.model
    def _in_register(self, country):
        """In whose register an agency had to be, as a part of the sentence."""
        if country == "NL":
            return self.env._("in the Dutch register (Justis)")
        return self.env._("with the Belgian FPS Economy") if country == "BE" else self.env._("anywhere")

    @api.model
    def _with_hints(self, refusal):
        """What lacks because the record has no such value, and where to fill it in; then what lacks in the text."""
        absent, hints = refusal.facts["absent"], refusal.facts["hints"]
        missing = tuple(name for name in refusal.facts["elements"] if name not in absent)
        elements = format_list(self.env, list(dict.fromkeys(absent)))
        told = [self.env._("The letter has no: %(elements)s.", elements=elements), *hints]
        if missing:
            sentence = self.env._(SENTENCES[refusal.code])
            told.append(sentence % {"elements": format_list(self.env, missing)})
        return " ".join(told) + (f" ({refusal.article})" if refusal.article else "")

    @api.model
    def _fact(self, value, currency):
        if isinstance(value, datetime):
            naive = value.astimezone(timezone.utc).replace(tzinfo=None)
            return format_datetime(self.env, naive, tz=str(value.tzinfo), dt_format="short")
        if hasattr(value, "isoformat"):
            return format_date(self.env, value)
        if isinstance(value, Decimal):
            return written(self.env, float(value), currency)
        if isinstance(value, tuple):
            return format_list(self.env, value)
        return value

    @api.model
    def _explain(self, refusals, letter):
        """All refusals of a letter in one text, the gravest first."""
        return " ".join(self._sentence(refusal, letter.currency_id.id) for refusal in refusals)

    @api.model
    def _later(self, refusals):
        """When a letter may leave that only the hour keeps back, as Odoo stores it; None when something else does."""
        if len(refusals) != 1 or refusals[0].code != "HOURS":
            return None
        return refusals[0].facts["until"].astimezone(timezone.utc).replace(tzinfo=None)
