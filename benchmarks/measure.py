"""One measure in one process: `python measure.py WHAT --database NAME ...` prints one line of JSON.

Run by run.py. A process of its own, so that peak memory and caches belong to this measure alone.
"""

import argparse
import contextlib
import gc
import json
import os
import resource
import socket
import statistics
import sys
import time
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import dossiers
import plans
import seed
from freezegun import freeze_time
from lxml import etree

import odoo
from odoo import api, fields, http
from odoo.modules.registry import Registry
from odoo.service import server
from odoo.tools.safe_eval import safe_eval

WORKLIST_ROWS = 80
FLOOR_TIMES = 5
DAYS_AHEAD = 90
DAYS_OF_RUNS = 365
LOOKED_AT = (30, 90, 180, DAYS_OF_RUNS)
LETTERS_ALONE = 20
LETTER_PARTS = {"PDFs": ("dunning.printing", "_store"), "mails": ("dunning.outbox", "_put")}
EVENTS = {"events": ("dunning.event", "_tell")}
CHARGES = {"charges": ("dunning.charge", "_follow")}
STORY = 2000
CLIENTS = 30

# The least that any dunning run must do: find the open overdue lines, group them, and keep the result.
FLOOR_TABLES = """
    CREATE TABLE bench_letter (
        id serial PRIMARY KEY, company_id int, partner_id int, currency_id int, date date, amount numeric);
    CREATE TABLE bench_letter_line (
        id serial PRIMARY KEY, letter_id int, move_id int, move_line_id int, due date, amount numeric);
"""
FLOOR = """
    WITH overdue AS MATERIALIZED (
        SELECT l.id, l.move_id, l.company_id, l.partner_id, l.currency_id, l.date_maturity, l.amount_residual_currency
          FROM account_move_line l
          JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
         WHERE l.company_id = %(company)s AND l.parent_state = 'posted' AND l.reconciled IS NOT TRUE
           AND l.amount_residual_currency > 0 AND l.date_maturity < %(today)s
    ), letters AS (
        INSERT INTO bench_letter (company_id, partner_id, currency_id, date, amount)
        SELECT company_id, partner_id, currency_id, %(today)s, SUM(amount_residual_currency)
          FROM overdue GROUP BY company_id, partner_id, currency_id
        RETURNING id, partner_id, currency_id
    )
    INSERT INTO bench_letter_line (letter_id, move_id, move_line_id, due, amount)
    SELECT letters.id, o.move_id, o.id, o.date_maturity, o.amount_residual_currency
      FROM overdue o JOIN letters USING (partner_id, currency_id)
"""


