from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import consteq

from .. import dunning_bulk

# Compared with what a visitor brings where there is no key: it takes as long, and nothing is ever equal to it.
NO_KEY = "-" * 20


class DunningPageKey(models.Model):
    """A key to the debtor's page: one per letter, which says no more than that letter, or one of a debtor without any.

    What it opens without a second check is what its letter says. It expires, and can be revoked; then it opens nothing,
    neither the debtor's page nor that of its letter.
    """

    _name = "dunning.page.key"
    _description = "Key to the Debtor's Page"
    _inherit = ["dunning.record.mixin"]
    _order = "id desc"
    _rec_name = "letter_id"

    company_id = dunning_bulk.Unguarded("res.company", required=True, readonly=True)  # as its letter has
    partner_id = fields.Many2one(
        "res.partner", string="Debtor", required=True, readonly=True, index=True, ondelete="cascade"
    )
    letter_id = fields.Many2one("dunning.letter", readonly=True, ondelete="cascade")
    access_token = fields.Char(
        string="Key", required=True, readonly=True, copy=False, groups="cremann_dunning.group_dunning_user"
    )
    expires_on = fields.Date(string="Opens until", required=True, readonly=True, help="The last day on which it opens.")
    revoked_at = fields.Datetime(readonly=True, copy=False)
    revoked_by_id = dunning_bulk.Unguarded("res.users", readonly=True, copy=False)
    state = fields.Selection(
        [("open", "Opens"), ("expired", "Expired"), ("revoked", "Revoked")],
        string="Status",
        compute="_compute_state",
    )

    _of_letter = models.UniqueIndex("(letter_id) WHERE letter_id IS NOT NULL", "This letter has its key already.")
    _debtor_idx = models.Index("(company_id, partner_id)")

    @api.depends("expires_on", "revoked_at")
    def _compute_state(self):
        days = {company: company._dunning_today() for company in self.company_id}
        for key in self:
            expired = key.expires_on and key.expires_on < days[key.company_id]
            key.state = "revoked" if key.revoked_at else "expired" if expired else "open"

    # -- making ---------------------------------------------------------------------------------------------------

    @api.model
    def _make(self, letters):
        """A row for the key of each of these letters that has none; all in one statement."""
        found = self.search([("letter_id", "in", letters.ids)]).letter_id
        rows = [
            {
                "company_id": letter.company_id.id,
                "partner_id": letter.partner_id.commercial_partner_id.id,
                "letter_id": letter.id,
                "access_token": letter.access_token,
                "expires_on": letter.date + timedelta(days=letter.company_id.dunning_page_days),
            }
            for letter in letters - found
            if letter.access_token
        ]
        return dunning_bulk.insert(self, rows)

    # -- opening --------------------------------------------------------------------------------------------------

    @api.model
    def _opened_by(self, key_id, typed):
        """The key that a visitor has in his hand, whether or not it still opens; empty when it is none.

        :param typed: what stood in his address; compared in a time that says nothing.
        """
        # sudo: whoever has the key need have no right
        key = self.sudo().browse(key_id).exists()
        if not isinstance(typed, str) or not typed.isascii():
            return key.browse()
        same = consteq(key.access_token or NO_KEY, typed)
        return key if same and key else key.browse()

    def _is_open(self):
        """Whether it opens anything today."""
        self.ensure_one()
        if self.state != "open" or not self.company_id.dunning_page:
            return False
        return not self.letter_id or self.letter_id._is_page_open()

    # -- addresses ------------------------------------------------------------------------------------------------

    def _url(self):
        """The debtor's page by this key, below the address of the database."""
        self.ensure_one()
        return f"/my/dunning/account/{self.id}?access_token={self.access_token}"

    # -- revoking -------------------------------------------------------------------------------------------------

    def action_revoke(self):
        """They open nothing from now on."""
        keys = self._by_system().filtered(lambda key: not key.revoked_at)  # written by the system
        keys.write({"revoked_at": fields.Datetime.now(), "revoked_by_id": self.env.uid})
        about = defaultdict(self.browse)
        for key in keys:
            about[key.company_id, key.partner_id] += key
        self.env["dunning.event"]._tell(
            [
                {
                    "kind": "debtor.keys_revoked",
                    "company_id": company.id,
                    "debtor": partner.id,
                    "facts": {"keys": len(own), "letters": own.letter_id.sorted("id").mapped("name")},
                }
                for (company, partner), own in about.items()
            ]
        )
        return True

    @api.model
    def _still_open(self, company, partners):
        """The keys of these debtors that open today."""
        today = Domain("expires_on", ">=", company._dunning_today())
        about = Domain("company_id", "=", company.id) & Domain("partner_id", "in", partners.ids)
        return self.search(about & today & Domain("revoked_at", "=", False))
