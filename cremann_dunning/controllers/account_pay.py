from odoo.exceptions import AccessError, MissingError, UserError, ValidationError
from odoo.http import request, route
from odoo.models import BaseModel
from odoo.tools import is_html_empty

from odoo.addons.payment import utils as payment_utils
from odoo.addons.payment.controllers.portal import PaymentPortal

from ..models.delivery.dunning_throttle import TooMany
from .account import DunningAccount, routes

CHOICE = "/pay/<int(max=2147483647):choice_id>"
# Where a website is installed, Odoo's payment asks which one it is. The visitor's language is not in the address.
OF_WEBSITE = {"website": True, "multilang": False}


class DunningAccountPay(DunningAccount, PaymentPortal):
    """What a debtor chooses to pay on his page: by bank, with the reference of exactly that, or online."""

    @route(routes("/pay"), type="http", auth="public", sitemap=False, methods=["POST"])
    def portal_dunning_account_choose(self, amount=None, **asked):
        """Note what he chose, and lead to the page where that is paid."""
        try:
            visit = self._acting_visit(asked)
        except (AccessError, MissingError):
            return self._shut()
        except TooMany as error:
            return self._too_many(error)
        items = request.httprequest.form.getlist("item")
        try:
            with request.env.cr.savepoint():
                choice = visit.env["dunning.account.paying"]._choose(visit, items, amount)
        except UserError as error:
            self._say(visit, error.args[0], kind="danger")
            return self._discreet(request.redirect(visit.url(), code=303))
        return self._discreet(request.redirect(visit.url(f"/pay/{choice.id}"), code=303))

    @route(routes(CHOICE), type="http", auth="public", sitemap=False, methods=["GET"], **OF_WEBSITE)
    def portal_dunning_account_choice(self, choice_id, **asked):
        """What exactly is paid, the account and the reference for it, and Odoo's own form to pay it online."""
        try:
            visit = self._visit(**self._by(asked))
            request.env["dunning.throttle"]._look(visit.url())
            paying = visit.env["dunning.account.paying"]
            choice = paying._choice_of(visit, choice_id)
        except (AccessError, MissingError):
            return self._shut()
        except TooMany as error:
            return self._too_many(error)
        values = paying._choice_values(visit, choice)
        if not values["pay_online"]:
            page = request.render("cremann_dunning.debtor_page_choice", values)
            return self._discreet(page)
        partner, currency, amount = visit.partner, choice.currency_id, choice.amount
        page = self.payment_pay(
            reference=self._prefix(choice),
            amount=amount,
            currency_id=currency.id,
            partner_id=partner.id,
            company_id=visit.company.id,
            access_token=payment_utils.generate_access_token(partner.id, amount, currency.id),
            dunning_choice=choice,
            dunning_visit=visit,
            dunning_values=values,
        )
        return self._discreet(page)

    @route(routes(f"{CHOICE}/again"), type="http", auth="public", sitemap=False, methods=["POST"])
    def portal_dunning_account_again(self, choice_id, **asked):
        """He started to pay and did not: that payment holds nothing any more, and he may begin another."""
        try:
            visit = self._acting_visit(asked)
            paying = visit.env["dunning.account.paying"]
            choice = paying._choice_of(visit, choice_id)
        except (AccessError, MissingError):
            return self._shut()
        except TooMany as error:
            return self._too_many(error)
        paying._started(choice)._dunning_let_go()
        return self._discreet(request.redirect(visit.url(f"/pay/{choice.id}"), code=303))

    @route(routes(f"{CHOICE}/transaction"), type="jsonrpc", auth="public", **OF_WEBSITE)
    def portal_dunning_account_transaction(self, choice_id, amount=None, **kwargs):
        """Start the payment of a choice, as long as it is open as it was made.

        :param amount: what he has on his screen. :param kwargs: what Odoo's page sends besides: provider, method, flow.
        :return: what Odoo's page needs to go on. :raises UserError: it cannot be paid any more, and why.
        """
        asked = {name: kwargs.pop(name, None) for name in ("key_id", "company_id", "access_token")}
        try:
            visit = self._acting_visit(asked)
            paying = visit.env["dunning.account.paying"]
            choice = paying._choice_of(visit, choice_id)
        except (AccessError, MissingError):
            raise ValidationError(request.env._("This page is not open.")) from None
        self._validate_transaction_kwargs(kwargs)
        paying._check_start(visit, choice, amount, kwargs.get("provider_id"))
        # who has a login of the debtor pays with his own cards
        user, partner = request.env.user, visit.partner
        is_own = not user._is_public() and user.partner_id.commercial_partner_id == partner
        kwargs |= {
            "amount": choice.amount,
            "currency_id": choice.currency_id.id,
            "partner_id": user.partner_id.id if is_own else partner.id,
            "reference_prefix": self._prefix(choice),
            "landing_route": visit.url(f"/pay/{choice.id}"),
            "is_validation": False,
        }
        if not is_own and not user._is_public():
            kwargs["tokenization_requested"] = False  # nobody else's card is kept as the debtor's
        transaction = self._create_transaction(custom_create_values=paying._transaction_vals(choice), **kwargs)
        return transaction._get_processing_values()

    # -- what they share --------------------------------------------------------------------------------------------

    def _acting_visit(self, asked):
        """The visit of somebody who does something, which counts.

        :raises AccessError: :raises MissingError: :raises TooMany: as ``_visit``.
        """
        visit = self._visit(**self._by(asked))
        if visit.colleague:
            raise AccessError(request.env._("This page is not open."))
        page = visit.key.id or f"{visit.company.id}/{visit.partner.id}"
        request.env["dunning.throttle"]._count("act", page, request.httprequest.remote_addr)
        return visit

    def _prefix(self, choice):
        """The reference of a choice as payment providers take it."""
        return (choice.payment_reference or f"PAY/{choice.id}").strip("+ ")

    def _get_payment_page_template_xmlid(self, dunning_choice=None, **kwargs):
        """Our own page around Odoo's form. In an address there are only texts: a record comes from us."""
        if isinstance(dunning_choice, BaseModel):
            return "cremann_dunning.debtor_page_choice"
        return super()._get_payment_page_template_xmlid(**kwargs)

    def _get_extra_payment_form_values(self, dunning_choice=None, dunning_visit=None, dunning_values=None, **kwargs):
        """Where Odoo's form goes on when it is about a choice."""
        values = super()._get_extra_payment_form_values(**kwargs)
        if isinstance(dunning_choice, BaseModel):
            path = f"/pay/{dunning_choice.id}"
            values |= dunning_values | {
                "transaction_route": dunning_visit.url(f"{path}/transaction").partition("?")[0],
                "landing_route": dunning_visit.url(path),
                "access_token": dunning_visit.key.access_token or "",
                "is_html_empty": is_html_empty,  # as pages of a website have it
            }
        return values
