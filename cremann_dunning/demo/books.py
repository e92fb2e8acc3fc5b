"""Turns the tables of `firms.py` and `debtors.py` into records, through Odoo's own models and wizards only."""

import base64
import io
from datetime import date, timedelta

from markupsafe import Markup
from PIL import Image, ImageDraw, ImageFont

from odoo import Command, fields
from odoo.tools import file_path

from .debtors import Bill, Debtor, Event, settled_bills
from .firms import PEOPLE, Firm, Person

# Installments in percent and days after the invoice date.
TERMS = {
    "14": ("14 dagen", "14 days", "14 jours", ((100, 14),)),
    "30": ("30 dagen", "30 days", "30 jours", ((100, 30),)),
    "30/70": (
        "30% bij opdracht, 70% na 14 dagen",
        "30% with the order, 70% after 14 days",
        "30 % à la commande, 70 % après 14 jours",
        ((30, 0), (70, 14)),
    ),
}


def in_languages(record, field: str, nl: str, fr: str) -> None:
    """Translate a field of a record that was made in English."""
    for lang, text in (("nl_NL", nl), ("fr_FR", fr)):
        record.with_context(lang=lang)[field] = text


# ---------------------------------------------------------------------------------------------------------------------
# What both firms share
# ---------------------------------------------------------------------------------------------------------------------


def prepare_database(env) -> None:
    """The languages of the debtors and the currencies of the invoices."""
    for lang in ("en_US", "nl_NL", "fr_FR"):
        env["res.lang"]._activate_lang(lang)
    currencies = env.ref("base.EUR") + env.ref("base.USD")
    currencies.active = True


def add_rates(env, companies, today: date) -> None:
    """The dollar, for the invoices in it."""
    env["res.currency.rate"].create(
        [
            {
                "name": today - timedelta(days=days),
                "currency_id": env.ref("base.USD").id,
                "company_id": company.id,
                "rate": rate,
            }
            for company in companies
            for days, rate in ((400, 1.0840), (90, 1.1120), (30, 1.0975))
        ]
    )


def make_terms(env) -> dict:
    """Payment terms of both firms, in the debtors' languages."""
    terms = {}
    for key, (nl, en, fr, parts) in TERMS.items():
        terms[key] = env["account.payment.term"].create(
            {
                "name": en,
                "note": en,
                "company_id": False,
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": share, "nb_days": days})
                    for share, days in parts
                ],
            }
        )
        in_languages(terms[key], "name", nl, fr)
        in_languages(terms[key], "note", nl, fr)
    return terms


def make_person(env, person: Person, companies):
    """A user with exactly the rights of the role."""
    user = (
        env["res.users"]
        .with_context(no_reset_password=True)
        .create(
            {
                "name": person.name,
                "login": person.login,
                "password": person.login,
                "email": person.email,
                "phone": person.phone,
                "lang": "nl_NL",
                "tz": "Europe/Amsterdam",
                "company_id": companies[0].id,
                "company_ids": [Command.set(companies.ids)],
                "group_ids": [
                    Command.set([env.ref(group).id for group in ("base.group_user", *person.groups)]),
                ],
            }
        )
    )
    user.partner_id.function = person.title
    return user


def make_people(env, companies) -> dict:
    """The users by login; the administrator may enter both companies too."""
    admin = env.ref("base.user_admin")
    admin.write(
        {
            "name": "Beheerder",
            "password": "admin",
            "email": "beheer@vandalen-installatie.example",
            "lang": "nl_NL",
            "tz": "Europe/Amsterdam",
            "company_ids": [Command.link(company.id) for company in companies],
            "company_id": companies[0].id,
            "group_ids": [Command.link(env.ref("account.group_account_manager").id)],
        }
    )
    return {"admin": admin, **{person.login: make_person(env, person, companies) for person in PEOPLE}}


def send_notices_on_paper_too(env) -> None:
    """The aanmaning and the ingebrekestelling go by mail and on paper."""
    for name in ("dunning_level_nl_business_3", "dunning_level_be_business_3"):
        level = env.ref(f"cremann_dunning.{name}")
        env["dunning.level.channel"].create({"level_id": level.id, "channel": "print", "use": "also"})


# ---------------------------------------------------------------------------------------------------------------------
# A firm
# ---------------------------------------------------------------------------------------------------------------------


