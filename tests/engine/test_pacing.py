"""Days of quiet after a contact by its way and the kind of debtor, and caps on contacts: before, on and after a day."""

from dataclasses import replace

import pytest

from odoo.addons.cremann_dunning.engine import pacing
from odoo.addons.cremann_dunning.engine.facts import Contact, Debtor, Group, Reached
from odoo.addons.cremann_dunning.engine.recipient import choose
from odoo.addons.cremann_dunning.engine.rules import (
    FINAL_NOTICE,
    HANDOVER,
    NOTICE_OF_DEFAULT,
    PRE_DUE,
    REMINDER,
    STATUTORY_NOTICE,
    House,
)

from .support import claim, codes, day, ladder, level, only, run

CALL = ladder(level(1, 1, legal_type="call"))
QUIET = House(quiet=(("letter", 3, 5), ("mail", 2, 4), ("call", 3, 6), ("message", 1, 2)))
DAYS = {
    ("letter", "business"): 3, ("letter", "consumer"): 5, ("mail", "business"): 2, ("mail", "consumer"): 4,
    ("call", "business"): 3, ("call", "consumer"): 6, ("message", "business"): 1, ("message", "consumer"): 2,
    ("call", "public"): 3, ("call", "unknown"): 6,
}  # fmt: skip


def contact(way, ago):
    """A debtor who was reached in this way so many days ago."""
    return {"spoken_on": day(-ago)} if way == "call" else {"reached": (Reached(way, day(-ago)),)}


def mails(*ago, partner_id=0):
    return tuple(Reached("mail", day(-days), partner_id) for days in ago)


@pytest.mark.parametrize(("way", "kind"), DAYS)
@pytest.mark.parametrize("past", [-1, 0, 1])
@pytest.mark.parametrize(("rules", "free"), [(ladder(), "LETTER"), (CALL, "CALL_DUE")])
def test_quiet_days(way, kind, past, rules, free):
    """A letter and a call alike wait; on the last day of quiet itself, and not on the day after."""
    days = DAYS[way, kind]
    found = only(run(claim(kind=kind), rules=rules, house=QUIET, **contact(way, days + past)))
    if past >= 0:
        assert found.code == free
        return
    assert (found.code, found.on) == ("SPOKEN_RECENTLY" if way == "call" else "QUIET", day(1))
    assert found.facts["days"] == days
    assert found.facts.get("way", "call") == way


def test_one_protected_claim_on_a_letter_is_enough():
    facts = contact("mail", 3)
    assert codes(run(claim(1), claim(2), house=QUIET, **facts)) == {1: "LETTER", 2: "LETTER"}
    assert codes(run(claim(1), claim(2, kind="consumer"), house=QUIET, **facts)) == {1: "QUIET", 2: "QUIET"}


def test_the_contact_whose_quiet_ends_last_is_told():
    found = only(run(claim(), house=QUIET, spoken_on=day(-2), reached=(Reached("letter", day(-1)),)))
    assert (found.code, found.on, found.facts["way"]) == ("QUIET", day(2), "letter")
    found = only(run(claim(), house=QUIET, spoken_on=day(-1), reached=(Reached("letter", day(-1)),)))
    assert (found.code, found.on) == ("SPOKEN_RECENTLY", day(2)), "of two that end on one day: what was said"


def test_without_a_table_only_what_was_said_has_its_days():
    """As it was decided before there was one, and as records of then are read."""
    house = House(quiet_days=3)
    assert only(run(claim(), house=house, spoken_on=day(-2))).code == "SPOKEN_RECENTLY"
    assert only(run(claim(kind="consumer"), house=house, spoken_on=day(-3))).code == "LETTER"
    assert only(run(claim(), house=house, reached=mails(0))).code == "LETTER"


def test_calls_among_contacts_count_for_the_caps_only():
    """In which of them somebody spoke with the debtor the day of the last such says."""
    assert only(run(claim(), house=QUIET, reached=(Reached("call", day(0)),))).code == "LETTER"


def test_the_quiet_days_of_one_debtor_are_not_those_of_his_group():
    assert only(run(claim(), house=QUIET, reached=mails(0, partner_id=8))).code == "LETTER"


# -- caps ---------------------------------------------------------------------------------------------------------

CAPPED = House(contacts_max=2, contacts_days=7)


