"""Events: written by what acts, changed by nobody, sealed in order, and followed from the first."""

from decimal import Decimal

import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.cremann_dunning.engine import chain
from odoo.addons.cremann_dunning.models.event import dunning_chain_check

from ...common import NOW, DunningCase


@tagged("post_install", "-at_install")
class TestEvent(DunningCase):
    with_belgium = True
    without_pdf = True

    def tell(self, count=1, company=None, **values):
        row = {"kind": "chain.begun", "company_id": (company or self.nl).id, **values}
        return self.env["dunning.event"]._tell([row] * count)

    def seal(self):
        return self.env["dunning.sealing"]._seal()

    def check(self, company=None, **heads):
        return self.env["dunning.chain.check"]._follow(company or self.nl, **heads)

    def sql(self, statement, *values):
        """As whoever has the database itself: triggers off."""
        self.env.cr.execute("SET LOCAL session_replication_role = replica")
        self.env.cr.execute(statement, values)
        self.env.cr.execute("SET LOCAL session_replication_role = origin")
        self.env.invalidate_all(flush=False)

    def codes(self, check):
        return [(finding["seq"], finding["code"]) for finding in check.findings]

    def test_findings_have_words(self):
        """Everything that engine/chain.py finds can be said in the language of the reader."""
        self.assertEqual(set(dunning_chain_check.FINDINGS), set(chain.SENTENCES))

    # -- telling ---------------------------------------------------------------------------------------------------

    def test_told(self):
        partner = self.debtor()
        event = self.tell(debtor=partner.id, facts={"amount": Decimal("1.50"), "x": None}, personal={"to": "a@b.nl"})
        self.assertEqual(str(event.happened), NOW)
        self.assertTrue(event.recorded)
        self.assertEqual((event.author_id, event.debtor_id, event.job), (self.env.user, partner, False))
        self.assertEqual(event.facts, {"amount": "1.50", "x": None})
        self.assertEqual(self.env["dunning.event.personal"]._of(event), {event.id: {"to": "a@b.nl"}})
        self.assertEqual(event.seq, 0)

    def test_told_in_one_statement(self):
        for count in (1, 100):
            self.tell(count)
            with self.assertQueryCount(2):  # ids, rows
                self.tell(count)

    def test_unknown_or_inexact(self):
        with self.assertRaisesRegex(ValueError, "No event is called"):
            self.env["dunning.event"]._tell([{"kind": "letter.eaten", "company_id": self.nl.id}])
        with self.assertRaises(TypeError):
            self.tell(facts={"amount": 1.5})

    def test_of_claims(self):
        move = self.invoice(self.debtor(), 100, due=3)
        self.send_level()
        claim = self.env["dunning.claim"].search([("move_id", "=", move.id)])
        event = self.tell(claims=claim.ids)
        other = self.tell(claims=[2147483646])
        self.assertEqual((event.claim_ids, bool(other.claim_ids)), (claim, False))
        found = self.env["dunning.event"].search([("claim_ids", "in", claim.ids), ("kind", "=", "chain.begun")])
        self.assertEqual(found, event)

    # -- sealing ---------------------------------------------------------------------------------------------------

    def test_sealed_in_order_per_company(self):
        first, second = self.tell(2), self.tell(1, self.be)
        self.seal()
        self.assertEqual(self.seal(), 0)
        self.tell(1)
        self.seal()
        mine = self.env["dunning.event.seal"].search([("company_id", "=", self.nl.id)], order="seq")
        self.assertEqual(mine.mapped("seq"), list(range(1, len(mine) + 1)))
        self.assertEqual(mine.event_id.ids, sorted(mine.event_id.ids))
        self.assertEqual(mine[0].previous, chain.START)
        self.assertEqual(mine[1:].mapped("previous"), mine[:-1].mapped("digest"))
        self.assertTrue(first.seal_ids and second.seal_ids)

    def test_fits(self):
        self.tell(3, personal={"to": "x"})
        check = self.check()
        self.assertTrue(check.fits)
        self.assertEqual((check.unsealed, check.words), (0, False))
        self.assertIn(self.check().head.split(":")[0], str(check.events))

    def test_restored_elsewhere(self):
        """Digests do not hold the place: the copy says by itself after which event it went on, also where something
        waited for its seal."""
        self.tell()
        self.seal()
        self.sql("UPDATE dunning_event_seal SET place = 'elsewhere/1'")
        last = self.env["dunning.event.seal"].search([("company_id", "=", self.nl.id)], order="seq desc", limit=1).seq
        self.tell(3)
        check = self.check()
        self.assertTrue(check.fits)
        self.assertIn((last + 1, "moved"), self.codes(check))
        event = self.env["dunning.event"].search([("kind", "=", "chain.moved"), ("company_id", "=", self.nl.id)])
        self.assertEqual((event.facts["seq"], event.facts["from"], event.seq), (last, "elsewhere/1", last + 4))
        self.tell()
        self.assertEqual(self.codes(self.check()), self.codes(check), "it is said once")

    # -- the clock -------------------------------------------------------------------------------------------------

    def last_sealed(self, ago):
        """The last seal bears a moment that is so far from now, by the clock of the database."""
        self.sql("UPDATE dunning_event_seal SET sealed = (clock_timestamp() AT TIME ZONE 'UTC') - %s::interval", ago)

    def test_clock_of_the_server_set_back(self):
        """Before, on and after the minute by which clocks are set right."""
        for ago, told in (("1 hour", 0), ("-59 seconds", 0), ("-90 seconds", 1), ("-3 years", 1)):
            self.tell()
            self.seal()
            self.last_sealed(ago)
            last = self.env["dunning.event"].search([], order="id desc", limit=1).id
            self.tell()
            self.seal()
            self.seal()
            found = self.env["dunning.event"].search([("id", ">", last), ("kind", "=", "chain.clock")])
            self.assertEqual(len(found.filtered(lambda event: event.company_id == self.nl)), told, ago)
        check = self.check()
        self.assertTrue(check.fits, check.words)
        self.assertEqual([code for _seq, code in self.codes(check)], ["set_back"] * 2)
        self.assertNotIn("…", found[:1].with_context(lang="nl_NL").sentence)

    def test_written_down_while_the_clock_was_ahead(self):
        """The order is that of writing, whatever the clock said, and the check names the event that shows it."""
        self.tell()
        self.cr.execute(
            "INSERT INTO dunning_event (company_id, kind, happened, recorded, facts) VALUES (%s, 'chain.begun', now(),"
            " (clock_timestamp() AT TIME ZONE 'UTC') + interval '2 hours', '{}') RETURNING id",
            [self.nl.id],
        )
        [ahead] = self.cr.fetchone()
        after = self.tell(2)
        check = self.check()
        self.assertTrue(check.fits)
        seqs = (self.env["dunning.event"].browse(ahead) + after).mapped("seq")
        self.assertEqual(seqs, list(range(seqs[0], seqs[0] + 3)))
        self.assertEqual(self.codes(check), [(seqs[1], "clock")])

    # -- nobody changes one ----------------------------------------------------------------------------------------

    def test_not_by_the_orm(self):
        event = self.tell(personal={"to": "x"})
        self.seal()
        for records in (
            event,
            event.seal_ids,
            self.env["dunning.event.personal"].search([("event_id", "=", event.id)]),
        ):
            for user in (self.user, self.manager, self.env.ref("base.user_admin")):
                own = records.with_user(user).with_company(self.nl)
                with self.assertRaises(UserError):
                    own.write({"company_id": self.nl.id})
                with self.assertRaises(UserError):
                    own.unlink()
                with self.assertRaises(UserError):
                    own.create([{"company_id": self.nl.id}])
                with self.assertRaises(UserError):
                    own.copy()
            self.assertTrue(records.exists())

    def test_not_by_plain_sql(self):
        event = self.tell(personal={"to": "x"})
        self.seal()
        for statement in (
            "UPDATE dunning_event SET kind = 'letter.sent'",
            "DELETE FROM dunning_event",
            "TRUNCATE dunning_event CASCADE",
            "UPDATE dunning_event_seal SET seq = seq + 1000",
            "DELETE FROM dunning_event_seal",
            "TRUNCATE dunning_event_seal",
            "UPDATE dunning_event_personal SET facts = '{}'",
            "DELETE FROM dunning_event_personal",
            "TRUNCATE dunning_event_personal",
        ):
            refused = self.assertRaises(psycopg2.errors.InsufficientPrivilege)
            with self.subTest(statement), mute_logger("odoo.sql_db"), refused, self.cr.savepoint():
                self.cr.execute(statement)
        self.assertTrue(event.exists())

    def test_backdated_by_nobody(self):
        """The moment of writing is the database's."""
        event = self.tell(recorded="2020-01-01 00:00:00")
        self.cr.execute(
            "SELECT recorded > '2026-01-01' AND kind = 'chain.begun' FROM dunning_event WHERE id = %s", [event.id]
        )
        self.assertTrue(self.cr.fetchone()[0])

    def test_whoever_has_the_database_is_found(self):
        self.tell(5, personal={"to": "x"}, facts={"a": "b"})
        self.seal()
        seals = self.env["dunning.event.seal"].search([("company_id", "=", self.nl.id)], order="seq")[-3:]
        _first, second, third = [(seal.seq, seal.digest, seal.event_id.id) for seal in seals]
        before = self.check()
        for code, at, statement in (
            ("content", second, "UPDATE dunning_event SET kind = 'chain.head' WHERE id = %s"),
            ("content", second, "UPDATE dunning_event SET happened = '2020-01-01' WHERE id = %s"),
            ("content", second, "UPDATE dunning_event SET recorded = recorded + interval '1 ms' WHERE id = %s"),
            ("content", second, "UPDATE dunning_event SET author = 99 WHERE id = %s"),
            ("content", second, "UPDATE dunning_event SET facts = '{}' WHERE id = %s"),
            ("content", second, "UPDATE dunning_event SET debtor = 99 WHERE id = %s"),
            ("missing", second, "DELETE FROM dunning_event WHERE id = %s"),
            ("missing", second, "DELETE FROM dunning_event_seal WHERE event_id = %s"),
            ("missing", second, "UPDATE dunning_event SET company_id = 0 WHERE id = %s"),
            ("personal", second, "UPDATE dunning_event_personal SET facts = '{}' WHERE event_id = %s"),
            ("personal_missing", second, "DELETE FROM dunning_event_personal WHERE event_id = %s"),
            ("cut", third, "DELETE FROM dunning_event_seal WHERE event_id = %s"),
        ):
            with self.subTest(statement), self.cr.savepoint() as savepoint:
                self.sql(statement, at[2])
                heads = {third[0]: third[1]}
                walk = self.env["dunning.verification"]._verify(self.nl, heads)
                self.assertIn((at[0], code), [(finding.seq, finding.code) for finding in walk.findings])
                savepoint.rollback()
            self.env.invalidate_all(flush=False)
        self.assertTrue(before.fits and self.check().fits)

    def test_who_reads(self):
        event = self.tell()
        self.assertTrue(event.with_user(self.user).with_context(allowed_company_ids=self.nl.ids).sentence)
        with self.assertRaises(AccessError):
            event.with_user(self.biller).with_context(allowed_company_ids=self.nl.ids).read(["kind"])
        with self.assertRaises(AccessError):
            event.with_user(self.be_user).with_context(allowed_company_ids=self.be.ids).read(["kind"])

    # -- alert, head, erasure --------------------------------------------------------------------------------------

    def test_alert_once(self):
        self.nl.dunning_responsible_id = self.manager
        event = self.tell(2)[:1]
        self.seal()
        self.env["dunning.chain.check"]._nightly()
        self.assertFalse(self.nl.partner_id.activity_ids)
        self.sql("DELETE FROM dunning_event WHERE id = %s", event.id)
        for _night in range(2):
            self.env["dunning.chain.check"]._nightly()
        [task] = self.nl.partner_id.activity_ids
        self.assertEqual(task.user_id, self.manager)
        check = self.env["dunning.chain.check"].search([("fits", "=", False)], limit=1)
        with self.assertRaises(UserError):
            check.unlink()

    def test_head_once_a_week(self):
        self.nl.dunning_head_email = "notary@example.com"
        self.tell()
        head = self.env["dunning.chain.head"]
        head._send_weekly()
        head._send_weekly()
        [mail] = self.env["mail.mail"].search([("email_to", "=", "notary@example.com")])
        seal = self.env["dunning.event.seal"].search([("company_id", "=", self.nl.id)], order="seq desc", limit=1)
        self.assertIn(f"{seal.seq}:{seal.digest}", mail.body_html)
        self.assertIn(seal.digest, mail.attachment_ids.raw.decode())

    def test_head_after_a_day_to_come(self):
        """It went out on a day that the clock showed by mistake."""
        for sent_on, due in (("2026-11-10", False), ("2026-11-09", True), ("2026-11-16", False), ("2026-11-17", True)):
            self.nl.dunning_head_sent_on = sent_on
            self.assertEqual(self.env["dunning.chain.head"]._is_due(self.nl), due, sent_on)

    def test_erased_when_its_time_is_over(self):
        partner, busy = self.debtor("Gone"), self.debtor("Busy")
        self.invoice(busy, 100, due=3)
        told = [
            self.tell(debtor=debtor.id, personal={"to": "x"}, happened="2024-11-15 12:00:00").id
            for debtor in (partner, busy)
        ]
        self.seal()
        self.nl.dunning_keep_years = 0
        personal = self.env["dunning.event.personal"]
        self.env["dunning.erasure"]._erase_old()
        about = [("event_id", "in", told)]
        self.assertEqual(personal.search_count(about), 2)
        self.nl.dunning_keep_years = 2
        self.env["dunning.erasure"]._erase_old()
        self.assertEqual(personal.search(about).event_id.debtor, busy.id)
        check = self.check()
        self.assertTrue(check.fits, check.words)
        event = self.env["dunning.event"].search([("kind", "=", "debtor.erased")])
        self.assertEqual((event.debtor, event.facts["count"]), (partner.id, 1))
