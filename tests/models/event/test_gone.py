"""Events about what is deleted, merged or archived later: the record holds, and their lines lead nowhere."""

import io

from odoo import Command
from odoo.tests import tagged

from odoo.addons.cremann_dunning.engine import chain

from ..debtor.agreement_case import AgreementCase
from .told_case import ToldMixin


class GoneCase(ToldMixin, AgreementCase):
    with_belgium = True

    def story(self, record):
        return self.env["dunning.story"].read_story(record._name, record.id)

    def lines(self, record):
        """``{id of the event: line}`` of a story."""
        return {int(line["key"].removeprefix("event-")): line for line in self.story(record)["done"]}

    def assertHolds(self, company=None):
        """The chain fits, on its own and as a file."""
        company = company or self.nl
        self.env["dunning.sealing"]._seal()
        check = self.env["dunning.chain.check"]._follow(company)
        self.assertTrue(check.fits, check.words)
        self.assertEqual(check.unsealed, 0)
        file = io.BytesIO()
        self.env["dunning.chain.export"]._write(company, file, "a.zip", documents=True)
        self.assertEqual(chain.verify_export(file).findings, [])

    def assertLeadsNowhere(self, events):
        """Each has its sentence in the story, and opens nothing."""
        self.env.invalidate_all()
        lines = self.lines(self.case)
        for event in events:
            line = lines[event.id]
            self.assertEqual((line["model"], line["id"]), (False, False), event.kind)
            self.assertNotIn("…", line["text"])


@tagged("post_install", "-at_install")
class TestDeleted(GoneCase):
    def one_of_each(self):
        self.env["dunning.claim"]._of_moves(self.move)
        return (
            self.note("dunning.promise", self.move, amount=100, date="2026-11-20"),
            self.note("dunning.dispute", self.move, reason="price"),
            self.as_user(self.user)["dunning.hold"].create({"move_id": self.move.id, "reason": "?"}),
            self.note("dunning.contact", outcome="paying"),
        )

    def test_before_it_is_sealed(self):
        """What was told of it waits for its seal when it goes."""
        self.env["dunning.claim"]._of_moves(self.move)
        made = "agreement.promised", "dispute.opened", "hold.set", "contact.called"
        gone = "agreement.deleted", "dispute.deleted", "hold.deleted", "contact.deleted"
        with self.telling(*made, *gone) as told:
            for record in self.one_of_each():
                record.with_user(self.manager).unlink()
        self.assertHolds()
        self.assertLeadsNowhere(told)

    def test_after_it_is_sealed(self):
        self.env["dunning.claim"]._of_moves(self.move)
        last, records = self.last_event(), self.one_of_each()
        self.env["dunning.sealing"]._seal()
        for record in records:
            record.with_user(self.manager).unlink()
        self.assertHolds()
        self.assertLeadsNowhere(self.env["dunning.event"].search([("id", ">", last)]))

    def test_draft_by_hand(self):
        with self.telling("letter.drafted", "letter.discarded", family="letter") as told:
            level = self.env.ref("cremann_dunning.dunning_level_nl_business_1")
            values = {"case_id": self.case.id, "level_id": level.id, "move_ids": [Command.set(self.move.ids)]}
            window = self.as_user(self.user)["dunning.letter.wizard"].create(values)
            self.env["dunning.letter"].browse(window.action_write()["res_id"]).unlink()
        self.assertHolds()
        self.assertLeadsNowhere(told)

    def test_invoice(self):
        self.as_user(self.user)["dunning.hold"].create({"move_id": self.move.id, "reason": "?"})
        [claim] = self.claims_of(self.move)
        last = self.last_event()
        self.move.button_draft()
        self.move.with_context(force_delete=True).unlink()
        self.assertHolds()
        self.assertFalse(self.env["dunning.story"].read_story("account.move", self.move.id)["done"])
        for event in self.env["dunning.event"].search([("id", ">", last)]):
            self.assertNotEqual(self.lines(self.case)[event.id]["model"], "account.move")
        self.assertTrue(self.env["dunning.story"].read_story("dunning.case", self.case.id, claim)["done"])

    def test_case(self):
        with self.telling("debtor.responsible") as told:
            self.case.user_id = self.manager
        self.case.sudo().unlink()
        self.assertHolds()
        self.assertEqual(told[0].debtor_id, self.partner)
        self.case = self.env["dunning.case"]._for_partners(self.partner, self.nl, create=True)
        self.assertLeadsNowhere(told)

    def test_user_and_contact(self):
        """Whoever did it and whom it was about are gone: the record says their numbers."""
        user = self.manager.copy({"login": "leaves", "name": "Leaves"})
        stranger = self.debtor("Stranger")
        self.as_user(user)["res.partner"].browse(stranger.id).sudo().dunning_kind_set = "consumer"
        event = self.env["dunning.event"].search([("kind", "=", "debtor.kind"), ("debtor", "=", stranger.id)])
        self.assertEqual(event.author_id, user)
        stranger.unlink()
        user.unlink()
        self.env.invalidate_all()
        self.assertFalse(event.author_id or event.debtor_id)
        self.assertTrue(event.author and event.debtor and event.sentence)
        self.assertHolds()


