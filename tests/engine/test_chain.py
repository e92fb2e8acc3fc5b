"""The chain as plain Python: links, what a walk finds, and every byte of an export."""

import json
import subprocess
import sys
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest

from odoo.addons.cremann_dunning.engine import chain


def event(seq, kind="letter.sent", **values):
    facts = values.pop("facts", {"amount": {"amount": "12.30", "currency": "EUR"}})
    base = {"author": 2, "company": 1, "debtor": 7, "id": 100 + seq, "job": None, "letter": None, "personal": None}
    moment = f"2026-11-16 09:00:{seq:02}"
    return {
        **base,
        "facts": facts,
        "happened": moment,
        "recorded": moment,
        "kind": kind,
        "reconstructed": False,
        **values,
    }


def links(events):
    previous, made = chain.START, []
    for seq, content in enumerate(events, start=1):
        digest = chain.link_digest(previous, seq, chain.canonical(content))
        made.append((seq, previous, digest, content))
        previous = digest
    return made


def walked(made, **heads):
    walk = chain.Walk({int(seq[1:]): digest for seq, digest in heads.items()})
    for seq, previous, digest, content in made:
        walk.follow(seq, previous, digest, content, chain.canonical(content))
        walk.personal(seq, content["personal"], None, None)
    walk.end()
    return walk


def found(made, **heads):
    return [(finding.seq, finding.code) for finding in walked(made, **heads).findings]


@pytest.fixture
def made():
    return links([event(seq) for seq in range(1, 7)])


def test_whole_chain(made):
    walk = walked(made, s6=made[5][2], s3=made[2][2])
    assert walk.findings == []
    assert (walk.seq, walk.digest) == (6, made[5][2])


def test_nothing_yet():
    assert walked([]).findings == []


@pytest.mark.parametrize("name", ["kind", "facts", "happened", "recorded", "author", "debtor", "letter", "job", "id"])
def test_changed_value(made, name):
    seq, previous, digest, content = made[2]
    made[2] = (
        seq,
        previous,
        digest,
        {**content, name: "2026-11-16 09:00:03.5"} if name != "facts" else {**content, name: {}},
    )
    assert found(made)[0] == (3, "content")


def test_missing_first_middle_and_last(made):
    assert found(made[1:])[0] == (1, "missing")
    assert found(made[:2] + made[3:]) == [(3, "missing")]
    assert found(made[:5]) == []  # nothing inside can know
    assert found(made[:5], s6=made[5][2]) == [(6, "cut")]


def test_exchanged(made):
    assert (3, "twice") in found([*made[:2], made[3], made[2], *made[4:]])


def test_made_anew_from_the_third_on(made):
    """Whoever makes the rest of the chain anew is found by a head that was kept outside, and by nothing else."""
    forged = links([content if seq != 3 else {**content, "debtor": 9} for seq, _p, _d, content in made])
    assert found(forged) == []
    assert found(forged, s2=made[1][2]) == []
    assert found(forged, s3=made[2][2]) == [(3, "head")]
    assert found(forged, s6=made[5][2]) == [(6, "head")]


@pytest.mark.parametrize(
    ("recorded", "expected"),
    [
        ("2026-11-16 08:00:02", []),
        ("2026-11-16 08:00:01.5", []),  # an hour before its neighbour: a transaction may take that
        ("2026-11-16 08:00:00", [(3, "clock", False)]),
        ("", [(3, "clock", False)]),
        ("2026-11-16 later", [(4, "clock", False)]),
    ],
)
def test_clock_set_back(recorded, expected):
    made = links([event(1, recorded="2026-11-16 08:30:00"), event(2, recorded="2026-11-16 09:00:01"),
                  event(3, recorded=recorded), event(4)])  # fmt: skip
    assert [(f.seq, f.code, f.broken) for f in walked(made).findings] == expected


def test_what_the_chain_says_of_itself():
    """It goes on elsewhere from after the event that it names; odd values name the event that says so."""
    for seq, here in ((2, 3), (4, 5), (5, 5), (-1, 5), ("x", 5), (None, 5)):
        said = event(5, chain.MOVED, facts={"seq": seq}), event(6, chain.CLOCK), event(7, chain.UNTOLD)
        made = links([*map(event, range(1, 5)), *said])
        assert [(f.seq, f.code, f.broken) for f in walked(made).findings] == [
            (here, "moved", False),
            (6, "set_back", False),
            (7, "untold", False),
        ]


def test_personal_values_erased(made):
    kept = chain.personal_digest("salt", {"to": "jan@example.com"})
    gone = [event(1, personal=kept), event(2)]
    assert found(links(gone)) == [(1, "personal_missing")]
    assert found(links([*gone, event(3, chain.ERASED, facts={"events": [1]})])) == []


