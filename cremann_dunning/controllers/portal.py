import base64

from odoo.exceptions import AccessError, MissingError
from odoo.http import Stream, content_disposition, request, route

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

from ..models.delivery.dunning_throttle import TooMany

# An id that the database can hold; a larger number is no page.
LETTER = "<int(max=2147483647):letter_id>"


class DunningPortal(CustomerPortal):
    """The debtor's page of a letter, and the list of letters of a debtor with a login."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "dunning_letter_count" in counters:
            letters = request.env["dunning.letter"]
            values["dunning_letter_count"] = letters.search_count([]) if letters.has_access("read") else 0
        if "dunning_account_count" in counters:
            values["dunning_account_count"] = len(request.env["dunning.page.key"]._companies_of(request.env.user))
        return values

    def _letter_of(self, letter_id, access_token):
        """The letter that this visitor may see.

        :raises AccessError: neither a key that opens nor the right to read it. :raises MissingError: it has no page.
        :raises TooMany: too many keys that are none were tried.
        """
        if not isinstance(access_token, str) or not access_token.isascii():  # cannot be compared in constant time
            access_token = None
        letter = self._checked_letter(letter_id, access_token)
        letter._check_page(request.env.user)
        if not letter.with_env(request.env).has_access("read") and not letter._key_opens():
            raise AccessError(request.env._("There is no page of this letter."))
        return letter

    def _checked_letter(self, letter_id, access_token):
        """As portal has it; keys that are none are counted."""
        try:
            return self._document_check_access("dunning.letter", letter_id, access_token)
        except (AccessError, MissingError):
            if access_token:
                throttle, address = request.env["dunning.throttle"], request.httprequest.remote_addr
                throttle._check("key", f"letter {letter_id}", address)
                throttle._count("key", f"letter {letter_id}", address)
            raise

    # -- what is shut ---------------------------------------------------------------------------------------------

    def _shut(self, key=None):
        """Whoever has no key, or one that opens nothing any more, reads whom to ask.

        :param key: the ``dunning.page.key`` that he does hold, so that his own firm is named; whoever holds none learns
            nothing, not even whether there was one.
        """
        env = request.env
        company = key.company_id if key else env["dunning.page.key"]._only_company()
        request.update_context(lang=self._lang(env.lang))
        response = request.render("cremann_dunning.debtor_page_shut", {"company": company}, status=404)
        return self._discreet(response)

    def _shut_letter(self, letter_id, access_token):
        """The same for a letter; who has no key at all may have a login."""
        if not access_token:
            return request.redirect("/my")
        return self._shut(request.env["dunning.page.key"]._of_letter_by(letter_id, access_token))

    def _too_many(self, error):
        """He has to wait."""
        request.update_context(lang=self._lang(request.env.lang))
        response = request.render("cremann_dunning.debtor_page_wait", {"text": error.args[0]}, status=429)
        response.headers["Retry-After"] = str(error.seconds)
        return self._discreet(response)

    def _lang(self, written):
        """The visitor's language: what he chose, else that in which he was written to."""
        for code in (request.session.get("dunning_lang"), written, request.env.lang):
            if code and request.env["res.lang"]._get_data(code=code):
                return code
        return "en_US"

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
        except TooMany as error:
            return self._too_many(error)
        except (AccessError, MissingError):
            return self._shut_letter(letter_id, access_token)
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
            "title": f"{letter.name} · {(letter._issuer() or {}).get('name') or letter.company_id.name}",
            "access_token": access_token,
            "no_breadcrumbs": request.env.user._is_public(),
            "document_problem": problem,
            "counts": not request.env.user._is_internal(),
            "account_url": self._account_of(letter, access_token),
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
        except (AccessError, MissingError, TooMany):
            return False
        http = request.httprequest
        return letter._register_opening(http.remote_addr, http.user_agent.string)

    @route(
        f"/my/dunning/{LETTER}/invoice/<int(max=2147483647):move_id>",
        type="http",
        auth="public",
        sitemap=False,
        methods=["GET"],
    )
    def portal_dunning_invoice(self, letter_id, move_id, access_token=None, **_options):
        """One invoice on the letter: on Odoo's own page for whoever may read it there, else as a file.

        Odoo's page has a key of its own, which never expires and cannot be revoked, so it is handed to nobody here.
        """
        page, address = f"letter {letter_id}", request.httprequest.remote_addr
        throttle = request.env["dunning.throttle"]
        try:
            letter = self._letter_of(letter_id, access_token)
            move = letter._page_invoice(move_id)
            if move.with_env(request.env).has_access("read"):
                return self._discreet(request.redirect(move.access_url))
            throttle._check("act", page, address)  # making a file takes a while
            throttle._count("act", page, address)
        except TooMany as error:
            return self._too_many(error)
        except (AccessError, MissingError):
            return self._shut_letter(letter_id, access_token)
        # sudo: as above; nothing is kept on the invoice because somebody looks at it
        invoice = move.sudo().with_context(report_pdf_no_attachment=True)
        content = base64.b64decode(invoice._dunning_invoice_pdf() or b"")
        if not content:
            return self._shut_letter(letter_id, access_token)
        return self._discreet(self._file(f"{(move.name or '').replace('/', '_')}.pdf", content, "application/pdf"))

    def _file(self, name, content, mimetype):
        """An answer that is a file to keep, and nothing that a browser would run."""
        headers = [
            ("Content-Type", mimetype),
            ("Content-Length", str(len(content))),
            ("Content-Disposition", content_disposition(name)),
            ("X-Content-Type-Options", "nosniff"),
        ]
        return request.make_response(content, headers)

    def _account_of(self, letter, access_token):
        """Where the debtor sees all of it: by the key that he came with, else by his login; colleagues by theirs."""
        user = request.env.user
        if not access_token and user._is_portal():
            return f"/my/dunning/account/company/{letter.company_id.id}"
        # sudo: whoever may see the letter may go on from it
        key = request.env["dunning.page.key"].sudo().search([("letter_id", "=", letter.id)])
        if not key or not key._is_open():
            return False
        return key._url() if access_token else f"/my/dunning/account/{key.id}"

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
