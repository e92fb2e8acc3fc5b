import re
from decimal import Decimal

from babel.dates import get_month_names
from babel.numbers import get_currency_symbol, get_decimal_symbol, get_group_symbol
from lxml import html

from odoo import api, models
from odoo.tools import SQL
from odoo.tools.misc import babel_locale_parse

from ...engine import gate, rules, wording

# Elements that begin a piece of text of their own.
BLOCKS = {"p", "div", "td", "th", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "br", "hr"}
# Elements whose content is no text, and marks that are wrong when nothing is in them.
SILENT, MARKS = {"style", "script", "head", "title"}, {"strong", "b", "em", "i", "u"}
SIGNATURE = "o_dunning_signature"


class DunningWording(models.AbstractModel):
    """Asks ``engine.wording`` how letters read: gathers what their records know in a fixed number of queries."""

    _name = "dunning.wording"
    _description = "How letters read"

    @api.model
    def _check(self, letters, texts=None):
        """What is to be said of the text of each of these letters of one company.

        :param texts: ``{letter: (subject, body)}`` of letters that are not frozen yet.
        :return: ``{letter: tuple of engine.wording.Finding}``; none for a letter without a text.
        """
        written = {letter: self._written(letter, texts) for letter in letters}
        with_text = letters.filtered(lambda letter: written[letter])
        if not with_text:
            return dict.fromkeys(letters, ())
        lists = self.env["dunning.word.list"]._for_company(with_text.company_id)
        own_words = self._own_words(with_text)
        later = self._later_steps(with_text)
        forms, found = {}, dict.fromkeys(letters, ())
        for letter in with_text:
            form = forms.setdefault(letter.lang, self._form(letter.lang))
            record = self._record(letter, own_words, later)
            limits = wording.Limits(letter.level_id.max_words, letter.level_id.max_sentence)
            found[letter] = wording.check(written[letter], record, form, lists, limits)
        return found

    @api.model
    def _written(self, letter, texts=None):
        """The text of a letter as the engine reads it; None before it was rendered."""
        subject, body = (texts or {}).get(letter) or (letter.subject, letter.body)
        if not body:
            return None
        blocks, empty = _blocks(body)
        return wording.Written(subject or "", tuple(blocks), empty)

    @api.model
    def _form(self, lang):
        """How a language writes figures and days."""
        locale = babel_locale_parse(lang)
        months = {
            name.casefold().rstrip("."): number
            for width in ("wide", "abbreviated")
            for context in ("format", "stand-alone")
            for number, name in get_month_names(width, context, locale).items()
        }
        return wording.Form(
            decimal=get_decimal_symbol(locale),
            group=get_group_symbol(locale),
            months=months,
            day_first=not lang.startswith("en_US"),
        )

    @api.model
    def _own_words(self, letters):
        """Which texts have words of their own: ``{(text id, field, language)}``; one query for all of them."""
        texts = {letter._letter_text().id for letter in letters} - {False}
        if not texts:
            return set()
        self.env["mail.template"].flush_model(["subject", "body_html"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT t.id, 'subject', k.lang FROM mail_template t, jsonb_object_keys(t.subject) k(lang)
                 WHERE t.id IN %(ids)s
                 UNION ALL
                SELECT t.id, 'body', k.lang FROM mail_template t, jsonb_object_keys(t.body_html) k(lang)
                 WHERE t.id IN %(ids)s
                """,
                ids=tuple(texts),
            )
        )
        return set(rows)

    @api.model
    def _later_steps(self, letters):
        """Per procedure and language its steps in order, as ``(sequence, name)``: a letter may name what comes next."""
        found = {}
        for letter in letters:
            key = letter.procedure_id, letter.lang
            if key not in found:
                levels = letter.procedure_id.level_ids.with_context(lang=letter.lang)
                found[key] = [(level.sequence, level.name) for level in levels]
        return found

    @api.model
    def _record(self, letter, own_words, later):
        """What the record of a letter knows, to measure its text against."""
        text = letter._letter_text().id
        source = letter.lang == "en_US"
        lacks = {name for name in ("subject", "body") if not source and (text, name, letter.lang) not in own_words}
        protected = letter.debtor_kind in (*rules.PROTECTED_KINDS, False, "")
        steps = later[letter.procedure_id, letter.lang]
        return wording.Record(
            legal_type=letter.legal_type,
            language=letter.lang[:2],
            on=letter.date,
            amounts=frozenset(self._amounts(letter)),
            total=_exact(letter.amount_total),
            signs=self._signs(letter),
            names=(*self._names(letter), *(name for place, name in steps if place > letter.level_id.sequence)),
            days=frozenset(
                filter(None, (*letter.line_ids.mapped("date_due"), *letter.line_ids.mapped("invoice_date")))
            ),
            untranslated=frozenset(lacks) if text else frozenset(),
            free=not (letter.amount_costs or letter.amount_costs_announced),
            protected=protected or letter.regime_id.costs_need_statutory_notice,
            article=letter.regime_id.article or "",
        )

    @api.model
    def _amounts(self, letter):
        """Every amount that the text of a letter may name: of the letter, its lines, and sums of them."""
        own = {
            name: _exact(letter[name])
            for name in (
                "amount_principal", "amount_interest", "amount_interest_day", "amount_costs", "amount_costs_announced",
                "amount_costs_vat", "amount_total", "amount_listed",
            )
        }  # fmt: skip
        costs = own["amount_costs"] or own["amount_costs_announced"]
        yield from own.values()
        yield costs - own["amount_costs_vat"]
        yield own["amount_total"] + own["amount_costs_announced"]
        yield own["amount_principal"] + own["amount_interest"]
        yield own["amount_interest"] + costs
        if letter.legal_type not in wording.FRIENDLY:  # a formal letter may name what the law gives
            yield _exact(letter.regime_id.fixed_compensation)
        lines = letter.line_ids
        demanded = lines.filtered("principal_part")
        late = (lines - demanded).filtered(lambda line: line.date_due and line.date_due < letter.date)
        parts = ("amount_total", "amount_paid", "amount_disputed", "amount_open", "amount_interest")
        for group in (*lines, lines, demanded, late, lines - demanded - late):
            yield from (sum((_exact(line[part]) for line in group), Decimal("0.00")) for part in parts)

    @api.model
    def _signs(self, letter):
        """The ways in which the currency of a letter is written."""
        currency = letter.currency_id
        signs = {currency.name, currency.symbol, get_currency_symbol(currency.name, babel_locale_parse(letter.lang))}
        return (*filter(None, signs), *(("euro", "euros") if currency.name == "EUR" else ()))

    @api.model
    def _names(self, letter):
        """Texts on a letter that others chose: whatever they hold is not ours to judge."""
        company, lines = letter.company_id, letter.line_ids
        yield from (company.name, company.dunning_handover_party, company.dunning_consumer_clause)
        yield from (letter.partner_id.name, letter.contact_id.name, letter.user_id.name)
        yield from (*lines.mapped("label"), *lines.move_id.mapped("name"), *lines.move_id.mapped("payment_reference"))

    @api.model
    def _sentence(self, finding):
        """What a reader is told of a finding, on one line; what stops a letter in the words of the gate."""
        words = ", ".join(f"“{word}”" for word in finding.words)
        facts = {"words": words, "count": finding.count, "most": finding.most, "title": finding.title}
        if finding.code == "TEXT_WORDS":
            return self.env._("%(title)s: %(words)s", **facts)
        if finding.code == "TEXT_CAPITALS":
            return self.env._("Written in capitals: %(words)s. Capitals shout.", **facts)
        if finding.code == "TEXT_LENGTH":
            return self.env._("The letter has %(count)s words. The level wants %(most)s at most.", **facts)
        if finding.code == "TEXT_SENTENCE":
            return self.env._("A sentence of %(count)s words. The level wants %(most)s at most.", **facts)
        if finding.code == "TEXT_LANGUAGE" and not finding.red:
            return self.env._("The text is not translated to the language of the debtor, so he reads another one.")
        refusal = gate.Refusal(finding.code, "", {"words": finding.words})
        return self.env["dunning.gate"]._sentence(refusal, False)


def _exact(amount):
    """An amount of the record to the cent."""
    return Decimal(str(round(amount or 0, 2))).quantize(Decimal("0.01"))


def _blocks(body):
    """The pieces of an HTML text with the place of each, and how many marks have nothing in them."""
    blocks, empty, open_text = [], 0, []

    def close(kind):
        if text := "".join(open_text).strip():
            blocks.append(wording.Block(text, kind))
        open_text.clear()

    def walk(node, kind):
        nonlocal empty
        if not isinstance(node.tag, str) or node.tag in SILENT:
            return
        inner = _kind(node, kind)
        own = node.tag in BLOCKS or inner != kind
        if own:
            close(kind)
        open_text.append(node.text or "")
        for child in node:
            walk(child, inner)
            open_text.append(child.tail or "")
        if own:
            close(inner)
        if node.tag in MARKS and not "".join(node.itertext()).strip() and node.find(".//img") is None:
            empty += 1

    walk(html.fragment_fromstring(str(body), create_parent="div"), wording.PROSE)
    return blocks, empty


def _kind(node, around):
    if around != wording.PROSE:
        return around
    if SIGNATURE in re.split(r"\s+", node.get("class") or ""):
        return wording.SIGNATURE
    return wording.TABLE if node.tag == "table" else around
