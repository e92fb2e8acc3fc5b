from odoo import fields, models


class DunningLetter(models.Model):
    """The letter that tells a debtor of a hand-over names the party, how to reach it, and its file number."""

    _inherit = "dunning.letter"  # pylint: disable=consider-merging-classes-inherited

    handover_ids = fields.One2many("dunning.handover", "letter_id", string="Hand-over", readonly=True)

    def _party_text(self):
        handover = self.handover_ids[:1].sudo()  # sudo: what the letter itself says
        if not handover:
            return super()._party_text()
        return handover.with_context(lang=self.lang)._whom_to_pay()

    def _party_names(self):
        handover = self.handover_ids[:1].sudo()  # sudo: as above
        if not handover:
            return super()._party_names()
        phone = (handover.party_id.partner_id.phone or "").replace(" ", "\xa0")
        return [handover.party_name, phone, handover.party_reference, self._party_text()]