@pytest.mark.parametrize(
    ("ago", "until"),
    [
        ((), None), ((1,), None), ((1, 6), 1), ((1, 7), None), ((1, 8), None), ((0, 0), 7), ((0, 3, 6), 4),
        ((3, 3, 3), 4),
    ],
)  # fmt: skip
def test_cap_of_a_debtor(ago, until):
    """At most two contacts in seven days: a third one fits on the day on which the last but one is a week ago."""
    for rules, free in ((ladder(), "LETTER"), (CALL, "CALL_DUE")):
        found = only(run(claim(), rules=rules, house=CAPPED, reached=mails(*ago)))
        assert found.code == ("CAP" if until else free)
        if until:
            assert (found.on, found.facts["date"]) == (day(until), day(until))
            assert (found.facts["number"], found.facts["maximum"], found.facts["days"]) == (len(ago), 2, 7)


def test_all_ways_count():
    reached = (Reached("call", day(-1)), Reached("message", day(-2)))
    assert only(run(claim(), house=CAPPED, reached=reached)).code == "CAP"
    assert only(run(claim(), house=replace(CAPPED, contacts_max=3), reached=reached)).code == "LETTER"


@pytest.mark.parametrize("house", [House(contacts_max=2), House(contacts_days=7)])
def test_half_a_cap_is_none(house):
    assert only(run(claim(), house=house, reached=mails(0, 0, 0))).code == "LETTER"


def test_a_cap_ends_where_it_says():
    found = run(claim(), house=CAPPED, reached=mails(1, 6))
    assert only(run(claim(), house=CAPPED, reached=mails(1, 6), on=only(found).on)).code == "LETTER"


def test_letters_in_two_currencies_are_two_contacts():
    claims = claim(1), claim(2, currency="USD")
    assert codes(run(*claims, house=CAPPED)) == {1: "LETTER", 2: "LETTER"}
    assert sorted(codes(run(*claims, house=CAPPED, reached=mails(1))).values()) == ["CAP", "LETTER"]


GROUP = Group(3, "Holding", 2, 7)


@pytest.mark.parametrize(("ago", "until"), [((1,), None), ((1, 6), 1), ((1, 7), None)])
def test_cap_of_a_group(ago, until):
    """Contacts with others of the group count as those with the debtor himself, which alone have a cap of their own."""
    of_others = mails(*ago[1:], partner_id=8)
    found = only(run(claim(), house=CAPPED, group=GROUP, reached=mails(*ago[:1]) + of_others))
    assert found.code == ("GROUP_CAP" if until else "LETTER")
    if until:
        assert (found.on, found.facts["group"], found.facts["number"]) == (day(until), "Holding", 2)
    assert only(run(claim(), house=CAPPED, reached=mails(*ago[:1]) + of_others)).code == "LETTER"


def test_a_group_without_a_cap_holds_nothing_back():
    group = Group(3, "Holding")
    assert only(run(claim(), group=group, reached=mails(0, 0, 0, partner_id=8))).code == "LETTER"


def test_of_two_limits_the_later_day_is_told():
    found = only(run(claim(), house=CAPPED, group=replace(GROUP, contacts_days=9), reached=mails(2, 3)))
    assert (found.code, found.on) == ("GROUP_CAP", day(6))
    found = only(run(claim(), house=CAPPED, group=replace(GROUP, contacts_days=5), reached=mails(2, 3)))
    assert (found.code, found.on) == ("CAP", day(4))
    both = replace(CAPPED, quiet=QUIET.quiet)
    assert only(run(claim(), house=both, reached=mails(0, 6))).code == "QUIET"
    assert only(run(claim(), house=both, reached=mails(1, 2))).code == "CAP"


# -- the firm -----------------------------------------------------------------------------------------------------

FIRM = House(firm_max=5)


@pytest.mark.parametrize(("places", "code"), [(None, "LETTER"), (0, "FIRM_CAP"), (1, "LETTER")])
def test_places_of_the_firm(places, code):
    found = only(run(claim(), house=FIRM, places=places))
    assert found.code == code
    if code == "FIRM_CAP":
        assert (found.on, dict(found.facts)) == (day(1), {"maximum": 5, "date": day(1)})


