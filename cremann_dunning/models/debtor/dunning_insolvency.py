from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ...engine.facts import Insolvency
from ..event import as_fact

KINDS = [
    ("nl_bankruptcy", "Bankruptcy (faillissement)"),
    ("nl_moratorium", "Suspension of payments (surseance)"),
    ("nl_debt_restructuring", "Statutory debt restructuring (WSNP)"),
    ("nl_composition", "Composition outside bankruptcy (WHOA)"),
    ("be_bankruptcy", "Bankruptcy, Belgium (faillissement)"),
    ("be_reorganisation", "Judicial reorganisation, Belgium (gerechtelijke reorganisatie)"),
    ("be_debt_settlement", "Collective debt settlement, Belgium (collectieve schuldenregeling)"),
]
# The debtor may pay nobody himself, and what he comes to owe from its day on is a debt of the estate.
BANKRUPTCIES = ("nl_bankruptcy", "be_bankruptcy")
OUTCOMES = [
    ("resumed", "Ended, the debtor pays again as before"),
    ("converted", "Went over into another procedure"),
    ("composition", "Ended by a composition"),
    ("distributed", "Closed after the final distribution"),
    ("no_assets", "Closed for lack of assets"),
    ("clean_slate", "Ended with a clean slate"),
]
# After these nothing keeps the debtor's old debts from being asked, or another record does.
FREE_AGAIN = ("resumed", "converted")

FACTS = """
SELECT p.commercial_partner_id, i.kind, i.date, i.ended_on, i.outcome
  FROM dunning_insolvency i JOIN res_partner p ON p.id = i.partner_id
 WHERE i.stops AND (i.company_id = %s OR i.company_id IS NULL) AND p.commercial_partner_id IN %s
 ORDER BY i.date, i.id
"""


