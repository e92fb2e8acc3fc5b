import functools
import posixpath
import re
from pathlib import Path

import lxml.html
from markupsafe import Markup

from odoo import api, models
from odoo.tools import file_path

from odoo.addons.base.models.ir_actions_report import _wkhtml

from ..models.letter.dunning_printing import REPORT
from ..tools.on_paper import on_paper
from ..tools.qr_code import qr_png
from ..tools.used_styles import system_fonts, used_styles, with_bold

AGREEMENT = "cremann_dunning.report_agreement_letter"
RECEIPT = "cremann_dunning.report_agreement_receipt"
LETTERS = (REPORT, AGREEMENT, RECEIPT)
STYLESHEET = re.compile(r'<link\b[^>]*\bhref="(/web/assets/[^"]+\.css)"[^>]*>')
PAPERS = (
    REPORT,
    "cremann_dunning.report_dunning_statement",
    "cremann_dunning.report_dunning_posting_cover",
    "cremann_dunning.report_dunning_filing",
    "cremann_dunning.report_dunning_dossier",
    AGREEMENT,
    RECEIPT,
)
PLAIN_LINK = 4  # slashes; with more of them it depends on a website
RUNNING = ("minimal_layout_report_headers", "minimal_layout_report_footers")
FONTS = "web/static/fonts"
# A letterhead ends above the window of the envelope, however long it is, and is no larger than the letter.
HEAD_ENDS = Markup("</head>")
RUNNING_STYLE = Markup(
    "<style>.header{font-size:.76em;line-height:1.2;max-height:173px;overflow:hidden}.header ul{margin-bottom:0}"
    ".header img{max-height:48px!important}.footer{font-size:.76em}"
    ".o_folder_adaptative_shape{display:none!important}</style>"  # a tab for a title, over the address
)
READABLE = (".woff", ".ttf", ".otf")


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        name = self._get_report(report_ref).report_name
        reports = self.with_context(dunning_letter=name in LETTERS, dunning_paper=name in PAPERS)
        return super(IrActionsReport, reports)._render_qweb_pdf_prepare_streams(report_ref, data, res_ids=res_ids)

    def _run_wkhtmltopdf(self, bodies, *args, **kwargs):
        bodies = list(bodies)
        reports = self.with_context(dunning_alone=len(bodies) == 1)
        return super(IrActionsReport, reports)._run_wkhtmltopdf(bodies, *args, **kwargs)

    @api.model
    def _build_wkhtmltopdf_args(self, *args, **kwargs):
        """Letters have no script, so nothing has to be waited for: Odoo's pause would be paid for each of them."""
        command = super()._build_wkhtmltopdf_args(*args, **kwargs)
        if self.env.context.get("dunning_letter"):
            if "--javascript-delay" in command:
                command[command.index("--javascript-delay") + 1] = "0"
            if _wkhtml().is_patched_qt:
                if self.env.context.get("dunning_alone"):
                    command.append("--no-outline")  # Odoo parts a batch by it; readers open it beside the letter
                command += [part for folder in _font_folders() for part in ("--allow", folder)]
        return command

    def _prepare_html(self, html, report_model=False):
        """Letters bring their styles with them, only those they can use, and one letterhead for all of a batch.

        wkhtmltopdf reads the header of every letter again for every page, and all of Odoo's styles three times a page.
        """
        made = super()._prepare_html(html, report_model=report_model)
        if not made or not self.env.context.get("dunning_paper"):
            return made
        bodies, res_ids, header, footer, arguments = made
        bodies = [on_paper(body, cuts_rows=not _wkhtml().is_patched_qt) for body in bodies]
        if not self.env.context.get("dunning_letter"):
            return bodies, res_ids, header, footer, arguments
        running = [_running_once(page).replace(HEAD_ENDS, RUNNING_STYLE + HEAD_ENDS, 1) for page in (header, footer)]
        pages = self._with_styles([*bodies, *running])
        return pages[:-2], res_ids, *pages[-2:], arguments

    def _with_styles(self, pages):
        """The pages with what they can use of Odoo's stylesheets inside.

        So a letter also looks right where wkhtmltopdf cannot reach this server under the address that Odoo gives it.
        """
        links = {link for page in pages for link in STYLESHEET.findall(page)}
        files = {link: self._stylesheet(link) for link in links}
        styles = {link: used_styles(file.raw.decode(), pages, _font_file) for link, file in files.items() if file}
        styles = {link: with_bold(css, _is_font) for link, css in styles.items()}
        if not _wkhtml().is_patched_qt:
            styles = {link: system_fonts(css) for link, css in styles.items()}

        def inside(link):
            return f"<style>{styles[link[1]]}</style>" if link[1] in styles else link[0]

        return [Markup(STYLESHEET.sub(inside, page)) for page in pages]

    def _stylesheet(self, link):
        """The compiled stylesheet of a bundle, made now when nobody asked for it yet; nothing for another kind of link.

        :param link: its address, like ``/web/assets/9aacd61/web.report_assets_common.min.css``.
        """
        # sudo: everybody may read them under their address
        files = self.env["ir.attachment"].sudo()
        found = files.search([("url", "=", link), ("public", "=", True)], limit=1)
        if found or link.count("/") != PLAIN_LINK:
            return found
        try:
            bundle, rtl, _kind, prefixed = self.env["ir.asset"]._parse_bundle_name(link.rpartition("/")[2], False)
            made = self.env["ir.qweb"]._get_asset_bundle(bundle, js=False, rtl=rtl, autoprefix=prefixed)
            return made.css().sudo() if made.get_link("css") == link else files
        except ValueError:  # a link of somebody else's
            return files

    @api.model
    def barcode(self, barcode_type, value, **kwargs):
        """QR codes of letters are drawn at once from their squares: sharper on paper, and seven times as fast."""
        if barcode_type == "QR" and "dunning_qr" in self.env.context and not kwargs.get("mask"):
            return qr_png(value)
        return super().barcode(barcode_type, value, **kwargs)

    def retrieve_attachment(self, record):
        """Print an issued letter from the PDF that was stored: byte for byte what went out, never made again."""
        if self.report_name != REPORT or not record.pdf_sha256:
            return super().retrieve_attachment(record)
        record._stored_pdf()  # refuses what has gone or was changed
        # sudo: the file of a field is not searchable for users; reading the letter itself was allowed already
        return (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [("res_model", "=", record._name), ("res_id", "=", record.id), ("res_field", "=", "pdf_file")], limit=1
            )
        )


