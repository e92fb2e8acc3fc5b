from collections import defaultdict

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ...engine import handover as engine
from .. import dunning_bulk
from ..event import as_fact
from .dunning_handover import CLOSED, RECALLED, WITH_PARTY

MANAGER = "cremann_dunning.group_dunning_manager"


class DunningHandingOver(models.AbstractModel):
    """The act itself: claims go to a party, come back, or are with it no longer. Never by itself, always on record."""

    _name = "dunning.handing.over"
    _description = "Handing over"

    @api.model
    def _require_right(self):
        """:raises AccessError: only a manager hands over and recalls."""
        if not (self.env.su or self.env.user.has_group(MANAGER)):
            raise AccessError(self.env._("Only a manager hands claims over, or recalls them."))

    @api.model
    def _lock(self, claims):
        """Nobody pays, credits or hands over these claims while it is decided about them: whoever was first makes us
        begin anew, and then we see what he did."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL("SELECT id FROM dunning_claim WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", claims.ids)
        )
        self.env.cr.execute(
            SQL(
                "SELECT l.id FROM account_move_line l JOIN dunning_claim c ON c.move_line_id = l.id"
                " WHERE c.id = ANY(%s) ORDER BY l.id FOR NO KEY UPDATE OF l",
                claims.ids,
            )
        )
        self.env.invalidate_all(flush=False)

    @api.model
    def _do(self, claims, party, purpose, reason, owner, accepted, letters):
        """See ``dunning.handover._hand_over_many``."""
        self._require_right()
        company = claims.company_id
        if len(company) != 1:
            raise UserError(self.env._("Choose claims of one company at a time: each hands over its own."))
        claims.check_access("read")
        party.check_access("read")
        if not party.active or (party.company_id and party.company_id != company):
            raise UserError(self.env._("Choose an agency, bailiff or lawyer of this company."))
        company._dunning_require_on()
        # sudo: what was handed over is evidence, written by the system; the right was asked above
        this = self.sudo().with_company(company)
        this._lock(claims)
        looks = this.env["dunning.handover.look"]._looks(claims.with_env(this.env), party.with_env(this.env))
        reason = (reason or "").strip()
        refused = {case: stop for case, look in looks.items() if (stop := engine.stops(look.answers, accepted))}
        going = {case: look for case, look in looks.items() if case not in refused}
        for case, look in going.items():
            if not reason and any(answer.weight == engine.MAY for answer in look.answers):
                refused[case] = tuple(answer for answer in look.answers if answer.weight == engine.MAY)
        going = {case: look for case, look in going.items() if case not in refused}
        made = this._write(company, going, party, purpose, reason, owner)
        this._after(company, made.case_id.partner_id)
        if letters:
            this.env["dunning.handover.letter"]._draft(made)
        elif made:
            # sudo: a job of the system's
            this.env.ref("cremann_dunning.dunning_cron_handover_letters")._trigger()
        return made.with_env(self.env), {case.with_env(self.env): stop for case, stop in refused.items()}

    @api.model
    def _write(self, company, looks, party, purpose, reason, owner):
        """The hand-overs and their rows, each in one statement, and what is told of them."""
        heads, rows = [], []
        scores = self.env["dunning.handover.score"]._of_many({case: look.claims for case, look in looks.items()})
        for case, look in looks.items():
            accepted = " ".join(a.code for a in look.answers if a.weight == engine.MAY)
            by_currency = defaultdict(list)
            for claim in look.claims:
                by_currency[claim.currency_id].append(claim)
            score = scores.get(case, 0)
            for own in by_currency.values():
                heads.append(self._head(company, case, party, purpose, reason, owner, accepted, score))
                rows.append([self._row(claim, look.parts[claim.move_line_id.id]) for claim in own])
        if not heads:
            return self.env["dunning.handover"]
        made = dunning_bulk.insert(self.env["dunning.handover"], heads)
        self.env.cr.execute(
            SQL("UPDATE dunning_handover SET name = 'H/' || LPAD(id::text, 5, '0') WHERE id = ANY(%s)", made.ids)
        )
        dunning_bulk.insert(
            self.env["dunning.handover.claim"],
            [row | {"handover_id": id_} for id_, own in zip(made.ids, rows, strict=True) for row in own],
        )
        self.env.invalidate_all(flush=False)
        made = self.env["dunning.handover"].browse(made.ids)
        self._tell(made, "handover.made")
        return made

    @api.model
    def _head(self, company, case, party, purpose, reason, owner, accepted, score):
        return {
            "company_id": company.id,
            "case_id": case.id,
            "partner_id": case.partner_id.id,
            "party_id": party.id,
            "party_name": party.partner_id.display_name,
            "purpose": purpose,
            "state": WITH_PARTY,
            "date": company._dunning_today(),
            "reason": reason or None,
            "user_id": self.env.uid,
            "owner_id": owner.id,
            "accepted": accepted or None,
            "score": score,
            "letter_wanted": True,
        }

    @api.model
    def _row(self, claim, part):
        amounts = {"principal": part.principal or part.disputed, "interest": part.interest, "costs": part.costs}
        return {
            "company_id": claim.company_id.id,
            "claim_id": claim.id,
            "currency_id": claim.currency_id.id,
            "date_due": claim.date_due or part.claim.due_date,
            **amounts,
            "total": sum(amounts.values()),
            "is_frozen": True,
        }

    @api.model
    def _after(self, company, partners):
        """What is decided about these debtors follows, in sets."""
        if partners:
            self.env["dunning.case.mixin"]._redecide_debtors(company, partners.commercial_partner_id)

    # -- back again -----------------------------------------------------------------------------------------------

    @api.model
    def _recall(self, handovers, reason, ends):
        """See ``dunning.handover._recall``."""
        self._require_right()
        handovers.check_access("write")
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Write down why: the party and whoever asks later read it."))
        if handovers.filtered(lambda one: one.state != WITH_PARTY):
            raise UserError(self.env._("Only what is with a party can be recalled."))
        for company, own in handovers.sudo().grouped("company_id").items():  # sudo: as in _do
            this = self.sudo().with_company(company)
            lines = own.line_ids.filtered("is_frozen")
            this._lock(lines.claim_id)
            today = company._dunning_today()
            lines.write({"is_frozen": False, "released_on": today, "release_reason": "recalled"})
            own.write({"state": RECALLED, "recalled_on": today, "recall_reason": reason, "letter_wanted": False})
            this.env["dunning.handover.letter"]._drop(own)
            if ends:
                this._end(lines, reason)
            this._tell(own, "handover.recalled", reason=reason, ends=ends)
            this._after(company, own.partner_id)
        return True

    @api.model
    def _end(self, lines, reason):
        """Nobody follows these claims up any more: a hold without an end, which says why."""
        self.env["dunning.hold"].create(
            [
                {
                    "partner_id": claim.partner_id.id,
                    "move_id": claim.move_id.id,
                    "company_id": claim.company_id.id,
                    "reason": reason,
                    "date_until": False,
                }
                for claim in lines.claim_id.filtered(lambda claim: claim.state == "open")
            ]
        )

    @api.model
    def _release(self, handovers, lines, how):
        """See ``dunning.handover._release``. A hand-over of which nothing is with the party any more is closed."""
        # sudo: as in _do; whoever calls asks for the right to what he does
        lines = (lines & handovers.line_ids).sudo().filtered("is_frozen")
        for company, own in lines.grouped("company_id").items():
            this, today = self.sudo().with_company(company), company._dunning_today()
            own.write({"is_frozen": False, "released_on": today, "release_reason": how})
            for handover, rows in own.grouped("handover_id").items():
                this._tell(handover, "handover.released", rows, how=as_fact.choice(rows[:1], "release_reason"))
            over = own.handover_id.filtered(
                lambda one: one.state == WITH_PARTY and not any(one.line_ids.mapped("is_frozen"))
            )
            over.write({"state": CLOSED, "closed_on": today, "letter_wanted": False})
            this._tell(over, "handover.closed")
            this._after(company, own.handover_id.partner_id)
        return True

    # -- what is told ---------------------------------------------------------------------------------------------

    @api.model
    def _tell(self, handovers, kind, lines=None, reason=None, **facts):
        """Write down what was done with these hand-overs. :param lines: of one of them, when it is about these only."""
        rows = []
        for one in handovers:
            own = one.line_ids if lines is None else lines
            about = {
                "of": as_fact.record(one),
                "name": one.name,
                "numbers": ", ".join(dict.fromkeys(filter(None, own.mapped("number")))),
                **as_fact.known(**facts),
            }
            if kind == "handover.made":
                total = sum(as_fact.exact(row.total, row.currency_id) for row in own)
                currency = own.currency_id[:1].name
                about |= {
                    "total": {"amount": str(total), "currency": currency},
                    "purpose": as_fact.choice(one, "purpose"),
                    **as_fact.known(accepted=one.accepted),
                }
                reason = one.reason
            rows.append(
                {
                    "kind": kind,
                    "company_id": one.company_id.id,
                    "debtor": one.partner_id.commercial_partner_id.id,
                    "claims": own.claim_id.ids,
                    "facts": about,
                    "personal": as_fact.known(party=one.party_name, reason=reason),
                }
            )
        self.env["dunning.event"]._tell(rows)

    @api.model
    def _sentence(self, answer):
        """An answer in the reader's language, with its article."""
        return self.env["dunning.handover.look"]._sentence(answer)
