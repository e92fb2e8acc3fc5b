import hashlib

from odoo import api, models
from odoo.exceptions import AccessError

from ...tools import expressions

# Where the placeholders of a text stand, beside its words.
INLINE_FIELDS = (
    "subject", "email_from", "email_to", "email_cc", "partner_to", "reply_to", "lang", "scheduled_date",
)  # fmt: skip
DYNAMIC_FIELDS = ("body_html", *INLINE_FIELDS)
PLACE = {"street", "street2", "zip", "city", "state_id", "country_id"}
# What a text may name of Odoo's own records.
NAMED = {
    "account.move": {
        "name", "ref", "invoice_date", "invoice_date_due", "amount_total", "amount_residual", "currency_id",
        "payment_reference", "invoice_origin", "company_id", "partner_id",
    },
    "res.bank": {"name", "bic"},
    "res.company": PLACE | {
        "name", "phone", "email", "website", "vat", "company_registry", "partner_id", "currency_id",
        "dunning_consumer_clause", "dunning_clause_interest", "dunning_handover_party", "dunning_terms_version",
    },
    "res.country": {"name", "code"},
    "res.country.state": {"name", "code"},
    "res.currency": {"name", "symbol"},
    "res.partner": PLACE | {
        "name", "commercial_company_name", "commercial_partner_id", "company_name", "parent_id", "ref", "function",
        "vat", "company_registry", "email", "phone", "lang", "is_company",
    },
    "res.partner.bank": {"acc_number", "acc_holder_name", "bank_id", "bank_name"},
    "res.users": {"name", "email", "phone", "function", "signature", "partner_id"},
}  # fmt: skip
# What of our own records is nobody's to read in a letter: keys of pages, files, what the system works with.
HIDDEN = {
    "access_token", "access_url", "access_warning", "message_id", "mail_id", "error", "failure", "follow_up_pending",
    "inputs", "params", "digest", "content", "refusal_codes", "pdf_file", "create_uid", "write_uid",
}  # fmt: skip
HIDDEN_MODELS = {f"dunning.{name}" for name in ("decision", "dispatch", "opening", "override", "snapshot", "standing")}
CHATTER = ("mail.thread", "mail.activity.mixin")


class DunningText(models.AbstractModel):
    """What texts of letters may say, and whether a text that says more may be used.

    Texts are rendered by the system, which may do anything. So a text holds to a list of expressions, and one that
    does not is used only in the very words that somebody with Odoo's right *Mail Template Editor* (or an update) wrote.
    """

    _name = "dunning.text"
    _description = "What Texts of Letters May Say"

    @api.model
    def _is_ours(self, model):
        """Whether texts about this model are texts of letters."""
        return bool(model) and model.startswith("dunning.") and model in self.env

    @api.model
    def _engine(self, name):
        return expressions.QWEB if name == "body_html" else expressions.INLINE

    @api.model
    def _outside(self, source, model, engine):
        """The first expression of a text that is more than a text may say; None when there is none."""
        if not source:
            return None
        try:
            for path in expressions.paths(str(source), engine):
                if not self._is_named(path.names, model):
                    return path.expression
        except expressions.OutsideError as error:
            return str(error)
        return None

    @api.model
    def _is_named(self, names, model):
        """Whether a chain of fields leads through what a text may name."""
        root, *chain = names
        model = model if root == "object" else "res.users"
        for name in chain:
            field = model and self.env[model]._fields.get(name)
            if not field or not self._may_name(model, name, field):
                return False
            model = field.comodel_name
        return True

    @api.model
    def _may_name(self, model, name, field):
        if name in ("id", "display_name"):
            return True
        if not model.startswith("dunning."):
            return name in NAMED.get(model, ())
        if name in HIDDEN or field.type in ("binary", "json", "reference"):
            return False
        if any(name in self.env[chatter]._fields for chatter in CHATTER):
            return False
        other = field.comodel_name or ""
        return not other or other in NAMED or (other.startswith("dunning.") and other not in HIDDEN_MODELS)

    @api.model
    def _digest(self, source):
        return hashlib.sha256(str(source).encode()).hexdigest()

    @api.model
    def _require(self, templates, source, model, engine):
        """Before a text is rendered: it holds to the list, or it was let pass in these very words.

        :param templates: the ``mail.template`` it comes from, none for words that somebody typed.
        :raises AccessError: neither, with the expression.
        """
        expression = self._outside(source, model, engine)
        if not expression:
            return
        # sudo: whoever sends a letter need not be able to open its text
        passed = " ".join(filter(None, templates.sudo().mapped("dunning_let_pass")))
        if self._digest(source) not in passed:
            raise AccessError(self._refusal(expression))

    @api.model
    def _refusal(self, expression):
        return self.env._(
            "Texts of letters may not say %(expression)s. They may name fields of the letter, its lines, its company, "
            "its debtor and its contact, such as object.company_id.name, and our blocks, such as object.claims_html, "
            "in t-out, t-if, t-elif, t-else and t-foreach, with and, or, not and comparisons. Whoever has the right "
            "Mail Template Editor, which an administrator gives, may write more.",
            expression=expression,
        )