class DunningInsolvency(models.Model):
    """A bankruptcy or another procedure over all the debts of a debtor: what was owed before it is asked of nobody but
    its trustee. It is a fact about the debtor, so one without a company holds for all of them; what a company files
    with the trustee is its own (``dunning.insolvency.filing``)."""

    _name = "dunning.insolvency"
    _description = "Insolvency of a Debtor"
    _inherit = [
        "dunning.debtor.told.mixin",
        "dunning.record.mixin",
        "dunning.followers.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date desc, id desc"
    _told = frozenset({"kind", "date", "court", "number", "trustee_id", "note", "ended_on", "outcome"})

    partner_id = fields.Many2one(
        "res.partner", string="Debtor", required=True, index=True, ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one(
        "res.company",
        index=True,
        default=lambda self: self.env.company,
        help="Leave empty and it holds for every company of this database; only a manager may do that.",
    )
    kind = fields.Selection(KINDS, required=True, tracking=True)
    date = fields.Date(
        string="Since",
        required=True,
        tracking=True,
        help="The day of the judgment or decision. What was invoiced before it is no longer asked of the debtor; what "
        "was invoiced on that day or later came after it.",
    )
    court = fields.Char(help="For example Rechtbank Midden-Nederland.")
    number = fields.Char(string="Insolvency number", help="As the court or the register writes it: F.16/26/123.")
    trustee_id = fields.Many2one(
        "res.partner",
        index="btree_not_null",
        ondelete="set null",
        tracking=True,
        help="The curator, administrator (bewindvoerder) or debt mediator, to whom the statement of claim goes.",
    )
    note = fields.Text(string="Notes")
    ended_on = fields.Date(tracking=True)
    outcome = fields.Selection(
        OUTCOMES,
        tracking=True,
        help="Only when the debtor pays again as before, or another procedure was recorded, are its old invoices "
        "followed up or stopped by that one. After every other outcome they stay as they are: write them off.",
    )
    stops = fields.Boolean(
        string="Keeps letters back",
        compute="_compute_stops",
        store=True,
        precompute=True,
        help="It runs, or it ended in a way that leaves nothing to ask of what was owed before it.",
    )
    is_running = fields.Boolean(string="Running", compute="_compute_stops", store=True, precompute=True)
    filing_ids = fields.One2many("dunning.insolvency.filing", "insolvency_id", string="Filed with the trustee")
    filed = fields.Char(compute="_compute_filed", string="Claim filed")

    _ended_known = models.Constraint(
        "CHECK((ended_on IS NULL) = (outcome IS NULL) AND (ended_on IS NULL OR ended_on >= date))",
        "Fill in both the day on which it ended and how; it cannot end before it began.",
    )

    @api.depends("kind", "partner_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for insolvency in self:
            insolvency.display_name = f"{insolvency.partner_id.display_name}: {insolvency._kind_label()}"

    @api.depends("ended_on", "outcome")
    def _compute_stops(self):
        for insolvency in self:
            insolvency.is_running = not insolvency.ended_on
            insolvency.stops = not insolvency.ended_on or insolvency.outcome not in FREE_AGAIN

    @api.depends("filing_ids.filed_on")
    @api.depends_context("lang")
    def _compute_filed(self):
        for insolvency in self:
            days = [day for day in insolvency.filing_ids.mapped("filed_on") if day]
            insolvency.filed = ", ".join(format_date(self.env, day) for day in sorted(days))

    @api.constrains("date", "ended_on", "company_id")
    def _check_days(self):
        for insolvency in self:
            today = (insolvency.company_id or self.env.company)._dunning_today()
            if max(insolvency.date, insolvency.ended_on or insolvency.date) > today:
                raise ValidationError(
                    self.env._("A day of this insolvency lies ahead. Record what has happened already.")
                )

    @api.constrains("partner_id", "trustee_id")
    def _check_trustee(self):
        for insolvency in self:
            if insolvency.trustee_id.commercial_partner_id == insolvency.partner_id.commercial_partner_id:
                raise ValidationError(
                    self.env._("The trustee is somebody else than the debtor. Choose the curator or administrator.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        """An insolvency counts at once: what is shown about the debtor follows, in every company it holds for."""
        insolvencies = super().create(vals_list)
        insolvencies._check_for_all()
        insolvencies._redecide(insolvencies._places())
        insolvencies._tell_made()
        return insolvencies

    def write(self, vals):
        """As ``create``, also for who was meant before."""
        before = self._places()
        result = super().write(vals)
        self._check_for_all()
        if {"partner_id", "company_id", "kind", "date", "ended_on", "outcome"} & set(vals):
            self._redecide(before + self._places())
        return result

    def unlink(self):
        """What was kept back by it is free again."""
        places = self._places()
        result = super().unlink()
        self._redecide(places)
        return result

    def _check_for_all(self):
        """:raises ValidationError: a user who is no manager speaks for all companies."""
        manager = self.env.su or self.env.user.has_group("cremann_dunning.group_dunning_manager")
        if not manager and self.filtered(lambda insolvency: not insolvency.company_id):
            raise ValidationError(
                self.env._("Only a manager of dunning records an insolvency for all companies. Choose your company.")
            )

    # -- whom it is about -----------------------------------------------------------------------------------------

    def _debtors(self):
        return self.partner_id.commercial_partner_id

    def _places(self):
        """Whose answers rest on these: pairs of company and debtors; without a company all that have a case of his."""
        places = []
        for insolvency in self:
            debtor = insolvency._debtors()
            # sudo: it holds for companies that its user may not open
            cases = self.env["dunning.case"].sudo().with_context(active_test=False)
            companies = insolvency.company_id or cases.search([("partner_id", "=", debtor.id)], order="id").company_id
            places += [(company, debtor) for company in companies]
        return places

    @api.model
    def _redecide(self, places):
        found = {}
        for company, debtor in places:
            found[company] = found.get(company, debtor) | debtor
        for company, debtors in found.items():
            self.env["dunning.case.mixin"]._redecide_debtors(company, debtors.exists())

    @api.model
    def _of(self, partners, company=None):
        """Insolvencies that keep letters to these debtors back.

        :param company: in this one, or these; all that the user sees without it.
        """
        domain = Domain("partner_id", "child_of", partners.commercial_partner_id.ids) & Domain("stops", "=", True)
        return self.search(domain & Domain("company_id", "in", [False, *company.ids]) if company else domain)

    @api.model
    def _facts(self, company, partners):
        """What the engine knows of them: ``{partner id: (engine.facts.Insolvency, ...)}``."""
        self.env.cr.execute(SQL(FACTS, company.id, partners))
        found = {}
        for partner_id, kind, since, ended, outcome in self.env.cr.fetchall():
            fact = Insolvency(kind, since, ended, outcome or "", kind in BANKRUPTCIES)
            found[partner_id] = (*found.get(partner_id, ()), fact)
        return found

    @api.model
    def _bring(self, rows):
        """What was known of debtors that belong to others now is known of those, also what holds for every company.

        :param rows: ``(company id, partner id, id of the debtor)``, see ``dunning.moving``.
        """
        self.env.cr.execute(
            SQL(
                "UPDATE dunning_insolvency i SET partner_id = t.debtor"
                "  FROM unnest(%s::int[], %s::int[], %s::int[]) AS t (company, partner, debtor)"
                " WHERE i.partner_id = t.partner AND (i.company_id = t.company OR i.company_id IS NULL)",
                *map(list, zip(*rows, strict=True)),
            )
        )
        self.invalidate_model(["partner_id"])

    @api.model
    def _why_silent(self, record):
        """Why nothing is written to the debtor of a record, in words; False when something may be.

        :param record: with ``partner_id`` and ``company_id``; its ``move_ids``, where it has any, say what it is about.
        """
        moves = record.move_ids if "move_ids" in record._fields else self.env["account.move"]
        for insolvency in self._of(record.partner_id, record.company_id):
            after = moves and all((move.invoice_date or move.date) >= insolvency.date for move in moves)
            if insolvency.kind in BANKRUPTCIES or not after:
                return self.env._(
                    "%s Nothing is written to the debtor. Write to the trustee, from the insolvency.",
                    insolvency._sentence(),
                )
        return False

    def _bankrupt_on(self, partner, company, dated):
        """The day on which a debtor went bankrupt, where a claim of this date is older; None for no such day."""
        found = self._of(partner, company).filtered(lambda one: one.kind in BANKRUPTCIES and dated < one.date)
        return min(found.mapped("date"), default=None)

    # -- what is said of it ---------------------------------------------------------------------------------------

    def _kind_label(self):
        return dict(self._fields["kind"]._description_selection(self.env)).get(self.kind, "")

    def _on_paper(self):
        """What the procedure is called in a letter, in the language of the environment."""
        env = self.env
        return {
            "nl_bankruptcy": env._("Bankruptcy"),
            "nl_moratorium": env._("Suspension of payments"),
            "nl_debt_restructuring": env._("Statutory debt restructuring (WSNP)"),
            "nl_composition": env._("Composition outside bankruptcy (WHOA)"),
            "be_bankruptcy": env._("Bankruptcy"),
            "be_reorganisation": env._("Judicial reorganisation"),
            "be_debt_settlement": env._("Collective debt settlement"),
        }[self.kind]

    def _sentence(self):
        """What a screen says of it, in one sentence."""
        self.ensure_one()
        told = {"kind": self._kind_label(), "since": format_date(self.env, self.date), "trustee": ""}
        if self.ended_on:
            outcomes = dict(self._fields["outcome"]._description_selection(self.env))
            told |= {"ended": format_date(self.env, self.ended_on), "outcome": outcomes[self.outcome]}
            return self.env._("%(kind)s since %(since)s. %(outcome)s, %(ended)s.", **told)
        if self.trustee_id:
            told["trustee"] = self.trustee_id.display_name
            return self.env._(
                "%(kind)s since %(since)s. Nothing is asked of the debtor for what was invoiced before that day; the "
                "claim goes to %(trustee)s.",
                **told,
            )
        return self.env._(
            "%(kind)s since %(since)s. Nothing is asked of the debtor for what was invoiced before that day. Fill in "
            "the trustee to file the claim.",
            **told,
        )

    # -- as events ------------------------------------------------------------------------------------------------

    def _kind_made(self):
        return "debtor.insolvency"

    def _kind_changed(self, before):
        ended = "ended_on" in before and self.ended_on
        return "debtor.insolvency_ended" if ended else "debtor.insolvency_changed"

    def _kind_deleted(self):
        return "debtor.insolvency_deleted"

    def _event_places(self):
        """In every company that it holds for, and in the one where it was noted when that has no case of his yet."""
        found = {}
        for insolvency in self:
            companies = {company.id for company, _debtor in insolvency._places()} or {self.env.company.id}
            found[insolvency] = [(company, insolvency._debtors().id) for company in sorted(companies)]
        return found

    def _event_facts(self, kind):
        """The number of an insolvency leads to a person by the public register."""
        facts = as_fact.known(
            kind=as_fact.choice(self, "kind"),
            date=as_fact.day(self.date),
            court=self.court,
            ended_on=as_fact.day(self.ended_on),
            outcome=as_fact.choice(self, "outcome"),
        )
        return facts, as_fact.known(number=self.number, trustee=self.trustee_id.display_name, note=self.note)

    # -- the claim in it ------------------------------------------------------------------------------------------

    def action_file(self):
        """Open what the company files with the trustee; a new one where nothing was begun or all was filed."""
        self.ensure_one()
        self.check_access("write")
        company = self.company_id or self.env.company
        filings = self.filing_ids.filtered(lambda filing: filing.company_id == company and not filing.filed_on)
        filing = filings[:1] or filings.create({"insolvency_id": self.id, "company_id": company.id})
        return filing._get_records_action(name=self.env._("Statement of claim"))

    def action_write_off(self):
        """Write off what is open of what was owed before it."""
        self.ensure_one()
        moves = self.env["dunning.filing.paper"]._open_moves(self, self.company_id or self.env.company)
        return moves.action_dunning_write_off() if moves else {}
