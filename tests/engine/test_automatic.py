"""Whether a machine answered: signs beyond doubt, signs that need the subject, and what is none."""

import pytest

from odoo.addons.cremann_dunning.engine.automatic import is_automatic

AWAY, PLAIN = "Automatisch antwoord: Herinnering", "Re: Herinnering"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Auto-Submitted", "auto-replied"),
        ("AUTO-SUBMITTED", "Auto-Replied (vacation)"),
        ("Auto-Submitted", "auto-replied; owner-email=jan@debtor.example.com"),
        ("Auto-Submitted", "auto-notified"),
        ("X-Autoreply", "yes"),
        ("X-Autorespond", "Re: Herinnering"),
        ("Precedence", "auto_reply"),
        ("Precedence", "auto-reply"),
        ("Return-Path", "<>"),
        ("Content-Type", 'multipart/report; report-type="disposition-notification"; boundary="B"'),
        ("Content-Type", 'multipart/report;\n boundary="B";\n report-type=delivery-status'),
    ],
)
def test_what_says_so_is_automatic_whatever_its_subject(name, value):
    assert is_automatic([("From", "jan@debtor.example.com"), (name, value)], PLAIN)
    assert is_automatic([(name, value)])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Auto-Submitted", "auto-generated"),  # Exchange, and the answers of people at a help desk
        ("X-Auto-Response-Suppress", "All"),
        ("Precedence", "bulk"),
        ("Precedence", "junk"),
    ],
)
@pytest.mark.parametrize(
    ("subject", "automatic"),
    [
        (PLAIN, False),
        ("", False),
        (AWAY, True),
        ("Automatic reply: Reminder", True),
        ("Out of Office: Reminder", True),
        ("Afwezigheidsassistent: Herinnering", True),
        ("Réponse automatique : Rappel", True),
        ("Automatische Antwort: Mahnung", True),
    ],
)
def test_what_a_person_may_send_as_well_needs_its_subject(name, value, subject, automatic):
    assert is_automatic([(name, value)], subject) is automatic


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Auto-Submitted", "no"),
        ("X-Autoreply", "no"),
        ("X-Auto-Response-Suppress", "None"),
        ("Precedence", "first-class"),
        ("Return-Path", "<jan@debtor.example.com>"),
        ("Content-Type", "multipart/mixed; boundary=B"),
        ("X-Mailer", "auto-replied"),
        ("Subject", AWAY),
    ],
)
def test_what_is_no_sign(name, value):
    assert not is_automatic([(name, value)], AWAY)
    assert not is_automatic([(name, value)], PLAIN)


def test_a_subject_alone_is_no_sign():
    assert not is_automatic([], AWAY)
    assert not is_automatic([("From", "jan@debtor.example.com")], "Out of office until Monday, I pay then")
