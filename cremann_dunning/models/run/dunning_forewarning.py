from collections import defaultdict
from dataclasses import replace
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_date

from .. import dunning_counted as counted
from ..dunning_money import written

# So many debtors are named in the mail; more would not be read.
NAMED = 40


class DunningForewarning(models.AbstractModel):
    """Tells the responsible what the daily run will send tomorrow, while it can still be stopped."""

    _name = "dunning.forewarning"
    _description = "What the daily run will send tomorrow"

    @api.model
    def _tell(self, company):
        """Mail the responsible what goes out on the next day, once a day; nothing when nothing will."""
        responsible, today = company.dunning_responsible_id, company._dunning_today()
        if not company.dunning_forewarn or not responsible.email or company.dunning_forewarned_on == today:
            return
        company.dunning_forewarned_on = today
        tomorrow = today + timedelta(days=1)
        forecast = self.with_context(lang=responsible.lang or self.env.lang)
        if rows := forecast._rows(company, tomorrow):
            forecast._mail(company, responsible, tomorrow, rows)

    @api.model
    def _rows(self, company, day):
        """What would go out by itself on a day: ``[{debtor, level, count, amounts: {currency: Decimal}}]``.

        Sorted by amount, the largest first. Nothing is written. The bank is taken to be up to date by then.
        """
        # sudo: asked by the daily job, about what its runs see
        debtors = self.env["dunning.gather"].sudo().facts(company, day)
        engine = self.env["dunning.engine"]
        procedures, house = engine._rules(company, debtors)
        house, found = replace(house, bank=()), []
        room = self.env["dunning.reaching"].sudo()._room(company, day)  # sudo: as above
        for debtor, outcome in zip(*engine._decide_all(debtors, procedures, day, True, house, room=room), strict=True):
            for plan in outcome.letters:
                moving = [decision for decision in plan.decisions if decision.code != "LISTED"]
                amounts = defaultdict(int)
                for decision in moving:
                    amounts[decision.claim.currency] += decision.open
                claims = len({decision.claim.move_id for decision in moving})
                found.append((debtor.partner_id, plan.level.id, claims, amounts))
        partners = self.env["res.partner"].browse(row[0] for row in found)
        partners.mapped("display_name")  # read for all at once
        levels = self.env["dunning.level"].sudo()
        rows = [
            {
                "debtor": self.env["res.partner"].browse(partner_id).display_name,
                "level": levels.browse(level_id).name,
                "count": claims,
                "amounts": amounts,
            }
            for partner_id, level_id, claims, amounts in found
        ]
        return sorted(rows, key=lambda row: (-sum(row["amounts"].values()), row["debtor"]))

    @api.model
    def _mail(self, company, responsible, day, rows):
        currencies = self.env["dunning.decision"]._currencies()
        for row in rows:
            row["amount"] = ", ".join(
                written(self.env, float(amount), currencies[name]) for name, amount in row["amounts"].items()
            )
        body = self.env["ir.qweb"]._render(
            "cremann_dunning.forewarning_mail",
            {
                "company": company,
                "responsible": responsible,
                "day": format_date(self.env, day, date_format="EEEE d MMMM y"),
                "count": len(rows),
                "rows": rows[:NAMED],
                "more": max(len(rows) - NAMED, 0),
                "url": f"{company.get_base_url()}/odoo/action-cremann_dunning.dunning_case_action",
            },
        )
        # sudo: the outbox belongs to the system
        self.env["mail.mail"].sudo().create(
            {
                "subject": self.env._(
                    "%(company)s: %(letters)s to go out on %(day)s",
                    company=company.name,
                    letters=counted.letters(self.env, len(rows)),
                    day=format_date(self.env, day),
                ),
                "body_html": body,
                "email_from": company.email_formatted or responsible.email_formatted,
                "recipient_ids": [fields.Command.link(responsible.partner_id.id)],
                "auto_delete": True,
            }
        )
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
