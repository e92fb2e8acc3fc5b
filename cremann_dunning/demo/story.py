"""The demo from its first day to the table of today's run."""

# pylint: disable=print-used,invalid-commit

import base64
import os
import re
import time
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path

from freezegun import freeze_time

from odoo.tools import mute_logger

from . import agreements, books, tables
from .debtors import DEBTORS, RUNS, SINGLE_RUN
from .firms import FIRMS, PEOPLE

LONG_AGO = -10_000
LEFT = 3  # invoices of each firm that are left to be run over
OPENING_HOUR = clock_time(7, 30)


class Story:
    """Both firms, the day that is today, and where everything goes."""

    def __init__(self, env):
        self.out = Path(os.environ["DUNNING_OUT"])
        self.mails = self.out / "mails"
        played = os.environ.get("DUNNING_DEMO_TODAY")
        self.played = date.fromisoformat(played) if played else None
        self.env = env(context={**env.context, "lang": "en_US", "tz": "Europe/Amsterdam"})
        self.today = self.played or env["res.company"].browse(1)._dunning_today()
        self.users, self.books = {}, []
        self.began = time.monotonic()

    def say(self, text: str) -> None:
        """What is going on, and when it was done."""
        print(f"  {time.monotonic() - self.began:5.0f} s  {text}", flush=True)

    @contextmanager
    def on(self, offset: int):
        """The clock at half past seven (UTC) of a day; today it is what it is."""
        if offset == 0 and not self.played:
            yield
            return
        day = self.today + timedelta(days=offset)
        with freeze_time(datetime.combine(day, OPENING_HOUR), tick=True):
            yield

    # -- the stage -----------------------------------------------------------------------------------------------

    def set_up(self) -> None:
        """Companies, people, debtors and the mail server."""
        env = self.env
        books.prepare_database(env)
        companies = env["res.company"]
        for firm in FIRMS:
            companies += books.make_company(env, firm, env.ref("base.main_company") if firm is FIRMS[0] else None)
        env.user.write({"company_ids": [(4, company.id) for company in companies]})
        books.add_rates(env, companies, self.today)
        self.users = books.make_people(env, companies)
        books.send_notices_on_paper_too(env)
        terms = books.make_terms(env)
        for firm, company in zip(FIRMS, companies, strict=True):
            ledger = books.Books(env, firm, company, self.today, terms)
            ledger.open([debtor for debtor in DEBTORS if debtor.firm == firm.key], self.users[firm.responsible])
            self.books.append(ledger)
        env["ir.mail_server"].create(
            {
                "name": "SMTP server of the demo",
                "smtp_host": "127.0.0.1",
                "smtp_port": int(os.environ["DUNNING_SMTP_PORT"]),
                "smtp_encryption": "none",
                "smtp_authentication": "login",
            }
        )
        # from here on the Odoo server beside us sees the letterheads, which wkhtmltopdf gets from it
        env.cr.commit()
        self.say(f"{len(FIRMS)} companies, {len(self.users)} users, {len(DEBTORS)} debtors")

    # -- the days ------------------------------------------------------------------------------------------------

    def play(self) -> list:
        """The ledger and the runs in their order; returns the runs of today."""
        before = LONG_AGO
        for day in (*RUNS, SINGLE_RUN):
            with self.on(day):
                self.keep_books(before, day)
                runs = [self.run(ledger, single=day == SINGLE_RUN) for ledger in self.books]
                self.deliver()
                self.deliver_later()
                for ledger in self.books:
                    agreements.note(self.env, ledger, self.users["bookkeeper"], day)
                self.post_paper(runs)
                self.env.cr.commit()
            self.say(self.summary(day, runs))
            before = day
        self.put_earlier_mails_away()
        with self.on(0):
            self.keep_books(before, 0)
            for company in self.env["res.company"].search([]):  # as the daily job does
                self.env["dunning.case"]._settle_agreements(company)
            runs = [self.run(ledger) for ledger in self.books]
            self.deliver()
        self.say(self.summary(0, runs))
        return runs

    def keep_books(self, after: int, upto: int) -> None:
        """What happened in both firms since the last run."""
        for ledger in self.books:
            ledger.keep(after, upto)
        self.env.cr.commit()

    def run(self, ledger, single: bool = False):
        """Propose and confirm as the user who does it: the manager for everybody, the bookkeeper from the list."""
        user = self.users["bookkeeper" if single else "manager"]
        context = {"allowed_company_ids": [ledger.company.id], "lang": "nl_NL", "tz": "Europe/Amsterdam"}
        env = self.env(user=user.id, context=context)
        if single:
            chosen = [ledger.partners[debtor].id for debtor in ledger.partners if debtor.single_run]
            moves = env["account.move"].search(
                [("partner_id", "in", chosen), ("payment_state", "=", "not_paid"), ("state", "=", "posted")]
            )
            if not moves:
                return env["dunning.run"]
            run = env["dunning.run"].browse(moves.action_dunning_next_letter()["res_id"])
        else:
            run = env["dunning.run"].create({"company_id": ledger.company.id})
            run.action_propose()
        run.action_confirm()
        return run

    def deliver(self) -> None:
        """Empty the outbox, as Odoo's own job does every few minutes. What is refused stands in the tables."""
        self.env.cr.commit()
        with mute_logger("odoo.addons.mail.models.mail_mail"):
            self.env["mail.mail"].process_email_queue()
        self.env.cr.commit()
        self.env.invalidate_all()

    def deliver_later(self) -> None:
        """The mails of an earlier run that were put off, because of a Sunday or holiday, left when they could."""
        waiting = self.env["mail.mail"].search([("state", "=", "outgoing"), ("scheduled_date", "!=", False)])
        for moment in sorted(set(waiting.mapped("scheduled_date"))):
            with freeze_time(moment + timedelta(minutes=1), tick=True):
                self.deliver()

    def post_paper(self, runs) -> None:
        """What an earlier run had on paper went to the post: letters, and copies of mails."""
        for run in runs:
            posting = run.env["dunning.posting"]
            if waiting := posting._waiting(run.letter_ids):
                posting._post_on(waiting)

    def put_earlier_mails_away(self) -> None:
        """out/mails holds the mails of today; those of the earlier runs lie in a folder beside them."""
        earlier = self.mails / "earlier"
        earlier.mkdir(parents=True, exist_ok=True)
        for mail in self.mails.glob("*.eml"):
            mail.rename(earlier / mail.name)

    def summary(self, day: int, runs) -> str:
        """One line for a day of runs."""
        letters = [letter for run in runs for letter in run.letter_ids if letter.state != "cancelled"]
        when = self.today + timedelta(days=day)
        return f"{when:%a %d %b %Y}: ledger up to that day, {len(letters)} letters"

    # -- what came of it -----------------------------------------------------------------------------------------

    def write_letters(self, runs) -> int:
        """The PDFs of today's letters, as they are stored."""
        count = 0
        for run in runs:
            folder = self.out / "letters" / file_name(run.company_id.name)
            folder.mkdir(parents=True, exist_ok=True)
            for letter in run.letter_ids.filtered(lambda letter: letter.pdf_file and letter.state != "cancelled"):
                name = file_name(f"{letter.name} {letter.partner_id.name}")
                (folder / f"{name}.pdf").write_bytes(base64.b64decode(letter.pdf_file))
                count += 1
        return count

    def leave_work(self) -> None:
        """Some more invoices fell due after today's run, so that there is something left to propose and confirm."""
        due = self.today - timedelta(days=1)
        for ledger in self.books:
            for move in list(ledger.moves.values())[-LEFT:]:
                dates = {"invoice_date": due - timedelta(days=14), "invoice_date_due": due}
                late = move.copy({**dates, "invoice_payment_term_id": False})
                late.action_post()
                ledger.send(late)
            agreements.come_in(self.env, ledger)
        self.env.cr.commit()

    def write_logins(self) -> None:
        """For the last lines of `./dev demo`."""
        rows = [("admin", "administrator"), *((person.login, f"{person.role}, {person.name}") for person in PEOPLE)]
        text = "\n".join(f"{login:12} password {login:12} {who}" for login, who in rows)
        (self.out / "logins.txt").write_text(text + "\n")


def file_name(text: str) -> str:
    """TEXT as a file name."""
    return re.sub(r"[^\w .&'-]+", "-", text).strip()


def tell(env) -> bool:
    """Play everything, print the tables; False when something that should have gone out did not."""
    story = Story(env)
    story.set_up()
    runs = story.play()
    story.write_letters(runs)
    story.write_logins()
    env.cr.commit()
    is_whole = tables.show(story, runs)
    story.leave_work()
    return is_whole
