import hashlib
import io
from datetime import datetime, time, timezone

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date
from odoo.tools.pdf import PdfFileReader, PdfFileWriter, PdfReadError

# A3 would be folded; every letter is printed on this, in points.
A4 = (595.28, 841.89)


class DunningLetterPostingMixin(models.AbstractModel):
    """Letters on paper: printed together in the order of the post, posted on a day that a person confirms."""

    _name = "dunning.letter.posting.mixin"
    _description = "Posting of dunning letters"

    # -- one PDF for the printer ----------------------------------------------------------------------------------

    def _waiting_on_paper(self):
        """Those of these letters that somebody has to print and post."""
        return self.filtered(lambda letter: letter.outcome == "not_posted" or letter.has_copy_to_post)

    def _in_posting_order(self):
        """By country and postcode of the envelope, and by name, as the post wants them."""

        def order(letter):
            place = letter._place_on_paper()
            postcode = (place.zip or "").replace(" ", "").upper()
            return place.country_id.code or "", postcode, letter.contact_id.display_name or "", letter.id

        return self.sorted(order)

    def _place_in_words(self):
        """Postcode and city on the envelope, and the country when it is abroad."""
        self.ensure_one()
        place = self._place_on_paper()
        abroad = place.country_id != self.company_id.country_id and place.country_id.name
        return " ".join(filter(None, [place.zip, place.city, abroad]))

    def action_print_and_post(self):
        """Show the letters on paper among these, to print them in one go and say when they were posted."""
        self._drop_settled_copies()
        letters = self._waiting_on_paper()._in_posting_order()
        if not letters:
            raise UserError(self.env._("None of these letters waits to be printed and posted."))
        if len(letters.company_id) != 1:
            raise UserError(self.env._("Choose letters of one company at a time: each company posts its own."))
        wizard = self.env["dunning.posting.wizard"]._for_letters(letters)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Print and post"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def _stored_pages(self):
        """The stored PDF of each letter, opened: ``{letter: reader}``.

        A file that cannot be read, or is not the one that was issued, is left out; it never stops the others.
        """
        self.check_access("read")
        # sudo: what a field keeps is reached through its record only; its reader was checked
        files = self.env["ir.attachment"].sudo()
        files = files.search(
            [("res_model", "=", self._name), ("res_field", "=", "pdf_file"), ("res_id", "in", self.ids)]
        )
        raw, found = {file.res_id: file.raw for file in files}, {}
        for letter in self:
            content = raw.get(letter.id)
            if not content or hashlib.sha256(content).hexdigest() != letter.pdf_sha256:
                continue
            try:
                reader = self._open_pdf(content)
                if reader.getNumPages():
                    found[letter] = reader
            except (PdfReadError, ValueError, KeyError, OSError):
                continue
        return found

    @api.model
    def _open_pdf(self, content):
        return PdfFileReader(io.BytesIO(content), strict=False)

    @api.model
    def _bind(self, readers, two_sided=False):
        """One PDF of several; printed on two sides each begins on a sheet of its own.

        :param readers: opened PDFs, in order.
        """
        writer = PdfFileWriter()
        for reader in readers:
            if two_sided and writer.getNumPages() % 2:
                writer.addBlankPage(*A4)
            for number in range(reader.getNumPages()):
                writer.addPage(reader.getPage(number))
        with io.BytesIO() as buffer:
            writer.write(buffer)
            return buffer.getvalue()

    # -- posted ---------------------------------------------------------------------------------------------------

    def _post_on(self, day=None, tracking=None, was_posted=False):
        """These letters were put in the post: their levels move and their terms run from that day.

        Claims are looked at once more, and the gate is asked. Two people who confirm the same letters at the same
        moment post them once.

        :param day: when, if not today. :param tracking: carrier and number per letter id, for registered letters.
        :param was_posted: they were in the post before anybody knew that a claim had changed.
        :return: ``{letter: reason}`` of those that must come out of the post.
        :raises UserError: none of them waits, or that day cannot be.
        """
        copies = self.filtered("has_copy_to_post")
        reasons = copies._post_copies(day, tracking, was_posted) if copies else {}
        if letters := self - copies:
            reasons |= letters._post_letters(day, tracking, was_posted)
        return reasons

    def _post_letters(self, day, tracking, was_posted):
        """As ``_post_on``, of letters that go on paper themselves."""
        letters = self.filtered(lambda letter: letter.state == "issued" and letter.pdf_sha256)
        # sudo: whether a mail is on its way is seen in the system's outbox
        by_mail = letters.filtered(lambda letter: letter.mail_id.sudo().state == "outgoing")
        if by_mail or not letters or letters - letters._waiting_on_paper():
            raise UserError(
                self.env._("Choose letters on paper that wait to be posted. Letters by mail report themselves.")
            )
        moment = letters._posting_moment(day)
        letters = letters.sudo().try_lock_for_update(allow_referencing=True)  # sudo: evidence is the system's
        if len(letters) < len(self):
            letters.invalidate_recordset()
            letters = letters.filtered(lambda letter: letter.state == "issued")
        reasons = {} if was_posted else letters._settled_reasons()
        for letter, reason in reasons.items():
            letter.error = reason
        letters = letters.filtered(lambda letter: letter not in reasons)
        letters -= letters._stop_at_gate()
        # sudo: as above
        self.env["dunning.dispatch"].sudo()._record_posted(letters, self.env.user, moment, tracking)
        letters._register_sent(moment=moment)
        for company in letters.company_id:
            self.sudo()._after_sending(company)
        return reasons

    def _posting_moment(self, day):
        """When they left, as the database keeps it: now, or noon of an earlier day. :raises UserError: not so."""
        companies = self.company_id
        today = companies[:1]._dunning_today()
        if not day or day == today:
            return fields.Datetime.now()
        if day > today:
            raise UserError(
                self.env._("A letter cannot be posted on a day to come. Choose today, or the day it was posted.")
            )
        if late := self.filtered(lambda letter: letter.date > day)[:1]:
            raise UserError(
                self.env._(
                    "Letter %(letter)s is of %(date)s, so it cannot have been posted before. Choose that day or later.",
                    letter=late.name,
                    date=format_date(self.env, late.date),
                )
            )
        noon = datetime.combine(day, time(12), tzinfo=companies[:1]._dunning_zone())
        return noon.astimezone(timezone.utc).replace(tzinfo=None)

    # -- snail mail -----------------------------------------------------------------------------------------------

    @api.model
    def _has_service(self, model):
        """Whether the module of Odoo that brings this model is installed; none of them is needed."""
        return model in self.env

    def _fall_to_paper(self):
        """Drafts for a service that is not installed go on paper, with a note."""
        if self._has_service("snailmail.letter"):
            return
        letters = self.filtered(lambda letter: letter.channel == "snailmail" and letter.state == "draft")
        letters.write({"channel": "print"})
        letters._message_log_batch(dict.fromkeys(letters.ids, self._service_is_missing()))

    @api.model
    def _service_is_missing(self):
        return self.env._(
            "This level posts by a service, and Odoo's Snail Mail is not installed. So it is yours to print and post."
        )

    def _hand_to_service(self):
        """Give the stored PDFs to Odoo's Snail Mail; what it answers comes back through its notification."""
        if not self._has_service("snailmail.letter"):
            return
        letters = self.filtered(
            lambda letter: (
                letter.channel == "snailmail"
                and letter.state == "issued"
                and not letter.is_test
                and not letter.on_paper_instead
            )
        )
        if letters:
            letters._give_to_service()

    def _give_to_service(self):
        """Put these letters in the queue of Odoo's Snail Mail; the attempts that wait for its answer."""
        letters = self
        # sudo: the files go along with the system's own record of posting
        files = self.env["ir.attachment"].sudo().create([letter._prepare_service_file() for letter in letters])
        snails = self.env["snailmail.letter"].sudo()  # as above
        snails = snails.create(
            [
                {
                    "model": letter._name,
                    "res_id": letter.id,
                    "partner_id": letter._place_on_paper().id,
                    "company_id": letter.company_id.id,
                    "user_id": self.env.uid,
                    "attachment_id": file.id,
                }
                for letter, file in zip(letters, files, strict=True)
            ]
        )
        attempts = self.env["dunning.dispatch"].sudo()  # sudo: evidence is written by the system
        attempts = attempts.create(
            [
                letter._prepare_companion("snailmail", "queued", **letter._prepare_copy_vals())
                | {"notice_id": snail.message_id.id}
                for letter, snail in zip(letters, snails, strict=True)
            ]
        )
        self.env.ref("snailmail.snailmail_print").sudo()._trigger()  # the queue is the system's; else once a day
        return attempts

    def _prepare_service_file(self):
        self.ensure_one()
        return {
            "name": self.pdf_name,
            "datas": self.pdf_file,
            "mimetype": "application/pdf",
            "res_model": self._name,
            "res_id": self.id,
        }

    def _call_back_service(self):
        """What waits at the service does not leave any more."""
        if not self or not self._has_service("snailmail.letter"):
            return
        waiting = [("model", "=", self._name), ("res_id", "in", self.ids), ("state", "in", ("pending", "error"))]
        self.env["snailmail.letter"].sudo().search(waiting).cancel()  # sudo: the queue is the system's

    def _waits_at_service(self):
        self.ensure_one()
        return any(attempt.channel == "snailmail" and attempt.state == "queued" for attempt in self.dispatch_ids)
