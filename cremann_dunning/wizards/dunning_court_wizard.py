from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..engine import court

# The better, the earlier.
ORDER = (court.READY, court.ASK, court.LATER, court.INCOMPLETE, court.NO)


class DunningCourtWizard(models.TransientModel):
    """Shows which ways to a court there are for claims on a debtor: what each needs, and what is there."""

    _name = "dunning.court.wizard"
    _description = "Ways to a court"
    _inherit = ["dunning.window.mixin"]

    case_id = fields.Many2one("dunning.case", string="Debtor", required=True, readonly=True)
    company_id = fields.Many2one(related="case_id.company_id", related_sudo=False)
    claim_ids = fields.Many2many(
        "dunning.claim",
        string="Claims",
        domain="[('case_id', '=', case_id), ('ended_on', '=', False)]",
        help="Leave out what is disputed, or what another way suits better.",
    )
    route = fields.Selection(
        [
            (court.SUMMONS, "Summons in the Netherlands"),
            (court.UNDISPUTED_BE, "Undisputed debts between businesses, Belgium"),
            (court.EUROPEAN_ORDER, "European order for payment"),
        ],
        string="Way",
        required=True,
        default=court.SUMMONS,
    )
    overview = fields.Html(compute="_compute_told", compute_sudo=False, sanitize=False)
    told = fields.Html(compute="_compute_told", compute_sudo=False, sanitize=False)
    can_be_had = fields.Boolean(compute="_compute_told", compute_sudo=False)

    def _routes(self):
        """The ways for the chosen claims, none without claims: ``{code: engine.court.Route}``."""
        self.ensure_one()
        claims = self.claim_ids._origin.filtered(lambda claim: claim.case_id == self.case_id and claim.amount_open > 0)
        if not claims:
            return {}
        return {route.code: route for route in self.env["dunning.court"]._routes(self.case_id, claims)}

    @api.depends("case_id", "claim_ids", "route")
    @api.depends_context("lang")
    def _compute_told(self):
        for window in self:
            routes, service = window._routes(), self.env["dunning.court"]
            chosen = routes.get(window.route)
            window.overview = service._overview(routes.values()) if routes else False
            window.told = service._told(chosen, window.company_id.currency_id) if chosen else False
            window.can_be_had = bool(chosen) and chosen.verdict in (court.READY, court.ASK)

    def _best(self):
        """The way that stands best."""
        routes = self._routes()
        return min(routes, key=lambda code: ORDER.index(routes[code].verdict), default=court.SUMMONS)

    def _checked(self):
        """The chosen claims. :raises UserError: none, or the way cannot be had for them any more."""
        self.ensure_one()
        self.check_access("write")
        self.case_id.check_access("write")
        route = self._routes().get(self.route)
        if not route:
            raise UserError(self.env._("Choose at least one claim that is open."))
        if route.verdict not in (court.READY, court.ASK):
            raise UserError(self.env._("This way cannot be had for these claims now. The list says why."))
        return self.claim_ids.filtered(lambda claim: claim.amount_open > 0)

    def action_hand_over(self):
        """Hand these claims over for this purpose."""
        claims = self._checked()
        window = self.env["dunning.handover.wizard"].create(
            {"company_id": self.company_id.id, "claim_ids": [Command.set(claims.ids)], "purpose": self.route}
        )
        return window._get_records_action(name=self.env._("Hand over"), target="new")

    def action_file(self):
        """The file with what there is for this purpose, to keep or to hand on."""
        claims = self._checked()
        file = self.env["dunning.handover.file"]._make(self.case_id, claims, purpose=self.route)
        return file._get_records_action(name=file.name, target="current")
