"""The chain of events of one company: how a link is made, and whether links still fit.

Plain Python without Odoo and without the rest of the addon, so that the same file, packed into every export, checks
that export on a machine that has neither: ``python3 verify.py EXPORT.zip``.

A link is one line of JSON with sorted keys and no spaces::

    {"digest":D,"event":{...},"previous":P,"seq":N}

``digest`` is the SHA-256, in hex, of ``previous``, a line feed, ``seq``, a line feed and the event as such a line.
Personal values stand apart, since they may have to be erased: the event holds only the digest of them with a random
salt, and goes on fitting when both are gone.
"""

import argparse
import hashlib
import json
import re
import sys
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

START = "0" * 64
EVENTS, PERSONAL, HEAD, DOCUMENTS = "events.jsonl", "personal.jsonl", "head.json", "documents/"
ERASED, MOVED, CLOCK, UNTOLD = "debtor.erased", "chain.moved", "chain.clock", "chain.untold"
HEX = re.compile(r"[0-9a-f]{64}")
# An event is written down before its transaction ends, and takes its place in the chain after that. So much later than
# another it may come by that alone.
LONGEST = timedelta(hours=1)


def canonical(value) -> str:
    """One line of JSON for a value: keys sorted, no spaces, letters as they are.

    :raises TypeError: a float (money is text here) or what JSON has not.
    """
    if _has_float(value):
        raise TypeError("A float has no place in an event: write amounts as text.")
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def plain(value):
    """A value as it is kept in an event: dicts, lists, text, whole numbers, truth, None.

    Money and days become text, which is exact; signs that no database keeps go.

    :raises TypeError: a float, or something that is none of these.
    """
    if isinstance(value, dict):
        return {str(name): plain(part) for name, part in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(plain(part) for part in value)
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, Decimal | date):  # a datetime is a date
        return str(value)
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    if value is None or isinstance(value, bool | int):
        return value
    raise TypeError(f"{type(value).__name__} has no place in an event: write amounts as Decimal or text.")


def _has_float(value) -> bool:
    if isinstance(value, dict):
        return any(_has_float(part) for part in value.values())
    if isinstance(value, list | tuple):
        return any(_has_float(part) for part in value)
    return isinstance(value, float)


def link_digest(previous: str, seq: int, event: str) -> str:
    """SHA-256 of a link.

    :param previous: digest of the link before, ``START`` for the first. :param event: the event as one line.
    """
    return hashlib.sha256(f"{previous}\n{seq}\n{event}".encode()).hexdigest()


def personal_digest(salt: str, values: dict) -> str:
    """SHA-256 of personal values: the salt, a line feed and the values as a line."""
    return hashlib.sha256(f"{salt}\n{canonical(values)}".encode()).hexdigest()


def file_digest(content: bytes) -> str:
    """SHA-256 of a document."""
    return hashlib.sha256(content).hexdigest()


@dataclass
class Finding:
    """What does not fit, and where. ``seq`` is the first link concerned; ``code`` says what, ``about`` names it.

    ``broken`` is False for what is worth knowing and proves nothing: a clock that was set back, a place that changed.
    """

    seq: int
    code: str
    about: str = ""
    broken: bool = True

    def __str__(self):
        return SENTENCES[self.code].format(seq=self.seq, about=self.about)


SENTENCES = {
    "unreadable": "Event {seq}: this is no event in the form that was written ({about}).",
    "missing": "Event {seq} is missing ({about}).",
    "twice": "Event {seq} stands here a second time, or events were put in another order ({about}).",
    "previous": "Event {seq} does not follow the event before it: one of the two was exchanged.",
    "content": "Event {seq} was changed: its digest is not that of its content.",
    "personal": "Event {seq}: its personal values were changed.",
    "personal_missing": "Event {seq}: its personal values are gone, and no event says that they were erased.",
    "personal_extra": "Personal values of event {seq} belong to no event of the chain.",
    "document": "Event {seq}: the document {about} was changed.",
    "document_missing": "Event {seq}: the document {about} is gone.",
    "head": "Event {seq} is not the one that was kept outside ({about}): the chain was made anew from there or before, "
    "or a backup was restored and went on without what came after it.",
    "cut": "The chain ends before event {seq}, which was kept outside ({about}): what came last was cut off, "
    "or is not in the backup that was restored.",
    "clock": "Event {seq} was recorded before the event that it follows: the clock was set back ({about}).",
    "set_back": "Event {seq}: the clock of the server was set back since the last sealing ({about}).",
    "untold": "Event {seq}: something that happened then could not be written down ({about}).",
    "moved": "Event {seq}: from here on the chain goes on in another database, as after a restored backup ({about}).",
}


