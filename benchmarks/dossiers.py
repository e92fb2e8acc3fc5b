"""A file over fifty claims of one debtor with two hundred documents: written, and checked as whoever gets it does."""

import os
import tempfile

from odoo import fields

CLAIMS, DOCUMENTS, WEIGHT = 50, 200, 256 * 1024


def written(env, company, clock, check):
    """The steps. :param clock: of ``measure``. :param check: as in ``measure``."""
    from odoo.addons.cremann_dunning.engine import dossier as engine  # found once the registry has its folders

    case, claims = claims_of(env, company)
    with tempfile.TemporaryFile() as target:
        with clock.step(f"{CLAIMS} claims, {DOCUMENTS} documents", DOCUMENTS):
            wrong = env["dunning.dossier"]._write(case, claims, target)
        check(wrong, [], "documents that are not as they should be")
        with clock.step("file checked", DOCUMENTS):
            found = engine.check(target)
        check([str(problem) for problem in found.problems], [], "problems")
        check(len([one for one in found.data["documents"] if one["path"]]) >= DOCUMENTS, True, "documents")
    return clock.steps


def claims_of(env, company):
    """A debtor with so many invoices, of which Odoo keeps no file, and what somebody put with them."""
    debtor = env["res.partner"].create({"name": "Bakkerij Dossier", "is_company": True, "city": "Utrecht"})
    today = company._dunning_today()
    invoices = env["account.move"].create(
        [
            {
                "move_type": "out_invoice",
                "partner_id": debtor.id,
                "company_id": company.id,
                "invoice_date": fields.Date.subtract(today, days=120 + n),
                "invoice_date_due": fields.Date.subtract(today, days=90 + n),
                "invoice_line_ids": [
                    fields.Command.create(
                        {"name": f"Delivery {n}", "quantity": 1, "price_unit": 100 + n, "tax_ids": [(5, 0, 0)]}
                    )
                ],
            }
            for n in range(CLAIMS)
        ]
    )
    invoices.action_post()
    env["ir.attachment"].create(
        [
            {
                "name": f"Delivery note {n}.txt",
                "raw": os.urandom(WEIGHT),
                "res_model": "account.move",
                "res_id": invoices[n % CLAIMS].id,
            }
            for n in range(DOCUMENTS - CLAIMS)
        ]
    )
    case = env["dunning.case"]._for_partners(debtor, company, create=True)
    env["dunning.claim"].sudo()._of_moves(invoices)
    env.cr.commit()
    env.invalidate_all()
    return case, env["dunning.claim"].search([("case_id", "=", case.id)])
