"""What an answer of a mail server is about: the addressee, ourselves, or the message. A table, first match first.

An answer about one address says nothing of the next letter. An answer about us (a limit, our login, our name) would be
the same for all of them, so none of them is tried any more before it may have changed.
"""

import re
from dataclasses import dataclass

RECIPIENT, US, MESSAGE = "recipient", "us", "message"
# How long an answer holds: until the next hour, until tomorrow; empty for what is tried again by the letter, or never.
HOUR, DAY = "hour", "day"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer is ``about``; for ``US`` when to go on (``wait``); else whether to come back ``later``."""

    about: str
    wait: str = ""
    later: bool = False


# (codes, words, about, wait). Codes are patterns of the three digits. The order matters: a mailbox that is full speaks
# of a quota as well, a greylist of too many.
TABLE = (
    # about the addressee, although the words look like a limit of ours
    ("4..|5..", r"gr[ea]y-?list", RECIPIENT, ""),
    ("4..|5..", r"[45]\.2\.[0-9]|mailbox.{0,40}(full|quota|unavailable|disabled)|over ?quota", RECIPIENT, ""),
    ("4..|5..", r"(user|recipient|account).{0,60}(is receiving|full|over (its|his|their) )", RECIPIENT, ""),
    # our login
    ("530|534|535|538", r"", US, DAY),
    ("454", r"authenticat|4\.7\.0", US, HOUR),
    ("5..", r"authentication (is )?(required|failed|needed)|must (issue a )?(starttls|authenticate)", US, DAY),
    # the message
    ("5..", r"5\.3\.4|message (size|too (big|large))|too large|size (limit|exceeds)", MESSAGE, ""),
    ("5..", r"5\.6\.[0-9]|virus|malware|attachment", MESSAGE, ""),
    # a limit of ours
    ("4..|5..", r"hour|minute|\brate\b|throttl|too fast|slow down|4\.7\.28", US, HOUR),
    ("4..|5..", r"[45]\.4\.5|daily|per day|24 ?h|(sending|user|account|message|outgoing) (limit|quota)", US, DAY),
    ("4..|5..", r"(limit|quota).{0,40}exceed|exceed.{0,40}(limit|quota)", US, DAY),
    ("4..", r"too many|concurrent|connection limit", US, HOUR),
    # our name, and whether we may send
    ("5..", r"5\.1\.[78]|5\.7\.(23|25|26|27|57|60|708)\b|relay", US, DAY),
    ("5..", r"(sender|from).{0,60}(reject|denied|not (allowed|permitted|authori[sz]ed|owned)|refused)", US, DAY),
    ("5..", r"not (allowed|permitted|authori[sz]ed) to send|send(ing)? (is )?(disabled|suspended|blocked)", US, DAY),
    ("5..", r"\b(spf|dkim|dmarc|dnsbl|rbl|spamhaus)\b|block(ed|list)?.{0,30}\bip\b|\bip\b.{0,40}block", US, DAY),
    ("5..", r"outboundspam|poor reputation|account.{0,30}(suspended|blocked|disabled)", US, DAY),
    ("5..", r"spam|content|policy", MESSAGE, ""),
)
_TABLE = tuple(
    (re.compile(codes), re.compile(words, re.IGNORECASE), about, wait) for codes, words, about, wait in TABLE
)


def judge(code: str, text: str, at_sender: bool = False) -> Verdict:
    """What this answer is about.

    :param code: its three digits. :param at_sender: it was given to our own address (MAIL FROM), before the addressee
        was named.
    """
    for codes, words, about, wait in _TABLE:
        if codes.fullmatch(code) and words.search(text):
            return Verdict(about, wait, not wait and code.startswith("4"))
    if at_sender:
        return Verdict(US, HOUR if code.startswith("4") else DAY)
    return Verdict(RECIPIENT, later=code.startswith("4"))


def of_all(verdicts: list[Verdict]) -> Verdict:
    """What the answers to several addresses of one mail come to: about us if one is, later if one is."""
    ours = [verdict for verdict in verdicts if verdict.about == US]
    later = [verdict for verdict in verdicts if verdict.later]
    return (ours or later or verdicts)[0]
