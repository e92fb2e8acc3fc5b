"""Short builders of the facts that the tests of the engine decide on."""

from datetime import date, timedelta
from decimal import Decimal

from odoo.addons.cremann_dunning.engine.decide import ANY_HOUSE, decide
from odoo.addons.cremann_dunning.engine.facts import Claim, Credit, Debtor
from odoo.addons.cremann_dunning.engine.rules import REMINDER, Level, Procedure

TODAY = date(2026, 3, 16)


def day(number):
    """TODAY is 0, tomorrow 1."""
    return TODAY + timedelta(days=number)


def level(number, delay=7, **values):
    fixed = {"sequence": number, "legal_type": REMINDER} | values
    return Level(number, f"Level {number}", delay_days=delay, **fixed)


def ladder(*levels, number=1, **values):
    """A procedure of three reminders, seven days apart and the first on the day after the due date."""
    return Procedure(number, f"Procedure {number}", levels or (level(1, 1), level(2), level(3)), **values)


def claim(number=1, overdue=10, residual="100.00", **values):
    amount = Decimal(residual)
    due = None if overdue is None else day(-overdue)
    company = Decimal(values.pop("company", residual))
    fixed = {"currency": "EUR", "procedure": 1, "kind": "business", "due_date": due} | values
    return Claim(
        number, fixed.pop("move_id", number), f"INV/{number}", residual=amount, residual_company=company, **fixed
    )


def reached(number, ago, line=1, **values):
    """A claim that got the letters up to a level, the last of them some days ago."""
    done = frozenset(range(1, number + 1))
    return claim(line, **{"overdue": 60, "levels_done": done, "level_sent_on": day(-ago)} | values)


def credit(amount, number="RINV/1", currency="EUR"):
    return Credit(number, currency, Decimal(amount))


def run(*claims, rules=None, on=TODAY, automatic_only=False, house=ANY_HOUSE, **debtor):
    """The engine over one debtor with these claims, under one procedure or several."""
    rules = rules or ladder()
    procedures = {p.id: p for p in (rules if isinstance(rules, tuple) else (rules,))}
    return decide(Debtor(7, "Debtor", claims, **debtor), procedures, on, automatic_only, house)


def codes(outcome):
    return {decision.claim.line_id: decision.code for decision in outcome.decisions}


def only(outcome):
    """The one decision of an outcome."""
    (decision,) = outcome.decisions
    return decision


def lines(letter):
    return [decision.claim.line_id for decision in letter.decisions]