@dataclass
class Walk:
    """Follows one chain, link by link, in memory that does not grow with it (except by what is missing).

    :param heads: links that were kept outside the database, ``{seq: digest}``.
    """

    heads: dict[int, str] = field(default_factory=dict)
    seq: int = 0
    digest: str = START
    findings: list[Finding] = field(default_factory=list)
    recorded: str = ""
    # seq of events whose personal values are not there: until a later event says that they were erased
    without: set[int] = field(default_factory=set)

    def follow(self, seq: int, previous: str, digest: str, event: dict, line: str) -> None:
        """One link after the one before. :param event: its content. :param line: the same as one canonical line."""
        if seq > self.seq + 1:
            until = f"up to {seq - 1}" if seq > self.seq + 2 else "only this one"
            self._found(self.seq + 1, "missing", until)
        elif seq <= self.seq:
            self._found(seq, "twice", f"after event {self.seq}")
        elif previous != self.digest:
            self._found(seq, "previous")
        if link_digest(previous, seq, line) != digest:
            self._found(seq, "content")
        kept = self.heads.get(seq)
        if kept and kept != digest:
            self._found(seq, "head", kept[:16])
        self._look_at_clock(seq, event.get("recorded") or "")
        self._read(seq, event)
        self.seq, self.digest = max(seq, self.seq), digest

    def _read(self, seq, event):
        """What events say about the chain itself."""
        kind, facts, recorded = event.get("kind"), event["facts"], event.get("recorded") or ""
        if kind == ERASED:
            self.without -= set(facts.get("events", ()))
        elif kind == MOVED:  # what had no seal yet, and what came before the first sealing there, stand before it
            last = facts.get("seq")
            here = last + 1 if isinstance(last, int) and 0 <= last < seq else seq
            self._found(here, "moved", recorded, broken=False)
        elif kind == CLOCK:
            self._found(seq, "set_back", recorded, broken=False)
        elif kind == UNTOLD:
            self._found(seq, "untold", recorded, broken=False)

    def _look_at_clock(self, seq, recorded):
        """What was written down earlier than an event before it by more than a transaction may take."""
        if recorded >= self.recorded:
            self.recorded = recorded
        elif _apart(recorded, self.recorded) > LONGEST:
            self._found(seq, "clock", f"{recorded} < {self.recorded}", broken=False)
            self.recorded = recorded

    def gone(self, seq: int, digest: str) -> None:
        """A link whose seal is there, and whose event is not."""
        self._found(seq, "missing", "its seal is there")
        self.seq, self.digest = max(seq, self.seq), digest

    def personal(self, seq: int, kept: str | None, salt: str | None, values: dict | None) -> None:
        """The personal values of a link. :param kept: their digest in the event. Values that are None are gone."""
        if values is None or salt is None:
            if kept:
                self.without.add(seq)
        elif not kept:
            self._found(seq, "personal_extra")
        elif personal_digest(salt, values) != kept:
            self._found(seq, "personal")

    def document(self, seq: int, name: str, kept: str, found: str | None) -> None:
        """A document that an event names by digest. :param found: the digest of what is there, None for nothing."""
        if found is None:
            self._found(seq, "document_missing", name)
        elif found != kept:
            self._found(seq, "document", name)

    def end(self) -> list[Finding]:
        """Everything found, the first link first."""
        for seq, digest in self.heads.items():
            if seq > self.seq:
                self._found(seq, "cut", digest[:16])
        for seq in self.without:
            self._found(seq, "personal_missing")
        self.without = set()
        self.findings.sort(key=lambda finding: finding.seq)
        return self.findings

    def _found(self, seq: int, code: str, about: str = "", broken: bool = True) -> None:
        self.findings.append(Finding(seq, code, about, broken))


def _apart(earlier, later):
    """How long it is between two moments as events have them; for ever where one is none."""
    try:
        first, second = (datetime.strptime(moment[:19], "%Y-%m-%d %H:%M:%S") for moment in (earlier, later))
    except ValueError:
        return timedelta.max
    return second - first


# -- an export as a file ----------------------------------------------------------------------------------------------


def link_line(seq: int, previous: str, digest: str, event: str) -> str:
    """A link as it stands in an export. :param event: the event as one canonical line."""
    return f'{{"digest":"{digest}","event":{event},"previous":"{previous}","seq":{seq}}}'


def verify_export(path: str, heads: dict[int, str] | None = None) -> Walk:
    """Check an exported file as a whole. :raises ValueError: a file that is no export."""
    walk = Walk(dict(heads or {}))
    try:
        with zipfile.ZipFile(path) as export:
            _verify(export, walk)
    except (zipfile.BadZipFile, KeyError, UnicodeDecodeError, EOFError, NotImplementedError, RuntimeError) as error:
        raise ValueError(f"This is no export of a chain of events, or it was damaged: {error}") from error
    return walk


