from odoo.tools import LazyTranslate

from .kind import Kind

_lt = LazyTranslate(__name__)

PARTS = {"costs": _lt("Costs: %(costs)s."), "interest": _lt("Interest: %(interest)s.")}
BOOKED = {**PARTS, "numbers": _lt("It is about %(numbers)s.")}

CHARGES = {
    "charge.asked": Kind(
        _lt("Letter %(name)s asked costs or interest."),
        {**PARTS, "again": _lt("It is in force again, since no later letter asks them.")},
    ),
    "charge.replaced": Kind(
        _lt("What letter %(name)s asked of costs or interest was asked anew by a later one."), PARTS
    ),
    "charge.taken_back": Kind(_lt("Letter %(name)s asks no costs or interest any more."), PARTS),
    "charge.waived": Kind(_lt("Costs or interest were waived."), {**BOOKED, "reason": _lt("Reason: %(reason)s")}),
    "charge.unwaived": Kind(_lt("A waiver was taken back: costs or interest are owed again."), BOOKED),
    "charge.received": Kind(_lt("Costs or interest came in and were booked in %(entry)s."), BOOKED),
    "charge.booked": Kind(_lt("Costs or interest that were asked were booked in %(entry)s."), BOOKED),
    "charge.booked_back": Kind(_lt("Costs or interest that are asked no more were taken back in %(entry)s."), BOOKED),
    "charge.not_booked": Kind(
        _lt("Costs or interest of %(numbers)s could not be booked."), {"reason": _lt("Reason: %(reason)s")}
    ),
    "charge.invoiced": Kind(_lt("Costs or interest were invoiced in %(entry)s."), BOOKED),
    "charge.rest_asked": Kind(_lt("What is left of costs and interest of %(numbers)s is asked on.")),
    "charge.rest_left": Kind(_lt("What is left of costs and interest of %(numbers)s is no longer asked on.")),
}

UNDONE = {"on": _lt("Undone on %(on)s.")}
ON = {"on": _lt("Booked on %(on)s.")}
LEDGER = {
    "ledger.paid": Kind(_lt("%(amount)s came in on %(numbers)s, in %(entry)s."), ON),
    "ledger.credited": Kind(_lt("%(amount)s of %(numbers)s was credited by %(entry)s."), ON),
    "ledger.reversed": Kind(_lt("%(numbers)s was reversed by %(entry)s for %(amount)s."), ON),
    "ledger.matched": Kind(_lt("%(amount)s of %(numbers)s was matched with %(entry)s."), ON),
    "ledger.unmatched": Kind(
        _lt("%(amount)s of %(numbers)s is open again: it is not matched with %(entry)s any more."), ON
    ),
    "ledger.came_back": Kind(
        _lt("The bank took back the payment of %(amount)s of %(numbers)s, somebody says."), UNDONE
    ),
    "ledger.corrected": Kind(_lt("The payment of %(amount)s of %(numbers)s was a mistake, somebody says."), UNDONE),
    "ledger.set_off": Kind(
        _lt("%(amount)s was set off against what he was owed, in %(entry)s."),
        {"numbers": _lt("He owed: %(numbers)s."), "debts": _lt("He was owed: %(debts)s.")},
    ),
    "ledger.discount": Kind(
        _lt("The cash discount that was left of %(numbers)s was written off: %(amount)s, in %(entry)s.")
    ),
    "ledger.small_rest": Kind(_lt("The small rest of %(numbers)s was written off: %(amount)s, in %(entry)s.")),
    "ledger.to_draft": Kind(_lt("%(numbers)s was reset to draft.")),
    "ledger.cancelled": Kind(_lt("%(numbers)s was cancelled.")),
    "ledger.posted_again": Kind(_lt("%(numbers)s was posted again: %(amount)s, due on %(due)s.")),
    "ledger.due_changed": Kind(
        _lt("%(numbers)s is due on %(after)s from now on."), {"before": _lt("Before: %(before)s.")}
    ),
}

WRITTEN_OFF = {
    "vat": _lt("VAT in it: %(vat)s."),
    "vat_from": _lt("It can be asked back from %(vat_from)s on."),
    "proof": "%(proof)s",
}
ENDS = {
    "end.written_off": Kind(
        _lt("%(numbers)s was written off: %(amount)s, in %(entry)s. Reason: %(reason)s."), WRITTEN_OFF
    ),
    "end.write_off_undone": Kind(_lt("The write-off of %(numbers)s was undone: %(amount)s is asked again.")),
    "end.vat": Kind(
        _lt("What is noted about the VAT in the write-off of %(numbers)s was changed."),
        {"changes": "%(changes)s.", "texts": "%(texts)s."},
    ),
    "end.money_after": Kind(_lt("Money of the debtor came in after %(numbers)s was written off.")),
    "end.handed_over": Kind(_lt("%(numbers)s was handed over by letter %(name)s."), {"party": _lt("To: %(party)s.")}),
}

MONEY: dict[str, Kind] = {**CHARGES, **LEDGER, **ENDS}
