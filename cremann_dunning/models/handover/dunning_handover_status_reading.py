from collections import defaultdict

from odoo import api, models
from odoo.tools import format_date, format_list

from ...engine import incoming
from ...engine import party_status as engine
from ..dunning_money import written

GOOD, KNOWN, BAD, WAITS = "good", "known", "bad", "waits"


class DunningHandoverStatusReading(models.AbstractModel):
    """Reads what a party sends about its hand-overs, and says of each row what would become of it. Writes nothing."""

    _name = "dunning.handover.status.reading"
    _description = "Reading of Status Files"

    @api.model
    def _read(self, party, company, name, content):
        """What a file of a party says.

        :param content: bytes. :return: ``([values of a line of the window], [a sentence about the file])``, in the
            order of the file; no line where nothing of it can be used.
        """
        try:
            told = engine.read(name, content)
        except incoming.Refused as refused:
            return [], [self._refusal(refused)]
        if why := self._not_his(party, company, told):
            return [], [why]
        notes = []
        if told.unknown:
            unknown = format_list(self.env, list(told.unknown))
            notes.append(self.env._("Not used, as their headings say nothing: %s.", unknown))
        return self._judged(party, company, told.rows), notes

    @api.model
    def _not_his(self, party, company, told):
        """Why this is no file of that party to that company; empty where it is, or does not say."""
        contact = party.sudo().partner_id.commercial_partner_id  # sudo: who it is, for whoever takes in its file
        known = {
            "registration": {party.registration, party.registration_be},
            "company_number": {contact.company_registry},
            "vat": {contact.vat},
        }
        if told.party and not _is(told.party, known, contact.name):
            return self.env._(
                "This is a file of %(other)s, and you chose %(party)s. Nothing of it was read. Choose that party, or "
                "ask for the right file.",
                other=told.party["name"],
                party=contact.name,
            )
        own = company.sudo().partner_id  # sudo: as above
        known = {"company_number": {company.company_registry, own.company_registry}, "vat": {company.vat, own.vat}}
        if told.creditor and not _is(told.creditor, known, company.name):
            return self.env._(
                "This is a file for %(other)s, and not for %(company)s. Nothing of it was read.",
                other=told.creditor["name"],
                company=company.name,
            )
        return ""

    # -- row by row -----------------------------------------------------------------------------------------------

    @api.model
    def _judged(self, party, company, rows):
        """Values of lines for these rows, each with its hand-over and what becomes of it."""
        handovers = self._handovers(company, rows)
        known = self.env["dunning.handover.status"]._known(party, company, [row.key for row in rows])
        currencies = {currency.name: currency for currency in self.env["res.currency"].search([])}
        found = []
        for row in rows:
            handover = handovers.get(row.handover.upper(), self.env["dunning.handover"])
            before = known.get(row.key)
            problems = self._problems(party, handover, row, currencies)
            state, remark = GOOD, ""
            if before and before.content == row.content and before.handover_id == handover:
                state, remark = KNOWN, self.env._("Taken in before, on %s.", format_date(self.env, before.create_date))
            elif before:
                state = BAD
                remark = self.env._(
                    "It was taken in before and says something else now. What was booked stays: ask the party to send "
                    "the change as a row of its own."
                )
            elif problems:
                state, remark = BAD, " ".join(problems)
            found.append(self._line_vals(row, handover, state, remark, currencies))
        return self._all_or_nothing(found)

    @api.model
    def _all_or_nothing(self, found):
        """Of a hand-over of which one row cannot be taken in, none is."""
        bad = defaultdict(list)
        for values in found:
            if values["state"] == BAD:
                bad[values["handover_id"] or values["number"]].append(values["place"])
        for values in found:
            places = bad.get(values["handover_id"] or values["number"])
            if values["state"] == GOOD and places:
                where = format_list(self.env, [str(place) for place in places])
                values |= {"state": WAITS, "remark": self.env._("It waits for row %s of the same hand-over.", where)}
        return found

    @api.model
    def _handovers(self, company, rows):
        """The hand-overs that rows name: ``{number: hand-over}``."""
        numbers = sorted({row.handover for row in rows if row.handover})
        found = self.env["dunning.handover"].search([("company_id", "=", company.id), ("name", "in", numbers)])
        found |= found.search([("company_id", "=", company.id), ("name", "in", [number.upper() for number in numbers])])
        return {handover.name.upper(): handover for handover in found}

    @api.model
    def _line_vals(self, row, handover, state, remark, currencies):
        status = self.env["dunning.handover.status"]
        default = handover.line_ids.currency_id[:1] or self.env.company.currency_id
        return {
            "place": row.place,
            "number": row.handover,
            "handover_id": handover.id,
            "date": row.date,
            "status": row.status or False,
            "currency_id": (currencies.get(row.currency) or default).id,
            **{f"amount_{name}": float(getattr(row, name)) for name in engine.AMOUNTS},
            "state": state,
            "remark": remark or self._will_do(status, row, handover),
        }

    @api.model
    def _will_do(self, status, row, handover):
        """What taking it in will do, besides writing it down."""
        if not row.received:
            return ""
        currency = status._currency(handover, row)
        with_us = handover.state == "with_party"
        said = self.env._("%s will be booked as paid by the debtor.", written(self.env, row.received, currency))
        if not with_us:
            said += " " + self.env._("The hand-over is not with the party any more; its money counts all the same.")
        return said

    @api.model
    def _problems_of(self, handover, row):
        """Why what somebody entered about a hand-over cannot be taken in; empty where it can."""
        below = [name for name in engine.AMOUNTS if getattr(row, name) < 0]
        problems = [self._problem("NEGATIVE", {"column": name}) for name in below]
        if any(getattr(row, name) > engine.MOST for name in engine.AMOUNTS):
            problems.append(self._problem("AMOUNT", {"column": "received"}))
        return problems + self._problems(handover.party_id, handover, row, {})

    @api.model
    def _column(self, name):
        """What an amount is called, for a sentence."""
        names = {"received": self.env._("Received"), "fees": self.env._("Fees"), "costs": self.env._("Costs")}
        return names.get(name, name)

    @api.model
    def _problems(self, party, handover, row, currencies):
        """Why a row cannot be taken in, in sentences; empty where it can."""
        found = [self._problem(code, dict(params)) for code, params in row.problems]
        if not row.handover:
            return found
        if not handover:
            return [
                *found,
                self.env._("There is no hand-over %s here. Ask the party which one it means.", row.handover),
            ]
        if handover.party_id != party:
            # sudo: who it is with, for whoever takes in a file
            other = handover.sudo().party_id.partner_id.name or "–"
            return [*found, self.env._("%(number)s is with %(other)s.", number=handover.name, other=other)]
        if handover.state == "draft":
            found.append(self.env._("%s was not handed over yet.", handover.name))
        found += self._day_problems(handover, row)
        return found + self._money_problems(handover, row, currencies)

    @api.model
    def _day_problems(self, handover, row):
        if not row.date:
            return []
        if row.date > handover.company_id._dunning_today():
            return [self.env._("Its day lies ahead.")]
        if handover.date and row.date < handover.date:
            return [self.env._("Its day is before it was handed over, on %s.", format_date(self.env, handover.date))]
        return []

    @api.model
    def _money_problems(self, handover, row, currencies):
        found, known = [], {_plain(line.claim_id.number) for line in handover.line_ids}
        if unknown := [number for number, _amount in row.claims if _plain(number) not in known]:
            numbers = format_list(self.env, unknown[:10])
            found.append(self.env._("Not among what was handed over: %s.", numbers))
        currency = currencies.get(row.currency) if row.currency else handover.line_ids.currency_id[:1]
        if row.currency and not currency:
            found.append(self.env._("The currency %s is not in use here.", row.currency))
        elif any((row.received, row.fees, row.costs)) and currency not in handover.line_ids.currency_id:
            found.append(self.env._("The claims are in another currency than %s.", row.currency))
        if row.status == "paid" and not row.received:
            found.append(self.env._("It says that something was paid, and not how much."))
        return found

    # -- in words -------------------------------------------------------------------------------------------------

    @api.model
    def _problem(self, code, params):
        """What is wrong with a row, as the reader of the window has it."""
        column = self._column(params.get("column", ""))
        return {
            "NO_ROW": lambda: self.env._("It is no row."),
            "NO_ID": lambda: self.env._("It has no id, so it could not be known again."),
            "SAME_ID": lambda: self.env._("Two rows have the id %(id)s.", **params),
            "UNKNOWN_KEY": lambda: self.env._("It says “%(key)s”, which the format does not know.", **params),
            "NO_HANDOVER": lambda: self.env._("It names no hand-over."),
            "TEXT": lambda: self.env._("%s is no text, or too long.", column),
            "DATE": lambda: self.env._("Its day cannot be read."),
            "DATE_TWO_WAYS": lambda: self.env._("Its day can be read in two ways. Write it as 2026-12-31."),
            "STATUS": lambda: self.env._("“%(text)s” is no status that is known here.", **params),
            "AMOUNT": lambda: self.env._("The amount under %s cannot be read.", column),
            "AMOUNT_TWO_WAYS": lambda: self.env._("The amount under %s can be read in two ways.", column),
            "NEGATIVE": lambda: self.env._(
                "The amount under %s is below zero. What was taken back is booked in Accounting.", column
            ),
            "CURRENCY": lambda: self.env._("Its currency cannot be read."),
            "CLAIMS": lambda: self.env._("What it says of single invoices cannot be read."),
            "CLAIMS_SUM": lambda: self.env._("The amounts of its invoices do not add up to what was received."),
            "WIDTH": lambda: self.env._(
                "It has %(found)s columns and the headings have %(wanted)s: the file was cut off, or something moved.",
                **params,
            ),
        }[code]()

    @api.model
    def _refusal(self, refused):
        """Why nothing of a file is taken in, and what to do."""
        params = refused.params
        if refused.code in ("MISSING", "TWICE"):
            columns = format_list(self.env, params["columns"])
            if refused.code == "TWICE":
                return self.env._("More than one column says the same: %s. Leave one of them.", columns)
            return self.env._("The first row has to name the columns. Not found: %s.", columns)
        return {
            "EMPTY": lambda: self.env._("The file is empty."),
            "NO_TEXT": lambda: self.env._("This is no CSV and no JSON. Ask the party for one of these."),
            "NO_ROWS": lambda: self.env._("The file says nothing of any hand-over."),
            "QUOTES": lambda: self.env._(
                "Row %(row)s cannot be read: its quotes do not end. The file was cut off, or is damaged.", **params
            ),
            "TOO_MANY": lambda: self.env._("It has more than %(most)s rows. Ask for smaller files.", **params),
            "TOO_BIG": lambda: self.env._("It is larger than %(megabytes)s MB. Ask for smaller files.", **params),
            "CUT_OFF": lambda: self.env._(
                "The file ends in the middle: it was cut off on its way. Nothing of it was read. Ask for it again."
            ),
            "BROKEN_JSON": lambda: self.env._("The file is damaged: it is no valid JSON. Ask for it again."),
            "TWIN_KEYS": lambda: self.env._("The file says the same thing twice in one place. Ask for it again."),
            "NO_STATUS": lambda: self.env._(
                "This is no status.json: it does not say what it is, whose it is, or has no rows. The format is "
                "published with this addon, in status-1.schema.json."
            ),
            "VERSION": lambda: self.env._(
                "It is written in version %(version)s of the format, and version %(known)s is read here.", **params
            ),
            "UNKNOWN_KEY": lambda: self.env._("It says “%(key)s”, which the format does not know.", **params),
            "COUNT": lambda: self.env._(
                "It says that it has %(said)s rows and has %(found)s: something is missing. Nothing of it was read. "
                "Ask for it again.",
                **params,
            ),
            "TOTAL": lambda: self.env._(
                "It says that %(said)s was received in all, and its rows add up to %(found)s: something was changed. "
                "Nothing of it was read. Ask for it again.",
                **params,
            ),
        }[refused.code]()


def _is(said, known, name):
    """Whether what a file says of somebody fits him: the first number that both have decides, else the name."""
    for key, values in known.items():
        own = {_bare(value) for value in values} - {""}
        if said.get(key) and own:
            return _bare(said[key]) in own
    return incoming.plain(said["name"]) == incoming.plain(name)


def _bare(text):
    return "".join(sign for sign in text or "" if sign.isalnum()).upper()


def _plain(number):
    return "".join((number or "").split()).upper()
