from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from .dunning_agreement_receipt import STATES


class DunningPaymentAgreementMixin(models.AbstractModel):
    """Both sides confirm what was agreed: see ``dunning.agreement.receipt``."""

    _inherit = "dunning.payment.agreement.mixin"

    receipt_state = fields.Selection(
        [("none", "Not asked"), *STATES[:3]],
        string="Confirmed",
        compute="_compute_receipt_state",
        help="Whether the debtor and we have confirmed the text of what was agreed, on his page and here.",
    )

    confirm_html = fields.Html(
        compute="_compute_confirm_html",
        sanitize=False,
        help="Where the debtor confirms what was agreed, for texts; nothing where he has, or was not asked.",
    )

    def _compute_confirm_html(self):
        for record in self:
            receipt, key = record._last_receipt(), record._page_key()
            if not (receipt and receipt._is_confirmable() and key):
                record.confirm_html = False
                continue
            env = record.with_context(lang=record.reader_lang).env
            said = env._("Please confirm on your page that this is what we agreed:")
            url = record.company_id.get_base_url() + key._url()
            record.confirm_html = Markup('<p>{} <a href="{}">{}</a></p>').format(said, url, env._("confirm"))

    def _last_receipt(self):
        """The text that counts."""
        return self.receipt_ids.sorted("id", reverse=True)[:1]

    def _page_key(self):
        """The last key of the debtor that opens his page; none where pages are closed."""
        self.ensure_one()
        own = [("company_id", "=", self.company_id.id), ("partner_id", "=", self.partner_id.commercial_partner_id.id)]
        keys = self.env["dunning.page.key"].sudo().search(own)  # sudo: the debtor's own address, in a text to him
        return keys.filtered(lambda key: key._is_open())[:1]

    def _compute_receipt_state(self):
        for record in self:
            record.receipt_state = record._last_receipt().state or "none"

    def _receipt_lines(self):
        """What was agreed about time, line by line; the environment has the language of the debtor."""
        raise NotImplementedError  # both models say it

    def _is_agreed(self):
        """Whether it stands, so that it can be confirmed."""
        return self.state in ("open", "active")

    def action_ask_confirmation(self):
        """Confirm for the firm what was agreed, and let the debtor confirm it on his page: he is written to."""
        self.ensure_one()
        self.check_access("write")
        if not self._is_agreed():
            raise UserError(self.env._("Only what was agreed and still holds can be confirmed."))
        self.env["dunning.agreement.receipt"]._make(self)._confirm_by_firm()
        return self.action_write()

    def _agreed_on_page(self, who):
        """The debtor proposed it on his page, and it lies within our limits: both have agreed, and that is written
        down. :return: the confirmation."""
        receipt = self.env["dunning.agreement.receipt"]._make(self)
        receipt._confirm_by_firm(by_limits=True)
        receipt._confirm_by_debtor(who)
        return receipt

    def _agree_anew(self):
        """What somebody changed of what was confirmed is a new agreement: ours at once, his once he says so."""
        # sudo: whether there is one, whoever changes the agreement
        for record in self.filtered(lambda one: one.sudo().receipt_ids and one._is_agreed()):
            self.env["dunning.agreement.receipt"]._make(record)._confirm_by_firm()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_confirmed(self):
        if self.sudo().receipt_ids:  # sudo: as above
            raise UserError(self.env._("It was confirmed, so it stays on record. Cancel it instead."))
