from odoo import api, fields, models
from odoo.exceptions import UserError

from ...engine import party_status as engine
from ..event import as_fact

STATUSES = [
    ("received", "File received"),
    ("in_progress", "In progress"),
    ("agreement", "Agreement with the debtor"),
    ("summons", "Summons"),
    ("judgment", "Judgment"),
    ("execution", "Enforcement"),
    ("paid", "Payment"),
    ("uncollectable", "Uncollectable"),
    ("closed", "Closed"),
    ("returned", "Given back"),
]
FORM, CSV, JSON = "form", "csv", "json"
SOURCES = [(FORM, "Entered by hand"), (CSV, "CSV"), (JSON, "status.json")]
# With these the party has ended its work.
ENDS = ("closed", "returned")


class DunningHandoverStatus(models.Model):
    """What a party said of a hand-over: where it stands, and what it received and kept. Written once; each has a key
    that makes it once, whichever way and however often it comes in."""

    _name = "dunning.handover.status"
    _description = "Status of a Hand-over"
    _inherit = ["dunning.record.mixin"]
    _order = "date desc, id desc"
    _rec_name = "status"

    handover_id = fields.Many2one(
        "dunning.handover", string="Hand-over", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    party_id = fields.Many2one("dunning.party", required=True, readonly=True, index=True, ondelete="restrict")
    partner_id = fields.Many2one(related="handover_id.partner_id", string="Debtor")
    date = fields.Date(required=True, readonly=True)
    status = fields.Selection(STATUSES, required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount_received = fields.Monetary(string="Received", readonly=True, help="What the debtor paid to the party.")
    amount_fees = fields.Monetary(string="Fees", readonly=True)
    amount_costs = fields.Monetary(
        string="Costs", readonly=True, help="What the party paid for us, such as court fees."
    )
    reference = fields.Char(string="Reference of the party", readonly=True)
    note = fields.Text(string="Notes", readonly=True)
    source = fields.Selection(SOURCES, string="Came by", required=True, readonly=True)
    file_name = fields.Char(string="File", readonly=True)
    key = fields.Char(required=True, readonly=True, help="By which the same is known when it comes in again.")
    content = fields.Char(readonly=True, help="SHA-256 of what it says, to see whether it was changed since.")
    user_id = fields.Many2one("res.users", string="Taken in by", readonly=True, ondelete="restrict")
    move_id = fields.Many2one(
        "account.move", string="Entry", readonly=True, index="btree_not_null", ondelete="set null"
    )

    _once = models.UniqueIndex("(party_id, company_id, key)", "This was taken in already.")

    @api.model
    def _known(self, party, company, keys):
        """What was taken in before of these keys: ``{key: status}``."""
        found = self.search([("party_id", "=", party.id), ("company_id", "=", company.id), ("key", "in", list(keys))])
        return {status.key: status for status in found}

    @api.model
    def _take(self, handover, rows, source, file_name=None):
        """Take in what a party says of one hand-over, all of it or nothing: rows, money, events.

        :param rows: ``engine.party_status.Row``, without problems, in the order in which they came.
        :return: the statuses. :raises UserError: it was taken in already, or the money cannot be booked.
        """
        handover.ensure_one()
        self._check_rights(handover)
        handover.lock_for_update()  # of two who take in the same, the second finds what the first did
        rows = sorted(rows, key=lambda row: (row.date, engine.STATUSES.index(row.status), row.place))
        known = self._known(handover.party_id, handover.company_id, [row.key for row in rows])
        if known:
            raise UserError(self.env._("%s: some of it was taken in already. Look at the file again.", handover.name))
        # sudo: what a party said is the system's to keep; the rights were asked above
        made = self.sudo().create([self._vals(handover, row, source, file_name) for row in rows])
        made = made.with_env(self.env)
        for status, row in zip(made, rows, strict=True):
            entry = self.env["dunning.handover.status.booking"]._book(status, row)
            status.sudo().move_id = entry.id  # sudo: as above
        self._follow(handover, made)
        return made

    @api.model
    def _check_rights(self, handover):
        """:raises AccessError: whoever takes it in may not work on the hand-over, or not book."""
        handover.check_access("write")
        self.env["account.move"].check_access("create")

    @api.model
    def _vals(self, handover, row, source, file_name):
        return {
            "handover_id": handover.id,
            "company_id": handover.company_id.id,
            "party_id": handover.party_id.id,
            "date": row.date,
            "status": row.status,
            "currency_id": self._currency(handover, row).id,
            "amount_received": float(row.received),
            "amount_fees": float(row.fees),
            "amount_costs": float(row.costs),
            "reference": row.reference or False,
            "note": row.note or False,
            "source": source,
            "file_name": file_name or False,
            "key": row.key,
            "content": row.content,
            "user_id": self.env.uid,
        }

    @api.model
    def _currency(self, handover, row):
        """That of the row, else that of what was handed over."""
        if row.currency:
            return self.env["res.currency"].search([("name", "=", row.currency)], limit=1)
        return handover.line_ids.currency_id[:1] or handover.company_id.currency_id

    @api.model
    def _follow(self, handover, made):
        """What follows from it: the reference is kept, and the owner hears what asks something of him."""
        handover = handover.sudo()  # sudo: readonly for people; the rights were asked by _take
        if reference := next((one.reference for one in reversed(made) if one.reference), False):
            handover.party_reference = reference
        self.env["dunning.event"]._tell([status._event_row() for status in made.sudo()])  # sudo: as above
        if made.move_id:  # of what is paid nothing is with the party any more
            settled = handover.line_ids.filtered(lambda line: line.is_frozen and line.claim_id.state == "settled")
            handover._release(settled, "settled")
        for status in made:
            if status._asks_owner():
                self.env["dunning.handover.telling"]._ask_owner(handover, status._summary(), status.note or "")

    def _asks_owner(self):
        """Whether a person has to decide something now."""
        return self.status in (*ENDS, "uncollectable")

    def _summary(self):
        said = dict(self._fields["status"]._description_selection(self.env))[self.status]
        return self.env._("%(party)s: %(said)s", party=self.party_id.sudo().partner_id.name, said=said)

    def _event_row(self):
        currency, handover = self.currency_id, self.handover_id
        amounts = {
            name: as_fact.money(self[f"amount_{name}"], currency)
            for name in engine.AMOUNTS
            if not currency.is_zero(self[f"amount_{name}"])
        }
        return {
            "kind": "handover.said",
            "company_id": self.company_id.id,
            "debtor": handover.partner_id.commercial_partner_id.id,
            "claims": handover.line_ids.claim_id.ids,
            "facts": as_fact.known(
                name=handover.name,
                status=as_fact.choice(self, "status"),
                on=as_fact.day(self.date),
                entry=as_fact.entry(self.move_id),
                **amounts,
            ),
            "personal": as_fact.known(party=self.party_id.partner_id.name, note=self.note),
        }
