from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)

# Said of a letter that was made final in the name of somebody else.
ON_MANDATE = {
    "issuer": _lt("It goes in the name of %(issuer)s, on mandate."),
    "registration": _lt("Registration number: %(registration)s."),
}
