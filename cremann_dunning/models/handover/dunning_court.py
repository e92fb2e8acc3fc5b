from decimal import Decimal

from markupsafe import Markup

from odoo import api, models
from odoo.tools import format_date

from ...engine import court
from ..debtor.dunning_limitation import DEMANDS
from ..dunning_money import exact, written
from ..letter.dunning_letter_receipt_mixin import DELIVERED, READ, SENT
from . import court_words as words

ICONS = {
    court.MET: "fa-check text-success",
    court.LOOK: "fa-eye text-info",
    court.WAIT: "fa-clock-o text-warning",
    court.MISSING: "fa-exclamation-triangle text-warning",
    court.NEVER: "fa-times text-danger",
}


class DunningCourt(models.AbstractModel):
    """What ways to a court there are for claims on a debtor: gathers what is known, asks ``engine.court``, says it."""

    _name = "dunning.court"
    _description = "Ways to a Court"

    @api.model
    def _routes(self, case, claims):
        """What each way needs, and whether it can be had for these claims: ``engine.court.Route`` values.

        :param claims: open ``dunning.claim`` records of this case.
        """
        return court.routes(self._facts(case, claims))

    @api.model
    def _facts(self, case, claims):
        """What is known, as plain values."""
        company, debtor = case.company_id, case.partner_id
        creditor = company.country_id.code or ""
        letters = self._letters(claims)
        items = tuple(self._claim(case, claim, letters.get(claim, ())) for claim in claims.sorted("date_due"))
        notices = [self._notice(letters.get(claim, ())) for claim in claims]
        interest, costs = self._beyond(case, claims)
        return court.CourtCase(
            today=company._dunning_today(),
            creditor_country=creditor,
            debtor_country=debtor.country_id.code or creditor,
            kind=case.debtor_kind or "unknown",
            claims=items,
            interest=interest,
            costs=costs,
            creditor_number=bool(company.company_registry or company.vat),
            debtor_number=bool(debtor.company_registry or debtor.vat),
            is_insolvent=bool(case.insolvency_id),
            with_care=case.with_care,
            has_replies=bool(case.open_reply_count),
            costs_from=max(notice.claimable_from for notice in notices) if all(notices) else None,
            notice_proven=all(map(self._is_proven, notices)),
        )

    @api.model
    def _letters(self, claims):
        """The letters that demanded these claims: ``{claim: letters, the last first}``."""
        lines = claims.line_ids.filtered(
            lambda line: (
                line.principal_part
                and not line.is_let_go
                and line.letter_id.state == "sent"
                and line.letter_id.legal_type in DEMANDS
            )
        )
        found = lines.grouped("claim_id")
        return {claim: own.letter_id.sorted("sent_on", reverse=True) for claim, own in found.items()}

    @api.model
    def _claim(self, case, claim, letters):
        terms = [day for letter in letters if (day := letter.term_last_day or letter.deadline)]
        known = claim.limitation_ids[:1]
        return court.CourtClaim(
            number=claim.number or "",
            principal=exact(claim.amount_open, claim.currency_id),
            currency=claim.currency_id.name,
            date_due=claim.date_due,
            demanded_until=max(terms, default=None),
            act_by=known.safe_day or None,
            is_disputed=self._is_about(case.dispute_ids, "open", claim),
            in_agreement=self._is_about(case.promise_ids, "open", claim)
            or self._is_about(case.plan_ids, "active", claim),
            has_invoice=bool(claim.document_id or claim.move_id.is_sale_document(include_receipts=True)),
            has_order=bool(claim.customer_ref or claim.move_id.invoice_origin),
        )

    @api.model
    def _is_about(self, records, state, claim):
        """Whether one of these records in that state is about a claim: it names its entry, or everything."""
        held = records.filtered(lambda record: record.state == state)
        return any(not record.numbers or claim.move_id in record.move_ids for record in held)

    @api.model
    def _notice(self, letters):
        """The last statutory notice of a claim from which costs may be asked; None."""
        return next((one for one in letters if one.legal_type == "statutory_notice" and one.claimable_from), None)

    @api.model
    def _is_proven(self, notice):
        """Whether a notice can be relied on: in Belgium its term counts from sending (XIX.2 WER)."""
        grades = (SENT, DELIVERED, READ) if notice and notice.regime_id.country_id.code == "BE" else (DELIVERED, READ)
        return bool(notice) and notice.receipt_grade in grades

    @api.model
    def _beyond(self, case, claims):
        """Interest and costs that a letter of today would ask for these claims, see ``dunning.asked``."""
        parts = self.env["dunning.asked"]._parts(case.company_id, case.partner_id.ids).get(case.partner_id.id, [])
        ours = [part for part in parts if part.claim.line_id in claims.move_line_id.ids]
        zero = Decimal("0.00")
        return sum((part.interest for part in ours), zero), sum((part.costs for part in ours), zero)

    # -- in words -------------------------------------------------------------------------------------------------

    @api.model
    def _overview(self, routes):
        """All ways in a line each. :return: Markup."""
        rows = Markup().join(
            Markup("<tr><td class='pe-3'>%s %s</td><td>%s</td></tr>")
            % (
                self._icon(_state(route)),
                self.env._(words.ROUTES[route.code]),
                self.env._(words.VERDICTS[route.verdict]),
            )
            for route in routes
        )
        nothing = all(route.verdict == court.NO for route in routes)
        told = self.env._("None of these ways fits. A lawyer knows which procedure there is in the debtor's country.")
        return Markup("<table class='mb-2'>%s</table>%s") % (rows, Markup("<p>%s</p>") % told if nothing else "")

    @api.model
    def _told(self, route, currency):
        """One way with its days, points and documents. :return: Markup."""
        points = [self._line(point.state, self._point(point, currency), point.article) for point in route.points]
        papers = [self._line(paper.state, self._paper(paper)) for paper in route.papers]
        return Markup(
            "<p>%s</p><h5>%s</h5><ul class='list-unstyled'>%s</ul><h5>%s</h5><ul class='list-unstyled'>%s</ul>"
        ) % (
            Markup("<br/>").join(self._days(route)),
            self.env._("What it needs"),
            Markup().join(points),
            self.env._("Documents"),
            Markup().join(papers),
        )

    @api.model
    def _days(self, route):
        """The days of a way, a sentence each."""
        env, day = self.env, lambda value: format_date(self.env, value)
        found = []
        if route.from_day:
            found.append(env._("It can be begun from %s.", day(route.from_day)))
        if route.act_by:
            found.append(env._("Begin by %s, or the first of these claims may lapse.", day(route.act_by)))
        if route.look_on:
            found.append(env._("Look at it again on %s.", day(route.look_on)))
        return found

    @api.model
    def _point(self, point, currency):
        values = {
            "numbers": ", ".join(point.numbers),
            "day": format_date(self.env, point.day) if point.day else "",
            "amount": written(self.env, point.amount, currency) if point.amount is not None else "",
        }
        sentence = self.env._(words.POINTS[point.code][point.state])
        return sentence % values

    @api.model
    def _paper(self, paper):
        name = self.env._(words.PAPERS[paper.code])
        if paper.state == court.MET:
            return name
        if paper.numbers:
            return self.env._("%(what)s: missing of %(numbers)s", what=name, numbers=", ".join(paper.numbers))
        return self.env._("%s: look it up", name) if paper.state == court.LOOK else self.env._("%s: missing", name)

    @api.model
    def _line(self, state, text, article=""):
        """One point with its mark and article; whatever stands in it is text."""
        source = Markup(" <span class='text-muted'>(%s)</span>") % article if article else ""
        return Markup("<li class='mb-1'>%s %s%s</li>") % (self._icon(state), text, source)

    @api.model
    def _icon(self, state):
        title = {
            court.MET: self.env._("In order"),
            court.LOOK: self.env._("Somebody has to look"),
            court.WAIT: self.env._("Wait"),
            court.MISSING: self.env._("To be done first"),
            court.NEVER: self.env._("Not possible"),
        }[state]
        return Markup("<i class='fa fa-fw %s' role='img' title='%s' aria-label='%s'></i>") % (
            ICONS[state],
            title,
            title,
        )


def _state(route):
    """The state that stands for a verdict."""
    return next(state for state, verdict in court.VERDICTS.items() if verdict == route.verdict)
