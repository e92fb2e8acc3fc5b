"""What an invoice in UBL (Peppol BIS 3 and its like) says about what is owed, and the PDF that lies in it.

Read with entities, network and document types off: a file from outside expands to nothing that is not in it.
"""

import base64
import binascii

from lxml import etree

from ..engine.incoming import Refused

PREFIX = "urn:oasis:names:specification:ubl:schema:xsd:"
SPACES = {"c": f"{PREFIX}CommonBasicComponents-2", "a": f"{PREFIX}CommonAggregateComponents-2"}
# of UNTDID 1001, what asks for money; 381 and its like give back
CREDITS = {"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "532"}
LARGEST = 25 * 2**20


def root_of(content):
    """The document. :raises Refused: no XML, or with a document type, which invoices never have."""
    if len(content) > LARGEST:
        raise Refused("TOO_BIG", megabytes=LARGEST // 2**20)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        # what declares entities is told apart: it may not even be well formed
        raise Refused("DOCTYPE" if b"<!DOCTYPE" in content[:2000] else "BAD_XML") from None
    if root.getroottree().docinfo.doctype or root.getroottree().docinfo.internalDTD is not None:
        raise Refused("DOCTYPE")
    return root


def read(content):
    """What is owed, by the names of the columns of ``engine.incoming``: texts, and ``amount`` as its text.

    Beside these ``seller`` (name), ``seller_ids`` and ``debtor_ids`` (numbers by which companies are known),
    ``pdf`` (bytes or empty) and ``pdf_name``.

    :raises Refused: it asks for no money, or is no UBL.
    """
    root = root_of(content)
    space, kind = _split(root.tag)
    if not space.startswith(PREFIX):
        raise Refused("NO_UBL", kind=kind)
    code = _text(root, "c:InvoiceTypeCode")
    if kind == "CreditNote" or code in CREDITS:
        raise Refused("CREDIT", number=_text(root, "c:ID"))
    if kind != "Invoice":
        raise Refused("NO_INVOICE", kind=kind)
    debtor, seller = root.find("a:AccountingCustomerParty/a:Party", SPACES), _seller(root)
    money = root.find("a:LegalMonetaryTotal/c:PayableAmount", SPACES)
    pdf, pdf_name = _pdf(root)
    found = {
        "number": _text(root, "c:ID"),
        "date": _text(root, "c:IssueDate"),
        "due": _text(root, "c:DueDate", "a:PaymentMeans/c:PaymentDueDate", "a:PaymentTerms/c:PaymentDueDate"),
        "amount": (money.text or "").strip() if money is not None else "",
        "currency": (money.get("currencyID") if money is not None else "") or _text(root, "c:DocumentCurrencyCode"),
        "label": _text(root, "a:InvoiceLine/a:Item/c:Name", "c:Note"),
        "customer_ref": _text(root, "a:OrderReference/c:ID", "c:BuyerReference"),
        "seller": _name(seller),
        "seller_ids": _ids(seller),
        "debtor_ids": _ids(debtor),
        "pdf": pdf,
        "pdf_name": pdf_name,
    }
    return found | _party(debtor)


def _split(tag):
    space, _sign, name = str(tag).rpartition("}")
    return space.lstrip("{"), name


def _text(node, *paths):
    """The first of these that says something, on one line."""
    for path in paths:
        for found in node.iterfind(path, SPACES) if node is not None else ():
            if text := " ".join((found.text or "").split()):
                return text
    return ""


def _seller(root):
    return root.find("a:AccountingSupplierParty/a:Party", SPACES)


def _name(party):
    return _text(party, "a:PartyLegalEntity/c:RegistrationName", "a:PartyName/c:Name")


def _party(party):
    """A debtor by the names of the columns."""
    return {
        "debtor": _text(party, "a:PartyName/c:Name", "a:PartyLegalEntity/c:RegistrationName", "a:Contact/c:Name"),
        "vat": _text(party, "a:PartyTaxScheme/c:CompanyID"),
        "registry": _text(party, "a:PartyLegalEntity/c:CompanyID"),
        "email": _text(party, "a:Contact/c:ElectronicMail"),
        "street": " ".join(
            filter(None, (_text(party, f"a:PostalAddress/c:{name}") for name in ("StreetName", "BuildingNumber")))
        ),
        "zip": _text(party, "a:PostalAddress/c:PostalZone"),
        "city": _text(party, "a:PostalAddress/c:CityName"),
        "country": _text(party, "a:PostalAddress/a:Country/c:IdentificationCode"),
    }


def _ids(party):
    """The numbers by which a company is known."""
    paths = (
        "a:PartyTaxScheme/c:CompanyID",
        "a:PartyLegalEntity/c:CompanyID",
        "c:EndpointID",
        "a:PartyIdentification/c:ID",
    )
    texts = (node.text for path in paths for node in party.iterfind(path, SPACES)) if party is not None else ()
    return {"".join(sign for sign in text if sign.isalnum()).upper() for text in texts if text and text.strip()}


def _pdf(root):
    """The first PDF that lies in the document: its bytes and name; empty where there is none."""
    path = "a:AdditionalDocumentReference/a:Attachment/c:EmbeddedDocumentBinaryObject"
    for node in root.iterfind(path, SPACES):
        try:
            content = base64.b64decode("".join((node.text or "").split()), validate=True)
        except (binascii.Error, ValueError):
            continue
        if content.startswith(b"%PDF-"):
            return content, " ".join((node.get("filename") or "").split())
    return b"", ""
