"""Which open claims a receipt on the bank points to, why, and how certainly. The table stands in docs/receipts.md.

Whoever pays knows a number, a reference, his account and his name; the bank passes on what it likes of these. A letter
is stopped when it is likely enough that its debtor paid (``CERTAIN``, ``LIKELY``); what is only possible is shown.
"""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from .facts import ZERO
from .receipt_text import MEDIUM, SHORT, STRONG, Reading, Text, account, keys_of, name_words, reference_key

CERTAIN, LIKELY, WEAK = "certain", "likely", "weak"
STOPS = frozenset({CERTAIN, LIKELY})
LETTER, STRUCTURED, NUMBER, PARTNER, ACCOUNT, NAME, AMOUNT = (
    "letter", "structured", "number", "partner", "account", "name", "amount",
)  # fmt: skip
TEXT = frozenset({LETTER, STRUCTURED, NUMBER})
# So many debtors may share an account, a name or a number and still all be told of; of more nobody is.
SHARED_BY = 3
# Less than this says nothing by itself, whoever owes it.
TRIVIAL = Decimal("25.00")
# A word of more names than this leads to nobody.
COMMON = 50


class Owed(NamedTuple):
    """One open claim: ``numbers`` by which its debtor knows it, ``also`` what else he may call it (his order, ours),
    ``reference`` that he was asked to pay with, ``due`` as ISO text. ``rest``: its principal is paid, and ``amount`` is
    what is left of the costs and interest that letters asked."""

    line_id: int
    debtor: int
    currency: str
    amount: Decimal
    numbers: tuple[str, ...]
    also: tuple[str, ...] = ()
    reference: str | None = None
    due: str | None = None
    rest: bool = False

    @property
    def place(self) -> tuple[bool, str, int]:
        """Its place among others: the oldest first, those without a due date before them, rests after all of them."""
        return self.rest, self.due or "", self.line_id


class Person(NamedTuple):
    """A debtor: his names (his own, those of his contacts) and the numbers of his bank accounts."""

    id: int
    names: tuple[str, ...]
    accounts: tuple[str, ...] = ()


class Asked(NamedTuple):
    """A letter that went out: what it asked altogether, for which claims, the key of its reference if it has one."""

    currency: str
    total: Decimal
    line_ids: frozenset[int]
    reference: str = ""


class Receipt(NamedTuple):
    """A line of the bank that is not booked; ``debtor`` is whom it names already, ``account`` from which it came."""

    id: int
    currency: str
    amount: Decimal
    text: str
    account: str = ""
    name: str = ""
    debtor: int | None = None


class Part(NamedTuple):
    """That a receipt points to one claim, why, and how much of it would go there (0: nothing is left for it)."""

    line_id: int
    debtor: int
    reason: str
    amount: Decimal


class Found(NamedTuple):
    """What a receipt points to. ``shared``: to one of several debtors, and nothing says to which."""

    parts: tuple[Part, ...] = ()
    certainty: str = ""
    shared: bool = False

    @property
    def stops(self) -> bool:
        """Whether letters to these debtors wait."""
        return self.certainty in STOPS


NOTHING = Found()


