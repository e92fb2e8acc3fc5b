"""Every reason code on real records, just before, on and just after its boundary: what goes out and what waits.

How a scenario is tried stands in ``reason_case``; the codes that pass over an invoice in ``test_reason_codes_skip``.
"""

from datetime import timedelta

from odoo import Command
from odoo.tests import tagged

from odoo.addons.cremann_dunning.engine.reasons import REASONS

from ...common import TODAY, day
from . import test_reason_codes_skip  # noqa: F401  (its scenarios count in the test of the registry)
from .reason_case import SCENARIOS, Point, ReasonCase, scenario, us, with_scenarios_of

# -- what goes out ------------------------------------------------------------------------------------------------


@scenario(
    "LETTER",
    Point(0, None),
    Point(1, "LETTER", 0, ("Reminder is due", "1 day past", us(1))),
    Point(2, "LETTER", 0, ("2 days past", us(2))),
)
def _letter(case, company, partner, due):
    """The first level of Dutch businesses goes out the day after the due date."""
    return case.late(company, partner, due)


@scenario(
    "NOTICE",
    Point(-4, None),
    Point(-3, "NOTICE", 0, ("Step 1: 3 days to go", us(-3))),
    Point(-2, "NOTICE", 0, ("2 days to go", us(-2))),
)
def _notice(case, company, partner, due):
    case.follow(company, partner, {"legal_type": "pre_due", "delay_days": 3})
    return case.late(company, partner, due)


@scenario(
    "RIDES_ALONG",
    Point(0, None),
    Point(1, "RIDES_ALONG", 0, ("with the letter Second reminder",)),
    Point(2, "RIDES_ALONG", 0, ("with the letter Second reminder",)),
)
def _rides_along(case, company, partner, due):
    """An older invoice goes to the second level and takes the new one along at the first."""
    case.late(company, partner, 11)
    case.sent(company, partner, 10)
    return case.late(company, partner, due)


@scenario(
    "LISTED",
    Point(0, None),
    Point(4, "LISTED", 1, ("on the letter Step 1", us(-1))),
    Point(5, "LETTER"),
)
def _listed(case, company, partner, due):
    """It is late but its own first step is not due, and an older invoice makes a letter."""
    case.follow(company, partner, {"delay_days": 5})
    case.late(company, partner, 20)
    return case.late(company, partner, due)


# -- what waits ---------------------------------------------------------------------------------------------------


@scenario(
    "NOT_YET",
    Point(4, "NOT_YET", 1, (f"Not before {us(-1)}: then Step 1",)),
    Point(5, "LETTER"),
    Point(6, "LETTER"),
)
def _not_yet(case, company, partner, due):
    case.follow(company, partner, {"delay_days": 5})
    return case.late(company, partner, due)


@scenario(
    "PERIOD_RUNNING",
    Point(1, "PERIOD_RUNNING", 1, (f"Not before {us(-1)}: the term",)),
    Point(0, "LETTER"),
    Point(-1, "LETTER"),
    debtor={"kind": "consumer", "country": "be"},
)
def _period_running(case, company, partner, ends):
    """Costs may be asked so many days from now, after a first reminder, while the next level would come sooner."""
    case.follow(
        company,
        partner,
        {
            "legal_type": "statutory_notice",
            "payment_term_days": 0,
            "template_id": case.env.ref("cremann_dunning.mail_template_be_first_reminder").id,
        },
        {},
        debtor_kind="consumer",
    )
    move = case.late(company, partner, 60)
    # no term ends on a Sunday, so the day is put where the boundary is wanted
    case.sent(company, partner, 20).claimable_from = TODAY + timedelta(days=ends)
    return move


@scenario(
    "TOO_SOON",
    Point(5, "TOO_SOON", 1, (us(5), "6 days between letters", us(-1))),
    Point(6, "LETTER"),
    Point(7, "LETTER"),
)
def _too_soon(case, company, partner, days):
    """A letter about another invoice, paid since, went out so many days ago."""
    other = case.late(company, partner, 30)
    case.sent(company, partner, days)
    case.pay(other)
    return case.late(company, partner, 1)


