from dataclasses import dataclass

from odoo import api, models
from odoo.fields import Domain
from odoo.tools.mail import email_normalize

from ...engine import written

SOLD = ("out_invoice", "out_receipt", "out_refund")


@dataclass
class Named:
    """What a text names of one company: invoices, letters, and whose they are."""

    moves: models.Model
    letters: models.Model
    debtors: models.Model


@dataclass
class Found:
    """Whose a mail is: ``debtor`` where there is no doubt, the id of a ``suggested`` one where there is."""

    debtor: models.Model
    moves: models.Model
    letter: models.Model
    suggested: int | bool = False


class DunningDesk(models.AbstractModel):
    """Whose a mail is that answers nothing of ours: by the numbers that it names and by the address it comes from.

    Where these say two things, or several debtors, a person decides: it waits in the list.
    """

    _inherit = "dunning.desk"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _find(self, company, msg_dict, words, whole, handed_on):
        """:param words: what its writer wrote himself. :param handed_on: one of ours sent it. :return: ``Found``."""
        subject = msg_dict.get("subject") or ""
        named = self._named(company, f"{subject}\n{words}")
        if not named.debtors:
            named = self._named(company, whole)
        writers = self.env["res.partner"].sudo() if handed_on else self._by_address(company, msg_dict.get("email_from"))
        both = named.debtors & writers
        debtors = both or named.debtors or writers
        sure = len(debtors) == 1 and (both or not named.debtors or not writers)
        debtor = debtors if sure else debtors.browse()
        moves = named.moves.filtered(lambda move: debtor and debtor in move._dunning_debtors())
        letter = named.letters.filtered(lambda letter: letter.partner_id.commercial_partner_id == debtor)[:1]
        return Found(debtor, moves, letter, not sure and debtors[:1].id)

    @api.model
    def _named(self, company, text):
        """What a text names by its number. :return: ``Named``."""
        # sudo: whose numbers these are, whoever the gateway runs as; nothing of it goes back to who wrote
        env = self.sudo().env
        found = Named(env["account.move"], env["dunning.letter"], env["res.partner"])
        numbers = written.numbers(text)
        if not numbers:
            return found
        ours = Domain("company_id", "=", company.id)
        references = numbers + [f"+++{number}+++" for number in numbers]
        sold = Domain("move_type", "in", SOLD) & Domain("state", "=", "posted")
        by_number = Domain("name", "in", numbers) | Domain("payment_reference", "in", references)
        found.moves = env["account.move"].search(ours & sold & by_number, limit=len(numbers))
        claims = env["dunning.claim"].search(ours & Domain("number", "in", numbers), limit=len(numbers))
        found.letters = env["dunning.letter"].search(ours & Domain("name", "in", numbers), limit=len(numbers))
        debtors = found.moves.commercial_partner_id | claims.partner_id | found.letters.partner_id
        found.moves |= claims.move_id
        found.debtors = debtors.commercial_partner_id - company.partner_id
        return found

    @api.model
    def _by_address(self, company, email_from):
        """The debtors of a company who have this address, or else one of the same firm."""
        partners = self.env["res.partner"].sudo()  # sudo: as above
        address = email_normalize(email_from or "")
        if not address:
            return partners
        at_hand = Domain("company_id", "in", (False, company.id))
        exact = partners.search(at_hand & Domain("email_normalized", "=", address), limit=50)
        if found := self._debtors_among(company, exact):
            return found
        firm = written.firm_of(address)
        if not firm or firm == written.firm_of(company.email or ""):
            return partners
        escaped = firm.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        same_firm = partners.search(at_hand & Domain("email_normalized", "=like", f"%@{escaped}"), limit=200)
        return self._debtors_among(company, same_firm)

    @api.model
    def _debtors_among(self, company, partners):
        """Those whom the company sells to or follows up."""
        partners = partners.commercial_partner_id - company.partner_id
        if not partners:
            return partners
        env = self.sudo().env  # sudo: as above
        ours = Domain("company_id", "=", company.id)
        sold = ours & Domain("commercial_partner_id", "in", partners.ids) & Domain("move_type", "in", SOLD)
        invoiced = env["account.move"]._read_group(
            sold & Domain("state", "=", "posted"), ["commercial_partner_id"], ["__count"]
        )
        followed = env["dunning.case"].search(ours & Domain("partner_id", "in", partners.ids)).partner_id
        return followed.union(*(partner for partner, _count in invoiced)) & partners
