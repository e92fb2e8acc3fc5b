"""Files of strangers: what is kept, under which name, and what is refused, by what a file is."""

import io
import struct
import time
import zipfile
import zlib

import pytest
from PIL import Image

from odoo.addons.cremann_dunning.tools import uploads

PDF = (
    b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n"
    b"trailer\n<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"
)


def image(kind="PNG", size=(3, 2)):
    buffer = io.BytesIO()
    Image.new("RGB", size).save(buffer, kind)
    return buffer.getvalue()


def archive(*names):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name in names:
            made.writestr(zipfile.ZipInfo(name), b"x" * 1000, zipfile.ZIP_DEFLATED)  # of no time
    return buffer.getvalue()


def pdf_with(part, dictionary=b"/Filter/FlateDecode"):
    packed = b"3 0 obj\n<<%s/Length %d>>\nstream\n%s\nendstream\nendobj\n" % (dictionary, len(part), part)
    return PDF.replace(b"trailer", packed + b"trailer")


def png_of(wide, high):
    """The head of a PNG that says to be so large."""
    head = struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", len(head)) + b"IHDR" + head + struct.pack(">I", zlib.crc32(b"IHDR" + head))
    return image()[:8] + chunk + image()[33:]


@pytest.mark.parametrize(
    ("name", "content", "kept"),
    [
        ("proof.pdf", PDF, ("proof.pdf", "application/pdf")),
        ("photo.JPEG", image("JPEG"), ("photo.jpg", "image/jpeg")),
        ("scan.png", image(), ("scan.png", "image/png")),
        ("afschrift.exe", PDF, ("afschrift.exe.pdf", "application/pdf")),
        ("afschrift.png", PDF, ("afschrift.pdf", "application/pdf")),
        ("page.html", image(), ("page.html.png", "image/png")),
        ("", PDF, ("file.pdf", "application/pdf")),
        (None, PDF, ("file.pdf", "application/pdf")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_kept_as_what_it_is(name, content, kept):
    assert uploads.check(name, content) == kept


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (None, "empty"),
        (PDF + b"\n" * uploads.LARGEST, "too_big"),
        (PDF + b"\n" * (30 * 1024 * 1024), "too_big"),
        (b"<html><script>alert(1)</script></html>", "type"),
        (b"<!-- x -->" + PDF, "type"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "type"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "type"),
        (b"MZ\x90\x00", "type"),
        (b"\x00", "type"),
        (b"GIF89a\x01\x00\x01\x00\x00\x00\x00;", "type"),
        (b"just words", "type"),
        (archive("a.pdf"), "type"),
        (b"\x1f\x8b\x08" + b"\x00" * 50, "type"),
        (b"Rar!\x1a\x07\x00" + b"\x00" * 50, "type"),
        (PDF + archive("a.class"), "archive"),
        (image("JPEG") + archive("a.class"), "archive"),
        (image() + archive("word/document.xml"), "archive"),
        (b"%PDF-1.7\nnothing", "broken"),
        (image()[:20], "broken"),
        (image("JPEG")[:12], "broken"),
        (b"\x89PNG\r\n\x1a\n<script>alert(1)</script>", "broken"),
        (png_of(60_000, 60_000), "bomb"),
        (png_of(10_000, 7_001), "bomb"),
        (PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>"), "script"),
        (PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/J#61vaScript>>"), "script"),
        (PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/Launch/F(cmd.exe)>>"), "script"),
        (pdf_with(zlib.compress(b"4 0 <</S/JavaScript>>"), b"/Type/ObjStm/Filter/FlateDecode"), "script"),
        (pdf_with(zlib.compress(b"x" * (4 * 1024 * 1024 - 5) + b"/JavaScript "), b"/Type/ObjStm/Filter/Fl"), "script"),
    ],
    ids=lambda value: value if isinstance(value, str) else str(len(value or b"")),
)
def test_refused(content, why):
    with pytest.raises(ValueError, match=f"^{why}$"):
        uploads.check("proof.pdf", content)


def test_bounds_of_size():
    for size, kept in ((uploads.LARGEST - 1, True), (uploads.LARGEST, True), (uploads.LARGEST + 1, False)):
        content = PDF.replace(b"trailer", b"%" + b"x" * (size - len(PDF) - 2) + b"\ntrailer")
        assert len(content) == size
        if kept:
            uploads.check("a.pdf", content)
        else:
            with pytest.raises(ValueError, match="too_big"):
                uploads.check("a.pdf", content)


def test_bound_of_dots(monkeypatch):
    for most, kept in ((5, False), (6, True), (7, True)):
        monkeypatch.setattr(uploads, "MOST_PIXELS", most)
        if kept:
            uploads.check("a.png", image())
        else:
            with pytest.raises(ValueError, match="bomb"):
                uploads.check("a.png", image())


def test_bomb_in_a_pdf_is_not_unpacked_to_its_end():
    packer = zlib.compressobj(9)
    million = b"\0" * 1_000_000
    part = b"".join(packer.compress(million) for _million in range(2000)) + packer.flush()
    began = time.monotonic()
    with pytest.raises(ValueError, match="bomb"):
        uploads.check("a.pdf", pdf_with(part))
    assert time.monotonic() - began < 5
    uploads.check("a.pdf", pdf_with(zlib.compress(million * 3)))  # as many a page is


def test_many_parts_take_no_time():
    began = time.monotonic()
    uploads.check("a.pdf", PDF.replace(b"trailer", b"<</Filter/FlateDecode>>stream\n" * 200_000 + b"trailer"))
    uploads.check(
        "a.pdf", PDF.replace(b"trailer", b"<</Filter/FlateDecode>>stream\nendstream\n" * 100_000 + b"trailer")
    )
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("..\\..\\windows\\x.pdf", "x.pdf"),
        ("/", "file.pdf"),
        ("..", "file.pdf"),
        (".htaccess", "htaccess.pdf"),
        ("a\0b.pdf", "ab.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie x.pdf"),
        ("fact\u202efdp.exe", "factfdp.exe.pdf"),
        ("<script>alert(1)<script>.pdf", "scriptalert(1)script.pdf"),
        ("con.pdf", "file.pdf"),
        ("NUL", "file.pdf"),
        ("reçu d'été n° 7.pdf", "reçu d'été n° 7.pdf"),
        ("x" * 5000 + ".pdf", "x" * 80 + ".pdf"),
        ("   .pdf", "file.pdf"),
        ("\ud800.pdf", "file.pdf"),
    ],
)
def test_names(name, safe):
    assert uploads.safe_name(name, uploads.PDF) == safe
