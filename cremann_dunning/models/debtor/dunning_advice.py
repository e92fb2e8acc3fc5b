from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import LazyTranslate

from ...engine import prevention
from ..dunning_counted import days
from ..dunning_money import written
from ..event import as_fact

_lt = LazyTranslate(__name__)

KINDS = [
    (prevention.TERM, "A shorter term to pay"),
    (prevention.DEPOSIT, "A deposit with each order"),
    (prevention.DIRECT_DEBIT, "Direct debit"),
    (prevention.CREDIT_LIMIT, "A credit limit"),
    (prevention.STOP, "No new orders until he has paid"),
]
STATES = [("open", "To decide"), ("accepted", "Accepted"), ("declined", "Declined"), ("lapsed", "Lapsed")]
REASONS = {
    prevention.DAYS_LATE: _lt("he pays %(number)s late on average"),
    prevention.BROKEN: _lt("promises or payment plans broken in a year: %(number)s"),
    prevention.DISPUTES: _lt("disputes in a year in which he was not right: %(number)s"),
    prevention.NOTICES: _lt("formal notices in a year: %(number)s"),
    prevention.LETTERS: _lt("letters needed in a year: %(number)s"),
    prevention.OLDEST: _lt("the oldest open invoice is %(number)s late"),
    prevention.INSOLVENT: _lt("he is insolvent"),
    prevention.WAS_INSOLVENT: _lt("he was insolvent before"),
}
IN_DAYS = (prevention.DAYS_LATE, prevention.OLDEST)
# What a person fills in before he decides.
OURS = {"why", "term_id", "amount"}