def test_plain_values():
    assert chain.plain({"a": Decimal("1.50"), "b": {3, 1}, "c": "x\0y\ud800", 4: None}) == {
        "a": "1.50",
        "b": [1, 3],
        "c": "xy?",
        "4": None,
    }
    for wrong in (1.5, [1.5], {"a": {"b": 0.1}}, object()):
        with pytest.raises(TypeError):
            chain.plain(wrong)
        with pytest.raises(TypeError):
            chain.canonical(wrong)


# -- an export --------------------------------------------------------------------------------------------------------


def export(path, change=None):
    """An export with personal values and a document; ``change(name, content)`` gives what is written instead."""
    values = {"to": "jan@example.com", "name": "Jan “de” Wit"}
    pdf = b"%PDF-1.7 letter"
    made = links(
        [
            event(1, personal=chain.personal_digest("s1", values)),
            event(2, "letter.issued", facts={"documents": [chain.file_digest(pdf)]}),
            event(3, personal=chain.personal_digest("s3", values)),
            event(4, chain.ERASED, facts={"events": [3], "count": 1}),
        ]
    )
    parts = {
        chain.EVENTS: "".join(chain.link_line(s, p, d, chain.canonical(c)) + "\n" for s, p, d, c in made),
        chain.PERSONAL: chain.canonical({"salt": "s1", "seq": 1, "values": values}) + "\n",
        chain.HEAD: chain.canonical({"company": "Kaai", "digest": made[-1][2], "sealed": "x", "seq": 4}) + "\n",
    }
    parts = {name: text.encode() for name, text in parts.items()} | {chain.DOCUMENTS + chain.file_digest(pdf): pdf}
    with zipfile.ZipFile(path, "w") as file:
        for name, content in parts.items():
            file.writestr(name, change(name, content) if change else content)
    return parts, made


def test_export_fits(tmp_path):
    export(tmp_path / "a.zip")
    walk = chain.verify_export(tmp_path / "a.zip")
    assert walk.findings == []
    assert walk.seq == 4


def test_every_byte_of_an_export(tmp_path):
    """Flip one bit of each byte in turn: every single one is found."""
    parts, _made = export(tmp_path / "a.zip")
    unnoticed = []
    for name, content in parts.items():
        for place in range(len(content)):

            def flip(part, whole, name=name, place=place):
                return whole if part != name else whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]

            export(tmp_path / "b.zip", flip)
            try:
                if not any(finding.broken for finding in chain.verify_export(tmp_path / "b.zip").findings):
                    unnoticed.append((name, place, content[place : place + 1]))
            except ValueError:
                pass  # refused as a whole
    # the head names the company and the day of sealing for people; they prove nothing
    assert [case for case in unnoticed if case[0] != chain.HEAD] == []
    assert len(unnoticed) <= len("Kaai") + 1


def test_line_gone_or_exchanged(tmp_path):
    def without(number):
        def change(name, content):
            lines = content.splitlines(keepends=True)
            return b"".join(lines[:number] + lines[number + 1 :]) if name == chain.EVENTS else content

        return change

    for number, code in ((0, "missing"), (1, "missing"), (2, "missing"), (3, "cut")):
        export(tmp_path / "b.zip", without(number))
        findings = chain.verify_export(tmp_path / "b.zip").findings
        assert (number + 1, code) in [(finding.seq, finding.code) for finding in findings]


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04 cut off"])
def test_no_export(tmp_path, content):
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(ValueError, match="no export"):
        chain.verify_export(tmp_path / "a.zip")


def test_as_a_command_of_its_own(tmp_path):
    """The file alone, copied elsewhere, run by a Python that knows nothing of the addon."""
    script = tmp_path / "verify.py"
    script.write_bytes(Path(chain.__file__).read_bytes())
    _parts, made = export(tmp_path / "a.zip")

    def run(*arguments):
        done = subprocess.run(
            [sys.executable, "-I", str(script), *arguments], capture_output=True, text=True, cwd=tmp_path, check=False
        )
        return done.returncode, done.stdout + done.stderr

    assert run("a.zip") == (0, f"4 events, head 4:{made[3][2]}: all fits\n")
    assert run("a.zip", "--head", f"2:{made[1][2]}")[0] == 0
    code, text = run("a.zip", "--head", f"2:{made[2][2]}")
    assert (code, "not the one that was kept outside" in text) == (1, True)
    assert run("b.zip")[0] == 2
    assert run("a.zip", "--head", "nonsense")[0] == 2


def test_lines_are_json(tmp_path):
    parts, _made = export(tmp_path / "a.zip")
    for line in parts[chain.EVENTS].decode().splitlines():
        assert json.loads(line)["event"]["company"] == 1
