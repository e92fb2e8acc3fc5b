"""How a letter reads: every check before, on and after its limit, in three languages, on plain values."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.cremann_dunning.engine import figures, gate, wording
from odoo.addons.cremann_dunning.engine.wording import (
    CODES,
    EVERYWHERE,
    IN_SUBJECT,
    PROSE,
    RED_CODES,
    SIGNATURE,
    TABLE,
    Block,
    Form,
    Limits,
    Record,
    WordList,
    Written,
    check,
)

D = Decimal
TODAY = date(2026, 11, 16)
DAY = timedelta(days=1)


def months(*names):
    return {name: number for number, name in enumerate(names, start=1)}


FORMS = {
    "nl": Form(
        ",",
        ".",
        months("januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september")
        | {"oktober": 10, "november": 11, "december": 12, "nov": 11, "dec": 12},
    ),
    "fr": Form(",", "\u202f", {"novembre": 11, "décembre": 12, "déc": 12, "janvier": 1}),
    "en": Form(".", ",", {"november": 11, "december": 12, "dec": 12, "may": 5, "january": 1}, day_first=False),
}
# 1210 to pay, as each language writes it, and the same in figures of another.
SHOWN = {"nl": "€\xa01.210,00", "fr": "1\u202f210,00\xa0€", "en": "€1,210.00"}
LANGUAGES = sorted(FORMS)


def record(language="nl", **values):
    values = {
        "legal_type": "reminder",
        "on": TODAY,
        "total": D("1210.00"),
        "amounts": frozenset({D("1210.00")}),
    } | values
    return Record(language=language, **values)


def written(*paragraphs, subject="Factuur 1", language="nl", cells=(), signature=(), empty=0):
    """A letter of these paragraphs, that names what is to be paid in a table of its own."""
    blocks = [*map(Block, paragraphs), Block(SHOWN[language], TABLE)]
    blocks += [Block(cell, TABLE) for cell in cells] + [Block(line, SIGNATURE) for line in signature]
    return Written(subject, tuple(blocks), empty)


def found(text, known=None, language="nl", lists=(), limits=None):
    return check(text, known or record(language), FORMS[language], lists, limits)


def codes(*arguments, **options):
    return [finding.code for finding in found(*arguments, **options)]


# --- a letter as it should be ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("nl", "Beste Jan, wilt u € 1.210,00 uiterlijk op 23 november 2026 betalen?"),
        ("fr", "Cher Jean, pourriez-vous régler 1\u202f210,00 € : au plus tard le 23 novembre 2026 ?"),
        ("en", "Dear John, would you pay €1,210.00 before or on 23 November 2026? None of it was paid."),
    ],
)
def test_a_good_text_has_no_findings(language, text):
    assert found(written(text, language=language), language=language) == ()


def test_every_red_code_is_a_code_of_the_gate():
    assert set(RED_CODES) <= set(gate.CODES)
    assert set(RED_CODES) < set(CODES)


# --- (a) empty places -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Beste {{ object.name }},",
        "Beste ${name},",
        "Beste <t t-out='x'/>",
        "Betaal op %(date)s.",
        "U betaalt object.amount_text nu.",
        "Betaal uiterlijk op False.",
        "Betaal aan None.",
        "Beste , wij schrijven u.",
        "Betaal uiterlijk op .",
        "Factuur () staat open.",
        "Onze brief “” kwam aan.",
        "Notre lettre « » est partie.",
        "Betaal uiterlijk op … aan ons.",
        "Betaal uiterlijk op ... aan ons.",
        "Betaal € uiterlijk morgen.",
    ],
)
def test_an_empty_place_stops_the_letter(text):
    [first, *_rest] = found(written(text))
    assert (first.code, first.red, first.final) == ("TEXT_RESIDUE", True, False)
    assert first.words and first.sentence


@pytest.mark.parametrize("text", ["En dan…", "Even wachten... en klaar.", "Falsehoods", "None of it.", "a (b) c, d."])
def test_what_only_looks_like_an_empty_place(text):
    assert codes(written(text)) == []


def test_a_cell_is_searched_and_a_name_is_not_ours():
    assert codes(written(cells=("False",))) == ["TEXT_RESIDUE"]
    assert codes(written(signature=("False, Utrecht",))) == ["TEXT_RESIDUE"]
    assert codes(written("Beste False Alarm BV,", cells=("None",)), record(names=("False Alarm BV", "None"))) == []


@pytest.mark.parametrize(("empty", "stops"), [(0, []), (1, ["TEXT_RESIDUE"])])
def test_marks_with_nothing_in_them(empty, stops):
    assert codes(written(empty=empty)) == stops


# --- (b) amounts ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "shown", "right"),
    [
        ("nl", "€ 1.210,00", True),
        ("nl", "€\xa01.210,00", True),
        ("nl", "€ 1210,00", True),
        ("nl", "€ 1210", True),
        ("nl", "1.210,00 euro", True),
        ("nl", "EUR 1.210,00", True),
        ("nl", "€ 1.210,-", True),
        ("nl", "€ -1.210,00", True),
        ("nl", "€ 1.209,99", False),
        ("nl", "€ 1.210,01", False),
        ("nl", "€ 1,210.00", False),  # a thousand here, little more than one there
        ("nl", "€ 121.0,00", False),
        ("nl", "€ 12.10,00", False),
        ("nl", "$ 1.210,00", False),
        ("nl", "US$ 1.210,00", False),
        ("nl", "1.210,00 USD", False),
        ("fr", "1\u202f210,00 €", True),
        ("fr", "1 210,00 €", True),
        ("fr", "1210,00 €", True),
        ("fr", "1 210,00 euros", True),
        ("fr", "1\u202f210,01 €", False),
        ("fr", "1.210,00 €", False),
        ("en", "€1,210.00", True),
        ("en", "€ 1210", True),
        ("en", "€1,210.01", False),
        ("en", "€1.210,00", False),
        ("en", "£1,210.00", False),
    ],
)
def test_an_amount_is_one_of_the_record_to_the_cent(language, shown, right):
    text = written(f"U betaalt {shown} nu.", language=language)
    known = record(language, signs=("€", "EUR", "euro", "euros"))
    assert codes(text, known, language) == ([] if right else ["TEXT_AMOUNT"])


@pytest.mark.parametrize(
    "text", ["Dat is 10,4% per jaar.", "Bel +31 30 765 43 21.", "Artikel 6:96 BW.", "Op 16-11-2026."]
)
def test_figures_that_are_no_amounts(text):
    assert codes(written(text)) == []


def test_two_amounts_side_by_side_are_two():
    known = record(amounts=frozenset({D("100.00"), D("25.00")}))
    assert codes(written("€ 100,00 € 25,00"), known) == []
    assert codes(written("100,00 € 25,00 €"), known) == []


def test_an_amount_in_what_an_invoice_was_for_is_not_asked():
    known = record(names=("Abonnement € 25 per maand",))
    assert codes(written(cells=("Abonnement € 25 per maand",)), known) == []
    assert codes(written(cells=("Abonnement € 26 per maand",)), known) == ["TEXT_AMOUNT"]


@pytest.mark.parametrize(
    ("legal_type", "protected", "final"),
    [("reminder", False, False), ("reminder", True, True), ("statutory_notice", False, True)],
)
def test_nobody_overrides_a_wrong_amount_to_a_protected_debtor(legal_type, protected, final):
    [wrong] = found(written("En € 40,00 kosten."), record(legal_type=legal_type, protected=protected))
    assert (wrong.code, wrong.final, wrong.sentence) == ("TEXT_AMOUNT", final, "En € 40,00 kosten.")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_demanded_is_named_in_the_body(language):
    only_subject = Written(SHOWN[language], (Block("Betaal nu."),))
    assert codes(only_subject, language=language) == ["TEXT_TOTAL"]
    assert codes(written(language=language), language=language) == []
    assert codes(only_subject, record(language, total=D("0.00")), language) == []


@given(st.decimals(D("0.01"), D("9999999.99"), places=2), st.sampled_from(LANGUAGES))
def test_every_amount_is_read_back_as_it_was_written(amount, language):
    form = FORMS[language]
    whole, cents = f"{amount:,.2f}".split(".")
    shown = "€ " + whole.replace(",", form.group) + form.decimal + cents
    [(_match, value)] = figures.amounts_in(f"Nu {shown} te betalen.", form, ("€",))
    assert value == amount


# --- (c) days -------------------------------------------------------------------------------------------------------

NOTICE = {"legal_type": "statutory_notice"}


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("nl", "17 november 2026"),
        ("nl", "dinsdag 17 november 2026"),
        ("nl", "17 november"),
        ("nl", "17 nov 2026"),
        ("nl", "17-11-2026"),
        ("nl", "17/11/26"),
        ("nl", "2026-11-17"),
        ("nl", "5 januari"),
        ("fr", "17 novembre 2026"),
        ("fr", "1er décembre 2026"),
        ("fr", "17/11/2026"),
        ("en", "November 17, 2026"),
        ("en", "17th of November 2026"),
        ("en", "11/17/2026"),
        ("en", "December 1"),
    ],
)
def test_a_statutory_notice_names_no_day_ahead(language, shown):
    text = written(f"Betaal voor {shown} alstublieft.", language=language)
    [finding] = found(text, record(language, **NOTICE), language)
    assert (finding.code, finding.red, finding.final) == ("TEXT_DATE", True, True)
    assert finding.words[0] in shown
    assert codes(text, record(language), language) == []  # a reminder does


@pytest.mark.parametrize(("days", "stops"), [(-1, []), (0, []), (1, ["TEXT_DATE"])])
def test_only_days_after_that_of_the_letter(days, stops):
    assert codes(written(f"Op {TODAY + days * DAY}."), record(**NOTICE)) == stops


def test_days_of_its_own_invoices_may_lie_ahead():
    ahead = TODAY + 20 * DAY
    assert codes(written(cells=(str(ahead),)), record(**NOTICE, days=frozenset({ahead}))) == []
    assert codes(written(cells=(str(ahead + DAY),)), record(**NOTICE, days=frozenset({ahead}))) == ["TEXT_DATE"]


@pytest.mark.parametrize("text", ["You may 14 times.", "31-02-2027", "INV/2026-12-0001", "12.345.678", "3 x 17"])
def test_what_only_looks_like_a_day(text):
    assert codes(written(text, language="en"), record("en", **NOTICE), "en") == []


# --- (c, d) words ---------------------------------------------------------------------------------------------------


def a_list(*words, **values):
    values = {"language": "nl", "legal_types": frozenset({"reminder"}), "red": True} | values
    return WordList("A threat", words=words, **values)


@pytest.mark.parametrize(
    ("word", "text", "hit"),
    [
        ("deurwaarder", "De Deurwaarder komt.", "Deurwaarder"),
        ("deurwaarder", "De deurwaarders komen.", None),
        ("deurwaarder*", "De deurwaarders komen.", "deurwaarders"),
        ("*kosten", "Incassokosten komen erbij.", "Incassokosten"),
        ("kosten", "Incassokosten komen erbij.", None),
        ("uit handen", "Wij geven het uit\n handen.", "uit handen"),
        ("huissier", "L’huissier passe.", "huissier"),
        ("d'huissier", "Pas d’huissier.", "d'huissier"),
        ("*", "Alles.", None),
    ],
)
def test_a_word_stands_by_itself_unless_it_has_a_star(word, text, hit):
    findings = found(written(text), lists=[a_list(word)])
    assert [f.words for f in findings] == ([(hit,)] if hit else [])
    assert all(f.title == "A threat" and f.code == "TEXT_WORDS" and f.red and not f.final for f in findings)


def test_what_a_list_allows_is_passed_over():
    lists = [a_list("kosten", allowed=("zonder kosten",))]
    assert codes(written("U betaalt nu zonder kosten."), lists=lists) == []
    assert codes(written("Zonder kosten nu, anders met kosten."), lists=lists) == ["TEXT_WORDS"]


@pytest.mark.parametrize(
    "values",
    [{"language": "fr"}, {"legal_types": frozenset({"final_notice"})}, {"place": IN_SUBJECT}],
)
def test_a_list_of_another_language_type_or_place_says_nothing(values):
    assert codes(written("De deurwaarder komt."), lists=[a_list("deurwaarder", **values)]) == []


def test_where_a_list_looks():
    text = written("Dag.", subject="Eerste herinnering", cells=("To pay",), signature=("Kind regards",))
    assert codes(text, lists=[a_list("eerste herinnering", place=IN_SUBJECT)]) == ["TEXT_WORDS"]
    assert codes(text, lists=[a_list("to pay")]) == []
    assert len(codes(text, lists=[a_list("to pay", "kind regards", place=EVERYWHERE)])) == 2


def test_words_of_costs_only_where_none_are_asked():
    lists = [a_list("kosten", only_free=True)]
    assert codes(written("De kosten."), record(free=True), lists=lists) == ["TEXT_WORDS"]
    assert codes(written("De kosten."), record(free=False), lists=lists) == []


def test_names_are_not_judged_and_stand_in_the_sentence():
    lists = [a_list("advocaat", "deurwaarder")]
    known = record(names=("Advocaat Jansen BV",))
    assert codes(written("Beste Advocaat Jansen BV,"), known, lists=lists) == []
    [finding] = found(written("Dag. Advocaat Jansen BV wacht de deurwaarder. Ja."), known, lists=lists)
    assert (finding.words, finding.sentence) == (("deurwaarder",), "Advocaat Jansen BV wacht de deurwaarder.")


def test_a_red_word_in_a_statutory_notice_is_final_and_an_amber_one_stops_nothing():
    types = frozenset({"statutory_notice"})
    [red] = found(written("Per omgaande."), record(**NOTICE), lists=[a_list("per omgaande", legal_types=types)])
    [amber] = found(
        written("Per omgaande."), record(**NOTICE), lists=[a_list("per omgaande", legal_types=types, red=False)]
    )
    assert (red.final, amber.red, amber.final) == (True, False, False)


# --- (d) capitals ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shouts"),
    [
        ("BETAAL NU", False),  # two letters are no word to shout
        ("BETAAL METEEN", True),
        ("ONMIDDELLIJK", True),
        ("BETAALT", False),
        ("IBAN en BTW", False),
        ("SEPA/QR NL91 ABNA", False),
        ("LAATSTE-WAARSCHUWING", True),
    ],
)
def test_capitals(text, shouts):
    assert codes(written(text)) == (["TEXT_CAPITALS"] if shouts else [])


def test_a_title_in_capitals_where_the_letter_has_one():
    title = "INGEBREKESTELLING factuur 1"
    assert codes(written(subject=title), record(legal_type="notice_of_default")) == []
    assert codes(written(subject=title)) == ["TEXT_CAPITALS"]
    assert codes(written("Beste BAKKERIJ JANSEN,"), record(names=("BAKKERIJ JANSEN",))) == []


# --- (e) length -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("most", "finding"), [(4, ["TEXT_LENGTH"]), (5, []), (6, []), (0, [])])
def test_words_of_the_body(most, finding):
    text = written("Beste Jan,", "Wilt u betalen? 23 11", cells=("nog tien woorden",), signature=("De heer Smit",))
    assert codes(text, limits=Limits(words=most)) == finding


@pytest.mark.parametrize(("most", "finding"), [(3, ["TEXT_SENTENCE"]), (4, []), (5, []), (0, [])])
def test_words_of_a_sentence(most, finding):
    text = written("Kort. Dit is vier woorden. Ook kort: twee delen.", cells=("een cel met zeer veel woorden erin",))
    findings = found(text, limits=Limits(sentence=most))
    assert [f.code for f in findings] == finding
    assert all((f.count, f.most, f.sentence) == (4, 3, "Dit is vier woorden.") for f in findings)


# --- (f) language ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("lacks", "reds"), [((), []), (("subject", "body"), [False]), (("body",), [True])])
def test_a_text_that_is_translated_by_half_stops(lacks, reds):
    findings = found(written(), record(untranslated=frozenset(lacks)))
    assert [(f.code, f.red) for f in findings] == [("TEXT_LANGUAGE", red) for red in reds]


# --- what the screen shows ------------------------------------------------------------------------------------------


def test_the_sentence_in_which_something_was_found():
    blocks = (Block("Dag. U bent in\xa0verzuim. Tot ziens."), Block("€ 1\u202f210,00", TABLE))
    assert wording.sentence_with(blocks, ("In Verzuim",)) == "U bent in verzuim."
    assert wording.sentence_with(blocks, ("niets", "€ 1210,00")) == "€ 1 210,00"
    assert wording.sentence_with(blocks, ("verzui", "", " ")) == ""


def test_what_stops_comes_first():
    text = written("ONMIDDELLIJK betalen, € 5,00.", empty=1)
    assert codes(text) == ["TEXT_RESIDUE", "TEXT_AMOUNT", "TEXT_CAPITALS"]


def test_the_gate_stops_for_what_is_red_and_for_nothing_else():
    law = gate.Law("Rules", "art. 1", hours=None)
    letter = gate.Letter("reminder", "business", "email", TODAY, ())
    amber = wording.Finding("TEXT_WORDS", False, ("x",))
    red = (wording.Finding("TEXT_WORDS", True, ("x",)), wording.Finding("TEXT_WORDS", True, ("y", "x")))
    assert gate.check(replace(letter, findings=(amber,)), law) == ()
    [refusal] = gate.check(replace(letter, findings=(amber, *red)), law)
    assert (refusal.code, refusal.facts["words"], refusal.final) == ("TEXT_WORDS", ("x", "y"), False)
    final = wording.Finding("TEXT_WORDS", True, ("z",), final=True)
    assert gate.check(replace(letter, findings=(*red, final)), law)[0].final


def test_prose_is_the_usual_place():
    assert Block("x").kind == PROSE
