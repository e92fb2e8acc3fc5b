from odoo import api, models


class DunningSnailmail(models.AbstractModel):
    """Letters that Odoo's Snail Mail prints and posts, where that module is installed."""

    _name = "dunning.snailmail"
    _description = "Dunning letters by Odoo's Snail Mail"

    @api.model
    def _is_there(self):
        return self.env["dunning.companion"]._has_service("snailmail.letter")

    @api.model
    def _fall_to_paper(self, letters):
        """Drafts for a service that is not installed are printed and posted by hand, which is told."""
        if self._is_there():
            return
        letters = letters.filtered(lambda letter: letter.channel == "snailmail" and letter.state == "draft")
        letters.write({"channel": "print"})
        self._tell_missing(letters)

    @api.model
    def _tell_missing(self, letters, copy=None):
        """Tell that these are a person's to print and post. :param copy: that it is about their copies on paper."""
        telling = letters._telling()
        telling._tell([telling._row("letter.no_service", letter, {"copy": copy}) for letter in letters])

    @api.model
    def _hand_over(self, letters):
        """Give the stored PDFs to Odoo's Snail Mail; what it answers comes back through its notification."""
        if not self._is_there():
            return
        letters = letters.filtered(
            lambda letter: (
                letter.channel == "snailmail"
                and letter.state == "issued"
                and not letter.is_test
                and not letter.on_paper_instead
            )
        )
        if letters:
            self._give(letters)

    @api.model
    def _give(self, letters):
        """Put these letters in the queue of Odoo's Snail Mail; the attempts that wait for its answer."""
        # sudo: the files go along with the system's own record of posting
        enclosures = self.env["dunning.enclosures"]._of(letters)
        files = [self._prepare_file(letter, enclosures.get(letter, ([], []))[0]) for letter in letters]
        files = self.env["ir.attachment"].sudo().create(files)
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
        companion, copies = self.env["dunning.companion"], self.env["dunning.paper.copy"]
        attempts = self.env["dunning.dispatch"].sudo()  # sudo: evidence is written by the system
        attempts = attempts.create(
            [
                companion._prepare(letter, "snailmail", "queued", **copies._prepare_vals(letter))
                | {"notice_id": snail.message_id.id}
                for letter, snail in zip(letters, snails, strict=True)
            ]
        )
        self.env.ref("snailmail.snailmail_print").sudo()._trigger()  # the queue is the system's; else once a day
        return attempts

    @api.model
    def _prepare_file(self, letter, enclosures=()):
        content, posting = letter._stored_pdf(), self.env["dunning.posting"]
        return {
            "name": letter.pdf_name,
            "raw": posting._bind([posting._open_pdf(content), *enclosures]) if enclosures else content,
            "mimetype": "application/pdf",
            "res_model": letter._name,
            "res_id": letter.id,
        }

    @api.model
    def _call_back(self, letters):
        """What waits at the service does not leave any more."""
        if not letters or not self._is_there():
            return
        waiting = [("model", "=", letters._name), ("res_id", "in", letters.ids), ("state", "in", ("pending", "error"))]
        self.env["snailmail.letter"].sudo().search(waiting).cancel()  # sudo: the queue is the system's
