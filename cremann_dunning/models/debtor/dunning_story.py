from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL, format_date

from ..dunning_money import written
from ..event.dunning_event_words import FAMILIES, KINDS

# So many events are shown at once, and so many printed.
PAGE, PRINTED = 80, 2000
# So many numbers are named on one line.
NAMED = 5

# Letters that are made and have not left.
UNDER_WAY = ("draft", "issued", "failed")
ABOUT = ("dunning.case", "account.move", "dunning.letter", "dunning.claim", "dunning.run", "dunning.reply")


class DunningStory(models.AbstractModel):
    """One story of a debtor, an invoice, a letter or a run: what is planned, and below it what was done, the newest on
    top."""

    _name = "dunning.story"
    _description = "Story"

    @api.model
    def read_story(self, model, res_id, claim_id=False, family=False, offset=0):
        """A page of the story as the screen shows it, in the language of its reader.

        :param model: what it is the story of, one of ``ABOUT``. :param claim_id: of one claim only.
        :param family: of one kind only, as ``FAMILIES`` names them. :param offset: of events that are shown already.
        :return: ``{planned, done, more, claims, families}``; a line has ``key, text, family, by, model, id``, and
            ``moment`` in UTC where it was done, ``day`` where it is planned.
        :raises AccessError: the reader may not read what it is about.
        """
        if model not in ABOUT:
            raise AccessError(self.env._("There is no story of that."))
        record = self.env[model].browse(int(res_id)).exists()
        record.check_access("read")
        if model == "dunning.reply":  # the story of its debtor
            record = record.case_id
            record.check_access("read")
        self.env["dunning.event"].check_access("read")
        if not record:
            return {"planned": [], "done": [], "more": False, "claims": [], "families": []}
        where = self._where(record, int(claim_id or 0))
        events = self._events(where, family, int(offset or 0), PAGE + 1)
        return {
            "planned": self._planned(record, int(claim_id or 0)) if not offset and not family else [],
            "done": self._lines(events[:PAGE], named=record._name == "dunning.run"),
            "more": len(events) > PAGE,
            "claims": [{"id": claim.id, "name": claim.display_name} for claim in self._claims(record)],
            "families": self._families(where),
        }

    # -- what was done ---------------------------------------------------------------------------------------------

    @api.model
    def _claims(self, record):
        """The claims that a story may be narrowed to."""
        if record._name == "dunning.claim":
            return record
        if record._name == "dunning.run":
            return self.env["dunning.claim"]
        by = {"dunning.case": "case", "account.move": "move_id", "dunning.letter": "letter"}[record._name]
        if by == "letter":
            return record.line_ids.claim_id
        if by == "case":
            domain = [("company_id", "=", record.company_id.id), ("partner_id", "=", record.partner_id.id)]
        else:
            domain = [("move_id", "=", record.id)]
        return self.env["dunning.claim"].search(domain, order="id desc", limit=PAGE)

    @api.model
    def _where(self, record, claim_id):
        """The condition, in SQL, on the events ``e`` of a story."""
        company = SQL("e.company_id = %s", record.company_id.id)
        if claim_id:
            claims = [claim_id] if claim_id in self._claims(record).ids else []
            return SQL("%s AND %s", company, self._of_claims(claims))
        if record._name == "dunning.letter":
            return SQL("%s AND e.letter = %s", company, record.id)
        if record._name == "dunning.run":
            return SQL("%s AND %s", company, self._of_run(record))
        known = self.env["dunning.event"]._known_as
        if record._name == "dunning.case":
            return SQL("%s AND e.debtor = ANY(%s)", company, known(record.company_id, record.partner_id.ids))
        claims = self._of_claims(self._claims(record).ids)
        if record._name == "dunning.claim":
            return SQL("%s AND %s", company, claims)
        debtors = known(record.company_id, record._dunning_debtors().ids)
        own = SQL("e.debtor = ANY(%s) AND (e.facts -> 'entries') @> %s::jsonb", debtors, str(record.id))
        return SQL("%s AND (%s OR %s)", company, claims, own)

    @api.model
    def _of_run(self, run):
        """That an event is about a run itself, or about a letter that somebody left out of it."""
        # sudo: also letters that left it, whoever may see them
        letters = self.env["dunning.letter"].sudo().search([("run_id", "=", run.id), ("state", "=", "cancelled")])
        return SQL(
            "(e.kind = ANY(%s) AND e.facts #>> '{run,record,1}' = %s"
            " OR e.kind = 'letter.left_out' AND e.letter = ANY(%s))",
            [kind for kind in KINDS if kind.startswith("letter.run_")],
            str(run.id),
            letters.ids,
        )

    @api.model
    def _of_claims(self, ids):
        """That an event is about one of these claims."""
        conditions = [SQL("(e.facts -> 'claims') @> %s::jsonb", str(id_)) for id_ in ids]
        return SQL("(%s)", SQL(" OR ").join(conditions)) if conditions else SQL("FALSE")

    @api.model
    def _events(self, where, family, offset, limit):
        if family and family not in dict(FAMILIES):
            return self.env["dunning.event"]
        rows = self.env.execute_query(
            SQL(
                "SELECT e.id FROM dunning_event e WHERE %s AND %s"
                " ORDER BY e.happened DESC, e.id DESC LIMIT %s OFFSET %s",
                where,
                SQL("e.kind LIKE %s", f"{family}.%") if family else SQL("TRUE"),
                limit,
                max(offset, 0),
            )
        )
        return self.env["dunning.event"].browse(id_ for (id_,) in rows)

    @api.model
    def _families(self, where):
        """The kinds that occur, to choose from: ``[{id, name}]``."""
        rows = self.env.execute_query(
            SQL("SELECT DISTINCT split_part(e.kind, '.', 1) FROM dunning_event e WHERE %s", where)
        )
        labels = dict(self.env["dunning.event"]._fields["family"]._description_selection(self.env))
        found = {family for (family,) in rows}
        return [{"id": family, "name": labels[family]} for family, _label in FAMILIES if family in found]

    @api.model
    def _lines(self, events, named=False):
        """:param named: whether it is said of whom each is, where others stand beside it."""
        lines, leads = [], self._leads(events)
        for event in events:
            model, id_ = leads[event]
            whose = event.debtor_id.sudo()  # sudo: a name
            lines.append(
                {
                    "key": f"event-{event.id}",
                    "moment": fields.Datetime.to_string(event.happened),
                    "text": f"{whose.name}: {event.sentence}" if named and whose else event.sentence,
                    "family": event.family,
                    "by": event.job or event.author_id.sudo().name or "",  # sudo: a name
                    "afterwards": event.reconstructed,
                    "model": model,
                    "id": id_,
                }
            )
        return lines

    @api.model
    def _leads(self, events):
        """The record that each line opens, as long as it is there: ``{event: (model, id)}``, or nothing twice."""
        found = {event: self._leads_to(event) for event in events}
        there = defaultdict(set)
        for model, id_ in found.values():
            there[model].add(id_)
        # sudo: that it exists; whoever opens it needs the right to it
        there = {model: set(self.env[model].sudo().browse(ids).exists().ids) for model, ids in there.items() if model}
        return {event: lead if lead[1] in there.get(lead[0], ()) else (False, False) for event, lead in found.items()}

    @api.model
    def _leads_to(self, event):
        """What an event is about: ``(model, id)``, or nothing twice."""
        if event.letter:
            return "dunning.letter", event.letter
        for value in (event.facts or {}).values():
            if isinstance(value, dict) and "record" in value and value["record"][0] in self.env:
                return tuple(value["record"])
        return False, False

    # -- what is planned -------------------------------------------------------------------------------------------

    @api.model
    def _planned(self, record, claim_id=0):
        """What is to come, as lines: what needs a person first, then the farthest day on top."""
        if record._name == "dunning.run":
            return []
        if record._name == "dunning.letter":
            return self._by_day(self._terms(record) + self._under_way(record))
        claims = self._claims(record).filtered(lambda claim: claim_id in (0, claim.id))
        about = claims if claim_id or record._name == "dunning.claim" else None
        debtors = self._debtors(record)
        # sudo: as screens do that show answers, see dunning.fresh.mixin
        self.env["dunning.freshness"].sudo()._bring({record.company_id.id: debtors.ids})
        decisions = self._decisions(record, about)
        lines = self._steps(decisions) + self._ahead(record, about, debtors, decisions)
        if record._name == "dunning.case":
            moves = about.move_id if about is not None else None
            whose = [("partner_id", "=", record.partner_id.id)]
            only = [("move_id", "in", [False, *moves.ids])] if moves is not None else []
            lines += self._agreed(record, moves) + self._holds([*whose, *only], record.company_id)
        elif record._name == "account.move":
            lines += self._holds([("move_id", "=", record.id)], record.company_id)
        letters = claims.line_ids.letter_id
        return self._by_day(lines + self._terms(letters) + self._under_way(letters))

    @api.model
    def _debtors(self, record):
        """Whom a record that is no letter is about."""
        self.env.flush_all()
        # sudo: whose it is, for whoever may read it
        record = record.sudo()
        partners = record.line_ids.partner_id if record._name == "account.move" else record.partner_id
        return partners.commercial_partner_id

    @api.model
    def _by_day(self, lines):
        dated = sorted(
            (line for line in lines if line["day"]), key=lambda line: (line["day"], line["key"]), reverse=True
        )
        return [line for line in lines if not line["day"]] + dated

    @api.model
    def _line(self, record, text, day=False, family="letter"):
        return {
            "key": f"{record._name}-{record.id}",
            "day": day.isoformat() if day else False,
            "day_text": format_date(self.env, day) if day else "",
            "text": text,
            "family": family,
            "by": "",
            "model": record._name,
            "id": record.id,
        }

    @api.model
    def _decisions(self, record, claims):
        """What holds now of every claim. :param claims: of these only, None for all of the record."""
        domain = [("is_current", "=", True), ("company_id", "=", record.company_id.id)]
        if claims is not None:
            domain.append(("move_line_id", "in", claims.move_line_id.ids))
        elif record._name == "dunning.case":
            domain.append(("partner_id", "=", record.partner_id.id))
        else:
            domain.append(("move_id", "=", record.id))
        return self.env["dunning.decision"].search(domain, order="next_date, id", limit=PRINTED)

    @api.model
    def _steps(self, decisions):
        """The next step of every claim, those with the same answer on one line."""
        alike = defaultdict(list)
        for decision in decisions:
            if decision.letter_id.state in UNDER_WAY:
                continue  # its letter says so itself
            step = (decision.level_id, decision.next_date) if decision.next_date and decision.level_id else ()
            alike[step or (decision.explanation,)].append(decision)
        return [self._step_line(decisions) for decisions in alike.values()]

    @api.model
    def _step_line(self, decisions):
        first, numbers = decisions[0], self._named([decision.number for decision in decisions])
        if first.next_date and first.level_id:
            words = {"level": first.level_id._letter_label(first.level_id.display_name), "numbers": numbers}
            return self._line(
                first, self.env._("If nothing is paid: %(level)s (%(numbers)s).", **words), first.next_date
            )
        return self._line(first, f"{numbers}: {first.explanation}", family="hold")

    @api.model
    def _named(self, numbers):
        """Numbers of claims on one line, each once, the first of them where there are many."""
        numbers = list(dict.fromkeys(number or "/" for number in numbers))
        named = ", ".join(numbers[:NAMED])
        if len(numbers) <= NAMED:
            return named
        return self.env._("%(numbers)s and %(more)s more", numbers=named, more=len(numbers) - NAMED)

    @api.model
    def _agreed(self, case, moves=None):
        """Promised days and instalments that are still to come. :param moves: about these invoices only."""

        def holds(agreement):
            named = agreement.move_ids
            return agreement.state in ("open", "active") and (moves is None or not named or bool(named & moves))

        today, lines = case.company_id._dunning_today(), []
        for promise in case.promise_ids.filtered(holds):
            amount = written(self.env, promise.amount, promise.currency_id)
            text = self.env._("Promised: %s comes in.", amount)
            lines.append(self._line(promise, text, promise.date, "agreement"))
        for instalment in case.plan_ids.filtered(holds).instalment_ids:
            if instalment.date >= today and instalment.open_amount:
                amount = written(self.env, instalment.open_amount, instalment.currency_id)
                text = self.env._("Instalment of %s.", amount)
                line = self._line(instalment, text, instalment.date, "agreement")
                lines.append(line | {"model": instalment.plan_id._name, "id": instalment.plan_id.id})
        return lines

    @api.model
    def _holds(self, domain, company):
        """Ends of holds."""
        holds = self.env["dunning.hold"].search([*domain, ("company_id", "=", company.id), ("is_running", "=", True)])
        return [
            self._line(hold, self.env._("Ends: on hold, %s.", hold.reason), hold.date_until, "hold")
            for hold in holds
            if hold.date_until
        ]

    @api.model
    def _terms(self, letters):
        """Ends of terms that sent letters give."""
        lines = []
        for letter in letters.filtered(lambda letter: letter.state == "sent" and letter.term_last_day):
            if letter.term_last_day >= letter.company_id._dunning_today():
                text = self.env._("The term that letter %s gives ends.", letter.name)
                lines.append(self._line(letter, text, letter.term_last_day))
        return lines

    @api.model
    def _under_way(self, letters):
        """Letters that are made and have not left."""
        states = dict(self.env["dunning.letter"]._fields["state"]._description_selection(self.env))
        return [
            self._line(letter, f"{letter.display_name}: {states[letter.state]}")
            for letter in letters
            if letter.state in UNDER_WAY
        ]

    # -- on paper --------------------------------------------------------------------------------------------------

    @api.model
    def _printed(self, case):
        """What the printed story of a case shows: ``(planned, done)``, the oldest at the bottom."""
        case.check_access("read")
        return self._planned(case), self._lines(self._events(self._where(case, 0), False, 0, PRINTED))
