"""Whether a mail that came back was written by a person or by a machine that answers in his place.

A machine says so in the head of its mail (RFC 3834, and what was done before it). What says it beyond doubt is enough
by itself; what people's mails may carry as well (a help desk sends the answers of its people by machine) only together
with a subject that speaks of an automatic answer. A subject alone is no sign: anybody may write about his holidays. In
doubt a mail is a person's, and somebody has to look at it.
"""

import re
from collections.abc import Iterable

# (header, pattern of its value): an answer by itself, or a receipt of reading or delivery.
SURE = (
    ("auto-submitted", r"auto-replied|auto-notified"),
    ("x-autoreply", r"(?!no\b|false\b|0\b)\S"),
    ("x-auto-reply", r"(?!no\b|false\b|0\b)\S"),
    ("x-autorespond", r"(?!no\b|false\b|0\b)\S"),
    ("x-autoresponder", r"(?!no\b|false\b|0\b)\S"),
    ("x-autoreply-from", r"\S"),
    ("x-mail-autoreply", r"\S"),
    ("precedence", r"auto[-_]?reply"),
    ("x-precedence", r"auto[-_]?reply"),
    ("return-path", r"<>$"),
    ("content-type", r"multipart/report\b.*report-type=\"?(disposition-notification|delivery-status)"),
)
# Automatic, or a person's answer through a machine.
UNSURE = (
    ("auto-submitted", r"(?!no\b)\S"),
    ("x-auto-response-suppress", r"(?!none\b)\S"),
    ("precedence", r"bulk|junk|list"),
    ("x-precedence", r"bulk|junk|list"),
    ("x-ms-exchange-generated-message-source", r"\S"),
    ("x-ms-exchange-inbox-rules-loop", r"\S"),
)
# How programs begin the subject of what they answer by themselves, in the languages of those who get our letters.
SUBJECT = re.compile(
    r"auto(matic|mated)?[ -]?(reply|response)|out of (the )?office|"
    r"automatis(ch|che|chem|cher) (antwoord|beantwoording|antwort)|afwezig|niet op kantoor|buiten kantoor|"
    r"abwesen|réponse automatique|absen(ce|t)\b|en dehors du bureau|"
    r"respuesta automática|fuera de la oficina|risposta automatica|fuori sede|resposta automática|"
    r"automatisk svar|autosvar|frånvaro|odpowiedź automatyczna|automatyczna odpowiedź",
    re.IGNORECASE,
)


def is_automatic(headers: Iterable[tuple[str, str]], subject: str = "") -> bool:
    """Whether a machine answered.

    :param headers: ``(name, value)`` of the mail, in any case and order; a name may come more than once.
    :param subject: of the mail, decoded.
    """
    given = [(name.strip().lower(), " ".join(str(value).split())) for name, value in headers]
    if _any_of(SURE, given):
        return True
    return bool(SUBJECT.search(subject or "")) and _any_of(UNSURE, given)


def _any_of(signs, given):
    return any(
        name == header and re.match(pattern, value, re.IGNORECASE) for header, pattern in signs for name, value in given
    )
