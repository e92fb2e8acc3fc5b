from collections import Counter, defaultdict

from odoo import api, fields, models

from ..dunning_inside import Inside
from ..dunning_money import written


class DunningRunSendingMixin(models.AbstractModel):
    """What confirming a run would send, in numbers and amounts, and afterwards where its letters are."""

    _name = "dunning.run.sending.mixin"
    _description = "Sending of a dunning run"

    on_way_count = fields.Integer(
        string="On their way",
        compute="_compute_progress",
        help="They stand in the outbox, or with the service that posts them, and leave by themselves.",
    )
    progress_text = fields.Char(string="Where they are", compute="_compute_progress")

    @api.depends("letter_ids.state", "letter_ids.outcome")
    @api.depends_context("lang")
    def _compute_progress(self):
        """Asked of the letters each time: a letter is called sent once it has left, and never before."""
        found = defaultdict(Counter)
        for run, state, outcome, is_test, count in self.env["dunning.letter"]._read_group(
            [("run_id", "in", self.ids)], ["run_id", "state", "outcome", "is_test"], ["__count"]
        ):
            found[run.id][self._stage(state, outcome, is_test)] += count
        for run in self:
            counts = found[run._origin.id]
            run.on_way_count = counts["on_way"]
            run.progress_text = self._progress_sentence(counts)

    @api.model
    def _stage(self, state, outcome, is_test):
        """Where letters of this kind are: one of the words of ``_progress_sentence``."""
        if state == "issued":
            return "to_post" if outcome == "not_posted" else "on_way"
        return "tried" if state == "cancelled" and is_test and outcome != "cancelled" else state

    @api.model
    def _progress_sentence(self, counts):
        """The numbers of letters that are not nought, as one sentence."""
        env = self.env
        words = {
            "sent": env._("%s sent"),
            "tried": env._("%s sent to yourself as a test"),
            "on_way": env._("%s on their way"),
            "to_post": env._("%s to print and post"),
            "failed": env._("%s not delivered"),
            "draft": env._("%s not confirmed"),
            "cancelled": env._("%s left out or dropped"),
        }
        return ", ".join(text % counts[stage] for stage, text in words.items() if counts[stage])

    # -- before confirming ----------------------------------------------------------------------------------------

    def action_ask_confirm(self):
        """Say how many letters go out by which way and what they ask, before anything leaves."""
        self.ensure_one()
        self._check_confirm()
        wizard = self.env["dunning.confirm.wizard"].create({"run_ids": self.ids, "stamp": self._stamp()})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Confirm and send"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def _to_confirm(self):
        """What would go out now: ``[(channel, currency, number of letters, amount to pay), ...]``.

        Letters that only a manager confirms are not among them for anybody else.
        """
        self.ensure_one()
        confirmation = self.env["dunning.confirmation"].with_context(dunning_rates_confirmed=Inside())
        return self.env["dunning.letter"]._read_group(
            confirmation._waiting_drafts(self),
            ["channel", "currency_id"],
            ["__count", "amount_total:sum"],
            order="channel, currency_id",
        )

    def _stamp(self):
        """What a person agrees to, as a text that is another when the letters are."""
        return repr([(channel, currency.id, *rest) for channel, currency, *rest in self._to_confirm()])

    def _confirm_rows(self):
        """What would go out as a person reads it, and all of it in the currency of the company.

        :return: ``(rows of way, number and amount, number of letters, amount)``.
        """
        self.ensure_one()
        rows, number, total = [], 0, 0.0
        company, ways = (
            self.company_id,
            dict(self.env["dunning.letter"]._fields["channel"]._description_selection(self.env)),
        )
        for channel, currency, count, amount in self._to_confirm():
            rows.append((ways[channel], str(count), written(self.env, amount, currency)))
            number += count
            total += currency._convert(amount, company.currency_id, company, company._dunning_today())
        return rows, number, written(self.env, total, company.currency_id)
