from odoo import api, fields, models

from ..models.dunning_money import written
from ..models.run.dunning_first_day import AGES, OLD


class DunningSetUpLookMixin(models.AbstractModel):
    """What the steps of the first run show. Each is worked out for the step that is on the screen only."""

    _name = "dunning.set.up.look.mixin"
    _description = "What the First Run Shows"

    bank_text = fields.Html(compute="_compute_shown", compute_sudo=False, sanitize=False)
    has_bank = fields.Boolean(compute="_compute_shown", compute_sudo=False)
    may_add_bank = fields.Boolean(compute="_compute_shown", compute_sudo=False)
    kinds_text = fields.Html(compute="_compute_shown", compute_sudo=False, sanitize=False)
    unknown_count = fields.Integer(compute="_compute_shown", compute_sudo=False)
    may_set_kinds = fields.Boolean(compute="_compute_shown", compute_sudo=False)
    axis_text = fields.Html(compute="_compute_shown", compute_sudo=False, sanitize=False)
    own_names = fields.Char(compute="_compute_shown", compute_sudo=False)
    ages_text = fields.Html(compute="_compute_shown", compute_sudo=False, sanitize=False)
    old_count = fields.Integer(compute="_compute_shown", compute_sudo=False)
    unsent_count = fields.Integer(compute="_compute_shown", compute_sudo=False)
    look_text = fields.Html(readonly=True, string="What a Run of Tomorrow Would Send")
    heavy_names = fields.Char(compute="_compute_shown", compute_sudo=False)
    on_paper = fields.Boolean(compute="_compute_shown", compute_sudo=False)
    is_shared = fields.Boolean(compute="_compute_shown", compute_sudo=False)

    @api.depends("step", "company_id", "preset", "look_text")
    @api.depends_context("lang", "uid")
    def _compute_shown(self):
        for wizard in self:
            found = dict.fromkeys(wizard._shown())
            found |= getattr(wizard, f"_shown_{wizard.step}", dict)()
            wizard.update(found)

    @api.model
    def _shown(self):
        return [name for name, field in self._fields.items() if field.compute == "_compute_shown"]

    def _first_day(self):
        # sudo: figures of the whole ledger of the company, for its manager
        return self.env["dunning.first.day"].sudo().with_company(self.company_id)

    def _render(self, template, **values):
        return self.env["ir.qweb"]._render(f"cremann_dunning.{template}", values)

    def _written(self, amount):
        return written(self.env, amount, self.company_id.currency_id)

    # -- per step -----------------------------------------------------------------------------------------------------

    def _shown_company(self):
        banks = self.env["res.partner.bank"]
        mine = [("partner_id", "=", self.company_id.partner_id.id), ("company_id", "in", (False, self.company_id.id))]
        return {
            "has_bank": bool(banks.search_count(mine, limit=1)),
            "may_add_bank": banks.has_access("create"),
        }

    def _shown_kinds(self):
        found = self._first_day()._kinds(self.company_id)
        labels = self.env["res.partner"]._fields["dunning_debtor_kind"]._description_selection(self.env)
        rows = [(label, found[kind][0], self._written(found[kind][1])) for kind, label in labels if kind in found]
        partners = self._first_day()._unknown(self.company_id).sudo(False)
        guesses = [partner.sudo()._dunning_guess().kind for partner in partners]  # sudo: names and numbers, to count
        return {
            "kinds_text": self._render("dunning_set_up_kinds", rows=rows, shown=sum(map(bool, guesses))),
            "unknown_count": len(partners),
            "may_set_kinds": partners.has_access("write"),
        }

    def _shown_banks(self):
        company, today = self.company_id, self.company_id._dunning_today()
        booked = dict(company._dunning_bank_dates())
        journals = self.env["account.journal"].search([("type", "=", "bank"), ("company_id", "=", company.id)])
        rows = [
            (journal.name, booked.get(journal.name), journal.name in booked and (today - booked[journal.name]).days)
            for journal in journals
        ]
        return {"bank_text": self._render("dunning_set_up_banks", rows=rows, most=self.bank_max_days)}

    def _shown_preset(self):
        preset = self.env["dunning.preset"]
        return {
            "axis_text": preset._drawn(self.company_id),
            "own_names": ", ".join(preset._own(self.company_id).mapped("name")) or False,
        }

    def _shown_backlog(self):
        ages = self._first_day()._ages(self.company_id)
        rows = [
            (self._age(first, last), number, self._written(amount))
            for (first, last), (number, amount) in zip(AGES, ages, strict=True)
        ]
        return {
            "ages_text": self._render("dunning_set_up_ages", rows=rows),
            "old_count": ages[-1][0],
            "unsent_count": len(self._unsent()),
        }

    def _age(self, first, last):
        return self.env._("%(first)s-%(last)s days", first=first, last=last) if last else self.env._("> %s days", OLD)

    def _shown_channel(self):
        preset = self.env["dunning.preset"]
        heavy = preset._heavy(self.company_id)
        return {
            "heavy_names": ", ".join(f"{level.name} ({level.procedure_id.name})" for level in heavy) or False,
            "on_paper": all(level._has_paper_beside() for level in heavy),
            # sudo: whether there is another company that follows the same steps
            "is_shared": bool(heavy.filtered(lambda level: not level.company_id))
            and self.env["res.company"].sudo().search_count([], limit=2) > 1,
        }

    def _unsent(self):
        before = self.start_date or self.company_id._dunning_today()
        return self._first_day()._unsent(self.company_id, before)

    # -- what would go out --------------------------------------------------------------------------------------------

    def _look(self):
        """On the step of old invoices: ask the engine what a run of tomorrow would send, for each way to begin."""
        if self.step != "backlog":
            return
        start = self.start_date or self.company_id._dunning_today()
        answers, number = self._first_day()._tomorrow(self.company_id, start, max(self.backlog_days, 0))
        labels = dict(self._fields["backlog"]._description_selection(self.env))
        rows = [{"label": labels[rule], **answer} for rule, answer in answers.items()]
        self.look_text = self._render("dunning_set_up_look", rows=rows, number=number, old=OLD)
