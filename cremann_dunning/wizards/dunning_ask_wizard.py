from odoo import Command, api, fields, models


class DunningAskWizard(models.TransientModel):
    """Asks a debtor openly what is wrong with invoices: shows the letter before it goes, in his language."""

    _name = "dunning.ask.wizard"
    _description = "Ask a Debtor First"
    _inherit = ["dunning.window.mixin"]

    move_ids = fields.Many2many("account.move", string="Invoices", required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    partner_id = fields.Many2one("res.partner", string="Debtor", required=True, readonly=True)
    words = fields.Text(
        string="In your own words", help="A paragraph of its own in the letter, in the debtor's language."
    )
    days = fields.Integer(
        string="Days to answer",
        compute="_compute_days",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        help="So many days nothing else goes out about these invoices. 0: the steps go on as always.",
    )
    lang_name = fields.Char(compute="_compute_shown")
    recipient = fields.Char(string="Goes to", compute="_compute_shown")
    subject = fields.Char(compute="_compute_shown")
    body = fields.Html(compute="_compute_shown", sanitize=False)

    _days_in_bounds = models.Constraint("CHECK(days BETWEEN 0 AND 60)", "Choose between 0 and 60 days to answer.")

    @api.model
    def _open_for(self, moves):
        """The window about these invoices. :raises UserError: why nothing can be asked about them."""
        case = self.env["dunning.asking"]._case_of(moves)
        window = self.create(
            {
                "move_ids": [Command.set(moves.ids)],
                "company_id": case.company_id.id,
                "partner_id": case.partner_id.id,
            }
        )
        return window._get_records_action(name=self.env._("Ask first"), target="new")

    @api.depends("company_id")
    def _compute_days(self):
        for window in self:
            # sudo: a setting of the letter, for whoever may write one
            window.days = window.company_id.sudo().dunning_answer_days

    @api.depends("move_ids", "words")
    def _compute_shown(self):
        """The letter as it would go, made for that and undone."""
        names = dict(self.env["res.lang"].get_installed())
        for window in self:
            moves = window.move_ids._origin
            shown = self.env["dunning.asking"]._shown(moves, window.words) if moves else (False,) * 4
            lang, window.recipient, window.subject, window.body = shown
            window.lang_name = names.get(lang)

    def action_ask(self):
        """Send the question, and show the letter."""
        self.ensure_one()
        self.check_access("write")
        return self.env["dunning.asking"]._ask(self.move_ids, self.words, self.days)._get_records_action()
