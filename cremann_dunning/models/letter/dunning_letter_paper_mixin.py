from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.base.models.ir_actions_report import _wkhtml

from ...engine import rules
from ..dunning_inside import Inside, inside

# What a person prints and posts.
BY_HAND = ("print", "registered")
BY_POST = (*BY_HAND, "snailmail")
# Copies that are on their way: posted by a person, or taken by the service.
OUT = ("posted", "accepted", "delivered")


class DunningLetterPaperMixin(models.AbstractModel):
    """A letter on paper: whether it goes that way, alone or beside a mail, to which street, with what behind it."""

    _name = "dunning.letter.paper.mixin"
    _description = "Dunning letter on paper"

    on_paper_instead = fields.Boolean(
        readonly=True, copy=False, help="It could not go by its own channel, and goes on paper."
    )
    is_on_paper = fields.Boolean(compute="_compute_is_on_paper", help="It reaches the debtor as a letter by post.")
    has_copy_to_post = fields.Boolean(
        string="On paper as well",
        compute="_compute_has_copy_to_post",
        search="_search_has_copy_to_post",
        help="The mail has left; the same letter waits to be printed and posted.",
    )
    needs_letterhead = fields.Boolean(compute="_compute_needs_letterhead")
    has_statement_annex = fields.Boolean(compute="_compute_has_statement_annex")

    @api.depends("state", "on_paper_instead", "dispatch_ids.state")
    def _compute_has_copy_to_post(self):
        for letter in self:
            letter.has_copy_to_post = bool(letter._copies_to_post())

    @api.model
    def _search_has_copy_to_post(self, operator, value):
        if operator != "in":
            return NotImplemented
        waiting = [("state", "=", "queued"), ("channel", "in", BY_HAND)]
        return [("state", "=", "sent"), ("on_paper_instead", "=", False), ("dispatch_ids", "any", waiting)]

    def _copies_to_post(self):
        """The copies of these letters that wait to be printed and posted."""
        sent = self.filtered(lambda letter: letter.state == "sent" and not letter.is_on_paper)
        return sent.dispatch_ids.filtered(lambda attempt: attempt.state == "queued" and attempt.channel in BY_HAND)

    def _posted_copies(self):
        """The copies of a letter by mail that are in the post, or were delivered."""
        self.ensure_one()
        return self.dispatch_ids.filtered(lambda attempt: attempt._is_copy() and attempt.state in OUT)

    def _paper_channel(self):
        """By which kind of post this letter goes now: its copy, or itself."""
        self.ensure_one()
        return self._copies_to_post()[:1].channel or self.env["dunning.dispatch"]._prepare_attempt(self)["channel"]

    @api.depends("channel", "on_paper_instead")
    def _compute_is_on_paper(self):
        for letter in self:
            letter.is_on_paper = letter.on_paper_instead or letter.channel in rules.PAPER_CHANNELS

    def _compute_needs_letterhead(self):
        """Unpatched Qt prints no running header, so the letter brings its own letterhead there."""
        for letter in self:
            letter.needs_letterhead = not _wkhtml().is_patched_qt

    @api.depends("level_id.attach_statement", "level_id.channel_ids.use", "channel")
    def _compute_has_statement_annex(self):
        """By mail the statement is a file of its own; a letter that goes on paper, alone or too, has it behind it."""
        for letter in self:
            beside = letter.level_id._companions() if letter.level_id else ()
            on_paper = letter.channel != "email" or set(beside) & set(BY_POST)
            letter.has_statement_annex = letter.level_id.attach_statement and bool(on_paper)

    def _statement_annex(self):
        """The statement to print after this letter, or nothing; of a preview it is made now."""
        self.ensure_one()
        if not self.has_statement_annex:
            return None
        made = inside(self.env, "dunning_annexes") or self.env["dunning.printing"]._statement_pages(self)
        return made.get(self.id)

    def _is_marked_draft(self):
        """Whether the page says that it is a draft: always, but where the letter is being issued at this moment."""
        self.ensure_one()
        return not inside(self.env, "dunning_issue") and (self.state == "draft" or not self.pdf_sha256)

    def _place_in_words(self):
        """Postcode and city on the envelope, and the country when it is abroad."""
        self.ensure_one()
        place = self._place_on_paper()
        abroad = place.country_id != self.company_id.country_id and place.country_id.name
        return " ".join(filter(None, [place.zip, place.city, abroad]))

    def _place_on_paper(self):
        """Whose street stands on the envelope: the contact's own, else the debtor's."""
        self.ensure_one()
        contact = self.contact_id
        has_own = (contact.street or "").strip() and (contact.city or "").strip()
        return contact if has_own or self._is_to_another() else self.partner_id

    # -- buttons --------------------------------------------------------------------------------------------------

    def action_print(self):
        """The stored PDFs as one file, for the printer; a draft is printed as a preview."""
        return self.env.ref("cremann_dunning.dunning_letter_report").report_action(self, config=False)

    def action_on_paper(self):
        """Send on paper what could not be mailed: the same letter, printed."""
        letters = self.filtered(
            lambda letter: letter.state == "failed" and letter.pdf_sha256 and not letter.is_test
        )._by_system()  # evidence is written by the system
        if not letters:
            raise UserError(self.env._("Only a letter that was made and not delivered can go on paper instead."))
        if any(letter.legal_type == rules.STATUTORY_NOTICE for letter in letters):
            raise UserError(
                self.env._("A statutory notice names how it was sent. Cancel it and propose a new one on paper.")
            )
        letters.mail_id.filtered(lambda mail: mail.state in ("outgoing", "exception")).cancel()
        letters.env["dunning.snailmail"]._call_back(letters)
        letters.env["dunning.paper.copy"]._call_back(letters, self.env._("The letter itself goes on paper."))
        letters.write({"state": "issued", "error": False, "on_paper_instead": True})
        letters._telling()._tell([letters._telling()._row("letter.on_paper", letter) for letter in letters])
        look = letters.env["dunning.last.look"]
        letters -= look._stop_if_settled(letters)
        if stopped := look._stop_at_gate(letters):
            raise UserError(stopped[:1].error)
        return letters.action_print() if letters else True

    def action_print_and_post(self):
        """Show the letters on paper among these, to print them in one go and say when they were posted."""
        self.check_access("write")
        return self.env["dunning.posting"]._open(self)

    def action_mark_posted(self):
        """Confirm that letters on paper were posted today. Only then does the level move."""
        self.check_access("write")
        posting = self.env["dunning.posting"]
        reasons = posting._post_on(self, was_posted=inside(self.env, "dunning_was_posted", False))
        return posting._keep_out(reasons) if reasons else True

    def action_was_posted(self):
        """Mark a letter as posted although its claims have changed since: it was in the post before anybody knew."""
        return self.with_context(dunning_was_posted=Inside()).action_mark_posted()

    def action_drop_copy(self):
        """Do not post the copy of these letters; the mail stands."""
        self.check_access("write")
        letters = self.filtered("has_copy_to_post")
        if not letters:
            raise UserError(self.env._("No copy on paper of these letters waits to be posted."))
        self.env["dunning.paper.copy"]._call_back(letters, self.env._("%s chose not to post it.", self.env.user.name))
        return True