@scenario(
    "SPOKEN_RECENTLY",
    Point(2, "SPOKEN_RECENTLY", 1, (us(2), "3 days are left for what was said", us(-1))),
    Point(3, "LETTER"),
    Point(4, "LETTER"),
)
def _spoken_recently(case, company, partner, days):
    """Somebody spoke with the debtor so many days ago, and three days of quiet follow."""
    move = case.late(company, partner, 30)
    case.note("dunning.contact", company, partner, move, made=days, outcome="paying")
    return move


@scenario(
    "QUIET",
    Point(4, "QUIET", 1, (us(-1), us(4), "a mail went out", "nothing follows for 5 days")),
    Point(5, "LETTER"),
    Point(6, "LETTER"),
)
def _quiet(case, company, partner, days):
    """A letter by mail about another invoice, paid since, and five days of quiet; letters may follow after two."""
    company.dunning_quiet_mail = 5
    return _after_another(case, company, partner, days)


@scenario(
    "CAP",
    Point(6, "CAP", 1, (us(-1), "1 of at most 1 contacts in 7 days")),
    Point(7, "LETTER"),
    Point(8, "LETTER"),
)
def _cap(case, company, partner, days):
    company.write({"dunning_contacts_max": 1, "dunning_contacts_days": 7})
    return _after_another(case, company, partner, days)


@scenario(
    "GROUP_CAP",
    Point(6, "GROUP_CAP", 1, (us(-1), "1 of at most 1 contacts in 7 days were made with the debtors of Jansen")),
    Point(7, "LETTER"),
    Point(8, "LETTER"),
)
def _group_cap(case, company, partner, days):
    """Another debtor of the group got a letter so many days ago."""
    mate = case.debtor("Mate", country_id=partner.country_id.id)
    members = [Command.create({"partner_id": one.id}) for one in (mate, partner)]
    case.env["dunning.customer.group"].create(
        {"name": "Jansen", "company_id": company.id, "contacts_max": 1, "contacts_days": 7, "member_ids": members}
    )
    case.late(company, mate, 30)
    case.sent(company, mate, days)
    return case.late(company, partner, 1)


def _after_another(case, company, partner, days):
    case.follow(company, partner, {"delay_days": 1}, minimum_interval=2)
    other = case.late(company, partner, 30)
    case.sent(company, partner, days)
    case.pay(other)
    return case.late(company, partner, 1)


@scenario(
    "FIRM_CAP",
    Point(0, "LETTER"),
    Point(1, "FIRM_CAP", 1, (f"Waits for {us(-1)}", "at most 1 contacts in a day")),
    Point(2, "FIRM_CAP", 1, (f"Waits for {us(-1)}", "at most 1 contacts in a day")),
    alone=True,
)
def _firm_cap(case, company, partner, others):
    """So many letters left today already, and one a day is what the firm can answer."""
    for number in range(others):
        mate = case.debtor(f"Mate {number}", country_id=partner.country_id.id)
        case.late(company, mate, 30)
        case.sent(company, mate, 0)
    company.dunning_firm_max = 1
    return case.late(company, partner, 1)


@scenario(
    "SENT_RECENTLY",
    Point(4, "SENT_RECENTLY", 1, (f"Not before {us(-1)}", us(4), "less than 5 days ago")),
    Point(5, "LETTER"),
    Point(6, "LETTER"),
)
def _sent_recently(case, company, partner, days):
    """Due long ago, and the invoice itself went out so many days ago."""
    move = case.late(company, partner, 30)
    move.dunning_sent_on = day(days)
    return move


@scenario(
    "OTHER_LETTER",
    Point(9, "OTHER_LETTER", 6, ("another letter in EUR",)),
    Point(10, "OTHER_LETTER", 6, ("another letter in EUR",)),
    Point(11, "LETTER"),
)
def _other_letter(case, company, partner, due):
    """Two ladders in one currency: the oldest invoice goes first, on the same day the procedure that was made first."""
    case.follow(company, partner, {})
    case.late(company, partner, 10)
    return case.late(company, partner, due, dunning_procedure_id=case.procedure({}).id)


