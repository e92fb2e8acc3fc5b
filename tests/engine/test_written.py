"""What a debtor wrote, out of the text of his mail."""

import pytest

from odoo.addons.cremann_dunning.engine import written

OUTLOOK = """Beste,

Wij hebben dit vorige week al betaald.

Met vriendelijke groet,
Jan Jansen

Van: Administratie <office@nl.example.com>
Verzonden: maandag 2 maart 2026 10:00
Aan: Jan Jansen
Onderwerp: Herinnering

Wij ontvingen uw betaling niet."""
GMAIL_NL = """Dat klopt niet.

Op ma 2 mrt 2026 om 10:00 schreef Administratie <office@nl.example.com>:
> Wij ontvingen uw betaling niet.
"""
GMAIL_FR = """Bonjour, nous paierons vendredi.

Le lun. 2 mars 2026 à 10:00, Administration <office@be.example.com> a
écrit :

> Nous n'avons pas reçu votre paiement."""
WRAPPED = """I will look.

On Mon, Mar 2, 2026 at 10:00 AM Accounts <office@nl.example.com>
wrote:
> Please pay"""
PHONE = "Is al betaald\n\nVerstuurd vanaf mijn iPhone"


@pytest.mark.parametrize(
    ("text", "begins", "never"),
    [
        (OUTLOOK, "Beste,", "ontvingen"),
        (GMAIL_NL, "Dat klopt niet.", "ontvingen"),
        (GMAIL_FR, "Bonjour, nous paierons vendredi.", "reçu"),
        (WRAPPED, "I will look.", "wrote"),
        (PHONE, "Is al betaald", "iPhone"),
        ("Ja\n-- \nJan", "Ja", "Jan"),
        ("Ja\n-----Oorspronkelijk bericht-----\nVan: x", "Ja", "Oorspronkelijk"),
        ("Ja\n_______________________________\nVan: x", "Ja", "Van"),
        ("> oud\nnieuw\n> oud", "nieuw", "oud"),
    ],
)
def test_quotes_and_signatures_go(text, begins, never):
    words = written.own_words(text)
    assert words.startswith(begins)
    assert never not in words


def test_what_is_no_quote_stays():
    text = "Op maandag schreef ik u al.\nVan: ons krijgt u niets.\nDe rest volgt."
    assert written.own_words(text) == text


def test_an_endless_mail_is_read_up_to_a_bound():
    assert len(written.own_words("woord " * 100_000)) <= written.LONGEST
    assert len(written.numbers(" ".join(f"INV{n:05}" for n in range(5000)))) == written.MOST_NUMBERS


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", False),
        ("Met vriendelijke groet,\nJan Jansen\nBakkerij", False),
        ("Cordialement,\nMarie", False),
        ("Kind regards\nJohn", False),
        ("Al betaald.\nMet vriendelijke groet,\nJan", True),
        ("ok", True),
        (" \n.\n", False),
    ],
)
def test_a_signature_says_nothing(words, said):
    assert written.says_something(words) is said


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("Deze factuur is al betaald op 3 maart.", "paid"),
        ("Wij hebben dit gisteren overgemaakt", "paid"),
        ("La facture a été réglée", "paid"),
        ("We have paid this", "paid"),
        ("Wij hebben nog niet betaald, wat is het IBAN?", "question"),
        ("Ik ben het er niet mee eens", "dispute"),
        ("Nous ne sommes pas d'accord", "dispute"),
        ("Kunnen wij een betalingsregeling treffen?", "plan"),
        ("Puis-je payer en trois fois ?", "plan"),
        ("Wij zullen vrijdag betalen", "promise"),
        ("We will pay on Friday", "promise"),
        ("Nous paierons vendredi", "promise"),
        ("Graag een kopie van de factuur", "copy"),
        ("Mevrouw Peters werkt hier niet meer", "wrong_person"),
        ("Ons nieuwe adres is Kade 1", "address"),
        ("Wat is dit?", "question"),
        ("", "question"),
    ],
)
def test_what_it_is_probably_about(words, reason):
    assert written.guess(words) == reason


@pytest.mark.parametrize(
    ("address", "firm"),
    [
        ("jan@bakkerij.example.com", "bakkerij.example.com"),
        ("Jan <JAN@Bakkerij.Example.com>", "bakkerij.example.com"),
        ("jan@gmail.com", ""),
        ("jan@HOTMAIL.nl", ""),
        ("jan@telenet.be", ""),
        ("jan", ""),
        ("", ""),
        ("jan@localhost", ""),
    ],
)
def test_the_domain_of_a_firm(address, firm):
    assert written.firm_of(address) == firm


def test_numbers():
    text = "Betreft INV/2026/00012 en herinnering RM/2026/0007, graag bellen (0612345678)."
    assert written.numbers(text) == ["INV/2026/00012", "RM/2026/0007", "0612345678"]
    assert written.numbers("Factuur 2026-001.") == ["2026-001"]


def test_same_words():
    assert written.same_words("Ik  ben\nweg", "Ik ben weg")
    assert not written.same_words("Ik ben weg", "Ik ben er")
