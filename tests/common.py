"""What the tests on the database share: a Dutch (and on demand a Belgian) company with its chart, users, and short ways
to make debtors, invoices, payments and runs. Nothing here knows what a test expects."""

import base64
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from lxml import etree

from odoo import Command, api
from odoo.exceptions import ValidationError
from odoo.modules.registry import Registry
from odoo.tests import TransactionCase, new_test_user
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from odoo.addons.cremann_dunning.models.letter.dunning_printing import DunningPrinting

# A Monday; ten o'clock in Amsterdam and Brussels.
NOW = "2026-11-16 09:00:00"
TODAY = date(2026, 11, 16)

USER = "cremann_dunning.group_dunning_user"
MANAGER = "cremann_dunning.group_dunning_manager"


def day(value):
    """A date, or the date so many days ago (a negative number lies ahead)."""
    return value if isinstance(value, date) else date.fromordinal(TODAY.toordinal() - value)


COMPANIES = {
    "nl": ("Kaai Holland B.V.", "NL91ABNA0417164300", "3511 AB", "Utrecht", "30201234"),
    "be": ("Kaai België BV", "BE71096123456769", "9000", "Gent", "0477472701"),
}


# Who works where: login, groups, companies.
USERS = (
    ("dunning_user", USER, ("nl",)),
    ("dunning_manager", MANAGER, ("nl",)),
    ("biller", "account.group_account_invoice", ("nl",)),
    ("internal", "base.group_user", ("nl",)),
    ("be_user", USER, ("be",)),
    ("be_manager", MANAGER, ("be",)),
    ("group_user", USER, ("nl", "be")),
)


def _made_once():
    """Two companies with the chart of their country, and their users, committed once per test database: a chart takes
    seconds to load, a user a tenth of one, and every class would make them again. The database is a throw-away copy."""
    registry = Registry(get_db_name())
    with registry.cursor() as cr:
        env = api.Environment(cr, api.SUPERUSER_ID, {"tracking_disable": True, "no_reset_password": True})
        if env.ref("cremann_dunning_tests.company_be", raise_if_not_found=False):
            return
        companies = {}
        for code, (name, account, postcode, city, number) in COMPANIES.items():
            company = env["res.company"].create(
                {
                    "name": name,
                    "country_id": env.ref(f"base.{code}").id,
                    "currency_id": env.ref("base.EUR").id,
                    "street": "Kade 1",
                    "zip": postcode,
                    "city": city,
                    "company_registry": number,
                    "email": f"office@{code}.example.com",
                    "phone": "+31 30 123 45 67",
                    "dunning_set_up_on": NOW,  # of what comes before that there are tests of their own
                }
            )
            env["account.chart.template"].try_loading(False, company=company, install_demo=False)
            bank = {"acc_number": account, "partner_id": company.partner_id.id, "allow_out_payment": True}
            env["res.partner.bank"].create(bank)
            companies[code] = _named(env, f"company_{code}", company)
        for login, groups, codes in USERS:
            _named(env, login, user_of(env, login, groups, *(companies[code] for code in codes)))
        env["dunning.figures"]._put_away()  # as the job of every few minutes would
    registry.signal_changes()


def _named(env, name, record):
    """The record, to be found again as ``cremann_dunning_tests.NAME``."""
    env["ir.model.data"].create(
        {
            "module": "cremann_dunning_tests",
            "name": name,
            "model": record._name,
            "res_id": record.id,
            "noupdate": True,
        }
    )
    return record


def user_of(env, login, groups, *companies):
    """A user of these companies, the first of which is his own."""
    return new_test_user(
        env,
        login,
        groups=groups,
        name=login.replace("_", " ").title(),
        email=f"{login}@example.com",
        company_id=companies[0].id,
        company_ids=[Command.set([company.id for company in companies])],
        tz="Europe/Amsterdam",
        notification_type="inbox",
    )


class RefusalMixin:
    """For tests of what may not be done."""

    refusal = ValidationError

    @contextmanager
    def refused(self, message, error=None):
        """What is done inside is refused with this message, and leaves nothing behind.

        :param error: what it is refused with; without it what the class says in ``refusal``.
        """
        refusal = self.assertRaisesRegex(error or self.refusal, message)
        with refusal, self.cr.savepoint(), mute_logger("odoo.sql_db"):
            yield
            self.env.flush_all()


