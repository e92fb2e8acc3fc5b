from odoo import api, models

from ...engine.gate import Element
from ...engine.issuer import OF_OFFICE
from ...engine.others import DATA, FIGURE
from .dunning_element import NAMES

WKI, DECREE, BELGIAN = "art. 11 Wki", "art. 3.1 Besluit kwaliteit incassodienstverlening", "art. XIX.7 WER"

# How a claim is specified: art. 3.1 of the decree, XIX.7 WER.
SPECIFIED = ("invoice_numbers", "due_dates", "what_for", "principal", "total", "interest", "costs")


class DunningElement(models.Model):
    _inherit = "dunning.element"

    @api.model
    def _for_letter(self, letter):
        """On mandate also who writes, for whom, and what the law has whoever collects for others say."""
        found = super()._for_letter(letter)
        return found + self._of_issuer(letter, {one.name for one in found}) if letter.issuer_id else found

    @api.model
    def _of_issuer(self, letter, known):
        """What a letter on mandate has to hold beside the rest. Name and number are those of today: a number that
        ended is none.

        :param known: names of what is looked for already. :return: list of ``engine.gate.Element``.
        """
        issuer = letter.issuer_id.sudo()  # sudo: for whoever sends
        belgian = letter._is_to_belgian_consumer()
        article = BELGIAN if letter._issuer_country() == "BE" else DECREE
        rows = self._particulars(letter, issuer, article)
        if belgian:
            rows += self._for_belgian_consumer(letter, issuer)
        found = [self._data(letter, *row) for row in rows]
        names = dict(self._fields["value"]._description_selection(self.env))
        for value in SPECIFIED:
            ways = getattr(self, f"_value_{value}")(letter) if names[value] not in known else []
            kind = DATA if value in NAMES else FIGURE
            found += [Element(names[value], article, tuple(filter(None, way)), kind=kind) for way in ways]
        if belgian:
            found += [Element(name, BELGIAN, (words,), kind=DATA) for name, words in letter._issuer_rights()]
        return found

    @api.model
    def _particulars(self, letter, issuer, article):
        """Who writes and for whom: ``[(name, article, values of which one has to be there)]``."""
        company, partner, country = letter.company_id, issuer.partner_id, letter._issuer_country()
        who = BELGIAN if country == "BE" else WKI
        complaints = issuer.with_context(lang=letter.lang).complaints
        rows = [
            (self.env._("Name of who writes on mandate"), who, (issuer.name,)),
            (self.env._("Address of who writes on mandate"), article, (partner.street,)),
            (self.env._("Company number of who writes on mandate"), article, (partner.company_registry, partner.vat)),
            (self.env._("Where complaints go"), "" if country == "BE" else "art. 13 Wki", (complaints,)),
            (self.env._("Name of the creditor"), article, (company.name,)),
            (self.env._("Address of the creditor"), article, (company.street,)),
        ]
        if issuer.kind not in OF_OFFICE:
            held = issuer._engine_issuer().registration(company._dunning_today(), country)
            rows.append((self.env._("Registration number"), who, (held and held.number,)))
        return rows

    @api.model
    def _for_belgian_consumer(self, letter, issuer):
        company, partner = letter.company_id, issuer.partner_id
        spoken = issuer.with_context(lang=letter.lang)
        mails = (issuer.email_from, partner.email)
        return [
            (self.env._("Company number of the creditor"), BELGIAN, (company.company_registry, company.vat)),
            (self.env._("Telephone of the creditor"), BELGIAN, (company.phone,)),
            (self.env._("E-mail of the creditor"), BELGIAN, (company.email,)),
            (self.env._("How to reach who writes on mandate"), BELGIAN, (*mails, partner.phone)),
            (self.env._("Who supervises the collection"), BELGIAN, (spoken.supervisor,)),
        ]

    @api.model
    def _data(self, letter, name, article, values):
        """A value that has to stand in the letter; one that is nowhere lacks, with where to fill it in."""
        ways = tuple(filter(None, values))
        hint = self.env._("Complete %s under Configuration, Letters on mandate, or the company.", letter.issuer_id.name)
        return Element(name, article, ways, kind=DATA, hint="" if ways else hint)

    def _value_contact(self, letter):
        if not letter.issuer_id:
            return super()._value_contact(letter)
        partner = letter.issuer_id.sudo().partner_id  # sudo: for whoever sends
        return [[partner.phone, letter.issuer_id.sudo().email_from, partner.email]]
