from datetime import timedelta

from odoo import api, models
from odoo.tools import format_date

from ...engine import rules, wording
from ...law import terms
from ...law.errors import LawError
from ..dunning_money import written
from ..rules.regime_map import RegimeError

DAY = timedelta(days=1)

# Refusals that have a row of their own: the elements, and how the text reads.
SHOWN_APART = ("ELEMENT_MISSING", "ELEMENT_FORBIDDEN", *wording.RED_CODES)


class DunningLetterLight(models.AbstractModel):
    """What the preview of a letter says beside its document: the traffic light, the amounts, the term.

    Everything is asked at the moment of looking; nothing is kept. Whoever asks has checked the rights on the letter.
    """

    _name = "dunning.letter.light"
    _description = "Traffic light of a letter"

    @api.model
    def _content(self, letter):
        """All that the template ``cremann_dunning.letter_light`` shows of one letter.

        :return: ``light`` (red, amber, green), ``problem``, ``final``, ``refusals``, ``elements``, ``findings``,
            ``overrides``, ``amounts``, ``term`` (points in time) and ``term_problem``.
        """
        letter = letter.sudo()  # settings and texts that the reader need not open
        subject, body = letter.shown_subject, letter.shown_body
        if not subject or not body:
            problem = body or self.env._("The level has no text. Choose a text on the level.")
            return self._without_text(letter, problem)
        texts = {letter: (subject, body)}
        waiting = letter.state in ("draft", "issued", "failed")
        refusals = self.env["dunning.gate"]._check(letter, texts=texts)[letter] if waiting else ()
        findings = self.env["dunning.wording"]._check(letter, texts)[letter]
        elements = self._elements(letter, texts)
        lacks = [element for element in elements if not element["good"]]
        red = bool(refusals) if waiting else bool(lacks or [finding for finding in findings if finding.red])
        return {
            "light": "red" if red else "amber" if lacks or findings else "green",
            "problem": False,
            "final": any(refusal.final for refusal in refusals),
            "refusals": self._refusals(letter, refusals),
            "elements": elements,
            "findings": self._findings(letter, findings),
            "overrides": [(o.sentence, o.reason, o.user_id.name) for o in letter.override_ids],
            "amounts": self._amounts(letter),
            **self._term(letter),
        }

    @api.model
    def _without_text(self, letter, problem):
        """The content for a letter whose words cannot be shown."""
        return {
            **{part: [] for part in ("refusals", "elements", "findings", "overrides")},
            "light": "red",
            "problem": problem,
            "final": False,
            "amounts": self._amounts(letter),
            **self._term(letter),
        }

    # -- the text -----------------------------------------------------------------------------------------------------

    @api.model
    def _refusals(self, letter, refusals):
        """What holds the letter back apart from its text, in sentences."""
        gate = self.env["dunning.gate"]
        others = [refusal for refusal in refusals if refusal.code not in SHOWN_APART]
        return [{"text": gate._sentence(r, letter.currency_id.id), "final": r.final} for r in others]

    @api.model
    def _elements(self, letter, texts):
        """Every element that the regime wants or forbids, with the sentence in which it was found."""
        written = self.env["dunning.wording"]._written(letter, texts)
        # a sentence says more than a cell; nothing that has to be in a letter is looked for in its subject
        prose = [block for block in written.blocks if block.kind == wording.PROSE]
        others = [block for block in written.blocks if block.kind != wording.PROSE]
        blocks = (*prose, *others)
        rows, theirs = {}, self.env["dunning.wording"]._others(letter)[letter]
        for element in letter._required_elements():
            row = rows.setdefault(
                element.name,
                {
                    "name": element.name,
                    "article": element.article,
                    "good": True,
                    "places": [],
                    "lacks": [],
                    "hint": element.hint,
                },
            )
            searched = (*blocks, wording.Block(written.subject)) if element.forbidden else blocks
            place = wording.sentence_with(searched, element.phrases, theirs, element.kind)
            row["good"] &= bool(place) != element.forbidden
            if place and place not in row["places"]:
                row["places"].append(place)
            if not place and not element.forbidden:
                row["lacks"] += [phrase for phrase in element.phrases[:1] if phrase]
                row["hint"] = row["hint"] or element.hint
        return list(rows.values())

    @api.model
    def _findings(self, letter, findings):
        """What is to be said of the words: red first."""
        overridden = set(letter.override_ids.mapped("code"))
        return [
            {
                "red": finding.red,
                "let_go": finding.red and not finding.final and finding.code in overridden,
                "text": self.env["dunning.wording"]._sentence(finding),
                "sentence": finding.sentence,
                "article": finding.article,
            }
            for finding in findings
        ]

    # -- the amounts --------------------------------------------------------------------------------------------------

    @api.model
    def _amounts(self, letter):
        """What the letter asks or announces, each with what it rests on."""
        regime, env = letter.regime_id, self.env
        table = regime.interest_table_id
        basis = regime.article or regime.name
        if regime.costs_need_clause and letter.company_id.dunning_consumer_clause:
            basis = f"{letter.company_id.dunning_consumer_clause} · {basis}"
        numbers = letter._demanded_numbers()
        invoices = ", ".join(numbers[:3]) + (" …" if len(numbers) > 3 else "")
        rows = [
            (env._("Principal"), letter.amount_principal, invoices),
            (env._("Interest"), letter.amount_interest, " · ".join(filter(None, (table.name, table.article)))),
            (env._("Costs, asked now"), letter.amount_costs, basis),
            (env._("Costs, announced"), letter.amount_costs_announced, basis),
            (env._("VAT in the costs"), letter.amount_costs_vat, "art. 2 lid 3 Besluit BIK"),
        ]
        shown = [row for number, row in enumerate(rows) if row[1] or not number]
        shown.append((env._("To pay"), letter.amount_total, ""))
        return [(label, written(self.env, amount, letter.currency_id), why) for label, amount, why in shown]

    # -- the term -----------------------------------------------------------------------------------------------------

    @api.model
    def _term(self, letter):
        """The line of the term: its points as ``(label, day, date)``, of a letter not sent yet as if it left today."""
        sent = letter.sent_on or letter.company_id._dunning_today()
        try:
            receipt, first, last, after = self._term_days(letter, sent)
        except (LawError, RegimeError) as error:
            return {"term": [], "term_problem": str(error), "is_sent": bool(letter.sent_on)}
        env = self.env
        points = [(env._("Sent") if letter.sent_on else env._("Sent today"), sent)]
        if first:
            points += [(env._("Received, presumed"), receipt), (env._("First day"), first), (env._("Last day"), last)]
        level, day = self._next_step(letter, sent, after)
        points.append((env._("Next step possible: %s", level) if level else env._("No step after this one"), day))
        term = [(label, day and format_date(self.env, day, date_format="EEE d MMM y")) for label, day in points]
        problem = "" if first else env._("This letter gives no term of its own.")
        return {"term": term, "term_problem": problem, "is_sent": bool(letter.sent_on)}

    @api.model
    def _term_days(self, letter, sent):
        """Receipt, first and last day of the term, and the first day after it; Nones where the letter gives none.

        :raises LawError, RegimeError: no term can be said.
        """
        channel = letter._law_way(not letter.is_on_paper)
        if letter.legal_type == rules.STATUTORY_NOTICE:
            if letter.term_first_day:  # as it really was
                first = letter.term_first_day
                return first - DAY, first, letter.term_last_day, letter.claimable_from
            term = letter.regime_id.free_term(sent, channel)
            return (term.receipt, term.first_day, term.last_day, term.claimable_from) if term else (None,) * 4
        if not letter.deadline:
            return (None,) * 4
        country = letter.regime_id.country_id.code or letter.company_id.country_id.code or "NL"
        dated, deadline = letter.date, letter.deadline
        if letter.state == "draft" and dated != sent:  # it is dated anew when it goes
            own, days = letter.company_id.country_id.code or "NL", letter.level_id.payment_term_days
            dated, deadline = sent, letter._deadline(own, sent, days)
        after = letter.default_from or letter._default_from(country, dated, deadline, sent, channel)
        try:
            receipt = terms.notice_term(country, sent, channel, 1).receipt
        except LawError:  # a country without a known calendar
            receipt = sent if channel == "email" else None
        first = (receipt or sent) + DAY
        return receipt, first, after - DAY, after

    @api.model
    def _next_step(self, letter, sent, after):
        """The step after this one and the first day on which it may go; the engine's own answer for its claims."""
        procedure = letter.procedure_id._engine_procedure() if letter.procedure_id else None
        following = procedure and procedure.next_level((letter.level_id.id,))
        dues = [line.date_due for line in letter.line_ids if line.level_id and line.date_due]
        if not following or not dues:
            return None, None
        day = procedure.earliest(following, min(dues), sent, after)  # the term of this letter is kept
        day = max(day, sent + timedelta(days=max(procedure.minimum_interval, 1)))
        return following.name, procedure.sending_day(day)
