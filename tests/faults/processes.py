"""Odoo in processes of its own, for tests that kill them or let them get in each other's way.

Run as a script it loads the registry of a database once, and then forks a child for every job that it reads from its
input; so a process that is killed and started again costs milliseconds instead of seconds. The children work as in
production: they commit, and a conflict is tried again by Odoo's own code. ``Nursery`` is the side of the test.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from datetime import timedelta
from pathlib import Path

if __name__ == "__main__":  # as a script, this folder stands in the way of Odoo's own imports
    sys.path[0] = str(Path(__file__).resolve().parents[2])


class Nursery:
    """Starts children, one job each, and hears how they end."""

    def __init__(self, database):
        self.process = subprocess.Popen(
            [sys.executable, __file__, database], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._answers = {}
        self._news = threading.Condition()
        threading.Thread(target=self._listen, daemon=True).start()
        self._wait("ready", 120)

    def start(self, job, **arguments):
        """Start a job; the number of its process."""
        with self._news:
            self._answers.pop("started", None)
        self.process.stdin.write(json.dumps({"job": job, **arguments}) + "\n")
        self.process.stdin.flush()
        return self._wait("started", 30)

    def result(self, pid, timeout=300):
        """What the job of that process returned.

        :raises AssertionError: when it failed, with its traceback, or was killed.
        """
        answer = self._wait(pid, timeout)
        if "result" not in answer:
            raise AssertionError(answer.get("error") or f"process {pid} ended with {answer['status']}")
        return answer["result"]

    def run(self, job, **arguments):
        """Do a job and wait for its result."""
        return self.result(self.start(job, **arguments))

    def kill(self, pid):
        """Kill a process and what it started, at once; whether it was still at work."""
        with self._news:
            if pid in self._answers:
                return False
        os.killpg(pid, signal.SIGKILL)
        return "result" not in self._wait(pid, 30)

    def close(self):
        """End the nursery."""
        self.process.stdin.close()
        self.process.wait(30)

    def _listen(self):
        for line in self.process.stdout:
            if not line.startswith("{"):
                continue
            news = json.loads(line)
            with self._news:
                self._answers[news.pop("of")] = news.get("pid", news) if "pid" in news else news
                self._news.notify_all()

    def _wait(self, key, timeout):
        with self._news:
            if not self._news.wait_for(lambda: key in self._answers, timeout):
                raise AssertionError(f"No answer about {key} within {timeout} seconds")
            return self._answers[key]


# -- the script -------------------------------------------------------------------------------------------------------


def tell(**news):
    """One line to the test, in one write: children share the pipe."""
    os.write(1, (json.dumps(news) + "\n").encode())


def prepare(env, port, count):
    """A company whose mail goes to `port`, `count` debtors with an overdue invoice, and a run that proposes."""
    from odoo import fields

    company = env["res.company"].create(
        {
            "name": "Kaai Holland B.V.",
            "country_id": env.ref("base.nl").id,
            "email": "office@kaai.example.com",
            "dunning_set_up_on": fields.Datetime.now(),
        }
    )
    env["account.chart.template"].try_loading("nl", company=company, install_demo=False)
    env["res.partner.bank"].create({"acc_number": "NL91ABNA0417164300", "partner_id": company.partner_id.id})
    env.user.write({"company_ids": [(4, company.id)], "company_id": company.id})
    env = env(context={**env.context, "allowed_company_ids": company.ids})
    env["ir.config_parameter"].set_param("report.url", "http://127.0.0.1:9")
    env["ir.config_parameter"].set_param("report.print_delay", "10")
    env["ir.mail_server"].search([]).active = False
    env["ir.mail_server"].create({"name": "loopback", "smtp_host": "127.0.0.1", "smtp_port": port})
    company.dunning_responsible_id = env.user
    today = fields.Date.today()
    account = env["account.account"].search(
        [("account_type", "=", "income"), ("company_ids", "in", company.ids)], limit=1
    )
    partners = env["res.partner"].create(
        [
            {
                "name": f"Debtor {number:03}",
                "is_company": True,
                "email": f"debtor{number:03}@example.com",
                "invoice_edi_format": False,
            }
            for number in range(count)
        ]
    )
    moves = env["account.move"].create(
        [
            {
                "move_type": "out_invoice",
                "company_id": company.id,
                "partner_id": partner.id,
                "invoice_date": today - timedelta(days=25),
                "invoice_date_due": today - timedelta(days=11),
                "invoice_line_ids": [
                    (0, 0, {"name": "Work", "price_unit": 100, "tax_ids": [(5,)], "account_id": account.id})
                ],
            }
            for partner in partners
        ]
    )
    moves._post(soft=False)
    moves.is_move_sent = True
    moves.sudo().dunning_sent_on = today - timedelta(days=25)
    # letters only: the invoices of a test that is about crashes need no PDF
    env["dunning.level"].search([]).attach_invoice = False
    run = env["dunning.run"].create({"company_id": company.id})
    run.action_propose()
    return {"run": run.id, "company": company.id, "moves": moves.ids, "letters": len(run.letter_ids)}


def confirm(env, run, batch=5):
    """Confirm a run, as a person does; small batches, so that there is much to break."""
    from odoo.exceptions import UserError

    from odoo.addons.cremann_dunning.models.run import dunning_confirmation

    dunning_confirmation.CONFIRM_BATCH = batch
    record = env["dunning.run"].browse(run)
    try:
        record.action_confirm()
    except UserError as error:  # another process was first
        return str(error)
    return record.state


def outbox(env, seconds=0):
    """What Odoo's cron job does: empty the outbox, again and again for so many seconds."""
    end = time.monotonic() + seconds
    while True:
        env["mail.mail"].process_email_queue()
        env.cr.commit()
        env.invalidate_all()
        if time.monotonic() >= end:
            return
        time.sleep(0.02)


