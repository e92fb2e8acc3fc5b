"""Statements as banks give them out, read as importers for Community do: into lines with and without partner.

The files are made up; their form is that of the samples that banks and importers publish (camt.053, CODA 2.x).
"""

from pathlib import Path

from lxml import etree

from odoo.tests import tagged

from .receipt_case import ReceiptCase

SAMPLES = Path(__file__).with_name("samples")
DATE = slice(47, 53)


def camt_lines(content):
    """Values of a line of the bank for each payment of a camt.053 file."""

    def text(node, path):
        return " ".join(found.text for found in node.iterfind(path.replace("/", "/{*}").replace(".//{*}", ".//{*}")))

    for entry in etree.fromstring(content).iterfind(".//{*}Ntry"):
        out = text(entry, "./CdtDbtInd") == "DBIT"
        party = "Cdtr" if out else "Dbtr"
        for payment in entry.iterfind(".//{*}TxDtls"):
            amount = text(payment, "./AmtDtls/TxAmt/Amt") or text(entry, "./Amt")
            yield {
                "date": text(entry, "./BookgDt/Dt"),
                "amount": float(amount) * (-1 if out else 1),
                "payment_ref": text(payment, "./RmtInf/Ustrd") or text(payment, "./AddtlTxInf") or "/",
                "ref": text(payment, "./RmtInf/Strd/CdtrRefInf/Ref") or text(payment, "./Refs/EndToEndId"),
                "partner_name": text(payment, f"./RltdPties/{party}/Nm"),
                "account_number": text(payment, f"./RltdPties/{party}Acct/Id/IBAN"),
                "narration": "\n".join(
                    f"{node.tag.rpartition('}')[2]}: {node.text}" for node in payment.iter() if node.text
                ),
            }


def coda_lines(content):
    """Values of a line of the bank for each movement of a CODA file."""
    found = {}
    for row in content.splitlines():
        line = found.setdefault(row[2:6], {}) if row[0] == "2" else {}
        if row[:2] == "21":
            day, said = row[DATE], row[62:115].rstrip()
            line["date"] = f"20{day[4:]}-{day[2:4]}-{day[:2]}"
            line["amount"] = int(row[32:47]) / 1000 * (-1 if row[31] == "1" else 1)
            is_structured = row[61] == "1" and said.startswith("101")
            line["payment_ref"] = f"+++{said[3:6]}/{said[6:10]}/{said[10:15]}+++" if is_structured else said
        elif row[:2] == "22":
            line["payment_ref"] += row[10:63].rstrip()
        elif row[:2] == "23":
            line["account_number"], line["partner_name"] = row[10:44].strip(), row[47:82].strip()
            line["payment_ref"] = line["payment_ref"] or row[82:125].strip()
    return list(found.values())


@tagged("post_install", "-at_install")
class TestSamples(ReceiptCase):
    def imported(self, rows, with_partner):
        """The lines; the partner is whose account it is, as some importers fill in."""
        known = {bank.sanitized_acc_number: bank.partner_id for bank in self.env["res.partner.bank"].search([])}
        found = []
        for row in rows:
            partner = known.get(row["account_number"].replace(" ", "")) if with_partner else None
            found.append(self.line(row.pop("payment_ref"), row.pop("amount"), partner_id=partner and partner.id, **row))
        return found

    def line(self, text, amount, date, **values):
        return super().line(text, amount, on=self.env["account.move"]._fields["date"].to_date(date), **values)

    def assertPointing(self, lines, *expected):
        self.assertEqual(
            [self.found(line)[:2] for line in lines], [(found or False, moves) for found, moves in expected]
        )

    def test_camt(self):
        self.partner.name = "Bakkerij Jansen B.V."
        boer, peeters = self.debtor("J.P. de Boer", kind="consumer"), self.debtor("Peeters & Zonen")
        meulen, none = self.debtor("Timmerbedrijf Van der Meulen & Co BV"), self.env["account.move"]
        jansens = self.invoice(self.partner, 121, due=9, name="F2026/00412")
        boers = self.invoice(boer, 60.5, due=9, payment_reference="RF18 5390 0754 7034")
        theirs = self.invoice(peeters, 450, due=9)
        meulens = self.invoice(meulen, 88.1, due=9)
        self.iban("NL44RABO0123456789", self.partner)
        self.iban("BE71096123456769", peeters)
        for with_partner in (False, True):
            with self.subTest(with_partner=with_partner):
                rows = camt_lines((SAMPLES / "camt053.xml").read_bytes())
                lines = self.imported(rows, with_partner)
                self.assertEqual([bool(line.partner_id) for line in lines].count(True), 3 * with_partner)
                self.assertPointing(
                    lines,
                    ("likely", jansens),  # exact, and beside it somebody paid a part of the same
                    ("certain", boers),
                    ("likely", theirs),
                    ("likely", meulens),
                    ("", none),
                    ("likely", jansens),
                    ("", none),
                )
                self.run_for()
                codes = [self.code(move) for move in jansens + boers + theirs + meulens]
                self.assertEqual(codes, ["UNMATCHED_PAYMENT"] * 4)
                self.env["account.bank.statement.line"].browse([line.id for line in lines]).unlink()

    def test_coda(self):
        peeters, dupont = self.debtor("Peeters & Zonen BVBA"), self.debtor("Marie Dupont", kind="consumer")
        none = self.env["account.move"]
        structured = self.invoice(peeters, 250, due=9, payment_reference="+++090/9337/55493+++")
        other = self.invoice(peeters, 145, due=8)
        duponts = self.invoice(dupont, 99.95, due=9, name="B2026/00077")
        self.iban("BE68 5390 0754 7034", peeters)
        for with_partner in (False, True):
            with self.subTest(with_partner=with_partner):
                lines = self.imported(coda_lines((SAMPLES / "statement.cod").read_text()), with_partner)
                self.assertPointing(
                    lines,
                    ("certain", structured),
                    ("certain", duponts),
                    ("likely", other),  # whose it is, and what the first does not pay
                    ("", none),
                    ("", none),
                )
                self.run_for()
                codes = [self.code(move) for move in structured + other + duponts]
                self.assertEqual(codes, ["UNMATCHED_PAYMENT"] * 3)
                self.env["account.bank.statement.line"].browse([line.id for line in lines]).unlink()
