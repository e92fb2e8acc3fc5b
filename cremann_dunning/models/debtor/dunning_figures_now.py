from odoo import api, models
from odoo.tools import SQL

from ..dunning_inside import inside
from .dunning_figures import FRESH, KEPT

# Cases whose figures are not what they were kept as: an item of the debtor was written since, or one fell due.
CHANGED = """
SELECT c.id, c.company_id, c.partner_id FROM dunning_touch t JOIN res_partner p ON p.id = t.partner_id
  JOIN dunning_case c ON c.partner_id = p.commercial_partner_id AND c.company_id = COALESCE(t.company_id, c.company_id)
 UNION
SELECT c.id, c.company_id, c.partner_id FROM dunning_case c
 WHERE c.next_due_date < %(today)s
 UNION
SELECT c.id, c.company_id, c.partner_id FROM dunning_case c
 WHERE EXISTS (SELECT FROM dunning_touch WHERE partner_id IS NULL)
 UNION
SELECT NULL, NULL, NULL FROM dunning_touch WHERE partner_id IS NULL -- it is about everybody
"""
MANY = 500  # debtors of whom the whole ledger is read at once
# What the triggers look at may wait in the caches of this transaction.
READ = {
    "account.move.line": [
        "amount_residual", "reconciled", "parent_state", "date_maturity", "partner_id", "company_id", "account_id",
    ],
    "account.move": ["dunning_is_claim"],
    "res.partner": ["commercial_partner_id"],
    "account.account": ["account_type"],
}  # fmt: skip


class DunningFigures(models.AbstractModel):
    """Figures of cases as of now, for whoever looks."""

    _inherit = "dunning.figures"

    @api.model
    def _changed(self):
        """The cases whose figures are not those that were kept: ``{company: {partner id: case id}}``.

        One statement, and one for all that a screen asks at once. The empty company among them: of everybody.
        """
        look = inside(self.env, "dunning_fresh")
        if look is not None and look.changed is not None:
            return look.changed
        self._flush()
        found = {}
        for case_id, company_id, partner_id in self.env.execute_query(
            SQL(CHANGED, today=self.env["res.company"]._dunning_today_of(SQL("c.company_id")))
        ):
            own = found.setdefault(self.env["res.company"].browse(company_id), {})
            if case_id:
                own[partner_id] = case_id
        if look is not None:
            for company_id, case_id, partner_id in self._of_answers(look.answers):
                found.setdefault(self.env["res.company"].browse(company_id), {})[partner_id] = case_id
            look.changed = found
        return found

    @api.model
    def _of_answers(self, answers):
        """The cases whose answers stand nowhere yet: rows ``(company id, case id, partner id)``."""
        rows = []
        for company_id, own in answers.items():
            if own:
                rows += self.env.execute_query(
                    SQL(
                        "SELECT company_id, id, partner_id FROM dunning_case"
                        " WHERE company_id = %s AND partner_id = ANY(%s)",
                        company_id,
                        list(own),
                    )
                )
        return rows

    @api.model
    def _flush(self):
        for model, names in READ.items():
            self.env[model].flush_model(names)

    @api.model
    def _now(self, changed):
        """A query for the figures of these cases as the ledger has them now, by case: ``id`` and ``KEPT``.

        :param changed: as ``_changed`` gives it, not empty.
        """
        return SQL(" UNION ALL ").join(
            SQL(
                "(%(fresh)s SELECT k.id, %(names)s FROM fresh f"
                " JOIN dunning_case k ON k.partner_id = f.partner_id AND k.company_id = %(company)s)",
                # sudo: sums of a debtor, for whoever may read his case
                fresh=SQL(FRESH, **self._facts(company.sudo(), self._few(partners), self._answered(company))),
                names=SQL(", ".join(f"f.{name}" for name in KEPT)),
                company=company.id,
            )
            for company, partners in changed.items()
            if partners
        )

    @api.model
    def _few(self, partners):
        """Of whom the ledger is asked: of all where they are many."""
        return list(partners) if len(partners) < MANY else None

    @api.model
    def _answered(self, company):
        """What is answered of old for the question of this screen, see ``dunning.glance``."""
        look = inside(self.env, "dunning_fresh")
        return look.answers.get(company.id) if look else None

    @api.model
    def _is_much(self):
        """Whether so much was written about since that whoever looks had better bring it up to date once for all."""
        changed = self._changed()
        return self.env["res.company"] in changed or sum(map(len, changed.values())) >= MANY
