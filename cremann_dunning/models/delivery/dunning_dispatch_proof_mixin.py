import hashlib
import re

from odoo import api, fields, models
from odoo.exceptions import UserError

# What carriers print under their bars: letters and digits, at least eight.
TRACKING = re.compile(r"[A-Z0-9]{8,35}")


class DunningDispatchProofMixin(models.AbstractModel):
    """What the post gives back: a number to follow the letter by, proof of posting and of delivery, or the letter."""

    _name = "dunning.dispatch.proof.mixin"
    _description = "Proof of a dispatch by post"

    carrier_id = fields.Many2one("dunning.carrier", readonly=True, ondelete="restrict")
    tracking_number = fields.Char(readonly=True, help="The number under which the carrier follows it.")
    tracking_url = fields.Char(string="Follow it", compute="_compute_tracking_url")
    posting_proof_ids = fields.Many2many(
        "ir.attachment",
        "dunning_dispatch_posting_proof_rel",
        "dispatch_id",
        "attachment_id",
        string="Proof of posting",
        readonly=True,
    )
    delivery_proof_ids = fields.Many2many(
        "ir.attachment",
        "dunning_dispatch_delivery_proof_rel",
        "dispatch_id",
        "attachment_id",
        string="Proof of delivery",
        readonly=True,
    )
    proof_digests = fields.Text(
        string="SHA-256 of the proof", readonly=True, help="One line per file: its digest and its name."
    )

    @api.depends("tracking_number", "carrier_id.tracking_url", "letter_id.contact_id.zip", "letter_id.partner_id.zip")
    def _compute_tracking_url(self):
        for attempt in self:
            place = attempt.letter_id._place_on_paper()
            attempt.tracking_url = attempt.carrier_id._tracking_link(
                attempt.tracking_number, place.zip, place.country_id.code
            )

    @api.model
    def _tracking(self, number):
        """A tracking number as it is kept: capitals, no spaces or dots.

        :raises UserError: it cannot be one.
        """
        plain = re.sub(r"[\s.\-]", "", number or "").upper()
        if plain and not TRACKING.fullmatch(plain):
            raise UserError(
                self.env._(
                    "%s is no tracking number. Type the letters and digits under the bars of the label, at least "
                    "eight.",
                    number,
                )
            )
        return plain or False

    def action_proof(self):
        """Note the tracking number, proof and the day of delivery, or that it came back."""
        self.ensure_one()
        self._check_by_post()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Tracking and proof"),
            "res_model": "dunning.proof.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_dispatch_id": self.id},
        }

    def _check_by_post(self):
        if self.state not in ("posted", "delivered"):
            raise UserError(self.env._("Tracking and proof belong to a letter that was posted and did not come back."))

    def _set_tracking(self, number, carrier):
        """Keep or mend the tracking number, until the letter was delivered.

        :raises UserError: it was delivered, or this is no number.
        """
        self.ensure_one()
        number = self._tracking(number)
        if number == (self.tracking_number or False) and carrier == self.carrier_id:
            return
        if self.delivered_on:
            raise UserError(self.env._("This letter was delivered, so its tracking number stays as it is."))
        self.write({"tracking_number": number, "carrier_id": carrier.id})

    def _add_proof(self, name, files):
        """Keep these files with their digest; nobody changes them any more.

        :param name: ``posting_proof_ids`` or ``delivery_proof_ids``. :param files: what somebody uploaded.
        """
        self.ensure_one()
        if not files:
            return
        if empty := files.filtered(lambda file: not file.raw):
            raise UserError(self.env._("%s is empty. Upload the file again.", empty[0].name))
        digests = [f"{hashlib.sha256(file.raw).hexdigest()}  {file.name}" for file in files]
        own = files.create(
            [
                {
                    "name": file.name,
                    "raw": file.raw,
                    "mimetype": file.mimetype,
                    "res_model": self._name,
                    "res_id": self.id,
                }
                for file in files
            ]
        )
        self.write(
            {
                name: [fields.Command.link(file.id) for file in own],
                "proof_digests": "\n".join(filter(None, [self.proof_digests, *digests])),
            }
        )

    def _set_delivered(self, day):
        """The carrier handed it over on that day.

        :raises ValidationError: before it was posted, or in the future; see the constraint of the dispatch.
        """
        self.ensure_one()
        if day == self.delivered_on:
            return
        self.write({"state": "delivered", "delivered_on": day})

    def _set_returned(self, user):
        """The post brought it back: it was not delivered, its level and its term go back."""
        self.ensure_one()
        noted = self.env._("%s noted that it came back.", user.name)
        if self._is_copy():  # the mail stands
            self.write({"state": "returned", "answer": noted})
            return
        text = self.env._(
            "The post brought it back, so it was not delivered. Mend the address and retry, or propose it anew"
        )
        self.env["dunning.withdrawal"]._undo_sending(self.letter_id, self, "returned", text, noted)
