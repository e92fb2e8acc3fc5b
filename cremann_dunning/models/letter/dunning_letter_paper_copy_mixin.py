from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

# A copy that a person prints and posts.
BY_HAND = ("print", "registered")
BY_POST = (*BY_HAND, "snailmail")
# Those that are on their way: posted by a person, or taken by the service.
OUT = ("posted", "accepted", "delivered")


class DunningLetterPaperCopyMixin(models.AbstractModel):
    """A letter that goes by mail and on paper as well: the same document, posted once the mail has left.

    The mail is the letter: it moves the level. The copy makes receipt surer, and may make the term end later.
    """

    _name = "dunning.letter.paper.copy.mixin"
    _description = "Paper copy of a dunning letter"

    has_copy_to_post = fields.Boolean(
        string="On paper as well",
        compute="_compute_has_copy_to_post",
        search="_search_has_copy_to_post",
        help="The mail has left; the same letter waits to be printed and posted.",
    )

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
        return self._copies_to_post()[:1].channel or self._prepare_dispatch_vals()["channel"]

    # -- making them ----------------------------------------------------------------------------------------------

    def _make_print(self):
        return self._make_paper_copies("print")

    def _make_registered(self):
        return self._make_paper_copies("registered")

    def _make_snailmail(self):
        if self._has_service("snailmail.letter"):
            return self._give_to_service()
        self._message_log_batch(dict.fromkeys(self.ids, self._service_is_missing()))
        return self._make_paper_copies("print")

    def _make_paper_copies(self, channel):
        """Attempts that wait to be posted, or say that there is no address: ``dunning.dispatch`` records."""
        nowhere = self.env._("No street and city are known. Complete the address, and print the letter from its form.")
        vals_list = []
        for letter in self:
            place = letter._place_on_paper()
            known = (place.street or "").strip() and (place.city or "").strip()
            state, answer = ("queued", False) if known else ("withheld", nowhere)
            vals_list.append(letter._prepare_companion(channel, state, answer, **letter._prepare_copy_vals()))
        return self.env["dunning.dispatch"].sudo().create(vals_list)  # sudo: evidence is written by the system

    def _prepare_copy_vals(self):
        self.ensure_one()
        return {"recipient": self.contact_id.display_name, "pdf_sha256": self.pdf_sha256}

    # -- posting them ---------------------------------------------------------------------------------------------

    def _post_copies(self, day=None, tracking=None, was_posted=False):
        """These copies were put in the post; arguments and answer as those of ``_post_on``.

        Claims are looked at once more. A copy that should have stayed goes on waiting with the reason on it.
        """
        moment = self._posting_moment(day)
        letters = self.sudo().try_lock_for_update(allow_referencing=True)  # sudo: evidence is the system's
        letters.dispatch_ids.invalidate_recordset(["state"])
        letters = letters._copies_to_post().letter_id
        reasons = {} if was_posted else letters._settled_reasons(("sent",))
        for letter, reason in reasons.items():
            letter._copies_to_post().answer = reason
        copies = letters.filtered(lambda letter: letter not in reasons)._copies_to_post()
        user, now = self.env.user, fields.Datetime.now()
        copies.write({"state": "posted", "started_at": moment, "ended_at": now, "user_id": user.id, "answer": False})
        for copy in copies.filtered(lambda copy: copy.channel == "registered"):
            copy.write((tracking or {}).get(copy.letter_id.id, {}))
        copies.letter_id._count_from_copies()
        return reasons

    def _count_from_copies(self):
        """Let the term of letters end later whose copy was posted after the mail: which of both he read, nobody knows.

        It never ends earlier. A registered copy counts once its delivery is proven.
        """
        longer = {}
        for letter in self.filtered(lambda letter: letter.state == "sent" and letter.sent_on):
            copy = letter._posted_copies()[:1]
            day = copy and letter.company_id._dunning_day(copy.started_at)
            way = "registered" if copy.channel == "registered" else "post"
            if day and (vals := letter._only_longer(letter._prepare_term(day, way))):
                env = letter._keeper_env()
                why = env._("On paper as well, posted on %s. Its term was counted again", format_date(env, day))
                longer[letter] = vals, why
        self._lengthen(longer)

    # -- what became of the other way -----------------------------------------------------------------------------

    def _stands_on_paper(self, email):
        """Of a letter whose mail came back: whether its copy is in the post, so that the letter stands."""
        self.ensure_one()
        copy = self._posted_copies()[:1]
        if not copy:
            return False
        mails = self.dispatch_ids.filtered(lambda attempt: attempt.channel == "email" and attempt.state == "accepted")
        text = self.env._("It came back from %s. The same letter is in the post, so it stands.", email)
        mails[:1].write({"state": "bounced", "answer": text})
        self.message_post(body=text)
        return True

    def _call_back_copies(self, reason):
        """Copies that wait do not leave any more."""
        copies = self.sudo().dispatch_ids  # sudo: evidence is written by the system
        copies = copies.filtered(lambda attempt: attempt.state == "queued" and attempt.channel in BY_HAND)
        copies.write({"state": "withheld", "answer": reason, "ended_at": fields.Datetime.now()})

    def _drop_settled_copies(self):
        """Leave out copies about what was paid or taken back since."""
        settled = self._copies_to_post().filtered(lambda attempt: not attempt._is_still_wanted())
        settled.letter_id._call_back_copies(self.env._("Not posted: it was paid or taken back since."))

    def action_drop_copy(self):
        """Do not post the copy of these letters; the mail stands."""
        letters = self.filtered("has_copy_to_post")
        if not letters:
            raise UserError(self.env._("No copy on paper of these letters waits to be posted."))
        letters.check_access("write")
        letters._call_back_copies(self.env._("%s chose not to post it.", self.env.user.name))
        return True
