from markupsafe import Markup

from odoo import api, models
from odoo.tools import format_list

WARNING = "mail.mail_activity_data_warning"


class DunningLateReceipt(models.AbstractModel):
    """Money of a debtor that comes in after a claim on him was written off: somebody has to look, and VAT that came
    back is owed again."""

    _name = "dunning.late.receipt"
    _description = "Receipts after a Write-Off"

    @api.model
    def _watch(self, company):
        """Tell the responsible once, per debtor, about receipts that came in after a write-off."""
        records = self.env["dunning.write.off"].sudo()  # sudo: the job works for everybody
        open_ones = records.search(
            [("company_id", "=", company.id), ("received_on", "=", False), ("is_in_force", "=", True)]
        )
        if not open_ones:
            return
        received = self._received(company, open_ones)
        told = open_ones.filtered(
            lambda record: any(day >= record.date for day in received.get(record.partner_id.commercial_partner_id, ()))
        )
        told.received_on = company._dunning_today()
        for debtor, own in told.grouped(lambda record: record.partner_id.commercial_partner_id).items():
            self._tell(company, debtor, own)

    @api.model
    def _received(self, company, records):
        """Days on which money came in that is matched with nothing, per debtor of these: ``{partner: [day, ...]}``."""
        debtors = records.partner_id.commercial_partner_id
        lines = (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                [
                    ("company_id", "=", company.id),
                    ("partner_id.commercial_partner_id", "in", debtors.ids),
                    ("account_type", "=", "asset_receivable"),
                    ("parent_state", "=", "posted"),
                    ("reconciled", "=", False),
                    ("amount_residual", "<", 0),
                    ("move_id.move_type", "=", "entry"),
                ],
                ["partner_id"],
                ["date:max"],
            )
        )  # sudo: as above
        receipts = (
            self.env["account.bank.statement.line"]
            .sudo()
            ._read_group(
                [
                    ("company_id", "=", company.id),
                    ("partner_id.commercial_partner_id", "in", debtors.ids),
                    ("is_reconciled", "=", False),
                    ("amount", ">", 0),
                    ("state", "=", "posted"),
                ],
                ["partner_id"],
                ["date:max"],
            )
        )  # sudo: as above
        found = {}
        for partner, day in [*lines, *receipts]:
            found.setdefault(partner.commercial_partner_id, []).append(day)
        return found

    @api.model
    def _tell(self, company, debtor, records):
        case = self.env["dunning.case"].sudo()._for_partners(debtor, company, create=True)  # sudo: as above
        user = case.user_id or company.dunning_responsible_id
        if not user:
            return
        env = case.with_context(lang=user.lang or self.env.lang).env
        note = env._(
            "Money of %(debtor)s came in after %(claims)s was written off. Undo the write-off and match the receipt. "
            "VAT that you asked back for it is owed again for what is paid: put it in the return of this period.",
            debtor=debtor.name or "",
            claims=format_list(env, records.mapped("number")),
        )
        case.activity_schedule(
            WARNING, summary=env._("A receipt after a write-off"), note=Markup("<p>%s</p>") % note, user_id=user.id
        )
