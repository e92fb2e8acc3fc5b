from odoo import models

from .dunning_party import AGENCY


class DunningParty(models.Model):
    """May this party have claims on a debtor: registration, where the law wants one."""

    _inherit = "dunning.party"  # pylint: disable=consider-merging-classes-inherited

    def _needs_registration(self, case):
        """Whether the law wants this party to be registered for claims on this debtor: an agency, for a natural person
        in the Netherlands, sole traders among them (art. 2 and 4 Wki), and for a Belgian consumer (XIX.6 WER)."""
        self.ensure_one()
        debtor = case.partner_id.commercial_partner_id
        # sudo: what kind of debtor he is, whoever hands over
        kind = debtor.sudo().with_company(case.company_id).dunning_debtor_kind or "unknown"
        country = (debtor.country_id or case.company_id.country_id).code
        natural = kind in ("consumer", "unknown") or not debtor.is_company
        return self.kind == AGENCY and natural and country in ("NL", "BE")

    def _refusal(self, case, on):
        """Why this party may not have claims on this debtor on that day: ``(code, sentence, article)``, None when it
        may."""
        self.ensure_one()
        if not self._needs_registration(case):
            return None
        country = case.partner_id.commercial_partner_id.country_id or case.company_id.country_id
        article = "art. XIX.6 WER" if country.code == "BE" else "art. 4 Wki"
        if not (self.registration or "").strip():
            sentence = self.env._("%s has no registration, and for this debtor it needs one.", self.display_name)
            return "NO_REGISTRATION", sentence, article
        if (self.registered_from and on < self.registered_from) or (
            self.registered_until and on > self.registered_until
        ):
            return "REGISTRATION_ENDED", self.env._("%s is not registered on this day.", self.display_name), article
        return None
