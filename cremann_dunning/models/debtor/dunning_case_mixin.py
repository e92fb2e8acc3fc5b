from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..dunning_loose import LooseMany2many
from ..event import as_fact

# What somebody may choose from: what is open of the debtor, invoices and entries that were taken in.
OPEN_OF_DEBTOR = (
    "[('company_id', '=', company_id), ('state', '=', 'posted'), "
    "('line_ids', 'any', [('account_type', '=', 'asset_receivable'), ('reconciled', '=', False), "
    "('amount_residual', '>', 0)]), '|', "
    "'&', ('move_type', 'in', ('out_invoice', 'out_receipt')), "
    "('commercial_partner_id.commercial_partner_id', '=', partner_id), "
    "'&', ('dunning_is_claim', '=', True), ('dunning_claim_ids.partner_id', '=', partner_id)]"
)


class DunningCaseMixin(models.AbstractModel):
    """What disputes, promises, payment plans and contacts share: the debtor's case and the invoices they are about."""

    _name = "dunning.case.mixin"
    _description = "Belongs to a dunning case"
    _inherit = ["dunning.debtor.told.mixin", "dunning.record.mixin"]

    # Fields whose change may change what is decided about the debtor's invoices.
    _decisive = frozenset({"case_id", "move_ids", "state"})

    case_id = fields.Many2one("dunning.case", string="Debtor", required=True, index=True, ondelete="restrict")
    partner_id = fields.Many2one(
        related="case_id.partner_id", string="Customer", store=True, precompute=True, index=True
    )
    company_id = fields.Many2one(related="case_id.company_id", store=True, precompute=True, index=True)
    move_ids = LooseMany2many(
        "account.move",
        string="Invoices",
        check_company=True,
        domain=OPEN_OF_DEBTOR,
    )
    # Asked anew when somebody names others, and not when an invoice is deleted: then a record that lost its last one is
    # still about that one, and not suddenly about everything.
    numbers = fields.Char(
        string="Invoice numbers",
        compute="_compute_numbers",
        store=True,
        precompute=True,
        help="The numbers of the invoices, as they were when somebody named them. Empty: everything.",
    )
    about = fields.Char(
        compute="_compute_about",
        help="What it is about, also when the invoices are gone: their numbers, or everything.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="The currency of the invoices.",
    )

    @api.depends("move_ids")
    def _compute_numbers(self):
        for record in self:
            record.numbers = ", ".join(record.move_ids._dunning_numbers(record.case_id.partner_id))

    @api.depends("numbers")
    @api.depends_context("lang")
    def _compute_about(self):
        for record in self:
            record.about = record.numbers or self.env._("Everything")

    @api.depends("move_ids", "case_id")
    def _compute_currency_id(self):
        for record in self:
            record.currency_id = record._currencies()[:1] or record.case_id.currency_id or self.env.company.currency_id

    def _currencies(self):
        """In which currencies the named invoices and entries ask this debtor."""
        entries = self.move_ids.filtered(lambda move: move.move_type == "entry")
        return (self.move_ids - entries).currency_id | entries._dunning_items(self.case_id.partner_id).currency_id

    @api.constrains("move_ids", "case_id", "currency_id")
    def _check_invoices(self):
        """Customer invoices of this debtor, or entries taken in that ask him; of one currency beside an amount."""
        for record in self:
            wrong = record.move_ids.filtered(
                lambda move, record=record: (
                    (move.move_type not in ("out_invoice", "out_receipt") and not move.sudo().dunning_is_claim)
                    or record.partner_id not in move._dunning_debtors()
                )
            )
            if wrong:
                raise ValidationError(
                    self.env._(
                        "%(invoice)s is not an invoice to %(debtor)s. Choose invoices of this debtor.",
                        invoice=wrong[0].display_name,
                        debtor=record.partner_id.display_name,
                    )
                )
            if record._has_amount() and record._currencies() - record.currency_id:
                raise ValidationError(
                    self.env._("These invoices are in several currencies. Make one for each currency.")
                )

    def _has_amount(self):
        """Whether an amount of money stands beside the invoices."""
        return True

    @api.model_create_multi
    def create(self, vals_list):
        """A new record counts at once: what is shown about the invoices follows."""
        records = super().create(vals_list)
        # sudo: that something was said about these claims is the system's to note
        self.env["dunning.claim"].sudo()._of_moves(records.move_ids)
        records._noted()
        records._tell_made()
        return records

    def _noted(self):
        """What happens once a record is there."""
        self._redecide()

    def write(self, vals):
        """What was decided about the invoices follows when it matters."""
        result = super().write(vals)
        if "move_ids" in vals:
            self._fields["move_ids"].forget_lost(self)
            self.env["dunning.claim"].sudo()._of_moves(self.move_ids)  # sudo: as in create
        if self._decisive & set(vals):
            self._redecide()
        return result

    def unlink(self):
        """The invoices are free again."""
        touched = [(company, records._debtors()) for company, records in self.grouped("company_id").items()]
        result = super().unlink()
        for company, partners in touched:
            self._redecide_debtors(company, partners)
        return result

    def _redecide(self):
        for company, records in self.grouped("company_id").items():
            self._redecide_debtors(company, records._debtors())

    def _debtors(self):
        """Whose answers these records may change: the debtors of their cases, and whoever owes what they name today."""
        moves = self.move_ids.sudo()  # sudo: whose the invoices are, whoever notes something about them
        return (self.partner_id | moves.commercial_partner_id).commercial_partner_id

    @api.model
    def _redecide_debtors(self, company, partners):
        """Bring decisions, cases and calls of these debtors up to date, in sets."""
        # sudo: decisions are evidence and written by the engine only, whoever made the record that changes them
        self.env["dunning.engine"].sudo()._redecide(company, partners)
        self.env["dunning.call"].sudo()._keep(company, partners.ids)

    @api.model
    def _relation(self, name, own, other):
        """Table and columns of a many2many field, as named parts of a statement."""
        field = self._fields[name]
        return {
            "relation": SQL.identifier(field.relation),
            own: SQL.identifier(field.column1),
            other: SQL.identifier(field.column2),
        }

    @api.model
    def _about(self, company, partner_ids, state):
        """Which records in this state are about which of these debtors today: what names invoices is about whoever owes
        them, everything else about the debtor of its case.

        :return: a query of ``(id, partner_id)``, the latter a commercial partner.
        """
        return SQL(
            """
            SELECT t.id, p.commercial_partner_id AS partner_id
              FROM %(table)s t JOIN res_partner p ON p.id = t.partner_id
             WHERE t.company_id = %(company)s AND t.state = %(state)s AND p.commercial_partner_id IN %(partners)s
             UNION
            SELECT t.id, p.commercial_partner_id
              FROM %(table)s t
              JOIN %(relation)s r ON r.%(own)s = t.id
              JOIN account_move m ON m.id = r.%(move)s AND m.move_type <> 'entry' -- which others owe beside him
              JOIN account_move_line l ON l.move_id = m.id
              JOIN res_partner p ON p.id = l.partner_id AND p.commercial_partner_id IN %(partners)s
             WHERE t.company_id = %(company)s AND t.state = %(state)s
            """,
            table=SQL.identifier(self._table),
            company=company.id,
            state=state,
            partners=tuple(partner_ids),
            **self._relation("move_ids", "own", "move"),
        )

    # -- as events ------------------------------------------------------------------------------------------------

    def _event_claims(self):
        """Of the named invoices what this debtor owes, or whoever owes them by now."""
        return self.env["dunning.claim"]._ids_about(
            {record: (record.move_ids.ids, record.partner_id.id) for record in self}
        )

    def _event_about(self):
        """What it is about, as facts: the numbers of the invoices, or that it is everything."""
        return as_fact.known(numbers=self.numbers, whole=not self.numbers)

    def _of_invoices(self):
        """The named invoices for a sentence, or that it is about everything."""
        self.ensure_one()
        return self.numbers or self.env._("everything of this debtor")

    def _named(self):
        """Ids of the invoices it is about; none when it is about everything, and only 0 when all of them are gone."""
        self.ensure_one()
        return self.move_ids.ids or ([0] if self.numbers else [])
