from collections import defaultdict

from psycopg2.errors import UniqueViolation

from odoo import api, models
from odoo.exceptions import UserError

from ...engine import party_status as engine
from .dunning_handover_status import CSV, JSON
from .dunning_handover_status_reading import GOOD


class DunningHandoverStatusTaking(models.AbstractModel):
    """Takes in what a party says of its hand-overs: each hand-over by itself, all of it or nothing. Cut off anywhere
    and begun again it ends the same, since what was taken in is known by its key."""

    _name = "dunning.handover.status.taking"
    _description = "Taking in Status Files"

    @api.model
    def _take(self, party, company, name, content, shown):
        """Take in of a file what was shown as good and still is.

        :param shown: places of the rows that somebody saw would be taken in.
        :return: ``(statuses, {number of a hand-over: why nothing of it was taken in})``.
        :raises UserError: nothing of the file can be used.
        """
        reading = self.env["dunning.handover.status.reading"]
        values, notes = reading._read(party, company, name, content)
        if not values:
            raise UserError("\n".join(notes))
        rows = {row.place: row for row in engine.read(name, content).rows}
        source = JSON if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[") else CSV
        wanted = defaultdict(list)
        for line in values:
            if line["state"] == GOOD:
                wanted[line["handover_id"]].append(line["place"])
        made, refused = self.env["dunning.handover.status"], {}
        for handover in self.env["dunning.handover"].browse(list(wanted)):
            places = wanted[handover.id]
            if not set(places) <= set(shown):
                refused[handover.name] = self.env._("It changed since you looked. Read the file again.")
                continue
            try:
                made += self._in_one(handover, [rows[place] for place in places], source, name)
            except UserError as error:
                refused[handover.name] = str(error)
        return made, refused

    @api.model
    def _in_one(self, handover, rows, source, name):
        """All of these, or nothing. :raises UserError: why not."""
        try:
            with self.env.cr.savepoint():
                made = self.env["dunning.handover.status"]._take(handover, rows, source, name)
                self.env.flush_all()
        except UniqueViolation:
            raise UserError(self.env._("Somebody else took it in at the same moment.")) from None
        return made
