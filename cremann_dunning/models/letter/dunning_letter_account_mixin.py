import base64
import logging

from odoo import fields, models

from ...tools.qr_code import qr_png

_logger = logging.getLogger(__name__)


class DunningLetterAccountMixin(models.AbstractModel):
    """The way from a letter to the debtor's page: its address, and on paper a code of its own."""

    _name = "dunning.letter.account.mixin"
    _description = "Way from a letter to the debtor's page"

    account_url = fields.Char(compute="_compute_account_url", help="The debtor's page, with the key of this letter.")
    account_qr = fields.Char(
        compute="_compute_account_qr", help="Its address as a picture. No banking app takes it for a payment."
    )

    def _compute_account_url(self):
        """By the row of the key, so a draft has none; nor has what opens nothing any more."""
        # sudo: the key stands in the letter itself
        keys = self.env["dunning.page.key"].sudo().search([("letter_id", "in", self._origin.ids)])
        by_letter = {key.letter_id: key for key in keys if key.state == "open"}
        for letter in self:
            key = by_letter.get(letter._origin.sudo())
            paged = key and letter.company_id.dunning_page and not letter.answer and not letter.is_test
            letter.account_url = f"{letter.get_base_url()}{key._url()}" if paged else False

    def _compute_account_qr(self):
        for letter in self:
            letter.account_qr = letter._account_qr_image()

    def _ends_with_signature(self):
        """Whether the words end with our signature, beside which there is room; a text may end otherwise."""
        self.ensure_one()
        _before, signature, after = (self.paper_body or "").rpartition("o_dunning_signature")
        return bool(signature) and "<p" not in after and "<table" not in after

    def _account_qr_image(self):
        """The code as a data address; a letter without one still has its link."""
        self.ensure_one()
        if not self.account_url:
            return False
        try:
            drawn = qr_png(self.account_url)
        except ValueError as error:
            _logger.info("No code of the debtor's page on letter %s: %s", self.id, error)
            return False
        return f"data:image/png;base64,{base64.b64encode(drawn).decode()}"
