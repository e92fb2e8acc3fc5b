"""A visit to the debtor's page: whose it is, by what he came in, and what he may see and act on. Knows no HTTP."""

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from odoo.fields import Domain
from odoo.models import BaseModel

ACCOUNT = "/my/dunning/account"

# What a letter has that says nothing any more: no key of it shows or pays an item.
SAYS_NOTHING = ("draft", "cancelled")


@dataclass(frozen=True, eq=False)
class Visit:
    """One visitor on one debtor's page in one company.

    ``company`` and ``partner`` (a commercial partner) are the system's, in the visitor's language; ``key`` what he came
    in with, empty for a login, ``letter`` the letter of that key, if any. ``known``: he passed the second check, or has
    a login of the debtor. ``colleague``: one of the firm looks, and may do nothing.
    """

    company: BaseModel
    partner: BaseModel
    key: BaseModel
    letter: BaseModel
    known: bool
    lang: str
    colleague: bool = False

    @property
    def env(self):
        """The environment of all that the visit is about."""
        return self.company.env

    def url(self, path="", **query):
        """The address of the page, or of a path below it; with the key, where he came in with one.

        :param path: begins with a slash. :param query: more for the address; None is left out.
        """
        place = str(self.key.id) if self.key else f"company/{self.company.id}"
        given = {name: value for name, value in query.items() if value is not None}
        if self.key and not self.colleague:
            given = {"access_token": self.key.access_token, **given}
        return f"{ACCOUNT}/{place}{path}" + (f"?{urlencode(given)}" if given else "")

    def items(self):
        """The open receivable items that he may see and act on, the oldest first: those of his letter, or all."""
        return self._items

    def claims(self):
        """The claims of these items, as far as something was said about them already."""
        return self.env["dunning.claim"].search(
            [("move_line_id", "in", self._items.ids), ("ended_on", "=", False)], order="date_due, id"
        )

    @cached_property
    def _items(self):
        lines = self.env["account.move.line"]
        asked = Domain("move_id.move_type", "in", ("out_invoice", "out_receipt")) | Domain(
            "move_id.dunning_is_claim", "=", True
        )
        domain = asked & Domain(
            [
                ("company_id", "=", self.company.id),
                ("partner_id", "child_of", self.partner.id),
                ("account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("amount_residual_currency", ">", 0),
            ]
        )
        if not self.known:
            if not self.letter or self.letter.state in SAYS_NOTHING:
                return lines
            # what went to another debtor since is not his any more, whatever his letter says
            domain &= Domain("id", "in", self.letter.line_ids.move_line_id.ids)
        return lines.search(domain, order="date_maturity, id")
