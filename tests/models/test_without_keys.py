"""Rows that come by the thousand have few foreign keys: what those would have held is held all the same."""

from psycopg2 import sql

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.cremann_dunning.models import dunning_bulk

from ..common import DunningCase

OURS = "cremann_dunning"


@tagged("post_install", "-at_install")
class TestWithoutKeys(DunningCase):
    without_pdf = True

    def setUp(self):
        super().setUp()
        self.stays, self.goes = self.debtor("Bakker BV"), self.debtor("Bakker B.V.")
        self.invoices(self.stays + self.goes, 100, due=3)

    def unguarded(self):
        """``(model, field)`` of every many2one of ours without a key."""
        for name, model in sorted(self.registry.items()):
            for field in model._fields.values():
                if isinstance(field, dunning_bulk.Unguarded) and field.store and not model._abstract and model._auto:
                    yield name, field

    def assertNoneDangles(self):
        """None of them leads to what is not there, items of the ledger apart, which are looked for, and notes about
        whom something was written, which are put away soon, whoever is there no more."""
        self.env["dunning.figures"]._put_away()
        self.env.flush_all()
        looked_at = 0
        for name, field in self.unguarded():
            if field.comodel_name == "account.move.line":
                continue
            query = sql.SQL(
                "SELECT COUNT(*) FROM {table} t WHERE {column} IS NOT NULL AND NOT EXISTS"
                " (SELECT FROM {other} o WHERE o.id = t.{column})"
            ).format(
                table=sql.Identifier(self.env[name]._table),
                column=sql.Identifier(field.name),
                other=sql.Identifier(self.env[field.comodel_name]._table),
            )
            self.cr.execute(query)
            self.assertEqual(self.cr.fetchone()[0], 0, f"{name}.{field.name}")
            looked_at += 1
        self.assertGreater(looked_at, 15)

    def test_contacts_merged(self):
        """Odoo finds what it has to change by the keys."""
        self.send_level()
        claims = self.env["dunning.claim"].search([])
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.stays + self.goes).ids, self.stays)
        self.env.invalidate_all()
        self.assertNoneDangles()
        self.assertEqual(claims.exists(), claims)
        self.assertEqual((claims.partner_id, claims.item_partner_id), (self.stays, self.stays))
        self.assertEqual(claims.case_id, self.env["dunning.case"].search([("partner_id", "=", self.stays.id)]))
        decisions = self.env["dunning.decision"].search([("company_id", "=", self.nl.id)])
        self.assertEqual(decisions.partner_id, self.stays)

    def test_contact_deleted(self):
        """Whoever owes nothing any more and never got a letter goes, and what was decided about him stays."""
        alone = self.debtor("Nobody")
        move = self.invoice(alone, 50, due=3)
        run = self.run_for(partners=alone)
        decision = run.decision_ids
        self.assertEqual(decision.partner_id, alone)
        run.letter_ids.sudo()._discard()
        move.button_draft()
        move.unlink()
        alone.unlink()
        self.env.invalidate_all()
        self.assertNoneDangles()
        self.assertTrue(decision.exists())
        self.assertFalse(decision.partner_id)
        self.assertTrue(decision.number)

    def test_level_deleted(self):
        """One that something was decided about, and on which no letter stands."""
        procedure = self.env.ref(f"{OURS}.dunning_procedure_nl_business").copy()
        self.stays.with_company(self.nl).dunning_procedure_id = procedure
        run = self.run_for(partners=self.stays)
        level = run.decision_ids.level_id
        self.assertEqual(level.procedure_id, procedure)
        run.letter_ids.sudo()._discard()
        procedure.unlink()
        self.env.invalidate_all()
        self.assertNoneDangles()
        self.assertFalse(run.decision_ids.level_id)
        self.assertFalse(level.exists())

    def test_case_deleted(self):
        """One about which letters were sent stays, whoever may delete it; another one takes its claims along."""
        self.send_level(partners=self.stays)
        self.env["dunning.hold"].create(
            {"partner_id": self.goes.id, "move_id": self.goes.invoice_ids.id, "company_id": self.nl.id, "reason": "x"}
        )
        cases = self.env["dunning.case"].search([("partner_id", "in", (self.stays + self.goes).ids)])
        case = cases.filtered(lambda case: case.partner_id == self.stays)
        with self.refused("Letters are about the claim .*, so it stays on record", UserError):
            case.unlink()
        other = (cases - case).ensure_one()
        self.assertTrue(other.claim_ids)
        other.unlink()
        self.assertNoneDangles()
