"""A company with many open overdue invoices: one invoice made and posted by Odoo, copied in sets by SQL.

Odoo itself posts some hundred invoices a second, so a ledger of 100,000 would take hours. The copies have every column
of the invoice that Odoo made; only what must differ (ids, numbers, debtor, dates) is written over.
"""

from datetime import timedelta

from odoo import Command, fields

COMPANY = "Benchmark B.V."
PER_DEBTOR = 5
# Overdue long enough for the first step of both addons (ours one day, the peer's ten), spread over eleven months.
DAYS_OVERDUE = "15 + (n * 37) %% 330"
GROUPS = (
    "cremann_dunning.group_dunning_manager",
    "account_credit_control.group_account_credit_control_manager",
    "account.group_account_manager",
)


def seed(env, invoices, with_files=False):
    """Make the company and its ledger.

    :param invoices: how many open overdue invoices; five for each debtor.
    :param with_files: give every invoice a stored file, as one has that was sent; only confirming reads it.
    """
    company = make_company(env)
    invoice = make_invoice(env, company)
    file = make_file(env, invoice) if with_files else None
    env.flush_all()
    env.cr.execute("SET LOCAL session_replication_role = replica")  # the copies refer to what the original refers to
    debtors = copy_debtors(env.cr, invoice.partner_id.id, -(-invoices // PER_DEBTOR))
    moves = copy_moves(env.cr, invoice.id, invoices, debtors)
    copy_lines(env.cr, invoice.line_ids.ids, invoices, debtors, moves)
    if file:
        copy_files(env.cr, file.id, invoices, moves)
    env.cr.commit()


def make_company(env):
    """A Dutch company with its chart and bank account, open to the administrator with every right he needs."""
    company = env["res.company"].create(
        {
            "name": COMPANY,
            "country_id": env.ref("base.nl").id,
            "currency_id": env.ref("base.EUR").id,
            "street": "Kade 1",
            "zip": "3511 AB",
            "city": "Utrecht",
            "email": "office@benchmark.example.com",
            "dunning_set_up_on": fields.Datetime.now(),
        }
    )
    env["account.chart.template"].try_loading(False, company=company, install_demo=False)
    env["res.partner.bank"].create(
        {"acc_number": "NL91ABNA0417164300", "partner_id": company.partner_id.id, "allow_out_payment": True}
    )
    groups = [group for group in (env.ref(name, raise_if_not_found=False) for name in GROUPS) if group]
    admin = env.ref("base.user_admin")
    admin.write(
        {
            "company_ids": [Command.link(company.id)],
            "company_id": company.id,
            "group_ids": [Command.link(group.id) for group in groups],
        }
    )
    return company


def spread(env, company, count):
    """Part the ledger among so many companies, each debtor with all of his invoices; the administrator works in all.

    They share accounts and journal, which no list asks about.
    """
    others = env["res.company"].create(
        [{"name": f"Client {number}", "currency_id": company.currency_id.id} for number in range(1, count)]
    )
    companies = company + others
    env.ref("base.user_admin").company_ids = [Command.link(other.id) for other in others]
    env.flush_all()
    env.cr.execute("SET LOCAL session_replication_role = replica")
    for table in ("account_move", "account_move_line"):
        env.cr.execute(
            f"UPDATE {table} SET company_id = (%s::int[])[1 + partner_id %% %s] WHERE company_id = %s",  # names of ours
            (companies.ids, count, company.id),
        )
    env.cr.commit()
    return companies


def make_invoice(env, company):
    """The invoice that all others are copies of: posted, sent, and itself not due yet."""
    env = env(context={**env.context, "allowed_company_ids": company.ids, "tracking_disable": True})
    debtor = env["res.partner"].create(
        {
            "name": "Debtor",
            "is_company": True,
            "email": "debtor@debtor.example.com",
            "street": "Dorpsstraat 12",
            "zip": "1234 AB",
            "city": "Ons Dorp",
            "country_id": env.ref("base.nl").id,
            "lang": "nl_NL",
        }
    )
    today = fields.Date.context_today(company)
    line = {
        "name": "Consultancy",
        "quantity": 1,
        "price_unit": 100,
        "tax_ids": [Command.set(company.account_sale_tax_id.ids)],
    }
    invoice = env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": debtor.id,
            "invoice_date": today,
            "invoice_date_due": today + timedelta(days=30),
            "invoice_payment_term_id": False,
            "invoice_line_ids": [Command.create(line)],
        }
    )
    invoice.action_post()
    invoice.is_move_sent = True
    # no day: each copy counts from its own date, as what was sent before that day was kept
    invoice.dunning_sent_on = False
    return invoice


def make_file(env, invoice):
    """A file of forty kilobytes that stands in for the PDF of the invoice."""
    return env["ir.attachment"].create(
        {
            "name": "invoice.pdf",
            "res_model": "account.move",
            "res_id": invoice.id,
            "res_field": "invoice_pdf_report_file",
            "mimetype": "application/pdf",
            "raw": b"%PDF-1.4\n" + bytes(40_000),
        }
    )