@scenario(
    "LETTER_OPEN",
    Point(None, "LETTER"),
    Point("draft", "LETTER_OPEN", None, ("on the letter Reminder",)),
    Point("issued", "LETTER_OPEN", None, ("Already on the letter DUN/",)),
    Point("cancelled", "LETTER"),
)
def _letter_open(case, company, partner, state):
    """The letter of yesterday: still a draft, in the outbox, taken back, or never made."""
    move = case.late(company, partner, 5)
    if not state:
        return move
    with case.at(-1) as today:
        run = case.run_for(company, today, partner)
        if state != "draft":
            run.action_confirm()
        if state == "cancelled":
            run.letter_ids.action_cancel()
    case.assertEqual(run.letter_ids.state, state)
    return move, (run.letter_ids.name,) if state == "issued" else ()


@scenario(
    "APPROVAL",
    Point(False, "LETTER", 0, ("Step 1 is due and waits for somebody",), job="APPROVAL"),
    Point(True, "LETTER"),
)
def _approval(case, company, partner, automatic):
    case.follow(company, partner, {"automatic": automatic})
    return case.late(company, partner)


@scenario(
    "BY_HAND",
    Point(True, "LETTER", 0, ("Step 1 is due", "nothing goes by itself"), job="BY_HAND"),
    Point(False, "LETTER"),
)
def _by_hand(case, company, partner, by_hand):
    case.follow(company, partner, {"automatic": True})
    move = case.late(company, partner)
    move.dunning_by_hand = by_hand
    return move


@scenario(
    "CARE_WAIT",
    Point(14, "CARE_WAIT", 1, ("Reminder", us(-1), "14 days later")),
    Point(15, "LETTER"),
    Point(16, "LETTER"),
    apart=True,
)
def _care_wait(case, company, partner, overdue):
    """Everybody else is reminded on the day after the due date."""
    case.treat_with_care(company, partner)
    return case.late(company, partner, overdue)


@scenario(
    "CARE_PERSON",
    Point("notice_of_default", "CARE_PERSON", 0, ("Step 1 is due", "speaks with him first")),
    Point("reminder", "LETTER"),
    apart=True,
)
def _care_person(case, company, partner, legal_type):
    case.treat_with_care(company, partner)
    case.follow(company, partner, {"legal_type": legal_type, "automatic": True})
    return case.late(company, partner, 60)


@scenario(
    "HANDOVER_DUE",
    Point("handover", "HANDOVER_DUE", 0, ("Step 1: ready for hand-over", "A person decides")),
    Point("reminder", "LETTER"),
    apart=True,
)
def _handover_due(case, company, partner, legal_type):
    case.follow(company, partner, {"legal_type": legal_type, "automatic": legal_type == "reminder"})
    return case.late(company, partner, 60)


@scenario(
    "DAY_SET",
    Point(-1, "DAY_SET", 1, (f"Reminder on {us(-1)}", "somebody set that day")),
    Point(0, "LETTER"),
    Point(1, "LETTER"),
)
def _day_set(case, company, partner, ago):
    move = case.late(company, partner)
    move.dunning_next_day = day(ago)
    return move


@scenario(
    "CALL_DUE",
    Point(4, "NOT_YET"),
    Point(5, "CALL_DUE", 0, ("Step 1: call the debtor", "5 days past", us(5))),
    Point(6, "CALL_DUE", 0, ("6 days past", us(6))),
)
def _call_due(case, company, partner, due):
    case.follow(company, partner, {"legal_type": "call", "delay_days": 5, "template_id": False})
    return case.late(company, partner, due)


