import re
from decimal import ROUND_HALF_UP, Decimal

from lxml import html

from odoo import api, models
from odoo.tools import SQL

from ...engine import gate, others, rules, wording
from ...tools import spelling

# Elements that begin a piece of text of their own.
BLOCKS = {"p", "div", "td", "th", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "br", "hr"}
# Elements whose content is no text, and marks that are wrong when nothing is in them.
SILENT, MARKS = {"style", "script", "head", "title"}, {"strong", "b", "em", "i", "u"}
SIGNATURE = "o_dunning_signature"
# Marks of QWeb that put something in the place of their content.
PRINTING = ("t-out", "t-esc", "t-raw", "t-field", "t-call")


class DunningWording(models.AbstractModel):
    """Asks ``engine.wording`` how letters read: gathers what their records know in a fixed number of queries."""

    _name = "dunning.wording"
    _description = "How letters read"

    @api.model
    def _check(self, letters, texts=None, theirs=None):
        """What is to be said of the text of each of these letters of one company.

        :param texts: ``{letter: (subject, body)}`` of letters that are not frozen yet.
        :param theirs: ``_others`` of these letters, when it is known already.
        :return: ``{letter: tuple of engine.wording.Finding}``; none for a letter without a text.
        """
        written = {letter: self._written(letter, texts) for letter in letters}
        with_text = letters.filtered(lambda letter: written[letter])
        if not with_text:
            return dict.fromkeys(letters, ())
        lists = self.env["dunning.word.list"]._for_company(with_text.company_id)
        own_words = self._own_words(with_text)
        later = self._later_steps(with_text)
        theirs = theirs or self._others(with_text)
        found = dict.fromkeys(letters, ())
        for letter in with_text:
            form = spelling.form(letter.lang)
            record = self._record(letter, own_words, later, theirs[letter])
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
    def _plain_text(self, body):
        """The words of a rendered text as the gate searches them, None when there is none yet."""
        return " ".join(block.text for block in _blocks(body)[0]) if body else None

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
    def _record(self, letter, own_words, later, theirs):
        """What the record of a letter knows, to measure its text against."""
        currency = letter.currency_id
        text = letter._letter_text().id
        source = letter.lang == "en_US"
        lacks = {name for name in ("subject", "body") if not source and (text, name, letter.lang) not in own_words}
        protected = letter.debtor_kind in (*rules.PROTECTED_KINDS, False, "")
        steps = later[letter.procedure_id, letter.lang]
        return wording.Record(
            legal_type=self._manner(letter),
            language=letter.lang[:2],
            on=letter.date,
            amounts=frozenset(self._amounts(letter)),
            total=_exact(letter.amount_total, currency),
            signs=spelling.signs(currency.name, currency.symbol, letter.lang),
            digits=currency.decimal_places,
            own=theirs.own,
            names=(*theirs.values, *(name for place, name in steps if place > letter.level_id.sequence)),
            days=frozenset(
                filter(None, (*letter.line_ids.mapped("date_due"), *letter.line_ids.mapped("invoice_date")))
            ),
            untranslated=frozenset(lacks) if text else frozenset(),
            # what is left of an invoice that is paid is costs and interest
            free=not (letter.amount_costs or letter.amount_costs_announced or any(letter.line_ids.mapped("is_rest"))),
            protected=protected or letter.regime_id.costs_need_statutory_notice,
            article=letter.regime_id.article or "",
        )

    @api.model
    def _manner(self, letter):
        """Whose manners a letter has: an open question is as friendly as a notice before anything is due."""
        return rules.PRE_DUE if letter.legal_type == rules.QUESTION else letter.legal_type

    @api.model
    def _amounts(self, letter):
        """Every amount that the text of a letter may name: of the letter, its lines, and sums of them."""
        currency = letter.currency_id
        own = {
            name: _exact(letter[name], currency)
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
        if self._manner(letter) not in wording.FRIENDLY:  # a formal letter may name what the law gives
            yield _exact(letter.regime_id.fixed_compensation, currency)
        if found := letter._cost_tiers():
            tiers, scale, _costs = found
            yield from (amount for tier in tiers for amount in (tier.base, tier.part, tier.costs))
            yield from filter(None, (scale.minimum, scale.maximum))
        yield from letter._answer_amounts()
        for payments in letter._returned().values():
            yield from (_exact(payment.amount, currency) for payment in payments)
        lines = letter.line_ids
        demanded = lines.filtered("principal_part")
        late = (lines - demanded).filtered(lambda line: line.date_due and line.date_due < letter.date)
        parts = ("amount_total", "amount_paid", "amount_disputed", "amount_open", "amount_interest")
        for group in (*lines, lines, demanded, late, lines - demanded - late):
            yield from (sum((_exact(line[part], currency) for line in group), Decimal(0)) for part in parts)

    @api.model
    def _others(self, letters):
        """What in the text of each letter others chose, as ``engine.others.Others``; in a fixed number of queries."""
        found, own = {}, {}
        letters.sudo().line_ids.move_id.mapped("ref")  # read for all letters at once; sudo: as below
        helping = letters._help_texts()
        for letter in letters:
            text = letter._letter_text().sudo()  # sudo: whoever checks a letter need not be able to open its text
            key = text, letter.lang
            if key not in own:
                own[key] = _own_text(text.with_context(lang=letter.lang))
            values = tuple(dict.fromkeys(value for value in self._names(letter.sudo()) if value))  # sudo: as above
            values += tuple(
                filter(None, helping.get(letter, "").splitlines())
            )  # where help is found is no word of ours
            typed = letter._typed()  # by ourselves, for this one letter
            found[letter] = others.Others(values, f"{own[key]} {others.plain(typed)}" if typed else own[key])
        return found

    @api.model
    def _names(self, letter):
        """Texts on a letter that others chose: whatever they hold is not ours to judge."""
        company, lines, moves, user = letter.company_id, letter.line_ids, letter.line_ids.move_id, letter.user_id
        yield from (letter.name, *letter._party_names(), company.dunning_consumer_clause)
        for partner in (letter.partner_id, letter.contact_id, company.partner_id, user.partner_id):
            yield from (
                partner.name,
                partner.display_name,
                partner.commercial_company_name,
                partner.ref,
                partner.function,
            )
            yield from (partner.street, partner.street2, partner.zip, partner.city, partner.state_id.name)
            yield from (" ".join(filter(None, (partner.zip, partner.city))), partner.country_id.name)
            yield from (partner.vat, partner.company_registry, partner.email, partner.phone)
        yield from (company.company_registry, letter.shown_reference)
        yield from letter._answer_names()
        yield from letter._issuer_words()
        for bank in letter.bank_account_id:
            yield from (bank.acc_holder_name, bank.acc_number, bank.bank_id.name)
        for line in lines:
            yield from (line.number, line.label, line._shown_label(), line._shown_order())
        for name in ("name", "ref", "payment_reference", "invoice_origin"):
            yield from moves.mapped(name)

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


def _exact(amount, currency):
    """An amount of the record with the decimals of its currency."""
    return Decimal(str(amount or 0)).quantize(Decimal(1).scaleb(-currency.decimal_places), rounding=ROUND_HALF_UP)


def _own_text(template):
    """The words of the body of a text itself, without what is filled in; in the form of ``engine.others.plain``."""
    words = []

    def walk(node):
        silent = not isinstance(node.tag, str) or node.tag in SILENT
        if not silent and not any(name in node.attrib for name in PRINTING):
            words.append(node.text or "")
            for child in node:
                walk(child)
        words.append(node.tail or "")

    if template.body_html:
        walk(html.fragment_fromstring(str(template.body_html), create_parent="div"))
    return others.plain("".join(words))


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