def count(env, letters):
    """Send so many letters of the outbox; what the database was asked for it, commits left out."""
    mails = env["mail.mail"].search([("state", "=", "outgoing")], limit=letters)
    before = env.cr.sql_log_count
    mails.send(auto_commit=True)
    return env.cr.sql_log_count - before


def work(env, run):
    """Confirm a run and empty the outbox, from wherever an earlier process got."""
    if env["dunning.run"].browse(run).state == "proposed":
        confirm(env, run)
    env.cr.commit()
    outbox(env)


def pay(env, moves):
    """Register a payment for each of these invoices, as a bookkeeper does."""
    for move in env["account.move"].browse(moves):
        wizard = env["account.payment.register"].with_context(active_model="account.move", active_ids=move.ids)
        wizard.create({}).action_create_payments()
        env.cr.commit()


def look(env, run):
    """What is on record about every letter of a run."""
    record = env["dunning.run"].browse(run)
    return {
        "state": record.state,
        "letters": [
            {
                "id": letter.id,
                "name": letter.name,
                "to": letter.partner_id.email,
                "moves": letter.line_ids.move_id.ids,
                "state": letter.state,
                "error": letter.error,
                "why": letter.cancel_reason,
                "unsure": letter.is_unsure,
                "attempts": [[attempt.state, attempt.message_id] for attempt in letter.dispatch_ids],
                "pdf": bool(letter.pdf_file),
                "levels": letter.line_ids.move_id.mapped("dunning_level_id.id"),
            }
            for letter in record.letter_ids
        ],
    }


def find_out(env, run, arrived):
    """What a person does with letters whose sending was cut off: look in the mail server's log, and say or retry."""
    unsure = env["dunning.run"].browse(run).letter_ids.filtered("is_unsure")
    for letter in unsure:
        if letter.dispatch_ids[:1].message_id in arrived:
            letter.action_left()
        else:
            letter.action_retry()
    return len(unsure)


