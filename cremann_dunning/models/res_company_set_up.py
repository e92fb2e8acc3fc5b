from odoo import fields, models
from odoo.exceptions import AccessError, RedirectWarning, UserError

from .res_company import INSIDE

MANAGER = "cremann_dunning.group_dunning_manager"
# The steps of the first run, in their order.
STEPS = ("company", "kinds", "banks", "preset", "backlog", "channel", "start")


class ResCompany(models.Model):
    """Whether somebody set follow-up up here. Until then nothing goes by itself, and no letter reaches a debtor."""

    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    dunning_set_up_on = fields.Datetime(
        string="Set up on",
        readonly=True,
        copy=False,
        groups=INSIDE,
        help="When a manager went through the first run. Before that nothing goes by itself and no letter goes to a "
        "debtor, whatever the other settings say.",
    )
    dunning_set_up_by_id = fields.Many2one(
        "res.users", string="Set up by", readonly=True, copy=False, ondelete="set null", groups=INSIDE
    )
    dunning_set_up_step = fields.Char(
        readonly=True, copy=False, groups=INSIDE, help="The step of the first run at which somebody left it."
    )
    dunning_bank_account_id = fields.Many2one(
        "res.partner.bank",
        string="Account to pay into",
        domain="[('partner_id', '=', partner_id)]",
        copy=False,
        ondelete="set null",
        groups=INSIDE,
        help="Where letters ask to pay when the invoices on them name no account. Empty: the first one of the company.",
    )

    def _dunning_mode(self):
        """Whether letters leave: as the company says, but a company that was not set up has nothing live."""
        self.ensure_one()
        waits = self.dunning_mode == "live" and not self.dunning_set_up_on
        return "off" if waits else self.dunning_mode

    def _dunning_require_on(self):
        """As before, and it was set up: whoever may do that is led there.

        :raises RedirectWarning: a manager wants a letter to leave from a company that was not set up.
        """
        result = super()._dunning_require_on()
        for company in self:
            if company._dunning_mode() != "off":
                continue
            why = company._dunning_why_not_set_up()
            if not self.env.user.has_group(MANAGER):
                raise UserError(why)
            action = self.env.ref("cremann_dunning.dunning_set_up_action")
            context = {"dunning_set_up_company": company.id}
            raise RedirectWarning(why, action.id, self.env._("Set up follow-up"), context)
        return result

    def _dunning_why_not_set_up(self):
        """What to do about a company in which nothing leaves yet; an empty text where it was set up."""
        self.ensure_one()
        if self.dunning_set_up_on:
            return ""
        return self.env._(
            "Follow-up has not been set up for %s, so nothing leaves yet. A dunning manager does that under "
            "Configuration, First run: it takes a minute, and every step has a proposal.",
            self.name,
        )

    def _dunning_check_may_set_up(self):
        """:raises AccessError: only a manager sets up, and only where he works."""
        for company in self:
            if not self.env.user.has_group(MANAGER) or company not in self.env.user.company_ids:
                raise AccessError(self.env._("Only a dunning manager sets up follow-up, in a company of his own."))

    def _dunning_finish_set_up(self):
        """From now on the settings hold as they are: note who said so and when, and tell it."""
        self._dunning_check_may_set_up()
        for company in self.sudo():  # sudo: a dunning manager need not be allowed to change companies
            company.write(
                {
                    "dunning_set_up_on": fields.Datetime.now(),
                    "dunning_set_up_by_id": self.env.uid,
                    "dunning_set_up_step": False,
                }
            )
            company._dunning_tell_set_up()

    def _dunning_tell_set_up(self):
        mode = {"choice": [self._name, "dunning_mode", self.dunning_mode]}
        backlog = {"choice": [self._name, "dunning_backlog", self.dunning_backlog]}
        facts = {"mode": mode, "backlog": backlog, "automatic": self.dunning_automatic}
        self.env["dunning.event"]._tell([{"kind": "rules.set_up", "company_id": self.id, "facts": facts}])

    def _dunning_bank_account(self):
        """The one that was chosen, as long as it is an account of the company's own."""
        chosen = self.dunning_bank_account_id
        mine = chosen.active and chosen.partner_id == self.partner_id and chosen.company_id in (self, self.browse())
        return chosen if mine else super()._dunning_bank_account()
