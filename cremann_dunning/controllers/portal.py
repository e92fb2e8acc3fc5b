from odoo.exceptions import AccessError, MissingError
from odoo.http import Stream, request, route

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

# An id that the database can hold; a larger number is no page.
LETTER = "<int(max=2147483647):letter_id>"


class DunningPortal(CustomerPortal):
    """The debtor's page of a letter, and the list of letters of a debtor with a login."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "dunning_letter_count" in counters:
            letters = request.env["dunning.letter"]
            values["dunning_letter_count"] = letters.search_count([]) if letters.has_access("read") else 0
        return values

    def _letter_of(self, letter_id, access_token):
        """The letter that this visitor may see.

        :raises AccessError: neither the key nor the right to read it. :raises MissingError: it has no page.
        """
        if not isinstance(access_token, str) or not access_token.isascii():  # cannot be compared in constant time
            access_token = None
        letter = self._document_check_access("dunning.letter", letter_id, access_token)
        letter._check_page(request.env.user)
        return letter

    @route(["/my/dunning", "/my/dunning/page/<int:page>"], type="http", auth="user", website=True, readonly=True)
    def portal_my_dunning(self, page=1, **_options):
        """The letters of a debtor with a login, the newest first."""
        letters = request.env["dunning.letter"]
        if not letters.has_access("read"):
            return request.redirect("/my")
        own = [("partner_id", "=", request.env.user.commercial_partner_id.id), ("sent_on", "!=", False)]
        pages = pager(url="/my/dunning", total=letters.search_count(own), page=page, step=self._items_per_page)
        found = letters.search(own, limit=self._items_per_page, offset=pages["offset"])
        values = self._prepare_portal_layout_values()
        values |= {"letters": found, "page_name": "dunning_letter", "pager": pages, "default_url": "/my/dunning"}
        return request.render("cremann_dunning.portal_my_dunning", values)

    @route(
        f"/my/dunning/{LETTER}",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        readonly=True,
        methods=["GET"],
    )
    def portal_dunning_letter(self, letter_id, access_token=None, report_type=None, **_options):
        """One letter of one debtor, in his language; as PDF the file that was sent, byte for byte.

        Where that file has gone or was changed the page says so, and gives no other in its place.
        """
        try:
            letter = self._letter_of(letter_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        problem = letter.sudo().pdf_problem  # sudo: whoever may see the letter may know that its file has gone
        if report_type == "pdf" and not problem:
            content = letter.sudo()._stored_pdf()  # sudo: as above
            stream = Stream(
                type="data",
                data=content,
                size=len(content),
                mimetype="application/pdf",
                download_name=letter.pdf_name,
                etag=letter.pdf_sha256,
            )
            return self._discreet(stream.get_response(as_attachment=True))
        letter = self._in_its_language(letter)
        values = letter._page_values() | {
            "page_name": "dunning_letter",
            "dunning_letter": letter,
            "res_company": letter.company_id,  # logo and name above the page
            "title": f"{letter.name} · {letter.company_id.name}",
            "access_token": access_token,
            "no_breadcrumbs": request.env.user._is_public(),
            "document_problem": problem,
            "counts": not request.env.user._is_internal(),
            "by_link": f"?access_token={letter.access_token}" if access_token else "",
        }
        return self._discreet(request.render("cremann_dunning.portal_dunning_letter", values))

    @route(
        f"/letter/{LETTER}/<string:typed>", type="http", auth="public", sitemap=False, readonly=True, methods=["GET"]
    )
    def portal_dunning_short(self, letter_id, typed):
        """The short address that stands on paper."""
        key = request.env["dunning.letter"]._typed_key(typed)
        return self._discreet(request.redirect_query(f"/my/dunning/{letter_id}", {"access_token": key}))

    @route(f"/my/dunning/{LETTER}/opened", type="jsonrpc", auth="public", website=True)
    def portal_dunning_opened(self, letter_id, access_token=None):
        """The page reports that a debtor has it on his screen. Colleagues who look count for nothing."""
        if request.env.user._is_internal():
            return False
        try:
            letter = self._letter_of(letter_id, access_token)
        except (AccessError, MissingError):
            return False
        http = request.httprequest
        return letter._register_opening(http.remote_addr, http.user_agent.string)

    @route(
        f"/my/dunning/{LETTER}/invoice/<int(max=2147483647):move_id>",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
    )
    def portal_dunning_invoice(self, letter_id, move_id, access_token=None, **_options):
        """On to Odoo's own page of one invoice on the letter."""
        try:
            return request.redirect(self._letter_of(letter_id, access_token)._page_invoice_url(move_id))
        except (AccessError, MissingError):
            return request.redirect("/my")

    def _in_its_language(self, letter):
        """The letter, and whatever Odoo says around it, in the language that it was written in."""
        if not request.env["res.lang"]._get_data(code=letter.lang):
            return letter
        request.update_context(lang=letter.lang)
        return letter.with_context(lang=letter.lang)

    def _discreet(self, response):
        """Keep the key in the address from search engines, caches, and sites that the page links to."""
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        response.headers["Cache-Control"] = "no-store"
        return response