def copy_rows(cr, table, source, count, changes):
    """Insert ``count`` copies of one row; ``n`` counts them from 1.

    :param changes: SQL expression per column that differs from the original.
    :return: the id before the first copy, so that copy ``n`` has the id ``offset + n``.
    """
    cr.execute(f'SELECT MAX(id) FROM "{table}"')
    [offset] = cr.fetchone()
    cr.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'", [table]
    )
    columns = [name for (name,) in cr.fetchall()]
    changes = {"id": f"{offset} + n", **changes}
    values = ", ".join(changes.get(name, f't."{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    cr.execute(
        f'INSERT INTO "{table}" ({names}) SELECT {values} FROM "{table}" t, generate_series(1, %s) n WHERE t.id = %s',
        [count, source],
    )
    cr.execute(f"SELECT setval('{table}_id_seq', (SELECT MAX(id) FROM \"{table}\"))")
    return offset


def copy_debtors(cr, source, count):
    """Companies of their own, each with its own e-mail address."""
    email = "'debtor' || n || '@debtor.example.com'"
    name = "'Debtor ' || n"
    cr.execute("SELECT MAX(id) FROM res_partner")
    own_id = f"{cr.fetchone()[0]} + n"
    changes = {
        "commercial_partner_id": own_id,
        "name": name,
        "complete_name": name,
        "commercial_company_name": name,
        "email": email,
        "email_normalized": email,
    }
    return copy_rows(cr, "res_partner", source, count, changes)


def debtor_of(debtors):
    """SQL for the debtor of invoice ``n``. Neighbours in the ledger belong to different debtors, as in real life."""
    return f"{debtors} + 1 + (n - 1) %% (SELECT COUNT(*) FROM res_partner WHERE id > {debtors})"


def copy_moves(cr, source, count, debtors):
    """Posted invoices, numbered on from the original."""
    due = f"CURRENT_DATE - ({DAYS_OVERDUE})"
    number = "t.sequence_prefix || LPAD((t.sequence_number + n)::text, 6, '0')"
    partner = debtor_of(debtors)
    changes = {
        "name": number,
        "payment_reference": number,
        "sequence_number": "t.sequence_number + n",
        "partner_id": partner,
        "commercial_partner_id": partner,
        "partner_shipping_id": partner,
        "invoice_partner_display_name": f"'Debtor ' || ({partner} - {debtors})",
        "invoice_date_due": due,
        "invoice_date": f"{due} - 30",
        "date": f"{due} - 30",
        "delivery_date": f"{due} - 30",
    }
    return copy_rows(cr, "account_move", source, count, changes)


def copy_lines(cr, sources, count, debtors, moves):
    """The journal items of every copy: revenue, tax, and the open receivable."""
    due = f"CURRENT_DATE - ({DAYS_OVERDUE})"
    for source in sources:
        changes = {
            "move_id": f"{moves} + n",
            "move_name": f"(SELECT name FROM account_move WHERE id = {moves} + n)",
            "partner_id": debtor_of(debtors),
            "date": f"{due} - 30",
            "invoice_date": f"{due} - 30",
            "date_maturity": f"CASE WHEN t.date_maturity IS NOT NULL THEN {due} END",
        }
        copy_rows(cr, "account_move_line", source, count, changes)


def add_receipts(env, company, count):
    """As many receipts on the bank as there are invoices, none of them booked, and an account for each debtor.

    In turn a receipt names the number of its invoice as the bank passes it on, the number as people write it, the
    account only, the name only, or nothing of use; the amount is that of the invoice, so each fits thousands.
    """
    journal = env["account.journal"].search([("company_id", "=", company.id), ("type", "=", "bank")], limit=1)
    line = env["account.bank.statement.line"].create(
        {"journal_id": journal.id, "date": fields.Date.context_today(company), "amount": 121, "payment_ref": "?"}
    )
    env.flush_all()
    cr = env.cr
    cr.execute("SET LOCAL session_replication_role = replica")
    cr.execute(
        """
        INSERT INTO res_partner_bank (partner_id, acc_number, sanitized_acc_number, active)
        SELECT id, 'ACC' || id, 'ACC' || id, TRUE FROM res_partner WHERE name LIKE 'Debtor %';
        UPDATE res_partner SET name = 'Firma ' || TRANSLATE(id::text, '0123456789', 'abcdefghij') || ' BV'
         WHERE name LIKE 'Debtor %'
        """
    )
    moves = copy_rows(cr, "account_move", line.move_id.id, count, {"name": "'BNK/BENCH/' || n", "sequence_number": "n"})
    for item in line.move_id.line_ids:
        changes = {"move_id": f"{moves} + n", "move_name": "'BNK/BENCH/' || n"}
        copy_rows(cr, "account_move_line", item.id, count, changes)
    lines = copy_rows(
        cr, "account_bank_statement_line", line.id, count, {"move_id": f"{moves} + n", "internal_index": "n::text"}
    )
    cr.execute(
        """
        WITH claims AS (
            SELECT ROW_NUMBER() OVER (ORDER BY m.id) AS n, m.name, m.partner_id, p.name AS debtor, m.amount_total
              FROM account_move m JOIN res_partner p ON p.id = m.partner_id
             WHERE m.company_id = %(company)s AND m.move_type = 'out_invoice' AND m.state = 'posted'
        )
        UPDATE account_bank_statement_line s
           SET payment_ref = CASE c.n %% 5
                   WHEN 0 THEN '/TRTP/SEPA OVERBOEKING/REMI/Betaling ' || c.name || ' met dank/EREF/NOTPROVIDED'
                   WHEN 1 THEN 'factuur ' || REPLACE(LOWER(c.name), '/', ' ')
                   ELSE 'Betaling van 12 maart voor geleverde diensten, klant 1042' END,
               account_number = CASE WHEN c.n %% 5 = 2 THEN 'ACC' || c.partner_id END,
               partner_name = CASE WHEN c.n %% 5 = 3 THEN c.debtor END
          FROM claims c WHERE s.id = %(first)s + c.n
        """,
        {"company": company.id, "first": lines},
    )
    cr.commit()


def copy_files(cr, source, count, moves):
    """One stored file per invoice."""
    copy_rows(cr, "ir_attachment", source, count, {"res_id": f"{moves} + n"})
