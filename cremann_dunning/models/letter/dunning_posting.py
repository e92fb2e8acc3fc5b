import io
from datetime import datetime, time, timezone

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date
from odoo.tools.pdf import PdfFileReader, PdfFileWriter, PdfReadError

# A3 would be folded; every letter is printed on this, in points.
A4 = (595.28, 841.89)


class DunningPosting(models.AbstractModel):
    """Letters on paper: printed together in the order of the post, posted on a day that a person confirms."""

    _name = "dunning.posting"
    _description = "Posting of dunning letters"

    # -- one PDF for the printer ----------------------------------------------------------------------------------

    @api.model
    def _waiting(self, letters):
        """Those of these letters that somebody has to print and post."""
        return letters.filtered(lambda letter: letter.outcome == "not_posted" or letter.has_copy_to_post)

    @api.model
    def _in_order(self, letters):
        """By country and postcode of the envelope, and by name, as the post wants them."""

        def order(letter):
            place = letter._place_on_paper()
            postcode = (place.zip or "").replace(" ", "").upper()
            return place.country_id.code or "", postcode, letter._whom(), letter.id

        return letters.sorted(order)

    @api.model
    def _open(self, letters):
        """Show the letters on paper among these, to print them in one go and say when they were posted.

        What was paid, disputed or promised since stands there with its reason and is not ticked: it may lie in an
        envelope already.
        """
        self.env["dunning.paper.copy"]._drop_settled(letters)
        letters = self._in_order(self._waiting(letters))
        if not letters:
            raise UserError(self.env._("None of these letters waits to be printed and posted."))
        if len(letters.company_id) != 1:
            raise UserError(self.env._("Choose letters of one company at a time: each company posts its own."))
        wizard = self.env["dunning.posting.wizard"]._for_letters(letters, self._kept_back(letters))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Print and post"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    @api.model
    def _kept_back(self, letters):
        """Why those of these letters should not be posted that are no longer right: ``{letter: reason}``."""
        if not letters:
            return {}
        look = self.env["dunning.last.look"].sudo()  # the facts decide, whatever the user may read of them
        # as if they had been posted at once: whether that left enough days is looked at when somebody says when
        reasons = look._settled_reasons(letters.sudo(), ("issued", "sent"), min(letters.mapped("date")))
        return {letter.with_env(letters.env): reason for letter, reason in reasons.items()}

    @api.model
    def _stored_pages(self, letters):
        """The stored PDF of each letter, opened: ``{letter: reader}``.

        A file that cannot be read, or is not the one that was issued, is left out; it never stops the others.
        """
        letters.check_access("read")
        contents, found = letters._stored_contents(), {}
        for letter in letters:
            content = contents.get(letter.id)
            if letter._problem_of(content):
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

    @api.model
    def _post_on(self, letters, day=None, tracking=None, was_posted=False):
        """These letters were put in the post: their levels move and their terms run from that day.

        Claims are looked at once more, and the gate is asked. Two people who confirm the same letters at the same
        moment post them once.

        :param day: when, if not today. :param tracking: carrier and number per letter id, for registered letters.
        :param was_posted: they were in the post before anybody knew that a claim had changed.
        :return: ``{letter: reason}`` of those that must come out of the post.
        :raises UserError: none of them waits, or that day cannot be.
        """
        copies = letters.filtered("has_copy_to_post")
        paper_copy = self.env["dunning.paper.copy"]
        reasons = paper_copy._post(copies, day, tracking, was_posted) if copies else {}
        if others := letters - copies:
            reasons |= self._post_letters(others, day, tracking, was_posted)
        return reasons

    @api.model
    def _post_letters(self, letters, day, tracking, was_posted):
        """As ``_post_on``, of letters that go on paper themselves."""
        asked = len(letters)
        letters = letters.filtered(lambda letter: letter.state == "issued" and letter.pdf_sha256)
        # sudo: whether a mail is on its way is seen in the system's outbox
        by_mail = letters.filtered(lambda letter: letter.mail_id.sudo().state == "outgoing")
        if by_mail or not letters or letters - self._waiting(letters):
            raise UserError(
                self.env._("Choose letters on paper that wait to be posted. Letters by mail report themselves.")
            )
        moment = self._moment(letters, day)
        letters = letters.sudo().try_lock_for_update(allow_referencing=True)  # sudo: evidence is the system's
        if len(letters) < asked:
            letters.invalidate_recordset()
            letters = letters.filtered(lambda letter: letter.state == "issued")
        look = letters.env["dunning.last.look"]
        reasons = {} if was_posted else look._settled_reasons(letters, posted_on=day)
        for letter, reason in reasons.items():
            letter.error = reason
        letters = letters.filtered(lambda letter: letter not in reasons)
        letters -= look._stop_at_gate(letters)
        # sudo: as above
        attempts = self.env["dunning.dispatch"].sudo()._record_posted(letters, self.env.user, moment, tracking)
        letters._register_sent(moment=moment, attempts=attempts)
        for company in letters.company_id:
            letters.env["dunning.delivery"]._after_sending(company)
        return reasons

    @api.model
    def _moment(self, letters, day):
        """When they left, as the database keeps it: now, or noon of an earlier day. :raises UserError: not so."""
        companies = letters.company_id
        today = companies[:1]._dunning_today()
        if not day or day == today:
            return fields.Datetime.now()
        if day > today:
            raise UserError(
                self.env._("A letter cannot be posted on a day to come. Choose today, or the day it was posted.")
            )
        if late := letters.filtered(lambda letter: letter.date > day)[:1]:
            raise UserError(
                self.env._(
                    "Letter %(letter)s is of %(date)s, so it cannot have been posted before. Choose that day or later.",
                    letter=late.name,
                    date=format_date(self.env, late.date),
                )
            )
        noon = datetime.combine(day, time(12), tzinfo=companies[:1]._dunning_zone())
        return noon.astimezone(timezone.utc).replace(tzinfo=None)

    @api.model
    def _keep_out(self, reasons):
        """Tell which letters must not be posted any more; they are on paper already, so a person has to act."""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Take these out of the post and cancel them"),
                "message": "\n".join(f"{letter.name}: {reason}" for letter, reason in reasons.items()),
                "type": "warning",
                "sticky": True,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
