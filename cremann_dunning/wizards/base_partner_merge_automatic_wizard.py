from odoo import api, models
from odoo.tools import SQL

# Where partners stand without a foreign key, by which Odoo finds what it has to change.
WITHOUT_KEY = (
    ("dunning_claim", "partner_id"),
    ("dunning_claim", "item_partner_id"),
    ("dunning_decision", "partner_id"),
)


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Two debtors that become one keep one case per company, with the letters and agreements of both.

        Before Odoo moves the rest: it would delete a case that it cannot move, and letters hold on to their case.
        """
        # sudo: whoever may merge contacts need not be able to open their cases
        cases = self.env["dunning.case"].sudo().with_context(active_test=False)
        moved = self.env["dunning.moving"].sudo()._known_as(src_partners, dst_partner)  # as above
        stays = {case.company_id: case for case in cases.search([("partner_id", "=", dst_partner.id)])}
        for case in cases.search([("partner_id", "in", src_partners.ids)], order="id"):
            kept = stays.setdefault(case.company_id, case)
            if kept == case:
                continue
            self._update_foreign_keys_generic("dunning.case", case, kept)
            self._update_reference_fields_generic("dunning.case", case, kept)
            self._dunning_bring("dunning_claim", "case_id", case, kept)
            self.env.invalidate_all()
            case.with_context(tracking_disable=True).unlink()
        # sudo: as above. What the answers about each of them rested on is gone: they are one debtor now
        for name in ("dunning.standing", "dunning.freshness"):
            self.env[name].sudo().search([("partner_id", "in", (src_partners | dst_partner).ids)]).unlink()
        self.env["dunning.customer.group.member"].sudo()._merge(src_partners, dst_partner)  # as above
        result = super()._update_foreign_keys(src_partners, dst_partner)
        for table, column in WITHOUT_KEY:
            self._dunning_bring(table, column, src_partners, dst_partner)
        self.env.invalidate_all()
        self.env["dunning.moving"].sudo()._tell_moved(moved)  # as above
        self.env["dunning.moving"]._follow(partners=dst_partner)  # where it stands below another debtor
        return result

    @api.model
    def _dunning_bring(self, table, column, sources, kept):
        """What stands in this column without a foreign key is about the one that is kept."""
        self.env.cr.execute(
            SQL(
                "UPDATE %(table)s SET %(at)s = %(new)s WHERE %(at)s = ANY(%(old)s)",
                table=SQL.identifier(table),
                at=SQL.identifier(column),
                new=kept.id,
                old=sources.ids,
            )
        )
