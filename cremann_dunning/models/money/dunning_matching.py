from decimal import Decimal

from odoo import api, models
from odoo.exceptions import AccessError, LockError, UserError

from ...engine import matching as engine
from ..dunning_money import exact


class DunningMatching(models.AbstractModel):
    """Matches open credits of debtors with their open claims, by Odoo's own reconciliation."""

    _name = "dunning.matching"
    _description = "Matching of Credits"

    @api.model
    def _items(self, company, partners):
        """The open receivable items of these debtors in a company: ``(credits, claims)``, the oldest first."""
        items = self.env["account.move.line"].search(
            [
                ("company_id", "=", company.id),
                ("partner_id.commercial_partner_id", "in", partners.commercial_partner_id.ids),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("amount_residual_currency", "!=", 0),
            ],
            order="date_maturity, id",
        )
        own = items.filtered(lambda item: item.amount_residual_currency < 0)
        return own, items - own

    @api.model
    def _meant(self, company, partners):
        """What of the credits pays costs and interest that letters asked, and is no credit for invoices:
        ``{credit item: {(claim item id, kind): amount}}``."""
        # sudo: what letters asked and what came in, for whoever may match the items themselves
        found = self.env["dunning.bookkeeping"].sudo()._received(company, partners.commercial_partner_id.ids)
        return {self.env["account.move.line"].browse(item_id): parts for item_id, parts, _certain in found}

    @api.model
    def _plain(self, items, meant=None):
        """These items as the engine knows them. :param meant: see ``_meant``; that part of them is left out."""
        plain = []
        for item in items:
            beyond = sum((meant or {}).get(item, {}).values(), Decimal(0))
            plain.append(
                engine.Item(
                    item.id,
                    item.partner_id.commercial_partner_id.id,
                    item.currency_id.name,
                    item.account_id.id,
                    max(exact(abs(item.amount_residual_currency), item.currency_id) - beyond, Decimal(0)),
                    item.date_maturity or item.date,
                    item.move_id.id,
                    item.move_id.reversed_entry_id.id or 0,
                )
            )
        return plain

    @api.model
    def _may_match(self):
        """Whether the user has Odoo's rights to match items."""
        return self.env["account.partial.reconcile"].has_access("create") and self.env["account.move.line"].has_access(
            "write"
        )

    @api.model
    def _match(self, pairs, beyond=None):
        """Match these pairs, each by itself: of several the others go on when the ledger refuses one.

        :param pairs: ``[(credit item, claim item)]``. :param beyond: parts of credits to book first, see ``_meant``.
        :return: ``([(credit, claim, amount)], [what was refused and why])``.
        :raises AccessError: the user has no right to match anything.
        """
        if not self._may_match():
            raise AccessError(self._missing_right())
        done, problems = [], []
        for credit, parts in (beyond or {}).items():
            if refusal := self._tried(lambda c=credit, p=parts: self.env["dunning.bookkeeping"]._book(c, p)):
                problems.append(f"{credit.move_id.name}: {refusal}")
                pairs = [pair for pair in pairs if pair[0] != credit]  # or it would pay another claim with it
        for credit, claim in pairs:
            before = claim.amount_residual_currency
            if refusal := self._tried(lambda c=credit, o=claim: self._match_one(c, o)):
                problems.append(f"{credit.move_id.name} – {claim.move_id.name}: {refusal}")
            else:
                done.append((credit, claim, before - claim.amount_residual_currency))
        return done, problems

    @api.model
    def _tried(self, act):
        """What keeps an act from being done; False when it was done."""
        try:
            with self.env.cr.savepoint():
                act()
        except LockError:
            return self.env._("Somebody else is booking it at this moment.")
        except (UserError, AccessError) as error:  # a period that is locked, a missing account: Odoo says it
            return str(error)
        return False

    @api.model
    def _match_one(self, credit, claim):
        items = credit + claim
        items.check_access("write")
        items.lock_for_update(allow_referencing=True)  # nobody pays or matches the same items meanwhile
        items.invalidate_recordset(["amount_residual", "amount_residual_currency", "reconciled"])
        if not (credit.amount_residual_currency < 0 < claim.amount_residual_currency):
            raise UserError(self.env._("It was matched in the meantime. Nothing of it is left."))
        if credit.company_id != claim.company_id:
            raise UserError(self.env._("They are of two companies: each has its own books."))
        [one], [other] = self._plain(credit), self._plain(claim)
        if not one.fits(other):
            raise UserError(self._why_not(engine.why_not(one, [other])))
        items.reconcile()

    @api.model
    def _why_not(self, code):
        """Why a credit can be matched with nothing, in words."""
        env = self.env
        return {
            engine.NOTHING_OPEN: env._("Nothing of this debtor is open."),
            engine.OTHER_CURRENCY: env._("Nothing is open in its currency. Pay it back, or book the exchange first."),
            engine.OTHER_ACCOUNT: env._("What is open stands on another account. Move one of them by an entry first."),
            engine.USED_UP: env._("The other credits cover all that is open: it stays as credit of the debtor."),
        }[code]

    @api.model
    def _missing_right(self):
        return self.env._(
            "Matching needs the right of invoicing in Odoo. Ask somebody who keeps the books to match it."
        )