def peak_mb():
    """The most memory this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def cpu_seconds(backend):
    """Processor time that this process and its PostgreSQL backend have used; other work on the machine adds nothing.

    :param backend: process id of the backend, on this same machine.
    """
    after_name = Path(f"/proc/{backend}/stat").read_text().rpartition(") ")[2].split()
    return time.process_time() + (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


class Clock:
    """Measures steps on one environment: wall clock, processor time, statements, peak memory."""

    def __init__(self, env):
        self.env = env
        self.backend = env.cr.connection.info.backend_pid
        self.steps = {}

    @contextlib.contextmanager
    def step(self, name, of):
        """Measure what happens inside, its commit included.

        :param of: how many invoices or letters it handles.
        """
        self.env.invalidate_all()
        self.env.cr.commit()
        gc.collect()
        queries, began, cpu = self.env.cr.sql_log_count, time.perf_counter(), cpu_seconds(self.backend)
        yield
        self.env.flush_all()
        self.env.cr.commit()
        self.steps[name] = {
            "seconds": time.perf_counter() - began,
            "cpu": cpu_seconds(self.backend) - cpu,
            "queries": self.env.cr.sql_log_count - queries,
            "peak_mb": peak_mb(),
            "of": of,
        }

    @contextlib.contextmanager
    def parts(self, name, of, parts):
        """Beside a step, what calls of some methods took of it. :param parts: ``{name: (model, method)}``."""
        steps = {f"{name}, {part}": dict.fromkeys(("seconds", "cpu", "queries"), 0) | {"of": of} for part in parts}
        with contextlib.ExitStack() as patches:
            for (service, method), step in zip(parts.values(), steps.values(), strict=True):
                model = type(self.env[service])
                patches.enter_context(patch.object(model, method, self._timed(getattr(model, method), step)))
            yield
        self.steps |= {part: step | {"peak_mb": peak_mb()} for part, step in steps.items()}

    def _timed(self, method, step):
        """The method, adding what each call takes to the figures of a step."""

        def run(*arguments, **named):
            queries, began, cpu = self.env.cr.sql_log_count, time.perf_counter(), cpu_seconds(self.backend)
            answer = method(*arguments, **named)
            step["seconds"] += time.perf_counter() - began
            step["cpu"] += cpu_seconds(self.backend) - cpu
            step["queries"] += self.env.cr.sql_log_count - queries
            return answer

        return run


def seeding(env, options):
    """Fill the database; nothing is measured."""
    seed.seed(env, options.invoices, options.files)
    vacuum(env)
    return {}


def vacuum(env):
    """As autovacuum does within a minute, which looks at no transaction that is open."""
    env.cr.commit()
    env.cr.connection.autocommit = True  # VACUUM takes no transaction
    env.cr.execute("VACUUM ANALYZE")
    env.cr.connection.autocommit = False


def floor(env, options):
    """The bare statement, several times over: it takes too little to trust one time."""
    company = benchmark_company(env)
    clock, times = Clock(env), []
    env.cr.execute(FLOOR_TABLES)
    for _time in range(FLOOR_TIMES):
        env.cr.execute("TRUNCATE bench_letter, bench_letter_line")
        with clock.step("floor", options.invoices):
            env.cr.execute(FLOOR, {"company": company.id, "today": fields.Date.context_today(company)})
            check(env.cr.rowcount, options.invoices, "lines")
        times.append(clock.steps["floor"])
    clock.steps["floor"] |= {key: statistics.median(step[key] for step in times) for key in ("seconds", "cpu")}
    env.cr.execute("DROP TABLE bench_letter, bench_letter_line")
    env.cr.commit()
    return clock.steps


def ours(env, options):
    """A first proposal, the same run once more, another run on the same day, and the worklist as it is opened."""
    company = benchmark_company(env)
    clock = Clock(env)
    letters = -(-options.invoices // seed.PER_DEBTOR)
    with clock.step("propose", options.invoices):
        run = propose_all(env, company)
    check(len(run.letter_ids), letters, "letters")
    check(len(run.letter_ids.line_ids), options.invoices, "lines")
    check(len(run.decision_ids), options.invoices, "decisions")
    with clock.step("propose again", options.invoices):
        run.action_propose()
    check(len(run.letter_ids), letters, "letters")
    check(len(run.decision_ids), options.invoices, "decisions")
    with clock.step("second propose", options.invoices):
        second = propose_all(env, company)
    check(len(second.letter_ids), 0, "letters beside those of the first run")
    check(len(second.decision_ids), options.invoices, "decisions")
    with clock.step("worklist", WORKLIST_ROWS):
        rows = open_worklist(env)
        check(min(rows["length"], 10_001), min(-(-options.invoices // seed.PER_DEBTOR), 10_001), "cases")
    lists = invoice_list(env)
    env["dunning.figures"]._put_away()  # as the job of every minute does
    env.ref("cremann_dunning.dunning_cron_figures").lastcall = fields.Datetime.now()  # which is at work all day
    vacuum(env)
    screens = {"worklist again": open_worklist, "today": open_today, "case": open_case, "calls": open_calls}
    for screen, opened in screens.items():
        opened(env)  # the first turn fills the caches
        with clock.step(screen, WORKLIST_ROWS):
            opened(env)
    with clock.step("invoice list", WORKLIST_ROWS):
        lists()
    return clock.steps


def fresh(env, options):
    """What it costs that screens show fresh answers: nothing changed, one debtor changed, and a rule for everybody."""
    company = benchmark_company(env)
    clock = Clock(env)
    propose_all(env, company)
    env.cr.commit()
    level = env.ref("cremann_dunning.dunning_procedure_nl_business").level_ids[:1]
    move = env["account.move"].search([("dunning_is_due", "=", True)], limit=1)
    for _time in range(2):  # the first turn fills the caches
        with clock.step("marks of the company", options.invoices):
            check(len(env["dunning.freshness"].sudo()._stale(company)), 0, "debtors with old answers")
        with clock.step("filter, nothing changed", WORKLIST_ROWS):
            filter_due(env)
        with clock.step("filter without marks", WORKLIST_ROWS), unmarked(env):
            filter_due(env)
        with clock.step("list, nothing changed", WORKLIST_ROWS):
            list_invoices(env)
        with clock.step("list without marks", WORKLIST_ROWS), unmarked(env):
            list_invoices(env)
        with clock.step("worklist, nothing changed", WORKLIST_ROWS):
            open_worklist(env)
        with clock.step("worklist without marks", WORKLIST_ROWS), unmarked(env):
            open_worklist(env)
    move.line_ids.no_followup = False
    env.cr.execute("UPDATE account_move_line SET no_followup = TRUE WHERE move_id = %s", [move.id])
    with clock.step("filter, one debtor changed", WORKLIST_ROWS):
        filter_due(env)
    level.sudo().delay_days += 1
    with clock.step("filter, a rule changed", options.invoices):
        filter_due(env)
    return clock.steps


COLUMNS = {name: {} for name in ("name", "amount_total", "dunning_next_date", "dunning_explanation")}


def filter_due(env):
    """The invoices whose step is due, as the list shows them."""
    moves = env["account.move"]
    return moves.web_search_read([("dunning_is_due", "=", True)], COLUMNS, limit=WORKLIST_ROWS, count_limit=10_001)


def list_invoices(env):
    """All invoices with what is said of them."""
    moves = env["account.move"]
    return moves.web_search_read([("state", "=", "posted")], COLUMNS, limit=WORKLIST_ROWS, count_limit=10_001)


def unmarked(env):
    """As if nobody asked whether answers are fresh."""
    return patch.object(type(env["dunning.freshness"]), "_bring", lambda *_arguments: None)


def simulate(env, options):
    """Ninety days to come: one look ahead, letters with their sums."""
    company = benchmark_company(env)
    clock = Clock(env)
    until = fields.Date.context_today(company) + timedelta(days=DAYS_AHEAD)
    with clock.step("90 days", options.invoices):
        simulation = env["dunning.simulation"].create({"company_id": company.id, "date_to": until})
        simulation.action_simulate()
    # nobody pays, so every debtor gets every letter of his procedure
    levels = env.ref("cremann_dunning.dunning_procedure_nl_business").level_ids
    debtors = -(-options.invoices // seed.PER_DEBTOR) + 1  # and that of the invoice that was copied, due in a month
    check(simulation.letter_count, debtors * len(levels), "letters to come")
    check(len(env["dunning.letter"].search([])), 0, "letters written")
    return clock.steps


def receipts(env, options):
    """As many receipts that nobody booked as there are open invoices: all looked up, and what a look costs later."""
    company = benchmark_company(env)
    seed.add_receipts(env(su=True), company, options.invoices)
    clock, look = Clock(env), env["dunning.receipt.look"]
    with clock.step("all looked up", options.invoices):
        look._bring(company)
    check(env["dunning.receipt"].search_count([]), options.invoices + 1, "receipts")
    stops = env["dunning.receipt"].search_count([("certainty", "in", ("certain", "likely"))])
    if not options.invoices * 3 // 5 <= stops <= options.invoices * 4 // 5 + 1:
        sys.exit(f"{stops} of {options.invoices} receipts stop a letter")
    with clock.step("nothing changed", options.invoices):
        look._bring(company)
    with clock.step("nothing changed, lines only", options.invoices):
        look._bring(company, against=False)
    debtor = env["account.move"].search([("company_id", "=", company.id), ("state", "=", "posted")], limit=1).partner_id
    with clock.step("facts of one debtor", 1):
        env["dunning.gather"].facts(company, fields.Date.context_today(company), debtor.ids)
    env["account.bank.statement.line"].sudo().search([], limit=1).payment_ref = "another text"
    with clock.step("one line changed", options.invoices):
        look._bring(company)
    return clock.steps


def year(env, options):
    """A run on every day of a year, its letters sent: what the tables of runs and decisions come to."""
    company, clock = benchmark_company(env), Clock(env)
    first, sizes = fields.Date.context_today(company), []
    with clock.step(f"{DAYS_OF_RUNS} days", options.invoices):
        for number in range(DAYS_OF_RUNS):
            with freeze_time(f"{first + timedelta(days=number)} 09:00:00"):
                send_all(env, propose_all(env, company))
                env.cr.commit()
                env.invalidate_all()
            if number + 1 in LOOKED_AT:
                sizes.append((number + 1, *rows_of_runs(env)))
    for days, links, decisions in sizes:
        print(f"after {days} days: {links:,} links of runs, {decisions:,} decisions", file=sys.stderr)
    return clock.steps


def send_all(env, run):
    """As if the mail server had taken every letter of this run; no words and no PDF, which are not measured."""
    letters = run.letter_ids.filtered(lambda letter: letter.state == "draft").sudo()
    letters._number()
    letters.write({"state": "issued"})
    letters._register_sent()
    env["dunning.delivery"].sudo()._after_sending(run.company_id)
    run.sudo().state = "done"


def rows_of_runs(env):
    """How many rows stand in the tables of runs with their decisions, and of decisions."""
    env.cr.execute("SELECT (SELECT COUNT(*) FROM dunning_decision_run_rel), (SELECT COUNT(*) FROM dunning_decision)")
    return env.cr.fetchone()


def propose_all(env, company):
    """A run over the whole ledger, proposed."""
    run = env["dunning.run"].create({"company_id": company.id})
    run.action_propose()
    return run


def open_worklist(env):
    """What the web client asks when somebody clicks on the menu: the action, then the first page of its list."""
    action = env["dunning.case"].action_open_worklist()
    cases = env["dunning.case"]
    views = cases.get_views([(False, "list")])
    columns = [
        node.get("name")
        for node in etree.fromstring(views["views"]["list"]["arch"]).iterfind("./field")
        if node.get("optional") != "hide"
    ]
    wanted = {
        name: {"fields": {"display_name": {}}} if cases._fields[name].type == "many2one" else {} for name in columns
    }
    domain = [*safe_eval(action["domain"] or "[]", {"uid": env.uid}), ("amount_overdue", ">", 0)]  # its first filter
    order = etree.fromstring(views["views"]["list"]["arch"]).get("default_order")
    return cases.web_search_read(domain, wanted, limit=WORKLIST_ROWS, count_limit=10_001, order=order)


def open_today(env):
    """What the web client asks for the landing page."""
    env.invalidate_all()
    return env["dunning.today"].read_today()


def open_calls(env, shown={}):  # noqa: B006  (what the browser keeps of the worklist)
    """Call mode over the first page of the worklist: its window is made, and the first debtor shown.

    The browser sends the rows that it shows already: they are looked for the first time only, which is not measured.
    """
    if env not in shown:
        cases = env["dunning.case"].search([("amount_overdue", ">", 0)], limit=WORKLIST_ROWS, order="priority DESC, id")
        shown[env] = cases.ids
    env.invalidate_all()
    window = env["dunning.call.wizard"]._for_cases(env["dunning.case"].browse(shown[env]))
    tree = etree.fromstring(window.get_views([(False, "form")])["views"]["form"]["arch"])
    return window.web_read(fields_of(window, tree))


def open_case(env):
    """The form of the first debtor of the worklist, with every field of its view."""
    env.invalidate_all()
    cases = env["dunning.case"]
    tree = etree.fromstring(cases.get_views([(False, "form")])["views"]["form"]["arch"])
    case = cases.search([("amount_overdue", ">", 0)], limit=1)
    return case.web_read(fields_of(cases, tree))


def fields_of(model, tree):
    """What the web client asks of the fields of a view, and of the lists within it."""
    wanted = {}
    for node in tree.iter("field"):
        if any(parent.tag == "field" for parent in node.iterancestors()):
            continue
        field = model._fields[node.get("name")]
        wanted[field.name] = {}
        if field.type == "many2one":
            wanted[field.name] = {"fields": {"display_name": {}}}
        elif field.relational:
            rows, other = node.find("list"), model.env[field.comodel_name]
            wanted[field.name] = {"fields": fields_of(other, rows) if rows is not None else {}, "limit": 80}
    return wanted


def crowd(env, options):
    """Makes ready what a crowd opens: everything proposed, and as many bookkeepers as asked for."""
    company = benchmark_company(env)
    propose_all(env, company)
    env["dunning.figures"]._put_away()
    groups = ["cremann_dunning.group_dunning_user", "account.group_account_invoice"]
    for number in range(options.letters):
        login = f"bookkeeper{number}"
        env["res.users"].create(
            {
                "name": login,
                "login": login,
                "password": login,
                "company_ids": [(6, 0, company.ids)],
                "company_id": company.id,
                "group_ids": [(6, 0, [env.ref(name).id for name in groups])],
            }
        )
    env.cr.commit()
    return Clock(env).steps


def visitors(env, options):
    """Makes ready what visitors open: letters as if they had been sent, one of them over 200 invoices, with keys.

    :return: no steps; the addresses stand in the file that is asked for.
    """
    company = benchmark_company(env)
    first = env["account.move"].search([("company_id", "=", company.id), ("state", "=", "posted")], limit=1).partner_id
    env.cr.execute(
        """
        WITH taken AS (SELECT id FROM account_move WHERE company_id = %(company)s AND state = 'posted'
                        ORDER BY partner_id = %(partner)s DESC, id DESC LIMIT 200),
             moves AS (UPDATE account_move m SET partner_id = %(partner)s, commercial_partner_id = %(partner)s
                         FROM taken WHERE m.id = taken.id)
        UPDATE account_move_line l SET partner_id = %(partner)s FROM taken WHERE l.move_id = taken.id
        """,
        {"company": company.id, "partner": first.id},
    )
    env.invalidate_all()
    propose_all(env, company)
    letters = env["dunning.letter"].sudo().search([("company_id", "=", company.id)])  # written by the system
    letters._give_keys()
    env.flush_all()
    env.cr.execute(
        """
        UPDATE dunning_letter SET state = 'sent', sent_on = date, sent_at = NOW(), pdf_sha256 = 'x', name = 'L' || id
         WHERE id = ANY(%s)
        """,
        [letters.ids],
    )
    env["dunning.figures"]._put_away()
    env.cr.commit()
    env.invalidate_all()
    keys = env["dunning.page.key"].search([("letter_id", "in", letters.ids)])
    keys = keys.sorted(lambda key: key.partner_id != first)[: options.letters + 1]
    Path(os.environ["DUNNING_BENCH_PATHS"]).write_text("\n".join(key._url() for key in keys))
    return Clock(env).steps


def invoice_list(env):
    """Odoo's own list of invoices as its menu opens it: a function that asks for its first page once more."""
    moves = env["account.move"]

    def ask():
        env.invalidate_all()
        action = env["ir.actions.act_window"]._for_xml_id("account.action_move_out_invoice_type")
        domain = safe_eval(action["domain"] or "[]", {"uid": env.uid})
        views = moves.get_views([(False, "list")])
        nodes = etree.fromstring(views["views"]["list"]["arch"]).iterfind("./field")
        columns = [node.get("name") for node in nodes if node.get("optional") != "hide"]
        wanted = {
            name: {"fields": {"display_name": {}}} if moves._fields[name].type == "many2one" else {} for name in columns
        }
        return moves.web_search_read(domain, wanted, limit=WORKLIST_ROWS, count_limit=10_001)

    ask()
    return ask


