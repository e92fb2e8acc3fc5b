"""Files in one archive."""

import io
import zipfile
from collections.abc import Iterable


def zipped(files: Iterable[tuple[str, bytes]]) -> bytes:
    """One ZIP of files, each a name and its bytes; names that are the same get a number."""
    buffer, used = io.BytesIO(), set()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            stem, _dot, extension = name.rpartition(".")
            number, free = 1, name
            while free.lower() in used:
                number += 1
                free = f"{stem} ({number}).{extension}"
            used.add(free.lower())
            archive.writestr(free, content)
    return buffer.getvalue()
