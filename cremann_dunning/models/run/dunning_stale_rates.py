from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_date

from ..dunning_inside import inside
from ..event import as_fact


class DunningStaleRates(models.AbstractModel):
    """Holds letters that charge interest from an outdated table until somebody has agreed to that."""

    _name = "dunning.stale.rates"
    _description = "Letters at outdated rates"

    @api.model
    def _agreed(self):
        """Whether a person has said that outdated rates may be charged."""
        return bool(inside(self.env, "dunning_rates_confirmed"))

    @api.model
    def _waiting(self, run, letters=None):
        """The drafts of the run (or those among these letters) that charge interest from an outdated table."""
        run.ensure_one()
        tables = run.company_id._dunning_stale_tables()
        if not tables:
            return self.env["dunning.letter"]
        domain = Domain("run_id", "=", run.id) & Domain("state", "=", "draft") & Domain("amount_interest", ">", 0)
        domain &= Domain("regime_id.interest_table_id", "in", tables.ids)
        if letters is not None:
            domain &= Domain("id", "in", letters.ids)
        return self.env["dunning.letter"].with_context(active_test=False).search(domain)

    @api.model
    def _ask(self, runs):
        """The window that asks whether to charge the outdated rates."""
        wizard = self.env["dunning.confirm.wizard"].with_user(self.env.user).create({"run_ids": runs.ids})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Interest rates may be out of date"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    @api.model
    def _sentence(self, letters):
        """Which tables these letters charge from, each with its newest rate."""
        return ", ".join(
            self.env._(
                "%(table)s (newest rate: %(date)s)",
                table=table.display_name,
                date=format_date(self.env, table.newest_rate_date),
            )
            for table in letters.regime_id.interest_table_id
        )

    @api.model
    def _as_facts(self, letters):
        """The same for an event: ``{table: day of its newest rate}``."""
        return {
            table.display_name: as_fact.day(table.newest_rate_date) for table in letters.regime_id.interest_table_id
        }

    @api.model
    def _note(self, run):
        """Tell the responsible, once per run, which letters the daily job left waiting."""
        run.ensure_one()
        waiting = self._waiting(run)
        if not waiting or run.rates_noted_on:
            return
        run._tell("letter.run_waits", letters=len(waiting), rates=self._as_facts(waiting))
        run.rates_noted_on = run.company_id._dunning_today()
        responsible = run.company_id.dunning_responsible_id
        if not responsible:
            return
        told = self.with_context(lang=responsible.lang or self.env.lang)
        run.with_env(told.env).message_notify(
            subject=run.with_env(told.env).name,
            body=told.env._(
                "Letters that wait: %(count)s. They charge interest, and the rates may be out of date: %(tables)s. Add "
                "the newest rate or say that there is none, and the daily job sends them. Or confirm the run yourself.",
                count=len(waiting),
                tables=told._sentence(waiting.with_env(told.env)),
            ),
            partner_ids=responsible.partner_id.ids,
        )
