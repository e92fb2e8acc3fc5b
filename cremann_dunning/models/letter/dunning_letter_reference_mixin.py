from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from ...engine import references

# Letters by the keys of their references, a row per line that asks money, with the claim that it is about today. A
# claim that went into another one is that one; of one that ended no item is left.
LETTERS = """
WITH RECURSIVE letter AS (
    SELECT f.* FROM unnest(%(keys)s::text[]) AS k (key)
      JOIN dunning_letter f ON f.payment_reference_key = k.key
     WHERE f.company_id = ANY(%(companies)s) AND f.state <> 'draft'
), way AS (
    SELECT l.id AS line_id, c.id, c.into_id, c.partner_id, c.move_line_id
      FROM letter f
      JOIN dunning_letter_line l ON l.letter_id = f.id AND l.principal_part
      JOIN dunning_claim c ON c.id = l.claim_id
     UNION
    SELECT w.line_id, c.id, c.into_id, c.partner_id, c.move_line_id FROM way w JOIN dunning_claim c ON c.id = w.into_id
)
SELECT f.payment_reference_key AS key, f.payment_reference AS printed, f.id AS letter_id, f.company_id, f.partner_id,
       CASE WHEN f.state = 'sent' THEN %(sent)s WHEN f.state = 'cancelled' AND f.sent_on IS NOT NULL THEN %(taken_back)s
            ELSE %(not_sent)s END AS standing,
       u.name AS currency, f.amount_total::text AS total, f.amount_costs::text AS costs,
       l.id AS line_id, w.id AS claim_id, i.id AS item_id, w.partner_id AS owed_by, l.amount_open::text AS principal,
       l.amount_interest::text AS interest
  FROM letter f
  JOIN res_currency u ON u.id = f.currency_id
  JOIN dunning_letter_line l ON l.letter_id = f.id AND l.principal_part
  JOIN way w ON w.line_id = l.id AND w.into_id IS NULL
  LEFT JOIN account_move_line i ON i.id = w.move_line_id -- it may be gone
 ORDER BY f.id, l.date_due, l.id
"""
OF_LETTER = ("key", "letter_id", "company_id", "partner_id", "standing", "currency")


