"""Files that strangers send: what may be kept, judged by what a file is and never by what it calls itself.

A PDF is not opened by a library here: those decompress whatever they find, and a few kilobytes become gigabytes. Its
compressed parts are looked into up to a bound; images are read by Pillow as far as their head.
"""

import io
import re
import unicodedata
import warnings
import zipfile
import zlib

from PIL import Image

LARGEST = 10 * 1024 * 1024
# An image of more dots is no photograph of a paper, and takes gigabytes when somebody opens it.
MOST_PIXELS = 70_000_000
# So much comes out of the compressed parts of a PDF that is a document: hundreds of scanned pages.
MOST_UNPACKED = 250 * 1024 * 1024
PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
EXTENSIONS = {PDF: "pdf", JPEG: "jpg", PNG: "png"}
LONGEST_NAME = 80

# What makes a PDF act by itself.
_ACTS = re.compile(rb"/(JavaScript|Launch|RichMedia)\b")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"stream\r?\n")
_KNOWN_ENDS = re.compile(r"\.(pdf|jpe?g|jfif|png)$", re.I)
_NAMES_OF_WINDOWS = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.I)


def check(name: str | None, content: bytes | None) -> tuple[str, str]:
    """What a file of a stranger is kept as: a safe name, and the type that it really is.

    :raises ValueError: it is not kept; its first argument says why: ``empty``, ``too_big``, ``type`` (no PDF, JPEG or
        PNG), ``broken``, ``script`` (it acts by itself), ``archive`` (it is one as well), ``bomb`` (it grows beyond any
        use when it is opened).
    """
    if not content:
        raise ValueError("empty")
    if len(content) > LARGEST:
        raise ValueError("too_big")
    mimetype = _type(content)
    if zipfile.is_zipfile(io.BytesIO(content)):
        raise ValueError("archive")
    if mimetype == PDF:
        _check_pdf(content)
    else:
        _check_image(content, mimetype)
    return safe_name(name, mimetype), mimetype


def safe_name(name: str | None, mimetype: str) -> str:
    """A name without a path, without signs that mislead, and with the ending of what the file is."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name or ""))[-1]
    # no signs that nobody sees (controls, those that turn the direction of writing), nor such as mean something
    shown = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C" and sign not in '<>:"|?*&;`$%')
    stem = _KNOWN_ENDS.sub("", " ".join(shown.split())).strip(". ")[:LONGEST_NAME].strip(". ")
    if not stem or _NAMES_OF_WINDOWS.fullmatch(stem):
        stem = "file"
    return f"{stem}.{EXTENSIONS[mimetype]}"


def _type(content):
    """By the very first bytes, where a reader that guesses from what follows would find the same."""
    heads = {b"%PDF-": PDF, b"\xff\xd8\xff": JPEG, b"\x89PNG\r\n\x1a\n": PNG}
    ours = next((mimetype for head, mimetype in heads.items() if content.startswith(head)), None)
    if not ours:
        raise ValueError("type")
    return ours


def _check_image(content, mimetype):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=[mimetype.partition("/")[2].upper()]) as image:
                wide, high = image.size
                if wide * high > MOST_PIXELS:
                    raise ValueError("bomb")
                image.verify()
    except Image.DecompressionBombError as error:
        raise ValueError("bomb") from error
    except ValueError as error:
        # Pillow has its own, for instance of a text in a PNG that grows beyond its bound
        raise ValueError("bomb" if error.args == ("bomb",) else "broken") from error
    except (OSError, SyntaxError, MemoryError, zlib.error, EOFError, IndexError, KeyError, TypeError) as error:
        raise ValueError("broken") from error


def _check_pdf(content):
    if b"startxref" not in content or b"%%EOF" not in content:
        raise ValueError("broken")
    if _acts(content):
        raise ValueError("script")
    left, found = MOST_UNPACKED, _STREAM.search(content)
    while found:
        end = content.find(b"endstream", found.end())
        end = len(content) if end < 0 else end
        # names stand in the dictionary right before it
        head = _plain(content[max(0, found.start() - 1000) : found.start()].rpartition(b"obj")[2])
        if b"/Fl" in head:
            for part in _unpacked(content[found.end() : end], left):
                left -= len(part)
                if b"/ObjStm" in head and _acts(part):
                    raise ValueError("script")
            if left <= 0:
                raise ValueError("bomb")
        found = _STREAM.search(content, end + len(b"endstream"))


def _unpacked(packed, most, step=4 * 1024 * 1024):
    """What a compressed part becomes, piece by piece and hardly more than ``most``; nothing where it is none."""
    unpacker, tail, size = zlib.decompressobj(), b"", 0
    while packed and not unpacker.eof and size < most:
        try:
            part = unpacker.decompress(packed, step)
        except zlib.error:
            return
        packed, size = unpacker.unconsumed_tail, size + len(part)
        yield tail + part if tail else part
        tail = part[-20:]  # a name may stand across two pieces


def _acts(content):
    return bool(_ACTS.search(content) or (b"#" in content and _ACTS.search(_plain(content))))


def _plain(content):
    """With the names of a PDF as they are read: each sign may be written as its number."""
    return _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), content)
