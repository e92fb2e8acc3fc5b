"""What a debtor wrote, out of the text of his mail: his own words without what they quote, the numbers that he names,
what he probably writes about, and whether his address says for which firm he writes."""

import re

# Domains at which anybody has an address, so that the same domain says nothing of the same firm.
FREE = frozenset(
    {
        "aol.com", "bluewin.ch", "caiway.nl", "casema.nl", "chello.be", "chello.nl", "deds.nl", "dommel.be",
        "duck.com", "edpnet.be", "fastmail.com", "fastmail.fm", "free.fr", "freeler.nl", "fulladsl.be", "gmail.com",
        "gmx.at", "gmx.com", "gmx.de", "gmx.net", "googlemail.com", "hccnet.nl", "hetnet.nl", "hey.com", "home.nl",
        "hotmail.be", "hotmail.co.uk", "hotmail.com", "hotmail.de", "hotmail.fr", "hotmail.nl", "icloud.com",
        "inbox.com", "kpnmail.nl", "kpnplanet.nl", "laposte.net", "lijbrandt.nl", "live.be", "live.co.uk",
        "live.com", "live.fr", "live.nl", "mac.com", "mail.be", "mail.com", "mail.de", "me.com", "msn.com",
        "numericable.fr", "online.be", "online.nl", "onsbrabantnet.nl", "orange.fr", "outlook.be", "outlook.com",
        "outlook.de", "outlook.fr", "outlook.nl", "pandora.be", "planet.nl", "pm.me", "proton.me", "protonmail.ch",
        "protonmail.com", "proximus.be", "quicknet.nl", "rocketmail.com", "scarlet.be", "scarlet.nl", "sfr.fr",
        "skynet.be", "skypro.be", "solcon.nl", "t-online.de", "telenet.be", "telfort.nl", "tele2.nl", "tiscali.be",
        "tiscali.nl", "tutanota.com", "tuta.io", "upcmail.nl", "versatel.be", "versatel.nl", "voo.be", "wanadoo.fr",
        "wanadoo.nl", "web.de", "wxs.nl", "xs4all.nl", "yahoo.be", "yahoo.co.uk", "yahoo.com", "yahoo.de",
        "yahoo.fr", "yahoo.nl", "yandex.com", "ymail.com", "zeelandnet.nl", "ziggo.nl", "zoho.com", "zonnet.nl",
    }
)  # fmt: skip

# Where a mail begins to quote the one that it answers, as the programs of those who get our letters write it.
_WROTE = r"schreef|heeft .{0,60}geschreven|a écrit|wrote|schrieb|escribió|ha scritto|napisał"
_HEAD = r"sent|verzonden|envoyé|date|datum|gesendet|verstuurd"
_ABOVE = (
    r"original message|oorspronkelijk bericht|message d['’]origine|message original|forwarded message|"
    r"doorgestuurd bericht|message transféré|ursprüngliche nachricht"
)
_BEGINS = (
    rf"^[ \t>*]*(?:op|le|on|am|el|il|w dniu)\b[^\n]{{0,160}}(?:\n[^\n]{{0,160}})?\b(?:{_WROTE})\b[^\n]{{0,99}}:[ \t]*$",
    rf"^[ \t]*-{{2,}}[ \t]*(?:{_ABOVE})[ \t]*-{{2,}}",
    r"^[ \t]*(?:begin doorgestuurd bericht|begin forwarded message|début du message (?:réexpédié|transféré))[ \t]*:",
    rf"^[ \t*]*(?:from|van|de|von)[ \t\xa0]?:[*]?[ \t\xa0].+\n(?:.*\n){{0,3}}?[ \t*]*(?:{_HEAD})[ \t\xa0]?:",
    r"^[ \t]*_{12,}[ \t]*$",
)
QUOTE = re.compile("|".join(_BEGINS), re.IGNORECASE | re.MULTILINE)
# What ends one's own words, and is put there by a program.
_BY_PHONE = r"(?:verzonden|verstuurd|sent|envoyé|gesendet)[ \t\xa0](?:vanaf|vanuit|met|from|depuis|de|à partir de|von)"
_BY_OUTLOOK = r"(?:outlook voor|get outlook for|télécharger outlook|obtenir outlook)"
SIGNATURE = re.compile(
    rf"^(?:--[ \t\xa0]*$|[ \t]*(?:{_BY_PHONE}|{_BY_OUTLOOK})\b.{{0,60}}$)", re.IGNORECASE | re.MULTILINE
)
# How a person ends a mail: what follows says who he is and not what he wants.
CLOSING = re.compile(
    r"^[ \t]*(?:(?:met )?vriendelijke groet(?:en)?|hartelijke groet(?:en)?|mvg|groet(?:en|jes)?|hoogachtend|"
    r"cordialement|bien à vous|salutations(?: distinguées)?|bien cordialement|meilleures salutations|"
    r"kind regards|best regards|regards|yours sincerely|sincerely|mit freundlichen grüßen)[ \t,.!]*$",
    re.IGNORECASE | re.MULTILINE,
)
# A number of an invoice or a letter: it has a digit, and what stands between digits and letters.
NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9/._\-]{2,38}[A-Za-z0-9]")
MOST_NUMBERS = 60
LONGEST = 20_000  # characters that are looked at: nobody reads on, and a mail may be endless