def clients(env, options):
    """The ledger parted among thirty companies: all of them in one list, beside the list of their invoices."""
    companies = seed.spread(env(su=True), benchmark_company(env), CLIENTS)
    env = env(context={**env.context, "allowed_company_ids": companies.ids})
    for company in companies.with_env(env(su=True)):
        company.env["dunning.figures"]._refresh(company)
    env.cr.execute("TRUNCATE dunning_touch")
    vacuum(env)
    clock, lists = Clock(env), invoice_list(env)
    with clock.step("invoice list", WORKLIST_ROWS):
        lists()
    open_clients(env)  # the first turn fills the caches
    with clock.step("clients", CLIENTS):
        rows = open_clients(env)
    check(sum(row["debtor_count"] > 0 for row in rows["records"]), CLIENTS, "clients with debtors")
    env.cr.execute("INSERT INTO dunning_touch (partner_id) VALUES (NULL)")
    with clock.step("clients, everybody changed", CLIENTS):
        open_clients(env)
    return clock.steps


def open_clients(env):
    """The list of clients as its menu opens it."""
    client = env["dunning.client"]
    nodes = etree.fromstring(client.get_views([(False, "list")])["views"]["list"]["arch"]).iterfind("./field")
    wanted = {
        node.get("name"): {"fields": {"display_name": {}}}
        if client._fields[node.get("name")].type == "many2one"
        else {}
        for node in nodes
    }
    return client.web_search_read([], wanted, limit=WORKLIST_ROWS, count_limit=10_001)