class Book:
    """What is owed, to look receipts up in: built once, asked for every receipt."""

    def __init__(
        self,
        claims: Iterable[Owed],
        people: Iterable[Person] = (),
        letters: Iterable[Asked] = (),
        own_accounts: Iterable[str] = (),
    ):
        self._claims = {claim.line_id: claim for claim in claims}
        self._own = frozenset(account(number) for number in own_accounts)
        self._of, self._by_amount = defaultdict(list), defaultdict(list)
        for claim in sorted(self._claims.values(), key=lambda claim: claim.place):
            self._of[claim.debtor].append(claim)
            self._by_amount[claim.currency, claim.amount].append(claim)
        self._letters, self._by_reference = defaultdict(list), defaultdict(list)
        for letter in letters:
            for line_id in letter.line_ids & self._claims.keys():
                self._letters[line_id].append(letter)
            if letter.reference:
                self._by_reference[letter.reference].append(letter)
        self._set_numbers()
        self._set_people(people)

    def _set_numbers(self):
        """By which keys claims may be called: ``{key: {line id: strength}}``, and references with check digits."""
        self._numbers, self._references = defaultdict(dict), defaultdict(list)
        for claim in self._claims.values():
            if key := reference_key(claim.reference):
                self._references[key].append(claim.line_id)
            called = dict.fromkeys(claim.also, MEDIUM) | dict.fromkeys((*claim.numbers, claim.reference or ""), STRONG)
            for number, most in called.items():
                for key, strength in keys_of(number):
                    known = self._numbers[key].get(claim.line_id, SHORT)
                    self._numbers[key][claim.line_id] = max(known, min(strength, most))
        self._reading = Reading({*self._numbers, *self._by_reference})

    def _set_people(self, people):
        """Debtors with something open by their accounts, and by the rarest word of their names."""
        self._accounts, named = defaultdict(set), defaultdict(set)
        for person in people:
            if person.id not in self._of:
                continue
            for number in person.accounts:
                self._accounts[account(number)].add(person.id)
            for words in filter(None, map(name_words, person.names)):
                named[words].add(person.id)
        # a name that many have is nobody's
        self._names = {words: ids for words, ids in named.items() if len(ids) <= SHARED_BY}
        self._by_word = defaultdict(list)
        for words in self._names:
            for word in words:
                self._by_word[word].append(words)
        self._by_rarest = defaultdict(list)
        for words in self._names:
            self._by_rarest[min(words, key=lambda word: (len(self._by_word[word]), word))].append(words)

    # -- asking ---------------------------------------------------------------------------------------------------

    def find_all(self, receipts: Iterable[Receipt]) -> dict[int, Found]:
        """What each receipt points to, by its id. Of several that would pay more than a claim none is certain.

        What is certainly paid by one is not where another goes that says nothing but whose it is.
        """
        receipts = list(receipts)
        found = {receipt.id: self.find(receipt) for receipt in receipts}
        said, taken = defaultdict(lambda: ZERO), defaultdict(lambda: ZERO)
        for answer in found.values():
            for part in answer.parts:
                if answer.certainty == CERTAIN or (answer.stops and part.reason in TEXT):
                    said[part.line_id] += part.amount
                if answer.certainty == CERTAIN:
                    taken[part.line_id] += part.amount
        twice = {line_id for line_id, amount in said.items() if amount > self._claims[line_id].amount}
        for receipt in receipts:
            answer = found[receipt.id]
            if answer.certainty == CERTAIN and any(part.line_id in twice for part in answer.parts):
                found[receipt.id] = answer._replace(certainty=LIKELY)
            elif answer.certainty == LIKELY and any(taken[p.line_id] and p.reason not in TEXT for p in answer.parts):
                found[receipt.id] = self._elsewhere(receipt, answer, taken)
        return found

    def _elsewhere(self, receipt, answer, taken):
        """Where a receipt goes that says only whose it is: not to what others certainly pay, unless nothing else is."""
        debtors = sorted({part.debtor for part in answer.parts})
        claims = [claim for debtor in debtors for claim in self._oldest(receipt, debtor, taken)]
        return self._found(receipt, claims, answer.parts[0].reason, answer.certainty, answer.shared, taken)

    def find(self, receipt: Receipt) -> Found:
        """What one receipt points to; what comes from an account of our own, or is no receipt, to nothing."""
        if receipt.amount <= 0 or account(receipt.account) in self._own:
            return NOTHING
        text = self._reading.taken_apart(receipt.text)
        accounts = {account(receipt.account)} if receipt.account else text.accounts
        if receipt.debtor:
            known, reason = {receipt.debtor}, PARTNER
        else:
            known, reason = set().union(*(self._accounts.get(number, ()) for number in accounts)), ACCOUNT
        named, possible = self._named(receipt, text), None
        for answer in (
            self._by_text(receipt, text, known, named),
            self._by_debtor(receipt, known & self._of.keys(), named, reason),
            self._by_name(receipt, named),
            self._alone(receipt),
        ):
            if answer and answer.stops:
                return answer
            possible = possible or answer
        return possible or NOTHING

    def _by_text(self, receipt: Receipt, text: Text, known: set, named: set) -> Found | None:
        """A reference or a number in the text."""
        contested = set()
        called = self._asked(text, contested) or self._called(receipt, text, known, named, contested)
        if not called:
            return None
        claims = self._in_order(called)
        reasons = {line_id: reason for line_id, (reason, _strength) in called.items()}
        confirmed = {claim.debtor for claim in claims} <= (known or named)
        exact = self._is_exact(receipt, claims)
        contested &= called.keys()
        shared = bool(contested) and len({claim.debtor for claim in claims}) > 1
        certainty = self._certainty(receipt, text, claims, called, exact, confirmed, bool(known))
        if contested and certainty == CERTAIN:
            certainty = LIKELY
        return self._found(receipt, claims, reasons, certainty, shared)

    def _asked(self, text, contested):
        """The claims of letters whose reference stands in the text, as ``_called`` gives them.

        :param contested: gets them where another letter or an invoice has the same one.
        """
        found = {}
        for key in (*text.references, *text.numbers):
            letters = self._by_reference.get(key, ())
            lines = frozenset().union(*(letter.line_ids for letter in letters)) & self._claims.keys()
            if len(letters) > 1 or (lines and not lines.issuperset(self._references.get(key, ()))):
                lines |= {*self._references.get(key, ())}
                contested.update(lines)
            found |= dict.fromkeys(lines, (LETTER, STRONG))
        return found

    def _certainty(self, receipt, text, claims, called, exact, confirmed, is_known):
        """How certain a number in the text is. :param confirmed: account, partner or name say the same debtor."""
        if min(strength for _reason, strength in called.values()) < STRONG:
            if not exact and not confirmed and (is_known or text.looks_dated):
                return WEAK
            return CERTAIN if exact and confirmed else LIKELY
        if is_known and not confirmed:  # somebody pays for another
            return LIKELY
        owed = sum(claim.amount for claim in claims if claim.currency == receipt.currency)
        checked = all(reason in (LETTER, STRUCTURED) for reason, _strength in called.values())
        return CERTAIN if exact or (receipt.amount <= owed and (checked or confirmed)) else LIKELY

    def _called(self, receipt, text, known, named, contested):
        """The claims that the text calls: ``{line id: (reason, strength)}``; weaker ones only of the same debtors.

        :param contested: a set that gets the claims whose number another debtor has as well.
        """
        found = {}
        for key in text.references:
            for id_ in self._fitting(receipt, self._references.get(key, ()), known, named, contested):
                found[id_] = (STRUCTURED, STRONG)
        for key in text.numbers:
            if not (strengths := self._numbers.get(key)):  # of a letter
                continue
            best = max(strengths.values())
            lines = [id_ for id_, strength in strengths.items() if strength == best]
            if best == SHORT:
                lines = [id_ for id_ in lines if self._claims[id_].amount == receipt.amount]
            for id_ in self._fitting(receipt, lines, known, named, contested):
                found.setdefault(id_, (NUMBER, max(best, MEDIUM)))
        strong = {self._claims[id_].debtor for id_, (_reason, strength) in found.items() if strength == STRONG}
        return {id_: called for id_, called in found.items() if not strong or self._claims[id_].debtor in strong}

    def _fitting(self, receipt, line_ids, known, named, contested):
        """Of claims with one number those of whoever it came from, else those of its amount; else all."""
        for debtors in (known, named):
            if own := [id_ for id_ in line_ids if self._claims[id_].debtor in debtors]:
                line_ids = own
                break
        if len(line_ids) > 1 and (same := [id_ for id_ in line_ids if self._claims[id_].amount == receipt.amount]):
            line_ids = same
        debtors = {self._claims[id_].debtor for id_ in line_ids}
        if len(debtors) > 1:
            contested.update(line_ids)
        elif len(line_ids) > 1 and self._claims[line_ids[0]].amount == receipt.amount:
            line_ids = [min(line_ids, key=lambda id_: self._claims[id_].place)]  # one of its instalments
        return line_ids if len(debtors) <= SHARED_BY else ()

    def _by_debtor(self, receipt: Receipt, debtors: set, named: set, reason: str) -> Found | None:
        """The account it came from, or the partner that the line names: his exact claim, or the oldest ones."""
        if not debtors:
            return None
        if len(debtors) > 1:
            debtors = debtors & named or debtors
        exact = {debtor: claims for debtor in debtors if (claims := self._exact_of(receipt, debtor))}
        if len(exact) == 1:
            ((_debtor, claims),) = exact.items()
            return self._found(receipt, claims, reason, CERTAIN if len(debtors) == 1 else LIKELY)
        if len(debtors) > SHARED_BY:
            return None
        claims = [claim for debtor in sorted(debtors) for claim in self._oldest(receipt, debtor)]
        return self._found(receipt, claims, reason, LIKELY, len(debtors) > 1)

    def _by_name(self, receipt: Receipt, named: set) -> Found | None:
        """A name with the exact amount; a name alone is only shown."""
        exact = {debtor: claims for debtor in named if (claims := self._exact_of(receipt, debtor))}
        if 0 < len(exact) <= SHARED_BY:
            claims = [claim for debtor in sorted(exact) for claim in exact[debtor]]
            return self._found(receipt, claims, NAME, LIKELY, len(exact) > 1)
        if len(named) == 1:
            (debtor,) = named
            return self._found(receipt, self._oldest(receipt, debtor), NAME, WEAK)
        return None

    def _alone(self, receipt: Receipt) -> Found | None:
        """An amount that is exactly one claim and no trifle: possible, and no more."""
        claims = self._by_amount.get((receipt.currency, receipt.amount), ())
        if len(claims) != 1 or receipt.amount < TRIVIAL:
            return None
        return self._found(receipt, claims, AMOUNT, WEAK)

    # -- amounts --------------------------------------------------------------------------------------------------

    def _in_order(self, line_ids):
        claims = [self._claims[id_] for id_ in line_ids]
        return sorted(claims, key=lambda claim: claim.place)

    def _is_exact(self, receipt, claims):
        """Whether the receipt is to the cent what is open of these claims, or what a letter about them asked."""
        if any(claim.currency != receipt.currency for claim in claims):
            return False
        if sum(claim.amount for claim in claims) == receipt.amount:
            return True
        ids = {claim.line_id for claim in claims}
        letters = self._letters.get(claims[0].line_id, ())
        return any(
            letter.total == receipt.amount and letter.line_ids & self._claims.keys() == ids for letter in letters
        )

    def _exact_of(self, receipt, debtor):
        """The claims of a debtor that the receipt is to the cent: one, all, or those of a letter; None without."""
        own = [claim for claim in self._of[debtor] if claim.currency == receipt.currency]
        same = [claim for claim in own if claim.amount == receipt.amount]
        if same:
            return same[:1]
        # who pays all that he was invoiced may well leave out what is left of costs and interest
        for several in (own, [claim for claim in own if not claim.rest]):
            if several and sum(claim.amount for claim in several) == receipt.amount:
                return several
        for letter in (letter for claim in own for letter in self._letters.get(claim.line_id, ())):
            if (letter.currency, letter.total) == (receipt.currency, receipt.amount):
                return self._in_order(letter.line_ids & self._claims.keys())
        return None

    def _oldest(self, receipt, debtor, taken=None):
        """The oldest claims of a debtor that the amount reaches; of other currencies only where there are no others."""
        own = [claim for claim in self._of[debtor] if claim.currency == receipt.currency]
        found, left = [], receipt.amount
        for claim in own:
            rest = claim.amount - (taken or {}).get(claim.line_id, ZERO)
            if left > 0 and rest > 0:
                found.append(claim)
                left -= rest
        return found or own[:1] or self._of[debtor][:1]

    def _found(self, receipt, claims, reasons, certainty, shared=False, taken=None):
        """The answer, the amount shared out over the claims in their order."""
        parts, left = [], receipt.amount
        for claim in claims:
            rest = max(claim.amount - (taken or {}).get(claim.line_id, ZERO), ZERO)
            part = min(left, rest) if claim.currency == receipt.currency else ZERO
            left -= ZERO if shared else part
            reason = reasons if isinstance(reasons, str) else reasons[claim.line_id]
            parts.append(Part(claim.line_id, claim.debtor, reason, part))
        return Found(tuple(parts), certainty, shared)

    # -- names ----------------------------------------------------------------------------------------------------

    def _named(self, receipt: Receipt, text: Text) -> set[int]:
        """The debtors whose name stands on the receipt: in full, or else those whose name holds that of the bank."""
        own = name_words(receipt.name)
        words = own | text.words
        near = (name for word in words for name in self._few(self._by_rarest, word) if name <= words)
        found = set().union(*(self._names[name] for name in near))
        if not found and own:
            near = (name for word in own for name in self._few(self._by_word, word) if own <= name)
            found = set().union(*(self._names[name] for name in near))
        return found

    def _few(self, by_word, word):
        found = by_word.get(word, ())
        return found if len(found) <= COMMON else ()
