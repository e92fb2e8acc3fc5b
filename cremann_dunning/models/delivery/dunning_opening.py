import ipaddress

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .. import dunning_bulk

AGENT_LENGTH = 120


class DunningOpening(models.Model):
    """That a debtor had the page of a letter on his screen: evidence that it reached him (art. 3:37(3) BW).

    The page reports it by a script, so that programs that only follow links count for nothing. Written once, at most
    one an hour for each letter, and with no more of the debtor's machine than the evidence needs.
    """

    _name = "dunning.opening"
    _description = "Opening of a Dunning Letter"
    _inherit = ["dunning.record.mixin"]
    _order = "opened_at desc, id desc"
    _rec_name = "letter_id"

    letter_id = fields.Many2one("dunning.letter", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="letter_id.company_id", store=True, precompute=True)
    partner_id = fields.Many2one(related="letter_id.partner_id", store=True, precompute=True, string="Debtor")
    opened_at = fields.Datetime(required=True, readonly=True, string="Opened at")
    hour = fields.Datetime(required=True, readonly=True, help="The hour in which it was opened; each counts once.")
    address = fields.Char(readonly=True, string="Network", help="The network it came from, without the last part.")
    agent = fields.Char(readonly=True, string="Browser", help="As the browser names itself.")

    _once_an_hour = models.UniqueIndex("(letter_id, hour)", "This opening is on record already.")

    @api.model
    def _record(self, letter, address, agent):
        """Write down that a letter is open on the debtor's screen, unless that was done in the same hour.

        :return: the record; empty when there is one already.
        """
        now = fields.Datetime.now()
        hour = now.replace(minute=0, second=0, microsecond=0)
        if self.search_count([("letter_id", "=", letter.id), ("hour", "=", hour)], limit=1):
            return self.browse()
        vals = {
            "letter_id": letter.id,
            "company_id": letter.company_id.id,
            "partner_id": letter.partner_id.id,
            "opened_at": now,
            "hour": hour,
            "address": _network(address),
            "agent": (agent or "")[:AGENT_LENGTH],
        }
        # two tabs may report at the same moment; the second finds the first and is content
        opening = dunning_bulk.insert(self, [vals], SQL("ON CONFLICT DO NOTHING")).exists()
        self.env["dunning.event"]._tell([made._event_row() for made in opening])
        letter.invalidate_recordset(["opening_ids"])
        letter.modified(["opening_ids"])  # its proof of receipt follows
        return opening

    def _event_row(self):
        """The opening as an event."""
        self.ensure_one()
        return self.env["dunning.letter.telling"]._row(
            "letter.opened",
            self.letter_id,
            personal={"network": self.address, "browser": self.agent},
            happened=self.opened_at,
        )

    @api.model
    def _network_of(self, address):
        """The network of an address, as evidence keeps it, for what else a debtor does on his page."""
        return _network(address)

    def write(self, vals):  # pylint: disable=method-required-super
        """What was seen stays as it was written."""
        raise UserError(self.env._("The opening of a letter stays on record as it was written."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("The opening of a letter stays on record as it was written."))


def _network(address):
    """The network of an address, which tells where it came from and not who it was: the first half of it or so."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return False
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    return str(ipaddress.ip_network((parsed, 24 if parsed.version == 4 else 48), strict=False))
