"""Colours of a firm that can be read."""

import pytest

from odoo.addons.cremann_dunning.tools import colours


@pytest.mark.parametrize(
    ("given", "found"),
    [("#ABC", "#aabbcc"), (" #A1b2C3 ", "#a1b2c3"), ("red", None), ("#12345", None), ("", None), (None, None)],
)
def test_tidy(given, found):
    assert colours.tidy(given) == found


def test_contrast_as_wcag_reckons_it():
    assert round(colours.contrast("#000000", "#ffffff"), 2) == 21
    assert round(colours.contrast("#777777", "#ffffff"), 2) == 4.48
    assert round(colours.contrast("#767676", "#ffffff"), 2) == 4.54


@pytest.mark.parametrize("colour", ["#ffffff", "#ffff00", "#777777", "#00ff00", "nonsense", None, "#000000"])
def test_readable(colour):
    assert colours.contrast(colours.readable(colour), "#ffffff") >= 4.5


def test_what_can_be_read_stays():
    assert colours.readable("#17506b") == "#17506b"


@pytest.mark.parametrize(("ground", "text"), [("#ffffff", "#000000"), ("#17506b", "#ffffff"), ("#ffff00", "#000000")])
def test_on(ground, text):
    assert colours.on(ground) == text
