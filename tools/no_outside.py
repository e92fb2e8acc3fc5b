"""Odoo shell script: a template database asks no address outside, nor do demo, tests and benchmarks made from it.

Modules that Odoo installs by itself beside accounting look things up on Odoo's own servers: about each company that is
made (partner autocomplete), about contacts that could get invoices over Peppol, and once a week about Odoo itself.
"""

NOBODY = "http://127.0.0.1:9"  # the port nothing listens on

if "iap_enrich_auto_done" in env["res.company"]._fields:  # noqa: F821  (`env` is the shell's)
    env["ir.default"].set("res.company", "iap_enrich_auto_done", True)  # noqa: F821
    env["res.company"].search([]).iap_enrich_auto_done = True  # noqa: F821
for name in ("iap", "iap.partner_autocomplete", "enrich", "sms", "snailmail"):
    env["ir.config_parameter"].set_param(f"{name}.endpoint", NOBODY)  # noqa: F821
env["ir.config_parameter"].set_param("account_peppol.edi.mode", "demo")  # noqa: F821
env.ref("mail.ir_cron_module_update_notification").active = False  # noqa: F821
env.cr.commit()  # noqa: F821
