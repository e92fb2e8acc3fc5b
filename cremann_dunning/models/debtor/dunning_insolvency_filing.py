import base64

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..event import as_fact
from ..letter.dunning_letter_document_mixin import digest

# What the statement says; once it was filed it stays as it was said.
SAID = {"insolvency_id", "company_id", "lang", "retention_of_title", "preference", "annexes", "remarks"}


class DunningInsolvencyFiling(models.Model):
    """What one company claims in the insolvency of a debtor: its statement of claim, when it was filed, and what came
    of it. The statement is made anew as long as it was not filed; the one that was filed stays as it is."""

    _name = "dunning.insolvency.filing"
    _description = "Claim Filed in an Insolvency"
    _inherit = ["dunning.debtor.told.mixin", "dunning.record.mixin"]
    _told = frozenset({"filed_on", "amount_admitted", "admitted_on"})
    _order = "filed_on desc, id desc"
    _rec_name = "insolvency_id"

    insolvency_id = fields.Many2one("dunning.insolvency", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    partner_id = fields.Many2one(related="insolvency_id.partner_id", string="Debtor")
    trustee_id = fields.Many2one(related="insolvency_id.trustee_id")
    date = fields.Date(related="insolvency_id.date", string="Insolvent since")
    currency_id = fields.Many2one(related="company_id.currency_id")
    lang = fields.Selection(
        lambda self: self.env["res.lang"].get_installed(),
        string="Language",
        required=True,
        compute="_compute_lang",
        store=True,
        readonly=False,
        precompute=True,
    )
    retention_of_title = fields.Boolean(
        help="The statement says that goods which were not paid are still yours. Only when your terms agree that."
    )
    preference = fields.Text(
        string="Preference or security", help="What you claim to be paid first, and on what it rests. Empty: none."
    )
    annexes = fields.Text(
        compute="_compute_annexes", store=True, readonly=False, precompute=True, copy=False, help="One on each line."
    )
    remarks = fields.Text()
    filed_on = fields.Date(readonly=True, copy=False)
    filed_how = fields.Selection(
        [("register", "In the register (RegSol)"), ("portal", "Portal of the trustee"), ("mail", "By e-mail"),
         ("post", "By post")],
        string="How",
    )  # fmt: skip
    user_id = fields.Many2one("res.users", string="Filed by", readonly=True, copy=False, ondelete="restrict")
    amount_filed = fields.Monetary(readonly=True, copy=False)
    pdf = fields.Binary(string="Statement as filed", readonly=True, copy=False, attachment=True)
    pdf_name = fields.Char(readonly=True, copy=False)
    pdf_sha256 = fields.Char(readonly=True, copy=False)
    amount_admitted = fields.Monetary(copy=False, help="What the trustee has admitted of it.")
    admitted_on = fields.Date(copy=False)
    state = fields.Selection(
        [("draft", "Not filed yet"), ("filed", "Filed"), ("admitted", "Admitted")],
        string="Status",
        compute="_compute_state",
    )

    @api.depends("insolvency_id")
    def _compute_lang(self):
        """The language of the trustee, or else of the company."""
        installed = {code for code, _name in self.env["res.lang"].get_installed()}
        for filing in self:
            wanted = (filing.trustee_id.lang, filing.company_id.partner_id.lang, "en_US")
            filing.lang = next((code for code in wanted if code in installed), self.env.lang)

    @api.depends("lang")
    def _compute_annexes(self):
        """What goes along as a rule, in the language of the statement, until somebody writes something else."""
        usual = {self._usual_annexes(code) for code, _name in self.env["res.lang"].get_installed()}
        for filing in self:
            if not filing.annexes or filing.annexes in usual:
                filing.annexes = self._usual_annexes(filing.lang)

    @api.model
    def _usual_annexes(self, lang):
        return self.with_context(lang=lang).env._("Copies of the invoices\nStatement of account")

    @api.depends("filed_on", "admitted_on")
    def _compute_state(self):
        for filing in self:
            filing.state = "admitted" if filing.admitted_on else "filed" if filing.filed_on else "draft"

    @api.constrains("insolvency_id", "company_id")
    def _check_company_of_insolvency(self):
        for filing in self:
            if filing.insolvency_id.company_id and filing.insolvency_id.company_id != filing.company_id:
                raise ValidationError(self.env._("This insolvency was recorded for another company. Record it here."))

    @api.constrains("amount_admitted", "admitted_on", "filed_on")
    def _check_admitted(self):
        for filing in self:
            if filing.admitted_on and not filing.filed_on:
                raise ValidationError(self.env._("Mark the claim as filed before you fill in what was admitted."))
            if filing.currency_id.compare_amounts(filing.amount_admitted, 0) < 0:
                raise ValidationError(self.env._("What was admitted cannot be negative. Enter 0 or more."))

    def write(self, vals):
        """:raises UserError: what was filed would say something else."""
        if not self.env.su and self.filtered("filed_on") and self._changed(vals, SAID & set(vals)):
            raise UserError(self.env._("This statement was filed and stays as it is. Make a new one instead."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_filed(self):
        if self.filtered("filed_on"):
            raise UserError(self.env._("A claim that was filed stays on record."))

    def action_print(self):
        """The statement as it stands: the one that was filed, or one of this moment."""
        self.ensure_one()
        self.check_access("read")
        if self.filed_on:
            return {
                "type": "ir.actions.act_url",
                "url": f"/web/content/{self._name}/{self.id}/pdf?filename_field=pdf_name&download=true",
                "target": "download",
            }
        self.env["dunning.filing.paper"]._page(self)  # says what is missing before the browser asks for the file
        return self.env.ref("cremann_dunning.dunning_filing_report").report_action(self)

    def action_filed(self):
        """Note that it was filed today, and keep the statement as it was."""
        for filing in self:
            if filing.filed_on:
                raise UserError(self.env._("This claim was filed already."))
            if not filing.filed_how:
                raise UserError(self.env._("Choose first how it was filed."))
            page = self.env["dunning.filing.paper"]._page(filing)
            content = self.env["dunning.filing.paper"]._pdf(filing, page)
            filing._by_system().write(
                {
                    "filed_on": filing.company_id._dunning_today(),
                    "user_id": self.env.uid,
                    "amount_filed": float(page.total),
                    "pdf": base64.b64encode(content),
                    "pdf_name": self.env["dunning.filing.paper"]._file_name(page),
                    "pdf_sha256": digest(content),
                }
            )
        return True

    def _kind_changed(self, before):
        return "debtor.claim_filed" if "filed_on" in before else "debtor.claim_admitted"

    def _kind_deleted(self):
        return None  # only what was never filed goes

    def _event_facts(self, kind):
        facts = as_fact.known(
            how=as_fact.choice(self, "filed_how"),
            amount=as_fact.money(self.amount_filed, self.currency_id),
            filed_on=as_fact.day(self.filed_on),
            paper=self.pdf_sha256,
        )
        if kind == "debtor.claim_admitted":
            facts |= as_fact.known(
                admitted=as_fact.money(self.amount_admitted, self.currency_id),
                admitted_on=as_fact.day(self.admitted_on),
            )
        return facts, as_fact.known(trustee=self.trustee_id.display_name)
