from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..models.account_move_sending import INVOICES
from ..models.claim.dunning_check import QUESTIONS, RIGHT, WRONG


class DunningCheckWizard(models.TransientModel):
    """Asks the four questions about invoices before their first letter, with what Odoo itself knows beside each.

    Of one invoice all four; of several what is not in order, or what nobody knows.
    """

    _name = "dunning.check.wizard"
    _description = "Check of Invoices"
    _inherit = ["dunning.window.mixin"]

    line_ids = fields.One2many("dunning.check.wizard.line", "wizard_id", string="Questions")
    move_id = fields.Many2one("account.move", string="Invoice", readonly=True)  # where it is about one

    @api.model
    def _open_for(self, moves):
        """The window about those of these that are posted customer invoices.

        :raises UserError: none of them is, or nothing is left to ask about any of them.
        """
        moves = moves.filtered(lambda move: move.state == "posted" and move.move_type in INVOICES)
        if not moves:
            raise UserError(self.env._("Choose posted customer invoices: only those are sent to a debtor."))
        moves.check_access("read")
        rows = self._rows(moves)
        if not rows:
            raise UserError(self.env._("Nothing is left to ask about these invoices: they are in order."))
        only = moves.id if len(moves) == 1 else False
        window = self.create({"move_id": only, "line_ids": [Command.create(row) for row in rows]})
        return window._get_records_action(name=self.env._("Check before the first letter"), target="new")

    @api.model
    def _rows(self, moves):
        """What to ask, as values of lines: of one invoice everything, of several what is open."""
        checks = self.env["dunning.check"]
        found = checks._found(moves.ids, moves.filtered(self._is_looked_at).ids)
        words = dict(checks._fields["ground"]._description_selection(self.env))
        rows = []
        for move in moves:
            open_ = {}
            for question, ground, _stops in found.get(move.id, ()):
                open_.setdefault(question, ground)
            known = self._known(move) if len(moves) == 1 else {}
            for question, _label in QUESTIONS:
                ground = open_.get(question)
                if ground or known:
                    seen = known.get(question) if not ground or ground.startswith("ask_") else words[ground]
                    row = {"move_id": move.id, "question": question, "ground": ground, "known": seen}
                    rows.append({**row, "is_open": bool(ground)})
        return rows

    @api.model
    def _is_looked_at(self, move):
        """Whether somebody looks at this invoice, whatever Odoo knows of it: its procedure asks for that."""
        decision = move.dunning_decision_id
        return decision.code == "CHECK_FIRST" and (decision.params or {}).get("ground", "").startswith("ask_")

    @api.model
    def _known(self, move):
        """What Odoo knows of each question about an invoice, in words."""
        env, account = self.env, move.partner_bank_id
        ways = dict(move._fields["dunning_sent_how"]._description_selection(env))
        sent = move.dunning_sent_on and format_date(env, move.dunning_sent_on)
        term = {"due": format_date(env, move.invoice_date_due), "date": format_date(env, move.invoice_date)}
        return {
            "amount": env._("unchanged since it was sent, and no credit note of it waits"),
            "term": env._("dated %(date)s, due on %(due)s", **term),
            "account": account.acc_number if account else env._("it names no account to pay into"),
            "received": f"{ways.get(move.dunning_sent_how, '')} {sent or ''}".strip()
            or env._("nobody knows when and how it went out"),
        }

    def action_save(self):
        """Keep what was answered. :raises UserError: nothing was."""
        self.ensure_one()
        self.check_access("write")
        return self._save({line: line.answer for line in self.line_ids if line.answer})

    def action_all_right(self):
        """Keep what was answered, and that everything else that was asked is in order."""
        self.ensure_one()
        self.check_access("write")
        return self._save({line: line.answer or RIGHT for line in self.line_ids if line.answer or line.is_open})

    def action_ask(self):
        """Ask the debtor himself what is wrong with the invoice."""
        self.ensure_one()
        self.check_access("write")
        return self.env["dunning.ask.wizard"]._open_for(self.move_id)

    def _save(self, answers):
        """:param answers: ``{line: answer}``."""
        if not answers:
            raise UserError(self.env._("Answer at least one question, or choose Everything is in order."))
        lines = self.line_ids.browse([line.id for line in answers])
        lines.move_id.check_access("read")
        self.env["dunning.check"]._answer(
            {
                move: {line.question: (answers[line], line.ground, line.note) for line in own}
                for move, own in lines.grouped("move_id").items()
            }
        )
        lines.move_id._dunning_redecide()
        wrong = lines.filtered(lambda line: answers[line] == WRONG).move_id
        if wrong:
            names = ", ".join(wrong[:5].mapped("name"))
            message = self.env._("Nothing goes out about %s until it is put right, or answered anew.", names)
            return self._close_saying(message, type="warning")
        return self._close_saying(self.env._("In order: %s invoices.", len(lines.move_id)))
