import base64

from odoo import api, models
from odoo.fields import Domain

from ...tools import colours
from ..dunning_money import written
from . import dunning_account_words as words

# Languages that a visitor can choose, where they are installed, by what they call themselves.
LANGUAGES = {"nl": "Nederlands", "fr": "Français", "en": "English"}
LETTERS = 50


class DunningAccountPage(models.AbstractModel):
    """What the debtor's page says: where he stands, as far as this visitor may see it."""

    _name = "dunning.account.page"
    _description = "Debtor's page"

    @api.model
    def _values(self, visit):
        """All that the page is made of.

        :param visit: see ``visit.Visit``.
        """
        facts = self.env["dunning.account.items"]._facts(visit)
        rows, rests = self.env["dunning.account.items"]._rows(visit, facts)
        letters = self._letters(visit)
        return {
            **self._frame_values(visit),
            "letter": visit.letter,
            "no_longer_counts": not visit.known and visit.letter.state == "cancelled",
            "rows": rows,
            "late": [row for row in rows if row.late],
            "later": [row for row in rows if not row.late],
            "rests": rests,
            "sums": self.env["dunning.account.items"]._sums(rows, rests),
            "ground": self._ground(visit, letters),
            "letters": letters,
            "letter_urls": self._letter_urls(visit, letters),
            "promises": [words.promised(visit.env, promise) for promise in self._promises(visit)],
            "plans": [(words.planned(visit.env, plan), plan) for plan in self._plans(visit)],
            "disputes": [words.disputed(visit.env, dispute) for dispute in self._disputes(visit)],
            "with_ubl": self._with_ubl(visit),
            "help_text": self._help_text(visit),
            "code_to": self.env["dunning.account.known"]._code_to(visit),
            "booked_text": self._booked_text(visit),
            **self.env["dunning.account.paying"]._page_values(visit, facts),
            **self.env["dunning.account.acts"]._page_values(visit),
        }

    @api.model
    def _frame_values(self, visit):
        """What every page below this address needs for its frame: the firm, its person and colours, the languages."""
        company, env = visit.company, visit.env
        person = visit.letter.user_id or company.dunning_responsible_id
        issuer = visit.letter and visit.letter.sudo()._issuer()  # sudo: as it is shown on the letter
        main = issuer["colour"] if issuer else colours.readable(company.primary_color)
        return {
            "visit": visit,
            "company": company,
            "partner": visit.partner,
            "person": person,
            "issuer": issuer,
            "phone": issuer["phone"] if issuer else person.phone or company.phone,
            "email": (issuer["reply_to"] or issuer["email"]) if issuer else person.email or company.email,
            "main_colour": main,
            "on_main": colours.on(main),
            "languages": self._languages(visit),
            "money": lambda amount, currency: written(env, amount, currency, visit.lang),
            "day": lambda day: words.day(env, day),
            "about_item": lambda row: words.about_item(env, row),
        }

    @api.model
    def _languages(self, visit):
        """The languages to choose from: ``[(code, name, whether it is the one of now)]``; none where there is one."""
        installed = {code.partition("_")[0] for code, _name in self.env["res.lang"].get_installed()}
        now = visit.lang.partition("_")[0]
        found = [(code, name, code == now) for code, name in LANGUAGES.items() if code in installed]
        return found if len(found) > 1 else []

    @api.model
    def _letters(self, visit):
        """The letters that he may read here, the newest first: all that he had, or that of his key."""
        if not visit.known:
            return visit.letter
        return visit.env["dunning.letter"].search(
            [
                ("company_id", "=", visit.company.id),
                ("partner_id", "child_of", visit.partner.id),
                ("sent_on", "!=", False),
                ("is_test", "=", False),
                ("state", "in", ("sent", "cancelled")),
                ("pdf_sha256", "!=", False),
            ],
            limit=LETTERS,
        )

    @api.model
    def _letter_urls(self, visit, letters):
        """Where he reads each of these letters: with a login, or with its own key as long as that opens anything."""
        if not visit.key or visit.colleague:
            return {letter: letter.access_url for letter in letters}
        keys = visit.env["dunning.page.key"]._still_open(visit.company, letters.partner_id.commercial_partner_id)
        return {
            key.letter_id: f"{key.letter_id.access_url}?access_token={key.access_token}"
            for key in keys
            if key.letter_id in letters
        }

    @api.model
    def _ground(self, visit, letters):
        """The letter that last asked interest or costs: on what these rest stands in its words."""
        asked = letters.filtered(lambda one: one.state == "sent" and (one.amount_costs or one.amount_interest))
        return asked[:1]

    # -- what was agreed ------------------------------------------------------------------------------------------

    @api.model
    def _about(self, visit):
        """Whose agreements they are; with a letter's key alone only those that name an invoice of the letter."""
        about = Domain("company_id", "=", visit.company.id) & Domain("partner_id", "=", visit.partner.id)
        if visit.known:
            return about
        moves = visit.items().move_id
        return about & Domain("move_ids", "in", moves.ids) if moves else Domain.FALSE

    @api.model
    def _promises(self, visit):
        """What he said he would pay, and when."""
        return visit.env["dunning.promise"].search(self._about(visit) & Domain("state", "=", "open"))

    @api.model
    def _plans(self, visit):
        """Payment plans that run. What stands in one is more than a letter says."""
        if not visit.known:
            return visit.env["dunning.payment.plan"]
        return visit.env["dunning.payment.plan"].search(self._about(visit) & Domain("state", "=", "active"))

    @api.model
    def _disputes(self, visit):
        """What he said is not right and is not answered yet; what he said is more than a letter says."""
        if not visit.known:
            return visit.env["dunning.dispute"]
        return visit.env["dunning.dispute"].search(self._about(visit) & Domain("state", "=", "open"))

    # -- what goes along ------------------------------------------------------------------------------------------

    @api.model
    def _with_ubl(self, visit):
        """Whether invoices of this debtor can be had as UBL, by what Odoo makes of them."""
        if "ubl_cii_xml_id" not in self.env["account.move"]._fields:
            return False
        return bool(visit.partner._get_suggested_ubl_cii_edi_format())

    @api.model
    def _file(self, visit, move_id, kind):
        """An invoice that he sees on the page, as a file made by Odoo: ``(name, bytes)``; None where there is none.

        :param kind: ``pdf`` or ``ubl``.
        """
        move = visit.items().move_id.filtered(lambda move: move.id == move_id)
        if not move or not move.is_invoice(include_receipts=True):
            return None
        if kind == "ubl" and not self._with_ubl(visit):
            return None
        if kind == "pdf":
            # nothing is kept on the invoice because somebody looks at it
            content = base64.b64decode(move.with_context(report_pdf_no_attachment=True)._dunning_invoice_pdf() or b"")
            return (f"{(move.name or '').replace('/', '_')}.pdf", content) if content else None
        made = move._get_invoice_legal_documents(kind, allow_fallback=True)
        if not made or made.get("errors") or not made.get("content"):
            return None
        return made["filename"], made["content"]

    @api.model
    def _booked_text(self, visit):
        """Up to which day payments are in it; empty where nobody knows."""
        until = self.env["dunning.bank"]._booked_until(visit.company).get(visit.company)
        if not until:
            return ""
        return visit.env._(
            "Payments are taken into account up to and including %s. Did you pay after that? Then you need not do "
            "anything.",
            words.day(visit.env, until),
        )

    @api.model
    def _help_text(self, visit):
        """Where a consumer finds help with debts, in his country."""
        if visit.partner.dunning_debtor_kind in ("business", "public"):
            return ""
        return self.env["dunning.help.text"]._for(visit.company, visit.partner, visit.lang)
