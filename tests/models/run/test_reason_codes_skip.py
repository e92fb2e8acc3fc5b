"""Every reason code on real records, just before, on and just after its boundary: what is passed over or goes wrong.

How a scenario is tried stands in ``reason_case``.
"""

from datetime import timedelta
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged

from ...common import TODAY, day
from .reason_case import Point, ReasonCase, scenario, us, with_scenarios_of
from .sending_case import pay_online, refuse_mail

# -- the invoice and the debtor's money ---------------------------------------------------------------------------


@scenario("NO_FOLLOWUP", Point(True, "NO_FOLLOWUP", None, ("not to be followed up",)), Point(False, "LETTER"))
def _no_followup(case, company, partner, marked):
    move = case.late(company, partner)
    move.line_ids.no_followup = marked
    return move


def _insolvent(case, company, partner, at):
    """An insolvency of so many days ago, in this company, and an invoice of the 15th day before today."""
    days, kind, more = at
    move = case.late(company, partner)
    user = case.user if company == case.nl else case.be_user
    case.as_user(user)["dunning.insolvency"].create(
        {"partner_id": partner.id, "company_id": company.id, "kind": kind, "date": day(days), **more}
    )
    return move


scenario(
    "INSOLVENT",
    Point((14, "nl_moratorium", {}), "INSOLVENT", None, ("Suspension of payments", us(14), "trustee")),
    Point((15, "nl_moratorium", {}), "LETTER"),
    Point((16, "nl_moratorium", {}), "LETTER"),
    Point((14, "nl_moratorium", {"ended_on": TODAY, "outcome": "resumed"}), "LETTER"),
)(_insolvent)
scenario(
    "ESTATE",
    Point((16, "nl_bankruptcy", {}), "ESTATE", None, (us(16), "trustee")),
    Point((15, "be_bankruptcy", {}), "ESTATE", None, (us(15), "trustee")),
    Point((14, "nl_bankruptcy", {}), "INSOLVENT"),
    Point((15, "nl_bankruptcy", {"ended_on": TODAY, "outcome": "no_assets"}), "LETTER"),
)(_insolvent)
scenario(
    "DISCHARGED",
    Point(
        (14, "nl_debt_restructuring", {"ended_on": TODAY, "outcome": "clean_slate"}),
        "DISCHARGED",
        None,
        ("WSNP", us(0), "clean slate"),
    ),
    Point((15, "nl_debt_restructuring", {"ended_on": TODAY, "outcome": "clean_slate"}), "LETTER"),
    Point((14, "nl_debt_restructuring", {"ended_on": TODAY, "outcome": "resumed"}), "LETTER"),
)(_insolvent)


@scenario(
    "REPLIED", Point("open", "REPLIED", None, ("replied on", us(2))), Point("handled", "LETTER"), Point(None, "LETTER")
)
def _replied(case, company, partner, state):
    """A reply that nobody has handled, one that somebody has, and none."""
    move = case.late(company, partner)
    if state:
        dossier = case.env["dunning.case"]._for_partners(partner, company, create=True)
        case.env["dunning.reply"].create({"case_id": dossier.id, "received_on": day(2), "state": state})
    return move


@scenario(
    "NOT_SENT",
    Point((True, False), "NOT_SENT", None, ("was never sent",)),
    Point((True, True), "LETTER"),
    Point((False, False), "LETTER"),
)
def _not_sent(case, company, partner, at):
    """Where the procedure asks for it, and the invoice was not sent."""
    required, sent = at
    case.follow(company, partner, {}, require_sent=required)
    return case.late(company, partner, sent=sent)


@scenario(
    "NET_CREDIT",
    Point(99.99, "LETTER"),
    Point(100.00, "NET_CREDIT", None, ("€100.00", "RINV/")),
    Point(100.01, "NET_CREDIT", None, ("€100.00", "RINV/")),
)
def _net_credit(case, company, partner, amount):
    case.follow(company, partner, {}, minimum_amount=0)
    credit = case.credit(partner, amount, company=company, due=0)
    return case.late(company, partner), (credit.name,) if amount >= 100 else ()


