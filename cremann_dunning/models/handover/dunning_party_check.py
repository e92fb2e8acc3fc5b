from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date
from odoo.tools.mail import email_normalize

from .dunning_party import AGENCY

# What the law calls it. Lawyers and bailiffs are exempt from both registers.
DUTCH, BELGIAN = "art. 4 Wki", "art. XIX.6 WER"
# Somebody looks in the register again after so many days, and hears so many days before it that it ends.
LOOK_AGAIN, SOON = 90, 30
NEEDLESS, MISSING, NOT_YET, ENDED, UNKNOWN, ENDS_SOON, OLD, VALID = (
    "needless", "missing", "not_yet", "ended", "unknown", "ends_soon", "old", "valid",
)  # fmt: skip
# In these nobody may be sure that it holds.
NOT_HOLDING = (MISSING, NOT_YET, ENDED, UNKNOWN)


class DunningParty(models.Model):
    """Whether the law lets a party collect, and how sure one can be of its registration."""

    _inherit = "dunning.party"  # pylint: disable=consider-merging-classes-inherited

    registration_be = fields.Char(
        string="Number in Belgium",
        tracking=True,
        help="Of its registration with the Belgian FPS Economy. It needs one for consumers in Belgium (art. XIX.6 "
        "WER). A Belgian agency may also have it as its registration number.",
    )
    registration_state = fields.Selection(
        [
            (NEEDLESS, "Not needed"),
            (MISSING, "Missing"),
            (NOT_YET, "Not valid yet"),
            (ENDED, "Ended"),
            (UNKNOWN, "Not looked up"),
            (ENDS_SOON, "Ends soon"),
            (OLD, "Look it up again"),
            (VALID, "Valid"),
        ],
        string="Registration",
        compute="_compute_registration_state",
    )
    registration_note = fields.Char(compute="_compute_registration_state", string="About its registration")

    @api.depends(
        "kind", "registration", "registration_be", "registered_from", "registered_until", "checked_on", "company_id"
    )
    @api.depends_context("lang", "company")
    def _compute_registration_state(self):
        for party in self:
            today = (party.company_id or self.env.company)._dunning_today()
            party.registration_state = party._registration_state(today)
            party.registration_note = party._registration_note(party.registration_state)

    @api.constrains("registered_from", "registered_until")
    def _check_registered(self):
        for party in self:
            if party.registered_from and party.registered_until and party.registered_until < party.registered_from:
                raise ValidationError(self.env._("A registration cannot end before it begins."))

    @api.constrains("fee_percent", "fee_amount")
    def _check_fee(self):
        if any(not 0 <= party.fee_percent <= 100 or party.fee_amount < 0 for party in self):
            raise ValidationError(self.env._("A fee is between 0 and 100%, or an amount that is not below zero."))

    @api.constrains("email")
    def _check_email(self):
        for party in self:
            if party.email and not email_normalize(party.email):
                raise ValidationError(
                    self.env._("“%s” is no e-mail address. Files would get lost: enter one address.", party.email)
                )

    # -- the registration -----------------------------------------------------------------------------------------

    def _number_in(self, country):
        """Its registration number in a country: ``NL`` or ``BE``; empty where it has none there."""
        self.ensure_one()
        # sudo: where it is, for whoever hands over; nobody wrote it down where it is where we are
        place = self.sudo().partner_id.country_id or (self.company_id or self.env.company).country_id
        is_belgian = place.code == "BE"
        if country == "BE":
            return (self.registration_be or (self.registration if is_belgian else "") or "").strip()
        return "" if is_belgian and not self.registration_be else (self.registration or "").strip()

    def _registration_state(self, on):
        """How its registration stands on a day; where it has none, that it is missing."""
        self.ensure_one()
        if self.kind != AGENCY:
            return NEEDLESS
        if not (self.registration or self.registration_be):
            return MISSING
        held = self._held(on)
        if held != VALID:
            return held
        if (until := self._until()) and until <= on + timedelta(days=SOON):
            return ENDS_SOON
        if not self.checked_on or self.checked_on < on - timedelta(days=LOOK_AGAIN):
            return OLD
        return VALID

    def _until(self):
        """The last day of its registration, where that is known: a Dutch one lasts a year (Justis)."""
        if self.registered_until or not self.registered_from:
            return self.registered_until or None
        return self.registered_from + relativedelta(years=1, days=-1)

    def _held(self, on):
        """Whether its registration holds on a day. Where no day is known, whoever looked it up within a year knows."""
        if self.registered_from and on < self.registered_from:
            return NOT_YET
        if until := self._until():
            return VALID if on <= until else ENDED
        if self.checked_on and on - relativedelta(years=1) <= self.checked_on:
            return VALID
        return UNKNOWN

    def _registration_note(self, state):
        day = {
            NOT_YET: self.registered_from,
            ENDED: self._until(),
            ENDS_SOON: self._until(),
            OLD: self.checked_on,
        }.get(state)
        day = format_date(self.env, day) if day else ""
        return {
            MISSING: self.env._(
                "Without a registration it may not collect from natural persons in the Netherlands (%(dutch)s), nor "
                "from consumers in Belgium (%(belgian)s).",
                dutch=DUTCH,
                belgian=BELGIAN,
            ),
            NOT_YET: self.env._("Its registration begins on %s.", day),
            ENDED: self.env._("Its registration ended on %s. Look in the register and enter the new day.", day),
            UNKNOWN: self.env._("Enter until when it is registered, or the day on which you looked it up."),
            ENDS_SOON: self.env._("Its registration ends on %s.", day),
            OLD: self.env._("Looked up on %s. Look in the register whether it still holds.", day)
            if day
            else self.env._("Nobody noted when it was looked up. Look in the register whether it still holds."),
        }.get(state, False)

    def _address(self):
        """Its address for files and mails: its own, else that of the contact; empty where neither is one."""
        self.ensure_one()
        return email_normalize(self.email or self.sudo().partner_id.email or "") or ""  # sudo: where it is reached

    # -- what the law says ----------------------------------------------------------------------------------------

    def _refusal(self, case, on):
        """Why claims on this debtor may not be handed over to this party on a day.

        :return: ``(code, sentence, article)``, the article empty where it is no matter of law; None where they may.
        """
        self.ensure_one()
        debtor = case.partner_id.commercial_partner_id
        contact = self.sudo().partner_id.commercial_partner_id  # sudo: who it is, for whoever hands over
        if not self.active or (self.company_id and self.company_id != case.company_id):
            return "PARTY_NOT_OURS", self.env._("%s is not a party of this company any more.", contact.name), ""
        if contact in (debtor, case.company_id.sudo().partner_id):
            return (
                "PARTY_IS_DEBTOR",
                self.env._("%s is on one of both sides of the claim, and cannot collect it.", contact.name),
                "",
            )
        country, article = self._asked_of(case)
        if not article:
            return None
        if not self._number_in(country):
            return "PARTY_UNREGISTERED", self._unregistered(country, contact.name), article
        # of the Belgian number no end is known; what is noted of its dates is about the other one
        own = country == "BE" and self.registration_be
        state = VALID if own else self._held(on)
        if state == VALID:
            return None
        return f"PARTY_{state.upper()}", f"{contact.name}: {self._registration_note(state)}", article

    def _needs_registration(self, case):
        """Whether the law wants this party to be registered for claims on this debtor."""
        self.ensure_one()
        return bool(self._asked_of(case)[1])

    def _asked_of(self, case):
        """In which register this party has to be for a debtor: ``(country, article)``, both empty for none."""
        if self.kind != AGENCY:
            return "", ""
        debtor = case.partner_id.commercial_partner_id
        country = debtor.country_id.code or case.company_id.country_id.code
        if country == "NL" and self._is_natural(case):
            return country, DUTCH
        if country == "BE" and self._kind_of(case) in ("consumer", "unknown"):
            return country, BELGIAN
        return "", ""

    @api.model
    def _kind_of(self, case):
        debtor = case.partner_id.commercial_partner_id.sudo().with_company(
            case.company_id
        )  # sudo: what his rules go by
        return debtor.dunning_debtor_kind or "unknown"

    @api.model
    def _is_natural(self, case):
        """Whether a debtor may be a natural person: whoever is no business for certain, and a business without a legal
        form, such as a sole trader (Justis on art. 2 Wki)."""
        kind = self._kind_of(case)
        return kind in ("consumer", "unknown") or (kind == "business" and not case.partner_id.is_company)

    def _unregistered(self, country, name):
        if country == "BE":
            return self.env._(
                "%s has no registration with the FPS Economy, and this debtor is a consumer in Belgium. Enter the "
                "number, or choose a bailiff or a lawyer.",
                name,
            )
        return self.env._(
            "%s has no number in the register of collection services, and this debtor is a natural person in the "
            "Netherlands. Enter the number, or choose a bailiff or a lawyer.",
            name,
        )