def settled(env, options):
    """A plan over sixty instalments, settled from as many receipts as there are invoices."""
    clock, company = Clock(env), benchmark_company(env)
    plan = plans.settle(env, company, clock, options.invoices)
    check(len(plan.instalment_ids), plans.INSTALMENTS, "instalments")
    check(round(plan.paid_amount * 100), options.invoices + 1, "receipts of a cent")
    check(plan.state, "active", "state")
    return clock.steps


def limited(env, options):
    """Until when every open claim can be enforced: worked out for the first time, and when nothing changed."""
    clock, company = Clock(env), benchmark_company(env)
    service = env["dunning.limitation"].sudo().with_company(company)
    with clock.step("first", options.invoices):
        service._bring(company)
    rows = env["dunning.limitation.claim"].sudo().search_count([("company_id", "=", company.id)])
    check(rows, options.invoices, "claims")
    with clock.step("again", options.invoices):
        service._bring(company)
    return clock.steps


def peer(env, options):
    """OCA account_credit_control: its run, then the communications that it mails or prints from.

    Without the messages and followers that Odoo adds to new records: ours leaves them out as well.
    """
    env = env(context={**env.context, "tracking_disable": True})
    company = benchmark_company(env)
    policy = env.ref("account_credit_control.credit_control_3_time")
    receivable = env["account.account"].search([("account_type", "=", "asset_receivable")])
    policy.account_ids = receivable
    company.credit_policy_id = policy
    clock = Clock(env)
    with clock.step("run", options.invoices):
        today = fields.Date.context_today(company)
        run = env["credit.control.run"].create(
            {"date": today, "policy_ids": [fields.Command.set(policy.ids)], "company_id": company.id}
        )
        run.generate_credit_lines()
    check(len(run.line_ids), options.invoices, "lines")
    with clock.step("communications", options.invoices):
        run.set_to_ready_lines()
        made = env["credit.control.communication"]._generate_comm_from_credit_lines(run.line_ids)
    check(len(made), -(-options.invoices // seed.PER_DEBTOR), "communications")
    some = made[:LETTERS_ALONE].with_context(mail_notify_force_send=False)
    with report_server(env), clock.step("mails", len(some)):
        some._generate_emails()
    return clock.steps


def confirm(env, options):
    """Issue letters with their PDFs: in batches as a run does, then one by one."""
    company = benchmark_company(env)
    alone = min(options.letters, LETTERS_ALONE)
    with report_server(env):
        everybody = env["account.move"].search(
            [("company_id", "=", company.id), ("invoice_date_due", "<", fields.Date.context_today(company))]
        )
        debtors = everybody.partner_id.sorted("id")
        runs = [
            propose_for(env, company, debtors[:alone]),
            propose_for(env, company, debtors[alone : alone + options.letters]),
        ]
        env.cr.commit()
        clock = Clock(env)
        with clock.parts("one by one", alone, LETTER_PARTS | EVENTS), clock.step("one by one", alone):
            for letter in runs[0].sudo().letter_ids:
                run = runs[0].sudo()
                run.env["dunning.confirmation"]._confirm_batch(run, letter)
                env.cr.commit()
        with clock.parts("batches", options.letters, LETTER_PARTS | EVENTS), clock.step("batches", options.letters):
            runs[1].action_confirm()
    for run, wanted in zip(runs, (alone, options.letters), strict=True):
        check(len(run.letter_ids.filtered(lambda letter: letter.state == "issued" and letter.pdf_file)), wanted, "PDFs")
    return clock.steps


def send(env, options):
    """Letters that ask costs and interest, issued and handed to a real mail server, and what follows on it."""
    company = benchmark_company(env)
    levels = env.ref("cremann_dunning.dunning_procedure_nl_business").level_ids
    levels.filtered(lambda level: level.legal_type == "reminder").active = False
    with report_server(env), mail_server(env):
        due = [("company_id", "=", company.id), ("invoice_date_due", "<", fields.Date.context_today(company))]
        debtors = env["account.move"].search(due).partner_id.sorted("id")[: options.letters]
        run = propose_for(env, company, debtors)
        env.cr.commit()
        clock = Clock(env)
        with clock.parts("issued", options.letters, EVENTS), clock.step("issued", options.letters):
            run.action_confirm()
        mails = run.sudo().letter_ids.mail_id
        check(len(mails), options.letters, "mails")
        with clock.parts("sent", options.letters, EVENTS | CHARGES), clock.step("sent", options.letters):
            mails.send(auto_commit=True)
    check(len(run.letter_ids.filtered(lambda letter: letter.state == "sent")), options.letters, "letters sent")
    check(env["dunning.charge"].search_count([]) > 0, True, "charges")
    print(f"{env['dunning.charge'].search_count([]):,} charges", file=sys.stderr)
    return clock.steps


@contextlib.contextmanager
def mail_server(env):
    """A mail server on loopback that takes everything, and Odoo told to use it."""
    from aiosmtpd.controller import Controller
    from aiosmtpd.handlers import Sink

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    serving = Controller(Sink(), hostname="127.0.0.1", port=port)
    serving.start()
    env["ir.mail_server"].create({"name": "sink", "smtp_host": "127.0.0.1", "smtp_port": port, "sequence": 1})
    env.cr.commit()
    yield
    serving.stop()


def events(env, options):
    """So many events: told in batches, sealed, followed, exported and checked as a file; and the story of a debtor."""
    from odoo.addons.cremann_dunning.engine import chain  # found once the registry has its folders

    company, count, clock = benchmark_company(env), options.letters, Clock(env)
    debtor = env["res.partner"].search([("email", "like", "@debtor.example.com")], limit=1)
    row = {"company_id": company.id, "personal": {"to": "debtor@example.com"}}
    facts = {"name": "DUN/2026/00001", "total": {"amount": "1155.70", "currency": "EUR"}, "reason": "none"}
    env["dunning.sealing"]._seal()
    before = env["dunning.event.seal"].search_count([("company_id", "=", company.id)])
    with clock.step("told", count):
        for start in range(0, count, 1000):
            about = debtor.id if start < STORY else debtor.id + 1
            env["dunning.event"]._tell(
                [row | {"kind": "chain.begun", "debtor": about, "facts": facts, "claims": [n]} for n in range(1000)]
            )
            env.cr.commit()
    with clock.step("sealed", count):
        check(env["dunning.sealing"]._seal(), count, "sealed")
    with clock.step("nothing to seal", count):
        env["dunning.sealing"]._seal()
    with clock.step("followed", count):
        check(env["dunning.verification"]._verify(company).seq, count + before, "followed")
    with Path(f"/tmp/record-{os.getpid()}.zip").open("w+b") as file:
        os.unlink(file.name)
        with clock.step("exported", count):
            env["dunning.chain.export"]._write(company, file, "record.zip")
        with clock.step("file checked", count):
            check(chain.verify_export(file).findings, [], "findings")
    case = env["dunning.case"].create({"partner_id": debtor.id, "company_id": company.id})
    story = env["dunning.story"]
    story.read_story("dunning.case", case.id)
    with clock.step(f"story of {STORY:,}", STORY):
        check(len(story.read_story("dunning.case", case.id)["done"]), 80, "lines")
    return clock.steps


def dossier(env, options):
    """A file of claims with all that proves them, see ``dossiers``."""
    with report_server(env):
        return dossiers.written(env, benchmark_company(env), Clock(env), check)


def propose_for(env, company, debtors):
    """A proposal for these debtors only."""
    run = env["dunning.run"].create({"company_id": company.id, "partner_ids": [fields.Command.set(debtors.ids)]})
    run.action_propose()
    return run


@contextlib.contextmanager
def report_server(env):
    """An HTTP server in this process, where wkhtmltopdf fetches the styles of the letters."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    odoo.tools.config["http_port"] = port
    server.load_server_wide_modules()
    serving = server.ThreadedServer(http.root)
    serving.http_spawn()
    env["ir.config_parameter"].sudo().set_param("report.url", f"http://127.0.0.1:{port}")
    env.cr.commit()
    yield
    serving.httpd.shutdown()


def benchmark_company(env):
    """The company that was seeded, as the web client works in it."""
    return env["res.company"].with_context(lang="en_US").search([("name", "=", seed.COMPANY)])


def check(found, wanted, what):
    """A measure of work that was not done would be worth nothing."""
    if found != wanted:
        sys.exit(f"expected {wanted} {what}, found {found}")


MEASURES = {
    "seed": seeding, "floor": floor, "ours": ours, "peer": peer, "confirm": confirm, "simulate": simulate,
    "year": year, "fresh": fresh, "receipts": receipts, "send": send, "events": events, "crowd": crowd,
    "visitors": visitors,
    "clients": clients,
    "limitation": limited,
    "plans": settled,
    "dossier": dossier,
}  # fmt: skip


def main():
    """Open the database as the administrator in the benchmark's company, and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=MEASURES)
    parser.add_argument("--database", required=True)
    parser.add_argument("--invoices", type=int, required=True)
    parser.add_argument("--letters", type=int, default=0)
    parser.add_argument("--files", action="store_true")
    options = parser.parse_args()
    odoo.tools.config.parse_config(["-d", options.database, "--log-level=error"], setup_logging=True)
    registry = Registry(options.database)
    with registry.cursor() as cr:
        env = api.Environment(cr, api.SUPERUSER_ID, {"lang": "en_US"})
        if options.what != "seed":
            company = benchmark_company(env)
            env = env(user=env.ref("base.user_admin").id, context={"lang": "en_US", "allowed_company_ids": company.ids})
            env = env(su=False)
        loaded = peak_mb()
        steps = MEASURES[options.what](env, options)
    print(json.dumps({"loaded_mb": loaded, "steps": steps}))


if __name__ == "__main__":
    main()
