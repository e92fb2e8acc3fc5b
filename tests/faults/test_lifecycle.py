"""The addon is updated and taken away by real Odoo processes, on a copy of the template database."""

import json
import subprocess

import pytest

from tools.devkit import databases, environment

# Follow-up in use: a letter that went out, one that waits, what people noted, and rules that somebody made his own.
USE = """
from datetime import timedelta
import json
company = env.company
company.write(
    {
        "country_id": env.ref("base.nl").id,
        "dunning_responsible_id": env.user.id,
        "dunning_set_up_on": "2026-01-01",
    }
)
env["account.chart.template"].try_loading("nl", company=company, install_demo=False)
env["res.partner.bank"].create({"acc_number": "NL91ABNA0417164300", "partner_id": company.partner_id.id})
env["ir.config_parameter"].set_param("report.url", "http://127.0.0.1:9")
today = company._dunning_today()
income = env["account.account"].search([("account_type", "=", "income"), ("company_ids", "in", company.ids)], limit=1)
moves = env["account.move"]
for name in ("Sent", "Waits"):
    partner = env["res.partner"].create({"name": name, "is_company": True, "street": "Kade 1", "city": "Stad",
        "country_id": env.ref("base.nl").id, "invoice_edi_format": False})
    moves |= env["account.move"].create({"move_type": "out_invoice", "partner_id": partner.id,
        "invoice_date": today - timedelta(30), "invoice_date_due": today - timedelta(10),
        "invoice_line_ids": [(0, 0, {"name": "Work", "price_unit": 100, "account_id": income.id, "tax_ids": [(5,)]})]})
moves.action_post()
moves.is_move_sent = True
moves.dunning_sent_on = today - timedelta(30)
run = env["dunning.run"].create({"company_id": company.id, "partner_ids": moves[0].partner_id.ids})
run.action_propose()
run.action_confirm()
run.letter_ids.action_mark_posted()
assert run.letter_ids.state == "sent", run.letter_ids.error
run.letter_ids._register_opening("203.0.113.9", "Browser")
case = run.letter_ids.case_id
env["dunning.promise"].create({"case_id": case.id, "move_ids": [(6, 0, moves[0].ids)], "date": today})
env["dunning.hold"].create({"partner_id": moves[0].partner_id.id, "reason": "Easter", "company_id": company.id})
case.activity_schedule("cremann_dunning.mail_activity_type_call", summary="Call")
env["dunning.run"].create({"company_id": company.id}).action_propose()
env.ref("cremann_dunning.dunning_level_nl_business_1").write({"name": "Gentle word", "delay_days": 4})
env.ref("cremann_dunning.dunning_procedure_nl_business").minimum_amount = 12.5
env.ref("cremann_dunning.mail_template_reminder").write({"subject": "Our own subject"})
env.ref("cremann_dunning.dunning_regime_nl_business").note = "Our note"
env.ref("cremann_dunning.dunning_level_eu_3").active = False
env.cr.commit()
"""

ASK = """
import json
level = env.ref("cremann_dunning.dunning_level_nl_business_1")
print("ANSWER " + json.dumps({
    "level": [level.name, level.delay_days],
    "minimum": level.procedure_id.minimum_amount,
    "subject": env.ref("cremann_dunning.mail_template_reminder").subject,
    "note": env.ref("cremann_dunning.dunning_regime_nl_business").note,
    "archived": not env.ref("cremann_dunning.dunning_level_eu_3").active,
    "letters": [[x.name, x.state, x.body, x.pdf_sha256, x.amount_total, bool(x.pdf_file)]
                for x in env["dunning.letter"].search([], order="id")],
    "decisions": [[x.code, x.explanation, x.is_current, x.replay()["same"]]
                  for x in env["dunning.decision"].search([], order="id")],
    "shown": [[x.name, x.dunning_level_id.name, x.dunning_explanation] for x in env["account.move"].search([])],
    "opened": [[x.letter_id.name, x.address, x.letter_id.receipt_grade] for x in env["dunning.opening"].search([])],
    "noted": [env[x].search_count([]) for x in ("dunning.hold", "dunning.promise", "dunning.case", "dunning.run")],
}))
"""

