"""How often the firm reaches for a debtor: the days of quiet after a contact, and the caps on contacts.

Three limits, one beside the other. After every contact follow days of quiet, by the way in which it was made and by the
kind of debtor. A debtor, and the debtors of a customer group together, get at most so many contacts in so many days.
And the firm itself makes at most so many in a day, since somebody has to answer what comes back.

The first two hold for letters and calls of any kind: they protect the debtor, and a day more changes no right. The
limit of the firm never holds back a letter from whose receipt a term of the law runs (``LEGAL_DAY``): the debtor would
owe costs or interest from a later day because we are busy. Such a letter takes up its place all the same.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from .facts import Debtor
from .rules import NOTICE_OF_DEFAULT, PROTECTED_KINDS, STATUTORY_NOTICE, House

# The ways in which somebody is reached.
LETTER, MAIL, CALL, MESSAGE = "letter", "mail", "call", "message"
WAYS = (LETTER, MAIL, CALL, MESSAGE)

# Letters with whose receipt a term of the law begins: the free term of a consumer (6:96(6) BW, XIX.2 WER), and the one
# that puts a debtor in default (6:82 BW).
LEGAL_DAY = frozenset({STATUTORY_NOTICE, NOTICE_OF_DEFAULT})


def way_of(channel: str) -> str:
    """The way in which a letter reaches its debtor, by the channel it goes."""
    return MAIL if channel == "email" else LETTER


def quiet_days(house: House, way: str, protected: bool) -> int:
    """How many days nothing follows a contact of this kind.

    :param protected: whether it is about a claim on somebody whom the law protects as a consumer.
    """
    for name, business, consumer in house.quiet:
        if name == way:
            return consumer if protected else business
    return house.quiet_days if way == CALL else 0  # as it was kept before there was a table


def quiet_gate(debtor: Debtor, kinds: Iterable[str], question):
    """Why nothing follows yet on a contact: ``(code, facts, day)``, or None.

    :param kinds: of the claims that are asked; one that is protected is enough.
    """
    protected = bool(PROTECTED_KINDS & set(kinds))
    found = []
    for way, last in _last(debtor).items():
        days = quiet_days(question.house, way, protected)
        if days and question.as_of < last + timedelta(days=days):
            found.append((last + timedelta(days=days), way == CALL, way, last, days))
    if not found:
        return None
    free, spoken, way, last, days = max(found)  # of two that end on one day what was said counts
    if spoken:
        return "SPOKEN_RECENTLY", {"spoken": last, "days": days, "date": free}, free
    return "QUIET", {"way": way, "last": last, "days": days, "date": free}, free


def _last(debtor: Debtor) -> dict[str, date]:
    """The last contact with the debtor himself by every way; of calls those in which somebody spoke with him."""
    last = {CALL: debtor.spoken_on} if debtor.spoken_on else {}
    for one in debtor.reached:
        if one.way != CALL and not one.partner_id and one.on > last.get(one.way, date.min):
            last[one.way] = one.on
    return last


def cap_gate(debtor: Debtor, question, before: int = 0):
    """Why the debtor, or his group, has had enough contacts for now: ``(code, facts, day)``, or None.

    :param before: letters of today that were made for him already.
    """
    house, group, as_of = question.house, debtor.group, question.as_of
    today = [as_of] * before
    own = [one.on for one in debtor.reached if not one.partner_id] + today
    found = []
    if free := full_until(own, house.contacts_max, house.contacts_days, as_of):
        facts = {"number": len(_within(own, house.contacts_days, as_of)), "maximum": house.contacts_max}
        found.append((free, "CAP", facts | {"days": house.contacts_days, "date": free}))
    if group:
        of_all = [one.on for one in debtor.reached] + today
        if free := full_until(of_all, group.contacts_max, group.contacts_days, as_of):
            number = len(_within(of_all, group.contacts_days, as_of))
            facts = {"group": group.name, "number": number, "maximum": group.contacts_max}
            found.append((free, "GROUP_CAP", facts | {"days": group.contacts_days, "date": free}))
    if not found:
        return None
    free, code, facts = max(found, key=lambda one: one[0])
    return code, facts, free


def _within(contacts: Iterable[date], days: int, as_of: date) -> list[date]:
    """Those of these contacts that count on a day: of it and of the days before, so many together."""
    return [on for on in contacts if as_of - timedelta(days=days) < on <= as_of]


def full_until(contacts: Iterable[date], maximum: int, days: int, as_of: date) -> date | None:
    """The first day on which another contact fits, None when it does now. No maximum: there always is room."""
    if not maximum or not days:
        return None
    counted = sorted(_within(contacts, days, as_of), reverse=True)
    return counted[maximum - 1] + timedelta(days=days) if len(counted) >= maximum else None


def firm_gate(debtor: Debtor, procedure, level, question, before: int = 0):
    """Why this letter waits for a day on which the firm has a place for it: ``(code, facts, day)``, or None.

    :param before: letters of today that were made for him already.
    """
    if debtor.places is None or before < debtor.places or level.legal_type in LEGAL_DAY:
        return None
    day = procedure.sending_day(question.as_of + timedelta(days=1))
    return "FIRM_CAP", {"maximum": question.house.firm_max, "date": day}, day


def horizon(house: House, group_days: Iterable[int] = ()) -> int:
    """How many days back contacts have to be known; 0: none at all."""
    days = [max(business, consumer) for way, business, consumer in house.quiet if way != CALL]
    return max((*days, house.contacts_days if house.contacts_max else 0, *group_days), default=0)