def draw_logo(firm: Firm) -> bytes:
    """A simple mark: the initials on a tile in the firm's colour, and the first word of its name beside it."""

    def font(size):
        return ImageFont.truetype(file_path("web/static/fonts/google/Montserrat/Montserrat-Bold.ttf"), size)

    words = " ".join(firm.name.split()[:2])
    width = 210 + round(font(76).getlength(words))
    image = Image.new("RGB", (width, 180), "white")
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((10, 10, 170, 170), 28, fill=firm.color)
    draw.text((90, 90), firm.initials, font=font(74), fill="white", anchor="mm")
    draw.text((196, 90), words, font=font(76), fill=firm.color, anchor="lm")
    content = io.BytesIO()
    image.save(content, "PNG")
    return base64.b64encode(content.getvalue())


def company_values(env, firm: Firm) -> dict:
    """Name, address, numbers and letterhead."""
    return {
        "name": firm.name,
        "country_id": env.ref(f"base.{firm.country.lower()}").id,
        "street": firm.street,
        "zip": firm.zip,
        "city": firm.city,
        "phone": firm.phone,
        "email": firm.email,
        "website": firm.website,
        "vat": firm.vat,
        "iap_enrich_auto_done": True,  # nobody looks the firm up on the internet
        "company_registry": firm.registry,
        "logo": draw_logo(firm),
        "font": "Roboto",
        "primary_color": firm.color,
        "secondary_color": "#333333",
        "external_report_layout_id": env.ref("web.external_layout_standard").id,
        "paperformat_id": env.ref("base.paperformat_euro").id,
        "layout_background": "Blank",
        "report_header": Markup("<p>%s</p>") % firm.tagline,
        "company_details": Markup("<p>%s<br/>%s, %s %s</p>") % (firm.name, firm.street, firm.zip, firm.city),
        "report_footer": Markup("<p>%s · %s · %s %s · btw %s · IBAN %s</p>")
        % (firm.phone, firm.email, firm.registry_label, firm.registry, firm.vat, firm.iban),
    }


def make_company(env, firm: Firm, company):
    """The firm as a company with the chart of accounts of its country; `company` is an empty one to use, or none."""
    values = {**company_values(env, firm), "dunning_set_up_on": fields.Datetime.now()}
    if company:
        company.write({**values, "currency_id": env.ref("base.EUR").id})
    else:
        company = env["res.company"].create({**values, "currency_id": env.ref("base.EUR").id})
    company.partner_id.write({"lang": "nl_NL", "tz": "Europe/Amsterdam"})
    env["account.chart.template"].try_loading(firm.chart, company, install_demo=False)
    return company