# What somebody probably writes about; the first that fits. It is a guess by which the list is sorted, never an act.
GUESSES = {
    "dispute": (
        r"niet (?:mee )?(?:akkoord|eens)\b|betwist|klop(?:t|pen) niet|niet (?:correct|juist)\b|onjuist|"
        r"niet geleverd|nooit (?:besteld|geleverd)|pas d['’]accord|contest(?:e|ons|er)\b|"
        r"pas (?:été )?(?:correct|livr)|erronée?\b|(?:do|does|don't) not agree|dispute|"
        r"is (?:not correct|wrong|incorrect)|never (?:ordered|delivered|received the)"
    ),
    "plan": (
        r"betal(?:ings)?regeling|in termijnen|gespreid(?:e)? beta|afbetal|"
        r"plan (?:de paiement|d['’]apurement)|échelonn|en (?:plusieurs|\w+) fois|payment plan|instal+ments"
    ),
    "paid": (
        r"(?:al|reeds|inmiddels|intussen) (?:\w+ ){0,3}(?:betaald|overgemaakt|voldaan)|"
        r"(?:heb|hebben|is|zijn|werd) (?:(?!niet\b)\w+ ){0,6}(?:betaald|overgemaakt|voldaan)|"
        r"(?:déjà|bien) (?:été )?(?:payée?s?|réglée?s?)|"
        r"(?:avons|ai|a été) (?:déjà |bien )?(?:payée?|réglée?|viré)|"
        r"virement (?:a été |est )?(?:effectué|fait)|(?:already|have|has been|was|were|i|we) paid"
    ),
    "promise": (
        r"(?:zal|zullen|ga|gaan) (?:\w+ ){0,6}(?:betalen|overmaken)|"
        r"(?:wordt|worden) (?:\w+ ){0,4}(?:betaald|overgemaakt)|\b(?:paierai|paierons|réglerons|réglerai)\b|"
        r"sera (?:payée?|réglée?)|(?:will|going to) (?:be )?pa(?:y|id)"
    ),
    "copy": (
        r"\b(?:kopie|copie|duplicata)\b|"
        r"(?:factuur|facturen) (?:\w+ ){0,3}(?:niet|nooit) (?:\w+ )?(?:ontvangen|gekregen)|"
        r"(?:niet|nooit) (?:\w+ ){0,4}factuur (?:ontvangen|gekregen)|"
        r"opnieuw (?:\w+ ){0,3}(?:sturen|toesturen|mailen)|pas (?:bien )?reçu (?:la|cette|votre|de) facture|"
        r"cop(?:y|ies) of|(?:re)?send (?:\w+ ){0,4}invoice"
    ),
    "wrong_person": (
        r"verkeerde (?:persoon|bedrijf|adres)|niet (?:voor )?(?:mij|ons) bestemd|werkt (?:hier )?niet meer|"
        r"ne (?:travaille|suis) (?:plus|pas)|mauvais(?:e)? (?:destinataire|personne)|"
        r"wrong (?:person|company)|no longer works|not (?:meant )?for (?:me|us)"
    ),
    "address": (
        r"nieuw(?:e)? (?:\w+-?)?adres|verhuisd|adreswijziging|nouvelle adresse|déménagé|"
        r"changement d['’]adresse|new (?:\w+ )?address|have moved"
    ),
}
_GUESSES = tuple((reason, re.compile(pattern, re.IGNORECASE)) for reason, pattern in GUESSES.items())
ASKED = re.compile(r"\?|\b(?:vraag|question|graag|pourriez|could you|kunt u|kan u)\b", re.IGNORECASE)


def own_words(text: str) -> str:
    """What he wrote himself: without the mail that he answers and without what his program puts below."""
    text = (text or "").replace("\r\n", "\n").replace("\r", "\n")[:LONGEST]
    if found := QUOTE.search(text):
        text = text[: found.start()]
    lines = [line.rstrip() for line in text.split("\n") if not line.lstrip().startswith(">")]
    text = "\n".join(lines)
    if found := SIGNATURE.search(text):
        text = text[: found.start()]
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def says_something(words: str) -> bool:
    """Whether somebody wrote anything beside how he greets and what he is called."""
    found = CLOSING.search(words or "")
    said = words[: found.start()] if found else words or ""
    return bool(re.search(r"\w", said))


def numbers(text: str) -> list[str]:
    """What may be the number of an invoice or a letter, in capitals, in the order of the text, each once."""
    found = {}
    for part in NUMBER.findall((text or "")[:LONGEST]):
        if any(sign.isdigit() for sign in part):
            found.setdefault(part.upper())
            if len(found) == MOST_NUMBERS:
                break
    return list(found)


def guess(words: str) -> str:
    """The reason for which somebody probably writes, one of those of the desk."""
    for reason, pattern in _GUESSES:
        if pattern.search(words or ""):
            return reason
    return "question"


def firm_of(address: str) -> str:
    """The domain of an address where it says for which firm somebody writes; an empty text where anybody has one."""
    domain = (address or "").rpartition("@")[2].strip().strip(">").lower()
    return "" if domain in FREE or "." not in domain else domain


def same_words(first: str, second: str) -> bool:
    """Whether two mails say the same, whatever stands between the words."""
    return (first or "").split() == (second or "").split()
