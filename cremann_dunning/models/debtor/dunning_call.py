from markupsafe import Markup

from odoo import api, models
from odoo.tools import SQL, format_date

from ..dunning_money import written


class DunningCall(models.AbstractModel):
    """Calls that are due: one activity for the responsible of the case, never two."""

    _name = "dunning.call"
    _description = "Calls due"

    @api.model
    def _keep(self, company, partner_ids=None):
        """One activity for each case whose next step is a call: made, brought up to date, or taken away; in sets.

        :param partner_ids: commercial partners to limit it to; all when None.
        """
        cases, call_type = self.env["dunning.case"], self._activity_type()
        due = self._due(company, partner_ids)
        held = self._activities(company, call_type, partner_ids)
        # sudo: the run gives work to whoever is responsible
        activities = self.env["mail.activity"].sudo().with_context(mail_activity_quick_update=True)
        fresh, stale, today = [], activities.browse(), company._dunning_today()
        # sudo: the run's own answers; read for all calls at once
        decisions = self.env["dunning.decision"].sudo().browse(id_ for ids in due.values() for id_ in ids)
        # sudo: Odoo names the case on its activity, one by one; the names are in the cache then
        cases.browse(due).sudo().partner_id.mapped("name")
        for case in cases.browse(sorted(due.keys() | held.keys())):
            ours = activities.browse(held.get(case.id, ()))
            stale |= ours[1:] if case.id in due else ours
            if case.id not in due:
                continue
            user = case._responsible() or self.env.user
            note = self._note(decisions.browse(due[case.id]).with_prefetch(decisions._prefetch_ids), user)
            if not ours:
                fresh.append(
                    {
                        "res_model_id": self.env["ir.model"]._get_id(cases._name),
                        "res_id": case.id,
                        "activity_type_id": call_type.id,
                        "user_id": user.id,
                        "date_deadline": today,
                        "summary": call_type.with_context(lang=user.lang).summary,
                        "note": note,
                    }
                )
            elif ours[0].note != note:
                ours[0].note = note
        stale.unlink()
        activities.create(fresh)

    @api.model
    def _activity_type(self):
        """Our own type of activity, or Odoo's call where somebody removed it."""
        ours = self.env.ref("cremann_dunning.mail_activity_type_call", raise_if_not_found=False)
        return ours or self.env.ref("mail.mail_activity_data_call")

    @api.model
    def _due(self, company, partner_ids):
        """Ids of the decisions that ask for a call today, by case id, the oldest invoice first; one statement."""
        self.env.flush_all()
        only = SQL("AND d.partner_id IN %s", tuple(partner_ids)) if partner_ids else SQL()
        self.env.cr.execute(
            SQL(
                """
                SELECT c.id, array_agg(d.id ORDER BY d.params -> 'due_date' ->> 'date', m.id, d.move_line_id)
                  FROM dunning_decision d
                  JOIN account_move m ON m.id = d.move_id
                  JOIN dunning_case c ON c.partner_id = d.partner_id AND c.company_id = d.company_id
                 WHERE d.company_id = %s AND d.is_current AND d.code = 'CALL_DUE' AND m.state = 'posted'
                   AND m.payment_state IN ('not_paid', 'partial') %s
                 GROUP BY c.id
                """,
                company.id,
                only,
            )
        )
        return dict(self.env.cr.fetchall())

    @api.model
    def _activities(self, company, call_type, partner_ids):
        """Ids of the open activities to call, by case id; one statement."""
        only = SQL("AND c.partner_id IN %s", tuple(partner_ids)) if partner_ids else SQL()
        self.env.cr.execute(
            SQL(
                """
                SELECT c.id, array_agg(a.id ORDER BY a.id)
                  FROM mail_activity a JOIN dunning_case c ON c.id = a.res_id
                 WHERE a.res_model = 'dunning.case' AND a.activity_type_id = %s AND a.active AND c.company_id = %s %s
                 GROUP BY c.id
                """,
                call_type.id,
                company.id,
                only,
            )
        )
        return dict(self.env.cr.fetchall())

    @api.model
    def _note(self, decisions, user):
        """What the call is about, in the language of whoever makes it."""
        env = self.with_context(lang=user.lang or self.env.lang).env
        row = Markup("<li>%s</li>")
        rows = [
            row
            % env._(
                "%(invoice)s, due on %(date)s: %(amount)s",
                invoice=decision.number,
                date=format_date(env, decision.params["due_date"]["date"]),
                amount=written(env, decision.amount_open, decision.currency_id),
            )
            for decision in decisions
        ]
        return Markup("<p>%s</p><ul>%s</ul>") % (env._("Call about:"), Markup("").join(rows))
