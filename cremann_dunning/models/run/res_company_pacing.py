from dataclasses import replace
from datetime import timedelta

from odoo import fields, models

from ...engine import pacing
from ..res_company import INSIDE

MOST_DAYS = 60
# Per way of reaching somebody its fields: for businesses and public bodies, and for consumers.
QUIET = {
    pacing.LETTER: ("dunning_quiet_letter", "dunning_quiet_letter_consumer"),
    pacing.MAIL: ("dunning_quiet_mail", "dunning_quiet_mail_consumer"),
    pacing.CALL: ("dunning_quiet_days", "dunning_quiet_days_consumer"),
    pacing.MESSAGE: ("dunning_quiet_message", "dunning_quiet_message_consumer"),
}


class ResCompany(models.Model):
    """How often the company reaches for its debtors: days of quiet after a contact, and caps on contacts."""

    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    dunning_quiet_letter = fields.Integer(
        string="After a letter on paper",
        default=3,
        help="So many days nothing follows a letter on paper, no letter and no call. The days between letters of a "
        "procedure hold beside it. 0: those alone.",
        groups=INSIDE,
    )
    dunning_quiet_letter_consumer = fields.Integer(
        string="After a letter on paper to a consumer", default=4, groups=INSIDE
    )
    dunning_quiet_mail = fields.Integer(string="After a mail", default=2, groups=INSIDE)
    dunning_quiet_mail_consumer = fields.Integer(string="After a mail to a consumer", default=3, groups=INSIDE)
    dunning_quiet_days_consumer = fields.Integer(string="After a contact with a consumer", default=3, groups=INSIDE)
    dunning_quiet_message = fields.Integer(
        string="After a short message", default=2, help="A text message or a message by WhatsApp.", groups=INSIDE
    )
    dunning_quiet_message_consumer = fields.Integer(
        string="After a short message to a consumer", default=3, groups=INSIDE
    )
    dunning_contacts_max = fields.Integer(
        string="Most contacts with a debtor",
        help="At most so many letters, mails, calls and short messages to one debtor in the days beside it; then "
        "nothing goes to him until one of them is longer ago. 0: there is no limit.",
        groups=INSIDE,
    )
    dunning_contacts_days = fields.Integer(string="Days of that limit", default=7, groups=INSIDE)
    dunning_firm_max = fields.Integer(
        string="Most contacts in a day",
        help="So many letters, mails, calls and short messages a day can be answered here. What is over it waits for "
        "the next day, the most urgent goes first. A letter with which a term of the law begins is never held back. "
        "0: there is no limit.",
        groups=INSIDE,
    )

    _check_dunning_quiet = models.Constraint(
        "CHECK("
        + " AND ".join(f"COALESCE({name}, 0) BETWEEN 0 AND {MOST_DAYS}" for row in QUIET.values() for name in row)
        + ")",
        "Choose between 0 and 60 days of quiet after a contact.",
    )
    _check_dunning_contacts = models.Constraint(
        "CHECK(COALESCE(dunning_contacts_max, 0) >= 0 AND COALESCE(dunning_firm_max, 0) >= 0"
        " AND COALESCE(dunning_contacts_days, 7) BETWEEN 1 AND 365)",
        "The most contacts cannot be negative, 0 is no limit; they count over 1 to 365 days.",
    )

    def _dunning_house(self):
        """With the days of quiet and the limits on contacts."""
        house = super()._dunning_house()
        return replace(
            house,
            quiet=tuple((way, self[business], self[consumer]) for way, (business, consumer) in QUIET.items()),
            contacts_max=self.dunning_contacts_max,
            contacts_days=self.dunning_contacts_days,
            firm_max=self.dunning_firm_max,
        )

    def _dunning_reached_since(self, day):
        """The day after which contacts count on another day, for whatever limit there is."""
        self.ensure_one()
        groups = self.env["dunning.customer.group"]._capped_days(self)
        spoken = max(self.dunning_quiet_days, self.dunning_quiet_days_consumer)
        return day - timedelta(days=max(pacing.horizon(self._dunning_house(), groups), spoken) + 1)