def test_the_day_after_is_one_on_which_letters_go_out():
    """Today is a Monday, and letters go out on Thursdays and Mondays."""
    found = only(run(claim(), rules=ladder(weekdays=frozenset({0, 3})), house=FIRM, places=0))
    assert found.on == day(3)


@pytest.mark.parametrize(
    ("legal_type", "code"),
    [
        (REMINDER, "FIRM_CAP"), (FINAL_NOTICE, "FIRM_CAP"), (HANDOVER, "HANDOVER_DUE"),
        (STATUTORY_NOTICE, "LETTER"), (NOTICE_OF_DEFAULT, "LETTER"),
    ],
)  # fmt: skip
def test_a_letter_with_which_a_term_begins_is_never_held_back(legal_type, code):
    rules = ladder(level(1, 1, legal_type=legal_type))
    assert only(run(claim(), rules=rules, house=FIRM, places=0)).code == code


def test_the_letter_with_which_a_term_begins_goes_without_the_one_that_waits():
    rules = ladder(level(1, 1, legal_type=STATUTORY_NOTICE), level(2, legal_type=FINAL_NOTICE))
    had = claim(2, levels_done=frozenset({1}), level_sent_on=day(-30), overdue=60)
    assert codes(run(claim(1), had, rules=rules, house=FIRM, places=0)) == {1: "LETTER", 2: "FIRM_CAP"}


def test_places_of_letters_in_two_currencies():
    claims = claim(1), claim(2, currency="USD")
    assert sorted(codes(run(*claims, house=FIRM, places=1)).values()) == ["FIRM_CAP", "LETTER"]


def test_calls_are_made_by_people_who_see_how_busy_they_are():
    assert only(run(claim(), rules=CALL, house=FIRM, places=0)).code == "CALL_DUE"


def test_how_far_back_contacts_count():
    assert pacing.horizon(House()) == pacing.horizon(House(quiet_days=9)) == 0
    assert pacing.horizon(QUIET) == 5, "calls are looked up by themselves"
    assert pacing.horizon(replace(QUIET, contacts_max=2, contacts_days=30)) == 30
    assert pacing.horizon(replace(QUIET, contacts_days=30)) == 5
    assert pacing.horizon(House(), (10, 0)) == 10


# -- letters to head office ---------------------------------------------------------------------------------------

HEAD = Contact(90, "head")


@pytest.mark.parametrize(
    ("legal_type", "why"),
    [
        (PRE_DUE, ""), (REMINDER, ""), (STATUTORY_NOTICE, "law"), (NOTICE_OF_DEFAULT, "law"), (FINAL_NOTICE, "law"),
        (HANDOVER, "law"),
    ],
)  # fmt: skip
def test_head_office_gets_what_need_not_reach_the_debtor_himself(legal_type, why):
    debtor = replace(run_debtor(), head=HEAD)
    found = choose(debtor, level(1, legal_type=legal_type), House(), debtor.claims)
    assert (found.contact.id, found.himself) == (7 if why else 90, why)


@pytest.mark.parametrize(
    ("kind", "why"), [("business", ""), ("public", ""), ("consumer", "consumer"), ("unknown", "consumer")]
)
def test_what_a_consumer_owes_is_no_business_of_head_office(kind, why):
    debtor = replace(run_debtor(kind), head=HEAD)
    assert choose(debtor, level(1), House(), debtor.claims).himself == why


def test_a_head_office_that_cannot_be_reached_is_passed_over():
    gone = Contact(90, "head", "none", has_address=False)
    found = choose(replace(run_debtor(), head=gone), level(1), House())
    assert (found.contact.id, found.passed, found.himself) == (7, (gone,), "")
    on_paper = Contact(90, "head", "none")
    found = choose(replace(run_debtor(), head=on_paper), level(1), House())
    assert (found.contact, found.channel) == (on_paper, "print")


def test_head_office_comes_before_the_reminder_contact():
    contact_of_his = Contact(8, "reminder")
    debtor = replace(run_debtor(), contacts=(contact_of_his,))
    assert choose(debtor, level(1), House()).contact == contact_of_his
    found = choose(replace(debtor, head=HEAD), level(1), House())
    assert (found.contact, found.together) == (HEAD, ()), "and nobody else gets the same mail"


def run_debtor(kind="business"):
    return Debtor(7, "Debtor", (claim(kind=kind),))
