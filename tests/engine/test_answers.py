"""What an answer of a mail server is about: a table, with pairs that differ in one word."""

import pytest

from odoo.addons.cremann_dunning.engine.answers import DAY, HOUR, MESSAGE, RECIPIENT, US, Verdict, judge, of_all

LATER = Verdict(RECIPIENT, later=True)
FINAL = Verdict(RECIPIENT)
TODAY, SOON = Verdict(US, DAY), Verdict(US, HOUR)
OF_MESSAGE = Verdict(MESSAGE)


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        # about the recipient, about us, about the message: the same code with other words
        ("550 5.1.1 no such mailbox here", FINAL),
        ("550 5.4.5 Daily user sending limit exceeded", TODAY),
        ("550 5.6.1 attachment of a kind that is not taken", OF_MESSAGE),
        ("552 5.2.2 mailbox full, over quota", FINAL),
        ("552 5.3.1 daily quota exceeded", TODAY),
        ("552 5.3.4 Message size exceeds fixed limit", OF_MESSAGE),
        ("554 5.3.2 no mail is taken here", FINAL),
        ("554 5.7.1 Sender address rejected: not owned by user", TODAY),
        ("554 5.7.1 Message rejected as spam", OF_MESSAGE),
        # later for one, later for all
        ("450 4.2.1 The user you are trying to contact is receiving mail at a rate that", LATER),
        ("450 4.7.1 Greylisted, too many from you; come back later", LATER),
        ("450 4.7.28 unusual rate of mail from your IP address", SOON),
        ("451 4.4.1 Connection timed out", LATER),
        ("451 4.7.1 Greylisted, come back later", LATER),
        ("451 4.7.0 Too many messages per hour", SOON),
        ("452 4.2.2 mailbox full", LATER),
        ("452 4.5.3 Too many recipients", SOON),
        ("452 4.3.1 daily quota of this account is used up", TODAY),
        ("421 4.3.2 shutting down", LATER),
        ("421 4.7.0 Too many connections", SOON),
        ("421 daily limit reached", TODAY),
        # our login and our name
        ("530 5.7.0 Must issue a STARTTLS command first", TODAY),
        ("535 5.7.8 Username and password not accepted", TODAY),
        ("534 5.7.9 Application-specific password required", TODAY),
        ("454 4.7.0 Temporary authentication failure", SOON),
        ("550 5.7.1 relaying denied", TODAY),
        ("550 5.7.1 recipient not allowed", FINAL),
        ("550 5.7.60 Client does not have permissions to send as this sender", TODAY),
        ("550 5.1.8 sender domain does not exist", TODAY),
        ("550 5.7.26 This mail is unauthenticated (SPF)", TODAY),
        ("550 5.7.1 Service unavailable, client host blocked using Spamhaus", TODAY),
    ],
)
def test_table(answer, verdict):
    code, text = answer.split(" ", 1)
    assert judge(code, text) == verdict


def test_answer_to_our_own_address_is_about_us():
    assert judge("550", "no") == FINAL
    assert judge("550", "no", at_sender=True) == TODAY
    assert judge("451", "try later", at_sender=True) == SOON
    assert judge("451", "4.7.1 Greylisted", at_sender=True) == LATER
    assert judge("552", "5.3.4 message too large", at_sender=True) == OF_MESSAGE


def test_several_answers():
    assert of_all([FINAL]) == FINAL
    assert of_all([FINAL, LATER]) == LATER
    assert of_all([LATER, TODAY]) == TODAY
