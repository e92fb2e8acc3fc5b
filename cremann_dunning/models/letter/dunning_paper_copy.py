from odoo import api, fields, models

from .dunning_letter_paper_mixin import BY_HAND


class DunningPaperCopy(models.AbstractModel):
    """Letters that go by mail and on paper as well: the same document, posted once the mail has left.

    The mail is the letter: it moves the level. The copy makes receipt surer, and may make the term end later.
    """

    _name = "dunning.paper.copy"
    _description = "Paper copies of dunning letters"

    @api.model
    def _make(self, letters, channel):
        """Copies for the post, or for Odoo's Snail Mail where that is installed: ``dunning.dispatch`` records.

        :param channel: one of ``BY_POST``.
        """
        if channel not in BY_HAND:
            snailmail = self.env["dunning.snailmail"]
            if snailmail._is_there():
                return snailmail._give(letters)
            snailmail._tell_missing(letters, copy=True)
            channel = "print"
        return self._make_by_hand(letters, channel)

    @api.model
    def _make_by_hand(self, letters, channel):
        """Attempts that wait to be posted, or say that there is no address: ``dunning.dispatch`` records."""
        nowhere = self.env._("No street and city are known. Complete the address, and print the letter from its form.")
        vals_list, companion = [], self.env["dunning.companion"]
        for letter in letters:
            place = letter._place_on_paper()
            known = (place.street or "").strip() and (place.city or "").strip()
            state, answer = ("queued", False) if known else ("withheld", nowhere)
            vals_list.append(companion._prepare(letter, channel, state, answer, **self._prepare_vals(letter)))
        return self.env["dunning.dispatch"].sudo().create(vals_list)  # sudo: evidence is written by the system

    @api.model
    def _prepare_vals(self, letter):
        return {"recipient": letter._whom(), "pdf_sha256": letter.pdf_sha256}

    @api.model
    def _post(self, letters, day=None, tracking=None, was_posted=False):
        """These copies were put in the post; arguments and answer as those of ``dunning.posting._post_on``.

        Claims are looked at once more. A copy that should have stayed goes on waiting with the reason on it.
        """
        moment = self.env["dunning.posting"]._moment(letters, day)
        letters = letters.sudo().try_lock_for_update(allow_referencing=True)  # sudo: evidence is the system's
        letters.dispatch_ids.invalidate_recordset(["state"])
        letters = letters._copies_to_post().letter_id
        look = letters.env["dunning.last.look"]
        reasons = {} if was_posted else look._settled_reasons(letters, ("sent",), day)
        for letter, reason in reasons.items():
            letter._copies_to_post().answer = reason
        copies = letters.filtered(lambda letter: letter not in reasons)._copies_to_post()
        user, now = self.env.user, fields.Datetime.now()
        copies.write({"state": "posted", "started_at": moment, "ended_at": now, "user_id": user.id, "answer": False})
        for copy in copies.filtered(lambda copy: copy.channel == "registered"):
            copy.write((tracking or {}).get(copy.letter_id.id, {}))
        letters.env["dunning.paper.copy"]._count_terms(copies.letter_id)
        return reasons

    @api.model
    def _count_terms(self, letters):
        """Let the term of letters end later whose copy was posted after the mail: which of both he read, nobody knows.

        It never ends earlier. A registered copy counts once its delivery is proven.
        """
        longer = {}
        for letter in letters.filtered(lambda letter: letter.state == "sent" and letter.sent_on):
            copy = letter._posted_copies()[:1]
            day = copy and letter.company_id._dunning_day(copy.started_at)
            way = "registered" if copy.channel == "registered" else "post"
            if day and (vals := letter._only_longer(letter._prepare_term(day, way))):
                longer[letter] = vals, {"posted": day}
        letters._lengthen(longer)

    @api.model
    def _stands(self, letter, email):
        """Of a letter whose mail came back: whether its copy is in the post, so that the letter stands."""
        copy = letter._posted_copies()[:1]
        if not copy:
            return False
        mails = letter.dispatch_ids.filtered(lambda attempt: attempt.channel == "email" and attempt.state == "accepted")
        text = self.env._("It came back from %s. The same letter is in the post, so it stands.", email)
        mails[:1].write({"state": "bounced", "answer": text})
        return True

    @api.model
    def _call_back(self, letters, reason):
        """Copies that wait do not leave any more."""
        copies = letters.sudo().dispatch_ids  # sudo: evidence is written by the system
        copies = copies.filtered(lambda attempt: attempt.state == "queued" and attempt.channel in BY_HAND)
        copies.write({"state": "withheld", "answer": reason, "ended_at": fields.Datetime.now()})

    @api.model
    def _drop_settled(self, letters):
        """Leave out copies about what was paid or taken back since."""
        copies = letters._copies_to_post()
        silenced = copies._silenced()
        settled = copies.filtered(lambda attempt: not attempt._is_still_wanted(silenced))
        self._call_back(settled.letter_id, self.env._("Not posted: it was paid or taken back since."))
