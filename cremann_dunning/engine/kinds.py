"""What name, numbers and address of a contact show of its kind: a guess that a person confirms, never an answer."""

import re
from dataclasses import dataclass

from stdnum.be import vat as belgian

BUSINESS, CONSUMER, PUBLIC = "business", "consumer", "public"
# What a guess rests on.
PUBLIC_NAME, LEGAL_FORM, ENTERPRISE, KVK = "public_name", "legal_form", "enterprise_number", "kvk_number"
VAT, REGISTRY, COMPANY, PRIVATE_MAIL = "vat", "registry", "company", "private_mail"

# Bodies of the state by the words that their names begin with or contain, in Dutch, French and German.
PUBLIC_WORDS = re.compile(
    r"^(de |het |la |le |l')?(gemeente|stad|ville|commune|stadt|gemeinde|provincie|province|provinz|waterschap|"
    r"hoogheemraadschap|ministerie|minist[eè]re|rijks\w+|politiezone|zone de police|veiligheidsregio|omgevingsdienst)\b"
    r"|\b(ocmw|cpas|fod|spf|rijkswaterstaat|belastingdienst|openbaar lichaam|intercommunale)\b",
    re.IGNORECASE,
)
# Legal forms at the end of a name, with or without points.
FORMS = frozenset(
    {
        *("bv", "nv", "vof", "cv", "ua", "bvba", "bvbao", "ebvba", "cvba", "comm", "commv", "gcv", "vzw", "ivzw"),
        *("asbl", "aisbl", "srl", "sprl", "sa", "sc", "scrl", "scs", "snc", "sas", "sarl", "gmbh", "ag", "kg", "ug"),
        *("ltd", "llc", "plc", "inc", "stichting"),
    }
)
FORMS_IN_FRONT = re.compile(r"^(stichting|vereniging|maatschap|vzw|asbl|co[oö]peratie)\b", re.IGNORECASE)
# Whoever writes from one of these writes for himself, more often than not.
PRIVATE = frozenset(
    {
        *(
            "gmail.com",
            "googlemail.com",
            "hotmail.com",
            "hotmail.nl",
            "hotmail.be",
            "outlook.com",
            "live.nl",
            "live.be",
        ),
        *("live.com", "icloud.com", "me.com", "yahoo.com", "ziggo.nl", "kpnmail.nl", "planet.nl", "home.nl"),
        *("xs4all.nl", "hetnet.nl", "casema.nl", "quicknet.nl", "upcmail.nl", "telenet.be", "skynet.be"),
        *("proximus.be", "voo.be", "scarlet.be"),
    }
)


@dataclass(frozen=True, slots=True)
class Guess:
    """The likely kind, None where nothing shows it, and what it rests on."""

    kind: str | None = None
    why: tuple[str, ...] = ()


def guess(name: str, is_company: bool = False, vat: str = "", registry: str = "", email: str = "") -> Guess:
    """The likely kind of a contact. A public body trades as well, so its name comes before its numbers."""
    if PUBLIC_WORDS.search(name or ""):
        return Guess(PUBLIC, (PUBLIC_NAME,))
    trades = [why for why in (_number(vat, VAT), _number(registry, REGISTRY)) if why]
    if _has_form(name or ""):
        trades.append(LEGAL_FORM)
    if is_company:
        trades.append(COMPANY)
    if trades:
        return Guess(BUSINESS, tuple(dict.fromkeys(trades)))
    if (email or "").rsplit("@", 1)[-1].strip().lower() in PRIVATE:
        return Guess(CONSUMER, (PRIVATE_MAIL,))
    return Guess()


def _number(text: str, otherwise: str) -> str | None:
    """What a number is; None where there is none, as the "/" by which users of Odoo mark that."""
    text = (text or "").strip(" /-.")
    if not text:
        return None
    if belgian.is_valid(text):
        return ENTERPRISE
    digits = re.sub(r"[\s.]", "", text)
    return KVK if otherwise == REGISTRY and re.fullmatch(r"\d{8}", digits) else otherwise


def _has_form(name: str) -> bool:
    words = re.sub(r"[.]", "", name.lower()).replace(",", " ").split()
    return bool(FORMS_IN_FRONT.match(name)) or (len(words) > 1 and (words[-1] in FORMS or words[-2:] == ["v", "of"]))
