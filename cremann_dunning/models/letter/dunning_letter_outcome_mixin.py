from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from ...engine.addresses import addresses
from ...tools.spelling import as_note

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
    is_unsure = fields.Boolean(
        compute="_compute_is_unsure", help="Sending was cut off, and nobody knows yet whether the letter left."
    )
    waiting_text = fields.Char(compute="_compute_waiting_text")
    outcome = fields.Selection(
        OUTCOMES,
        string="Why not",
        compute="_compute_outcome",
        store=True,
        index="btree_not_null",
        help="Why it did not go out. Each has its own button to repair it.",
    )

    @api.depends("state", "failure", "channel", "on_paper_instead", "is_test", "sent_on")
    def _compute_outcome(self):
        for letter in self:
            letter.outcome = letter._outcome()

    @api.depends("state", "dispatch_ids.state")
    def _compute_is_unsure(self):
        for letter in self:
            letter.is_unsure = letter.state == "failed" and letter.dispatch_ids[:1].state == "unsure"

    @api.depends("state", "dispatch_ids.state")
    @api.depends_context("lang", "tz")
    def _compute_waiting_text(self):
        """When a letter goes again of which the mail server said to come back."""
        for letter in self:
            last, mail = letter.dispatch_ids[:1], letter.sudo().mail_id  # sudo: the outbox is the system's
            waits = letter.state == "issued" and mail.state == "outgoing" and mail.scheduled_date
            time = waits and format_datetime(self.env, mail.scheduled_date, dt_format="short")
            if waits and last.state == "deferred":
                text = self.env._("%(answer)s It goes again by itself at %(time)s.", answer=last.answer, time=time)
            else:
                text = waits and self.env._("It waits in the outbox and leaves by itself at %s.", time)
            letter.waiting_text = text

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

    def _register_failure(self, reason, failure="error"):
        """Keep the error on the letter until a person has dealt with it, and ask the responsible to.

        :param failure: what kind it is, see ``FAILURES``.
        """
        failed = self.filtered(lambda letter: letter.state in ("draft", "issued", "failed"))
        text = self.env["dunning.delivery"]._plain_reason(reason)
        for letter in failed:
            letter.write({"state": "failed", "error": text, "failure": failure})
            # whoever signs need not be the one who sees to the letters
            keeper = letter.company_id.dunning_responsible_id or letter.user_id
            if keeper and not letter.activity_ids:
                env = letter.with_context(lang=keeper.lang).env
                letter.activity_schedule(
                    "mail.mail_activity_data_warning",
                    summary=env._("Letter not delivered"),
                    note=as_note(text),  # what a mail server said, never its markup
                    user_id=keeper.id,
                )
        self._telling()._failed(failed, text, failure)

    def _register_taken_out(self):
        """Their mails were cancelled or deleted in the outbox, which takes no letter back: a person has to say."""
        if self:
            self._register_failure(
                self.env._(
                    "%s took its mail out of the outbox, so it has not left. Retry sends it after all; Cancel takes it "
                    "back.",
                    self.env.user.name,
                ),
                "refused",
            )

    # -- taking back ----------------------------------------------------------------------------------------------

    def _discard(self):
        """Drafts make way for new ones; what is on record already is cancelled instead.

        :return: what people wrote on them, see ``dunning.draft.notes``.
        """
        kept = self.filtered(lambda letter: letter.name != "/" or letter.override_ids)
        kept._cancel(self.env._("Made anew: the run was proposed again."), cause="anew")
        gone = self - kept
        notes = self.env["dunning.draft.notes"]._take(gone) if gone else {}
        gone.unlink()
        return notes

    def _cancel(self, reason, **told):
        """Take back letters that have not gone out; nothing moves, and the claims are free for a new proposal.

        :param told: what its event says, see ``dunning.letter.telling._cancelled_rows``.
        """
        self._telling()._tell(self._telling()._cancelled_rows(self, **told))
        self.write({"state": "cancelled", "cancel_reason": reason})
        # sudo: the mail in the outbox belongs to the system
        self.mail_id.sudo().filtered(lambda mail: mail.state in ("outgoing", "exception")).cancel()
        self.env["dunning.snailmail"]._call_back(self)
        self.env["dunning.paper.copy"]._call_back(self, reason)

    # -- repairs --------------------------------------------------------------------------------------------------

    def action_open_contact(self):
        """Mend the address of whoever the letter goes to."""
        self.ensure_one()
        self.check_access("write")
        return self.contact_id._get_records_action(name=self.env._("Mend the address"), target="new")

    def action_unblacklist(self):
        """Take the address off Odoo's blacklist, with Odoo's own question about why."""
        self.ensure_one()
        self.check_access("write")
        if self.outcome != "blacklisted":
            raise UserError(self.env._("The address of this letter is not blocked."))
        blacklist = self.env["mail.blacklist"]
        blacklist.check_access("write")
        blocked = blacklist.search([("email", "in", addresses(self.email_to))])
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
        self.check_access("write")
        if self.state != "cancelled":
            raise UserError(self.env._("Cancel this letter first; then its claims are free for a new proposal."))
        return self.case_id.action_propose()
