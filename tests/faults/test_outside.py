"""A database of ours asks no address outside, not even when a company or a contact is made outside any test of Odoo's.

Odoo stops its own tests from asking; so the demo, the benchmarks and what the tests set up are played in Odoo's shell.
"""

import json
import subprocess

import pytest

from tools.devkit import databases, environment

from .. import outside

MAKE = """
import json, sys
sys.path.insert(0, %r)
from tests import outside
outside.watch()
%s
for code, chart, number in (("nl", "nl", "30201234"), ("be", "be_comp", "0477472701")):
    company = env["res.company"].create({"name": f"Firm {code}", "country_id": env.ref(f"base.{code}").id,
        "company_registry": number, "email": f"office@firm-{code}.test", "website": f"https://firm-{code}.test"})
    env["account.chart.template"].try_loading(chart, company=company, install_demo=False)
    partner = env["res.partner"].create({"name": "Buyer", "is_company": True, "country_id": env.ref("base.be").id,
        "vat": "BE0477472701", "email": f"buyer@buyer-{code}.test", "company_id": company.id,
        "invoice_edi_format": "ubl_bis3"})
    partner.with_company(company).button_account_peppol_check_partner_endpoint(company=company)
    accounts = env["account.account"].search([("account_type", "=", "income"), ("company_ids", "in", company.ids)])
    env["account.move"].with_company(company).create({"move_type": "out_invoice", "partner_id": partner.id,
        "company_id": company.id, "invoice_line_ids": [(0, 0, {"name": "Work", "price_unit": 100,
        "account_id": accounts[0].id, "tax_ids": [(5,)]})]}).action_post()
    company.partner_id.message_post(body="see https://elsewhere.test/page")
print("ANSWER " + json.dumps(outside.asked))
"""

AS_ODOO_HAS_IT = """
env["ir.default"].search([("field_id.name", "=", "iap_enrich_auto_done")]).unlink()
endpoints = ("account_peppol.edi.mode", "iap.partner_autocomplete.endpoint")
env["ir.config_parameter"].search([("key", "in", endpoints)]).unlink()
"""


@pytest.fixture
def database():
    """One for each test: loading a chart commits."""
    with databases.throw_away(databases.base_template()) as name:
        yield name


def asked(database, before=""):
    """The outside addresses that making companies, contacts and invoices asks for."""
    script = MAKE % (str(environment.ROOT), before)
    done = subprocess.run(
        environment.odoo_shell(database), input=script, env=environment.tool_env(), capture_output=True, text=True
    )
    answers = [line for line in done.stdout.splitlines() if line.startswith("ANSWER ")]
    assert answers, done.stderr[-3000:]
    return set(json.loads(answers[-1].removeprefix("ANSWER ")))


def test_nothing_is_asked(database):
    assert asked(database) == set()


def test_the_watch_would_see_it(database):
    """Odoo as it comes asks its own servers: else the test above shows nothing."""
    assert {host for host in asked(database, AS_ODOO_HAS_IT) if host.endswith("odoo.com")} >= {
        "partner-autocomplete.odoo.com"
    }


@pytest.mark.parametrize("host", [None, "", "localhost", "127.0.0.1", "127.8.8.8", "::1", b"localhost"])
def test_this_machine(host):
    assert outside.is_here(host)


@pytest.mark.parametrize(
    "host", ["odoo.com", "10.0.0.1", "126.255.255.255", "128.0.0.1", "::2", "0.0.0.1", b"odoo.com"]
)
def test_others(host):
    assert not outside.is_here(host)
