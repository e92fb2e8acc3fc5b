"""Colours that can be read on each other, as WCAG 2.2 reckons contrast."""

import re

HEX = re.compile(r"#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})", re.IGNORECASE)
SHORT = re.compile(r"#([0-9a-f])([0-9a-f])([0-9a-f])", re.IGNORECASE)
BLACK, WHITE = "#000000", "#ffffff"
# What text needs beside its ground, by WCAG 2.2 AA.
READABLE = 4.5


def tidy(colour: str | None) -> str | None:
    """A colour as ``#rrggbb``; None where it is none."""
    colour = (colour or "").strip()
    if short := SHORT.fullmatch(colour):
        colour = "#" + "".join(digit * 2 for digit in short.groups())
    return colour.lower() if HEX.fullmatch(colour) else None


def luminance(colour: str) -> float:
    """How light a colour is, from 0 to 1."""
    parts = [int(part, 16) / 255 for part in HEX.fullmatch(colour).groups()]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def on(ground: str) -> str:
    """Black or white, whichever is read better on this ground."""
    return max((WHITE, BLACK), key=lambda text: contrast(text, ground))


def readable(colour: str | None, ground: str = WHITE, otherwise: str = "#1f2937") -> str:
    """The colour, darker where it cannot be read on this ground; `otherwise` where it is none."""
    found = tidy(colour) or otherwise
    while contrast(found, ground) < READABLE:
        red, green, blue = (int(part, 16) for part in HEX.fullmatch(found).groups())
        found = "#" + "".join(f"{int(part * 0.9):02x}" for part in (red, green, blue))
    return found