@scenario(
    "NOT_ARRIVED",
    Point("sent", "LETTER"),
    Point("bounce", "NOT_ARRIVED", None, ("did not arrive. E-mail: mailbox unavailable", "say on the invoice")),
    Point("arrived", "SENT_RECENTLY"),
)
def _not_arrived(case, company, partner, status):
    """The mail with the invoice reached its mailbox, came back, or came back and somebody says that it arrived."""
    move = case.late(company, partner)
    refuse_mail(case.env, move, "sent" if status == "sent" else "bounce")
    if status == "arrived":
        with case.at(0):
            move.action_dunning_arrived()
    return move


@scenario(
    "CHECK_WRONG",
    Point((True, "seen"), "CHECK_WRONG", None, ("a credit note of it waits as a draft",)),
    Point((True, False), "LETTER"),
    Point((False, "seen"), "LETTER"),
)
def _check_wrong(case, company, partner, at):
    """A credit note of the invoice is being made, where the procedure looks at that."""
    credited, ask = at
    case.follow(company, partner, {}, check_first=ask)
    move = case.late(company, partner)
    if credited:
        move._reverse_moves([{"invoice_date": day(0)}])
    return move


@scenario(
    "CHECK_FIRST",
    Point("every", "CHECK_FIRST", None, ("is due", "is the amount right?")),
    Point("asked", "CHECK_FIRST", None, ("is due", "it names no account")),
    Point("seen", "LETTER"),
)
def _check_first(case, company, partner, ask):
    """Nobody answered the questions about the invoice yet, where the procedure asks them."""
    case.follow(company, partner, {}, check_first=ask)
    move = case.late(company, partner)
    move.partner_bank_id = False
    return move


def _paid(case, company, partner, amount, on=0, **options):
    """An invoice of 100 of which money came in on its bank, so many days ago."""
    move = case.late(company, partner, 10, **options)
    journal = case.env["account.journal"].search([("type", "=", "bank"), ("company_id", "=", company.id)], limit=1)
    receivable = partner.with_company(company).property_account_receivable_id
    values = {"journal_id": journal.id, "date": day(on), "partner_id": partner.id, "amount": amount}
    line = case.env["account.bank.statement.line"].create(
        {**values, "payment_ref": "Payment", "counterpart_account_id": receivable.id}
    )
    (move + line.move_id).line_ids.filtered(lambda item: item.account_id == receivable).reconcile()
    return move


@scenario(
    "DISCOUNT",
    Point((98.00, 21), "DISCOUNT", None, ("€2.00", us(20))),
    Point((98.00, 20), "DISCOUNT", None, ("€2.00", us(20))),
    Point((98.01, 20), "DISCOUNT", None, ("€1.99", us(20))),
    Point((97.99, 20), "LETTER"),
    Point((98.00, 19), "LETTER"),
)
def _discount(case, company, partner, at):
    """Two percent for who pays within ten days: up to and including twenty days ago."""
    amount, on = at
    case.follow(company, partner, {}, minimum_amount=0)
    term = case.env["account.payment.term"].create(
        {
            "name": "2% within 10 days",
            "early_discount": True,
            "discount_percentage": 2,
            "discount_days": 10,
            "line_ids": [Command.create({"value": "percent", "value_amount": 100, "nb_days": 20})],
        }
    )
    return _paid(case, company, partner, amount, on, term=term, invoice_date=day(30))


