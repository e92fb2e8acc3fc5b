"""The check of a dossier: what was changed is found and named, whatever it is, and no file of a stranger breaks it."""

import importlib.util
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from odoo.addons.cremann_dunning.engine import chain, dossier


def event(n, about=1):
    return {
        "facts": {},
        "id": n,
        "kind": "letter.sent",
        "debtor": about,
        "personal": None,
        "recorded": f"2026-01-{n:02}",
    }


def record(count=9, ours=(2, 3, 7)):
    """A slice of a record: the lines, and the head."""
    links, digest = [], chain.START
    for seq in range(1, count + 1):
        line = chain.canonical(event(seq))
        own = chain.link_digest(digest, seq, line)
        links.append((seq, digest, own, line))
        digest = own
    lines, at, last = [], 0, chain.START
    for seq, previous, own, line in links:
        if seq not in ours:
            continue
        if seq > at + 1:
            lines.append(dossier.gap_line(at + 1, seq - 1, last, previous))
        lines.append(chain.link_line(seq, previous, own, line))
        at, last = seq, own
    if at < count:
        lines.append(dossier.gap_line(at + 1, count, last, digest))
    return [f"{line}\n" for line in lines], {"company": "Kaai", "digest": digest, "sealed": "2026-02-01", "seq": count}


def claims(**changes):
    amounts = {"principal": "100.00", "interest": "1.10", "costs": "40.00", "total": "141.10"}
    data = {
        "claims": [{"number": "F1", "currency": "EUR", "amounts": amounts}],
        "totals": [{"currency": "EUR", **amounts}],
        "documents": [],
    }
    return data | changes


def packed(files=None, listed=None, twice=(), **changes):
    """A dossier. :param files: more of them, or in the place of its own. :param listed: the list, else of all files."""
    lines, head = record()
    content = {
        dossier.CLAIM: json.dumps(claims(**changes)).encode(),
        chain.EVENTS: "".join(lines).encode(),
        chain.PERSONAL: b"",
        chain.HEAD: f"{chain.canonical(head)}\n".encode(),
        "1 Facturen/F1.pdf": b"%PDF-1.4",
    } | (files or {})
    entries = [{"path": p, "sha256": chain.file_digest(c), "size": len(c)} for p, c in sorted(content.items())]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, raw in [*content.items(), *twice]:
            archive.writestr(name, raw)
        archive.writestr(dossier.MANIFEST, dossier.manifest(entries if listed is None else listed(entries)))
    return out


def codes(file, **given):
    return sorted({problem.code for problem in dossier.check(file, **given).problems})


def test_nothing_changed():
    found = dossier.check(packed())
    assert (found.problems, found.files, found.events) == ([], 5, 3)
    assert found.head == f"9:{record()[1]['digest']}"


def test_files_added_missing_twice():
    assert codes(packed(listed=lambda entries: entries[1:])) == ["extra"]
    more = {"path": "x.pdf", "sha256": "0" * 64, "size": 1}
    assert codes(packed(listed=lambda entries: [*entries, more])) == ["missing"]
    with pytest.warns(UserWarning):
        file = packed(twice=[("1 Facturen/F1.pdf", b"%PDF-1.5")])
    assert "twice" in codes(file)


def test_sums():
    wrong = {"principal": "100.00", "interest": "1.10", "costs": "40.00", "total": "141.11"}
    assert codes(packed(totals=[{"currency": "EUR", **wrong}])) == ["sum"]
    assert codes(packed(totals=[])) == ["sum"]
    one = {"number": "F1", "currency": "EUR", "amounts": wrong}
    problems = dossier.check(packed(claims=[one], totals=[{"currency": "EUR", **wrong}])).problems
    assert [str(problem) for problem in problems] == ["The amounts of F1 do not add up."]


@pytest.mark.parametrize(
    "text", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"claims": 1}', b'{"claims": [1], "totals": []}',
             json.dumps(claims(documents=None)).encode(), json.dumps(claims(documents=[{"path": "a"}])).encode(),
             json.dumps(claims(totals=[{"currency": "EUR", "principal": "x"}])).encode(),
             json.dumps(claims(claims=[{"number": 1, "currency": [], "amounts": {}}])).encode()]
)  # fmt: skip
def test_claims_of_no_schema(text):
    found = dossier.check(packed(files={dossier.CLAIM: text}))
    assert [problem.code for problem in found.problems] == ["claim"]
    assert found.data is None


@pytest.mark.parametrize(
    "text", [b"", b"{", b"[]", b"null", b"{}", b'{"files": [{}], "digest": ""}', b'{"files": 3, "digest": ""}']
)
def test_list_that_is_none(text):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(dossier.MANIFEST, text)
    assert codes(out) == ["manifest"]


def test_another_version():
    content = {"files": [], "format": dossier.FORMAT, "version": "2.0"}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(dossier.MANIFEST, chain.canonical(content | {"digest": dossier._digest_of(content)}) + "\n")
    assert codes(out) == ["version"]


def test_each_line_of_the_record():
    """A line that goes, stands twice, or is exchanged with the one after it."""
    lines, _head = record()
    for place in range(len(lines)):
        others = [lines[:place] + lines[place + 1 :], lines[: place + 1] + lines[place:]]
        if place + 1 < len(lines):
            others.append([*lines[:place], lines[place + 1], lines[place], *lines[place + 2 :]])
        for other in others:
            assert codes(packed(files={chain.EVENTS: "".join(other).encode()})) == ["event"], (place, other)


def test_gap_that_hides_an_event():
    """An event of ours taken into a gap shows nowhere in the slice alone, but its place does not fit."""
    lines, _head = record()
    first, last = json.loads(lines[0]), json.loads(lines[1])
    hidden = dossier.gap_line(first["from"], last["seq"], first["previous"], last["digest"]) + "\n"
    file = packed(files={chain.EVENTS: "".join([hidden, *lines[2:]]).encode()})
    assert codes(file) == []  # what is left out is left out; the whole of the record, or a count, tells
    assert codes(packed(), heads={9: "0" * 64}) == ["event"]
    assert codes(packed(), heads={12: "0" * 64}) == ["event"]


def test_too_much(monkeypatch):
    monkeypatch.setattr(dossier, "MOST_FILES", 3)
    assert codes(packed()) == ["too_big"]


def test_stands_alone(tmp_path):
    """As whoever gets it: two files beside each other, no addon, no Odoo."""
    for module, name in ((dossier, "verify.py"), (chain, "chain.py")):
        source = Path(importlib.util.find_spec(module.__name__).origin).read_text()
        (tmp_path / name).write_text(source)
    (tmp_path / "a.zip").write_bytes(packed().getvalue())
    (tmp_path / "b.zip").write_bytes(packed(listed=lambda entries: entries[1:]).getvalue())
    for name, code, said in (("a.zip", 0, "all fits"), ("b.zip", 1, "DOES NOT FIT")):
        script = f"import sys; sys.path[:0] = [{str(tmp_path)!r}]; import verify; sys.exit(verify.main(sys.argv[1:]))"
        command = [sys.executable, "-I", "-S", "-c", script, str(tmp_path / name)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, said in done.stdout) == (code, True), done.stderr
