from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .account_move import INSIDE
from .dunning_inside import Inside, inside

# How an invoice went out. Of several ways at once the one that proves most is kept.
PEPPOL, POST, MAIL, PORTAL, HAND = "peppol", "post", "mail", "portal", "hand"
NOWHERE, UNKNOWN = "none", "unknown"
WAYS = [
    (PEPPOL, "By Peppol"),
    (POST, "By post"),
    (MAIL, "By e-mail"),
    (PORTAL, "By a portal"),
    (HAND, "By hand"),
    (NOWHERE, "Nowhere: it was made, and nobody could be reached"),
    (UNKNOWN, "On a day that is not known"),
]
INVOICES = ("out_invoice", "out_receipt")
SALES = (*INVOICES, "out_refund")

# What the debtor sees of an invoice, as one digest per invoice: the same words and amounts give the same one, also when
# the invoice was reset to draft in between and its tax and payment lines were made anew.
VERSIONS = """
SELECT m.id, md5(jsonb_build_array(
           m.name, m.partner_id, m.currency_id, m.invoice_date, m.invoice_date_due, m.ref, m.payment_reference,
           m.partner_bank_id, m.amount_untaxed, m.amount_total, m.narration, d.content)::text) AS version
  FROM account_move m
 CROSS JOIN LATERAL (
       SELECT jsonb_agg(x.line ORDER BY x.line::text) AS content
         FROM (SELECT jsonb_build_array(l.display_type, l.name, l.quantity, l.price_unit, l.discount, l.price_total,
                                        l.amount_currency, l.date_maturity) AS line
                 FROM account_move_line l
                WHERE l.move_id = m.id AND l.display_type NOT IN ('cogs', 'rounding')) x) d
 WHERE m.id = ANY(%(moves)s)
"""


