"""An agency that lets the company write in its name, and letters of a level in that name."""

import base64

from odoo import Command

from ...common import DunningCase, day

MANDATE = base64.b64encode(b"%PDF-1.4 signed")


class IssuerCase(DunningCase):
    """``agency``: of the Dutch company, registered in both countries. Its level is the second of Dutch businesses."""

    with_belgium = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agency = cls.issuer()
        cls.level = cls.second_level("nl_business", cls.nl, cls.agency)
        cls.text = cls.env.ref("cremann_dunning.mail_template_on_mandate")

    @classmethod
    def issuer(cls, company=None, **vals):
        """Who lets this company write in his name, by a mandate of a month ago, registered in both countries."""
        company = company or cls.nl
        partner = cls.env["res.partner"].create(
            {
                "name": "Noorderlicht Incasso",
                "is_company": True,
                "street": "Hanzeplein 9",
                "zip": "9713 GZ",
                "city": "Groningen",
                "country_id": cls.env.ref("base.nl").id,
                "company_registry": "61234567",
                "phone": "+31 50 765 43 21",
                "email": "post@noorderlicht.example.com",
            }
        )
        registrations = [
            Command.create(
                {
                    "country_id": cls.env.ref(f"base.{code}").id,
                    "number": number,
                    "valid_from": day(300),
                    "valid_until": day(-65),
                }
            )
            for code, number in (("nl", "JUS-2026-0417"), ("be", "FOD-998877"))
        ]
        return cls.env["dunning.issuer"].create(
            {
                "name": "Noorderlicht Incasso B.V.",
                "company_id": company.id,
                "partner_id": partner.id,
                "registration_ids": registrations,
                "supervisor": "FOD Economie",
                "complaints": "klachten@noorderlicht.example.com",
                "mandate_from": day(30),
                "mandate_file": MANDATE,
                "colour": "#1f4e79",
                "footer": "Noorderlicht, lid van een geschillenregeling",
                "signature_name": "Ineke Postma",
                "signature_function": "hoofd minnelijke incasso",
            }
            | vals
        )

    @classmethod
    def second_level(cls, kind, company, issuer):
        """The second level of a shipped procedure, in this name for this company."""
        procedure = cls.env.ref(f"cremann_dunning.dunning_procedure_{kind}")
        steps = procedure.level_ids.filtered(lambda step: step.legal_type not in ("pre_due", "call")).sorted("sequence")
        steps[1].with_company(company).issuer_id = issuer
        return steps[1]

    def had_first(self, partner=None, company=None):
        """A debtor who had the first letter forty days ago."""
        partner = partner or self.debtor()
        self.invoice(partner, 1000, due=60, company=company)
        with self.at(-40):
            self.send_level(company, partner)
        return partner

    def belgian(self, kind="consumer", name="Jan Peeters", **vals):
        """A debtor in Belgium."""
        place = {"country_id": self.env.ref("base.be").id, "zip": "9000", "city": "Gent", "street": "Korenmarkt 3"}
        return self.debtor(name, kind, **place | vals)

    def drafted(self, partner, company=None):
        """The run of today over this debtor, and its drafts."""
        run = self.run_for(company, partners=partner)
        return run, run.letter_ids.with_env(self.env)
