from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError


class DunningCase(models.Model):
    """The debtor's own page: looking at it, and taking the keys to it away."""

    _inherit = "dunning.case"  # pylint: disable=consider-merging-classes-inherited

    page_key_count = fields.Integer(compute="_compute_page_key_count", string="Keys that open")

    page_html = fields.Html(
        compute="_compute_page_html",
        sanitize=False,
        help="Where the debtor sees his account, for texts; nothing where he has no page.",
    )

    def _compute_page_html(self):
        # sudo: the debtor's own address, in a text to him
        keys = self.env["dunning.page.key"].sudo()
        for case in self:
            found = keys._still_open(case.company_id, case.partner_id).filtered(lambda key: key._is_open())[:1]
            if not found:
                case.page_html = False
                continue
            env = case.with_context(lang=case.reader_lang).env
            said = env._("You always find your account, with your invoices and ways to pay, on your own page:")
            url = case.company_id.get_base_url() + found._url()
            case.page_html = Markup('<p>{} <a href="{}">{}</a></p>').format(said, url, env._("see my account"))

    def _compute_page_key_count(self):
        # sudo: how many there are, for whoever may open the case
        keys = self.env["dunning.page.key"].sudo()
        for company, cases in self.grouped("company_id").items():
            found = keys._still_open(company, cases.partner_id)
            found = found.grouped(lambda key: key.partner_id.commercial_partner_id)
            for case in cases:
                case.page_key_count = len(found.get(case.partner_id.sudo(), ()))

    def action_open_keys(self):
        """The keys to the page of this debtor."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("cremann_dunning.dunning_page_key_action")
        about = [("company_id", "=", self.company_id.id), ("partner_id", "=", self.partner_id.id)]
        return action | {"domain": about, "context": {}}

    def action_look_at_page(self):
        """Look at the page as the debtor sees it after the second check."""
        self.ensure_one()
        self.check_access("read")
        key = self.env["dunning.page.key"]._still_open(self.company_id, self.partner_id)[:1]
        if not key or not key.sudo()._is_open():  # sudo: its letter and company
            raise UserError(self.env._("This debtor has no key to a page that opens. A letter brings one."))
        return {"type": "ir.actions.act_url", "url": f"/my/dunning/account/{key.id}", "target": "new"}

    def action_revoke_keys(self):
        """With the keys of these debtors nobody opens a page any more."""
        self.check_access("write")
        for company, cases in self.grouped("company_id").items():
            self.env["dunning.page.key"]._still_open(company, cases.partner_id).action_revoke()
        return True
