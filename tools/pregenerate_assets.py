"""Odoo shell script: make the bundles of the web client and of the reports once, in the template database.

A browser test works inside a transaction that is rolled back, and so would make them again in every class: eight
seconds each.
"""

BUNDLES = (
    "web.assets_web",
    "web.assets_web_print",
    "web.assets_frontend",
    "web.assets_frontend_minimal",
    "web.assets_frontend_lazy",
    "web.assets_tests",
    "web.__assets_tests_call__",
    "web.report_assets_common",
    "web.report_assets_pdf",
)

scripts, styles = env["ir.qweb"]._get_bundles_to_pregenarate()  # noqa: F821  (sic; `env` is the shell's)
for name in BUNDLES:
    if name in scripts:
        env["ir.qweb"]._get_asset_bundle(name, css=False, js=True).js()  # noqa: F821
    if name in styles:
        env["ir.qweb"]._get_asset_bundle(name, css=True, js=False).css()  # noqa: F821
    if name.startswith("web.report_"):  # what wkhtmltopdf gets
        env["ir.qweb"]._get_asset_bundle(name, css=True, js=False, autoprefix=True).css()  # noqa: F821
env.cr.commit()  # noqa: F821
