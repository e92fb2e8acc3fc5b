from odoo.exceptions import AccessError, MissingError, ValidationError
from odoo.http import request, route
from odoo.models import BaseModel

from odoo.addons.payment import utils as payment_utils
from odoo.addons.payment.controllers.portal import PaymentPortal

from ..models.delivery.dunning_throttle import TooMany
from .portal import LETTER, DunningPortal


class DunningPayment(DunningPortal, PaymentPortal):
    """A letter is paid as a whole, on Odoo's own payment page and through the providers that are set up there."""

    @route(f"/my/dunning/{LETTER}/pay", type="http", auth="public", website=True, sitemap=False, methods=["GET"])
    def portal_dunning_pay(self, letter_id, access_token=None, **_options):
        """Odoo's payment page, with what the letter asks now. Where nothing can be paid the letter's own page says
        why.
        """
        try:
            letter = self._in_its_language(self._letter_of(letter_id, access_token))
        except TooMany as error:
            return self._too_many(error)
        except (AccessError, MissingError):
            return self._shut_letter(letter_id, access_token)
        values, landing = letter._page_values(), self._landing(letter, access_token)
        if not values["online"] or letter.is_test:
            return request.redirect(landing)
        partner, currency, amount = letter.partner_id, letter.currency_id, values["amount_now"]
        page = self.payment_pay(
            reference=letter._online_reference(),
            amount=amount,
            currency_id=currency.id,
            partner_id=partner.id,
            company_id=letter.company_id.id,
            access_token=payment_utils.generate_access_token(partner.id, amount, currency.id),
            dunning_letter=letter,
            dunning_key=access_token,
        )
        return self._discreet(page)

    def _get_extra_payment_form_values(self, dunning_letter=None, dunning_key=None, **kwargs):
        """Where Odoo's page goes on when it is about a letter. In an address there are only texts: a record comes
        from us.
        """
        values = super()._get_extra_payment_form_values(**kwargs)
        if isinstance(dunning_letter, BaseModel):
            values |= {
                "transaction_route": f"{dunning_letter.access_url}/transaction",
                "landing_route": self._landing(dunning_letter, dunning_key),
                "access_token": dunning_key or "",
            }
        return values

    @route(f"/my/dunning/{LETTER}/transaction", type="jsonrpc", auth="public", website=True)
    def portal_dunning_transaction(self, letter_id, access_token=None, amount=None, **kwargs):
        """Start the payment of a letter, with the amount, debtor and invoices as they are now.

        :param amount: what the debtor has on his screen; another one than what is to pay starts nothing.
        :param kwargs: what Odoo's page sends besides: provider, method, flow.
        :return: what Odoo's page needs to go on. :raises ValidationError: there is nothing to pay, or something else.
        """
        try:
            letter = self._in_its_language(self._letter_of(letter_id, access_token))
        except (AccessError, MissingError, TooMany):
            raise ValidationError(request.env._("There is no page of this letter.")) from None
        self._validate_transaction_kwargs(kwargs)
        values = letter._page_values()
        letter._check_online(values, amount, kwargs.get("provider_id"))
        # as Odoo has it: who has a login pays with his own cards, as long as he is with the debtor
        user, partner = request.env.user, letter.partner_id
        is_own = not user._is_public() and user.partner_id.commercial_partner_id == partner.commercial_partner_id
        kwargs |= {
            "amount": values["amount_now"],
            "currency_id": letter.currency_id.id,
            "partner_id": user.partner_id.id if is_own else partner.id,
            "reference_prefix": letter._online_reference(),
            "landing_route": self._landing(letter, access_token),
            "is_validation": False,
        }
        if not is_own and not user._is_public():
            kwargs["tokenization_requested"] = False  # a colleague's card is not kept as the debtor's
        transaction = self._create_transaction(custom_create_values=letter._online_vals(values), **kwargs)
        return transaction._get_processing_values()

    def _landing(self, letter, access_token):
        """The page of a letter, with its key for whoever came with that."""
        return letter.access_url + (f"?access_token={letter.access_token}" if access_token else "")
