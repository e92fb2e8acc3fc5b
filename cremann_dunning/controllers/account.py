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
        try:
            self._choose_lang(lang)
            visit = self._visit(**self._by(asked))
            request.env["dunning.throttle"]._look(visit.url())
        except (AccessError, MissingError):
            return self._shut()
        except TooMany as error:
            return self._too_many(error)
        values = visit.env["dunning.account.page"]._values(visit) | {"said": self._said(visit)}
        return self._discreet(request.render("cremann_dunning.debtor_page", values))

    # -- who it is ------------------------------------------------------------------------------------------------

    def _by(self, asked):
        """What of the values of a request says whose page is meant."""
        return {name: asked.get(name) for name in ("key_id", "access_token", "company_id")}

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
            self._check_pace(key.id)
            return self._visit_of(key)
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
        self._check_pace(f"{company.id}/{partner.id}")
        none = request.env["dunning.page.key"]
        return self._made(company, partner, none, none.letter_id, known=True)

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

    def _check_pace(self, page):
        """:raises TooMany: he does more than a person would."""
        if request.httprequest.method == "POST":
            request.env["dunning.throttle"]._check("act", page, request.httprequest.remote_addr)

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

    def _lang(self, written):
        """The visitor's language: what he chose, else that in which he was written to."""
        chosen = request.session.get("dunning_lang")
        known = request.env["res.lang"]
        for code in (chosen, written, request.env.lang):
            if code and known._get_data(code=code):
                return code
        return "en_US"

    def _installed(self, lang):
        """The installed language of this code (``nl``, ``nl_BE``); None where there is none."""
        codes = [code for code, _name in request.env["res.lang"].get_installed()]
        return next((code for code in codes if code == lang or code.partition("_")[0] == lang), None)

    # -- what is shut ---------------------------------------------------------------------------------------------

    def _shut(self):
        """Whoever has no key, or one that opens nothing any more, reads whom to ask. It says the same to both."""
        response = request.render("cremann_dunning.debtor_page_shut", {}, status=404)
        return self._discreet(response)

    def _too_many(self, error):
        """He has to wait."""
        response = request.render("cremann_dunning.debtor_page_wait", {"text": error.args[0]}, status=429)
        response.headers["Retry-After"] = str(error.seconds)
        return self._discreet(response)
