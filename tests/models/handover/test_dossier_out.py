"""A file of claims is made, kept, mailed with a link, fetched, and taken in by somebody else to the cent."""

import base64
import hashlib
import io
import re
from datetime import timedelta
from decimal import Decimal

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.cremann_dunning.engine import dossier

from ...common import TODAY, day
from .test_dossier import DossierCase


class OutCase(DossierCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agency = cls.env["dunning.party"].create(
            {
                "partner_id": cls.env["res.partner"].create({"name": "Incasso Partners", "is_company": True}).id,
                "company_id": cls.nl.id,
                "kind": "agency",
                "email": "dossiers@incasso.example.com",
                "registration": "WKI-1",
                "registered_from": day(100),
                "registered_until": day(-5),
            }
        )

    def made(self, user=None, **more):
        user = user or self.manager
        service = self.as_user(user, force_report_rendering=True)["dunning.handover.file"]
        env = service.env
        more = {name: value.with_env(env) if hasattr(value, "with_env") else value for name, value in more.items()}
        return service._make(self.case.with_env(env), self.claims.with_env(env), **more)

    def told(self, kind):
        return self.env["dunning.event"].search([("kind", "=", kind)], order="id desc", limit=1)

    def link_of(self, file, to="dossiers@incasso.example.com", **more):
        file._send(to, **more)
        mail = self.env["mail.mail"].sudo().search([("email_to", "=", to)], order="id desc", limit=1)
        return re.search(r"/dunning/dossier/\d+/[\w-]+", str(mail.body_html))[0]


@tagged("post_install", "-at_install")
class TestDossierOut(OutCase):
    def test_kept_as_made(self):
        file = self.made()
        content = file.sudo().attachment_id.raw
        self.assertEqual(hashlib.sha256(content).hexdigest(), file.digest)
        self.assertEqual(len(content), file.size)
        self.assertTrue(dossier.check(io.BytesIO(content), file.digest).fits)
        event = self.told("handover.file_made")
        self.assertEqual((event.facts["digest"], event.author_id), (file.digest, self.manager))
        self.assertIn(self.first.name, event.facts["numbers"])
        self.assertEqual(file.action_download()["url"], f"/dunning/dossier/{file.id}")
        self.assertTrue(self.told("handover.file_downloaded"))
        self.cr.execute(
            "UPDATE ir_attachment SET store_fname = NULL, db_datas = 'x' WHERE id = %s", [file.sudo().attachment_id.id]
        )
        self.env.invalidate_all()
        with self.assertRaises(UserError):
            file.action_download()
        with self.assertRaises(UserError):
            file.sudo().unlink()

    def test_who_may(self):
        """A manager, and whoever looks after the debtor; nobody gets it around the act that is on record."""
        self.case.user_id = self.manager
        with self.assertRaises(AccessError):
            self.made(self.user)
        self.case.user_id = self.user
        file = self.made(self.user)
        with self.assertRaises(AccessError):
            file.attachment_id.read(["raw"])
        with self.assertRaises(AccessError):
            self.env["ir.attachment"].with_user(self.user).browse(file.sudo().attachment_id.id).read(["raw"])
        with self.assertRaises(AccessError):
            file.with_user(self.be_manager).action_download()

    def test_registration_ended_between(self):
        """The debtor is a natural person, so the agency has to be registered on the day on which the file goes."""
        self.partner.write({"dunning_kind_set": "consumer", "is_company": False})
        file = self.made(party=self.agency)
        for ahead, goes in ((4, True), (5, True), (6, False)):
            with self.subTest(ahead=ahead), self.at(TODAY + timedelta(days=ahead)):
                if goes:
                    self.assertTrue(self.link_of(file))
                else:
                    with self.assertRaisesRegex(UserError, "Wki"):
                        self.link_of(file)

    def test_address_and_days(self):
        file = self.made()
        for to, days in (
            ("", 3),
            ("nobody", 3),
            ("a@x.nl, b@x.nl", 3),
            ("a@x.nl", 0),
            ("a@x.nl", 61),
        ):
            with self.assertRaises(UserError):
                file._send(to, days)

    def test_taken_in_elsewhere(self):
        """By a firm that knows nobody of it: principal equal to the cent, and a second time refused."""
        file = self.made(party=self.agency)
        content = file.sudo().attachment_id.raw
        self._set_up_belgium()
        window = self.import_window(content, digest=file.digest)
        window.action_check()
        self.assertEqual((window.state, window.debtor, window.problems), ("good", self.partner.name, False))
        self.assertIn(dossier_total(content), window.summary.replace("\xa0", " "))
        self.taken_in(window)
        data = dossier.check(io.BytesIO(content)).data
        self.assertEqual(self.told("handover.file_taken_in").facts["digest"], file.digest)
        claims = self.env["dunning.claim"].search([("company_id", "=", self.be.id)])
        self.assertEqual(
            sorted((claim.number, Decimal(str(round(claim.amount_open, 2)))) for claim in claims),
            sorted((claim["number"], Decimal(claim["amounts"]["principal"])) for claim in data["claims"]),
        )
        self.assertTrue(all(claim.document_id.raw.startswith(b"%PDF") for claim in claims))
        self.assertEqual(claims.mapped("date_due"), sorted([self.first.invoice_date_due, self.second.invoice_date_due]))
        again = self.import_window(content)
        with self.assertRaisesRegex(UserError, "No claim is ready"):
            self.taken_in(again)

    def import_window(self, content, **more):
        env = self.as_user(self.be_manager)
        return env["dunning.dossier.import.wizard"].create(
            {"company_id": self.be.id, "file": base64.b64encode(content), "file_name": "a.zip", **more}
        )

    def taken_in(self, window):
        found = window.env["dunning.claim.import.wizard"].browse(window.action_take_in()["res_id"])
        found.account_id = self.env["account.account"].search(
            [("company_ids", "in", self.be.ids), ("account_type", "=", "equity")], limit=1
        )
        found.action_confirm()

    def test_changed_file_is_not_taken_in(self):
        content = bytearray(self.made().sudo().attachment_id.raw)
        content[len(content) // 3] ^= 1
        self._set_up_belgium()
        window = self.import_window(bytes(content))
        window.action_check()
        self.assertEqual(window.state, "bad")
        self.assertTrue(window.problems)
        with self.assertRaises(UserError):
            window.action_take_in()
        for other in (b"no zip", b"PK\x05\x06" + bytes(18)):
            window = self.import_window(other)
            window.action_check()
            self.assertEqual(window.state, "bad")


def dossier_total(content):
    data = dossier.check(io.BytesIO(content)).data
    return f"Claims: {len(data['claims'])}, principal"


@tagged("post_install", "-at_install")
class TestDossierLink(OutCase, HttpCase):
    @mute_logger("odoo.http")
    def test_link(self):
        file = self.made()
        self.env.flush_all()
        link = self.link_of(file)
        page = self.url_open(link)
        self.assertEqual(page.status_code, 200)
        self.assertIn(file.digest, page.text)
        self.assertNotIn(self.partner.name, page.text)
        self.assertFalse(file.fetched_count)
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
        got = self.url_open(link, data={"csrf_token": token})
        self.assertEqual(hashlib.sha256(got.content).hexdigest(), file.digest)
        self.env.invalidate_all()
        self.assertEqual(file.fetched_count, 1)
        self.assertTrue(self.told("handover.file_fetched"))
        for wrong in (f"{link}x", f"/dunning/dossier/{file.id}/é", f"/dunning/dossier/{file.id + 999}/{link[-43:]}"):
            self.assertEqual(self.url_open(wrong).status_code, 404)
        for ahead, opens in ((14, 200), (15, 404)):
            with self.at(TODAY + timedelta(days=ahead)):
                self.assertEqual(self.url_open(link).status_code, opens, ahead)
        sent = self.told("handover.file_sent")
        kept = self.env["dunning.event.personal"].sudo()._of(sent)
        self.assertEqual(kept[sent.id]["to"], "dossiers@incasso.example.com")
        file.action_withdraw()
        self.assertTrue(self.told("handover.file_withdrawn"))
        self.assertEqual(self.url_open(link).status_code, 404)

    @mute_logger("odoo.http")
    def test_download(self):
        self.case.user_id = self.manager
        file = self.made()
        self.env.flush_all()
        self.authenticate("dunning_manager", "dunning_manager")
        got = self.url_open(f"/dunning/dossier/{file.id}")
        self.assertEqual(hashlib.sha256(got.content).hexdigest(), file.digest)
        self.authenticate("dunning_user", "dunning_user")
        self.assertEqual(self.url_open(f"/dunning/dossier/{file.id}").status_code, 403)
        self.assertNotEqual(self.url_open(f"/web/content/{file.sudo().attachment_id.id}").status_code, 200)
