from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.handover.dunning_handover_status_reading import BAD, GOOD, KNOWN, WAITS

MOST_SHOWN = 20


class DunningStatusImportWizard(models.TransientModel):
    """Takes in what a party sends about its hand-overs. What will be done is shown first, row by row; nothing is
    written outside this window before somebody confirms it."""

    _name = "dunning.status.import.wizard"
    _description = "Status File of a Party"
    _inherit = ["dunning.window.mixin"]

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, readonly=True)
    party_id = fields.Many2one(
        "dunning.party", required=True, domain="['|', ('company_id', '=', False), ('company_id', '=', company_id)]"
    )
    data = fields.Binary(string="File", attachment=False, help="A status.json, or a CSV file.")
    filename = fields.Char()
    notes = fields.Text(readonly=True)
    done = fields.Text(readonly=True)
    state = fields.Selection([("asks", "Asks"), ("shows", "Shows"), ("done", "Done")], default="asks", readonly=True)
    line_ids = fields.One2many("dunning.status.import.wizard.line", "wizard_id", string="Rows", readonly=True)
    good_count = fields.Integer(compute="_compute_counts")
    known_count = fields.Integer(compute="_compute_counts")
    bad_count = fields.Integer(compute="_compute_counts")

    @api.depends("line_ids.state")
    def _compute_counts(self):
        for wizard in self:
            by_state = wizard.line_ids.grouped("state")
            count = {state: len(lines) for state, lines in by_state.items()}
            wizard.good_count, wizard.known_count = count.get(GOOD, 0), count.get(KNOWN, 0)
            wizard.bad_count = count.get(BAD, 0) + count.get(WAITS, 0)

    def action_read(self):
        """Read the file and show what would be done with each row."""
        self.ensure_one()
        self.check_access("write")
        content = self._take_file("data", keep=True)
        if not content:
            raise UserError(self.env._("Choose a file first: a status.json, or CSV."))
        rows, notes = self.env["dunning.handover.status.reading"]._read(
            self.party_id, self.company_id, self.filename or "", content
        )
        self.line_ids.unlink()
        self.line_ids.create([{"wizard_id": self.id, **values} for values in rows])
        self.write({"notes": "\n".join(notes) or False, "state": "shows" if rows else "asks"})
        return self._again()

    def action_confirm(self):
        """Take in what was shown as good.

        :raises UserError: there is no such row, or nothing of the file can be used any more.
        """
        self.ensure_one()
        self.check_access("write")
        self.lock_for_update()  # a second click finds it done
        shown = self.line_ids.filtered(lambda line: line.state == GOOD).mapped("place")
        if self.state != "shows" or not shown:
            raise UserError(self.env._("No row can be taken in. Read the file first, and ask the party to mend it."))
        content = self._take_file("data")
        made, refused = self.env["dunning.handover.status.taking"]._take(
            self.party_id, self.company_id, self.filename or "", content, shown
        )
        told = [
            self.env._(
                "Taken in: %(rows)s, of hand-overs: %(handovers)s.", rows=len(made), handovers=len(made.handover_id)
            )
        ]
        told += [f"{number}: {why}" for number, why in list(refused.items())[:MOST_SHOWN]]
        self.line_ids.unlink()
        self.write({"done": "\n".join(told), "state": "done", "notes": False})
        return self._again()

    def _again(self):
        """The same window, as it is now."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Status file of a party"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }
