from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.mail import email_normalize_all

from ...engine import rules

# Why a letter was not delivered, as far as it is known when that is noticed.
FAILURES = [
    ("blacklisted", "Address is blocked"),
    ("bounced", "Came back"),
    ("no_address", "No address"),
    ("refused", "Refused"),
    ("unsure", "Cut off"),
    ("stopped", "Stopped by the rules"),
    ("error", "Could not be made"),
]
# What came of a letter when it did not go out; each has something that a person can do about it.
OUTCOMES = [*FAILURES, ("cancelled", "Cancelled"), ("not_posted", "Not posted yet")]


class DunningLetterOutcomeMixin(models.AbstractModel):
    """Why a letter did not go out, one word for each, and what to do about it. None of them counts as sent."""

    _name = "dunning.letter.outcome.mixin"
    _description = "What came of a letter that did not go out"

    failure = fields.Selection(FAILURES, readonly=True, copy=False)
    on_paper_instead = fields.Boolean(
        readonly=True, copy=False, help="It could not go by its own channel, and goes on paper."
    )
    is_on_paper = fields.Boolean(compute="_compute_is_on_paper", help="It reaches the debtor as a letter by post.")
    outcome = fields.Selection(
        OUTCOMES,
        string="Why not",
        compute="_compute_outcome",
        store=True,
        index="btree_not_null",
        help="Why it did not go out. Each has its own button to repair it.",
    )

    @api.depends("channel", "on_paper_instead")
    def _compute_is_on_paper(self):
        for letter in self:
            letter.is_on_paper = letter.on_paper_instead or letter.channel in rules.PAPER_CHANNELS

    @api.depends("state", "failure", "channel", "on_paper_instead", "is_test", "sent_on")
    def _compute_outcome(self):
        for letter in self:
            letter.outcome = letter._outcome()

    def _outcome(self):
        self.ensure_one()
        if self.state == "failed":
            return self.failure or self._guessed_failure()
        if self.state == "cancelled" and not self.is_test and not self.sent_on:
            return "cancelled"
        by_hand = self.is_on_paper and (self.channel != "snailmail" or self.on_paper_instead)
        return "not_posted" if self.state == "issued" and by_hand and not self.is_test else False

    def _guessed_failure(self):
        """What a letter failed by before there was a word for it."""
        self.ensure_one()
        if self.refusal_codes:
            return "stopped"
        last = self.dispatch_ids[:1].state
        return last if last in ("bounced", "refused", "unsure") else "error"

    # -- blocked addresses ----------------------------------------------------------------------------------------

    def _stop_blacklisted(self):
        """Put aside letters to an address that Odoo's blacklist holds; return them.

        Odoo looks at the list for mass mailings only. Whoever asked not to be mailed is not mailed letters either; on
        paper they may go.
        """
        addresses = {letter: set(email_normalize_all(letter.email_to or "")) for letter in self if not letter.is_test}
        # sudo: the list is the administrator's; what is asked is only whether an address stands on it
        blacklist = self.env["mail.blacklist"].sudo()
        asked = set().union(*addresses.values())
        blocked = set(blacklist.search([("email", "in", list(asked))]).mapped("email")) if asked else set()
        stopped = self.filtered(lambda letter: addresses.get(letter, set()) & blocked)
        for letter in stopped:
            # the outbox is the system's
            letter.mail_id.sudo().filtered(lambda mail: mail.state == "outgoing").cancel()
            text = self.env._(
                "%s is on Odoo's blacklist, so nothing is mailed to it. Send it on paper, or have an administrator "
                "take the address off the list and retry",
                ", ".join(sorted(addresses[letter] & blocked)),
            )
            self.env["dunning.dispatch"]._record_end(letter, "withheld", answer=text)
            letter._register_failure(text, "blacklisted")
        return stopped

    # -- repairs --------------------------------------------------------------------------------------------------

    def action_open_contact(self):
        """Mend the address of whoever the letter goes to."""
        self.ensure_one()
        return self.contact_id._get_records_action(name=self.env._("Mend the address"), target="new")

    def action_unblacklist(self):
        """Take the address off Odoo's blacklist, with Odoo's own question about why."""
        self.ensure_one()
        if self.outcome != "blacklisted":
            raise UserError(self.env._("The address of this letter is not blocked."))
        blacklist = self.env["mail.blacklist"]
        blacklist.check_access("write")
        blocked = blacklist.search([("email", "in", email_normalize_all(self.email_to or ""))])
        if not blocked:
            raise UserError(self.env._("The address is not blocked any more. Retry the letter."))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Unblock the address"),
            "res_model": "mail.blacklist.remove",
            "view_mode": "form",
            "target": "new",
            "context": {"default_email": blocked[:1].email},
        }

    def action_propose_anew(self):
        """Decide again about the claims of a letter that was cancelled, in a run of today."""
        self.ensure_one()
        if self.state != "cancelled":
            raise UserError(self.env._("Cancel this letter first; then its claims are free for a new proposal."))
        return self.case_id.action_propose()
