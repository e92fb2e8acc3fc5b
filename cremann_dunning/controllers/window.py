import mimetypes

from werkzeug.exceptions import NotFound

from odoo.http import Controller, content_disposition, request, route

# The windows that make a file to download: its field, and that of its name.
FILES = {"dunning.statement.wizard": ("file", "file_name"), "dunning.posting.wizard": ("pdf_file", "pdf_name")}


class DunningWindow(Controller):
    """What a window made to be downloaded."""

    @route(
        "/dunning/file/<string:model>/<int(max=2147483647):window_id>",
        type="http",
        auth="user",
        methods=["GET"],
    )
    def dunning_file(self, model, window_id, **_options):
        """The file of a window, for who made it and once: it is cleared as it leaves."""
        window = model in FILES and request.env[model].browse(window_id).exists()
        if not window:
            raise NotFound()
        field, name = FILES[model]
        window.check_access("write")  # before its name is read as well
        name = window[name] or "file"
        content = window._take_file(field, keep=request.httprequest.method == "HEAD")
        if not content:
            raise NotFound()
        headers = [
            ("Content-Type", mimetypes.guess_type(name)[0] or "application/octet-stream"),
            ("Content-Length", len(content)),
            ("Content-Disposition", content_disposition(name)),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "no-store"),
        ]
        return request.make_response(content, headers)
