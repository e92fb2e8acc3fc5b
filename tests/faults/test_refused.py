"""Peppol and snail mail as they are: their own modules, installed on a copy, say that an invoice did not arrive.

What their servers answer is played; what becomes of the answer is the modules' own code.
"""

import pytest

from tools.devkit import databases

from .test_lifecycle import shell

PLAY = """
import json
from datetime import timedelta
from unittest.mock import patch
company = env.company
company.write(
    {
        "country_id": env.ref("base.be").id,
        "dunning_responsible_id": env.user.id,
        "dunning_set_up_on": "2026-01-01",
    }
)
env["account.chart.template"].try_loading("be_comp", company=company, install_demo=False)
env["res.partner.bank"].create({"acc_number": "BE71096123456769", "partner_id": company.partner_id.id})
today = company._dunning_today()
income = env["account.account"].search([("account_type", "=", "income"), ("company_ids", "in", company.ids)], limit=1)
partner = env["res.partner"].create({"name": "Debtor", "is_company": True, "email": "a@debtor.example.com",
    "street": "Kade 1", "zip": "9000", "city": "Gent", "country_id": env.ref("base.be").id,
    "invoice_edi_format": False})
def late():
    move = env["account.move"].create({"move_type": "out_invoice", "partner_id": partner.id,
        "invoice_date": today - timedelta(60), "invoice_date_due": today - timedelta(30),
        "invoice_line_ids": [(0, 0, {"name": "Work", "price_unit": 100, "account_id": income.id, "tax_ids": [(5,)]})]})
    move.action_post()
    move.is_move_sent = True
    move.dunning_sent_on = today - timedelta(60)
    return move
def code(move):
    env["dunning.letter"].search([("state", "=", "draft")])._discard()
    env["dunning.run"].create({"company_id": company.id, "partner_ids": partner.ids}).action_propose()
    return [move.dunning_decision_id.code, move.dunning_decision_id.explanation]
answers = {}

# Peppol: on its way, and then the status call of the module hears that it was refused
peppol = late()
user = env["account_edi_proxy_client.user"].sudo().create({"company_id": company.id, "id_client": "x",
    "edi_mode": "test", "proxy_type": "peppol", "edi_identification": "0208:0477472701", "refresh_token": "x",
    "private_key_id": env["certificate.key"].sudo()._generate_rsa_private_key(company).id})
peppol.write({"peppol_message_uuid": "u-1", "peppol_move_state": "processing"})
answers["processing"] = code(peppol)
run = env["dunning.run"].create({"company_id": company.id, "partner_ids": partner.ids})
env["dunning.letter"].search([("state", "=", "draft")])._discard()
run.action_propose()
run.action_confirm()
issued = run.letter_ids
answers["issued"] = [issued.state, issued.channel]
def call(self, endpoint, params=None):
    return {"u-1": {"error": {"code": 201, "message": "Refused", "subject": "x"}}} if "get_document" in endpoint else {}
with patch.object(type(user), "_call_peppol_proxy", call):
    user._peppol_get_message_status()
answers["state"] = peppol.peppol_move_state
env.cr.commit()
issued.mail_id.send(auto_commit=True)
answers["after"] = [issued.state]
answers["error"] = code(peppol)
peppol.action_dunning_arrived()
answers["said"] = code(peppol)[0]
peppol.peppol_move_state = "error"
answers["again"] = code(peppol)[0]
(peppol.line_ids).no_followup = True

# snail mail: a letter without a complete address is put in error by the module itself
post = late()
report = env.ref("account.account_invoices")
letter = env["snailmail.letter"].create({"partner_id": partner.id, "model": "account.move", "res_id": post.id,
    "company_id": company.id, "report_template": report.id})
answers["queued"] = code(post)[0]
letter._snailmail_print_invalid_address()
answers["post"] = code(post)
letter.write({"state": "sent", "error_code": False})
answers["posted"] = code(post)[0]
print("ANSWER " + json.dumps(answers))
"""


@pytest.fixture(scope="module")
def answers():
    with databases.throw_away(databases.addon_template()) as name:
        databases.install(name, "refused", "-i", "account_peppol,snailmail_account")
        yield shell(name, PLAY)


def test_peppol_refuses_afterwards(answers):
    assert answers["processing"][0] == "LETTER"
    assert answers["state"] == "error"
    code, words = answers["error"]
    assert code == "NOT_ARRIVED"
    assert "Peppol:" in words


def test_an_error_between_confirm_and_send_stops_the_letter(answers):
    assert answers["issued"] == ["issued", "email"]
    assert answers["after"] == ["cancelled"]


def test_somebody_says_that_it_arrived_and_a_later_error_counts_anew(answers):
    assert (answers["said"], answers["again"]) == ("SENT_RECENTLY", "NOT_ARRIVED")


def test_snail_mail_in_error(answers):
    assert answers["queued"] == "LETTER"
    code, words = answers["post"]
    assert code == "NOT_ARRIVED"
    assert "Snailmail: The address of the recipient is not complete" in words
    assert answers["posted"] == "LETTER"