class DunningAdvice(models.Model):
    """An advice about new sales to a debtor, with its reasons, and what a person decided. What Odoo itself can do is
    done when it is accepted; the rest stands here for whoever sells."""

    _name = "dunning.advice"
    _description = "Advice on New Sales"
    _inherit = ["dunning.record.mixin"]
    _order = "state_order, id desc"
    _rec_name = "kind"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    partner_id = fields.Many2one(
        "res.partner", string="Debtor", required=True, readonly=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection(KINDS, string="Advice", required=True, readonly=True)
    state = fields.Selection(STATES, string="Status", required=True, default="open", readonly=True)
    state_order = fields.Integer(compute="_compute_state_order", store=True)
    advised_on = fields.Date(string="Advised on", required=True, readonly=True)
    reasons = fields.Json(readonly=True)
    reasons_text = fields.Char(string="Why", compute="_compute_reasons_text")
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(string="Credit limit", help="What is billed to him in a month, until somebody changes it.")
    term_id = fields.Many2one("account.payment.term", string="Term to pay", check_company=True, ondelete="set null")
    why = fields.Char(string="Remark", help="Why it is accepted or declined. It stays with your name.")
    decided_on = fields.Date(readonly=True)
    decided_by_id = fields.Many2one("res.users", string="Decided by", readonly=True, ondelete="set null")
    done = fields.Char(string="What was done", readonly=True)

    _once = models.UniqueIndex("(company_id, partner_id, kind) WHERE state = 'open'", "This is advised already.")
    _amount_not_negative = models.Constraint("CHECK(amount >= 0)", "A credit limit cannot be negative.")

    @api.depends("state")
    def _compute_state_order(self):
        order = [state for state, _label in STATES]
        for advice in self:
            advice.state_order = order.index(advice.state)

    @api.depends("reasons")
    @api.depends_context("lang")
    def _compute_reasons_text(self):
        for advice in self:
            said = []
            for name, number in advice.reasons or ():
                shown = days(self.env, number) if name in IN_DAYS else number
                sentence = self.env._(REASONS[name])
                said.append(sentence % {"number": shown})
            text = "; ".join(said)
            advice.reasons_text = text[:1].upper() + text[1:]

    def write(self, vals):
        """A person fills in what he decides on while it is open; what was decided stays."""
        if not self.env.su and OURS & vals.keys() and self.filtered(lambda advice: advice.state != "open"):
            raise UserError(self.env._("This was decided already. A new advice comes when there is reason for one."))
        return super().write(vals)

    # -- coming and going -----------------------------------------------------------------------------------------

    @api.model
    def _keep(self, company, found, partners=None):
        """Let the open advice be what is advised now.

        :param found: ``{(partner id, kind): engine.prevention.Advice}``. :param partners: whom it is about; None: all.
        """
        about = [("company_id", "=", company.id)] + ([("partner_id", "in", partners.ids)] if partners else [])
        known = self.search([*about, ("state", "!=", "lapsed")], order="id")
        waiting = {(one.partner_id.id, one.kind): one for one in known if one.state == "open"}
        decided = {(one.partner_id.id, one.kind): one for one in known if one.state != "open"}  # the last of each
        today, rows = company._dunning_today(), []
        for key, advice in found.items():
            reasons = [list(reason) for reason in advice.reasons]
            if one := waiting.pop(key, None):
                if one.reasons != reasons:
                    one.reasons = reasons
                continue
            last = decided.get(key)
            if last and not prevention.may_advise_again(last.state, last.decided_on, today):
                continue
            rows.append(self._prepare(company, key, advice, reasons, today))
        self.browse(one.id for one in waiting.values()).write({"state": "lapsed"})
        self.create(rows)

    @api.model
    def _prepare(self, company, key, advice, reasons, today):
        partner_id, kind = key
        term = self.env["dunning.prevention"]._shorter_term(company) if kind == prevention.TERM else None
        return {
            "company_id": company.id,
            "partner_id": partner_id,
            "kind": kind,
            "advised_on": today,
            "reasons": reasons,
            "amount": float(advice.amount or 0),
            "term_id": term.id if term else False,
        }

    # -- deciding -------------------------------------------------------------------------------------------------

    def action_accept(self):
        """Do what is advised: what Odoo can do at once, the rest is kept for whoever sells."""
        self._check_may_decide()
        for advice in self:
            done = getattr(advice, f"_do_{advice.kind}", advice._do_nothing)()
            advice._decide("accepted", done)
        return True

    def action_decline(self):
        """Not this, and why; it is not advised again for half a year."""
        self._check_may_decide()
        for advice in self:
            if not (advice.why or "").strip():
                raise UserError(self.env._("Write in the remark why not; it stays with your name."))
            advice._decide("declined", False)
        return True

    def _check_may_decide(self):
        """:raises AccessError: who is no manager. :raises UserError: it was decided before, or it lapsed."""
        self.check_access("write")
        if not self.env.user.has_group("cremann_dunning.group_dunning_manager"):
            raise AccessError(self.env._("Only a dunning manager decides about new sales."))
        if self.filtered(lambda advice: advice.state != "open"):
            raise UserError(self.env._("This was decided already. A new advice comes when there is reason for one."))

    def _decide(self, state, done):
        vals = {"decided_on": self.company_id._dunning_today(), "decided_by_id": self.env.uid}
        advice = self._by_system()
        advice.write({**vals, "state": state, "done": done})
        facts = as_fact.known(advice=as_fact.choice(advice, "kind"), done=done)
        row = {
            "kind": f"debtor.advice_{state}",
            "company_id": self.company_id.id,
            "debtor": self.partner_id.id,
            "facts": facts,
            "personal": as_fact.known(why=self.why),
        }
        self.env["dunning.event"]._tell([row])

    def _do_term(self):
        """The term of the contact, with the rights of whoever decides."""
        if not self.term_id:
            raise UserError(self.env._("Choose the term to pay first."))
        partner = self.partner_id.with_company(self.company_id)
        before = partner.property_payment_term_id.name or self.env._("none")
        partner.property_payment_term_id = self.term_id
        return self.env._("Term to pay: from %(before)s to %(after)s.", before=before, after=self.term_id.name)

    def _do_credit_limit(self):
        """The credit limit of the contact, with the rights of whoever decides."""
        if not self.amount:
            raise UserError(self.env._("Enter the credit limit first."))
        partner = self.partner_id.with_company(self.company_id)
        before, after = (written(self.env, amount, self.currency_id) for amount in (partner.credit_limit, self.amount))
        partner.credit_limit = self.amount
        done = self.env._("Credit limit: from %(before)s to %(after)s.", before=before, after=after)
        if not self.company_id.sudo().account_use_credit_limit:  # sudo: a setting, for whoever decides
            done += " " + self.env._("Odoo warns of it once Sales Credit Limit is on in the settings of Invoicing.")
        return done

    def _do_nothing(self):
        return self.env._("Kept for whoever sells: Odoo itself does nothing with it.")
