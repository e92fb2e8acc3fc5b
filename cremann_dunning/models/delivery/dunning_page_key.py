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
    code_digest = fields.Char(readonly=True, copy=False, groups=fields.NO_ACCESS)
    code_until = fields.Datetime(readonly=True, copy=False, groups=fields.NO_ACCESS)
    code_tries = fields.Integer(readonly=True, copy=False, groups=fields.NO_ACCESS)
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

    @api.model
    def _of_debtor(self, company, partner):
        """The key that a mail about his whole account carries: that of his last letter that opens, or else one of his
        own, which shows nothing before the second check. Empty where the company has no pages."""
        if not company.dunning_page:
            return self.browse()
        found = self._still_open(company, partner).filtered(lambda key: key._is_open())[:1]
        return found or self.create(
            {
                "company_id": company.id,
                "partner_id": partner.id,
                "access_token": self.env["dunning.letter"]._new_key(),
                "expires_on": company._dunning_today() + timedelta(days=company.dunning_page_days),
            }
        )

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

    @api.model
    def _of_letter_by(self, letter_id, typed):
        """The same by the letter that it is of."""
        # sudo: as above
        return self._opened_by(self.sudo().search([("letter_id", "=", letter_id)], limit=1).id, typed)

    @api.model
    def _only_company(self):
        """The company whose debtors have pages, where it is the only one: then nobody learns anything by its name."""
        # sudo: the firm whose website it is
        companies = self.env["res.company"].sudo().search([("dunning_page", "=", True)], limit=2)
        return companies if len(companies) == 1 else companies.browse()

    def _is_open(self):
        """Whether it opens anything today."""
        self.ensure_one()
        if self.state != "open" or not self.company_id.dunning_page:
            return False
        return not self.letter_id or self.letter_id._is_page_open()

    @api.model
    def _companies_of(self, user):
        """The companies in which this debtor has a page: those that wrote to him or of which something is open."""
        if not user._is_portal():
            return self.env["res.company"]
        partner, companies = user.partner_id.commercial_partner_id, user.company_ids
        # sudo: in which companies he is a debtor; his own login says who he is
        keys = self.sudo().search([("partner_id", "=", partner.id), ("company_id", "in", companies.ids)])
        lines = self.env["account.move.line"].sudo()
        open_ = lines._read_group(
            [
                ("partner_id", "child_of", partner.id),
                ("company_id", "in", companies.ids),
                ("account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
            ],
            ["company_id"],
        )
        found = keys.company_id | self.env["res.company"].sudo().union(*(company for (company,) in open_))
        return found.filtered("dunning_page")

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
        if not partners:
            return self.browse()
        today = Domain("expires_on", ">=", company._dunning_today())
        about = Domain("company_id", "=", company.id) & Domain("partner_id", "child_of", partners.ids)
        return self.search(about & today & Domain("revoked_at", "=", False))
