"""Bring the addon's translations up to date with a freshly exported template: `./dev i18n`.

    python tools/merge_po.py FRESH.pot cremann_dunning/i18n

The .pot is replaced, and every .po gets the terms of the template in its order: translations are kept, new terms are
empty, terms that are gone leave. A Dutch file is made where there is none.
"""

import sys
from pathlib import Path

import polib


def key(entry: polib.POEntry) -> tuple:
    """What identifies a term."""
    return entry.msgctxt, entry.msgid


def merged(template: polib.POFile, old: polib.POFile, language: str) -> polib.POFile:
    """A new file with the template's terms and the old file's translations."""
    known = {key(entry): entry for entry in old if not entry.obsolete}
    new = polib.POFile(wrapwidth=0)
    new.header = old.header
    new.metadata = {
        **{name: value for name, value in template.metadata.items() if "Date" not in name},
        **{name: value for name, value in old.metadata.items() if "Date" not in name},
        "Language": language,
    }
    for entry in template:
        before = known.get(key(entry))
        new.append(
            polib.POEntry(
                msgctxt=entry.msgctxt,
                msgid=entry.msgid,
                msgstr=before.msgstr if before else "",
                comment=entry.comment,
                tcomment=before.tcomment if before else "",
                occurrences=entry.occurrences,
                flags=[flag for flag in entry.flags if flag != "fuzzy"],
            )
        )
    return new


def write(path: Path, content: polib.POFile) -> None:
    """Write only what changed, so that a second call leaves the checkout clean."""
    text = str(content).rstrip("\n") + "\n"
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def main() -> None:
    fresh, folder = Path(sys.argv[1]), Path(sys.argv[2])
    template = polib.pofile(str(fresh), wrapwidth=0)
    # the dates change with every export and say nothing that git does not
    template.metadata = {name: value for name, value in template.metadata.items() if "Date" not in name}
    folder.mkdir(exist_ok=True)
    write(folder / f"{folder.parent.name}.pot", template)
    for path in sorted({*folder.glob("*.po"), folder / "nl.po"}):
        old = polib.pofile(str(path), wrapwidth=0) if path.is_file() else polib.POFile()
        new = merged(template, old, path.stem)
        write(path, new)
        empty = [entry.msgid for entry in new if not entry.msgstr]
        print(f"{path.name}: {len(new)} terms, {len(empty)} to translate")


if __name__ == "__main__":
    main()