class AccountMove(models.Model):
    """When, how and in which version an invoice went to its debtor, and whether it arrived.

    Odoo ticks that an invoice was sent, without a day and for good. What is kept beside the tick is written by
    statements over sets, whoever sends: a biller needs no rights to dunning, and nobody waits for it.
    """

    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    dunning_sent_on = fields.Date(
        string="Sent on",
        readonly=True,
        copy=False,
        groups=INSIDE,
        help="The day on which the invoice went to the debtor as it is now. Sending the same invoice once more does "
        "not change it, unless it had not arrived.",
    )
    dunning_sent_how = fields.Selection(WAYS, string="How it was sent", readonly=True, copy=False, groups=INSIDE)
    dunning_sent_version = fields.Char(readonly=True, copy=False, groups=INSIDE)
    dunning_sent_changed = fields.Boolean(
        string="Changed since it was sent",
        readonly=True,
        copy=False,
        groups=INSIDE,
        help="The invoice was reset to draft and posted again with other words or amounts: the debtor has another "
        "version. Send it again.",
    )
    dunning_sent_message_id = fields.Many2one(
        "mail.message", readonly=True, copy=False, index="btree_not_null", ondelete="set null", groups=INSIDE
    )
    dunning_arrived_at = fields.Datetime(
        string="Arrived another way",
        readonly=True,
        copy=False,
        groups=INSIDE,
        help="When somebody said so, or sent it in another way after it had been refused. Who that was stands in its "
        "story.",
    )
    dunning_not_arrived = fields.Char(
        string="Not arrived",
        compute="_compute_dunning_not_arrived",
        groups=INSIDE,
        help="What the network, the mail server or the post said.",
    )
    dunning_is_missing = fields.Boolean(compute="_compute_dunning_not_arrived", groups=INSIDE)

    @api.depends("is_move_sent", "dunning_sent_how", "dunning_sent_changed", "dunning_arrived_at")
    def _compute_dunning_not_arrived(self):
        refused = self.env["dunning.arrival"]._refused(self.ids)
        for move in self:
            move.dunning_not_arrived = refused.get(move._origin.id)
            way = move.dunning_sent_how or (UNKNOWN if move.is_move_sent else NOWHERE)
            move.dunning_is_missing = bool(move.dunning_not_arrived or move.dunning_sent_changed or way == NOWHERE)

    def write(self, vals):
        """Whatever ticks an invoice as sent outside Odoo's own sending did so by hand, on this day."""
        if vals.get("is_move_sent") and not inside(self.env, "dunning_sending"):
            # what was ticked before stays as it was
            new = self.sudo().filtered(lambda move: not move.is_move_sent or move.dunning_sent_changed)
            result = super().write(vals)
            new._dunning_note_sent(HAND)
            return result
        result = super().write(vals)
        if "is_move_sent" in vals and not vals["is_move_sent"]:
            self._dunning_forget_sent()
        if vals.get("peppol_move_state") == "error":
            # an error from now on counts, whatever somebody said about an earlier one
            self._dunning_set(SQL("dunning_arrived_at = NULL"), SQL("dunning_arrived_at IS NOT NULL"))
        return result

    def _post(self, soft=True):
        """An invoice that was sent before and is posted again: does it still say what the debtor has?"""
        posted = super()._post(soft)
        self.env["dunning.check"]._lapse(posted)
        # sudo: whoever posts need not see fields of dunning
        posted.sudo().filtered("dunning_sent_version")._dunning_compare_version()
        return posted

    def _dunning_compare_version(self):
        if self:
            self._dunning_set(
                SQL("dunning_sent_changed = v.version <> account_move.dunning_sent_version"), SQL("TRUE"), versions=True
            )

    def _dunning_note_sent(self, how):
        """These invoices went out today in this way: one statement, whatever their number.

        The day of the first sending stays as long as the debtor has this version from it: an invoice that is mailed
        once more on request starts nothing anew. A tick by hand gives way to a real sending.

        :param how: one of ``WAYS``.
        """
        moves = self.filtered(lambda move: move.move_type in SALES)
        if not moves:
            return
        moves.env.flush_all()
        checks = self.env["dunning.check"]
        refused = {*self.env["dunning.arrival"]._refused(moves.ids), *checks._not_received(moves).ids}
        checks._lapse(moves, ["received"])
        for company, group in moves.grouped("company_id").items():
            group._dunning_set(
                SQL(
                    """
                    dunning_sent_on = %s, dunning_sent_how = %s, dunning_sent_version = v.version,
                    dunning_sent_changed = FALSE, dunning_arrived_at = %s, dunning_sent_message_id = %s
                    """,
                    company._dunning_today(),
                    how,
                    self._dunning_past_refusal(how),
                    SQL(
                        "(SELECT MAX(x.id) FROM mail_message x WHERE x.model = 'account.move'"
                        " AND x.res_id = account_move.id AND x.message_type = 'comment')"
                    )
                    if how == MAIL
                    else SQL("NULL"),
                ),
                SQL(
                    """
                    account_move.dunning_sent_version IS DISTINCT FROM v.version OR account_move.id = ANY(%s)
                    OR COALESCE(dunning_sent_how, 'unknown') IN ('unknown', 'none')
                    OR dunning_sent_how = 'hand' AND %s NOT IN ('hand', 'none')
                    """,
                    list(refused),
                    how,
                ),
                versions=True,
            )

    @api.model
    def _dunning_past_refusal(self, how):
        """The moment from which an earlier refusal by Peppol no longer counts: the invoice went another way since."""
        if how in (PEPPOL, NOWHERE) or "peppol_move_state" not in self._fields:
            return SQL("NULL")
        now = fields.Datetime.now()
        return SQL("CASE WHEN account_move.peppol_move_state = 'error' THEN %s::timestamp END", now)

    def _dunning_forget_sent(self):
        """Odoo says that these were not sent after all."""
        self._dunning_set(
            SQL(
                "dunning_sent_on = NULL, dunning_sent_how = NULL, dunning_sent_version = NULL,"
                " dunning_sent_changed = NULL, dunning_arrived_at = NULL, dunning_sent_message_id = NULL"
            ),
            SQL("dunning_sent_how IS NOT NULL"),
        )

    def _dunning_set(self, changes, condition, versions=False):
        """Write these fields by one statement, past the rights of whoever books and past what a write would do."""
        if not self.ids:
            return
        self.env.flush_all()
        source = SQL(VERSIONS, moves=self.ids) if versions else SQL("SELECT unnest(%s) AS id", self.ids)
        self.env.cr.execute(
            SQL(
                "UPDATE account_move SET %s FROM (%s) v WHERE account_move.id = v.id AND (%s)",
                changes,
                source,
                condition,
            )
        )
        self.invalidate_recordset([name for name in self._fields if name.startswith(("dunning_sent_", "dunning_arr"))])
        self.invalidate_recordset(["dunning_not_arrived", "dunning_is_missing"])

    def action_dunning_arrived(self):
        """Somebody says that the debtor has these invoices, though the network, or Odoo, does not know of it."""
        self.check_access("write")
        self.env["dunning.case"].check_access("write")
        if self.filtered(lambda move: move.move_type not in SALES or move.state != "posted"):
            raise UserError(self.env._("Choose posted customer invoices: only those are sent to a debtor."))
        # what was known of each before
        found = self.grouped(
            lambda move: (move.dunning_not_arrived, move.dunning_sent_changed, move.dunning_is_missing)
        )
        for company, group in self.grouped("company_id").items():
            group._dunning_set(
                SQL(
                    "dunning_sent_on = %s, dunning_sent_how = %s, dunning_sent_version = v.version,"
                    " dunning_sent_changed = FALSE, dunning_arrived_at = %s, dunning_sent_message_id = NULL",
                    company._dunning_today(),
                    HAND,
                    fields.Datetime.now(),
                ),
                SQL("TRUE"),
                versions=True,
            )
        self.env["dunning.check"]._lapse(self, ["received"])
        for (refusal, changed, missing), moves in found.items():
            items = moves.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
            known = {} if refusal else {"changed": changed, "unsent": missing and not changed}
            self.env["dunning.claim"]._tell_items("hold.arrived", items, {"refusal": refusal}, **known)

    def action_dunning_sent(self):
        """Ask when and how these invoices went to their debtors outside Odoo."""
        self.env["dunning.case"].check_access("write")
        return self.env["dunning.sent.wizard"]._open_for(self)

    def action_dunning_check(self):
        """The questions about these invoices before their first letter: what Odoo knows, and what somebody answers."""
        self.env["dunning.case"].check_access("write")
        return self.env["dunning.check.wizard"]._open_for(self)

    def action_dunning_ask(self):
        """Ask the debtor openly what is wrong with these invoices, before any step."""
        return self.env["dunning.ask.wizard"]._open_for(self)

    def _dunning_say_sent(self, day, how):
        """Somebody says that these invoices went to their debtors outside Odoo, on a day and in a way.

        What was refused before counts as arrived from now on, since it went out anew.

        :param day: None where nobody knows it: then days of a term that count from sending count from the invoice date.
        :param how: one of ``WAYS``. :raises UserError: some of them cannot have been sent then.
        """
        self.check_access("write")
        self.env["dunning.case"].check_access("write")
        if not self or self.filtered(lambda move: move.move_type not in SALES or move.state != "posted"):
            raise UserError(self.env._("Choose posted customer invoices: only those are sent to a debtor."))
        if day and self.filtered(lambda move: day > move.company_id._dunning_today()):
            raise UserError(self.env._("The day of sending lies ahead. Choose today or an earlier day."))
        if day and (early := self.filtered(lambda move: move.invoice_date and move.invoice_date > day)):
            names = ", ".join(early.mapped("name")[:5])
            raise UserError(self.env._("On that day these invoices did not exist yet: %s.", names))
        self._dunning_set(
            SQL(
                "dunning_sent_on = %s, dunning_sent_how = %s, dunning_sent_version = v.version,"
                " dunning_sent_changed = FALSE, dunning_arrived_at = %s, dunning_sent_message_id = NULL",
                day,
                how,
                fields.Datetime.now(),
            ),
            SQL("TRUE"),
            versions=True,
        )
        self.env["dunning.check"]._lapse(self, ["received"])
        # Odoo's own tick as well, which notes nothing: that was done above
        self.filtered(lambda move: not move.is_move_sent).with_context(dunning_sending=Inside()).is_move_sent = True
        items = self.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        if not day:
            self.env["dunning.claim"]._tell_items("hold.said_sent_before", items)
            return
        chosen = {"choice": [self._name, "dunning_sent_how", how]}
        self.env["dunning.claim"]._tell_items("hold.said_sent", items, date={"date": day.isoformat()}, how=chosen)
