from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formataddr
from odoo.tools.mail import email_split

from ...engine.issuer import OF_OFFICE, stops
from ...engine.rules import PROTECTED_KINDS
from ..rules.regime_map import RegimeError

# By which a text that brings the particulars itself is known.
PLACE = "o_dunning_issuer"


class DunningLetterIssuerMixin(models.AbstractModel):
    """In whose name a letter is: that of the company, or on mandate that of an agency, a bailiff or a lawyer.

    What is said of the issuer is kept by value at issue: paper, mail, page and answers follow it ever after.
    """

    _name = "dunning.letter.issuer.mixin"
    _description = "Issuer of a Dunning Letter"

    issuer_id = fields.Many2one(
        "dunning.issuer", string="In the name of", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    issuer_facts = fields.Json(readonly=True, copy=False)
    issuer_html = fields.Html(compute="_compute_issuer_html", sanitize=False)

    def _issuer(self):
        """What this letter says of its issuer, see ``dunning.issuer._facts``; None where it is the company itself."""
        self.ensure_one()
        issuer = self.sudo().issuer_id  # sudo: shown on the letter, whoever reads it
        if not issuer:
            return None
        frozen = self.state != "draft" and (self.state != "failed" or self.pdf_sha256)
        if frozen and self.issuer_facts:
            return dict(self.issuer_facts)
        return issuer._facts(self.company_id._dunning_today(), self._issuer_country(), self.lang)

    def _issuer_country(self):
        """Under whose law it is, two letters."""
        self.ensure_one()
        return self.regime_id.country_id.code or self.company_id.country_id.code or "NL"

    def _is_to_belgian_consumer(self):
        """Whether Book XIX says what a collector has to write to this debtor."""
        self.ensure_one()
        return self._issuer_country() == "BE" and self.debtor_kind in PROTECTED_KINDS

    def _freeze_text(self):
        result = super()._freeze_text()
        for letter in self.filtered("issuer_id"):
            letter.issuer_facts = letter._issuer()
        return result

    def _issuer_told(self):
        """What the event of its issue says of it."""
        issuer = self._issuer()
        return (issuer and {"issuer": issuer["name"], "registration": issuer["registration"] or None}) or {}

    # -- words --------------------------------------------------------------------------------------------------------

    def _compute_issuer_html(self):
        for letter in self:
            record = letter.with_context(lang=letter.lang)
            values = {"letter": record, "issuer": letter._issuer(), "company": record.company_id}
            qweb = self.env["ir.qweb"].with_context(lang=letter.lang)
            letter.issuer_html = letter.issuer_id and qweb._render("cremann_dunning.letter_issuer", values)

    def _rendered(self, text):
        """The particulars that the law asks stand in every letter on mandate, whatever its text is.

        :raises UserError: the text is one on behalf of a creditor, and the letter is the creditor's own.
        """
        own = self.filtered(lambda letter: not letter.issuer_id)
        if any(
            "object.issuer_html" in (text.with_context(lang=lang).body_html or "") for lang in set(own.mapped("lang"))
        ):
            raise UserError(
                self.env._(
                    "it is one on behalf of a creditor, and nobody gave a mandate for this level. Choose in whose name "
                    "it goes, or another text"
                )
            )
        words = super()._rendered(text)
        for letter in self.filtered("issuer_id"):
            subject, body = words[letter.id]
            if body and PLACE not in body:
                words[letter.id] = subject, _at_the_end(body, letter.issuer_html)
        return words

    def _compute_text_parts(self):
        result = super()._compute_text_parts()
        for letter in self.filtered("issuer_id"):
            letter.phone_text = letter._issuer()["phone"].replace(" ", "\xa0")
        return result

    def _issuer_rights(self):
        """What Book XIX has a collector tell a Belgian consumer: ``[(name of the element, sentence)]``, in the words
        of the letter. The first of a bailiff or lawyer stands by itself in bold."""
        self.ensure_one()
        env, issuer = self.with_context(lang=self.lang).env, self.sudo().issuer_id  # sudo: as in _issuer
        rights = [
            (
                self.env._("Right to documents"),
                env._("You have the right to ask us at any moment for the documents that prove this debt."),
            ),
            (
                self.env._("How to dispute"),
                env._(
                    "Do you dispute the debt? Write to us why, and we suspend the collection until you are answered."
                ),
            ),
            (
                self.env._("Right to ask for payment facilities"),
                env._("You may ask us for payment facilities, such as paying in parts."),
            ),
            (
                self.env._("What may follow"),
                env._("Without payment or an answer from you within the term of this letter, other steps may follow."),
            ),
        ]
        if issuer.kind in OF_OFFICE:
            name = self.env._("That it is no summons")
            text = env._("This letter is an out-of-court collection of a debt. It is NOT a summons and NOT a seizure.")
            rights.insert(0, (name, text))
        return rights

    def _issuer_words(self):
        """What in this letter is the issuer's own, or what the law has him say: no words of the text itself."""
        issuer = self._issuer()
        if not issuer:
            return []
        rights = [sentence for _name, sentence in self._issuer_rights()] if self._is_to_belgian_consumer() else []
        return [*map(str, issuer.values()), *rights]

    def _no_summons(self):
        """The sentence that stands by itself in bold, where this letter needs it."""
        office = self.sudo().issuer_id.kind in OF_OFFICE  # sudo: as in _issuer
        return self._issuer_rights()[0][1] if office and self._is_to_belgian_consumer() else False

    def _plain_rights(self):
        """The other sentences for a Belgian consumer."""
        if not self._is_to_belgian_consumer():
            return []
        bold = self._no_summons()
        return [sentence for _name, sentence in self._issuer_rights() if sentence != bold]

    def _vat_declaration(self):
        """On mandate it is the creditor who declares, and not who writes."""
        declared = super()._vat_declaration()
        if not declared or not self.issuer_id:
            return declared
        env = self.with_context(lang=self.lang).env
        included = self.amount_costs or self.amount_costs_announced
        return env._(
            "%(creditor)s cannot set off the VAT that it is charged for the collection, and declares that the "
            "collection costs of %(costs)s are for that reason increased with VAT (%(vat)s), together %(total)s.",
            creditor=self.company_id.name,
            costs=self._money(included - self.amount_costs_vat),
            vat=self._money(self.amount_costs_vat),
            total=self._money(included),
        )

    # -- who sends it, and where answers go ---------------------------------------------------------------------------

    def _sender(self):
        issuer = self.sudo().issuer_id  # sudo: as in _issuer
        return issuer.partner_id.with_env(self.env) if issuer else super()._sender()

    def _mail_from(self):
        """From whom its mail is, as a mail wants it."""
        self.ensure_one()
        issuer = self._issuer()
        if issuer:
            return formataddr((issuer["name"], issuer["email"])) if issuer["email"] else False
        return self._sender().email_formatted or self.company_id.email_formatted

    def _reply_address(self, found):
        """Where answers go, under the name of whoever wrote.

        :param found: where Odoo would have them: on the case of the debtor, or to the company.
        """
        self.ensure_one()
        issuer = self._issuer()
        if not issuer:
            return found
        own = email_split(found or "")
        address = issuer["reply_to"] or (own and own[0]) or issuer["email"]
        return formataddr((issuer["name"], address)) if address else found

    def _answers_as(self):
        """As whom an answer to a reply on this letter is mailed: its issuer, as long as he lets us.

        :return: values for ``message_post``, and as ``foot`` what stands below the words; empty for the company itself.
        """
        issuer = self.sudo().issuer_id[:1]  # sudo: as in _issuer
        if not issuer:
            return {}, Markup()
        today, protected = self.company_id._dunning_today(), self.debtor_kind in PROTECTED_KINDS
        if any(stops(issuer._engine_issuer(), today, self._issuer_country(), protected)):
            return {}, Markup()
        qweb = self.env["ir.qweb"].with_context(lang=self.lang)
        foot = qweb._render("cremann_dunning.letter_issuer_foot", {"letter": self, "issuer": self._issuer()})
        whom = {"author_id": issuer.partner_id.id, "email_from": self._mail_from()}
        if self._issuer()["reply_to"]:
            whom["reply_to"] = self._reply_address(False)
        return whom, foot

    # -- how it looks -------------------------------------------------------------------------------------------------

    def _layout_template(self):
        """The letterhead around it."""
        return "cremann_dunning.letter_issuer_layout" if self.issuer_id else "web.external_layout"

    def _issuer_logo(self):
        """The logo as it is today, as ``web.image_data_uri`` takes it; a letter that was issued has its own PDF."""
        return self.sudo().issuer_id.logo  # sudo: as in _issuer

    def _page_values(self):
        values = super()._page_values()
        issuer = self._issuer()
        if issuer:
            values |= {"phone": issuer["phone"], "email": issuer["reply_to"] or issuer["email"]}
        return values | {"issuer": issuer}

    # -- terms --------------------------------------------------------------------------------------------------------

    @api.model
    def _issuer_deadline(self, regime, kind, day, deadline):
        """The last day to pay of a letter on mandate: a Belgian consumer has fourteen days from the third working day
        after a collector wrote, however it was sent (XIX.9 WER).

        :param deadline: by the days of the level, False where the letter names none.
        """
        if not deadline or regime.country_id.code != "BE" or kind not in PROTECTED_KINDS:
            return deadline
        try:
            term = regime.free_term(day, "post")
        except RegimeError:
            return deadline
        return max(deadline, term.last_day) if term else deadline


def _at_the_end(body, block):
    """The words of a letter with this behind them, inside what holds them."""
    before, end, after = str(body).rpartition("</div>")
    if after.strip():
        return Markup(body) + block
    return Markup(before) + block + Markup(end + after)