class DunningCase(RefusalMixin, TransactionCase):
    """A Dutch company on a frozen Monday.

    ``cls.nl`` (and ``cls.be`` when a class says ``with_belgium = True``) are companies with their own chart. Users of
    the Dutch company: ``user`` and ``manager`` of dunning, ``biller`` (invoicing only), ``internal`` (an employee
    without any right to accounting). ``be_user`` and ``be_manager`` belong to the Belgian company only, ``group_user``
    to both. ``without_pdf = True`` stands a few bytes in for every PDF, for classes that are not about paper.
    """

    freeze_time = freeze_time(NOW)
    with_belgium = False
    without_pdf = False

    @classmethod
    def setUpClass(cls):
        _made_once()
        super().setUpClass()
        cls.env = cls.env(context={"tracking_disable": True, "no_reset_password": True})
        cls.nl = cls._company("nl")
        cls.env.user.write({"company_ids": [Command.link(cls.nl.id)], "company_id": cls.nl.id})
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": cls.nl.ids})
        cls.nl = cls._company("nl")
        cls.user, cls.manager = cls._named("dunning_user"), cls._named("dunning_manager")
        cls.biller, cls.internal = cls._named("biller"), cls._named("internal")
        cls.nl.dunning_responsible_id = cls.user
        cls._agreements_end_at_once(cls.nl)
        # Printing fetches styles from Odoo itself; without a server of our own it must not ask whatever else runs here.
        cls.env["ir.config_parameter"].set_param("report.url", "http://127.0.0.1:9")
        cls.env["ir.config_parameter"].set_param("report.print_delay", "10")
        cls.eur, cls.usd = cls.env.ref("base.EUR"), cls.env.ref("base.USD")
        if cls.with_belgium:
            cls._set_up_belgium()
        if cls.without_pdf:
            for patcher in cls._pdf_patchers():
                cls.startClassPatcher(patcher)

    @classmethod
    def _set_up_belgium(cls):
        be = cls._company("be")
        cls.env.user.company_ids = [Command.link(be.id)]
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": [cls.nl.id, be.id]})
        cls.nl, cls.be = cls._company("nl"), cls._company("be")
        cls.be_user, cls.be_manager = cls._named("be_user"), cls._named("be_manager")
        cls.group_user = cls._named("group_user")
        cls.be.dunning_responsible_id = cls.be_user
        cls._agreements_end_at_once(cls.be)

    @classmethod
    def _agreements_end_at_once(cls, company):
        """No letter comes in between when a promise or instalment is missed; of these there are tests of their own."""
        company.write({"dunning_promise_asks": False, "dunning_instalment_reminds": False})

    @classmethod
    def _named(cls, name):
        return cls.env.ref(f"cremann_dunning_tests.{name}")

    @classmethod
    def _company(cls, code):
        return cls._named(f"company_{code}")

    @classmethod
    def _user(cls, login, groups, *companies):
        return user_of(cls.env, login, groups, *companies)

    # -- who and when ---------------------------------------------------------------------------------------------

    @classmethod
    def as_user(cls, user, records=None, **context):
        """The environment of a user in his own companies, as the web client opens it; or these records in it."""
        context = {"lang": user.lang, "tz": user.tz, "allowed_company_ids": user.company_ids.ids, **context}
        env = cls.env(user=user.id, su=False, context=context)
        return env if records is None else records.with_env(env)

    @contextmanager
    def undone(self, name):
        """A part of a test of which nothing is left."""
        with self.subTest(name):
            savepoint = self.cr.savepoint()
            try:
                yield
            finally:
                self.env.flush_all()
                savepoint.close(rollback=True)
                self.env.invalidate_all(flush=False)
                self.registry.clear_all_caches()

    @contextmanager
    def at(self, when):
        """Another day (a date, or how many days from now on) at ten o'clock in Amsterdam."""
        when = when if isinstance(when, date) else TODAY + timedelta(days=when)
        with freeze_time(f"{when} 09:00:00"):
            self.env.invalidate_all()
            yield when

    # -- debtors and their items ----------------------------------------------------------------------------------

    @classmethod
    def debtor(cls, name="Bakkerij Jansen", kind="business", **vals):
        """A debtor with an address and an e-mail address. ``kind`` business: a company; others are set by hand."""
        by_kind = {
            "business": {"is_company": True},
            "unknown": {"is_company": False},
        }.get(kind, {"is_company": kind == "public", "dunning_kind_set": kind})
        return cls.env["res.partner"].create(
            {
                "name": name,
                "email": "".join(c for c in name.lower() if c.isascii() and c.isalnum()) + "@debtor.example.com",
                "street": "Dorpsstraat 12",
                "zip": "1234 AB",
                "city": "Ons Dorp",
                "country_id": cls.env.ref("base.nl").id,
                "lang": "en_US",
                "invoice_edi_format": False,
                **by_kind,
                **vals,
            }
        )

    @classmethod
    def invoice(cls, partner, amount=100.0, due=10, sent=True, **options):
        """One posted invoice, see ``invoices``."""
        return cls.invoices([partner], amount, due, sent, **options)

    @classmethod
    def invoices(
        cls,
        partners,
        amount=100.0,
        due=10,
        sent=True,
        company=None,
        currency=None,
        term=None,
        move_type="out_invoice",
        label="Consultancy",
        post=True,
        **vals,
    ):
        """Posted invoices, one per partner, without tax.

        :param due: the due date or how many days ago it was; with ``term`` the day on which the term starts.
        :param sent: whether Odoo counts the invoice as sent.
        :param term: payment term, for instalments.
        """
        company = company or cls.nl
        due = day(due)
        dates = {"invoice_date": due, "invoice_payment_term_id": term.id} if term else {}
        dates = dates or {"invoice_date": due - timedelta(days=14), "invoice_date_due": due}
        line = {
            "name": label,
            "quantity": 1,
            "price_unit": amount,
            "tax_ids": [Command.clear()],
            "account_id": cls._account(company, "income").id,
        }
        moves = (
            cls.env["account.move"]
            .with_company(company)
            .create(
                [
                    {
                        "move_type": move_type,
                        "partner_id": partner.id,
                        "company_id": company.id,
                        "currency_id": (currency or company.currency_id).id,
                        "invoice_line_ids": [Command.create(line)],
                        **dates,
                        **vals,
                    }
                    for partner in partners
                ]
            )
        )
        if post:
            moves._post(soft=False)
        if sent:
            moves.is_move_sent = True
            for on, group in moves.grouped("invoice_date").items():
                group.dunning_sent_on = on  # as the days are told: nothing here was made today
        return moves

    @classmethod
    def credit(cls, partner, amount, **options):
        """A posted credit note that is not matched with anything."""
        return cls.invoice(partner, amount, move_type="out_refund", **options)

    @classmethod
    def unallocated(cls, partner, amount, company=None, currency=None, on=TODAY):
        """Money of the debtor in the ledger that is not matched with an invoice; returns its receivable line."""
        company = company or cls.nl
        currency = currency or company.currency_id
        journal = cls.env["account.journal"].search(
            [("type", "=", "general"), ("company_id", "=", company.id)], limit=1
        )
        receivable = partner.with_company(company).property_account_receivable_id
        bank = cls._account(company, "asset_current")
        balance = currency._convert(amount, company.currency_id, company, TODAY)
        move = cls.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": journal.id,
                "company_id": company.id,
                "date": on,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "partner_id": partner.id,
                            "currency_id": currency.id,
                            "amount_currency": sign * amount,
                            "balance": sign * balance,
                        }
                    )
                    for account, sign in ((receivable, -1), (bank, 1))
                ],
            }
        )
        move._post(soft=False)
        return move.line_ids.filtered(lambda line: line.account_id == receivable)

    @classmethod
    def pay(cls, move, amount=None):
        """Pay an invoice, in full or in part: money in the ledger, matched with it."""
        claim = move.line_ids.filtered(lambda line: line.account_type == "asset_receivable" and not line.reconciled)
        amount = abs(move.amount_residual) if amount is None else amount
        line = cls.unallocated(move.commercial_partner_id, amount, move.company_id, move.currency_id)
        (line + claim).reconcile()
        return line

    @classmethod
    def receipt(cls, partner, amount, company=None, text="?", **values):
        """A receipt on the bank statement that names the debtor, if any, and is not booked yet."""
        company = company or cls.nl
        journal = cls.env["account.journal"].search([("type", "=", "bank"), ("company_id", "=", company.id)], limit=1)
        return cls.env["account.bank.statement.line"].create(
            {
                "journal_id": journal.id,
                "date": TODAY,
                "partner_id": partner and partner.id,
                "amount": amount,
                "payment_ref": text,
                **values,
            }
        )

    @classmethod
    def take_in(cls, moves, user=None, given=None):
        """Take journal entries in as claims, through the window as a person does.

        :param user: without one, who has every right. :param given: ``{item: values}`` that he fills in.
        """
        moves = cls.as_user(user, moves) if user else moves
        action = moves.action_dunning_take_in()
        window = moves.env[action["res_model"]].browse(action["res_id"])
        for line in window.line_ids:
            line.write((given or {}).get(line.move_line_id.with_env(cls.env), {}))
        window.action_take_in()
        return window

    @classmethod
    def opening(cls, *items, company=None, on=TODAY, ref="Opening balance", post=True):
        """One journal entry with an open receivable line for each of ``(partner, amount, due, label)``.

        :return: its receivable lines, in that order.
        """
        company = company or cls.nl
        journal = cls.env["account.journal"].search(
            [("type", "=", "general"), ("company_id", "=", company.id)], limit=1
        )
        lines = [
            {
                "account_id": (partner or company.partner_id).with_company(company).property_account_receivable_id.id,
                "partner_id": partner and partner.id,
                "balance": amount,
                "date_maturity": due is not None and day(due),
                "name": label,
            }
            for partner, amount, due, label in items
        ]
        total = sum(line["balance"] for line in lines)
        lines.append({"account_id": cls._account(company, "asset_current").id, "balance": -total, "name": "Against"})
        move = cls.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": journal.id,
                "company_id": company.id,
                "date": on,
                "ref": ref,
                "line_ids": [Command.create(line) for line in lines],
            }
        )
        if post:
            move._post(soft=False)
        return move.line_ids.filtered(lambda line: line.account_type == "asset_receivable").sorted("id")

    @classmethod
    def _account(cls, company, kind):
        return cls.env["account.account"].search(
            [("account_type", "=", kind), ("company_ids", "in", company.ids)], limit=1
        )

    @classmethod
    def hand_over_all(cls, partners, company=None, name="Recht BV, Utrecht"):
        """Hand everything overdue of these debtors over to a lawyer: the letters about it, sent."""
        company = company or cls.nl
        contact = cls.env["res.partner"].create({"name": name, "is_company": True})
        party = cls.env["dunning.party"].create({"partner_id": contact.id, "kind": "lawyer", "company_id": company.id})
        claims = cls.env["dunning.claim"].search(
            [("partner_id", "in", partners.ids), ("company_id", "=", company.id), ("ended_on", "=", False)]
        )
        over = cls.env["dunning.handover"].sudo()
        made, _refused = over._hand_over_many(claims, party, reason="Nothing helped", accepted=None, letters=True)
        letters = made.letter_id.with_env(cls.env)
        letters.action_issue()
        cls.send_outbox(letters)
        return letters

    # -- runs and letters -----------------------------------------------------------------------------------------

    @classmethod
    def run_for(cls, company=None, date=None, partners=None, user=None):
        """A proposed run, made by a dunning user of the company; returned as that user sees it."""
        company = company or cls.nl
        user = user or (cls.user if company == cls.nl else cls.be_user)
        vals = {"company_id": company.id} | ({"date": date} if date else {})
        if partners:
            vals["partner_ids"] = [Command.set(partners.ids)]
        run = cls.as_user(user)["dunning.run"].create(vals)
        run.action_propose()
        return run

    @classmethod
    def confirm(cls, run):
        """Confirm a run as whoever made it; the letters that were issued."""
        run.action_confirm()
        return run.letter_ids.filtered(lambda letter: letter.state == "issued")

    @classmethod
    def send_outbox(cls, letters=None, user=None):
        """Empty the outbox with a mail server that takes everything, and put paper in the post.

        :return: the messages as Odoo handed them to the mail server.
        """
        waiting = letters.with_env(cls.env) if letters else cls.env["dunning.letter"].search([])
        waiting = waiting.filtered(lambda letter: letter.state == "issued")
        messages = []

        def take(_server, message, **_options):
            messages.append(message)
            return message["Message-Id"]

        server = cls.registry["ir.mail_server"]
        with (
            patch.object(server, "_disable_send", lambda *_args: False),
            patch.object(server, "_connect__", lambda *_args, **_options: None),
            patch.object(server, "send_email", take),
        ):
            mails = waiting.mail_id.filtered(lambda mail: mail.state == "outgoing")
            (cls.as_user(user, mails) if user else mails).send()
        if on_paper := waiting.filtered(lambda letter: letter.state == "issued" and not letter.mail_id):
            on_paper.action_mark_posted()
        return messages

    @classmethod
    def send_level(cls, company=None, partners=None, date=None):
        """Propose, confirm and send what is due: the letters that went out."""
        run = cls.run_for(company, date, partners)
        letters = cls.confirm(run)
        cls.send_outbox(letters)
        return letters

    @classmethod
    def back_in_time(cls):
        """The next scenario of a test starts on the same day as the one before it; runs only go forward."""
        cls.env["dunning.run"].search([("state", "=", "done")]).state = "cancelled"

    @classmethod
    def _pdf_patchers(cls):
        def render(_printing, letters):
            return {letter: f"%PDF-1.4 {letter.name}".encode() for letter in letters}

        moves = cls.registry["account.move"]
        return [
            patch.object(DunningPrinting, "_render", render),
            patch.object(moves, "_dunning_invoice_pdf", lambda move: base64.b64encode(b"%PDF")),
            patch.object(moves, "_dunning_invoice_pdfs", lambda moves: dict.fromkeys(moves, b"%PDF")),
        ]

    @contextmanager
    def issue_without_pdf(self):
        """A few bytes in the place of every PDF, for tests that are not about paper."""
        with ExitStack() as stack:
            for patcher in self._pdf_patchers():
                stack.enter_context(patcher)
            yield

    @contextmanager
    def counted(self):
        """A list that holds the number of queries of the block, in the end."""
        self.env.flush_all()
        self.env.invalidate_all()
        count = []
        with patch("random.random", lambda: 1):  # no garbage collection of the bus by chance
            before = self.cr.sql_log_count
            yield count
            self.env.flush_all()
            count.append(self.cr.sql_log_count - before)

    # -- asking ---------------------------------------------------------------------------------------------------

    def told_on(self, record, lang="en_US"):
        """What the story of a record says was done, the last first."""
        self.env.flush_all()
        story = self.env["dunning.story"].with_context(lang=lang)
        return [line["text"] for line in story.read_story(record._name, record.id)["done"]]

    def code(self, move):
        """The reason of the current decision on an invoice."""
        return move.with_env(self.env).dunning_decision_id.code

    def why(self, move):
        """The sentence on an invoice, in English."""
        return move.with_env(self.env).with_context(lang="en_US").dunning_explanation

    def screen(self, env, model, view_type, view=None):
        """What the web client asks for when it opens a view: the specification of every field in it."""
        view_id = view and env.ref(view).id
        views = env[model].get_views([(view_id or False, view_type)])
        return _specification(etree.fromstring(views["views"][view_type]["arch"]), views["models"], model)

    def open_form(self, record, view=None):
        """All values that the form of a record shows, read as its user."""
        specification = self.screen(record.env, record._name, "form", view)
        self.env.flush_all()
        record.invalidate_model()
        return record.web_read(specification)[0]

    def open_list(self, env, model, domain=(), view=None):
        """The rows and total that the list of a model shows to a user."""
        specification = self.screen(env, model, "list", view)
        return env[model].web_search_read(list(domain), specification, limit=80)


def _specification(arch, models, model):
    """The fields of a view as `web_read` wants them, with those of the lists inside it."""
    found = {}
    fields = models[model]["fields"]
    for node in arch.iterchildren(etree.Element):
        if node.tag != "field":
            found |= _specification(node, models, model)
            continue
        field = fields[node.get("name")]
        entry = found.setdefault(node.get("name"), {})
        if field["type"] in ("one2many", "many2many"):
            for inner in node.iterchildren(etree.Element):
                entry.setdefault("fields", {}).update(_specification(inner, models, field["relation"]))
        elif field["type"] == "many2one":
            entry["fields"] = {"display_name": {}}
    return found