def seal(env, seconds=0):
    """What the job that seals events does, again and again for so many seconds; how many it sealed."""
    end, sealed = time.monotonic() + seconds, 0
    while True:
        sealed += env["dunning.sealing"]._seal()
        env.cr.commit()
        if time.monotonic() >= end:
            return sealed
        time.sleep(0.01)


def chain(env, run, heads=None):
    """Whether the record of events fits, and what it tells of each letter of a run: ``{id: {kind: times}}``.

    :param heads: as they came by mail, ``[[seq, digest]]``.
    """
    record = env["dunning.run"].browse(run)
    check = env["dunning.chain.check"]._follow(record.company_id, dict(heads or ()))
    told = {letter.id: {} for letter in record.letter_ids}
    for event in env["dunning.event"].search([("letter", "in", record.letter_ids.ids)]):
        told[event.letter][event.kind] = told[event.letter].get(event.kind, 0) + 1
    sealed = env["dunning.event.seal"].search([("company_id", "=", record.company_id.id)]).mapped("seq")
    return {
        "fits": check.fits,
        "words": check.words,
        "unsealed": check.unsealed,
        "found": [[finding["seq"], finding["code"]] for finding in check.findings or ()],
        "told": told,
        "seqs": sorted(sealed),
    }


def mail_head(env, run):
    """Send the head of the record to where it is kept."""
    company = env["dunning.run"].browse(run).company_id
    company.dunning_head_email = "notary@example.com"
    env.flush_all()
    env["dunning.chain.head"]._send(company)
    env.cr.commit()
    outbox(env)


def page(env):
    """The debtor's page of the only letter: its address, the items on it, and a day soon."""
    [letter] = env["dunning.letter"].search([("state", "=", "sent")])
    key = env["dunning.page.key"].sudo().search([("letter_id", "=", letter.id)])
    soon = letter.company_id._dunning_today() + timedelta(days=3)
    return {"url": key._url(), "items": letter.line_ids.move_line_id.ids, "ahead": str(soon)}


def done(env):
    """What came of what debtors did on their pages, counted."""
    models = ("page.act", "promise", "dispute", "reply", "payment.choice", "agreement.receipt")
    return {name: env[f"dunning.{name}"].sudo().search_count([]) for name in models}


JOBS = {
    job.__name__: job
    for job in (prepare, confirm, outbox, count, work, pay, look, find_out, seal, chain, mail_head, page, done)
}


def child(database, order):
    """Do one job in a transaction of Odoo's own making, and end."""
    import odoo
    from odoo.modules.registry import Registry
    from odoo.service.model import retrying

    os.setpgrp()
    job = JOBS[order.pop("job")]
    try:
        with Registry(database).cursor() as cr:
            env = odoo.api.Environment(cr, odoo.api.SUPERUSER_ID, {})
            user = env.ref("base.user_admin")
            context = {"lang": "en_US", "allowed_company_ids": user.company_id.ids}
            env = env(user=user.id, context=context)
            result = retrying(lambda: job(env, **order), env)
        tell(of=os.getpid(), result=result)
    except BaseException:
        tell(of=os.getpid(), error=traceback.format_exc(), status=1)
        os._exit(1)
    os._exit(0)


def main():
    """Load the registry, then fork a child for each line of input; tell of its start, its result and its end."""
    import odoo
    from odoo.modules.registry import Registry
    from odoo.tools import config

    database = sys.argv[1]
    config.parse_config(["-d", database, "--no-http", "--log-level=critical"])
    Registry(database)
    odoo.sql_db.close_all()
    tell(of="ready")
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if not pid:
            child(database, order)
        os.setpgid(pid, pid) if _alive(pid) else None
        tell(of="started", pid=pid)
        threading.Thread(target=_reap, args=(pid,), daemon=True).start()


def _alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _reap(pid):
    _pid, status = os.waitpid(pid, 0)
    if os.waitstatus_to_exitcode(status) < 0:
        tell(of=pid, status=os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()
