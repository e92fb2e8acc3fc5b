import logging
from collections import defaultdict
from datetime import timedelta

import psycopg2

from odoo import api, models
from odoo.tools import format_date

from ...engine.simulate import MOVES

_logger = logging.getLogger(__name__)

# So far the steps after the first are looked ahead, and so many of them are shown, the nearest.
DAYS, SHOWN = 183, 40
# Of more open claims they are not worked out while somebody waits for the screen.
MANY = 150


class DunningStory(models.AbstractModel):
    """The steps after the next one: what the engine would send of this debtor if he paid nothing."""

    _inherit = "dunning.story"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _ahead(self, record, claims, debtors, decisions):
        """The steps that no decision and no draft shows, as lines: those of later days, and the first of what is due
        later.

        :param claims: of these only, None for all of the record. :param debtors: whom it is about.
        :param decisions: what is shown already.
        """
        if self._are_too_many(record, debtors):
            return [self._too_many_line()]
        told = {decision.move_line_id.id for decision in decisions if self._tells_its_step(decision)}
        steps, seen = defaultdict(list), set()
        for sent in self._letters_ahead(record, debtors):
            for decision in sent.plan.decisions:
                line_id = decision.claim.line_id
                if decision.code not in MOVES or not self._is_about(decision.claim, record, claims):
                    continue
                later = line_id in seen
                seen.add(line_id)
                if later or line_id not in told:
                    steps[sent.day, decision.level.id, later].append(decision.claim)
        shown = sorted(steps.items(), key=lambda step: step[0])[:SHOWN]
        # sudo: what a step is called, for whoever may read the case
        levels = self.env["dunning.level"].sudo().browse({level for (_day, level, _later), _claims in shown})
        names = {level.id: level._letter_label(level.display_name) for level in levels}
        leads = {decision.move_line_id.id: decision for decision in decisions}
        return [self._ahead_line(*step, names[step[1]], about, leads) for step, about in shown]

    @api.model
    def _are_too_many(self, record, debtors):
        """Whether these debtors have more open items than can be looked ahead at once."""
        domain = [
            ("company_id", "=", record.company_id.id),
            ("partner_id.commercial_partner_id", "in", debtors.ids),
            ("account_type", "=", "asset_receivable"),
            ("parent_state", "=", "posted"),
            ("reconciled", "=", False),
        ]
        # sudo: how many there are
        return self.env["account.move.line"].sudo().search_count(domain, limit=MANY + 1) > MANY

    @api.model
    def _too_many_line(self):
        text = self.env._("There are more than %s open claims. Look ahead, in the menu, has the later steps.", MANY)
        return {
            "key": "ahead",
            "day": False,
            "day_text": "",
            "text": text,
            "family": "letter",
            "by": "",
            "model": False,
            "id": False,
        }

    @api.model
    def _letters_ahead(self, record, debtors):
        """What the engine sends to these debtors; nothing where it cannot be worked out."""
        company = record.company_id
        if company.dunning_mode == "off":
            return []
        end = company._dunning_today() + timedelta(days=DAYS)
        # sudo: the facts are gathered as by a run; only steps of what the reader may read are shown
        ahead = self.env["dunning.look.ahead"].sudo()
        try:
            with self.env.cr.savepoint(flush=False):
                return list(ahead._letters(company, end, debtors.ids, look=False))
        except psycopg2.OperationalError:  # another transaction came in between: Odoo does all of it again
            raise
        except Exception:  # whatever stands in the records, the story of what happened is shown
            _logger.exception("The next steps of %s could not be worked out", record)
            return []

    @api.model
    def _tells_its_step(self, decision):
        """Whether a decision, or the draft that came of it, is the first step of its claim."""
        return bool(decision.next_date and decision.level_id) or decision.letter_id.state == "draft"

    @api.model
    def _is_about(self, claim, record, claims):
        """Whether a claim of the engine belongs to what is shown."""
        if claims is not None:
            return claim.line_id in claims.move_line_id.ids
        return record._name != "account.move" or claim.move_id == record.id

    @api.model
    def _ahead_line(self, day, level_id, later, name, claims, leads):
        words = {"level": name, "numbers": self._named([claim.number for claim in claims])}
        first = self.env._("If nothing is paid: %(level)s (%(numbers)s).", **words)
        text = self.env._("If still nothing is paid by then: %(level)s (%(numbers)s).", **words) if later else first
        decision = leads.get(claims[0].line_id)
        return {
            "key": f"ahead-{day}-{level_id}-{int(later)}",
            "day": day.isoformat(),
            "day_text": format_date(self.env, day),
            "text": text,
            "family": "letter",
            "by": "",
            "model": decision._name if decision else "account.move",
            "id": decision.id if decision else claims[0].move_id,
        }
