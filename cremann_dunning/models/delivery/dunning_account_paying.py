from collections import defaultdict
from dataclasses import replace

from odoo import Command, api, fields, models
from odoo.exceptions import MissingError, UserError
from odoo.tools import format_date, str2bool

from ...engine import paying as engine
from ...engine.facts import ZERO
from ...engine.insolvency import is_his_to_pay
from ...tools import typed
from ..dunning_inside import Inside
from ..dunning_money import written
from . import dunning_account_words as words


class DunningAccountPaying(models.AbstractModel):
    """What a debtor may pay on his page now, in one company: all, some or a part of what is open, with the costs and
    the interest that letters asked."""

    _name = "dunning.account.paying"
    _description = "Paying from the debtor's page"

    # -- what may be paid -----------------------------------------------------------------------------------------

    @api.model
    def _rows(self, company, partner, facts=None):
        """All that is open of a debtor, as ``engine.paying.Payable``, the oldest first.

        A payment that he started and has not ended yet is no part of it: where that matters, it is asked apart.

        :param facts: those of the page, where it has them; they count a payment that was started, so of who is paying
            at this moment they are gathered anew.
        """
        if facts and any(claim.paying for debtor in facts[0] for claim in debtor.claims):
            facts = None
        # sudo: the facts decide; what the visitor may see of them is asked where they are shown
        this = self.sudo().with_context(dunning_started=Inside(False)).with_company(company)
        debtors, _question = this.env["dunning.asked"]._open_now(company, partner.ids, facts)
        found = [(now, parts) for now, parts in debtors if now.partner_id == partner.id]
        if not found:
            return []
        [(debtor, parts)] = found
        parts = this._with_rests(company, partner, parts)
        came_in, percents = this._came_in(company, partner, parts), this._percents(company, partner, debtor)
        today = company._dunning_today()
        rows = [self._row(debtor, part, came_in[item], percents[item], today) for item, part in parts.items()]
        return sorted(rows, key=lambda row: (row.due or today, row.number, row.item))

    @api.model
    def _with_rests(self, company, partner, parts):
        """These parts, with what letters asked on claims of which the principal is paid."""
        if not any(part.claim.rest for part in parts.values()):
            return parts
        rests = self.env["dunning.imputation"]._rests(company, partner.ids, company._dunning_today())
        asked = {rest.line_id: rest.charged for rest in rests.get(partner.id, ())}
        return {
            item: replace(part, claim=replace(part.claim, charged=asked.get(item))) if part.claim.rest else part
            for item, part in parts.items()
        }

    @api.model
    def _row(self, debtor, part, came_in, percent, today):
        """One item. :param came_in: what is on its way or came in on its costs and interest, and is not booked."""
        claim, charged = part.claim, part.claim.charged
        costs = charged.costs_left(today) if charged else ZERO
        interest = charged.interest_left if charged else ZERO
        row = engine.Payable(
            item=claim.line_id,
            move=claim.move_id,
            number=claim.number,
            currency=claim.currency,
            due=claim.due_date,
            principal=ZERO if claim.rest else part.principal,
            costs=costs,
            interest=interest,
            coming=part.coming,
            disputed=part.disputed,
            dated=claim.dated,
            late=claim.is_overdue(today),
            rest=claim.rest,
            percent=percent,
            agreed=self._agreed(debtor, claim, today),
        )
        if claim.rest:  # what is on its way was taken off what is left
            came_in = costs + interest - min(part.principal, costs + interest)
        costs, interest = engine.less(row, came_in)
        row = replace(row, costs=costs, interest=interest, coming=row.coming + (ZERO if claim.rest else came_in))
        return replace(row, stop=self._stop(debtor, claim, row))

    @api.model
    def _stop(self, debtor, claim, row):
        """Why this cannot be paid here now; empty where it can."""
        if not is_his_to_pay(debtor, claim):
            return engine.INSOLVENT
        if not row.principal and not row.rest and row.disputed:
            return engine.DISPUTED
        if not row.total:
            return engine.UNDER_WAY if row.coming else engine.SETTLED
        return ""

    @api.model
    def _agreed(self, debtor, claim, today):
        """The plan or promise that this claim waits for: ``(code, amount, day)``."""
        for code, agreements in (("PLAN", debtor.plans), ("PROMISE", debtor.promises)):
            running = [agreement for agreement in agreements if agreement.covers(claim, today)]
            if running:
                first = min(running, key=lambda agreement: agreement.date)
                return code, first.amount, first.date
        return None

    @api.model
    def _came_in(self, company, partner, parts):
        """What of costs and interest came in and is not booked, or is on its way: ``{item id: amount}``."""
        found = defaultdict(lambda: ZERO)
        for _item, own, _certain in self.env["dunning.bookkeeping"]._received(company, partner.ids):
            for (item, _kind), amount in own.items():
                found[item] += amount
        online = self.env["dunning.online.payment"]
        for item, one in online._chosen(company, [{"line_id": item} for item in parts]).items():
            found[item] += one.beyond
        left = {
            item: part.claim.charged.left(company._dunning_today()) - found[item]
            for item, part in parts.items()
            if part.claim.charged
        }
        for amount, items in online._letters_beyond(company, list(left)):
            for item in items:
                taken = min(max(left.get(item, ZERO), ZERO), amount)
                found[item], left[item], amount = found[item] + taken, left.get(item, ZERO) - taken, amount - taken
        return found

    @api.model
    def _percents(self, company, partner, debtor):
        """The yearly interest of each item, where they bear different ones; of one law the oldest is paid first."""
        claims = list(debtor.claims)
        if len({(claim.kind, claim.regime) for claim in claims}) > 1:
            country = partner.country_id or company.country_id
            about = [(claims, True, {"country_id": country.id})]
            self.env["dunning.gather"]._weigh(about, company, company._dunning_today())
        return defaultdict(lambda: ZERO, {claim.line_id: claim.percent for claim in claims})

    @api.model
    def _visible(self, visit, rows):
        """Of these what the visitor may see: the rests of invoices that are paid are no open items of the ledger."""
        allowed = {*visit.items().ids}
        if not visit.known:
            allowed |= {*visit.letter.line_ids.move_line_id.ids} if self._letter_counts(visit.letter) else set()
        return [row for row in rows if row.item in allowed or (visit.known and row.rest)]

    @api.model
    def _letter_counts(self, letter):
        return bool(letter) and letter.state not in ("draft", "cancelled")

    # -- choosing -------------------------------------------------------------------------------------------------

    @api.model
    def _choose(self, visit, items, amount):
        """What the visitor chose on his page, as a ``dunning.payment.choice``.

        :param items: ids of items as a form sends them. :param amount: as somebody typed it; empty for all of it.
        :raises UserError: it cannot be paid, and why.
        """
        try:
            wanted = {int(item) for item in items if isinstance(item, str) and item.isascii() and len(item) < 11}
        except ValueError:
            wanted = {0}
        try:
            value = typed.positive(amount or "")
        except ValueError:
            raise UserError(
                self.env._("We cannot read this amount: “%s”. Write it as 1234.56 or 1234,56.", str(amount)[:30])
            ) from None
        rows = self._visible(visit, self._rows(visit.company, visit.partner))
        currency = self._currency(next((row.currency for row in rows if row.item in wanted), False), visit)
        try:
            parts = engine.choose(rows, wanted, value, visit.company._dunning_today(), currency.decimal_places)
        except engine.Refused as error:
            raise UserError(self._why(error, currency)) from None
        numbers = {row.item: row.number for row in rows if row.item in {part.item for part in parts}}
        # of two who choose the same at one moment the second begins anew, and finds what the first chose
        case = self.env["dunning.case"]._for_partners(visit.partner, visit.company, create=True)
        self.env["dunning.account.acts"]._one_at_a_time(case)
        return self.env["dunning.payment.choice"]._made(visit.company, visit.partner, currency, parts, numbers)

    @api.model
    def _currency(self, name, visit):
        found = self.env["res.currency"].search([("name", "=", name)], limit=1) if name else None
        return found or visit.company.currency_id

    @api.model
    def _why(self, error, currency):
        """Why a choice is refused, in words."""
        most = written(self.env, error.most, currency)
        return {
            engine.NOTHING: self.env._("Choose what you want to pay."),
            engine.UNKNOWN: self.env._(
                "One of these cannot be paid here any more: it was paid, or something else changed. Look at what is "
                "open now."
            ),
            engine.CURRENCIES: self.env._("Pay invoices in different currencies one after the other."),
            engine.TOO_MUCH: self.env._("That is more than what you chose comes to: %s is open.", most),
            engine.NOT_MUCH: self.env._("Write an amount between 0.01 and %s.", most),
        }[error.code]

    @api.model
    def _choice_of(self, visit, choice_id):
        """What was chosen on this page before. :raises MissingError: nothing that this visitor may see."""
        choice = self.env["dunning.payment.choice"].browse(choice_id).exists()
        ours = choice and choice.company_id == visit.company
        ours = ours and choice.partner_id.commercial_partner_id == visit.partner
        if ours and not visit.known:
            letter = visit.letter
            seen = {*letter.line_ids.move_line_id.ids} if self._letter_counts(letter) else set()
            ours = {part.item for part in choice._parts()} <= seen
        if not ours:
            raise MissingError(self.env._("There is no such payment on this page."))
        return choice

    # -- how it stands --------------------------------------------------------------------------------------------

    @api.model
    def _still(self, visit, choice):
        """Whether a choice can be paid now as it was made: the same parts are open, and nothing else of them."""
        rows, parts = self._visible(visit, self._rows(visit.company, visit.partner)), choice._parts()
        total = sum((part.total for part in parts), ZERO)
        places = choice.currency_id.decimal_places
        items = {part.item for part in parts}
        try:
            now = engine.choose(rows, items, total, visit.company._dunning_today(), places)
        except engine.Refused:
            return False
        return sorted(now) == sorted(parts)

    @api.model
    def _started(self, choice):
        """Payments of the same items that the debtor started and that have not ended: drafts that still count."""
        found = self.env["payment.transaction"].search(
            [
                ("company_id", "=", choice.company_id.id),
                ("state", "=", "draft"),
                ("dunning_started_at", ">", self.env["dunning.online.payment"]._since()),
                ("dunning_choice_id.partner_id", "=", choice.partner_id.id),
            ]
        )
        items = {part.item for part in choice._parts()}
        return found.filtered(lambda one: items & {part.item for part in one._dunning_to_book()})

    @api.model
    def _state(self, visit, choice):
        """How a choice stands: ``paid``, ``under_way``, ``started``, ``open`` or ``changed``."""
        states = {*choice._used().mapped("state")}
        if states:  # whoever wants to pay the same once more chooses it anew
            return "paid" if "done" in states else "under_way"
        if not self._still(visit, choice):
            return "changed"
        return "started" if self._started(choice) else "open"

    @api.model
    def _options(self, choice):
        """The providers and methods of Odoo by which this can be paid online."""
        providers, methods = self.env["payment.provider"], self.env["payment.method"]
        enabled = self.env["ir.config_parameter"].get_param("account_payment.enable_portal_payment") or "0"
        # one receivable account: a payment is booked on one
        if not str2bool(enabled) or len(choice._items().account_id) != 1:
            return providers, methods
        about = {"currency_id": choice.currency_id.id}
        partner = choice.partner_id
        providers = providers._get_compatible_providers(choice.company_id.id, partner.id, choice.amount, **about)
        return providers, methods._get_compatible_payment_methods(providers.ids, partner.id, **about)

    @api.model
    def _check_start(self, visit, choice, amount, provider_id):
        """Let a payment of this choice begin.

        :param amount: what stood on the screen. :raises UserError: it may not, and why; nothing was paid.
        """
        choice._turn()
        state = self._state(visit, choice)
        if state == "started":
            raise UserError(
                self.env._(
                    "You started to pay this in another window. Finish it there, or say on this page that you did not "
                    "pay. Nothing was paid here."
                )
            )
        is_same = isinstance(amount, int | float) and not isinstance(amount, bool)
        is_same = is_same and not choice.currency_id.compare_amounts(amount, choice.amount)
        if state != "open" or not is_same:
            raise UserError(
                self.env._(
                    "What is open has changed meanwhile: something was paid, or is being paid. Nothing was paid now. "
                    "Go back and look at what is open."
                )
            )
        if provider_id not in self._options(choice)[0].ids:
            raise UserError(self.env._("This way of paying is not offered here."))

    @api.model
    def _transaction_vals(self, choice):
        """What a payment of this choice knows of it."""
        return {
            "invoice_ids": [Command.set(choice._items().move_id.ids)],
            "dunning_choice_id": choice.id,
            "dunning_parts": choice.parts,
            "dunning_beyond": float(sum((part.beyond for part in choice._parts()), ZERO)),
            "dunning_started_at": fields.Datetime.now(),
        }

    # -- what the pages say ---------------------------------------------------------------------------------------

    @api.model
    def _page_values(self, visit, facts):
        """Values for the template ``debtor_page_pay``: a form for each currency.

        :param facts: see ``dunning.account.items._facts``.
        :return: ``pay_groups``: ``currency``, ``rows`` (see ``_shown``), ``proposed`` (in words, empty for nothing).
        """
        groups = []
        rows = self._visible(visit, self._rows(visit.company, visit.partner, facts))
        for name in dict.fromkeys(row.currency for row in rows if row.total):
            own, currency = [row for row in rows if row.currency == name], self._currency(name, visit)
            proposed = sum((row.total for row in own if row.proposed), ZERO)
            groups.append(
                {
                    "currency": currency,
                    "rows": [self._shown(row, currency) for row in own if row.stop != engine.SETTLED],
                    "proposed": proposed and written(self.env, proposed, currency),
                }
            )
        return {"pay_groups": groups}

    @api.model
    def _shown(self, row, currency):
        """One row in words, for the page."""

        def told(amount):
            return written(self.env, amount, currency) if amount else ""

        return {
            "item": row.item,
            "number": row.number,
            "due": words.day(self.env, row.due, "d MMM y"),
            "late": row.late,
            "checked": row.proposed,
            "payable": bool(row.total),
            "total": told(row.total),
            "principal": told(row.principal),
            "costs": told(row.costs),
            "interest": told(row.interest),
            "coming": told(row.coming) if row.total else "",
            "disputed": told(row.disputed) if row.total else "",
            "rest": row.rest,
            "note": self._noted(row, told),
        }

    @api.model
    def _noted(self, row, told):
        """What is to be said beside a row: why it cannot be paid here, or what was agreed about it."""
        if row.stop == engine.INSOLVENT:
            return self.env._("dealt with in the insolvency")
        if row.stop == engine.DISPUTED:
            return self.env._("you do not agree with it: we look into it")
        if row.stop == engine.UNDER_WAY:
            return self.env._("being paid")
        if not row.agreed:
            return ""
        code, amount, day = row.agreed
        about = {"amount": told(amount), "date": format_date(self.env, day)}
        if code == "PLAN":
            return self.env._("in instalments: %(amount)s by %(date)s", **about)
        return self.env._("you said that you pay %(amount)s by %(date)s", **about)

    @api.model
    def _choice_values(self, visit, choice):
        """Values for the page of a choice: what exactly is paid, and how; ``pay_state`` see ``_state``."""
        state, currency = self._state(visit, choice), choice.currency_id
        items = {item.id: item for item in choice._items()}
        claims = self.env["dunning.claim"].search([("move_line_id", "in", list(items))])
        numbers = {claim.move_line_id.id: claim.number for claim in claims}
        parts = choice._parts()
        told = [
            {
                "number": numbers.get(part.item) or items[part.item].move_id.name,
                **{
                    name: getattr(part, name) and written(self.env, getattr(part, name), currency)
                    for name in ("principal", "costs", "interest", "total")
                },
            }
            for part in parts
            if part.item in items
        ]
        bank = choice._bank()
        return {
            **self.env["dunning.account.page"]._frame_values(visit),
            "choice": choice,
            "pay_state": state,
            "pay_parts": told,
            "pay_total": written(self.env, choice.amount, currency),
            "pay_bank": state in ("open", "started")
            and bank._dunning_by_bank(choice.amount, currency, choice.payment_reference, visit.partner),
            "pay_online": state == "open" and not visit.colleague and bool(self._options(choice)[1]),
        }
