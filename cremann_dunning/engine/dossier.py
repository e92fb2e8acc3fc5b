"""A dossier: claims as a ZIP with all that proves them, and whether it is still what was made.

Plain Python without Odoo, packed into every dossier together with ``chain.py``, so that anybody checks it alone::

    python3 verify.py DOSSIER.zip

``manifest.json`` names every file with its SHA-256 and size. ``claim.json`` holds the claims as values, after
``claim-1.schema.json``. ``events.jsonl`` is a slice of the chain of events: what is about this debtor stands there in
full, what lies between only as a gap, ``{"digest":D,"from":N,"previous":P,"to":M}``, with the digest of its last event.
Of a slice alone can be proven: each event says what it said when it was sealed, each two that follow each other do so,
none of the numbers is missing, and no event was put in between. That an event next to a gap follows from what lies in
the gap only shows from the whole record, or from a head that was kept outside.
"""

import argparse
import hashlib
import json
import sys
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

try:
    from . import chain
except ImportError:  # packed into a dossier, it stands beside it
    import chain

FORMAT, VERSION = "cremann-dunning-dossier", "1.0"
MANIFEST, CLAIM, CSV, SCHEMA = "manifest.json", "claim.json", "claims.csv", "claim-1.schema.json"
# What a dossier of a stranger may hold before anybody reads it: files, and bytes when it is unpacked.
MOST_FILES, MOST_BYTES, LARGEST_TEXT = 20_000, 2 * 2**30, 64 * 2**20
# What zipfile and what it unpacks with say of changed bytes.
DAMAGED = (
    zipfile.BadZipFile, zlib.error, KeyError, EOFError, NotImplementedError, RuntimeError, OSError, ValueError,
)  # fmt: skip
SUMS = ("principal", "interest", "costs", "total")


@dataclass(frozen=True)
class Problem:
    """What does not fit. :ivar code: see ``SENTENCES``. :ivar about: the file, claim or event concerned."""

    code: str
    about: str = ""

    def __str__(self):
        return SENTENCES[self.code].format(about=self.about)


SENTENCES = {
    "no_dossier": "This is no dossier, or it was damaged: {about}.",
    "too_big": "It unpacks to more than a dossier holds: {about}.",
    "version": "It was made by another version of the program: {about}.",
    "manifest": "manifest.json was changed.",
    "twice": "{about} is in it twice.",
    "extra": "{about} is in it and in no list: it was added.",
    "missing": "{about} is missing.",
    "changed": "{about} was changed, or is damaged.",
    "whole": "The file as a whole is not the one that was made ({about}).",
    "claim": "claim.json cannot be read: {about}.",
    "sum": "The amounts of {about} do not add up.",
    "document": "claim.json names {about} with another digest than manifest.json.",
    "event": "{about}",
}


class Slice(chain.Walk):
    """Follows a slice of a chain: links, and gaps of which only the ends are known."""

    def gap(self, first: int, last: int, previous: str, digest: str) -> None:
        """What was left out. :param first: :param last: numbers of events. :param digest: of the last one."""
        if first != self.seq + 1 or last < first:
            self._found(self.seq + 1, "missing" if first > self.seq + 1 else "twice", f"{first} to {last}")
        elif previous != self.digest:
            self._found(first, "previous")
        if self.heads.get(last, digest) != digest:
            self._found(last, "head", self.heads[last][:16])
        self.seq, self.digest = max(last, self.seq), digest

    def personal(self, seq: int, kept: str | None, salt: str | None, values: dict | None) -> None:
        """As for a whole chain, but what could name somebody may have been left out on purpose."""
        if values is None or salt is None:
            return None
        return super().personal(seq, kept, salt, values)


def gap_line(first: int, last: int, previous: str, digest: str) -> str:
    """A gap as it stands in a slice."""
    return chain.canonical({"digest": digest, "from": first, "previous": previous, "to": last})


@dataclass
class Checked:
    """What a check found: ``problems``, the ``data`` of claim.json (None where it cannot be read), how many ``files``
    and ``events`` there are, the ``head`` of the chain, and how many documents events name by digest (``proven``)."""

    problems: list[Problem]
    data: dict | None = None
    files: int = 0
    events: int = 0
    head: str = ""
    proven: int = 0

    @property
    def fits(self) -> bool:
        """Whether nothing was changed."""
        return not self.problems


