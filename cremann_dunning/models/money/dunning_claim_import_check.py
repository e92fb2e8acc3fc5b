from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL, format_date, format_list

from ...engine import incoming
from ...law.errors import FIRST_YEAR
from ..claim.dunning_claim import WITH_TAKEN_IN
from ..dunning_money import written

GOOD, LOOK, BAD = "good", "look", "bad"
NO_COUNTERPART = ("asset_receivable", "liability_payable", "off_balance")

# What is in the books of a company under one of these numbers: as an invoice, as a claim, or on an entry.
BOOKED = f"""
SELECT DISTINCT n.number, p.commercial_partner_id AS partner_id, m.id AS move_id, m.name, l.currency_id,
       CASE WHEN m.move_type = 'entry' THEN l.amount_currency ELSE m.amount_total END::text AS amount,
       m.move_type = 'entry' AND m.dunning_is_claim IS NOT TRUE AND NOT l.reconciled AS is_unasked
  FROM account_move_line l
  JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
  JOIN account_move m ON m.id = l.move_id AND m.move_type IN ('entry', 'out_invoice', 'out_receipt')
  JOIN res_partner p ON p.id = l.partner_id
  {WITH_TAKEN_IN}
  CROSS JOIN LATERAL (
       SELECT upper(regexp_replace(v.number, '\\s', '', 'g')) AS number
         FROM unnest(CASE WHEN m.move_type = 'entry' THEN ARRAY[t.number, l.name, m.ref] ELSE ARRAY[m.name] END)
              AS v (number)) n
 WHERE l.company_id = %(company)s AND l.amount_currency > 0 AND m.state <> 'cancel' AND n.number = ANY(%(numbers)s)
"""


