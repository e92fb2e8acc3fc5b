import base64

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

COVER = "cremann_dunning.report_dunning_posting_cover"


class DunningPostingWizard(models.TransientModel):
    """Prints the letters that wait on paper as one file in the order of the post, and notes when they were posted."""

    _name = "dunning.posting.wizard"
    _description = "Print and Post Letters"
    _inherit = ["dunning.window.mixin"]

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    line_ids = fields.One2many("dunning.posting.wizard.line", "wizard_id", string="Letters")
    letter_count = fields.Integer(string="Letters to Post", compute="_compute_counts")
    kept_count = fields.Integer(string="Letters Kept Back", compute="_compute_counts")
    has_registered = fields.Boolean(compute="_compute_counts")
    posted_on = fields.Date(
        required=True,
        help="The day on which they were really put in the post. Levels move and terms run from that day.",
    )
    today = fields.Date(readonly=True)
    was_posted = fields.Boolean(
        string="They were in the post before I knew",
        help="Marks them as posted also when an invoice on one of them was paid or disputed since.",
    )
    two_sided = fields.Boolean(
        string="Two-Sided",
        help="For a printer that prints on both sides: each letter and each copy of an invoice begins on a new sheet.",
    )
    carrier_id = fields.Many2one("dunning.carrier", help="Who carries the registered letters.")
    pdf_file = fields.Binary(string="File", attachment=True, readonly=True)
    pdf_name = fields.Char(readonly=True)

    @api.model
    def _for_letters(self, letters, kept_back=None):
        """A wizard about these letters of one company, in this order.

        :param kept_back: why some of them should not be posted, by letter; they stand there unticked.
        """
        kept_back = kept_back or {}
        company, today = letters.company_id, letters.company_id._dunning_today()
        return self.create(
            {
                "company_id": company.id,
                "posted_on": today,
                "today": today,
                "carrier_id": self.env["dunning.carrier"]._for_company(company).id,
                "line_ids": [
                    fields.Command.create(
                        {
                            "sequence": number,
                            "letter_id": letter.id,
                            "to_post": letter not in kept_back,
                            "reason": kept_back.get(letter),
                        }
                    )
                    for number, letter in enumerate(letters, 1)
                ],
            }
        )

    @api.depends("line_ids.to_post", "line_ids.channel")
    def _compute_counts(self):
        for wizard in self:
            posted = wizard.line_ids.filtered("to_post")
            wizard.letter_count = len(posted)
            wizard.kept_count = len(wizard.line_ids) - len(posted)
            wizard.has_registered = "registered" in posted.mapped("channel")

    def _chosen(self):
        """The lines that are ticked. :raises UserError: none is."""
        self.ensure_one()
        lines = self.line_ids.filtered("to_post")
        if not lines:
            raise UserError(self.env._("Tick at least one letter."))
        lines.letter_id.check_access("read")
        return lines

    def action_print(self):
        """One PDF: the cover list, then every letter as it was issued, with the copies of invoices that go along.

        :raises UserError: one of them was paid or disputed since the list was opened, and nobody has seen that yet.
        """
        lines = self._chosen()
        letters, posting = lines.letter_id, self.env["dunning.posting"]
        told = lines.filtered("reason").letter_id  # ticked all the same, by somebody who read why
        if news := posting._kept_back(letters - told):
            reasons = "\n".join(f"{letter.name}: {reason}" for letter, reason in news.items())
            raise UserError(self.env._("Untick these letters, they are no longer right.\n%s", reasons))
        pages = posting._stored_pages(letters)
        printed = letters.filtered(lambda letter: letter in pages)
        enclosed = self.env["dunning.enclosures"]._of(printed)
        envelopes = {letter: [pages[letter], *enclosed.get(letter, ([], []))[0]] for letter in printed}
        missing = [number for _readers, numbers in enclosed.values() for number in numbers]
        cover = self._render_cover(envelopes, letters - printed, missing)
        readers = [reader for own in envelopes.values() for reader in own]
        content = posting._bind([cover, *readers], self.two_sided)
        self.pdf_name = self.env._("Letters to post %s.pdf", fields.Date.to_string(self.company_id._dunning_today()))
        self.pdf_file = base64.b64encode(content)
        return {
            "type": "ir.actions.act_url",
            "url": f"/dunning/file/{self._name}/{self.id}",
            "target": "download",
        }

    def _render_cover(self, envelopes, unreadable, missing=()):
        """The cover list as an opened PDF.

        :param envelopes: per letter, in order, the opened PDFs that go into its envelope, the letter itself first.
        :param unreadable: letters without one. :param missing: numbers of invoices of which there is no copy.
        """
        lines = {line.letter_id: line for line in self.line_ids}
        rows = [
            {
                "number": number,
                "letter": letter,
                "line": lines[letter],
                "copies": len(readers) - 1,
                "pages": sum(reader.getNumPages() for reader in readers),
            }
            for number, (letter, readers) in enumerate(envelopes.items(), 1)
        ]
        data = {
            "rows": rows,
            "unreadable": unreadable,
            "missing": missing,
            "copies": sum(row["copies"] for row in rows),
            "total": sum(row["pages"] for row in rows),
        }
        report = self.env["ir.actions.report"].with_company(self.company_id)
        content, _kind = report.with_context(report_pdf_no_attachment=True)._render_qweb_pdf(COVER, self.ids, data)
        return self.env["dunning.posting"]._open_pdf(content)

    def action_post(self):
        """The ticked letters were put in the post on that day; the others go on waiting."""
        lines = self._chosen()
        carrier = self.carrier_id
        numbers = {
            line.letter_id.id: {
                "tracking_number": self.env["dunning.dispatch"]._tracking(line.tracking_number),
                "carrier_id": carrier.id,
            }
            for line in lines
            if line.channel == "registered"
        }
        given = [vals["tracking_number"] for vals in numbers.values() if vals["tracking_number"]]
        if twice := next((number for number in given if given.count(number) > 1), None):
            raise UserError(self.env._("Tracking number %s stands at two letters. Each letter has its own.", twice))
        posting = self.env["dunning.posting"]
        waiting = posting._waiting(lines.letter_id)
        if not waiting:
            raise UserError(self.env._("Somebody has dealt with these letters already. Nothing was posted again."))
        reasons = posting._post_on(waiting, self.posted_on, numbers, self.was_posted)
        self.pdf_file = False  # it is in the post
        return self._result(lines.letter_id, waiting, reasons)

    def _result(self, letters, waiting, reasons):
        """What was posted and what was not, with its reason; and the screen behind is read again."""
        sent = waiting.filtered(lambda letter: letter.state == "sent" and not letter.has_copy_to_post)
        stopped = waiting.filtered(lambda letter: letter.state == "failed")
        lines = [self.env._("%(count)s posted on %(day)s.", count=len(sent), day=format_date(self.env, self.posted_on))]
        lines += [f"{letter.name}: {reason}" for letter, reason in reasons.items()]
        lines += [f"{letter.name}: {letter.error}" for letter in stopped]
        lines += [self.env._("%s was dealt with by somebody else.", letter.name) for letter in letters - waiting]
        wrong = bool(reasons or stopped)
        title = self.env._("Take these out of the post and cancel them") if wrong else self.env._("Posted")
        kind = "warning" if wrong else "success"
        return self._close_saying("\n".join(lines), title=title, type=kind, sticky=wrong)