@scenario(
    "SMALL_REST",
    Point(94.99, "LETTER"),
    Point(95.00, "SMALL_REST", None, ("€5.00",)),
    Point(95.01, "SMALL_REST", None, ("€4.99",)),
    Point(None, "LETTER"),
)
def _small_rest(case, company, partner, amount):
    """The firm asks no rests up to five euro; a whole invoice of as little is asked."""
    company.dunning_small_rest = 5
    case.follow(company, partner, {}, minimum_amount=0)
    return _paid(case, company, partner, amount) if amount else case.late(company, partner, amount=5)


@scenario(
    "REST_COVERED",
    Point(39.99, "LETTER", job="APPROVAL"),
    Point(40.00, "REST_COVERED", None, ("€40.00", "Choose Book it")),
    Point(40.01, "REST_COVERED", None, ("€40.00", "Choose Book it")),
)
def _rest_covered(case, company, partner, amount):
    """The invoice is paid, 40 of costs are left and asked, and so much lies on the account of the debtor."""
    move = case.late(company, partner)
    [claim] = case.env["dunning.claim"]._of_moves(move).values()
    claim = case.env["dunning.claim"].browse(claim)
    costs = {"kind": "costs", "amount": 40, "base": 100, "date": day(0), "date_from": day(0), "state": "asked"}
    places = {"company_id": company.id, "claim_id": claim.id, "currency_id": move.currency_id.id}
    case.env["dunning.charge"].sudo().create({**costs, **places, "letter_id": claim.id, "letter_line_id": claim.id})
    for sum_in in (100, amount):
        item = _received(case, company, partner, sum_in)
        if sum_in == 100:
            (item + claim.move_line_id).reconcile()
    company._dunning_rest_procedure().minimum_amount = 0
    claim.action_ask_on()
    return move


def _received(case, company, partner, amount):
    """Money on the bank that is booked on the account of a debtor."""
    receivable = partner.with_company(company).property_account_receivable_id
    line = case.receipt(partner, amount, company=company, counterpart_account_id=receivable.id)
    return line.move_id.line_ids.filtered(lambda item: item.account_id == receivable)


@scenario(
    "UNMATCHED_PAYMENT",
    Point(0, "LETTER"),
    Point(0.01, "UNMATCHED_PAYMENT", None, ("€0.01 came in",)),
    Point(-0.01, "LETTER"),
)
def _unmatched_payment(case, company, partner, amount):
    """A receipt of a cent that is not booked; money that went out is none."""
    if amount:
        case.receipt(partner, amount, company)
    return case.late(company, partner)


@scenario(
    "PAYMENT_UNDONE",
    Point(49.99, "PAYMENT_UNDONE", None, ("€50.00", us(0))),
    Point(50.00, "LETTER"),
    Point(50.01, "LETTER"),
)
def _payment_undone(case, company, partner, amount):
    """A payment of half the invoice was cancelled, and so much was paid since."""
    case.follow(company, partner, {}, minimum_amount=0)
    move = case.late(company, partner)
    journal = case.env["account.journal"].search([("type", "=", "bank"), ("company_id", "=", company.id)], limit=1)
    values = {"payment_type": "inbound", "partner_type": "customer", "partner_id": partner.id, "amount": 50}
    payment = case.env["account.payment"].with_company(company).create(values | {"journal_id": journal.id})
    payment.action_post()
    items = (payment.move_id + move).line_ids.filtered(lambda line: line.account_type == "asset_receivable")
    items.reconcile()
    payment.action_cancel()
    case.pay(move, amount)
    return move


@scenario(
    "IN_PAYMENT",
    Point(99.99, "LETTER"),
    Point(100.00, "IN_PAYMENT", None, ("payment of €100.00",)),
    Point(100.01, "IN_PAYMENT", None, ("payment of €100.00",)),
)
def _in_payment(case, company, partner, amount):
    """A direct debit that was sent to the bank: an accounting app keeps such payments without an entry of their own."""
    case.follow(company, partner, {}, minimum_amount=0)
    move = case.late(company, partner)
    journal = case.env["account.journal"].search([("type", "=", "bank"), ("company_id", "=", company.id)], limit=1)
    with patch.object(case.registry["account.move"], "_get_invoice_in_payment_state", lambda _moves: "in_payment"):
        payment = (
            case.env["account.payment"]
            .with_company(company)
            .create(
                {
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "partner_id": partner.id,
                    "journal_id": journal.id,
                    "amount": amount,
                    "outstanding_account_id": False,
                    "invoice_ids": [Command.set(move.ids)],
                }
            )
        )
        payment.action_post()
    case.assertFalse(payment.move_id)
    return move, (payment.name,) if amount >= 100 else ()