def manifest(files: list[dict]) -> str:
    """The list of all files as it is written: it holds its own digest, so that a byte of it cannot change alone.

    :param files: ``path``, ``sha256``, ``size`` each.
    """
    content = {"files": files, "format": FORMAT, "version": VERSION}
    return chain.canonical({**content, "digest": _digest_of(content)}) + "\n"


def _digest_of(content):
    return hashlib.sha256(chain.canonical(content).encode()).hexdigest()


def check(path, whole: str | None = None, heads: dict[int, str] | None = None) -> Checked:
    """Whether a dossier is still what was made.

    :param path: of the file, or the file itself. :param whole: its SHA-256, where it was kept.
    :param heads: heads of the chain that were kept, ``{seq: digest}``.
    """
    found = Checked([])
    try:
        if whole and digest_of(path) != whole.strip().lower():
            found.problems.append(Problem("whole", whole[:16]))
        with zipfile.ZipFile(path) as file:
            _check(file, found, heads)
    except DAMAGED as error:
        found.problems.append(Problem("no_dossier", f"{type(error).__name__}: {error}"[:200]))
    return found


def digest_of(path) -> str:
    """SHA-256 of a whole file. :param path: of it, or the file itself, which is left at its beginning."""
    if isinstance(path, str):
        with open(path, "rb") as file:
            return file_digest(file)
    path.seek(0)
    digest = file_digest(path)
    path.seek(0)
    return digest


def file_digest(file) -> str:
    """SHA-256 of an open file from where it stands, read piece by piece."""
    digest = hashlib.sha256()
    while part := file.read(1 << 20):
        digest.update(part)
    return digest.hexdigest()


def _check(file, found, heads):
    names = file.namelist()
    size = sum(info.file_size for info in file.infolist())
    if len(names) > MOST_FILES or size > MOST_BYTES:
        found.problems.append(Problem("too_big", f"{len(names)} files, {size} bytes"))
        return
    listed = _listed(file, found)
    if listed is None:
        return
    found.files = len(listed)
    found.problems += [Problem("twice", name) for name in sorted({name for name in names if names.count(name) > 1})]
    found.problems += [Problem("extra", name) for name in sorted(set(names) - set(listed) - {MANIFEST})]
    for name, entry in listed.items():
        if name not in names:
            found.problems.append(Problem("missing", name))
        elif _digest(file, name, entry["size"]) != entry["sha256"]:
            found.problems.append(Problem("changed", name))
    if CLAIM in names:
        _check_claim(file, found, listed)
    if chain.EVENTS in names:
        try:
            _check_slice(file, found, heads, {entry["sha256"] for entry in listed.values()})
        except DAMAGED as error:
            found.problems.append(Problem("event", f"{chain.EVENTS}: {error}"[:200]))


def _listed(file, found):
    """What the manifest names: ``{path: entry}``; None where it cannot be used."""
    text = _read(file, MANIFEST)
    try:
        content = json.loads(text)
        digest = content.pop("digest")
        listed = {entry["path"]: entry for entry in content["files"]}
        fits = all(isinstance(e["size"], int) and isinstance(e["sha256"], str) for e in listed.values())
        fits = fits and digest == _digest_of(content) and manifest(content["files"]) == text
    except (ValueError, TypeError, KeyError, AttributeError):
        found.problems.append(Problem("manifest"))
        return None
    if (
        content.get("format") != FORMAT
        or str(content.get("version")).split(".")[0] != VERSION.split(".", maxsplit=1)[0]
    ):
        found.problems.append(Problem("version", str(content.get("version"))[:20]))
        return None
    if not fits:
        found.problems.append(Problem("manifest"))
        return None
    return listed


def _read(file, name):
    """A text of the ZIP. :raises ValueError: it is too large to be one."""
    if file.getinfo(name).file_size > LARGEST_TEXT:
        raise ValueError(f"{name} is too large")
    return file.read(name).decode()


def _digest(file, name, size):
    """The SHA-256 of a file in the ZIP; None where it cannot be read or is not as large as it should be."""
    digest, read = hashlib.sha256(), 0
    try:
        with file.open(name) as content:
            while part := content.read(1 << 20):
                read += len(part)
                if read > size:
                    return None
                digest.update(part)
    except Exception:
        return None
    return digest.hexdigest() if read == size else None


