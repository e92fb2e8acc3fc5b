from werkzeug.exceptions import NotFound

from odoo import fields
from odoo.exceptions import UserError
from odoo.http import request, route

from ..models.delivery.dunning_throttle import TooMany
from .portal import DunningPortal

FILE = "/dunning/dossier/<int(max=2147483647):file_id>"


class DunningDossier(DunningPortal):
    """The file of a debtor's claims: downloaded by a colleague, or fetched through the link that was mailed."""

    @route(FILE, type="http", auth="user", methods=["GET"], readonly=True)
    def dunning_dossier(self, file_id, **_options):
        """The file itself, for who may give it out. That he asked for it was noted with the button."""
        file = request.env["dunning.handover.file"].browse(file_id).exists()
        if not file:
            raise NotFound()
        file.check_access("read")
        file._check_right(file.case_id, file.handover_id)
        return self._zip(file)

    @route(f"{FILE}/<string:token>", type="http", auth="public", sitemap=False, methods=["GET"])
    def dunning_dossier_page(self, file_id, token, **_options):
        """What can be fetched, with a button: a mail program that follows links fetches nothing."""
        file = self._opened(file_id, token)
        if not hasattr(file, "_name"):
            return file
        return self._discreet(request.render("cremann_dunning.dossier_page", self._values(file)))

    @route(f"{FILE}/<string:token>", type="http", auth="public", sitemap=False, methods=["POST"])
    def dunning_dossier_fetch(self, file_id, token, **_options):
        """The file, for who holds the link; that it was fetched is on record."""
        file = self._opened(file_id, token)
        if not hasattr(file, "_name"):
            return file
        try:
            response = self._zip(file)
        except UserError:
            return self._shut_dossier()
        address = request.httprequest.remote_addr or ""
        file._fetched(".".join(address.split(".")[:3]) if address.count(".") == 3 else ":".join(address.split(":")[:4]))
        return response

    def _opened(self, file_id, token):
        """The file that this link opens, or the answer that says why it does not."""
        throttle, address = request.env["dunning.throttle"], request.httprequest.remote_addr
        try:
            throttle._check("key", f"dossier {file_id}", address)
            file = request.env["dunning.handover.file"]._opened_by(file_id, token)
            if file:
                throttle._look(f"dossier {file_id}")
                return file
            throttle._count("key", f"dossier {file_id}", address)
        except TooMany as error:
            return self._too_many(error)
        return self._shut_dossier()

    def _shut_dossier(self):
        request.update_context(lang=self._lang(request.env.lang))
        return self._discreet(request.render("cremann_dunning.dossier_shut", {"company": None}, status=404))

    def _values(self, file):
        """What the page shows: no name of the debtor, only what tells that it is the right file."""
        lang = self._lang(file.env["dunning.dossier"]._lang(file.case_id, file.party_id))
        request.update_context(lang=lang)
        file = file.with_context(lang=lang)
        return {
            "file": file,
            "company": file.company_id,
            "reference": (file.handover_id.name or "") if file.handover_id else f"{file.case_id.id:05d}",
            "until": fields.Date.to_string(file.expires_on),
        }

    def _zip(self, file):
        """The answer with the file, read from the disk piece by piece."""
        stream = file._path()._to_http_stream()
        response = stream.get_response(as_attachment=True, immutable=None, max_age=None)
        response.headers["X-Content-Type-Options"] = "nosniff"
        return self._discreet(response)
