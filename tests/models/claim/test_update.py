"""A database of an old version is updated to today's, whatever versions lie between that it never had."""

import runpy
from pathlib import Path

from odoo import Command
from odoo.modules.module import Manifest
from odoo.tests import tagged
from odoo.tools import convert_file
from odoo.tools.parse_version import parse_version

import odoo.addons.cremann_dunning as addon

from ...common import day
from ..debtor.agreement_case import AgreementCase

MIGRATIONS = Path(addon.__file__).parent / "migrations"
# What later versions than 19.0.1.4.0 brought to the tables that become claims.
AS_BEFORE = """
ALTER TABLE dunning_letter_line ADD COLUMN move_line_id integer, ADD COLUMN state varchar;
UPDATE dunning_letter_line k SET move_line_id = c.move_line_id, state = f.state
  FROM dunning_claim c, dunning_letter f WHERE c.id = k.claim_id AND f.id = k.letter_id;
ALTER TABLE dunning_letter_line DROP COLUMN claim_id, DROP COLUMN is_let_go, DROP COLUMN customer_ref,
      DROP COLUMN number, DROP COLUMN is_cancelled;
CREATE TABLE account_move_line_dunning_contact_rel AS
SELECT r.dunning_contact_id, c.move_line_id AS account_move_line_id
  FROM dunning_claim_dunning_contact_rel r JOIN dunning_claim c ON c.id = r.dunning_claim_id;
DROP TABLE dunning_claim_dunning_contact_rel;
DROP TABLE dunning_claim CASCADE;
ALTER TABLE dunning_decision DROP COLUMN move_line_id, DROP COLUMN is_shown, DROP COLUMN number;
ALTER TABLE dunning_letter DROP COLUMN contact_name, DROP COLUMN shares_number
"""


def run_scripts(cr, kind, after):
    """Run the scripts of all versions after one in their order, as Odoo does.

    :param kind: ``pre`` for those before it makes tables, ``post`` for those when all is there.
    """
    folders = sorted(MIGRATIONS.iterdir(), key=lambda folder: parse_version(folder.name))
    for folder in folders:
        if parse_version(folder.name) > parse_version(after):
            for script in sorted(folder.glob(f"{kind}-*.py")):
                runpy.run_path(str(script))["migrate"](cr, after)


@tagged("post_install", "-at_install")
class TestUpdate(AgreementCase):
    without_pdf = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reminder = cls.env.ref("cremann_dunning.dunning_level_nl_business_1")
        cls.next = cls.env.ref("cremann_dunning.dunning_level_nl_business_2")

    def counted(self, move, **vals):
        """A reminder by word of mouth."""
        vals |= {"outcome": "other", "counts_as_step": True, "level_id": self.reminder.id}
        return self.note("dunning.contact", move, **vals)

    def asked(self, sql):
        self.cr.execute(sql)
        return self.cr.fetchall()

    def test_claims_come_from_what_a_version_kept_that_is_skipped_to_today(self):
        """Lines of letters and contacts keep their items from 19.0.1.4.0 on, though nothing between was installed."""
        parts = [Command.create({"value": "percent", "value_amount": 50, "nb_days": days}) for days in (0, 30)]
        term = self.env["account.payment.term"].create({"name": "Halves", "line_ids": parts})
        said, written, held = self.debtor("Said"), self.debtor("Written"), self.debtor("Held")
        self.invoice(written, 1000, due=50, term=term)
        self.send_level(partners=written)
        spoken, hold = self.invoice(said, 300, due=20), self.invoice(held, 200, due=20)
        cases = self.env["dunning.case"]._for_partners(said | held, self.nl, create=True)
        self.counted(spoken, case_id=cases.filtered(lambda case: case.partner_id == said).id)
        self.env["dunning.hold"].create({"move_id": hold.id, "company_id": self.nl.id, "reason": "Asked for"})
        self.env.flush_all()
        lines = (
            "SELECT k.id, c.move_line_id, k.level_id, c.number, c.instalment, c.instalments, c.amount_total, c.date_due"
            "  FROM dunning_letter_line k JOIN dunning_claim c ON c.id = k.claim_id ORDER BY k.id"
        )
        contacts = (
            "SELECT r.dunning_contact_id, c.move_line_id, c.number, c.amount_total FROM dunning_claim c"
            "  JOIN dunning_claim_dunning_contact_rel r ON r.dunning_claim_id = c.id ORDER BY 1, 2"
        )
        items = "SELECT move_line_id, move_id FROM dunning_claim WHERE move_line_id IS NOT NULL ORDER BY 1"
        before = [self.asked(sql) for sql in (lines, contacts, items)]
        self.assertEqual([len(rows) for rows in before], [2, 1, 4])
        self.cr.execute("SET CONSTRAINTS ALL IMMEDIATE")
        self.cr.execute(AS_BEFORE)
        run_scripts(self.cr, "pre", "19.0.1.4.0")
        self.assertEqual([self.asked(sql) for sql in (lines, contacts, items)], before)

    def test_steps_by_word_of_mouth_outlive_those_that_are_taken_back(self):
        """A claim that rode along goes back to the reminder that somebody gave by telephone, and not to nothing."""
        self.counted(self.move)
        other = self.invoice(self.partner, 50, due=30)
        with self.at(14):
            self.send_level(partners=self.partner)
        self.env.flush_all()
        self.assertEqual((self.move.dunning_level_id, other.dunning_level_id), (self.next, self.reminder))
        lines = self.env["dunning.letter.line"].search([("letter_id.partner_id", "=", self.partner.id)])
        gone = lines.filtered(lambda line: line.move_id == other)
        self.cr.execute("UPDATE dunning_letter_line SET principal_part = FALSE WHERE id = ANY(%s)", [lines.ids])
        self.cr.execute("UPDATE dunning_letter_line SET move_id = NULL WHERE id = ANY(%s)", [gone.ids])
        script = runpy.run_path(str(MIGRATIONS / "19.0.1.5.0" / "post-riders.py"))
        script["migrate"](self.cr, None)
        self.env.invalidate_all()
        self.assertEqual(lines.level_id, self.reminder | self.next, "a new database has nothing to take back")
        script["migrate"](self.cr, "19.0.1.4.0")
        self.env.invalidate_all()
        self.assertFalse(lines.level_id)
        self.assertEqual(self.move.dunning_level_id, self.reminder)

    def test_texts_that_come_with_an_update_find_what_they_show(self):
        """Odoo tries a new text on a record that is there, so what it shows of it must have been loaded before."""
        self.note("dunning.promise", self.move, date=day(-5))
        names = ("mail_template_promise_confirmed", "agreement_payment")
        for name in names:
            self.env.ref(f"cremann_dunning.{name}").unlink()
        for file in Manifest.for_addon("cremann_dunning")["data"]:
            if file in ("report/dunning_agreement_templates.xml", "data/dunning_message_template_data.xml"):
                convert_file(self.env, "cremann_dunning", file, {}, mode="update", noupdate=False)
        for name in names:
            self.assertTrue(self.env.ref(f"cremann_dunning.{name}"))