@scenario(
    "NOTHING_LEFT",
    Point(59.99, "LETTER"),
    Point(60.00, "NOTHING_LEFT", None, ("€40.00 is disputed", "€60.00")),
    Point(60.01, "NOTHING_LEFT", None, ("€40.00 is disputed", "€60.01")),
)
def _nothing_left(case, company, partner, paying):
    """Of 100 euro 40 are disputed, and so much is on its way through the bank."""
    case.follow(company, partner, {}, minimum_amount=0)
    move = case.late(company, partner)
    case.note("dunning.dispute", company, partner, move, reason="price", amount=40)
    pay_online(case.env, move, paying, "pending", reference=f"{company.id} {partner.id}")
    return move


@scenario(
    "MIN_AMOUNT",
    Point(4.99, "MIN_AMOUNT", None, ("€4.99 is due", "minimum of €5.00")),
    Point(5.00, "LETTER"),
    Point(5.01, "LETTER"),
)
def _min_amount(case, company, partner, amount):
    return case.late(company, partner, amount=amount)


@scenario("NO_DUE_DATE", Point(True, "NO_DUE_DATE", None, ("has no due date",)), Point(False, "LETTER"))
def _no_due_date(case, company, partner, missing):
    """Odoo fills in a date always; an import may not."""
    move = case.late(company, partner)
    if missing:
        case.env.flush_all()
        case.cr.execute("UPDATE account_move_line SET date_maturity = NULL WHERE move_id = %s", [move.id])
        case.env.invalidate_all()
    return move


@scenario(
    "NO_ADDRESS",
    Point((True, False, "print"), "NO_ADDRESS", None, ("no usable address",)),
    Point((False, False, "email"), "NO_ADDRESS", None, ("no usable address",)),
    Point((False, True, "email"), "LETTER"),
    Point((True, False, "email"), "LETTER"),
    apart=True,
)
def _no_address(case, company, partner, at):
    email, street, channel = at
    case.follow(company, partner, {"channel": channel})
    partner.write({"email": email and partner.email, "street": street and partner.street})
    return case.late(company, partner)


@scenario(
    "LETTER_FAILED",
    Point("failed", "LETTER_FAILED", None, ("could not be delivered", "DUN/")),
    Point("sent", "PERIOD_RUNNING"),
    Point("cancelled", "LETTER"),
)
def _letter_failed(case, company, partner, state):
    """A letter of yesterday that was refused, that arrived, and one that was refused and given up."""
    move = case.late(company, partner, 5)
    if state == "sent":
        case.sent(company, partner, 1)
        return move
    with case.at(-1) as today:
        letter = case.confirm(case.run_for(company, today, partner)).sudo()
        letter._register_failure("550 no such mailbox")
        if state == "cancelled":
            letter.action_cancel()
    return move, (letter.name,) if state == "failed" else ()


# -- where the ladder ends ----------------------------------------------------------------------------------------


@scenario("LAST_LEVEL", Point(1, "LAST_LEVEL", None, ("end of its procedure, after Step 1",)), Point(2, "LETTER"))
def _last_level(case, company, partner, levels):
    case.follow(company, partner, *({"name": f"Step {n + 1}"} for n in range(levels)))
    move = case.late(company, partner, 30)
    case.sent(company, partner, 10)
    return move


