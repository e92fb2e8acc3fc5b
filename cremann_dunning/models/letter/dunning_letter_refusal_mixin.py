from odoo import api, fields, models


class DunningLetterRefusalMixin(models.AbstractModel):
    """What the rules hold against a letter, and which of it a manager let go."""

    _name = "dunning.letter.refusal.mixin"
    _description = "Refusal of a dunning letter"

    refusal_codes = fields.Char(readonly=True, copy=False, help="What the rules held against it, as codes.")
    refusal = fields.Char(
        string="Stopped by the rules", compute="_compute_refusal", help="Why this letter may not go as it is."
    )
    refusal_is_final = fields.Boolean(compute="_compute_refusal")
    override_ids = fields.One2many("dunning.override", "letter_id", string="Overrides", readonly=True, copy=False)

    @api.depends("state", "override_ids", "line_ids", "body")
    @api.depends_context("lang")
    def _compute_refusal(self):
        """What the gate says of a letter that has not gone out, at the moment of looking."""
        gate = self.env["dunning.gate"].sudo()  # asks about settings and texts that the reader need not open
        waiting = self.filtered(lambda letter: letter.id and letter.state in ("draft", "issued", "failed"))
        answers = gate._check(waiting.sudo(), texts=waiting.sudo()._words_to_come())
        self.refusal, self.refusal_is_final = False, False
        for letter in waiting:
            if refusals := answers[letter.sudo()]:
                letter.refusal = gate._explain(refusals, letter)
                letter.refusal_is_final = any(refusal.final for refusal in refusals)

    def _required_elements(self):
        """What the regime wants in a letter of this type, as values of the engine."""
        self.ensure_one()
        return self.env["dunning.element"]._for_letter(self)

    def action_override(self):
        """Ask a manager for the reason why this letter goes all the same."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send all the same"),
            "res_model": "dunning.override.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_letter_id": self.id},
        }
