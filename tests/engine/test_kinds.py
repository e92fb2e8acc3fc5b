"""What shows of a contact which kind it is: a guess for a person to confirm."""

import pytest

from odoo.addons.cremann_dunning.engine import kinds
from odoo.addons.cremann_dunning.engine.kinds import guess


@pytest.mark.parametrize(
    ("known", "kind", "why"),
    [
        ({"name": "Gemeente Utrecht", "is_company": True, "registry": "30280353"}, "public", kinds.PUBLIC_NAME),
        ({"name": "Ville de Namur"}, "public", kinds.PUBLIC_NAME),
        ({"name": "OCMW Gent"}, "public", kinds.PUBLIC_NAME),
        ({"name": "Bakkerij Gemeente B.V."}, "business", kinds.LEGAL_FORM),
        ({"name": "Peeters BV"}, "business", kinds.LEGAL_FORM),
        ({"name": "Jansen v.o.f."}, "business", kinds.LEGAL_FORM),
        ({"name": "Stichting De Boom"}, "business", kinds.LEGAL_FORM),
        ({"name": "BV"}, None, None),
        ({"name": "Jan Jansen", "registry": "12345678"}, "business", kinds.KVK),
        ({"name": "Jan Jansen", "registry": "1234567"}, "business", kinds.REGISTRY),
        ({"name": "Jan Peeters", "registry": "0477.472.701"}, "business", kinds.ENTERPRISE),
        ({"name": "Jan Peeters", "vat": "BE0477472701"}, "business", kinds.ENTERPRISE),
        ({"name": "Jan Jansen", "vat": "NL123456782B90"}, "business", kinds.VAT),
        ({"name": "Jan Jansen", "vat": "/"}, None, None),
        ({"name": "Jan Jansen", "is_company": True}, "business", kinds.COMPANY),
        ({"name": "Jan Jansen", "email": "jan@Ziggo.nl"}, "consumer", kinds.PRIVATE_MAIL),
        ({"name": "Jan Jansen", "email": "jan@jansen-dakwerken.nl"}, None, None),
        ({"name": "Jan Jansen", "email": "jan@gmail.com", "vat": "NL123456782B90"}, "business", kinds.VAT),
        ({"name": ""}, None, None),
        ({"name": None, "vat": False, "registry": False, "email": False}, None, None),
    ],
)
def test_guess(known, kind, why):
    found = guess(**known)
    assert (found.kind, found.why[0] if found.why else None) == (kind, why)
