from odoo import api, models

from .dunning_letter_telling import EDITED


class DunningLetterTellingMixin(models.AbstractModel):
    """A letter tells what a person does with its draft; what a run drafts, changes or throws away is no event."""

    _name = "dunning.letter.telling.mixin"
    _description = "Telling of Drafts by Hand"

    @api.model_create_multi
    def create(self, vals_list):
        """Drafts of runs are inserted in sets and never come here."""
        letters = super().create(vals_list)
        letters._telling()._tell(letters._telling()._drafted_rows(letters._by_hand()))
        return letters

    def write(self, vals):
        """Tell what was changed on a draft; one that failed and goes on is nothing to see to any more."""
        edited = EDITED & set(vals)
        failed = self.filtered(lambda letter: letter.state == "failed") if "state" in vals else self.browse()
        drafts = self.filtered(lambda letter: letter.state == "draft") if edited else self.browse()
        result = super().write(vals)
        if drafts:
            self._telling()._tell(self._telling()._edited_rows(drafts, edited))
        if seen_to := failed.filtered(lambda letter: letter.state != "failed"):
            self.env["dunning.desk"]._seen_to(seen_to)
        return result

    def unlink(self):
        """A draft by hand that is thrown away is told of."""
        rows = [self._telling()._row("letter.discarded", letter) for letter in self._by_hand()]
        result = super().unlink()
        self._telling()._tell(rows)
        return result

    def _by_hand(self):
        """Those of these letters that a person drafted."""
        return self.filtered(lambda letter: letter.state == "draft" and not letter.run_id)

    def _telling(self):
        return self.env["dunning.letter.telling"].sudo()  # sudo: what is told is told whole, whoever acts
