from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ...engine.facts import Care
from ..event import as_fact

GROUP = "cremann_dunning.group_dunning_care"
# What letters need to know, and nothing about anybody's health: that is not asked.
REASONS = [
    ("money", "Lasting money trouble"),
    ("life", "Something happened in his life"),
    ("reading", "Letters are hard to read or understand for him"),
    ("represented", "Somebody else looks after his affairs"),
    ("asked", "He asked for it"),
    ("other", "Another reason"),
]
SOURCES = [
    ("debtor", "The debtor himself"),
    ("family", "Somebody close to him"),
    ("helper", "Somebody who helps him with his debts"),
    ("authority", "A municipality or another authority"),
    ("noticed", "We noticed it"),
]
# Somebody looks at it again within so many months.
USUAL, LONGEST = 6, 12
FACTS = """
SELECT p.commercial_partner_id, MIN(c.noted_on)
  FROM dunning_care c JOIN res_partner p ON p.id = c.partner_id
 WHERE c.ended_on IS NULL AND c.company_id = %s AND p.commercial_partner_id IN %s
 GROUP BY 1
"""


class DunningCare(models.Model):
    """A debtor who is treated with care in one company, and why. The reason is read by few: whoever follows up sees no
    more than that he is. Until somebody ends it, everything goes slower and nothing that threatens goes by itself."""

    _name = "dunning.care"
    _description = "Debtor Treated With Care"
    _inherit = [
        "dunning.debtor.told.mixin",
        "dunning.record.mixin",
        "dunning.followers.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "review_on, id"
    _rec_name = "partner_id"
    # what is told is told to whoever reads a story: never why
    _told = frozenset({"review_on", "ended_on"})

    partner_id = fields.Many2one(
        "res.partner", string="Debtor", required=True, index=True, ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    reason = fields.Selection(
        REASONS,
        required=True,
        tracking=True,
        help="As much as letters need. Write down nothing about health: nobody here has to know it.",
    )
    source = fields.Selection(SOURCES, string="Known from", required=True, default="debtor", tracking=True)
    noted_on = fields.Date(
        string="Since", required=True, default=lambda self: self.env.company._dunning_today(), tracking=True
    )
    review_on = fields.Date(
        string="Look at it again on",
        required=True,
        default=lambda self: self.env.company._dunning_today() + relativedelta(months=USUAL),
        tracking=True,
        help="Within a year. It holds until somebody ends it.",
    )
    ended_on = fields.Date(readonly=True, tracking=True)
    is_running = fields.Boolean(compute="_compute_is_running", search="_search_is_running")
    is_to_review = fields.Boolean(
        string="To look at again", compute="_compute_is_running", search="_search_is_to_review"
    )
    user_id = fields.Many2one("res.users", string="Noted by", readonly=True, default=lambda self: self.env.user)

    @api.depends("ended_on", "review_on")
    def _compute_is_running(self):
        for care in self:
            care.is_running = not care.ended_on
            today = care.company_id._dunning_today() if care.company_id else None
            care.is_to_review = bool(not care.ended_on and care.review_on and today and care.review_on <= today)

    @api.model
    def _search_is_running(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain.OR(Domain("ended_on", "=" if wanted else "!=", False) for wanted in value)

    @api.model
    def _search_is_to_review(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = self.env.company._dunning_today()
        due = Domain("ended_on", "=", False) & Domain("review_on", "<=", today)
        return Domain.OR(due if wanted else ~due for wanted in value)

    @api.constrains("noted_on", "review_on", "ended_on")
    def _check_days(self):
        for care in self:
            if care.noted_on > care.company_id._dunning_today():
                raise ValidationError(self.env._("It cannot begin on a day that lies ahead."))
            last = max(care.noted_on, care.company_id._dunning_today()) + relativedelta(months=LONGEST)
            if not care.ended_on and not care.noted_on < care.review_on <= last:
                raise ValidationError(
                    self.env._("Look at it again after the day on which it begins, and within a year from now.")
                )

    @api.constrains("partner_id", "company_id", "ended_on")
    def _check_once(self):
        for care in self.filtered("is_running"):
            same = Domain("partner_id", "child_of", care.partner_id.commercial_partner_id.id)
            same &= Domain("company_id", "=", care.company_id.id) & Domain("ended_on", "=", False)
            if self.search_count(same & Domain("id", "!=", care.id), limit=1):
                raise ValidationError(self.env._("This debtor is treated with care already."))

    @api.model_create_multi
    def create(self, vals_list):
        """It counts at once, and for the debtor himself, whichever of his contacts was named."""
        for vals in vals_list:
            if vals.get("partner_id"):
                vals["partner_id"] = self.env["res.partner"].browse(vals["partner_id"]).commercial_partner_id.id
        found = super().create(vals_list)
        found._redecide()
        found._tell_made()
        found._plan_review()
        return found

    def write(self, vals):
        """What is decided about the debtor follows, and so does the day on which somebody looks at it again."""
        result = super().write(vals)
        if {"noted_on", "ended_on", "partner_id"} & vals.keys():
            self._redecide()
        if {"review_on", "ended_on"} & vals.keys():
            self._plan_review()
        return result

    def unlink(self):
        """The debtor is followed up as any other again."""
        places = [(company, found.partner_id) for company, found in self.grouped("company_id").items()]
        result = super().unlink()
        for company, partners in places:
            self.env["dunning.case.mixin"]._redecide_debtors(company, partners.exists())
        return result

    def _redecide(self):
        for company, found in self.grouped("company_id").items():
            self.env["dunning.case.mixin"]._redecide_debtors(company, found.partner_id.commercial_partner_id)

    def _plan_review(self):
        """Somebody who may read it is reminded on the day on which it is looked at again."""
        system = self.sudo()  # sudo: whoever notes it need not be able to read it afterwards
        system.activity_unlink(["mail.mail_activity_data_todo"])
        for care in system.filtered("is_running"):
            if reader := care._reader():
                summary = self.env._("Look again whether care is needed")
                care.activity_schedule(
                    "mail.mail_activity_data_todo", care.review_on, summary=summary, user_id=reader.id
                )

    def _reader(self):
        """Who looks at it again: whoever noted it if he may read it, else the first who may in that company."""
        readers = self.env.ref(GROUP).all_user_ids.filtered(
            lambda user: user.active and not user.share and self.company_id in user.company_ids
        )
        return self.user_id & readers or readers.sorted("id")[-1:]

    def action_end(self):
        """From now on the debtor is followed up as any other; what was noted goes within a year."""
        running = self.filtered("is_running")
        running.check_access("write")
        for company, found in running.grouped("company_id").items():
            found.sudo().ended_on = company._dunning_today()  # sudo: a day of the system's, whose right was checked

    # -- for others -----------------------------------------------------------------------------------------------

    @api.model
    def _facts(self, company, partners):
        """What the engine knows: ``{partner id: engine.facts.Care}``; one statement."""
        self.flush_model(["partner_id", "company_id", "noted_on", "ended_on"])
        return {id_: Care(since) for id_, since in self.env.execute_query(SQL(FACTS, company.id, tuple(partners)))}

    @api.model
    def _pairs(self, companies, partners):
        """Who is treated with care today, and nothing else of it: ``{(company id, id of the debtor)}``."""
        # sudo: that he is, for whoever follows him up; why is read with a right of its own
        found = self.sudo().search(
            Domain("company_id", "in", companies.ids)
            & Domain("partner_id", "in", partners.commercial_partner_id.ids)
            & Domain("ended_on", "=", False)
        )
        return {(care.company_id.id, care.partner_id.id) for care in found}

    @api.model
    def _bring(self, rows):
        """Whoever belongs to another debtor now brings it along. :param rows: as ``dunning.insolvency._bring``."""
        self.env.cr.execute(
            SQL(
                "UPDATE dunning_care c SET partner_id = t.debtor"
                "  FROM unnest(%s::int[], %s::int[], %s::int[]) AS t (company, partner, debtor)"
                " WHERE c.partner_id = t.partner AND c.company_id = t.company",
                *map(list, zip(*rows, strict=True)),
            )
        )
        self.invalidate_model(["partner_id"])

    # -- as events: that, when and by whom, never why -------------------------------------------------------------

    def _kind_made(self):
        return "debtor.care"

    def _kind_changed(self, before):
        return "debtor.care_ended" if "ended_on" in before and self.ended_on else "debtor.care_changed"

    def _kind_deleted(self):
        return "debtor.care_deleted"

    def _event_facts(self, kind):
        return as_fact.known(since=as_fact.day(self.noted_on)), {}