@scenario(
    "REFUSED",
    Point(None, "REFUSED", None, ("The rules stop this letter", "art. 6:82 BW")),
    Point(1, "PERIOD_RUNNING"),
    Point(0, "LETTER"),
    Point(-1, "LETTER"),
    debtor={"kind": "consumer"},
)
def _refused(case, company, partner, days):
    """A 14-day letter so many days before the debtor is in default by the reminder (6:82 BW), or without default."""
    text = case.env.ref("cremann_dunning.mail_template_nl_14_days")
    notice = {"legal_type": "statutory_notice", "payment_term_days": 0, "costs": "announce", "template_id": text.id}
    case.follow(company, partner, {}, notice, debtor_kind="consumer", minimum_interval=1)
    move = case.late(company, partner, 60)
    reminder = case.sent(company, partner, 10)
    # the day itself hangs on weekends, so it is put where the boundary is wanted
    reminder.default_from = days is not None and TODAY + timedelta(days=days)
    return move


@scenario(
    "STOP_COUNT",
    Point((1, 2), "LETTER"),
    Point((1, 1), "STOP_COUNT", None, ("1 went out", "ends after 1")),
    Point((2, 1), "STOP_COUNT", None, ("2 went out", "ends after 1")),
)
def _stop_count(case, company, partner, at):
    letters, maximum = at
    procedure = case.follow(company, partner, {}, {}, {})
    move = case.late(company, partner, 40)
    for number in range(letters):
        case.sent(company, partner, 20 - 10 * number)
    procedure.stop_count = maximum
    return move


@scenario(
    "STOP_AGE",
    Point(29, "LETTER"),
    Point(30, "LETTER"),
    Point(31, "STOP_AGE", None, ("31 days past", "ends after 30")),
)
def _stop_age(case, company, partner, due):
    case.follow(company, partner, {}, stop_age=30)
    return case.late(company, partner, due)


@scenario(
    "BACKLOG",
    Point(39, "LETTER"),
    Point(40, "LETTER"),
    Point(41, "BACKLOG", None, (f"due on {us(41)}", f"began on {us(10)}")),
)
def _backlog(case, company, partner, due):
    """Follow-up began ten days ago, and leaves out what was due more than thirty days before."""
    start = {"dunning_start_date": day(10), "dunning_backlog": "leave_out", "dunning_backlog_days": 30}
    company.write(start)
    return case.late(company, partner, due)


# -- what is missing ----------------------------------------------------------------------------------------------


@scenario(
    "NO_PROCEDURE",
    Point(99.99, "NO_PROCEDURE", None, ("No procedure fits",)),
    Point(100.00, "LETTER"),
    Point(100.01, "LETTER"),
    debtor={"country": "de"},
)
def _no_procedure(case, company, partner, amount):
    """The one for everybody else begins at 100 euro."""
    case.env.ref("cremann_dunning.dunning_procedure_eu").amount_from = 100
    return case.late(company, partner, 5, amount)


@scenario("NO_LEVEL", Point(0, "NO_LEVEL", None, ("The procedure Own has no levels",)), Point(1, "LETTER"))
def _no_level(case, company, partner, count):
    case.follow(company, partner, *({} for _number in range(count)))
    return case.late(company, partner)


@scenario("NO_TEXT", Point(False, "NO_TEXT", None, ("The level Step 1 has no text",)), Point(True, "LETTER"))
def _no_text(case, company, partner, has_text):
    case.follow(company, partner, {} if has_text else {"template_id": False})
    return case.late(company, partner)


@scenario(
    "NO_REGIME",
    Point(1, "NO_REGIME", None, ("No regime holds on", us(0), "NL")),
    Point(0, "LETTER"),
    Point(-1, "LETTER"),
    alone=True,
)
def _no_regime(case, company, partner, days):
    """The company's own law begins so many days from now, and there is no other."""
    shared = case.env.ref("cremann_dunning.dunning_regime_nl_business")
    own = {"company_id": company.id, "valid_from": TODAY + timedelta(days=days), "active": True}
    shared.copy(own)
    shared.active = False
    return case.late(company, partner)


