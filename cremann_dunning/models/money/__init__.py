"""The money of a claim: what was asked beyond its principal, receipts and what they are for, the books, and the end of
a claim that is not paid.

May import claim, rules, and what these may."""