class DunningClaimImportCheck(models.AbstractModel):
    """Looks at claims that come from outside before they are booked: what is good, what somebody should look at, what
    cannot go through, each with a sentence that says what to do."""

    _name = "dunning.claim.import.check"
    _description = "Check of claims from outside"

    @api.model
    def _problem_of(self, wizard):
        """Why nothing can be booked as a window says; False when it can."""
        account, journal, company = wizard.account_id, wizard.journal_id, wizard.company_id
        if not account:
            return self.env._(
                "Choose the account against which the claims are booked, such as an opening balance account."
            )
        if not account.active:
            return self.env._("The account %s is archived. Choose another one.", account.display_name)
        if not account.filtered_domain(account._check_company_domain(company)):
            return self.env._(
                "The account %(account)s is not one of %(company)s. Choose another one.",
                account=account.display_name,
                company=company.name,
            )
        if account.account_type in NO_COUNTERPART:
            return self.env._(
                "%s is an account of debtors or creditors: the claims would cancel themselves out. Choose another one.",
                account.display_name,
            )
        if not journal or not journal.active or journal.type != "general" or journal.company_id != company:
            return self.env._("Choose a journal for miscellaneous entries of %s.", company.name)
        if not wizard.is_each_day and not wizard.date:
            return self.env._("Fill in on which day the claims are booked.")
        if not wizard.is_each_day and (locked := self._locked(wizard, wizard.date)):
            return locked
        return False

    @api.model
    def _locked(self, wizard, day):
        """Why nothing can be booked on a day; False when it can."""
        locks = wizard.company_id._get_violated_lock_dates(day, False, wizard.journal_id)
        return locks and self.env._(
            "%(day)s lies in a period that is closed: %(locks)s. Book it on a later day.",
            day=format_date(self.env, day),
            locks=self.env["res.company"]._format_lock_dates(locks),
        )

    @api.model
    def _verdicts(self, wizard, lines):
        """What is to be said about each of these lines of a window: ``{line: (state, sentence)}``; few queries."""
        facts = {
            "booked": self._booked(wizard.company_id, lines),
            "twins": self._twins(lines),
            "rated": self._rated(wizard, lines),
            "locked": {},
            "may_make": self.env["res.partner"].has_access("create"),
            "today": wizard.company_id._dunning_today(),
        }
        if wizard.is_each_day and wizard.journal_id:
            days = set(filter(None, lines.mapped("invoice_date")))
            facts["locked"] = {day: self._locked(wizard, day) for day in days}
        return {line: self._verdict(wizard, line, facts) for line in lines}

    @api.model
    def _verdict(self, wizard, line, facts):
        bad = (
            self._about_debtor(wizard, line, facts)
            or self._about_amount(line, facts)
            or self._about_days(line, facts)
            or self._about_doubles(line, facts, True)
        )
        if bad:
            return BAD, bad
        look = [line.remark, line.due_remark, self._about_doubles(line, facts, False)]
        if look := " ".join(filter(None, look)):
            return LOOK, look
        if not line.partner_id:
            return GOOD, self.env._("The contact %s is made.", line.debtor_name)
        return GOOD, ""

    # -- one thing at a time: a sentence, or nothing --------------------------------------------------------------

    @api.model
    def _about_debtor(self, wizard, line, facts):
        if line.partner_id:
            if line.partner_id.commercial_partner_id._origin == wizard.company_id.partner_id:
                return self.env._("The debtor is this company itself. Choose who owes it.")
            return False
        if line.choices and not line.is_new_debtor:
            return self.env._("It may be %s. Choose the debtor, or tick that a new contact is made.", line.choices)
        if not (line.debtor_name or "").strip():
            return self.env._("No contact fits. Choose the debtor, or fill in his name.")
        if not line.is_new_debtor:
            return self.env._("There is no such contact. Choose the debtor, or tick that a new contact is made.")
        if not facts["may_make"]:
            return self.env._("You have no right to make contacts. Choose one, or ask somebody who has it.")
        return False

    @api.model
    def _about_amount(self, line, facts):
        if not (line.number or "").strip():
            return self.env._("Fill in the number that the debtor knows.")
        if line.currency_text and not line.currency_id:
            return self.env._("The currency “%s” is not known. Choose one.", line.currency_text)
        if not line.currency_id:
            return self.env._("Choose the currency.")
        if not line.currency_id.active:
            return self.env._("%s is not active. Switch it on under Currencies first.", line.currency_id.name)
        if not line.amount and line.amount_text:
            return self._about_text(line)
        if not line.amount:
            return self.env._("Nothing is owed: fill in the amount, or leave this row out.")
        if line.amount < 0:
            return self.env._(
                "A negative amount is no claim but a credit. Book it as a credit note or payment of this debtor."
            )
        if line.currency_id in facts["rated"]["missing"]:
            return self.env._(
                "There is no rate of %s for the day of booking. Add one under Currencies.", line.currency_id.name
            )
        return False

    @api.model
    def _about_text(self, line):
        """Why no amount came of its text."""
        try:
            incoming.amount(line.amount_text, line.wizard_id.decimal_mark or None)
        except incoming.Ambiguous:
            return self.env._(
                "“%s” can be two amounts. Say above which sign stands before the cents.", line.amount_text
            )
        except incoming.Unreadable:
            return self.env._("“%s” is no amount. Fill it in.", line.amount_text)
        return self.env._(
            "“%(text)s” has more decimals than %(currency)s has. Fill in the amount.",
            text=line.amount_text,
            currency=line.currency_id.name,
        )

    @api.model
    def _about_days(self, line, facts):
        for day, text in ((line.invoice_date, line.invoice_date_text), (line.date_due, line.date_due_text)):
            if not day and text:
                try:
                    incoming.day(text)
                except incoming.Ambiguous:
                    return self.env._(
                        "“%s” can be two days. Say above whether the day or the month stands first.", text
                    )
                except incoming.Unreadable:
                    return self.env._("“%s” is no day. Fill it in.", text)
        if not line.invoice_date:
            return self.env._("Fill in the date of the invoice.")
        if not line.date_due:
            return self.env._("Fill in when it was due.")
        if line.invoice_date > facts["today"]:
            return self.env._("The invoice is of a day that is still to come. Correct its date.")
        if line.invoice_date.year < FIRST_YEAR:
            return self.env._("The date lies before %s. Correct it.", str(FIRST_YEAR))
        if line.date_due < line.invoice_date:
            return self.env._("It cannot be due before its date.")
        if line.date_due.year > facts["today"].year + 10:
            return self.env._("It is due more than ten years from now. Correct the due date.")
        return facts["locked"].get(line.invoice_date)

    @api.model
    def _about_doubles(self, line, facts, same):
        """About what is there already under this number.

        :param same: only what is the very same claim; else what looks like it.
        """
        debtor, number = line.partner_id.commercial_partner_id._origin, _bare(line.number)
        key = self.env["dunning.claim.import.debtor"]._key(line)
        for other in facts["booked"].get(number, ()):
            equal = other["currency_id"] == line.currency_id.id and not line.currency_id.compare_amounts(
                float(other["amount"]), line.amount
            )
            if same and equal and other["partner_id"] == debtor.id:
                if other["is_unasked"]:
                    return self.env._(
                        "It is in the books as %s, and not followed up. Take that entry in instead.", other["name"]
                    )
                return self.env._("It is in the books already, as %s. Leave this row out.", other["name"])
            if not same and not equal and other["partner_id"] == debtor.id:
                return self.env._("This debtor has it in the books with another amount, as %s.", other["name"])
            if not same and equal and other["partner_id"] != debtor.id:
                return self.env._("Another debtor has this number with this amount in the books, as %s.", other["name"])
        for place, twin in facts["twins"].get((key, number), ()):
            if twin == line:
                break  # the first of them is the one that counts
            equal = twin.currency_id == line.currency_id and twin.amount == line.amount
            if same and equal:
                return self.env._("Row %s of this list says the same. Leave this row out.", place)
            if not same and not equal:
                return self.env._("Row %s of this list has the same number with another amount.", place)
        return False

    # -- what is read for all of them at once ---------------------------------------------------------------------

    @api.model
    def _booked(self, company, lines):
        """What is in the books under the numbers of these lines: ``{bare number: [row of BOOKED]}``; one query."""
        numbers = list({_bare(line.number) for line in lines} - {""})
        if not numbers:
            return {}
        self.env.flush_all()
        self.env.cr.execute(SQL(BOOKED, company=company.id, numbers=numbers))
        found = defaultdict(list)
        for row in self.env.cr.dictfetchall():
            found[row["number"]].append(row)
        return found

    @api.model
    def _twins(self, lines):
        """Lines with the same debtor and number: ``{(key, bare number): [(place in the list, line)]}``."""
        found, debtors = defaultdict(list), self.env["dunning.claim.import.debtor"]
        for place, line in enumerate(lines, 1):
            if line.number and line.amount:
                found[debtors._key(line), _bare(line.number)].append((place, line))
        return {key: rows for key, rows in found.items() if len(rows) > 1}

    @api.model
    def _rated(self, wizard, lines):
        """Foreign currencies without a rate on the day of booking."""
        company = wizard.company_id
        foreign = lines.currency_id - company.currency_id
        if not foreign:
            return {"missing": foreign}
        # sudo: whether there are rates, for whoever books in them
        rates = self.env["res.currency.rate"].sudo()
        until = wizard.company_id._dunning_today() if wizard.is_each_day or not wizard.date else wizard.date
        own = [("company_id", "in", (False, company.root_id.id)), ("name", "<=", until)]
        rated = rates._read_group([("currency_id", "in", foreign.ids), *own], ["currency_id"])
        return {"missing": foreign - foreign.browse(currency.id for (currency,) in rated)}

    @api.model
    def _summary(self, lines):
        """How many claims of which currency these lines are, for a sentence."""
        sums = defaultdict(float)
        for line in lines:
            sums[line.currency_id] += line.amount
        return format_list(self.env, [written(self.env, amount, currency) for currency, amount in sums.items()])


def _bare(text):
    return "".join((text or "").split()).upper()