def _running_once(page):
    """A page with the headers (or footers) of all letters, with one of them where they are all the same.

    Odoo's script picks the one of a letter by its place under the element with this id; without it there is no choice.
    """
    root = lxml.html.document_fromstring(page)
    for name in RUNNING:
        for parent in root.xpath("//div[@id=$name]", name=name):
            same = {lxml.html.tostring(child, with_tail=False) for child in parent}
            if len(parent) > 1 and len(same) == 1:
                del parent[1:]
                del parent.attrib["id"]
                return Markup(lxml.html.tostring(root, encoding="unicode", doctype="<!DOCTYPE html>"))
    return page


def _font_file(address):
    """The file of a font of Odoo's, "" when it should be there and is not, nothing for one that lies elsewhere.

    Where it really lies: Debian's Odoo has links to the fonts of the system, and wkhtmltopdf follows them.
    """
    path = posixpath.normpath(address).lstrip("/")
    if not path.startswith(f"{FONTS}/") or not path.endswith(READABLE):
        return None
    found = _fonts().get(path.removeprefix(f"{FONTS}/"))
    return found.as_uri() if found else ""


def _is_font(address):
    """Whether this is the address of a font of Odoo's that is there."""
    return any(address == path.as_uri() for path in _fonts().values())


@functools.cache
def _fonts():
    """The fonts of Odoo: from their path below its folder of fonts to the file."""
    folder = Path(file_path(FONTS))
    files = (path for path in folder.rglob("*") if path.suffix in READABLE and path.exists())
    return {path.relative_to(folder).as_posix(): path.resolve() for path in files}


@functools.cache
def _font_folders():
    """What wkhtmltopdf may read of the disk: the folders that these fonts lie in."""
    return sorted({str(path.parent) for path in _fonts().values()})