def _check_claim(file, found, listed):
    """What claim.json says about itself: its sums, and the digests of its documents."""
    try:
        data = json.loads(_read(file, CLAIM))
        problems = [Problem("sum", about) for about in wrong_sums(data)]
        for document in data["documents"]:
            path = document["path"]
            if path and listed.get(path, {}).get("sha256") != document["sha256"]:
                problems.append(Problem("document", path))
    except (*DAMAGED, TypeError, AttributeError, InvalidOperation) as error:
        found.problems.append(Problem("claim", f"{type(error).__name__}: {error}"[:100]))
        return
    found.data = data
    found.problems += problems


def wrong_sums(data: dict) -> Iterator[str]:
    """The numbers of claims whose parts do not make their total, and the currencies whose claims do not.

    :param data: of claim.json. :raises KeyError, TypeError, InvalidOperation: it is not after its schema.
    """
    totals = {}
    for claim in data["claims"]:
        parts = {name: Decimal(claim["amounts"][name]) for name in SUMS}
        if parts["total"] != parts["principal"] + parts["interest"] + parts["costs"]:
            yield str(claim["number"])
        own = totals.setdefault(claim["currency"], dict.fromkeys(SUMS, Decimal(0)))
        for name, amount in parts.items():
            own[name] += amount
    said = {total["currency"]: {name: Decimal(total[name]) for name in SUMS} for total in data["totals"]}
    for currency in sorted(set(totals) | set(said)):
        if totals.get(currency) != said.get(currency):
            yield currency


def _check_slice(file, found, heads, digests):
    walk = Slice(dict(heads or {}))
    personal = chain._Personal(chain._lines(file, chain.PERSONAL))
    named = set()
    for number, line in enumerate(chain._lines(file, chain.EVENTS), 1):
        if gap := _read_gap(line):
            walk.gap(gap["from"], gap["to"], gap["previous"], gap["digest"])
            continue
        link = chain._read_link(line)
        if link is None:
            walk.findings.append(chain.Finding(walk.seq + 1, "unreadable", f"line {number}"))
            continue
        event = link["event"]
        walk.follow(link["seq"], link["previous"], link["digest"], event, chain.canonical(event))
        walk.personal(link["seq"], event.get("personal"), *personal.of(link["seq"], walk))
        found.events += 1
        named |= digests & _named_in(event["facts"])
    walk.findings += [chain.Finding(seq, "personal_extra") for seq in personal.rest()]
    chain._verify_head(file, walk)
    found.problems += [Problem("event", str(finding)) for finding in walk.end() if finding.broken]
    found.head, found.proven = f"{walk.seq}:{walk.digest}", len(named)


def _read_gap(line):
    """The gap on a line, None where it is none or not exactly what would be written."""
    try:
        gap = json.loads(line)
        fits = gap.keys() == {"digest", "from", "previous", "to"} and chain.canonical(gap) + "\n" == line
        fits = fits and all(isinstance(gap[name], int) for name in ("from", "to"))
        return gap if fits and chain.HEX.fullmatch(gap["digest"]) and chain.HEX.fullmatch(gap["previous"]) else None
    except (ValueError, TypeError, AttributeError):
        return None


def _named_in(facts):
    """All digests that an event names, wherever they stand in it."""
    return set(chain.HEX.findall(json.dumps(facts)))


def main(arguments=None) -> int:
    """The command: what does not fit is printed, one line each; 0 when all fits, 1 when not."""
    parser = argparse.ArgumentParser(description="Checks a dossier of claims, without Odoo.")
    parser.add_argument("dossier", help="the zip file")
    parser.add_argument("--sha256", help="the digest of the file, as the mail or the record gives it")
    parser.add_argument("--head", action="append", default=[], metavar="SEQ:DIGEST", help="a head that was kept")
    given = parser.parse_args(arguments)
    heads = {int(seq): digest for seq, digest in (head.split(":") for head in given.head)}
    found = check(given.dossier, given.sha256, heads)
    for problem in found.problems:
        sys.stdout.write(f"{problem}\n")
    sys.stdout.write(
        f"{found.files} files, {found.events} events in full, {found.proven} documents that an event names, "
        f"head {found.head}: {'all fits' if found.fits else 'DOES NOT FIT'}\n"
    )
    return int(not found.fits)


if __name__ == "__main__":
    sys.exit(main())
