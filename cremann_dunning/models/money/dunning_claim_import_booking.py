import base64
import logging
import time

from psycopg2.errors import UniqueViolation

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import split_every

_logger = logging.getLogger(__name__)

# So many are booked together; when one of them cannot be, each is tried by itself.
TOGETHER = 100
# No further ones are begun after so many seconds: half of what Odoo gives a request.
BUDGET = 60


class DunningClaimImportBooking(models.AbstractModel):
    """Books claims that come from outside: an entry for each, against one account, taken in as a claim.

    All that belongs to a claim, from its contact to its PDF, comes into being together or not at all.
    """

    _name = "dunning.claim.import.booking"
    _description = "Booking of claims from outside"

    @api.model
    def _book(self, wizard, lines):
        """Book these lines of a window, with the rights of the user.

        :return: ``({line: entry}, {line: why it was not booked})``; of what the time did not reach neither.
        """
        entries, problems, made, began = {}, {}, {}, time.monotonic()
        for ids in split_every(TOGETHER, lines.ids):
            if time.monotonic() - began > BUDGET:
                break
            part = lines.browse(ids)
            try:
                booked, debtors = self._in_one(wizard, part, made)
            except (UserError, ValueError, UniqueViolation) as error:
                _logger.info("%s claims from outside are booked one by one: %s", len(part), error)
                self._one_by_one(wizard, part, made, entries, problems)
            else:
                entries |= booked
                made |= debtors
        return entries, problems

    @api.model
    def _one_by_one(self, wizard, lines, made, entries, problems):
        """As ``_book``, what came of each written into these dicts."""
        for line in lines:
            try:
                booked, debtors = self._in_one(wizard, line, made)
            except UniqueViolation:
                problems[line] = self.env._("It was taken in by somebody else in the meantime. Leave this row out.")
            except (UserError, ValueError) as error:
                problems[line] = str(error)
            else:
                entries |= booked
                made |= debtors

    @api.model
    def _in_one(self, wizard, lines, made):
        """Book these together or not at all: ``({line: entry}, {key of a debtor: contact that was made})``."""
        debtors = self.env["dunning.claim.import.debtor"]
        with self.env.cr.savepoint():
            unknown = lines.filtered(lambda line: not line.partner_id and debtors._key(line) not in made)
            fresh = debtors._make(unknown) if unknown else {}
            known = made | fresh
            whom = {line: line.partner_id or known[debtors._key(line)] for line in lines}
            moves = self.env["account.move"].with_company(wizard.company_id)
            moves = moves.create([self._entry_vals(wizard, line, whom[line]) for line in lines])
            moves._post(soft=False)
            booked = dict(zip(lines, moves, strict=True))
            documents = self._attach(booked)
            moves._dunning_take_in(
                {
                    self._item(move).id: self._given(line, whom[line], documents.get(line))
                    for line, move in booked.items()
                }
            )
            self.env.flush_all()
        return booked, fresh

    @api.model
    def _entry_vals(self, wizard, line, partner):
        """A journal entry: what the debtor owes, against the account of the firm."""
        company, currency = wizard.company_id, line.currency_id
        day = line.invoice_date if wizard.is_each_day else wizard.date
        receivable = partner.with_company(company).property_account_receivable_id
        if not receivable:
            raise UserError(
                self.env._("%s has no receivable account. Fill it in on the contact.", partner.display_name)
            )
        number = " ".join(line.number.split())
        balance = currency._convert(line.amount, company.currency_id, company, day)
        common = {"partner_id": partner.id, "currency_id": currency.id, "name": line.label or number}
        owed = {"account_id": receivable.id, "date_maturity": line.date_due}
        return {
            "move_type": "entry",
            "journal_id": wizard.journal_id.id,
            "company_id": company.id,
            "currency_id": currency.id,
            "date": day,
            "ref": number,
            "line_ids": [
                Command.create({**common, **owed, "amount_currency": line.amount, "balance": balance}),
                Command.create(
                    {
                        **common,
                        "account_id": wizard.account_id.id,
                        "amount_currency": -line.amount,
                        "balance": -balance,
                        "tax_ids": [Command.clear()],  # the tax was booked where the invoice was made
                    }
                ),
            ],
        }

    @api.model
    def _item(self, move):
        return move.line_ids.filtered(lambda item: item.account_type == "asset_receivable" and item.balance > 0)

    @api.model
    def _given(self, line, partner, document):
        """What the debtor knows of it, see ``dunning.claim._take_in``."""
        number = " ".join(line.number.split())
        parts = (partner.commercial_partner_id.id, "".join(number.split()).upper(), line.currency_id.name)
        return {
            "number": number,
            "invoice_date": line.invoice_date,
            "date_due": line.date_due,
            "customer_ref": line.customer_ref or None,
            "document_id": document,
            "import_key": "|".join(map(str, (*parts, line.currency_id.round(line.amount)))),
        }

    @api.model
    def _attach(self, booked):
        """Keep the files of the lines with their entries: ``{line: id of its PDF}``."""
        vals_list, places = [], []
        for line, move in booked.items():
            files = line.with_context(bin_size=False)
            pdf = base64.b64decode(files.pdf or b"")
            if pdf and not pdf.startswith(b"%PDF-"):
                raise UserError(self.env._("The file %s is no PDF. Take it out of the row.", line.pdf_name or "–"))
            for name, raw, kind in (
                (line.pdf_name or f"{move.ref}.pdf", pdf, "application/pdf"),
                (line.xml_name, base64.b64decode(files.xml or b""), "application/xml"),
            ):
                if raw:
                    vals_list.append(
                        {"name": name, "raw": raw, "mimetype": kind, "res_model": move._name, "res_id": move.id}
                    )
                    places.append(line if raw is pdf else None)
        made = self.env["ir.attachment"].create(vals_list)
        return {line: file.id for line, file in zip(places, made, strict=True) if line}
