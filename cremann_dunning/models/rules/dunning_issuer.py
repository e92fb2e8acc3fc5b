from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date
from odoo.tools.mail import email_normalize

from ...engine import issuer as engine
from ...tools import colours

KINDS = [
    (engine.AGENCY, "Collection agency"),
    (engine.BAILIFF, "Bailiff"),
    (engine.LAWYER, "Lawyer"),
]
# So many days before something ends the screen says so.
SOON = timedelta(days=30)


class DunningIssuer(models.Model):
    """Somebody who collects for others and lets the company write in his name: with which mandate, and how it looks.

    What a letter says of him it keeps by value (``dunning.letter.issuer_facts``): a change here changes none that was
    issued. Whether a letter may still leave is asked of what stands here.
    """

    _name = "dunning.issuer"
    _description = "Letters on Mandate"
    _inherit = ["dunning.record.mixin", "dunning.told.mixin"]
    _order = "sequence, id"

    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        string="May be used by",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        help="The creditor whom the mandate names.",
    )
    name = fields.Char(string="Registered name", required=True, help="As it stands in the register, and on letters.")
    kind = fields.Selection(KINDS, required=True, default=engine.AGENCY)
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        help="Its address, company number, telephone and e-mail go onto the letters.",
    )
    registration_ids = fields.One2many("dunning.issuer.registration", "issuer_id", string="Registrations")
    supervisor = fields.Char(
        string="Supervised by",
        translate=True,
        help="The authority that supervises the collection. A letter to a Belgian consumer names it (XIX.7 WER).",
    )
    complaints = fields.Char(
        string="Complaints go to", translate=True, help="Address, e-mail or page of its complaints procedure."
    )

    mandate_from = fields.Date(help="The first day on which letters may go in its name.")
    mandate_until = fields.Date(help="The last day. Empty: until it is taken back.")
    mandate_by = fields.Char(string="Signed by", help="Who signed the mandate for it.")
    mandate_file = fields.Binary(string="Signed mandate", attachment=True, help="Without it nothing goes out.")
    mandate_name = fields.Char()
    is_signed = fields.Boolean(compute="_compute_is_signed", store=True, help="The signed mandate is there.")

    email_from = fields.Char(
        string="Letters are mailed from",
        help="Your mail server has to be allowed to send for this address (SPF, DKIM). Empty: that of the contact.",
    )
    reply_to = fields.Char(
        string="Answers go to",
        help="Empty: they arrive on the case of the debtor, under its name. With an address here they go there, and "
        "you see only what is passed on to you.",
    )
    logo = fields.Image(max_width=1024, max_height=1024)
    colour = fields.Char(help="Of headings and lines, as #rrggbb.")
    footer = fields.Char(translate=True, help="At the foot of every page.")
    signature_name = fields.Char(string="Signed in letters by", help="Empty: only its name.")
    signature_function = fields.Char(string="Function", translate=True)
    page_heading = fields.Char(
        string="Heading of the debtor's page", translate=True, help="Empty: its name, and on whose behalf."
    )
    standing_note = fields.Text(string="Standing", compute="_compute_standing_note")

    _one_way = models.Constraint(
        "CHECK(mandate_until IS NULL OR mandate_from IS NULL OR mandate_until >= mandate_from)",
        "A mandate cannot end before it begins.",
    )

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        if not self.name:
            self.name = self.partner_id.name

    # -- what may not be ----------------------------------------------------------------------------------------------

    @api.constrains("name")
    def _check_name(self):
        if any(not (issuer.name or "").strip() for issuer in self):
            raise ValidationError(self.env._("Enter the name under which it is registered."))

    @api.constrains("partner_id", "company_id")
    def _check_other(self):
        """A creditor writes for himself in his own name: an agency of his own making would only look like one."""
        for issuer in self:
            if issuer.partner_id.commercial_partner_id == issuer.company_id.partner_id.commercial_partner_id:
                raise ValidationError(
                    self.env._("%s writes in its own name without a mandate.", issuer.company_id.display_name)
                )

    @api.constrains("email_from", "reply_to")
    def _check_addresses(self):
        for issuer in self:
            for address in filter(None, (issuer.email_from, issuer.reply_to)):
                if not email_normalize(address):
                    raise ValidationError(self.env._("“%s” is not one e-mail address.", address))

    @api.constrains("colour")
    def _check_colour(self):
        for issuer in self:
            if issuer.colour and not colours.tidy(issuer.colour):
                raise ValidationError(self.env._("“%s” is no colour. Enter one as #1f4e79.", issuer.colour))

    @api.depends("mandate_file")
    def _compute_is_signed(self):
        for issuer in self:
            issuer.is_signed = bool(issuer.mandate_file)

    # -- how it stands ------------------------------------------------------------------------------------------------

    def _engine_issuer(self):
        """As a value of the engine: what the gate asks about."""
        self.ensure_one()
        signed = self.active and self.mandate_from and self.is_signed
        return engine.Issuer(
            name=self.name,
            kind=self.kind,
            mandate=engine.Period(self.mandate_from or None, self.mandate_until or None) if signed else None,
            registrations=tuple(one._engine_registration() for one in self.registration_ids),
        )

    @api.depends(
        "active", "kind", "mandate_from", "mandate_until", "is_signed", "registration_ids.valid_from",
        "registration_ids.valid_until", "registration_ids.number", "registration_ids.country_id",
    )  # fmt: skip
    @api.depends_context("lang", "uid")
    def _compute_standing_note(self):
        for issuer in self:
            today = (issuer.company_id or self.env.company)._dunning_today()
            issuer.standing_note = "\n".join(issuer._why_not(today) or issuer._what_ends(today)) or False

    def _why_not(self, today):
        """Why nothing goes out in this name today, in sentences."""
        self.ensure_one()
        mandate, found = self._engine_issuer().mandate, []
        if not self.is_signed or not self.mandate_from:
            found.append(
                self.env._("There is no signed mandate with its first day yet: nothing goes out in this name.")
            )
        elif mandate is None or not mandate.holds(today):
            found.append(self.env._("The mandate does not hold today: nothing goes out in this name."))
        if self.kind not in engine.OF_OFFICE and not any(
            one._engine_registration().period.holds(today) for one in self.registration_ids
        ):
            found.append(self.env._("No registration holds today: nothing goes out in this name."))
        return found

    def _what_ends(self, today):
        """What ends soon, in sentences."""
        self.ensure_one()
        ends = [(self.mandate_until, self.env._("The mandate"))]
        if self.kind not in engine.OF_OFFICE:
            ends += [
                (one.valid_until, self.env._("Registration %(number)s", number=one.number))
                for one in self.registration_ids
                if one._engine_registration().period.holds(today)
            ]
        return [
            self.env._("%(what)s holds up to and including %(date)s.", what=what, date=format_date(self.env, last))
            for last, what in ends
            if last and last - today <= SOON
        ]

    # -- by value -----------------------------------------------------------------------------------------------------

    def _facts(self, on, country, lang):
        """What a letter of this day says of it, as plain values: a letter keeps them.

        :param country: two letters, under whose law the letter is. :param lang: of the letter.
        """
        self.ensure_one()
        issuer = self.with_context(lang=lang)
        partner, held = issuer.partner_id, issuer._engine_issuer().registration(on, country)
        place = " ".join(filter(None, (partner.zip, partner.city)))
        return {
            "id": self.id,
            "name": _line(issuer.name),
            "kind": issuer.kind,
            "street": _line(", ".join(filter(None, (partner.street, partner.street2)))),
            "place": _line(place),
            "city": _line(partner.city),
            "country": partner.country_id.name or "",
            "country_code": partner.country_id.code or "",
            "number": _line(partner.company_registry or partner.vat),
            "phone": _line(partner.phone),
            "email": email_normalize(issuer.email_from or partner.email or "") or "",
            "reply_to": email_normalize(issuer.reply_to or "") or "",
            "registration": _line(held.number) if held and issuer.kind not in engine.OF_OFFICE else "",
            "supervisor": _line(issuer.supervisor),
            "complaints": _line(issuer.complaints),
            "mandate_on": fields.Date.to_string(issuer.mandate_from) or "",
            "colour": colours.readable(issuer.colour),
            "footer": _line(issuer.footer),
            "signed_by": _line(issuer.signature_name),
            "function": _line(issuer.signature_function),
            "heading": _line(issuer.page_heading),
        }


def _line(text):
    """A value on one line: it goes into heads of mails as well."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text or "").split())
