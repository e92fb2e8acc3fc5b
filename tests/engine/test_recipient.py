"""To whom a letter goes and by which way: the person first, then the channel."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.cremann_dunning.engine import record
from odoo.addons.cremann_dunning.engine.decide import ANY_HOUSE, Question
from odoo.addons.cremann_dunning.engine.facts import Contact, Debtor
from odoo.addons.cremann_dunning.engine.recipient import Recipient, candidates, choose, reaches
from odoo.addons.cremann_dunning.engine.rules import LETTER_CHANNELS, House

from .support import TODAY, claim, ladder, level, only, run

WITH_SERVICE = House(services=frozenset({"snailmail"}))


def reminder(mail_problem="", has_address=True, number=21):
    return Contact(number, "reminder", mail_problem, has_address)


def invoice(mail_problem="", has_address=True):
    return Contact(31, "invoice", mail_problem, has_address)


def debtor(*contacts, **values):
    return Debtor(7, "Debtor", (claim(),), contacts=contacts, **values)


def chosen(who, house=ANY_HOUSE, **rule):
    """Id of the contact and channel; the debtor itself is 7."""
    found = choose(who, level(1, 1, **rule), house)
    return found and (found.contact.id, found.channel)


@pytest.mark.parametrize(
    ("contacts", "expected"),
    [
        ((), (7, "email")),
        ((invoice(),), (31, "email")),
        ((reminder(), invoice()), (21, "email")),
        ((reminder(), reminder(number=22)), (21, "email")),
        # paper to the right person comes before a mail to another one
        ((reminder("none"), invoice()), (21, "print")),
        ((reminder("blacklisted"), invoice()), (21, "print")),
        ((reminder("bounced"),), (21, "print")),
        # who cannot be reached at all is passed over
        ((reminder("none", False), invoice()), (31, "email")),
        ((reminder("bounced", False), invoice("blacklisted", False)), (7, "email")),
        ((reminder("none", False), reminder(number=22)), (22, "email")),
    ],
)
def test_the_first_in_order_who_can_be_reached(contacts, expected):
    assert chosen(debtor(*contacts)) == expected


@pytest.mark.parametrize("channel", ["print", "registered"])
def test_paper_goes_to_the_first_with_a_place(channel):
    assert chosen(debtor(reminder("none")), channel=channel) == (21, channel)
    assert chosen(debtor(reminder(has_address=False), invoice()), channel=channel) == (31, channel)
    assert chosen(debtor(reminder(has_address=False)), channel=channel) == (7, channel)
    assert chosen(debtor(reminder(has_address=False), has_address=False), channel=channel) is None


@pytest.mark.parametrize(
    ("rule", "has_email", "has_address", "expected"),
    [
        # e-mail ends on paper, also when nobody said so
        ({"channel": "email"}, False, True, "print"),
        ({"channel": "email", "fallbacks": ("registered",)}, False, True, "registered"),
        ({"channel": "email", "fallbacks": ("print", "registered")}, False, True, "print"),
        # a registered letter never becomes another one by itself
        ({"channel": "registered"}, True, False, None),
        ({"channel": "registered", "fallbacks": ("email",)}, True, False, "email"),
        ({"channel": "registered", "fallbacks": ("email",)}, False, False, None),
        ({"channel": "registered", "fallbacks": ("email",)}, True, True, "registered"),
        ({"channel": "print", "fallbacks": ("email",)}, True, False, "email"),
        ({"channel": "print"}, True, False, None),
    ],
)
def test_the_ways_of_a_level_in_their_order(rule, has_email, has_address, expected):
    found = choose(debtor(has_email=has_email, has_address=has_address), level(1, 1, **rule), ANY_HOUSE)
    assert (found.channel if found else None) == expected


def test_a_service_that_is_not_there_is_no_way():
    rule = {"channel": "snailmail", "fallbacks": ("print",)}
    assert chosen(debtor(), **rule) == (7, "print")
    assert chosen(debtor(), WITH_SERVICE, **rule) == (7, "snailmail")
    assert chosen(debtor(), channel="snailmail") is None
    assert chosen(debtor(has_address=False), WITH_SERVICE, channel="snailmail") is None


def test_who_was_passed_over_is_told():
    first, second = reminder("bounced", False), invoice("none", False)
    found = choose(debtor(first, second), level(1, 1), ANY_HOUSE)
    assert found == Recipient(Contact(7, "debtor"), "email", (first, second))


def test_the_letter_carries_its_recipient_and_the_decision_says_when_there_is_none():
    (letter,) = run(claim(), contacts=(reminder("none"),)).letters
    assert (letter.recipient.contact.id, letter.channel) == (21, "print")
    out_of_reach = {"has_email": False, "has_address": False}
    assert only(run(claim(), contacts=(reminder("none", False),), **out_of_reach)).code == "NO_ADDRESS"
    (letter,) = run(claim(), contacts=(reminder(),), **out_of_reach).letters
    assert letter.recipient.contact.id == 21


def test_the_level_that_drives_the_letter_chooses_the_way():
    rules = ladder(level(1, 1), level(2, 7, channel="registered"))
    done = {"levels_done": frozenset({1}), "level_sent_on": TODAY.replace(day=1)}
    (letter,) = run(claim(1), claim(2, overdue=60, **done), rules=rules).letters
    assert (letter.level.id, letter.channel) == (2, "registered")


contacts = st.builds(
    Contact,
    st.integers(20, 40),
    st.sampled_from(["reminder", "invoice"]),
    st.sampled_from(["", "none", "blacklisted", "bounced"]),
    st.booleans(),
)


@given(
    st.lists(contacts, max_size=3),
    st.booleans(),
    st.booleans(),
    st.sampled_from(LETTER_CHANNELS),
    st.lists(st.sampled_from(LETTER_CHANNELS), unique=True).map(tuple),
    st.sampled_from([ANY_HOUSE, WITH_SERVICE]),
)
def test_nobody_who_can_be_reached_is_passed_over(found, has_email, has_address, channel, others, house):
    fallbacks = tuple(other for other in others if other != channel)
    who = debtor(*found, has_email=has_email, has_address=has_address)
    rule = level(1, 1, channel=channel, fallbacks=fallbacks)
    recipient, everybody = choose(who, rule, house), list(candidates(who))
    reachable = [c for c in everybody if any(reaches(way, c, house) for way in rule.channels)]
    assert (recipient.contact if recipient else None) == (reachable[0] if reachable else None)
    if recipient:
        before = rule.channels[: rule.channels.index(recipient.channel)]
        assert reaches(recipient.channel, recipient.contact, house)
        assert not any(reaches(way, recipient.contact, house) for way in before)
        assert recipient.passed == tuple(everybody[: everybody.index(recipient.contact)])
        assert recipient.channel in (channel, *fallbacks) or channel == "email"


# --- what was kept before there were contacts -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("has_email", "has_address", "code"),
    [(True, True, "LETTER"), (False, True, "LETTER"), (True, False, "LETTER"), (False, False, "NO_ADDRESS")],
)
def test_a_record_without_contacts_gives_the_same_answer(has_email, has_address, code):
    """As version 3 wrote it: no contacts, no fallbacks, no services."""
    written = json.loads(record.text(debtor(has_email=has_email, has_address=has_address)))
    rules = json.loads(record.text((ladder(level(1, 1)),)))
    assert not {"contacts", "mail_problem"} & set(written[1])
    assert "fallbacks" not in json.dumps(rules)
    (procedure,) = record.load(rules)
    answer = record.replay(record.load(written), {procedure.id: procedure}, Question(TODAY), 1)
    assert answer.code == code


def test_contacts_and_ways_survive_the_record():
    who = debtor(reminder("bounced", False), invoice(), mail_problem="blacklisted", has_email=False)
    rules = ladder(level(1, 1, channel="registered", fallbacks=("print", "email")))
    for value in (who, rules, WITH_SERVICE):
        assert record.load(json.loads(record.text(value))) == value
    assert record.digest(record.text(who)) != record.digest(record.text(replace(who, contacts=())))


# --- whom the invoices name, places, and several at once -----------------------------------------------------


def named(number, mail_problem=""):
    return Contact(number, "addressee", mail_problem)


def at(place, number):
    return Contact(number, "reminder", place=place)


def about(who, *addressees, **rule):
    """Ids of whoever gets a letter over claims with these addressees, the first one first."""
    found = choose(who, level(1, 1, **rule), ANY_HOUSE, [claim(i, addressee=a) for i, a in enumerate(addressees, 1)])
    return [found.contact.id, *(other.id for other in found.together)]


def test_whom_all_invoices_name_comes_before_the_debtor_and_after_a_person_with_the_task():
    who = debtor(named(41), named(42), invoice())
    assert about(who, 41) == [41]
    assert about(who, 42, 42) == [42]
    assert about(who, 41, 42) == [31]
    assert about(who, 41, None) == [31]
    assert about(who, None) == [31]
    assert about(who) == [31]
    assert about(debtor(reminder(), named(41)), 41) == [21]
    assert about(debtor(named(41, "bounced")), 41) == [41], "on paper"
    assert about(debtor(replace(named(41, "bounced"), has_address=False)), 41) == [7]


def test_a_reminder_contact_of_a_place_gets_what_goes_there_and_nothing_else():
    who = debtor(reminder(), at(31, 22), at(32, 23), invoice(), Contact(32, "invoice"))
    assert about(who, 31, 31) == [22]
    assert about(who, 32) == [23]
    assert about(who, 31, 32) == [21]
    assert about(who, None) == [21]
    assert about(debtor(at(31, 22), invoice()), 32) == [31]


def test_a_mail_goes_to_all_who_have_the_task_and_paper_to_the_first():
    who = debtor(reminder(), reminder("none", number=22), reminder(number=23), at(31, 24), invoice())
    assert about(who, None) == [21, 23]
    assert about(who, None, channel="print") == [21]
    assert about(who, 31) == [24]
    assert about(debtor(reminder("none"), reminder(number=22)), None) == [21], "paper to the first"


@given(
    st.lists(st.builds(replace, contacts, place=st.none() | st.sampled_from([31, 32])), max_size=4),
    st.lists(st.none() | st.integers(30, 34), max_size=3),
)
def test_nobody_gets_what_is_none_of_his_business(found, addressees):
    claims = [claim(number, addressee=who) for number, who in enumerate(addressees, 1)]
    recipient = choose(debtor(*found), level(1, 1), ANY_HOUSE, claims)
    one = addressees[0] if len(set(addressees)) == 1 else None
    for contact in (recipient.contact, *recipient.together, *recipient.passed):
        assert contact.role != "reminder" or contact.place in (None, one)
    assert all(other.role == "reminder" and not other.mail_problem for other in recipient.together)
    assert recipient.contact not in recipient.together