class DunningLetterReferenceMixin(models.AbstractModel):
    """What a debtor names when he pays a letter, and the letter that such a reference leads to.

    A letter over one invoice keeps the reference of that invoice, also where it asks interest and costs beside it: it
    says what is paid, and where the rest of the money goes is for the law. A letter over several has one of its own.
    """

    _name = "dunning.letter.reference.mixin"
    _description = "Payment reference of a dunning letter"

    payment_reference = fields.Char(readonly=True, copy=False, help="What the letter asks to name with the payment.")
    payment_reference_key = fields.Char(
        string="Key of the reference",
        readonly=True,
        copy=False,
        help="Its letters and digits, by which a payment is recognised. Empty where the reference is that of an "
        "invoice, and on tests.",
    )
    shown_reference = fields.Char(
        string="Reference shown",
        compute="_compute_shown_reference",
        help="The payment reference; on a draft an example where it gets its own.",
    )

    _reference_idx = models.Index("(payment_reference_key, company_id) WHERE payment_reference_key IS NOT NULL")

    @api.depends("payment_reference")
    def _compute_shown_reference(self):
        for letter in self:
            letter.shown_reference = letter.payment_reference or letter._reference_vals(True)["payment_reference"]

    def _give_references(self):
        """What each of these letters asks the debtor to name, before its text is frozen with it in it."""
        self.line_ids.move_id.mapped("partner_bank_id")  # read for all letters at once
        # all are made before the first is written: what they read would be read anew after each
        for letter, vals in [(letter, letter._reference_vals(letter.is_test)) for letter in self]:
            letter.write(vals)
        # whoever looked at a draft in this transaction has its example, and a link without its key
        self.invalidate_recordset(["payment_html", "pay_url", "qr_image"], flush=False)

    def _reference_vals(self, example):
        """:param example: whether a reference of its own is one that leads nowhere, and says so."""
        self.ensure_one()
        lines = self._demanded_lines()
        if self.answer:  # it asks what its invoices ask
            moves = self._asked_moves()
            printed = moves._dunning_pay_to(self.company_id, moves._dunning_numbers(self.partner_id))[1]
            return {"payment_reference": printed, "payment_reference_key": False}
        if len({(line.move_id, line.number) for line in lines}) < 2:
            printed = lines.move_id._dunning_pay_to(self.company_id, self._demanded_numbers())[1]
            return {"payment_reference": printed, "payment_reference_key": False}
        kind = self.company_id._dunning_reference_kind(self.bank_account_id, self.currency_id)
        if example:
            env = self.with_context(lang=self.lang).env
            shown = references.EXAMPLES.get(kind) or env._("number of the letter")
            return {"payment_reference": env._("%s (example)", shown), "payment_reference_key": False}
        make = {references.STRUCTURED: references.structured, references.CREDITOR: references.creditor}.get(kind)
        printed = make(self.id) if make else self.name
        return {"payment_reference": printed, "payment_reference_key": references.normalised(printed)}

    # -- recognised again -----------------------------------------------------------------------------------------

    @api.model
    def _by_reference(self, companies, keys):
        """The letters that references lead to, with what they asked per claim, in two statements.

        Letters that were taken back are among them: their money may come in all the same. Only references that are the
        letter's own are known here; that of a single invoice leads to the invoice.

        :param companies: ``res.company``, whose letters.
        :param keys: what ``engine.references`` makes of texts: ``found_in``, ``numbers_in`` or ``normalised``.
        :return: ``{key: engine.references.Recognised}``.
        """
        self.env["dunning.letter"].flush_model()
        self.env["dunning.letter.line"].flush_model()
        self.env["dunning.claim"].flush_model()
        standings = {name: getattr(references, name.upper()) for name in ("sent", "not_sent", "taken_back")}
        self.env.cr.execute(SQL(LETTERS, keys=sorted({*keys} - {""}), companies=companies.ids, **standings))
        rows = {}
        for row in self.env.cr.dictfetchall():
            rows.setdefault(row["key"], {}).setdefault(row["letter_id"], []).append(row)
        taken = self._referred_otherwise(companies, rows)
        return {
            key: _recognised(letters[max(letters)], contested=len(letters) > 1 or key in taken)
            for key, letters in rows.items()
        }

    @api.model
    def _referred_otherwise(self, companies, rows):
        """Those of these references that an invoice has as well: chosen by hand, or made of a customer's own number.

        :param rows: ``{key: {letter id: [row]}}``. :return: set of keys.
        """
        forms = {row["printed"]: key for key, letters in rows.items() for lines in letters.values() for row in lines}
        forms |= {key: key for key in rows}
        if not forms:
            return set()
        self.env["account.move"].flush_model(["name", "payment_reference", "company_id", "state"])
        self.env.cr.execute(
            SQL(
                """
                SELECT payment_reference, name FROM account_move
                 WHERE company_id = ANY(%(companies)s) AND state = 'posted'
                   AND (payment_reference = ANY(%(forms)s) OR name = ANY(%(forms)s))
                """,
                companies=companies.ids,
                forms=list(forms),
            )
        )
        return {forms[text] for row in self.env.cr.fetchall() for text in row if text in forms}


def _recognised(rows, contested):
    """One letter as ``Recognised``, from the rows of its lines."""
    parts = tuple(
        references.Part(
            row["line_id"],
            row["claim_id"],
            row["item_id"],
            row["owed_by"],
            Decimal(row["principal"] or 0),
            Decimal(row["interest"] or 0),
        )
        for row in rows
    )
    first = rows[0]
    sums = {name: Decimal(first[name] or 0) for name in ("total", "costs")}
    return references.Recognised(**{name: first[name] for name in OF_LETTER}, **sums, parts=parts, contested=contested)
