"""The file of a debtor's claims: what is in it, that it adds up and checks itself, and who may have it."""

import io
import json
import zipfile
from decimal import Decimal
from pathlib import Path

import jsonschema
from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import file_open, mute_logger

from odoo.addons.cremann_dunning.engine import chain, dossier
from odoo.addons.cremann_dunning.models.handover.dunning_dossier import SCHEMA

from ...common import TODAY, DunningCase, day


class DossierCase(DunningCase):
    """A Dutch business with two invoices, one of which is paid in part, and two letters about them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.debtor("Bakkerij Jansen", city="Utrecht", zip="3511 AB", street="Kade 2")
        cls.first = cls.invoice(cls.partner, 1210.45, due=100)
        cls.second = cls.invoice(cls.partner, 333.33, due=60)
        cls.pay(cls.first, 200)
        cls.nl.dunning_term_agreed = True
        cls.env = cls.env(context={**cls.env.context, "force_report_rendering": True})
        for before in (45, 25, 0):
            with freeze_time(f"{day(before)} 09:00:00"):
                cls.letter = cls.send_level(partners=cls.partner)
        cls.case = cls.letter.case_id.with_env(cls.env)
        cls.claims = cls.case.claim_ids
        cls.env["dunning.sealing"]._seal()

    def written(self, claims=None, **more):
        """A dossier as a file, and what was not as it should be."""
        file = io.BytesIO()
        wrong = self.env["dunning.dossier"]._write(self.case, claims or self.claims, file, **more)
        return file, wrong

    def data(self, file):
        with zipfile.ZipFile(file) as archive:
            return json.loads(archive.read(dossier.CLAIM))


@tagged("post_install", "-at_install")
class TestDossier(DossierCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.file = io.BytesIO()
        cls.wrong = cls.env["dunning.dossier"]._write(cls.case, cls.claims, cls.file)

    def test_checks_itself(self):
        self.assertFalse(self.wrong)
        found = dossier.check(self.file)
        self.assertEqual([str(problem) for problem in found.problems], [])
        self.assertTrue(found.events)
        self.assertTrue(found.proven)
        names = zipfile.ZipFile(self.file).namelist()
        for name in ("claim.json", "claims.csv", "events.jsonl", "verify.py", "chain.py", "manifest.json"):
            self.assertIn(name, names)

    def test_schema(self):
        with file_open(SCHEMA, "r") as schema:
            known = json.load(schema)
        jsonschema.Draft202012Validator.check_schema(known)
        jsonschema.Draft202012Validator(known).validate(self.data(self.file))
        published = Path(__file__).parents[3] / "docs/dossier/claim-1.schema.json"
        self.assertEqual(json.loads(published.read_text()), known)

    def test_amounts(self):
        data = self.data(self.file)
        claims = {claim["number"]: claim for claim in data["claims"]}
        claim = claims[self.first.name]
        self.assertEqual(claim["amounts"]["principal"], "1010.45")
        self.assertEqual(claim["received"], [{"date": str(TODAY), "amount": "200.00", "kind": "payment"}])
        for claim in claims.values():
            interest = claim["interest"]
            rounded = [Decimal(part["rounded_sum"]) for part in interest["periods"] if part["rounded_sum"]]
            self.assertEqual(sum(rounded), Decimal(claim["amounts"]["interest"]))

    def changed(self, name, change):
        """The dossier with one of its files changed, packed as well as the original."""
        out = io.BytesIO()
        with zipfile.ZipFile(self.file) as archive, zipfile.ZipFile(out, "w") as other:
            for info in archive.infolist():
                content = archive.read(info)
                other.writestr(info.filename, change(content) if info.filename == name else content)
        return out

    def test_one_byte_in_each_kind(self):
        def flip(content):
            place = len(content) // 2
            return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]

        with zipfile.ZipFile(self.file) as archive:
            names = archive.namelist()
        for name in names:
            with self.subTest(name=name):
                said = [str(problem) for problem in dossier.check(self.changed(name, flip)).problems]
                self.assertTrue(said)
                self.assertTrue(any(name in line or "record" in line or "manifest" in line for line in said), said)

    def test_list_made_anew(self):
        """Whoever changes a file and the list of files with it is found by the record of events and by the digest."""
        [name] = [name for name in zipfile.ZipFile(self.file).namelist() if name == chain.EVENTS]
        lines = zipfile.ZipFile(self.file).read(name).decode().splitlines(keepends=True)
        at = next(i for i, line in enumerate(lines) if '"letter.sent"' in line)
        lines[at] = lines[at].replace('"letter.sent"', '"letter.lost"')
        content = "".join(lines).encode()
        listed = json.loads(zipfile.ZipFile(self.file).read(dossier.MANIFEST))["files"]
        for entry in listed:
            if entry["path"] == name:
                entry |= {"sha256": chain.file_digest(content), "size": len(content)}
        file = self.changed(name, lambda _content: content)
        file = DossierOf(file).changed(dossier.MANIFEST, dossier.manifest(listed).encode())
        [problem] = dossier.check(file).problems
        self.assertEqual(problem.code, "event")
        whole = dossier.digest_of(self.file)
        self.assertTrue(dossier.check(self.file, whole).fits)
        self.assertIn("whole", [one.code for one in dossier.check(file, whole).problems])

    def test_bytes_of_the_zip(self):
        raw = self.file.getvalue()
        whole = dossier.digest_of(self.file)
        for place in range(40, len(raw), len(raw) // 25):
            other = raw[:place] + bytes([raw[place] ^ 0x10]) + raw[place + 1 :]
            self.assertFalse(dossier.check(io.BytesIO(other), whole).fits, place)
        for other in (b"", b"PK", raw[: len(raw) // 2], b"%PDF-1.4"):
            self.assertEqual(dossier.check(io.BytesIO(other)).problems[0].code, "no_dossier")

    def test_heads_and_gaps(self):
        """What is left out of the record stays as gaps: no number is missing, and a head kept outside is recognised."""
        seq, digest = dossier.check(self.file).head.split(":")
        self.assertTrue(dossier.check(self.file, heads={int(seq): digest}).fits)
        self.assertFalse(dossier.check(self.file, heads={int(seq): "0" * 64}).fits)
        lines = zipfile.ZipFile(self.file).read(chain.EVENTS).decode().splitlines(keepends=True)
        for place in (0, len(lines) // 2, len(lines) - 1):
            rest = "".join(lines[:place] + lines[place + 1 :]).encode()
            file = self.changed(chain.EVENTS, lambda _content, rest=rest: rest)
            codes = {problem.code for problem in dossier.check(file).problems}
            self.assertEqual(codes, {"changed", "event"})

    def test_nothing_of_the_house(self):
        """No reasons of care, no holds, no settings, no notes, nothing of other debtors."""
        other = self.debtor("Geheim & Zn")
        self.invoice(other, 100, due=60)
        self.send_level(partners=other)
        self.env["dunning.contact"].create(
            {"case_id": self.case.id, "kind": "call", "outcome": "other", "note": "Woont bij zijn moeder"}
        )
        self.env["dunning.care"].create(
            {"company_id": self.nl.id, "partner_id": self.partner.id, "reason": "represented"}
        )
        self.env["dunning.hold"].create(
            {"company_id": self.nl.id, "partner_id": self.partner.id, "reason": "Neef van de baas"}
        )
        self.env["dunning.sealing"]._seal()
        for notes in (False, True):
            file, _wrong = self.written(notes=notes)
            with zipfile.ZipFile(file) as archive:
                text = "".join(archive.read(n).decode("utf-8", "replace") for n in archive.namelist() if n != "0")
            self.assertEqual("Woont bij zijn moeder" in text, notes)
            for secret in ("represented", "Neef van", "Geheim"):
                self.assertNotIn(secret, text)

    def test_documents_that_cannot_be_read(self):
        """Each is named in the index with what is wrong, and the others go along."""
        pdf = self.env["ir.attachment"].search(
            [("res_model", "=", "dunning.letter"), ("res_id", "=", self.letter.id), ("res_field", "=", "pdf_file")]
        )
        order = self.env["ir.attachment"].create(
            {"name": "../../Order 12.pdf", "raw": b"%PDF-1.4 broken", "mimetype": "application/pdf",
             "res_model": "account.move", "res_id": self.first.id}
        )  # fmt: skip
        gone = order.copy({"name": "Pakbon.pdf"})
        self.cr.execute("UPDATE ir_attachment SET store_fname = 'aa/gone', db_datas = NULL WHERE id = %s", [gone.id])
        self.cr.execute("UPDATE ir_attachment SET store_fname = NULL, db_datas = 'other' WHERE id = %s", [pdf.id])
        self.env.invalidate_all()
        error = UserError("no printer")
        printing = self.registry["account.move"]
        with mute_logger("odoo.addons.cremann_dunning.models.handover.dunning_dossier_documents"):
            self.patch(printing, "_dunning_layout", lambda _self: (_ for _ in ()).throw(error))
            file, wrong = self.written()
        self.assertEqual(
            {(one.kind, one.problem) for one in wrong},
            {("letter", "differs"), ("evidence", "broken"), ("evidence", "gone"), ("invoice", "failed")},
        )
        self.assertTrue(dossier.check(file).fits)
        paths = [one["path"] for one in self.data(file)["documents"]]
        self.assertFalse([path for path in paths if ".." in path or path.startswith("/")], paths)

    def test_another_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        party = self.env["dunning.party"].create(
            {"partner_id": self.debtor("Huissier Dupont", lang="fr_FR").id, "company_id": self.nl.id, "kind": "bailiff"}
        )
        file, _wrong = self.written(party=party)
        self.assertEqual(self.data(file)["language"], "fr")
        self.assertEqual(self.data(file)["party"]["name"], "Huissier Dupont")
        self.assertTrue([n for n in zipfile.ZipFile(file).namelist() if n.startswith("1 Factures/")])

    def test_not_of_others(self):
        other = self.invoice(self.debtor("Ander"), 100, due=60)
        self.send_level(partners=other.partner_id)
        theirs = self.env["dunning.claim"].search([("move_id", "=", other.id)])
        for claims in (theirs, theirs | self.claims, self.claims.browse()):
            with self.assertRaises(UserError):
                self.env["dunning.dossier"]._write(self.case, claims, io.BytesIO())
        self._set_up_belgium()
        with self.assertRaises(AccessError):
            self.env["dunning.dossier"].with_user(self.be_manager)._write(
                self.case.with_user(self.be_manager), self.claims.with_user(self.be_manager), io.BytesIO()
            )


class DossierOf:
    """A dossier of which a file is exchanged."""

    def __init__(self, file):
        self.file = file

    def changed(self, name, content):
        out = io.BytesIO()
        with zipfile.ZipFile(self.file) as archive, zipfile.ZipFile(out, "w") as other:
            for info in archive.infolist():
                other.writestr(info.filename, content if info.filename == name else archive.read(info))
        return out
