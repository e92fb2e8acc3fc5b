"""What tests of hand-overs share: a debtor whose letters went, a party, and short ways to hand over."""

from datetime import timedelta

from ...common import TODAY, DunningCase


class HandoverCase(DunningCase):
    """``cls.case`` with the claim ``cls.claim`` on a Dutch business, and an agency ``cls.party``."""

    without_pdf = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.nl.dunning_term_agreed = True
        cls.party = cls.agency()
        cls.partner = cls.debtor("Bakkerij Jansen")
        cls.move, cls.claim = cls.claimed(cls.partner)
        cls.case = cls.claim.case_id

    @classmethod
    def agency(cls, name="Incasso Partners", **vals):
        contact = cls.env["res.partner"].create(
            {"name": name, "is_company": True, "phone": "+31 30 765 43 21", "email": "files@agency.example.com"}
        )
        return cls.env["dunning.party"].create(
            {
                "partner_id": contact.id,
                "company_id": cls.nl.id,
                "kind": "agency",
                "registration": "WKI-2026-1",
                "registered_from": TODAY - timedelta(days=100),
                "registered_until": TODAY + timedelta(days=200),
                "checked_on": TODAY,
                **vals,
            }
        )

    @classmethod
    def claimed(cls, partner, amount=500.0, due=60, **options):
        """An invoice, and the claim about it."""
        move = cls.invoice(partner, amount, due=due, **options)
        cls.env["dunning.case"]._for_partners(partner, move.company_id, create=True)
        cls.env["dunning.claim"]._of_moves(move)
        return move, cls.env["dunning.claim"].search([("move_id", "=", move.id)])

    def hand_over(self, claims=None, party=None, user=None, **options):
        claims = claims or self.claim
        env = self.as_user(user or self.manager)
        return (
            env["dunning.handover"]
            ._hand_over(
                claims.case_id.with_env(env),
                claims.with_env(env),
                (party or self.party).with_env(env),
                **{"reason": "Nothing helped", **options},
            )
            .with_env(self.env)
        )
