from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

from ..event import as_fact


class DunningHold(models.Model):
    """Keeps letters about an invoice or a whole debtor back. Making, changing and ending one is told where it counts.

    A letter that somebody left out of a run is kept back the same way, so that the next run knows and says why.
    """

    _name = "dunning.hold"
    _description = "Dunning hold"
    _order = "create_date desc, id desc"
    _inherit = ["dunning.debtor.told.mixin", "dunning.record.mixin"]
    _family = "hold"
    _told = frozenset({"reason", "date_until", "active"})

    partner_id = fields.Many2one(
        "res.partner",
        string="Debtor",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        help="Without an invoice the hold covers everything of this debtor.",
    )
    move_id = fields.Many2one(
        "account.move",
        string="Invoice",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
        domain="['|', '&', ('move_type', 'in', ('out_invoice', 'out_receipt')), "
        "('commercial_partner_id.commercial_partner_id', '=', partner_id), "
        "'&', ('dunning_is_claim', '=', True), ('dunning_claim_ids.partner_id', '=', partner_id)]",
    )
    number = fields.Char(string="Invoice number", compute="_compute_number", help="The number that the debtor knows.")
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    letter_id = fields.Many2one(
        "dunning.letter",
        string="Left out",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        help="The letter that somebody left out; its invoices are kept back.",
    )
    reason = fields.Char(required=True, help="Shown wherever somebody asks why no letter went out.")
    date_until = fields.Date(
        string="Up to and including",
        help="Its last day. Only a manager leaves it empty, for a hold without an end; for others it is filled in with "
        "the days of the settings.",
    )
    is_over_told = fields.Boolean(readonly=True, copy=False, help="That its last day was over was told.")
    active = fields.Boolean(default=True)
    is_running = fields.Boolean(
        string="Running",
        compute="_compute_is_running",
        search="_search_is_running",
        help="Not ended, by a person or by its last day, which goes by the date of its company.",
    )
    released_by_id = fields.Many2one("res.users", readonly=True, copy=False, ondelete="restrict")
    released_on = fields.Datetime(readonly=True, copy=False)
    create_uid = fields.Many2one("res.users", string="Set by", readonly=True)

    @api.depends("partner_id", "move_id", "date_until")
    def _compute_display_name(self):
        for hold in self:
            hold.display_name = hold.number or hold.partner_id.display_name

    @api.depends("partner_id", "move_id")
    def _compute_number(self):
        for hold in self:
            debtor = hold.partner_id.commercial_partner_id._origin
            hold.number = ", ".join(hold.move_id._dunning_numbers(debtor))

    @api.depends("active", "date_until", "company_id")
    def _compute_is_running(self):
        for hold in self:
            hold.is_running = hold.active and (not hold.company_id or hold._lasts())

    @api.model
    def _search_is_running(self, operator, value):
        if operator != "in":
            return NotImplemented
        lasts = self.env["res.company"]._dunning_by_day(lambda today: Domain("date_until", ">=", today))
        running = Domain("active", "=", True) & (Domain("date_until", "=", False) | lasts)
        return Domain.OR(running if wanted else ~running for wanted in value)

    @api.constrains("move_id", "partner_id")
    def _check_same_debtor(self):
        for hold in self:
            # an entry that was taken in as a claim says on its lines whom it asks
            of_whom = hold.move_id.commercial_partner_id.commercial_partner_id
            if hold.move_id.move_type == "entry":
                of_whom |= hold.move_id.line_ids.partner_id.commercial_partner_id
            if hold.move_id and hold.partner_id.commercial_partner_id not in of_whom:
                raise ValidationError(
                    self.env._(
                        "Invoice %(invoice)s is not an invoice of %(debtor)s. Choose one of this debtor's invoices.",
                        invoice=hold.move_id.name,
                        debtor=hold.partner_id.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        """A hold counts at once: what is shown about the invoices follows."""
        for vals in vals_list:
            if vals.get("move_id") and not vals.get("partner_id"):
                vals["partner_id"] = self.env["account.move"].browse(vals["move_id"]).commercial_partner_id.id
        if not self._may_be_endless():
            vals_list = [vals | {"date_until": vals.get("date_until") or self._last_day(vals)} for vals in vals_list]
        holds = super().create(vals_list)
        # sudo: that something was said about these claims is the system's to note
        self.env["dunning.claim"].sudo()._of_moves(holds.move_id)
        holds._redecide()
        holds._tell_made()
        return holds

    def write(self, vals):
        """What a person changes about a hold is told, and who ends it by whatever way stands on it."""
        if "date_until" in vals and not vals["date_until"] and not self._may_be_endless():
            raise UserError(
                self.env._("A hold has a last day: choose one. Only a manager puts on hold without an end.")
            )
        names = {"reason", "date_until", "active"} & set(vals)
        changed = self.filtered(lambda hold: hold._changed(vals, names))
        ended = changed.filtered("active") if not vals.get("active", True) else self.browse()
        result = super().write(vals)
        if unsigned := ended.filtered(lambda hold: not hold.released_by_id):
            # sudo: who and when are the system's to say
            super(DunningHold, unsigned.sudo()).write(
                {"released_by_id": self.env.uid, "released_on": fields.Datetime.now()}
            )
        if begun_again := (changed - ended).filtered(lambda hold: hold.active and hold.released_by_id):
            super(DunningHold, begun_again.sudo()).write({"released_by_id": False, "released_on": False})  # as above
        if "date_until" in vals:
            super(DunningHold, self.sudo()).write({"is_over_told": False})  # sudo: the system's to note
        changed._redecide()
        return result

    def unlink(self):
        """What it kept back is followed up again."""
        touched = [(company, holds._debtors()) for company, holds in self.grouped("company_id").items()]
        result = super().unlink()
        for company, partners in touched:
            self.env["dunning.case.mixin"]._redecide_debtors(company, partners)
        return result

    def _place(self):
        """The company and the debtor that a hold is about."""
        self.ensure_one()
        return self.company_id, self.partner_id.commercial_partner_id

    @api.model
    def _running(self, partners, company=None):
        """Holds on these debtors that run now.

        :param company: only in this one, or these; all that the user sees without it.
        """
        domain = Domain("partner_id", "child_of", partners.commercial_partner_id.ids) & Domain("is_running", "=", True)
        return self.search(domain & Domain("company_id", "in", company.ids) if company else domain)

    @api.model
    def _may_be_endless(self):
        """Whether whoever works here may keep something back without an end."""
        return self.env.su or self.env.user.has_group("cremann_dunning.group_dunning_manager")

    @api.model
    def _last_day(self, vals):
        """The last day of a hold for which nobody chose one."""
        company = self.env["res.company"].browse(vals.get("company_id") or self.env.company.id)
        return company._dunning_today() + timedelta(days=company.dunning_hold_days)

    @api.model
    def _tell_over(self, company):
        """Tell once of holds whose last day is over that what they kept back is followed up again; in sets."""
        over = self.search(
            Domain("company_id", "=", company.id)
            & Domain("date_until", "<", company._dunning_today())
            & Domain("is_over_told", "=", False)
        )
        if not over:
            return
        over._by_system().write({"is_over_told": True})
        over = over.sudo()  # sudo: what is told is the system's to gather
        self.env["dunning.event"]._tell(over._event_rows(dict.fromkeys(over, "hold.ran_out")))
        for case, holds in over._by_case(company).items():
            user = case._responsible()
            env = case.with_context(lang=user.lang or case.env.lang).env
            case.activity_schedule(
                "mail.mail_activity_data_todo",
                company._dunning_today(),
                summary=env._("Hold ended"),
                note=env._(
                    "The hold on %(what)s ended on %(date)s: %(reason)s. It is followed up again.",
                    what=", ".join(filter(None, holds.mapped("number"))) or env._("everything of this debtor"),
                    date=format_date(env, max(holds.mapped("date_until"))),
                    reason="; ".join(dict.fromkeys(holds.mapped("reason"))),
                ),
                user_id=user.id,
            )

    def _by_case(self, company):
        """These holds by the case of their debtor, of those of whom something is open."""
        cases = self.env["dunning.case"]._for_partners(self.partner_id.commercial_partner_id, company)
        by_partner = {case.partner_id: case for case in cases if case.amount_overdue > 0 and case._responsible()}
        grouped = self.grouped(lambda hold: by_partner.get(hold.partner_id.commercial_partner_id))
        return {case: holds for case, holds in grouped.items() if case}

    def action_restart(self):
        """Undo that a hold was ended: it holds again, with its own last day."""
        if any(not hold.active and not hold._lasts() for hold in self):
            raise UserError(self.env._("Its last day is over. Choose a later one, or put it on hold anew."))
        self._by_system().write({"active": True})
        return True

    def _lasts(self):
        """Whether its last day is not over yet."""
        return not self.date_until or self.date_until >= self.company_id._dunning_today()

    def action_release(self):
        """End the hold now. It stays on record, archived, with who ended it and when."""
        self._by_system().write({"active": False, "released_by_id": self.env.uid, "released_on": fields.Datetime.now()})
        return True

    # -- as events ------------------------------------------------------------------------------------------------

    def _kind_made(self):
        return "hold.set"

    def _kind_changed(self, before):
        if "active" not in before:
            return "hold.changed"
        return "hold.set" if self.active else "hold.ended"

    def _event_claims(self):
        return self.env["dunning.claim"]._ids_about(
            {hold: (hold.move_id.ids, hold.partner_id.commercial_partner_id.id) for hold in self}
        )

    def _event_facts(self, kind):
        facts = as_fact.known(
            numbers=self.number,
            whole=not self.move_id,
            until=as_fact.day(self.date_until),
            left_out=bool(self.letter_id),
            entries=self.move_id.ids or None,
        )
        return facts, as_fact.known(reason=self.reason)

    def _event_extra(self, kind):
        return {"letter": self.letter_id.id}

    # -- what follows ---------------------------------------------------------------------------------------------

    def _redecide(self):
        for company, holds in self.grouped("company_id").items():
            self.env["dunning.case.mixin"]._redecide_debtors(company, holds._debtors())

    def _debtors(self):
        return self.partner_id.commercial_partner_id

    def _begun(self, what):
        """What a screen says of holds, which have reason and end in common."""
        if self[:1].date_until:
            until = format_date(self.env, self[:1].date_until)
            return self.env._(
                "On hold: %(what)s, up to and including %(until)s. %(reason)s",
                what=what,
                until=until,
                reason=self[:1].reason,
            )
        return self.env._("On hold: %(what)s. %(reason)s", what=what, reason=self[:1].reason)
