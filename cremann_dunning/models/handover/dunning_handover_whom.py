from dataclasses import dataclass

from odoo import api, models
from odoo.tools import format_date

from ..dunning_inside import Inside, inside

# The key of the context under which a page keeps it.
KEPT = "dunning_frozen"


@dataclass(frozen=True)
class Whom:
    """Whom a debtor pays now, as a page or a letter says it: texts, empty for none. ``files``: the numbers by which the
    party finds it; ``heading``, ``about`` and ``sentence``: the same in words, from short to long."""

    party: str
    kind: str
    street: str
    phone: str
    email: str
    files: str
    heading: str
    about: str
    sentence: str


class DunningHandoverWhom(models.AbstractModel):
    """Whom a debtor pays what is with a party: said wherever he reads of it, in his language."""

    _name = "dunning.handover.whom"
    _description = "Whom to Pay Now"

    @api.model
    def _of_debtor(self, company, partner):
        """What of a debtor is with a party: ``{item id: row of a hand-over}``, in one statement or as ``_kept``."""
        known = inside(self.env, KEPT, {}).get((company.id, partner.commercial_partner_id.id))
        if known is not None:
            return known
        # sudo: with whom a claim is; what a visitor may see of it is asked where it is shown
        lines = (
            self.sudo()
            .env["dunning.handover.claim"]
            .search(
                [
                    ("company_id", "=", company.id),
                    ("is_frozen", "=", True),
                    ("claim_id.partner_id", "=", partner.commercial_partner_id.id),
                    ("claim_id.ended_on", "=", False),
                ]
            )
        )
        return {line.claim_id.move_line_id.id: line for line in lines}

    @api.model
    def _kept(self, records, company, partner, frozen):
        """These records, with whom what of this debtor is, see ``_of_debtor``, known to whoever asks on from them."""
        return records.with_context(**{KEPT: Inside({(company.id, partner.commercial_partner_id.id): frozen})})

    @api.model
    def _whom(self, lines, lang):
        """``Whom`` for each hand-over of these rows, the oldest first. :param lang: of who reads it."""
        return [self._of(own, lang) for own in lines.sudo().sorted("id").grouped("handover_id").values()]  # sudo: above

    @api.model
    def _of(self, lines, lang):
        handover = lines.handover_id.with_context(lang=lang)
        party, contact = handover.party_id, handover.party_id.partner_id
        kinds = dict(party._fields["kind"]._description_selection(handover.env))
        place = ", ".join(filter(None, [contact.street, " ".join(filter(None, [contact.zip, contact.city]))]))
        name = contact.commercial_partner_id.name or contact.name
        rows = lines.sorted(lambda one: (one.date_due, one.id))
        told = {
            "numbers": ", ".join(line.claim_id.number or "" for line in rows),
            "day": format_date(handover.env, handover.date, date_format="d MMMM y"),
        }
        return Whom(
            party=name,
            kind=kinds[party.kind],
            street=place,
            phone=contact.phone or contact.commercial_partner_id.phone or "",
            email=party._address(),
            files=" / ".join(filter(None, [handover.party_reference, handover.name])),
            heading=handover.env._("Handed over: please pay %s, and not us", name),
            about=handover.env._(
                "We handed %(numbers)s over on %(day)s. Please pay there, and get in touch there. What you paid to us "
                "already is taken off there.",
                **told,
            ),
            sentence=self._sentence(handover),
        )

    @api.model
    def _sentence(self, handover):
        """In one sentence whom to pay, with how he is reached and his number of it."""
        contact = handover.party_id.partner_id
        reached = ", ".join(
            filter(None, [contact.phone or contact.commercial_partner_id.phone, handover.party_id._address()])
        )
        told = {"party": contact.commercial_partner_id.name or contact.name, "reached": reached or "–",
                "number": " / ".join(filter(None, [handover.party_reference, handover.name])) or "–"}  # fmt: skip
        return handover.env._(
            "This is with %(party)s now. Please pay there and not to us, and get in touch there: %(reached)s. File: "
            "%(number)s.",
            **told,
        )