class Books:
    """The books of one firm: makes its debtors and keeps its ledger day by day."""

    def __init__(self, env, firm: Firm, company, today: date, terms: dict):
        self.firm, self.company, self.today, self.terms = firm, company, today, terms
        self.env = env(context={**env.context, "allowed_company_ids": [company.id], "lang": "en_US"})
        self.company = company.with_env(self.env)
        self.bank = self.journal("bank")
        self.sales = self.journal("sale")
        self.products = {}
        self.partners = {}
        self.moves = {}
        self.plan = []

    def journal(self, kind: str):
        """The first journal of a kind that the chart of accounts made."""
        return self.env["account.journal"].search(
            [("type", "=", kind), ("company_id", "=", self.company.id)], order="sequence, id", limit=1
        )

    def day(self, offset: int) -> date:
        """The date so many days from today."""
        return self.today + timedelta(days=offset)

    # -- what does not change ------------------------------------------------------------------------------------

    def open(self, debtors: list[Debtor], responsible) -> None:
        """Bank, products, debtors, and the list of invoices that will be made."""
        bank = self.env["res.bank"].create({"name": self.firm.bank, "bic": self.firm.bic})
        self.bank.set_bank_account(self.firm.iban, bank.id)
        self.bank.bank_account_id.allow_out_payment = True
        self.company.write(
            {
                "dunning_responsible_id": responsible.id,
                "dunning_consumer_clause": self.firm.consumer_clause or False,
            }
        )
        for key, (nl, en, fr) in self.firm.products.items():
            product = self.env["product.product"].create(
                {"name": en, "type": "service", "company_id": self.company.id, "purchase_ok": False}
            )
            in_languages(product.product_tmpl_id, "name", nl, fr)
            self.products[key] = product
        partners = self.env["res.partner"].create(
            [self.partner_values(debtor, nth) for nth, debtor in enumerate(debtors, 1)]
        )
        self.partners = dict(zip(debtors, partners, strict=True))
        jobs = [key for key in self.firm.jobs if key not in ("gasket", "hinge")]
        self.plan = [(debtor, bill) for debtor in debtors for bill in (*settled_bills(debtor, jobs), *debtor.bills)]

    def partner_values(self, debtor: Debtor, nth: int) -> dict:
        """A debtor as Odoo knows it."""
        street, zip_code, city = debtor.address.split("|") if debtor.address else (False, False, False)
        return {
            "name": debtor.name,
            "ref": f"{self.firm.initials}-{1000 + nth}",
            "is_company": debtor.company,
            "company_id": self.company.id,
            "street": street,
            "zip": zip_code,
            "city": city,
            "country_id": self.env.ref(f"base.{debtor.country.lower()}").id,
            "lang": debtor.lang,
            "email": debtor.email or False,
            "phone": debtor.phone or False,
            "vat": debtor.vat or False,
            "company_registry": debtor.registry or False,
            "dunning_kind_set": debtor.kind or False,
        }

    # -- day by day ----------------------------------------------------------------------------------------------

    def keep(self, after: int, upto: int) -> None:
        """Everything that happened after one day, up to and including another."""
        self.make_invoices(after, upto)
        due = [
            (debtor, bill, event) for debtor, bill in self.plan for event in bill.events if after < event.day <= upto
        ]
        due.sort(key=lambda row: row[2].day)
        for _debtor, bill, event in due:
            if event.how in ("credit", "open credit"):
                self.credit(bill, event)
            elif event.how == "payment":
                self.pay_by_hand(bill, event)
        self.make_statement([row for row in due if row[2].how == "bank"], after, upto)
        self.take_unallocated(after, upto)
        self.set_holds(after, upto)

    def invoice_day(self, debtor: Debtor, bill: Bill) -> int:
        """When the invoice was made: its term before the day it is due."""
        return bill.due - TERMS[bill.term or debtor.term][3][-1][1]

    def make_invoices(self, after: int, upto: int) -> None:
        """Create and post the invoices of these days in the order of their dates, and make their PDF."""
        rows = [(debtor, bill) for debtor, bill in self.plan if after < self.invoice_day(debtor, bill) <= upto]
        rows.sort(key=lambda row: self.invoice_day(*row))
        if not rows:
            return
        moves = self.env["account.move"].create([self.invoice_values(debtor, bill) for debtor, bill in rows])
        moves.action_post()
        self.moves.update({id(bill): move for (_debtor, bill), move in zip(rows, moves, strict=True)})
        for (_debtor, bill), move in zip(rows, moves, strict=True):
            if not bill.followed:
                move.no_followup = True
        sent = [move.id for (_debtor, bill), move in zip(rows, moves, strict=True) if bill.sent]
        self.send(self.env["account.move"].browse(sent))

    def invoice_values(self, debtor: Debtor, bill: Bill) -> dict:
        """An invoice for a job; its biggest line says what the work was."""
        job = self.firm.jobs[bill.job]
        lines = [
            {
                "product_id": self.products[product].id,
                "quantity": quantity,
                "price_unit": round(price * bill.times, 2),
            }
            for product, quantity, price in job.lines
        ]
        max(lines, key=lambda line: line["quantity"] * line["price_unit"])["name"] = job.text(debtor.lang)
        return {
            "move_type": "out_invoice",
            "partner_id": self.partners[debtor].id,
            "journal_id": self.sales.id,
            "currency_id": self.env.ref(f"base.{bill.currency}").id,
            "invoice_date": self.day(self.invoice_day(debtor, bill)),
            "invoice_payment_term_id": self.terms[bill.term or debtor.term].id,
            "dunning_kind_set": bill.kind or False,
            "invoice_line_ids": [Command.create(line) for line in lines],
        }

    def send(self, moves) -> None:
        """Odoo's own sending without the mail: the PDFs are made in one go and kept, and the invoices count as sent."""
        if moves:
            self.env["account.move.send"]._generate_and_send_invoices(
                moves, sending_methods={"manual"}, invoice_edi_format=False, extra_edis=set()
            )

    def receivable(self, move):
        """The open receivable lines of an entry, oldest first."""
        return move.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable" and not line.reconciled
        ).sorted("date_maturity")

    def amount(self, bill: Bill, event: Event) -> float:
        """The part of an invoice's total, not more than what is open."""
        move = self.moves[id(bill)]
        return min(move.currency_id.round(move.amount_total * event.part), move.amount_residual)

    def credit(self, bill: Bill, event: Event) -> None:
        """A credit note by Odoo's reversal wizard, for all or a part of the invoice.

        Odoo reconciles it with the invoice at once; where it stays open, somebody has undone that.
        """
        move = self.moves[id(bill)]
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"date": self.day(event.day), "reason": "Creditering", "journal_id": move.journal_id.id})
        )
        wizard.refund_moves()
        note = wizard.new_move_ids
        for line in note.invoice_line_ids:
            line.price_unit = note.currency_id.round(line.price_unit * event.part)
        note.action_post()
        if event.how == "open credit":
            note.line_ids.remove_move_reconcile()

    def pay_by_hand(self, bill: Bill, event: Event) -> None:
        """The button Register payment of the invoice."""
        move = self.moves[id(bill)]
        self.env["account.payment.register"].with_context(active_model="account.move", active_ids=move.ids).create(
            {
                "payment_date": self.day(event.day),
                "amount": self.amount(bill, event),
                "journal_id": self.bank.id,
            }
        )._create_payments()

    def make_statement(self, paid: list, after: int, upto: int) -> None:
        """A bank statement of these days: receipts matched with their invoices, and those nobody has matched yet."""
        matched = [
            (event.day, self.amount(bill, event), self.moves[id(bill)], self.partners[debtor])
            for debtor, bill, event in paid
        ]
        loose = [
            (debtor.unmatched, self.partners[debtor])
            for debtor in self.partners
            if debtor.unmatched and after < debtor.unmatched[0] <= upto
        ]
        if not matched and not loose:
            return
        lines = self.env["account.bank.statement.line"].create(
            [
                self.statement_line(day, amount, move.payment_reference or move.name, partner)
                for day, amount, move, partner in matched
            ]
            + [self.statement_line(day, amount, text, partner) for (day, amount, text), partner in loose]
        )
        for line, (_day, _amount, move, _partner) in zip(lines, matched, strict=False):
            _liquidity, suspense, _other = line.with_context(skip_account_move_synchronization=True)._seek_for_lines()
            suspense.account_id = self.receivable(move).account_id
            (suspense + self.receivable(move)).reconcile()
        self.env["account.bank.statement"].create(
            {
                "name": f"{self.bank.code} {self.day(upto):%Y-%m-%d}",
                "line_ids": [Command.set(lines.ids)],
                "balance_end_real": self.company.currency_id.round(sum(lines.mapped("amount")) + self.bank_balance),
            }
        )

    @property
    def bank_balance(self) -> float:
        """What the last bank statement ended with."""
        last = self.env["account.bank.statement"].search([("journal_id", "=", self.bank.id)], limit=1)
        return last.balance_end_real

    def statement_line(self, day: int, amount: float, text: str, partner) -> dict:
        """One receipt on the bank account."""
        return {
            "journal_id": self.bank.id,
            "date": self.day(day),
            "amount": amount,
            "payment_ref": text,
            "partner_id": partner.id,
        }

    def take_unallocated(self, after: int, upto: int) -> None:
        """Payments that were booked on the debtor and on no invoice."""
        for debtor, partner in self.partners.items():
            if debtor.unallocated and after < debtor.unallocated[0] <= upto:
                day, amount = debtor.unallocated
                self.env["account.payment"].create(
                    {
                        "payment_type": "inbound",
                        "partner_type": "customer",
                        "partner_id": partner.id,
                        "amount": amount,
                        "date": self.day(day),
                        "journal_id": self.bank.id,
                        "memo": "zonder kenmerk",
                    }
                ).action_post()

    def set_holds(self, after: int, upto: int) -> None:
        """Pauses, by the same wizard that a user gets."""
        for _debtor, bill in self.plan:
            if bill.hold and after < bill.hold.day <= upto:
                self.hold(bill.hold, move=self.moves[id(bill)])
        for debtor, partner in self.partners.items():
            if debtor.hold and after < debtor.hold.day <= upto:
                self.hold(debtor.hold, partner=partner)

    def hold(self, hold, move=None, partner=None) -> None:
        """A hold on an invoice, or on everything of a debtor."""
        values = {"reason": hold.reason, "date_until": self.day(hold.until)}
        if move:
            values["move_ids"] = [Command.set(move.ids)]
        else:
            case = self.env["dunning.case"]._for_partners(partner, self.company, create=True)
            values["case_ids"] = [Command.set(case.ids)]
        self.env["dunning.hold.wizard"].create(values).action_hold()
