from odoo import SUPERUSER_ID, fields
from odoo.exceptions import AccessError, MissingError
from odoo.http import request, route

from ..models.delivery.dunning_throttle import TooMany
from ..models.delivery.visit import Visit
from .portal import DunningPortal

ACCOUNT = "/my/dunning/account/<int(max=2147483647):key_id>"
OWN = "/my/dunning/account/company/<int(max=2147483647):company_id>"

# So long whoever passed the second check is known, in seconds.
KNOWN_FOR = 3600
# So many pages are kept in a session, the last ones.
KEPT = 20


def routes(path=""):
    """Both addresses of a path below the page: with a key, and for who has a login."""
    return [f"{ACCOUNT}{path}", f"{OWN}{path}"]


class DunningAccount(DunningPortal):
    """The debtor's page: where he stands in one company, with the key of a letter or a login."""

    @route(routes(), type="http", auth="public", sitemap=False, methods=["GET"])
    def portal_dunning_account(self, lang=None, **asked):
        """The page itself."""
        by, throttle = self._by(asked), request.env["dunning.throttle"]
        page = "/".join(str(value) for value in by.values())
        self._choose_lang(lang)
        try:
            throttle._may_look(page)
            visit = self._visit(**by)
            throttle._look(page)
        except TooMany as error:
            return self._too_many(error)
        except (AccessError, MissingError):
            return self._shut_page(by)
        values = visit.env["dunning.account.page"]._values(visit) | {"said": self._said(visit)}
        return self._discreet(request.render("cremann_dunning.debtor_page", values))

    @route(
        routes("/invoice/<int(max=2147483647):move_id>/<any(pdf, ubl):kind>"),
        type="http",
        auth="public",
        sitemap=False,
        methods=["GET"],
    )
    def portal_dunning_account_invoice(self, move_id, kind, **asked):
        """An invoice that stands on the page, as a file. Making one takes a while, so it is counted."""
        by = self._by(asked)
        try:
            visit = self._visit(**by)
            self._count(visit)
        except TooMany as error:
            return self._too_many(error)
        except (AccessError, MissingError):
            return self._shut_page(by)
        made = visit.env["dunning.account.page"]._file(visit, move_id, kind)
        if not made:
            self._say(visit, visit.env._("There is no such file. Please ask us for it."), "danger")
            return self._discreet(request.redirect(visit.url()))
        name, content = made
        return self._discreet(self._file(name, content, {"pdf": "application/pdf", "ubl": "application/xml"}[kind]))

    # -- the second check -----------------------------------------------------------------------------------------

    @route(f"{ACCOUNT}/check", type="http", auth="public", sitemap=False, methods=["POST"])
    def portal_dunning_account_check(self, number="", postcode="", **asked):
        """An invoice number and a postcode: whoever knows both sees all of the page."""

        def check(visit):
            known = visit.env["dunning.account.known"]
            if not known._by_invoice(visit, number, postcode):
                return None
            known._passed(visit, "invoice")
            return True

        def wrong(env):
            return env._("This is not right. Please look at the number and the postcode once more.")

        return self._try("check", asked, check, wrong)

    @route(f"{ACCOUNT}/code", type="http", auth="public", sitemap=False, methods=["POST"])
    def portal_dunning_account_code(self, **asked):
        """Mail a code to where the letter went."""
        by = self._by(asked)
        try:
            visit = self._visit(**by)
            self._count(visit, "code")
        except TooMany as error:
            return self._too_many(error)
        except (AccessError, MissingError):
            return self._shut_page(by)
        if visit.env["dunning.account.known"]._send_code(visit):
            self._say(visit, visit.env._("We mailed you a code of six digits. Type it below within 15 minutes."))
        return self._discreet(request.redirect(visit.url() + "#known"))

    @route(f"{ACCOUNT}/code/check", type="http", auth="public", sitemap=False, methods=["POST"])
    def portal_dunning_account_code_check(self, code="", **asked):
        """The code that was mailed."""

        def check(visit):
            known = visit.env["dunning.account.known"]
            if not known._by_code(visit, code):
                return None
            known._passed(visit, "code")
            return True

        def wrong(env):
            return env._("This is not the code, or it is too old. Ask for a new one.")

        return self._try("check", asked, check, wrong)

    def _try(self, kind, asked, check, wrong):
        """Let a visitor try to show that he is the debtor."""
        by = self._by(asked)
        try:
            visit = self._visit(**by)
            request.env["dunning.throttle"]._check(kind, self._page_name(visit), request.httprequest.remote_addr)
        except TooMany as error:
            return self._too_many(error)
        except (AccessError, MissingError):
            return self._shut_page(by)
        if visit.known:
            return self._discreet(request.redirect(visit.url()))
        if check(visit):
            request.env["dunning.throttle"]._forget(kind, self._page_name(visit))
            self._now_known(visit.key)
            self._say(visit, visit.env._("Thank you. Here is all that we have with you."))
            return self._discreet(request.redirect(visit.url()))
        request.env["dunning.throttle"]._count(kind, self._page_name(visit), request.httprequest.remote_addr)
        self._say(visit, wrong(visit.env), "danger")
        return self._discreet(request.redirect(visit.url() + "#known"))

    # -- the pages of who has a login -----------------------------------------------------------------------------

    @route("/my/dunning/account", type="http", auth="user", sitemap=False, methods=["GET"])
    def portal_dunning_accounts(self, **_options):
        """The companies of which somebody with a login is a debtor."""
        companies = request.env["dunning.page.key"]._companies_of(request.env.user)
        if len(companies) == 1:
            return request.redirect(f"/my/dunning/account/company/{companies.id}")
        values = self._prepare_portal_layout_values()
        values |= {"companies": companies, "page_name": "dunning_account"}
        return self._discreet(request.render("cremann_dunning.portal_my_dunning_accounts", values))

    # -- who it is ------------------------------------------------------------------------------------------------

    def _by(self, asked):
        """What of the values of a request says whose page is meant: numbers stand in the path, and nothing of the kind
        in a form or behind the question mark counts beside them."""
        key_id, company_id = (asked.get(name) for name in ("key_id", "company_id"))
        if isinstance(key_id, int):
            return {"key_id": key_id, "access_token": asked.get("access_token"), "company_id": None}
        return {"key_id": None, "access_token": None, "company_id": company_id if isinstance(company_id, int) else 0}

    def _visit(self, key_id=None, access_token=None, company_id=None):
        """Who this visitor is, and on whose page. Every answer below the page begins with it.

        :return: a ``Visit``. :raises AccessError: :raises MissingError: there is no such page for him.
        :raises TooMany: he did something too often.
        """
        if company_id is not None:
            return self._visit_own(company_id)
        throttle, address = request.env["dunning.throttle"], request.httprequest.remote_addr
        key = request.env["dunning.page.key"]._opened_by(key_id, access_token)
        if key and key._is_open():
            visit = self._visit_of(key)
            self._check_pace(visit)
            return visit
        if not access_token:
            return self._visit_of_colleague(key_id)
        if not key:
            throttle._check("key", key_id, address)
            throttle._count("key", key_id, address)
        raise AccessError(request.env._("This page is not open."))

    def _visit_own(self, company_id):
        """The visit of who has a login, of his own debtor.

        :raises MissingError: he has no page in this company.
        """
        user, company = request.env.user, request.env["res.company"].sudo().browse(company_id).exists()
        partner = user.partner_id.commercial_partner_id
        if not user._is_portal() or company not in user.company_ids or not company.dunning_page:
            raise MissingError(request.env._("This page is not open."))
        none = request.env["dunning.page.key"]
        visit = self._made(company, partner, none, none.letter_id, known=True)
        self._check_pace(visit)
        return visit

    def _visit_of(self, key):
        """The visit of who has this key."""
        user, partner = request.env.user, key.partner_id.commercial_partner_id
        own = user._is_portal() and user.partner_id.commercial_partner_id == partner
        own = own and key.company_id in user.company_ids
        return self._made(key.company_id, partner, key, key.letter_id, known=own or self._is_known(key))

    def _visit_of_colleague(self, key_id):
        """Whoever works on the debtor may look at his page, and do nothing there."""
        key = request.env["dunning.page.key"].browse(key_id)
        may = request.env.user._is_internal() and key.has_access("read") and key.exists()
        if not may or request.httprequest.method != "GET" or not key.sudo()._is_open():  # sudo: its letter and company
            raise AccessError(request.env._("This page is not open."))
        key = key.sudo()  # sudo: see above
        partner = key.partner_id.commercial_partner_id
        return self._made(key.company_id, partner, key, key.letter_id, known=True, colleague=True)

    def _made(self, company, partner, key, letter, **how):
        """The visit, with all its records as the system's, in the visitor's language."""
        lang = self._lang(letter.sudo().lang or partner.sudo().lang)  # sudo: the language, for whoever may see it all
        request.update_context(lang=lang)
        env = request.env(user=SUPERUSER_ID, context={"lang": lang, "allowed_company_ids": company.ids})
        return Visit(*(record.with_env(env) for record in (company, partner, key, letter)), lang=lang, **how)

    def _page_name(self, visit):
        """By what the tries on a page are counted."""
        return visit.key.id if visit.key else f"{visit.company.id}/{visit.partner.id}"

    def _check_pace(self, visit):
        """:raises TooMany: he does more than a person would."""
        if request.httprequest.method == "POST":
            request.env["dunning.throttle"]._check("act", self._page_name(visit), request.httprequest.remote_addr)

    def _count(self, visit, kind="act"):
        """Count something that the visitor does. :raises TooMany: he did it too often."""
        throttle, address = request.env["dunning.throttle"], request.httprequest.remote_addr
        throttle._check(kind, self._page_name(visit), address)
        throttle._count(kind, self._page_name(visit), address)

    def _shut_page(self, by):
        """What is shown where no page opens; whoever has no key at all may have a login."""
        if not by["access_token"] and request.env.user._is_public():
            return request.redirect("/my")
        return self._shut(request.env["dunning.page.key"]._opened_by(by["key_id"] or 0, by["access_token"]))

    # -- what the session keeps -------------------------------------------------------------------------------------

    def _is_known(self, key):
        """Whether this visitor passed the second check for this very key, not long ago."""
        until = (request.session.get("dunning_known") or {}).get(str(key.id), 0)
        return until > fields.Datetime.now().timestamp()

    def _now_known(self, key):
        """Remember that he passed the second check, for a while and for this key only."""
        now = fields.Datetime.now().timestamp()
        kept = {id_: until for id_, until in (request.session.get("dunning_known") or {}).items() if until > now}
        last = dict(list(kept.items())[-KEPT:])
        request.session["dunning_known"] = last | {str(key.id): now + KNOWN_FOR}

    def _say(self, visit, text, kind="success"):
        """Something that the page says once, when it is shown next.

        :param kind: ``success`` or ``danger``.
        """
        said = request.session.get("dunning_said") or {}
        place = visit.url()
        mine = [*said.get(place, []), {"text": str(text), "kind": kind}]
        request.session["dunning_said"] = dict(list(said.items())[-KEPT:]) | {place: mine}

    def _said(self, visit):
        """What is to be said now, and then no more."""
        said = dict(request.session.get("dunning_said") or {})
        mine = said.pop(visit.url(), [])
        if mine:
            request.session["dunning_said"] = said
        return mine

    # -- language -------------------------------------------------------------------------------------------------

    def _choose_lang(self, lang):
        """The visitor wants to read in another language from now on."""
        if lang and (found := self._installed(lang)):
            request.session["dunning_lang"] = found

    def _installed(self, lang):
        """The installed language of this code (``nl``, ``nl_BE``); None where there is none."""
        codes = [code for code, _name in request.env["res.lang"].get_installed()]
        return next((code for code in codes if code == lang or code.partition("_")[0] == lang), None)
