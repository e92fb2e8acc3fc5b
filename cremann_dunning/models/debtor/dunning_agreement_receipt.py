import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..dunning_money import written
from ..event import as_fact

FROZEN = {"company_id", "promise_id", "plan_id", "lang", "text", "sha256", "made_at", "replaces_id"}
STATES = [("firm", "By us only"), ("debtor", "By the debtor only"), ("both", "By both sides"), ("replaced", "Replaced")]


class DunningAgreementReceipt(models.Model):
    """The text of what was agreed, as both sides confirmed it: frozen, with its digest, and who confirmed it when.

    What is agreed later is a new text that names the one before. That a side confirmed is an event, so the chain of
    events holds the digest, and whoever checks the chain sees whether the text is still the same.
    """

    _name = "dunning.agreement.receipt"
    _description = "Confirmation of an agreement"
    _inherit = ["dunning.record.mixin"]
    _order = "id desc"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    promise_id = fields.Many2one("dunning.promise", readonly=True, index="btree_not_null", ondelete="restrict")
    plan_id = fields.Many2one("dunning.payment.plan", readonly=True, index="btree_not_null", ondelete="restrict")
    lang = fields.Char(string="Language", required=True, readonly=True)
    text = fields.Text(required=True, readonly=True)
    sha256 = fields.Char(string="SHA-256 of the text", required=True, readonly=True)
    made_at = fields.Datetime(string="Written down", required=True, readonly=True, default=fields.Datetime.now)
    replaces_id = fields.Many2one(
        "dunning.agreement.receipt",
        string="In the place of",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
    )
    replaced_by_ids = fields.One2many("dunning.agreement.receipt", "replaces_id", string="Replaced by")
    firm_at = fields.Datetime(string="Confirmed by us", readonly=True)
    firm_by_id = fields.Many2one("res.users", string="By", readonly=True, ondelete="restrict")
    by_limits = fields.Boolean(
        string="Within the limits",
        readonly=True,
        help="No person confirmed it: it lies within what the settings allow.",
    )
    debtor_at = fields.Datetime(string="Confirmed by the debtor", readonly=True)
    debtor_login_id = fields.Many2one("res.partner", string="With the login of", readonly=True, ondelete="set null")
    network = fields.Char(readonly=True, help="The network it came from, without the last part.")
    state = fields.Selection(STATES, string="Confirmed", compute="_compute_state")

    # a change takes the place of the one before it, so there is one text that counts
    _one_after = models.UniqueIndex("(replaces_id) WHERE replaces_id IS NOT NULL", "There is a later text already.")
    _about_one = models.Constraint(
        "CHECK((promise_id IS NULL) <> (plan_id IS NULL))", "A confirmation is about one promise or one plan."
    )

    @api.depends("promise_id", "plan_id")
    def _compute_display_name(self):
        for receipt in self:
            receipt.display_name = self.env._("Confirmation: %s", receipt._agreement().display_name or "")

    @api.depends("firm_at", "debtor_at", "replaced_by_ids")
    def _compute_state(self):
        for receipt in self:
            if receipt.replaced_by_ids:
                receipt.state = "replaced"
            elif receipt.firm_at and receipt.debtor_at:
                receipt.state = "both"
            else:
                receipt.state = "debtor" if receipt.debtor_at else "firm"

    def write(self, vals):
        """What was confirmed stays as it is, whoever writes. :raises UserError: somebody would change it."""
        once = {name for name in ("firm_at", "debtor_at") if name in vals and any(self.mapped(name))}
        if once or FROZEN & vals.keys():
            raise UserError(self.env._("What was confirmed stays as it was written. Agree anew instead."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("What was confirmed stays on record."))

    def _agreement(self):
        """What it is about: a promise or a plan."""
        self.ensure_one()
        return self.promise_id or self.plan_id

    # -- making -----------------------------------------------------------------------------------------------------

    @api.model
    def _make(self, agreement):
        """Write down what was agreed as it stands now, in the language of the debtor, in the place of what stood there
        before. The same text is not written down twice."""
        # sudo: evidence is the system's to write; the caller has checked the right to the agreement
        receipts, name = self.sudo(), self.env["dunning.agreement.letters"]._link(agreement)
        last = receipts.search([(name, "=", agreement.id)], limit=1)
        text = self._text(agreement)
        digest = hashlib.sha256(text.encode()).hexdigest()
        if last.sha256 == digest:
            return last
        return receipts.create(
            {
                "company_id": agreement.company_id.id,
                name: agreement.id,
                "lang": agreement.reader_lang,
                "text": text,
                "sha256": digest,
                "replaces_id": last.id,
            }
        )

    @api.model
    def _text(self, agreement):
        """What was agreed, line by line, in the language of the debtor."""
        record = agreement.sudo().with_context(lang=agreement.reader_lang)  # sudo: names and bank, as on every letter
        env, lang = record.env, record.reader_lang
        lines = [
            env._("Agreement about payment"),
            env._("Between %(firm)s and %(debtor)s", firm=record.company_id.name, debtor=record.partner_id.name),
            env._("About: %s", record.numbers or env._("everything that is open")),
            *self._amount_lines(record),
            *record._receipt_lines(),
        ]
        if bank := record.bank_account_id:
            holder = bank.acc_holder_name or record.company_id.name
            lines.append(
                env._("Pay to: %(account)s, in the name of %(holder)s", account=bank.acc_number, holder=holder)
            )
        if record.payment_reference:
            lines.append(env._("Reference: %s", record.payment_reference))
        made = record._window()[0]
        lines.append(env._("Agreed on: %s", format_date(env, made, lang_code=lang, date_format="d MMMM y")))
        return "\n".join(lines)

    @api.model
    def _amount_lines(self, record):
        env = record.env
        lines = [env._("Amount: %s", written(env, record.amount, record.currency_id, record.reader_lang))]
        if record._is_made_up():
            lines.append(env._("That is: %s", record._asked_in_words()))
        return lines

    # -- confirming -------------------------------------------------------------------------------------------------

    def _confirm_by_firm(self, by_limits=False):
        """We have agreed to this: whoever acts, or the settings."""
        self.ensure_one()
        if self.firm_at:
            return
        by = {"by_limits": True} if by_limits else {"firm_by_id": self.env.uid}
        self.sudo().write({"firm_at": fields.Datetime.now(), **by})  # sudo: see _make
        self._tell("firm_limits" if by_limits else "firm")

    def _is_confirmable(self):
        """Whether the debtor can still confirm it: it holds, and he has not."""
        self.ensure_one()
        return not self.debtor_at and not self.replaced_by_ids and self._agreement()._is_agreed()

    def _confirm_by_debtor(self, who):
        """The debtor has agreed to this, on his page. :param who: see ``dunning.account.acts._do``.

        :raises UserError: by now another text stands in its place, or it no longer counts.
        """
        self.ensure_one()
        if self.debtor_at:
            return
        if not self._is_confirmable():
            raise UserError(self.env._("This was changed in the meantime. Please read what is agreed now."))
        network = self.env["dunning.opening"]._network_of(who.get("address"))
        # sudo: the system writes down what the debtor did
        self.sudo().write({"debtor_at": fields.Datetime.now(), "network": network, "debtor_login_id": who.get("login")})
        self._tell("debtor")

    def _tell(self, side):
        """That a side has confirmed, with the digest of what it confirmed."""
        self.ensure_one()
        agreement = self._agreement().sudo()  # sudo: what is told is the system's to gather
        claims = agreement._event_claims()
        facts = {
            "of": as_fact.record(agreement),
            "receipt": self.id,
            "text": self.sha256,
            "amount": as_fact.money(agreement.amount, agreement.currency_id),
            f"by_{side}": True,
            **agreement._event_about(),
            **as_fact.known(replaces=self.replaces_id.sha256),
        }
        self.env["dunning.event"]._tell(
            [
                {
                    "kind": "agreement.confirmed",
                    "company_id": self.company_id.id,
                    "debtor": agreement.partner_id.commercial_partner_id.id,
                    "claims": claims.get(agreement),
                    "facts": facts,
                    "personal": as_fact.known(
                        network=side == "debtor" and self.network,
                        login=side == "debtor" and self.debtor_login_id.name,
                    ),
                }
            ]
        )
