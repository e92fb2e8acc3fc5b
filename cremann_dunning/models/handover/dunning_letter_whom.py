from odoo import models

WITH_PARTY = "with_party"


class DunningLetter(models.Model):
    """The page of a letter about what is with a party by now says whom to pay, and asks for nothing."""

    _inherit = "dunning.letter"  # pylint: disable=consider-merging-classes-inherited

    def _page_state(self, demanded, under_way, beyond):
        state = super()._page_state(demanded, under_way, beyond)
        return WITH_PARTY if state == "open" and self._frozen_lines() else state

    def _page_values(self):
        """With ``whom``: a ``Whom`` for each party."""
        values = super()._page_values()
        lines = self._frozen_lines() if values["state"] == WITH_PARTY else self.env["dunning.handover.claim"]
        return {**values, "whom": self.env["dunning.handover.whom"]._whom(lines, self.env.lang)}

    def _frozen_lines(self):
        """Of what this letter demands the rows that are with a party; its own hand-over letter is among them."""
        frozen = self.env["dunning.handover.whom"]._of_debtor(self.company_id, self.partner_id)
        items = self._demanded_lines().move_line_id.ids
        return self.env["dunning.handover.claim"].union(*(frozen[id_] for id_ in items if id_ in frozen))
