from odoo import models
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)

# Why, by reason, as the debtor reads it; whoever answers changes it where it is not so. What is not named here says
# OTHERWISE.
RIGHT = {
    "price": _lt("The price on the invoice was not the one that was agreed."),
    "quantity": _lt("The invoice names more than was delivered."),
    "quality": _lt("What was delivered was not as agreed."),
    "hours": _lt("The invoice names more hours than were worked."),
    "not_delivered": _lt("What the invoice is about was not delivered."),
    "not_ordered": _lt("We found no order for what the invoice is about."),
    "already_paid": _lt("It had been settled before."),
    "not_received": _lt("The invoice had not arrived in time."),
    "wrong_addressee": _lt("The invoice was meant for somebody else."),
    "no_order_number": _lt("The order number was missing on the invoice. A new invoice that names it follows."),
}
WRONG = {
    "price": _lt("The price on the invoice is the one that was agreed."),
    "quantity": _lt("By our records everything on the invoice was delivered."),
    "quality": _lt("By our records what was delivered was as agreed."),
    "hours": _lt("By our records the hours on the invoice were worked."),
    "not_delivered": _lt("By our records everything on the invoice was delivered."),
    "not_ordered": _lt("By our records it was ordered."),
    "already_paid": _lt("We found no payment of it in our bank account. A proof of payment helps us to look further."),
    "not_received": _lt("By our records the invoice was sent. A copy follows on request."),
    "wrong_addressee": _lt("By our records the order was given in this name."),
    "no_order_number": _lt("The order number is no condition for payment. Once we know it, it stands in our books."),
}
RIGHT_OTHERWISE = _lt("The objection is justified.")
WRONG_OTHERWISE = _lt("The invoice is right in our view.")
MET = _lt("This is what we agreed.")


class DunningDispute(models.Model):
    """Why a dispute is answered as it is, in words to begin with."""

    _inherit = "dunning.dispute"  # pylint: disable=consider-merging-classes-inherited

    def _words(self, outcome, lang=None):
        """The reason for this outcome, to be changed by whoever answers. :param lang: else that of the debtor."""
        self.ensure_one()
        env = self.with_context(lang=lang or self.reader_lang).env
        if outcome == "settled":
            return env._(MET)
        if outcome == "rejected":
            return env._(WRONG.get(self.reason, WRONG_OTHERWISE))
        return env._(RIGHT.get(self.reason, RIGHT_OTHERWISE))
