import base64
import zipfile
from decimal import Decimal

from odoo import api, models
from odoo.exceptions import UserError

from ...engine import dossier

# So much of invoices is taken into a window: as much as one file of claims may weigh.
MOST_FILES_BYTES = 100 * 2**20
# So large is a ZIP that somebody may upload.
LARGEST = 300 * 2**20


class DunningDossierImport(models.AbstractModel):
    """Takes the claims of a dossier into the books of another firm, once it was seen that nothing in it was changed.

    What they become is for the window of claims from outside, with its checks and its booking.
    """

    _name = "dunning.dossier.import"
    _description = "Taking a Dossier In"

    @api.model
    def _check(self, file, whole=None, head=None):
        """Whether a dossier is what was made. :param file: open, binary. :return: ``engine.dossier.Checked``."""
        return dossier.check(file, whole, head)

    @api.model
    def _sentence(self, problem):
        """What does not fit, in the language of the user."""
        about = problem.about
        return {
            "no_dossier": lambda: self.env._("This is no file of claims, or it was damaged: %s.", about),
            "too_big": lambda: self.env._("It unpacks to more than a file of claims holds: %s.", about),
            "version": lambda: self.env._("It was made by another version of the program: %s.", about),
            "manifest": lambda: self.env._("The list of its files (manifest.json) was changed."),
            "twice": lambda: self.env._("%s is in it twice.", about),
            "extra": lambda: self.env._("%s was added: it stands in no list.", about),
            "missing": lambda: self.env._("%s is missing.", about),
            "changed": lambda: self.env._("%s was changed, or is damaged.", about),
            "whole": lambda: self.env._("The file as a whole is not the one with this SHA-256."),
            "claim": lambda: self.env._("claim.json cannot be read: %s.", about),
            "sum": lambda: self.env._("The amounts of %s do not add up.", about),
            "document": lambda: self.env._("claim.json names %s with another digest than the list of files.", about),
            "event": lambda: self.env._("The record of events: %s", about),
        }[problem.code]()

    @api.model
    def _lines(self, company, file, data):
        """The claims of a dossier as lines of the window of claims from outside, with their invoices.

        :raises UserError: claims that are after no schema we know.
        """
        reader, debtor = self.env["dunning.claim.import"], data["debtor"]
        rows = [self._row(claim, debtor) for claim in data["claims"]]
        known = reader._known(company, [{"country": debtor["country"]}])
        found, left = [], MOST_FILES_BYTES
        with zipfile.ZipFile(file) as archive:
            for claim, row in zip(data["claims"], rows, strict=True):
                values = reader._line_vals(company, row, known, mark=".")
                values["source"] = self.env._("File %s", data["reference"])
                files = self._files(archive, data, claim["key"], left)
                left -= sum(len(content) for _name, content in files.values())
                for column, (name, content) in files.items():
                    values |= {column: base64.b64encode(content), f"{column}_name": name}
                found.append(values)
        return found

    @api.model
    def _row(self, claim, debtor):
        """A claim by the names of the columns of ``engine.incoming``; only what is still owed of it is taken in."""
        return {
            "debtor": debtor["name"],
            "reference": debtor["reference"],
            "vat": debtor["vat"],
            "registry": debtor["registry"],
            "email": debtor["email"],
            "street": debtor["street"],
            "zip": debtor["zip"],
            "city": debtor["city"],
            "country": debtor["country"],
            "number": claim["number"],
            "date": claim["invoice_date"] or "",
            "due": claim["due_date"] or "",
            "open": claim["amounts"]["principal"],
            "currency": claim["currency"],
            "label": claim["what_for"],
            "customer_ref": claim["order"],
        }

    @api.model
    def _files(self, archive, data, key, most):
        """The invoice of a claim: ``{"pdf": (name, bytes), "xml": (name, bytes)}``, as far as it is there.

        :param most: so many bytes may still be read. :raises UserError: there is more, however small it is packed.
        """
        found = {}
        for document in data["documents"]:
            column = {"invoice": "pdf", "ubl": "xml"}.get(document["kind"])
            if column and document["path"] and key in document["claims"] and column not in found:
                most -= archive.getinfo(document["path"]).file_size
                if most < 0:
                    raise UserError(self.env._("The invoices of this file weigh too much to be taken in at once."))
                content = archive.read(document["path"])
                if column == "pdf" and not content.startswith(b"%PDF-"):
                    continue
                found[column] = document["path"].rpartition("/")[2], content
        return found

    @api.model
    def _totals(self, data):
        """What is claimed, as a sentence per currency."""
        currencies = {c.name: c for c in self.env["res.currency"].with_context(active_test=False).search([])}
        return [
            self.env._(
                "Claims: %(count)s, principal %(principal)s, interest %(interest)s, costs %(costs)s, total %(total)s.",
                count=sum(claim["currency"] == total["currency"] for claim in data["claims"]),
                **{
                    name: currencies[total["currency"]].format(float(Decimal(total[name])))
                    if total["currency"] in currencies
                    else f"{total[name]} {total['currency']}"
                    for name in dossier.SUMS
                },
            )
            for total in data["totals"]
        ]