REMOVE = """
env["ir.module.module"].search([("name", "=", "cremann_dunning")]).button_immediate_uninstall()
"""

OPEN = """
import json
from lxml import etree
user = env["account.move"].with_user(env.ref("base.user_admin"))
moves = user.search([("move_type", "=", "out_invoice")], order="id")
for view in ("list", "form", "kanban", "search"):
    user.get_view(view_type=view)
fields = [name for name in user.get_views([(False, "form")])["models"]["account.move"]["fields"]]
values = moves.read(fields)
print("ANSWER " + json.dumps([[x["name"], x["amount_residual"], x["payment_state"]] for x in values]))
"""

# Whatever may be left of it: a name in a catalogue of Odoo or of PostgreSQL.
REST = {
    "tables": "SELECT relname FROM pg_class WHERE relname LIKE '%dunning%'",
    "columns": "SELECT table_name || '.' || column_name FROM information_schema.columns"
    " WHERE column_name LIKE '%dunning%'",
    "functions": "SELECT proname FROM pg_proc WHERE proname LIKE '%dunning%'",
    "triggers": "SELECT tgname FROM pg_trigger WHERE tgname LIKE '%dunning%'",
    "models": "SELECT model FROM ir_model WHERE model LIKE 'dunning%'",
    "fields": "SELECT model || '.' || name FROM ir_model_fields"
    " WHERE name LIKE '%dunning%' OR relation LIKE 'dunning%'",
    "names": "SELECT name FROM ir_model_data WHERE module = 'cremann_dunning'",
    "attachments": "SELECT name FROM ir_attachment WHERE res_model LIKE 'dunning%'",
    "messages": "SELECT id FROM mail_message WHERE model LIKE 'dunning%'",
    "mails": "SELECT m.id FROM mail_mail m JOIN mail_message x ON x.id = m.mail_message_id"
    " WHERE x.model LIKE 'dunning%'",
    "activities": "SELECT id FROM mail_activity WHERE res_model LIKE 'dunning%'",
    "followers": "SELECT id FROM mail_followers WHERE res_model LIKE 'dunning%'",
    "texts": "SELECT id FROM mail_template WHERE model LIKE 'dunning%'",
    "series": "SELECT code FROM ir_sequence WHERE code LIKE 'dunning%'",
    "jobs": "SELECT id FROM ir_cron c WHERE cron_name LIKE '%unning%'",
    "views": "SELECT name FROM ir_ui_view WHERE arch_db::text LIKE '%dunning%'",
    "actions": "SELECT id FROM ir_act_window WHERE res_model LIKE 'dunning%'",
}


def shell(database, script):
    """Run a script in Odoo's shell; what it printed as its answer."""
    done = subprocess.run(
        environment.odoo_shell(database), input=script, env=environment.tool_env(), capture_output=True, text=True
    )
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr[-3000:]
    answers = [line for line in done.stdout.splitlines() if line.startswith("ANSWER ")]
    return json.loads(answers[-1].removeprefix("ANSWER ")) if answers else None


@pytest.fixture(scope="module")
def database():
    with databases.throw_away(databases.addon_template()) as name:
        shell(name, USE)
        yield name


def test_update_keeps_what_people_made(database):
    before = shell(database, ASK)
    assert before["level"] == ["Gentle word", 4]
    assert [state for _name, state, *_rest in before["letters"]] == ["sent", "draft"]
    databases.install(database, "lifecycle", "-u", "cremann_dunning")
    assert shell(database, ASK) == before


def test_uninstall_leaves_nothing_and_invoices_open(database):
    shell(database, REMOVE)
    left = {what: rows for what, sql in REST.items() if (rows := databases.psql(sql, database))}
    assert not left
    moves = shell(database, OPEN)
    assert [row[1:] for row in moves] == [[100.0, "not_paid"]] * 2
