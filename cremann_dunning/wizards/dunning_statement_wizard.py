import base64

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.pdf import merge_pdf

from ..models.debtor.dunning_case_told import STATEMENT

# More than these in one go would keep the server busy for minutes.
MOST_DEBTORS = 200


class DunningStatementWizard(models.TransientModel):
    """Asks what a statement of account shows, and makes it: to save, to print or to mail."""

    _name = "dunning.statement.wizard"
    _description = "Statement of Account"
    _inherit = ["dunning.window.mixin"]

    case_ids = fields.Many2many("dunning.case", string="Debtors", required=True)
    case_count = fields.Integer(compute="_compute_case_count")
    shows = fields.Selection(
        [("open", "What is open"), ("period", "All movements of a period")],
        required=True,
        default="open",
        help="What is open: invoices, credits and receipts that are not settled. All movements: everything booked in "
        "the period, from its opening balance on.",
    )
    as_of = fields.Date(
        required=True,
        default=lambda self: self._default_as_of(),
        help="What was booked after this day does not count.",
    )
    since = fields.Date(
        string="From",
        compute="_compute_since",
        compute_sudo=False,
        store=True,
        readonly=False,
        help="First day of the period. Everything before it is in the opening balance.",
    )
    kind = fields.Selection(
        [("pdf", "PDF"), ("xlsx", "Spreadsheet (XLSX)")], string="Form", required=True, default="pdf"
    )
    separate = fields.Boolean(
        string="A file for each debtor", help="All files together in one archive (ZIP), instead of one PDF to print."
    )
    file = fields.Binary(readonly=True, attachment=False)
    file_name = fields.Char(readonly=True)

    @api.model
    def _default_as_of(self):
        case = self.env["dunning.case"].browse(self.env.context.get("default_case_ids", ())[:1])
        return (case.company_id or self.env.company)._dunning_today()

    @api.depends("case_ids")
    def _compute_case_count(self):
        for wizard in self:
            wizard.case_count = len(wizard.case_ids)

    @api.depends("shows", "as_of")
    def _compute_since(self):
        """A period is that of the year so far, unless somebody says otherwise."""
        for wizard in self:
            if wizard.shows != "period" or not wizard.as_of:
                wizard.since = False
            elif not wizard.since:
                wizard.since = wizard.as_of.replace(month=1, day=1)

    def _check(self):
        """Refuse what cannot be made, with a message that says what to do."""
        self.ensure_one()
        if not self.case_ids:
            raise UserError(self.env._("Choose one or more debtors first."))
        if len(self.case_ids) > MOST_DEBTORS:
            raise UserError(self.env._("Choose at most %s debtors at a time.", MOST_DEBTORS))
        today = max(company._dunning_today() for company in self.case_ids.company_id)
        if self.as_of > today:
            raise UserError(self.env._("The day of the statement lies ahead. Choose today or an earlier day."))
        if self.shows == "period" and not self.since:
            raise UserError(self.env._("Choose the first day of the period."))
        if self.shows == "period" and self.since > self.as_of:
            raise UserError(self.env._("The period ends before it begins. Choose an earlier first day."))

    def _make_files(self):
        self._check()
        since = self.since if self.shows == "period" else None
        return self.env["dunning.statement"]._files(self.case_ids, self.kind, self.as_of, since)

    def action_download(self):
        """Make the statements and let the browser save them: one file, or an archive with one for each debtor."""
        files = self._make_files()
        [(name, content), *others] = files.values()
        if others and (self.separate or self.kind == "xlsx"):
            name = self.env._("Statements of account %s", self.as_of.isoformat()) + ".zip"
            content = self.env["dunning.statement"]._zip(files.values())
        elif others:
            name = self.env._("Statements of account %s", self.as_of.isoformat()) + ".pdf"
            content = merge_pdf([content, *(other for _name, other in others)])
        self.write({"file": base64.b64encode(content), "file_name": name})
        return {
            "type": "ir.actions.act_url",
            "url": f"/dunning/file/{self._name}/{self.id}",
            "target": "download",
        }

    def action_mail(self):
        """Open Odoo's composer with the statement attached; nothing leaves before somebody presses send."""
        files = self._make_files()
        if len(self.case_ids) > 1:
            raise UserError(self.env._("Choose one debtor to mail a statement. Several are saved as a file."))
        [(name, content)] = files.values()
        case = self.case_ids
        case.check_access("write")
        # sudo: keys are the system's to make; the mail to this debtor leads him to his page
        self.env["dunning.page.key"].sudo()._of_debtor(case.company_id, case.partner_id.commercial_partner_id)
        # as the composer keeps its uploads: cleared away by Odoo when nothing is sent
        attachment = self.env["ir.attachment"].create(
            {
                "name": name,
                "raw": content,
                "res_model": "mail.compose.message",
                "res_id": 0,
                "description": STATEMENT,
            }
        )
        action = case._compose("statement")
        action["context"]["default_attachment_ids"] = attachment.ids
        return action | {"name": self.env._("Mail the statement")}