def _demand(case, company, partner, **level):
    text = case.env.ref("cremann_dunning.mail_template_notice_of_default")
    case.follow(company, partner, {"legal_type": "notice_of_default", "template_id": text.id, **level})


@scenario(
    "NO_RATE",
    Point("2026-06-29", "NO_RATE", None, ("has no rate before 07/01/2026",)),
    Point("2026-06-30", "LETTER"),
    Point("2026-07-01", "LETTER"),
)
def _no_rate(case, company, partner, due):
    """Interest from the day after the due date, and the first rate is that of 1 July."""
    table = case.env.ref("cremann_dunning.dunning_interest_table_nl_trade")
    case.env.flush_all()
    sql = "DELETE FROM dunning_interest_rate WHERE table_id = %s AND valid_from < '2026-07-01'"
    case.cr.execute(sql, [table.id])  # the model would refuse it
    case.env.invalidate_all()
    case.env.registry.clear_cache()
    _demand(case, company, partner, charge_interest=True)
    return case.late(company, partner, TODAY.fromisoformat(due))


@scenario(
    "NO_SCALE",
    Point(0, "NO_SCALE", None, ("has no cost scale with brackets",)),
    Point(1, "LETTER"),
    alone=True,
)
def _no_scale(case, company, partner, brackets):
    """The company's own law names a scale of its own, with so many brackets."""
    shared = case.env.ref("cremann_dunning.dunning_regime_nl_business")
    lines = [Command.create({"above": 0, "percent": 15}) for _number in range(brackets)]
    scale = case.env["dunning.cost.scale"].create(
        {"name": "Own", "code": f"own_{company.id}", "company_id": company.id, "bracket_ids": lines}
    )
    shared.copy({"company_id": company.id, "cost_scale_id": scale.id, "active": True})
    _demand(case, company, partner, costs="charge")
    return case.late(company, partner)


@scenario(
    "CLAUSE",
    Point(8.99, "LETTER"),
    Point(9.00, "LETTER"),
    Point(9.01, "CLAUSE", None, ("compensation of your clause", "above the maximum")),
    alone=True,
    debtor={"kind": "consumer", "country": "be"},
)
def _clause(case, company, partner, percent):
    """Of 1,000 euro the law allows 30 + 10% of 350 + 5% of 500, which is 9 percent."""
    lines = [Command.create({"above": 0, "percent": percent})]
    scale = case.env["dunning.cost.scale"].create({"name": "Clause", "code": f"c{company.id}", "bracket_ids": lines})
    company.write({"dunning_consumer_clause": "art. 7", "dunning_clause_scale_id": scale.id})
    return case.late(company, partner, 10, 1000)


@scenario(
    "ERROR",
    Point("2025-07-01", "ERROR", None, ("Something went wrong with this debtor", "cannot answer", "2025-07-01")),
    Point(None, "LETTER"),
    alone=True,
)
def _error(case, company, partner, gone):
    """The company's own table of rates has a gap, as an import may leave one: no law function guesses."""
    shared = case.env.ref("cremann_dunning.dunning_regime_nl_business")
    table = shared.interest_table_id.copy({"company_id": company.id})
    shared.copy({"company_id": company.id, "interest_table_id": table.id, "active": True})
    case.env.flush_all()
    case.cr.execute("DELETE FROM dunning_interest_rate WHERE table_id = %s AND valid_from = %s", [table.id, gone])
    case.env.invalidate_all()
    case.env.registry.clear_cache()
    _demand(case, company, partner, charge_interest=True)
    return case.late(company, partner)


@tagged("post_install", "-at_install")
@with_scenarios_of(__name__)
class TestReasonCodesSkip(ReasonCase):
    """The tests come from the scenarios above."""
