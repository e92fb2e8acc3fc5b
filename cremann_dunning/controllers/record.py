import tempfile

from werkzeug.exceptions import NotFound
from werkzeug.wsgi import wrap_file

from odoo.http import Controller, Response, content_disposition, request, route


class DunningRecord(Controller):
    """The record of events as a file, written as it is asked for: it can be larger than the memory."""

    @route("/dunning/record/<int(max=2147483647):window_id>", type="http", auth="user", methods=["GET"], readonly=True)
    def dunning_record(self, window_id, **_options):
        """The file of a window, for who made it. Nothing changes by it: what is sealed is written."""
        window = request.env["dunning.record.wizard"].browse(window_id).exists()
        if not window:
            raise NotFound()
        window.check_access("read")
        window._check_right()
        name = f"record-{window.company_id.id}-{window.events}.zip"
        file = tempfile.TemporaryFile()  # noqa: SIM115, closed and gone with the answer
        try:
            request.env["dunning.chain.export"]._write(window.company_id, file, name, window.with_documents)
        except ValueError as error:
            file.close()
            raise NotFound() from error
        size = file.tell()
        file.seek(0)
        headers = [
            ("Content-Type", "application/zip"),
            ("Content-Length", str(size)),
            ("Content-Disposition", content_disposition(name)),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "no-store"),
        ]
        return Response(wrap_file(request.httprequest.environ, file), headers=headers, direct_passthrough=True)
