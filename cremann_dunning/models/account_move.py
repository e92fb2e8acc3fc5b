import base64
import logging

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.base.models.ir_actions_report import _wkhtml

from ..tools.page_text import shows
from . import dunning_triggers
from .res_partner import DEBTOR_KINDS

_logger = logging.getLogger(__name__)

# Why an invoice is or is not followed up is nobody's business outside: a portal user may read his own invoices.
INSIDE = "cremann_dunning.group_dunning_user"

# What an invoice shows of its decision in force, and the columns of dunning_decision it stands in.
SHOWN = [("is_current", "=", True), ("is_shown", "=", True)]
CURRENT = {"dunning_decision_id": "id", "dunning_next_level_id": "level_id", "dunning_next_date": "next_date"}

# What names an entry without a foreign key, and lets go of it all the same when it is deleted.
NAMING = ("dunning_claim", "dunning_decision", "dunning_letter_line")


class AccountMove(models.Model):
    _inherit = "account.move"

    dunning_kind_set = fields.Selection(
        DEBTOR_KINDS[:-1],
        string="Debtor kind of this invoice",
        copy=False,
        help="Only when this invoice differs from the debtor's own kind, for example a sole trader who buys privately.",
        groups=INSIDE,
    )
    dunning_debtor_kind = fields.Selection(
        DEBTOR_KINDS,
        string="Debtor kind",
        compute="_compute_dunning_debtor_kind",
        inverse="_inverse_dunning_debtor_kind",
        search="_search_dunning_debtor_kind",
        groups=INSIDE,
    )
    dunning_procedure_id = fields.Many2one(
        "dunning.procedure",
        string="Own dunning procedure",
        copy=False,
        check_company=True,
        help="Leave empty to follow the procedure of the debtor.",
        groups=INSIDE,
    )
    # Written in one statement by letters that were sent, never by hand.
    dunning_level_id = fields.Many2one(
        "dunning.level",
        string="Dunning level",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        groups=INSIDE,
    )
    # The decision in force and what it says. None of it is a column of the entry: a run over the whole ledger writes
    # its decisions only, and nobody who books a payment meanwhile has to wait for it. See _field_to_sql.
    dunning_decision_id = fields.Many2one(
        "dunning.decision",
        string="Dunning decision",
        compute="_compute_dunning_decision_id",
        search="_search_dunning_decision_id",
        groups=INSIDE,
    )
    dunning_is_claim = fields.Boolean(
        string="Taken in as a claim",
        readonly=True,
        copy=False,
        help="This journal entry is followed up like an invoice: its open receivable lines with a due date are claims.",
        groups=INSIDE,
    )
    dunning_next_level_id = fields.Many2one(
        related="dunning_decision_id.level_id", string="Next dunning level", groups=INSIDE
    )
    dunning_next_date = fields.Date(related="dunning_decision_id.next_date", string="Next step on", groups=INSIDE)
    dunning_explanation = fields.Char(string="Why", compute="_compute_dunning_explanation", groups=INSIDE)
    dunning_letter_count = fields.Integer(compute="_compute_dunning_letter_count", groups=INSIDE)

    _dunning_open_idx = models.Index(
        "(commercial_partner_id) WHERE state = 'posted' AND payment_state IN ('not_paid', 'partial')"
    )

    def init(self):
        """See dunning_triggers."""
        dunning_triggers.empty_with(self.env.cr, self._table, "move_id", NAMING)
        return super().init()

    @api.depends("dunning_kind_set", "commercial_partner_id.dunning_debtor_kind")
    def _compute_dunning_debtor_kind(self):
        for move in self:
            own = move.dunning_kind_set or move.commercial_partner_id.dunning_debtor_kind
            move.dunning_debtor_kind = own or "unknown"

    def _inverse_dunning_debtor_kind(self):
        """What is chosen on the invoice holds for the invoice; choosing the debtor's own kind again lets go of it."""
        for move in self:
            own = move.dunning_debtor_kind
            move.dunning_kind_set = (
                own if own not in ("unknown", move.commercial_partner_id.dunning_debtor_kind) else False
            )

    @api.model
    def _search_dunning_debtor_kind(self, operator, value):
        if operator not in ("=", "in"):
            return NotImplemented
        kinds = [value] if isinstance(value, str) else list(value)
        return Domain("dunning_kind_set", "in", kinds) | (
            Domain("dunning_kind_set", "=", False) & Domain("commercial_partner_id.dunning_debtor_kind", "in", kinds)
        )

    def _compute_dunning_decision_id(self):
        current = [("move_id", "in", self.ids), *SHOWN]
        # sudo: which one it is; what it says is read with the rights of the reader
        found = {d.move_id.id: d.id for d in self.env["dunning.decision"].sudo().search(current)}
        for move in self:
            move.dunning_decision_id = found.get(move._origin.id, False)

    @api.model
    def _search_dunning_decision_id(self, operator, value):
        """Which invoices have a decision in force that is one of these, or any one that fits a domain, or none."""
        # Odoo asks as the system here, also for a user who may not see the field: then nobody else would refuse it
        if self.env.uid != SUPERUSER_ID and not self.env.user.has_group(INSIDE):
            raise AccessError(self.env._("Only who works with dunning may search for its decisions."))
        current = Domain(SHOWN)
        decisions = self.env["dunning.decision"]
        if operator in ("any", "any!"):
            if operator == "any!":
                decisions = decisions.sudo()  # asked for by a related field, which reads as the system
            return Domain("id", "in", decisions._search(current & Domain("id", "any!", value)).subselect("move_id"))
        if operator != "in":
            return NotImplemented
        decisions = decisions.sudo()  # which ids they are tells nothing about them
        ids = [id_ for id_ in value if id_]
        found = Domain("id", "in", decisions._search(current & Domain("id", "in", ids)).subselect("move_id"))
        if len(ids) == len(value):
            return found
        return found | Domain("id", "not in", decisions._search(current).subselect("move_id"))

    def _field_to_sql(self, alias, field_expr, query=None):
        """The decision in force stands in its own table: filters, groups and orders find it there by one join."""
        if field_expr not in CURRENT or query is None:
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields[field_expr], "read")
        table = query.make_alias(alias, "dunning_decision_in_force")
        condition = SQL(
            "%s = %s AND %s AND %s",
            SQL.identifier(table, "move_id"),
            SQL.identifier(alias, "id"),
            SQL.identifier(table, "is_current"),
            SQL.identifier(table, "is_shown"),
        )
        query.add_join("LEFT JOIN", table, "dunning_decision", condition)
        return SQL.identifier(table, CURRENT[field_expr])

    @api.depends("dunning_decision_id")
    @api.depends_context("lang")
    def _compute_dunning_explanation(self):
        for move in self:
            # sudo: whoever sees the invoice may read why it is or is not followed up
            move.dunning_explanation = move.sudo().dunning_decision_id.explanation

    def _compute_dunning_letter_count(self):
        counts = dict(
            self.env["dunning.letter.line"]
            .sudo()  # a number on a button, for whoever may see the invoice
            ._read_group(
                [("move_id", "in", self.ids), ("letter_id.state", "!=", "cancelled")],
                ["move_id"],
                ["letter_id:count_distinct"],
            )
        )
        for move in self:
            move.dunning_letter_count = counts.get(move, 0)

    def _dunning_check_selection(self):
        """Refuse a selection with nothing to follow up, with a message that says why."""
        moves = self._dunning_followed_up()
        if not moves:
            raise UserError(self.env._("Choose posted customer invoices. Drafts and credit notes are not followed up."))
        if len(moves.company_id) > 1:
            raise UserError(self.env._("Choose invoices of one company at a time: each company sends its own letters."))
        return moves

    def action_dunning_next_letter(self):
        """Propose the next letter for the debtors of these invoices, and show it for review."""
        moves = self._dunning_check_selection()
        return self.env["dunning.case"]._propose_for(moves.company_id, moves._dunning_debtors())

    def _dunning_action_new(self, model, name):
        """The form of a new record about these invoices of one debtor, in a window."""
        moves = self._dunning_check_selection()
        debtors = moves._dunning_debtors()
        if len(debtors) > 1:
            raise UserError(self.env._("Choose invoices of one debtor at a time."))
        cases = self.env["dunning.case"]._for_partners(debtors, moves.company_id, create=True)
        return cases._action_new(model, name, move_ids=moves.ids)

    def action_dunning_dispute(self):
        """Note that the debtor does not agree with these invoices."""
        return self._dunning_action_new("dunning.dispute", self.env._("New dispute"))

    def action_dunning_promise(self):
        """Note that the debtor promised to pay these invoices."""
        return self._dunning_action_new("dunning.promise", self.env._("New promise"))

    def action_dunning_plan(self):
        """Let the debtor pay these invoices in instalments."""
        action = self._dunning_action_new("dunning.payment.plan", self.env._("New payment plan"))
        return action | {"target": "current"}

    def action_dunning_contact(self):
        """Note a contact about these invoices."""
        return self._dunning_action_new("dunning.contact", self.env._("Log a contact"))

    def _dunning_pay_to(self, company, numbers=None):
        """Where to pay these invoices: ``(account, reference)``.

        The invoices' own account when they agree on one, else that of the company; one invoice's own reference.

        :param numbers: as the debtor knows them, where that are not their names.
        """
        banks = self.partner_bank_id.filtered("active")
        bank = banks if len(banks) == 1 else company._dunning_bank_account()
        if len(self) == 1 and self.move_type != "entry":
            return bank, self.payment_reference or self.name
        numbers = numbers or self.mapped("name")
        return bank, ", ".join(numbers[:3]) + (" …" if len(numbers) > 3 else "")

    def _dunning_by_bank(self, amount):
        """How to pay an amount of this invoice by bank, for its page where nothing can be paid online."""
        self.ensure_one()
        bank, reference = self._dunning_pay_to(self.company_id)
        return bank._dunning_by_bank(amount, self.currency_id, reference, self.commercial_partner_id)

    @api.model_create_multi
    def create(self, vals_list):
        """What letters and sending write on an invoice is taken from no call."""
        self._dunning_refuse(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        """What letters and sending write on an invoice is taken from no call."""
        self._dunning_refuse([vals])
        return super().write(vals)

    @api.model
    def _dunning_refuse(self, vals_list):
        """:raises AccessError: somebody sets a field of ours that no screen lets anybody write."""
        if self.env.su:
            return
        for name in {name for vals in vals_list for name in vals if name.startswith("dunning_") and vals[name]}:
            field = self._fields.get(name)
            if field and field.readonly and field.store:
                raise AccessError(self.env._("%s is written by the system only.", field._description_string(self.env)))

    def _post(self, soft=True):
        """Claims that came back with other items are followed, so that no ladder starts again."""
        posted = super()._post(soft)
        self.env["dunning.following"]._follow(posted)
        claims = posted.sudo().filtered(lambda move: move.move_type in ("out_invoice", "out_receipt"))  # sudo: as below
        for company, moves in claims.grouped("company_id").items():
            self.env["dunning.figures"].sudo()._open_missing(moves.commercial_partner_id, company, wait=False)
        again = posted.sudo().filtered("dunning_is_claim")  # sudo: whoever posts it need not know of dunning
        if again:
            again.env["dunning.claim"]._take_in_more(again)
        return posted

    def unlink(self):
        """Nothing of ours holds an entry: what was said about it stays by value, and no answer about it is in force."""
        self.env["dunning.decision.register"]._let_go(self)
        self.env["dunning.claim"]._let_go(self)
        return super().unlink()

    def _dunning_invoice_pdf(self):
        """The invoice as it was sent, as base64; printed now when Odoo holds no file of it.

        :raises UserError: when it cannot be printed.
        """
        self.ensure_one()
        # sudo: the stored file of the invoice, which goes to its own debtor
        stored = self.sudo().invoice_pdf_report_id
        if stored:
            return stored.datas
        content, _kind = self.env["ir.actions.report"].sudo()._render_qweb_pdf(self._dunning_layout(), self.ids)
        return base64.b64encode(content)

    def _dunning_invoice_pdfs(self):
        """These invoices of one company and layout printed in one call: ``{invoice: bytes}``.

        Each is read back, so that none gets the pages of another; what did not come out right is left out, and all of
        it where the installed wkhtmltopdf takes one document a call.
        """
        if len(self) < 2 or not _wkhtml().is_patched_qt:
            return {}
        report = self.env["ir.actions.report"].sudo().with_company(self.company_id)  # sudo: as above
        report = report.with_context(report_pdf_no_attachment=True)
        try:
            with self.env.cr.savepoint():
                streams, kind = report._pre_render_qweb_pdf(self._dunning_layout(), res_ids=self.ids)
                if kind != "pdf":
                    return {}
                pdfs = {self.browse(id_): data["stream"].getvalue() for id_, data in streams.items() if id_}
                return {move: content for move, content in pdfs.items() if shows(content, move.name)}
        except self.env["dunning.letter"]._business_errors() as error:
            _logger.info("%s invoices are printed one by one: %s", len(self), error)
            return {}

    def _dunning_layout(self):
        """The report that these invoices are printed with: that of the customer, as Odoo's own Send takes it."""
        own = self[:1].partner_id.sudo().invoice_template_pdf_report_id  # sudo: as above
        return own.report_name or "account.account_invoices"

    def action_open_dunning_letters(self):
        """The letters on which this invoice stands."""
        self.check_access("read")
        letters = self.env["dunning.letter.line"].search([("move_id", "in", self.ids)]).letter_id
        return letters._get_records_action(name=self.env._("Letters"))
