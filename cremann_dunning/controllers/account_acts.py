from werkzeug.exceptions import NotFound

from odoo.exceptions import AccessError, MissingError
from odoo.http import request, route

from ..models.debtor.dunning_account_acts import KEPT, FormError
from ..models.debtor.dunning_account_acts_plan import LookFirst
from ..models.delivery.dunning_throttle import TooMany
from ..models.dunning_inside import Inside
from ..tools.uploads import LARGEST
from .account import DunningAccount, routes

AGREED = "/agreed/<int(max=2147483647):receipt_id>"


class DunningAccountActs(DunningAccount):
    """What a debtor does on his page besides paying: plain forms, which need no script."""

    @route(routes("/act/<string:kind>"), type="http", auth="public", sitemap=False, methods=["POST"])
    def portal_dunning_act(self, kind, **asked):
        """Do what a form asks for, and say so on the page; with an error the page comes back as it was filled in."""
        return self._acting(asked, lambda acts, visit: self._sent(acts, visit, kind), kind)

    @route(routes(f"{AGREED}/confirm"), type="http", auth="public", sitemap=False, methods=["POST"])
    def portal_dunning_confirm(self, receipt_id, token=None, **asked):
        """The debtor confirms the text of what was agreed."""
        return self._acting(asked, lambda acts, visit: acts._confirm(visit, receipt_id, token, self._who(visit)))

    @route(routes(AGREED), type="http", auth="public", sitemap=False, methods=["GET"])
    def portal_dunning_agreed(self, receipt_id, **asked):
        """The text of what was agreed as a file: byte for byte what its digest is of."""
        try:
            visit = self._visit(**self._by(asked))
            request.env["dunning.throttle"]._look(visit.url())
        except (AccessError, MissingError):
            return self._shut()
        except TooMany as error:
            return self._too_many(error)
        text = visit.env["dunning.account.acts"]._text_of(visit, receipt_id)
        if text is None:
            raise NotFound()
        return self._discreet(self._file(f"agreement-{receipt_id}.txt", text, "text/plain; charset=utf-8"))

    @route(routes(f"{AGREED}/pdf"), type="http", auth="public", sitemap=False, methods=["GET"])
    def portal_dunning_agreed_paper(self, receipt_id, **asked):
        """What was agreed on the firm's paper. Making one takes a while, so it is counted."""
        try:
            visit = self._visit(**self._by(asked))
            self._count(visit)
        except (AccessError, MissingError):
            return self._shut()
        except TooMany as error:
            return self._too_many(error)
        made = visit.env["dunning.account.acts"]._paper_of(visit, receipt_id)
        if not made:
            raise NotFound()
        return self._discreet(self._file(*made, "application/pdf"))

    def _acting(self, asked, act, kind=None):
        """Let a visitor act, in one transaction, and take him back to his page. :param kind: of the form, so that it
        can be shown again with what is wrong in it."""
        try:
            visit = self._visit(**self._by(asked))
        except (AccessError, MissingError):
            return self._shut()
        except TooMany as error:
            return self._too_many(error)
        page = visit.key.id or f"{visit.company.id}/{visit.partner.id}"
        request.env["dunning.throttle"]._count("act", page, request.httprequest.remote_addr)
        acts = visit.env["dunning.account.acts"]
        try:
            with visit.env.cr.savepoint():
                told = act(acts, visit)
        except FormError as error:
            if not kind:
                self._say(visit, error.args[0], "danger")
                return self._discreet(request.redirect(visit.url()))
            return self._filled_in(visit, kind, error)
        self._say(visit, told)
        return self._discreet(request.redirect(visit.url()))

    def _sent(self, acts, visit, kind):
        """Do what the form that was sent asks for."""
        files = [(file.filename, file.read(LARGEST + 1)) for file in request.httprequest.files.getlist("file")]
        hidden = {name: self._first(name) for name in ("token", "seen", "again")}
        return acts._do(visit, kind, {**self._given(), **hidden}, files, self._who(visit))

    def _given(self):
        """What was filled in: texts, and of the invoices a list of texts."""
        values = {name: self._first(name) for name in KEPT if name != "items"}
        return {**values, "items": request.httprequest.form.getlist("items")}

    def _first(self, name):
        return request.httprequest.form.get(name) or ""

    def _who(self, visit):
        """Where somebody acts from, and his contact where he came with a login of this debtor."""
        user = request.env.user
        own = user._is_portal() and user.partner_id.commercial_partner_id.id == visit.partner.id
        return {"address": request.httprequest.remote_addr, "login": user.partner_id.id if own else False}

    def _filled_in(self, visit, kind, error):
        """The page with the form as it was filled in, and beside each field what is wrong, or what he asks for to look
        at before he does."""
        look = error.look if isinstance(error, LookFirst) else None
        form = Inside((kind, self._given(), error.by_field, look))
        page = visit.env["dunning.account.page"].with_context(dunning_form=form)
        values = page._values(visit) | {"said": []}
        return self._discreet(request.render("cremann_dunning.debtor_page", values, status=200 if look else 422))
