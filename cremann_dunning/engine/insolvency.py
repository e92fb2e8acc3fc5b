"""What an insolvency of a debtor stops: what arose before it is no longer his to pay, nor anybody's to ask of him."""

from datetime import date

from .facts import Claim, Debtor
from .outcome import Decision


def insolvent(debtor: Debtor, claim: Claim) -> Decision | None:
    """The debtor is in a procedure over all his debts, or came out of one that leaves nothing of the older ones."""
    running = [insolvency for insolvency in debtor.insolvencies if insolvency.ended is None]
    covering = [insolvency for insolvency in running if insolvency.covers(claim)]
    if covering:
        last = max(covering, key=lambda insolvency: insolvency.since)
        return Decision(claim, "INSOLVENT", {"kind": last.kind, "since": last.since})
    for over in sorted(debtor.insolvencies, key=lambda insolvency: insolvency.ended or date.min, reverse=True):
        if over.ended and over.covers(claim):
            return Decision(claim, "DISCHARGED", {"kind": over.kind, "ended": over.ended, "outcome": over.outcome})
    estates = [insolvency.since for insolvency in running if insolvency.estate]
    return Decision(claim, "ESTATE", {"since": max(estates)}) if estates else None


def is_his_to_pay(debtor: Debtor, claim: Claim) -> bool:
    """Whether the debtor may pay this claim himself: not where an insolvency stands in the way."""
    return not debtor.insolvencies or insolvent(debtor, claim) is None
