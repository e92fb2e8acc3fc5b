from datetime import timezone

from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, format_date

from ...engine import rules
from ..dunning_inside import Inside, inside
from ..event import as_fact
from .dunning_cause_mixin import NOT_SPOKEN

# A step that a person may take in the place of a letter. What the law wants in writing is never one of them.
SPOKEN_TYPES = (rules.CALL, rules.REMINDER)


class DunningContact(models.Model):
    """Somebody spoke with the debtor. When it counts as a step, the invoices move to its level as by a letter."""

    _name = "dunning.contact"
    _description = "Contact moment"
    _inherit = ["dunning.case.mixin", "dunning.outcome.mixin", "dunning.cause.mixin"]
    _order = "date desc, id desc"
    _decisive = frozenset({"active", "date", "outcome", "cause", "promise_id", "dispute_id", "plan_id"})
    _fixed = frozenset({"case_id", "move_ids", "date", "counts_as_step", "level_id", "counted_on"})
    _family = "contact"
    _told = frozenset(
        {
            "move_ids",
            "kind",
            "date",
            "user_id",
            "person",
            "outcome",
            "note",
            "counts_as_step",
            "level_id",
            "active",
            "cause",
        }
    )

    kind = fields.Selection(
        [("call", "Call"), ("visit", "Visit"), ("mail", "E-mail"), ("other", "Other")], required=True, default="call"
    )
    date = fields.Datetime(string="When", required=True, default=fields.Datetime.now)
    user_id = fields.Many2one("res.users", string="By", required=True, default=lambda self: self.env.user)
    person = fields.Char(string="Spoken to", help="Who answered, for example 'Ms Jansen, bookkeeping'.")
    outcome = fields.Selection(
        [
            ("not_reached", "Not reached"),
            ("promised", "Promised to pay"),
            ("disputed", "Does not agree"),
            ("paying", "Will pay now"),
            ("instalments", "Wants to pay in instalments"),
            ("copy", "Wants a copy of the invoice"),
            ("refused", "Refuses to pay"),
            ("cannot_pay", "Cannot pay"),
            ("wrong_person", "Wrong person"),
            ("other", "Other"),
        ],
        required=True,
        help="What came of it. A promise or a dispute is made with the contact, so that letters wait for it.",
    )
    note = fields.Text(help="What was said.")
    counts_as_step = fields.Boolean(
        string="Counts as a step",
        help="The invoices move to the level below, as they do when a letter is sent. Only a call or a reminder can be "
        "done by word of mouth, never a notice that the law wants in writing.",
    )
    level_id = fields.Many2one(
        "dunning.level",
        string="Counts for",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain=[("legal_type", "in", SPOKEN_TYPES)],
        help="The step that this contact was. It must be the next one of each of the invoices: no step is skipped.",
    )
    counted_on = fields.Date(
        string="Counted on",
        compute="_compute_counted_on",
        store=True,
        precompute=True,
        help="The day it was where the company is.",
    )
    claim_ids = fields.Many2many(
        "dunning.claim", string="Claims", readonly=True, copy=False, help="The claims that it moved a step."
    )
    active = fields.Boolean(default=True, help="Archive a contact that was noted by mistake: it no longer counts.")

    @api.depends("kind", "date", "partner_id")
    @api.depends_context("lang", "tz")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for contact in self:
            day = contact.date and fields.Datetime.context_timestamp(contact, contact.date).date()
            words = (kinds.get(contact.kind, ""), format_date(self.env, day) if day else "")
            debtor = contact.partner_id
            contact.display_name = bool(debtor) and f"{debtor.name or ''}: {' '.join(filter(None, words))}"

    @api.depends("date", "company_id")
    def _compute_counted_on(self):
        for contact in self:
            company = contact.company_id or self.env.company
            moment = contact.date and contact.date.replace(tzinfo=timezone.utc).astimezone(company._dunning_zone())
            contact.counted_on = moment and moment.date()

    @api.constrains("date")
    def _check_date(self):
        if any(contact.date > fields.Datetime.now() for contact in self):
            raise ValidationError(
                self.env._("A contact that is still to come cannot be noted. Plan an activity for it.")
            )

    @api.constrains("counts_as_step", "level_id", "move_ids")
    def _check_step(self):
        for contact in self.filtered("counts_as_step"):
            if not contact.level_id or not contact.move_ids:
                raise ValidationError(
                    self.env._("A contact that counts as a step needs its level and the invoices that were spoken of.")
                )
            if contact.level_id.legal_type not in SPOKEN_TYPES:
                raise ValidationError(
                    self.env._(
                        "%s cannot be done by word of mouth: only a call or a reminder can.", contact.level_id.name
                    )
                )

    @api.onchange("counts_as_step")
    def _onchange_counts_as_step(self):
        """Offer the step that is next, and the invoices that wait for it."""
        if not self.counts_as_step or self.level_id:
            return
        moves = self.move_ids or self.case_id.open_move_ids | self.case_id.taken_in_ids.move_id
        level = moves.dunning_next_level_id.filtered(lambda level: level.legal_type in SPOKEN_TYPES)[:1]
        self.level_id = level
        self.move_ids = moves.filtered(lambda move: move.dunning_next_level_id == level) if level else self.move_ids

    def _has_amount(self):
        return False

    @api.model_create_multi
    def create(self, vals_list):
        """Only a contact that counts has a level."""
        return super().create(
            [vals if vals.get("counts_as_step") else {**vals, "level_id": False} for vals in vals_list]
        )

    def _noted(self):
        counted = self.filtered("counts_as_step")
        counted._count()
        (self - counted)._redecide()  # its days of quiet begin
        if spoken := self.filtered(lambda contact: contact.outcome not in NOT_SPOKEN):
            self.env["dunning.desk"]._spoken_with(spoken.case_id)

    def write(self, vals):
        """A contact that counted is part of the ladder: it can be archived and not be told differently."""
        counted = self.filtered("counts_as_step")
        if self._fixed & set(vals) and counted:
            raise UserError(
                self.env._("A contact that counted as a step stays as it is. Archive it and note it again.")
            )
        result = super().write(vals)
        if vals.keys() == {"claim_ids"}:  # what counting wrote
            return result
        if vals.get("active", True):
            again = self if "active" in vals else self - counted
            again.filtered(lambda contact: contact.counts_as_step and contact.active)._count()
        elif "active" in vals:
            self._show_levels(counted.move_ids)
        return result

    def unlink(self):
        """Invoices show the level that is left."""
        moves = self.filtered("counts_as_step").move_ids
        result = super().unlink()
        self._show_levels(moves)
        return result

    # -- as events ------------------------------------------------------------------------------------------------

    def _kind_made(self):
        if self.outcome == "not_reached":
            return "contact.not_reached"
        return "contact.called" if self.kind == "call" else "contact.other"

    def _kind_changed(self, before):
        if "active" not in before:
            return "contact.changed"
        return "contact.unarchived" if self.active else "contact.archived"

    def _event_facts(self, kind):
        """Who spoke with him is a person as well."""
        facts = as_fact.known(
            kind=as_fact.choice(self, "kind"),
            outcome=as_fact.choice(self, "outcome"),
            cause=as_fact.choice(self, "cause"),
            user=self.user_id.id,
            level=as_fact.named(self.level_id) if self.counts_as_step else None,
            **(self._event_about() if self.numbers else {}),
        )
        return facts, as_fact.known(person=self.person, by=self.user_id.name, note=self.note)

    def _event_extra(self, kind):
        """One that is noted afterwards happened when it was."""
        return {"happened": self.date} if kind == self._kind_made() else {}

    # -- counting as a step ---------------------------------------------------------------------------------------

    def _count(self):
        """Let these contacts count: check that the step is the next one, move the invoices, end the calls."""
        facts, procedures = self._claims()
        for contact in self:
            line_ids = [
                claim.line_id
                for move in contact.move_ids
                for claim in contact._claims_at_level(move, facts.get((contact.partner_id.id, move.id), []), procedures)
            ]
            # which claims moved is the system's to write
            claims = self.env["dunning.claim"].sudo()._of_moves(contact.move_ids, line_ids)
            contact._by_system().write({"claim_ids": [Command.set(list(claims.values()))]})
        self._show_levels(self.move_ids)
        call_type = self.env["dunning.call"]._activity_type()
        self.case_id.activity_ids.filtered(lambda activity: activity.activity_type_id == call_type).action_feedback()
        self._redecide()

    def _claims(self):
        """The facts of the debtors without these contacts: claims by debtor and invoice, and the procedures by id."""
        claims, procedures = {}, {}
        for company, contacts in self.grouped("company_id").items():
            # sudo: the facts decide, whatever the user may read of them
            gather = self.env["dunning.gather"].sudo().with_context(dunning_without_contacts=Inside(contacts.ids))
            debtors = gather.facts(company, company._dunning_today(), contacts.partner_id.ids)
            procedures |= self.env["dunning.engine"]._rules(company, debtors)[0]
            for debtor in debtors:
                for claim in debtor.claims:
                    claims.setdefault((debtor.partner_id, claim.move_id), []).append(claim)
        return claims, procedures

    def _claims_at_level(self, move, claims, procedures):
        """The claims of an invoice whose next step this contact was.

        :raises UserError: when there is none, or when a letter about it is under way.
        """
        self.ensure_one()
        found, next_level = [], None
        for claim in claims:
            procedure = procedures.get(claim.procedure)
            level = procedure and procedure.next_level(claim.levels_done)
            next_level = next_level or level
            if level and level.id == self.level_id.id:
                found.append(claim)
        under_way = next((claim.open_letter for claim in found if claim.open_letter), None)
        number = ", ".join(move._dunning_numbers(self.partner_id))
        if under_way:
            message = self.env._(
                "The letter %(letter)s about %(invoice)s has not gone out yet. Cancel it first, or do not count this "
                "contact as a step.",
                letter=self.env["dunning.level"]._letter_label(under_way),
                invoice=number,
            )
        elif not claims:
            message = self.env._("%s is not overdue, so no step can be taken for it.", number)
        elif not found:
            message = self.env._(
                "The next step for %(invoice)s is %(next)s and not %(level)s. No step is skipped or taken twice.",
                invoice=number,
                next=self.env["dunning.level"].sudo().browse(next_level.id).name if next_level else "–",
                level=self.level_id.name,
            )
        elif any(claim.level_sent_on and claim.level_sent_on > self.counted_on for claim in found):
            message = self.env._("The letter before it about %s went out later than this contact.", number)
        else:
            return found
        raise UserError(message)

    @api.model
    def _counted_after(self, claims, day):
        """A contact that moved one of these claims on this day or later."""
        domain = [("counts_as_step", "=", True), ("counted_on", ">=", day), ("claim_ids", "in", claims.ids)]
        return self.search(domain, limit=1)

    @api.model
    def _show_levels(self, moves):
        """Show on the invoices the last level that was reached, by letter or by word of mouth; in one statement.

        SQL and not the ORM: the entries are posted, and nothing of them changes.
        """
        if not moves:
            return
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE account_move m
                   SET dunning_level_id = (
                       SELECT v.id
                         FROM (SELECT k.level_id, f.sent_on AS day
                                 FROM dunning_letter_line k
                                 JOIN dunning_letter f ON f.id = k.letter_id AND f.state = 'sent'
                                 JOIN dunning_claim q ON q.id = k.claim_id AND q.move_line_id IS NOT NULL
                                WHERE q.move_id = m.id AND k.is_let_go IS NOT TRUE
                               UNION ALL
                               SELECT c.level_id, c.counted_on
                                 FROM dunning_claim q
                                 JOIN %(relation)s r ON r.%(claim)s = q.id
                                 JOIN dunning_contact c ON c.id = r.%(contact)s
                                WHERE q.move_id = m.id AND q.move_line_id IS NOT NULL AND c.counts_as_step
                                  AND c.active) step
                         JOIN dunning_level v ON v.id = step.level_id
                        ORDER BY step.day DESC, v.sequence DESC
                        LIMIT 1)
                 WHERE m.id IN %(moves)s
                """,
                moves=tuple(moves.ids),
                **self._relation("claim_ids", "contact", "claim"),
            )
        )
        self.env["account.move"].invalidate_model(["dunning_level_id"])

    @api.model
    def _not_spoken(self):
        """Outcomes of contacts in which nobody spoke with the debtor."""
        return NOT_SPOKEN

    @api.model
    def _spoken(self, company, partner_ids):
        """Per debtor the day on which somebody last spoke with him, for the engine; one statement, and none where the
        company leaves no days of quiet."""
        if not (company.dunning_quiet_days or company.dunning_quiet_days_consumer):
            return {}
        self.env.cr.execute(
            SQL(
                """
                SELECT d.commercial_partner_id, MAX(c.counted_on)
                  FROM dunning_contact c JOIN res_partner d ON d.id = c.partner_id
                 WHERE c.company_id = %s AND c.active AND d.commercial_partner_id IN %s AND c.outcome <> ALL(%s)
                   AND c.id <> ALL(%s)
                 GROUP BY d.commercial_partner_id
                """,
                company.id,
                partner_ids,
                list(NOT_SPOKEN),
                inside(self.env, "dunning_without_contacts", []),
            )
        )
        return dict(self.env.cr.fetchall())

    @api.model
    def _steps(self, company, partner_ids):
        """What contacts did for the engine, in one statement, like sent letters.

        :return: per receivable line the ids of the levels reached and the day of the last contact.
        """
        self.env.cr.execute(
            SQL(
                """
                SELECT q.move_line_id, array_agg(c.level_id), MAX(c.counted_on)
                  FROM dunning_contact c
                  JOIN %(relation)s r ON r.%(contact)s = c.id
                  JOIN dunning_claim q ON q.id = r.%(claim)s AND q.partner_id IN %(partners)s
                   AND q.move_line_id IS NOT NULL
                 WHERE c.company_id = %(company)s AND c.counts_as_step AND c.active AND c.id <> ALL(%(without)s)
                 GROUP BY q.move_line_id
                """,
                company=company.id,
                partners=partner_ids,
                without=inside(self.env, "dunning_without_contacts", []),
                **self._relation("claim_ids", "contact", "claim"),
            )
        )
        return {line_id: (levels, day) for line_id, levels, day in self.env.cr.fetchall()}
