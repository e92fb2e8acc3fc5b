from markupsafe import Markup

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..engine import handover as engine
from ..models.handover.dunning_handover import COLLECTION, PURPOSES

SIGNS = {
    "final": "fa-ban text-danger",
    "may": "fa-exclamation-triangle text-warning",
    "told": "fa-info-circle text-info",
}


class DunningHandoverWizard(models.TransientModel):
    """Asks to whom claims go and why, shows every answer of the rules with its article and how complete the file is,
    and hands them over. What changed since it was opened is asked once more."""

    _name = "dunning.handover.wizard"
    _description = "Hand Claims Over"
    _inherit = ["dunning.window.mixin"]

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    claim_ids = fields.Many2many("dunning.claim", string="Claims")
    case_ids = fields.Many2many("dunning.case", compute="_compute_case_ids", compute_sudo=False, string="Debtors")
    party_id = fields.Many2one(
        "dunning.party",
        string="To",
        domain="[('company_id', 'in', (False, company_id))]",
        default=lambda self: self.env["dunning.party"].search(
            [("company_id", "in", (False, self.env.company.id))], limit=1
        ),
    )
    purpose = fields.Selection(PURPOSES, required=True, default=COLLECTION)
    owner_id = fields.Many2one(
        "res.users",
        string="Contact person",
        default=lambda self: self.env.user,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Who hears what the party says.",
    )
    reason = fields.Char(help="Why they are handed over now; with it somebody answers for what stands in the way.")
    answers_html = fields.Html(
        string="Before it goes", compute="_compute_answers", compute_sudo=False, store=True, sanitize=False
    )
    verdict = fields.Selection(
        [("fine", "Nothing in the way"), ("may", "With a reason"), ("final", "Not possible")],
        compute="_compute_answers",
        compute_sudo=False,
        store=True,
    )
    # what whoever presses the button has read; sent along by the window, so that what came later is not taken for read
    seen = fields.Char(compute="_compute_answers", compute_sudo=False, store=True, readonly=False)
    score = fields.Integer(string="Complete", compute="_compute_score", compute_sudo=False)
    line_ids = fields.One2many("dunning.handover.wizard.line", "window_id", string="Missing in the file")

    @api.depends("claim_ids")
    def _compute_case_ids(self):
        for window in self:
            window.case_ids = window.claim_ids.case_id

    # kept as they were shown: what the window says and what its reader answers for are of one moment
    @api.depends("claim_ids", "party_id")
    def _compute_answers(self):
        for window in self:
            looks = window._looks()
            answers = [answer for look in looks.values() for answer in look.answers]
            weights = {answer.weight for answer in answers}
            window.verdict = next((weight for weight in ("final", "may") if weight in weights), "fine")
            window.answers_html = window._answers_html(looks) if looks else False
            window.seen = " ".join(sorted({answer.code for answer in answers if answer.weight == engine.MAY}))

    def _looks(self):
        claims = self.claim_ids._origin
        if not claims or len(claims.company_id) > 1:
            return {}
        return self.env["dunning.handover.look"]._looks(claims, self.party_id._origin or None)

    def _answers_html(self, looks):
        """All answers about one debtor; of several only what stands in the way, by the debtor."""
        words, blocks = self.env["dunning.handover.look"], []
        for case, look in looks.items():
            rows = [
                Markup('<li class="py-1"><i class="fa fa-fw %s me-2"></i>%s</li>')
                % (SIGNS.get(answer.weight, "fa-check text-success"), words._sentence(answer))
                for answer in look.answers
                if len(looks) == 1 or answer.weight in (engine.FINAL, engine.MAY)
            ]
            if len(looks) > 1:
                rows = rows or [Markup("<li>%s</li>") % self.env._("Nothing in the way.")]
                blocks.append(Markup("<h5 class='mt-2 mb-0'>%s</h5>") % case.partner_id.display_name)
            blocks.append(Markup('<ul class="list-unstyled mb-0">%s</ul>') % Markup().join(rows))
        return Markup().join(blocks)

    @api.depends("claim_ids")
    def _compute_score(self):
        for window in self:
            scores = [
                self.env["dunning.handover.score"]._of(own)[0]
                for own in window.claim_ids._origin.grouped("case_id").values()
            ]
            window.score = sum(scores) // len(scores) if scores else 0

    @api.model_create_multi
    def create(self, vals_list):
        """What is missing stands in the window, each with where it is added."""
        windows = super().create(vals_list)
        windows.mapped("seen")  # as of now, and not of when it is written
        for window in windows:
            window.line_ids = [Command.create(vals) for vals in window._missing()]
        return windows

    def _missing(self):
        scores, found = self.env["dunning.handover.score"], []
        for own in self.claim_ids.grouped("case_id").values():
            if len(self.claim_ids.case_id) > 1:
                break  # of many debtors each file is completed on its case
            for piece in scores._of(own)[1]:
                place = scores._place(piece, own)
                found.append(
                    {
                        "part": scores._label(piece.part),
                        "number": own.browse(piece.line_id).number or False,
                        "place_model": place._name,
                        "place_id": place.id,
                    }
                )
        return found

    def action_look(self):
        """Ask everything once more, and show it."""
        self.ensure_one()
        self.check_access("write")
        fresh = self.create(
            {
                "company_id": self.company_id.id,
                "claim_ids": [Command.set(self.claim_ids.ids)],
                "party_id": self.party_id.id,
                "purpose": self.purpose,
                "owner_id": self.owner_id.id,
                "reason": self.reason,
            }
        )
        return fresh._get_records_action(name=self.env._("Hand over"), target="new")

    def action_hand_over(self):
        """Hand the claims over; of several debtors those of whom nothing stands in the way."""
        self.ensure_one()
        self.check_access("write")
        if not self.party_id:
            raise UserError(self.env._("Choose to whom the claims go."))
        given = {
            "purpose": self.purpose,
            "reason": self.reason,
            "owner": self.owner_id,
            "accepted": (self.seen or "").split(),
        }
        handovers, cases = self.env["dunning.handover"], self.claim_ids.case_id
        if len(cases) == 1:
            return handovers._hand_over(cases, self.claim_ids, self.party_id, **given)._get_records_action()
        made, refused = handovers._hand_over_many(self.claim_ids, self.party_id, **given)
        return self._close_saying(*self._told(made, refused)) if made else self._refused(refused)

    def _told(self, made, refused):
        if not refused:
            return (self.env._("Handed over: %s.", len(made)),)
        return (
            self.env._(
                "Handed over: %(made)s. Not: %(refused)s, because something stands in the way.",
                made=len(made),
                refused=", ".join(case.partner_id.display_name for case in refused),
            ),
        )

    def _refused(self, refused):
        words = self.env["dunning.handover.look"]
        raise UserError(
            "\n".join(
                f"{case.partner_id.display_name}: {words._sentence(answers[0])}" for case, answers in refused.items()
            )
        )
