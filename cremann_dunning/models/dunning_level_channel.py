from odoo import fields, models

# The ways in which the letter itself can go.
LETTER_CHANNELS = [
    ("email", "E-mail"),
    ("print", "On paper"),
    ("registered", "Registered letter"),
    ("snailmail", "Posted by a service (snail mail)"),
]
# What goes along with a letter and never takes its place.
COMPANION_CHANNELS = [("sms", "Text message"), ("whatsapp", "WhatsApp, prepared"), ("call", "Telephone call")]
CHANNELS = LETTER_CHANNELS + COMPANION_CHANNELS


class DunningLevelChannel(models.Model):
    """One more way in which a level reaches its debtor: besides its own channel, or when that one cannot be used."""

    _name = "dunning.level.channel"
    _description = "Channel of a Dunning Level"
    _order = "level_id, sequence, id"

    level_id = fields.Many2one("dunning.level", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="level_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    channel = fields.Selection(CHANNELS, required=True)
    use = fields.Selection(
        [("fallback", "When the ways before cannot be used"), ("also", "As well")],
        required=True,
        default="also",
    )

    _once = models.UniqueIndex("(level_id, channel)", "A level names each channel once.")
