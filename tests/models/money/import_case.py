"""What tests of claims from outside share: a window, and files as people have them."""

import base64

from odoo import Command
from odoo.exceptions import UserError

from ...common import DunningCase

PDF = b"%PDF-1.4 invoice"
# a claim on somebody who is there: its number and amount are filled in
ROW = "Bakkerij Jansen;1234AB;;{};01-09-2026;31-10-2026;{}"
HEAD = "Klant;Postcode;E-mail;Factuurnummer;Factuurdatum;Vervaldatum;Bedrag"

UBL = """<?xml version="1.0" encoding="UTF-8"?>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
  <cbc:CustomizationID>urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0</cbc:CustomizationID>
  <cbc:ID>{number}</cbc:ID>
  <cbc:IssueDate>2026-09-01</cbc:IssueDate>
  <cbc:DueDate>2026-10-01</cbc:DueDate>
  <cbc:InvoiceTypeCode>{code}</cbc:InvoiceTypeCode>
  <cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
  <cac:OrderReference><cbc:ID>PO-7</cbc:ID></cac:OrderReference>
  {files}
  <cac:AccountingSupplierParty><cac:Party>
    <cbc:EndpointID schemeID="0106">{seller}</cbc:EndpointID>
    <cac:PartyLegalEntity><cbc:RegistrationName>Seller</cbc:RegistrationName>
      <cbc:CompanyID>{seller}</cbc:CompanyID></cac:PartyLegalEntity>
  </cac:Party></cac:AccountingSupplierParty>
  <cac:AccountingCustomerParty><cac:Party>
    <cbc:EndpointID schemeID="0106">{buyer}</cbc:EndpointID>
    <cac:PartyName><cbc:Name>Drukkerij Vos</cbc:Name></cac:PartyName>
    <cac:PostalAddress><cbc:StreetName>Kade 9</cbc:StreetName><cbc:CityName>Breda</cbc:CityName>
      <cbc:PostalZone>4811 AA</cbc:PostalZone>
      <cac:Country><cbc:IdentificationCode>NL</cbc:IdentificationCode></cac:Country></cac:PostalAddress>
    <cac:PartyLegalEntity><cbc:RegistrationName>Drukkerij Vos B.V.</cbc:RegistrationName>
      <cbc:CompanyID schemeID="0106">{buyer}</cbc:CompanyID></cac:PartyLegalEntity>
    <cac:Contact><cbc:ElectronicMail>vos@debtor.example.com</cbc:ElectronicMail></cac:Contact>
  </cac:Party></cac:AccountingCustomerParty>
  <cac:LegalMonetaryTotal><cbc:TaxInclusiveAmount currencyID="EUR">1331.00</cbc:TaxInclusiveAmount>
    <cbc:PrepaidAmount currencyID="EUR">100.00</cbc:PrepaidAmount>
    <cbc:PayableAmount currencyID="EUR">1231.00</cbc:PayableAmount></cac:LegalMonetaryTotal>
  <cac:InvoiceLine><cbc:ID>1</cbc:ID><cac:Item><cbc:Name>Printed matter</cbc:Name></cac:Item></cac:InvoiceLine>
</Invoice>"""
EMBEDDED = """<cac:AdditionalDocumentReference><cbc:ID>1</cbc:ID><cac:Attachment>
<cbc:EmbeddedDocumentBinaryObject mimeCode="application/pdf" filename="F-7.pdf">{pdf}</cbc:EmbeddedDocumentBinaryObject>
</cac:Attachment></cac:AdditionalDocumentReference>"""


def ubl(number="F-7", code=380, pdf=PDF, seller="30201234", buyer="20012345"):
    files = EMBEDDED.format(pdf=base64.b64encode(pdf).decode()) if pdf else ""
    return UBL.format(number=number, code=code, files=files, seller=seller, buyer=buyer).encode()


class ImportCase(DunningCase):
    without_pdf = True
    refusal = UserError

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.debtor("Bakkerij Jansen")
        cls.against = cls._account(cls.nl, "asset_current")
        cls.nl.dunning_import_account_id = cls.against
        cls.makers = cls.env.ref("base.group_partner_manager")
        cls.user.group_ids = [Command.link(cls.makers.id)]

    def window(self, *files, user=None, **vals):
        """A window with these files read: ``(name, bytes)`` each."""
        env = self.as_user(user or self.user)
        window = env["dunning.claim.import.wizard"].create(vals)
        if files:
            window.file_ids = env["ir.attachment"].create(
                [
                    {"name": name, "raw": content, "res_model": window._name, "res_id": window.id}
                    for name, content in files
                ]
            )
            window.action_read()
        return window

    def csv(self, *rows, head=HEAD, encoding="utf-8", name="claims.csv", **vals):
        return self.window((name, "\r\n".join([head, *rows]).encode(encoding)), **vals)

    def typed(self, **vals):
        """A window with one row that somebody typed."""
        row = {
            "partner_id": self.partner.id, "number": "F-1", "invoice_date": "2026-09-01", "date_due": "2026-10-01",
            "amount": 100, **vals,
        }  # fmt: skip
        window = self.window()
        window.line_ids = [(0, 0, row)]
        return window

    def told(self, window):
        """State and sentence of each row."""
        window.invalidate_recordset()
        window.line_ids.invalidate_recordset()
        return [(line.state, line.message) for line in window.line_ids]

    def claims(self, *numbers):
        self.env.invalidate_all()
        return self.env["dunning.claim"].search([("number", "in", numbers)], order="number")

    def counts(self):
        """How much there is of everything that an import makes."""
        self.env.flush_all()
        models = ("account.move", "res.partner", "dunning.claim", "ir.attachment", "dunning.case")
        return {model: self.env[model].with_context(active_test=False).search_count([]) for model in models}