@scenario(
    "NOT_A_SENDING_DAY",
    Point("sunday", "LETTER"),
    Point("monday", "LETTER", 1, (f"Step 1 is due and waits for {us(-1)}",), job="NOT_A_SENDING_DAY"),
    Point("tuesday", "LETTER"),
)
def _not_a_sending_day(case, company, partner, off):
    """Today is a Monday. Who confirms by hand may send on any day."""
    case.follow(company, partner, {}, **{f"send_{off}": False})
    return case.late(company, partner)


@scenario(
    "BANK_BEHIND",
    Point(4, "LETTER", None, (f"booked up to {us(4)}", "3 days behind"), job="BANK_BEHIND"),
    Point(3, "LETTER"),
    Point(2, "LETTER"),
    alone=True,
)
def _bank_behind(case, company, partner, days):
    """The newest line of the bank is so many days old, and it may be three."""
    company.dunning_bank_max_days = 3
    line = case.receipt(case.debtor(f"Somebody else {company.id}"), 10, company)
    line.date = TODAY - timedelta(days=days)
    return case.late(company, partner), (line.journal_id.name,) if days == 4 else ()


# -- what people said ---------------------------------------------------------------------------------------------


@scenario(
    "HANDED_OVER",
    Point("over", "HANDED_OVER", None, ("Incasso", us(0), "recalls it")),
    Point("recalled", "LETTER"),
)
def _handed_over(case, company, partner, stands):
    move = case.late(company, partner)
    case.env["dunning.case"]._for_partners(partner, company, create=True)
    case.env["dunning.claim"]._of_moves(move)
    contact = case.env["res.partner"].create({"name": "Incasso", "is_company": True})
    party = case.env["dunning.party"].create({"partner_id": contact.id, "kind": "lawyer", "company_id": company.id})
    claim = case.env["dunning.claim"].search([("move_id", "=", move.id)])
    over = case.env["dunning.handover"].sudo()
    made = over._hand_over(claim.case_id, claim, party, reason="Nothing helped")
    if stands == "recalled":
        made._recall("Pays after all")
    return move


@scenario(
    "HOLD",
    Point(None, "LETTER"),
    Point("invoice", "HOLD", None, ("On hold without an end date: Takes care of it",)),
    Point("debtor", "HOLD", None, ("Takes care of it",)),
    Point("released", "LETTER"),
)
def _hold(case, company, partner, on):
    move = case.late(company, partner)
    if on:
        about = {"partner_id": partner.id, "move_id": on == "invoice" and move.id, "company_id": company.id}
        hold = case.env["dunning.hold"].create({"reason": "Takes care of it", **about})
        if on == "released":
            hold.action_release()
    return move


@scenario(
    "HOLD_UNTIL",
    Point(-1, "LETTER"),
    Point(0, "HOLD_UNTIL", 1, (f"up to and including {us(0)}: Holiday",)),
    Point(1, "HOLD_UNTIL", 2, (f"up to and including {us(-1)}: Holiday",)),
)
def _hold_until(case, company, partner, until):
    vals = {"partner_id": partner.id, "company_id": company.id, "reason": "Holiday"}
    case.env["dunning.hold"].create(vals | {"date_until": TODAY + timedelta(days=until)})
    return case.late(company, partner)


@scenario(
    "DISPUTED",
    Point(99.99, "LETTER"),
    Point(100.00, "DISPUTED", None, (f"since {us(0)}: price",)),
    Point(100.01, "DISPUTED", None, (f"since {us(0)}: price",)),
)
def _disputed(case, company, partner, amount):
    """Of 150 euro 50 were paid. A dispute over more than is open is one over the whole."""
    case.follow(company, partner, {}, minimum_amount=0)
    move = case.late(company, partner, amount=150)
    case.note("dunning.dispute", company, partner, move, reason="price", amount=amount)
    case.pay(move, 50)
    return move