def _verify(export, walk):
    personal = _Personal(_lines(export, PERSONAL))
    documents = {name[len(DOCUMENTS) :] for name in export.namelist() if name.startswith(DOCUMENTS)}
    for seq, line in enumerate(_lines(export, EVENTS), start=1):
        link = _read_link(line)
        if link is None:
            walk.findings.append(Finding(walk.seq + 1, "unreadable", f"line {seq}"))
            continue
        event = link["event"]
        walk.follow(link["seq"], link["previous"], link["digest"], event, canonical(event))
        salt, values = personal.of(link["seq"], walk)
        walk.personal(link["seq"], event.get("personal"), salt, values)
        for digest in documents & set(event["facts"].get("documents") or ()):
            walk.document(link["seq"], digest[:16], digest, file_digest(export.read(DOCUMENTS + digest)))
            documents.discard(digest)
    for seq in personal.rest():
        walk.findings.append(Finding(seq, "personal_extra"))
    for name in sorted(documents):
        walk.findings.append(Finding(walk.seq, "document", f"{name} (of no event)"))
    _verify_head(export, walk)
    walk.end()


def _verify_head(export, walk):
    """The head that the export itself names is its last link."""
    try:
        head = json.loads(export.read(HEAD))
        seq, digest = head["seq"], head["digest"]
    except (ValueError, TypeError, KeyError):
        walk.findings.append(Finding(walk.seq, "unreadable", HEAD))
        return
    if head.keys() != {"company", "digest", "sealed", "seq"} or canonical(head) + "\n" != export.read(HEAD).decode():
        walk.findings.append(Finding(walk.seq, "unreadable", HEAD))
    elif (seq, digest) != (walk.seq, walk.digest):
        walk.findings.append(Finding(seq, "cut" if seq > walk.seq else "head", HEAD))


def _lines(export, name) -> Iterator[str]:
    with export.open(name) as file:
        for line in file:
            yield line.decode()


def _read_link(line: str) -> dict | None:
    """The link on a line, None where the line is not exactly what would be written."""
    try:
        link = json.loads(line)
        fits = link.keys() == {"digest", "event", "previous", "seq"} and isinstance(link["event"], dict)
        fits = fits and isinstance(link["event"].get("facts"), dict)
        fits = (
            fits and isinstance(link["seq"], int) and HEX.fullmatch(link["digest"]) and HEX.fullmatch(link["previous"])
        )
        return link if fits and canonical(link) + "\n" == line else None
    except (ValueError, TypeError, AttributeError):
        return None


def _read_personal(line: str) -> tuple | None:
    """``(seq, salt, values)`` on a line, None where the line is not exactly what would be written."""
    try:
        entry = json.loads(line)
        seq, salt, values = entry["seq"], entry["salt"], entry["values"]
        fits = canonical(entry) + "\n" == line and isinstance(seq, int) and isinstance(values, dict)
        return (seq, str(salt), values) if fits else None
    except (ValueError, TypeError, KeyError):
        return None


class _Personal:
    """Personal values beside the events, both in the order of seq: read along, one line at a time."""

    def __init__(self, lines: Iterable[str]):
        self.lines = iter(lines)
        self.next = None
        self._step(None)

    def _step(self, walk):
        self.next = None
        for line in self.lines:
            self.next = _read_personal(line)
            if self.next:
                return
            if walk:
                walk.findings.append(Finding(walk.seq, "unreadable", PERSONAL))

    def of(self, seq, walk):
        """Salt and values of this event, None for each where there are none."""
        while self.next and self.next[0] < seq:
            walk.findings.append(Finding(self.next[0], "personal_extra"))
            self._step(walk)
        if self.next and self.next[0] == seq:
            _seq, salt, values = self.next
            self._step(walk)
            return salt, values
        return None, None

    def rest(self):
        """Seq of what no event asked for."""
        while self.next:
            yield self.next[0]
            self._step(None)


def main(arguments=None) -> int:
    """The command: what does not fit is printed, one line each; 0 when all fits, 1 when not, 2 for no export."""
    parser = argparse.ArgumentParser(description="Checks an exported chain of events, without Odoo.")
    parser.add_argument("export", help="the zip file that was exported")
    parser.add_argument(
        "--head",
        action="append",
        default=[],
        metavar="SEQ:DIGEST",
        help="a head that was kept elsewhere, as the weekly mail gives it; may be given more than once",
    )
    given = parser.parse_args(arguments)
    try:
        heads = {int(seq): digest for seq, digest in (head.split(":") for head in given.head)}
        walk = verify_export(given.export, heads)
    except (ValueError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for finding in walk.findings:
        sys.stdout.write(f"{finding}\n")
    broken = any(finding.broken for finding in walk.findings)
    sys.stdout.write(f"{walk.seq} events, head {walk.seq}:{walk.digest}: {'DOES NOT FIT' if broken else 'all fits'}\n")
    return int(broken)


if __name__ == "__main__":
    sys.exit(main())