@tagged("post_install", "-at_install")
class TestMerged(GoneCase):
    def merge(self, *partners, into):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge([partner.id for partner in (*partners, into)], into)
        self.env.invalidate_all()

    def test_one_story_of_both(self):
        """Also where the first was merged with a third before, and what waits for its seal."""
        others = self.debtor("Bakkerij Jansen B.V."), self.debtor("Jansen Brood")
        held = self.env["dunning.event"]
        for other in others:
            move = self.invoice(other, 50, due=5)
            with self.telling("debtor.claim_begun", "hold.set") as told:
                self.as_user(self.user)["dunning.hold"].create({"move_id": move.id, "reason": "?"})
            held |= told[1]
        self.env["dunning.sealing"]._seal()
        letter = self.send_level(partners=others[0])
        self.merge(others[1], into=others[0])
        self.merge(others[0], into=self.partner)
        self.assertHolds()
        lines = self.lines(self.case)
        for event in held:
            self.assertEqual(lines[event.id]["model"], "dunning.hold")
        sent = self.env["dunning.event"].search([("letter", "in", letter.ids)])
        self.assertLessEqual(set(sent.ids), lines.keys())
        self.assertEqual(len(self.story(self.case)["claims"]), 2)


@tagged("post_install", "-at_install")
class TestCompanies(GoneCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.old = cls.env["res.company"].create({"name": "Old B.V."})
        cls.env.user.company_ids += cls.old
        cls.stranger = cls.env["res.partner"].create({"name": "Jan"})
        cls.env["payment.provider"].search([("company_id", "=", cls.old.id)]).unlink()

    def tell(self, company, count=1, **values):
        row = {"kind": "chain.begun", "company_id": company.id, "happened": "2020-01-01 10:00:00", **values}
        return self.env["dunning.event"]._tell([row] * count)

    def archive(self, company):
        self.env.user.company_ids -= company
        company.active = False

    def test_one_that_told_of_a_debtor_stays(self):
        self.tell(self.old, debtor=self.stranger.id)
        self.env.user.company_ids -= self.old
        with self.refused("Old B.V. has a record of events"):
            self.old.unlink()

    def test_one_that_told_of_settings_goes(self):
        """What was told before and is sealed after keeps no other company from its seals."""
        self.tell(self.old, 2)
        self.env["dunning.sealing"]._seal()
        self.tell(self.old)
        self.env.user.company_ids -= self.old
        gone = self.env["res.company"].browse(self.old.id)
        self.old.unlink()
        self.tell(self.nl)
        self.assertHolds()
        seals = self.env["dunning.event.seal"].sudo().search([("company_id", "=", gone.id)])
        self.assertEqual(seals.mapped("seq"), list(range(1, len(seals) + 1)))
        self.assertFalse(self.env["dunning.verification"]._verify(gone).findings)
        self.env["dunning.chain.check"]._nightly()

    def test_archived_is_checked_and_erased(self):
        event = self.tell(self.old, debtor=self.stranger.id, personal={"to": "x"})
        self.env["dunning.sealing"]._seal()
        self.archive(self.old)
        self.env["dunning.chain.check"]._nightly()
        check = self.env["dunning.chain.check"].search([("company_id", "=", self.old.id)])
        self.assertTrue(check.fits)
        self.env["dunning.erasure"]._erase_old()
        personal = self.env["dunning.event.personal"]
        self.assertFalse(personal.search([("event_id", "=", event.id)]))
        self.assertHolds(self.old)

    def test_merged_past_odoo(self):
        """A company that a script takes into another: its events stay where they were told, and are found missing
        where that is not so."""
        event = self.tell(self.old, 2, debtor=self.stranger.id)[0]
        self.env["dunning.sealing"]._seal()
        wizard = self.env["base.partner.merge.automatic.wizard"]
        wizard._update_foreign_keys_generic("res.company", self.old, self.nl)
        self.cr.execute("DELETE FROM res_company WHERE id = %s", [self.old.id])
        self.env.invalidate_all(flush=False)
        self.tell(self.nl)
        self.assertHolds()
        self.assertEqual(event.company_id.id, self.old.id)
        self.assertFalse(self.env["dunning.verification"]._verify(self.old).findings)
        with self.refused("stays as it was written", Exception):
            self.cr.execute("UPDATE dunning_event SET company_id = %s WHERE company_id = %s", [self.nl.id, self.old.id])