@scenario(
    "PLAN",
    Point(-3, "LETTER"),
    Point(-2, "PLAN", 1, ("instalment of €40.00", us(2), f"until {us(0)}")),
    Point(-1, "PLAN", 2, ("instalment of €40.00", us(1), f"until {us(-1)}")),
)
def _plan(case, company, partner, ahead):
    """An instalment that did not come, with two days of grace."""
    move = case.late(company, partner, 40)
    days = [Command.create({"date": TODAY + timedelta(days=n), "amount": a}) for n, a in ((ahead, 40), (30, 60))]
    plan = case.note("dunning.payment.plan", company, partner, move, made=20, instalment_ids=days)
    with case.at(-20):
        plan.action_agree()
    return move


@scenario(
    "INSTALMENT_ASKED",
    Point(-11, "LETTER"),
    Point(-10, "INSTALMENT_ASKED", 1, ("instalment of €40.00", us(10), f"until {us(0)}")),
    Point(-3, "INSTALMENT_ASKED", 8, ("instalment of €40.00", us(3), f"until {us(-7)}")),
    Point(-2, "PLAN", 1),
)
def _instalment_asked(case, company, partner, ahead):
    """An instalment that did not come: two days of grace, five days that the reminder gives, two days of grace."""
    company.dunning_instalment_reminds = True
    return _missed(case, company, _plan(case, company, partner, ahead), ahead)


def _missed(case, company, move, ahead):
    """What the job did on the day after the days of grace."""
    if ahead <= -3:
        with case.at(ahead + 3):
            case.env["dunning.case"]._settle_agreements(company)
    return move


@scenario(
    "PROMISE_ASKED",
    Point(-9, "LETTER"),
    Point(-8, "PROMISE_ASKED", 1, ("pay €100.00", us(8), f"until {us(0)}")),
    Point(-3, "PROMISE_ASKED", 6, ("pay €100.00", us(3), f"until {us(-5)}")),
    Point(-2, "PROMISE", 1),
)
def _promise_asked(case, company, partner, ahead):
    """A promised day that passed: two days of grace, and five to answer when asked."""
    company.dunning_promise_asks = True
    return _missed(case, company, _promise(case, company, partner, ahead), ahead)


@scenario(
    "PROMISE",
    Point(-3, "LETTER"),
    Point(-2, "PROMISE", 1, ("pay €100.00", us(2), f"until {us(0)}")),
    Point(-1, "PROMISE", 2, ("pay €100.00", us(1), f"until {us(-1)}")),
)
def _promise(case, company, partner, ahead):
    """A day that passed without money, with two days of grace."""
    move = case.late(company, partner, 40)
    case.note("dunning.promise", company, partner, move, made=20, date=TODAY + timedelta(days=ahead))
    return move


@scenario(
    "CAUSE_WAIT",
    Point(6, "CAUSE_WAIT", 2, (us(6), "Something went wrong on the way", f"including {us(-1)}")),
    Point(7, "CAUSE_WAIT", 1, (us(7), f"including {us(0)}")),
    Point(8, "LETTER"),
)
def _cause_wait(case, company, partner, days):
    """So many days ago the debtor said why he does not pay, and nothing follows for seven days."""
    return _said(case, company, partner, days, "error")


@scenario(
    "CAUSE_PERSON",
    Point(6, "CAUSE_PERSON", 2, (us(6), "Short of money", f"after {us(-1)}")),
    Point(7, "CAUSE_PERSON", 1, (us(7), f"after {us(0)}")),
    Point(8, "LETTER"),
)
def _cause_person(case, company, partner, days):
    return _said(case, company, partner, days, "short")


def _said(case, company, partner, days, cause):
    move = case.late(company, partner, 30)
    case.note("dunning.contact", company, partner, move, made=days, outcome="other", cause=cause)
    return move


@tagged("post_install", "-at_install")
@with_scenarios_of(__name__)
class TestReasonCodes(ReasonCase):
    def test_every_code_has_a_scenario(self):
        self.assertEqual(SCENARIOS.keys(), REASONS.keys())

    def test_every_scenario_has_both_sides(self):
        for code, found in SCENARIOS.items():
            answers = {point.answer(who) == code for point in found.points for who in ("person", "job")}
            self.assertEqual(answers, {True, False}, code)
