from odoo import api, fields, models
from odoo.exceptions import ValidationError

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
    _inherit = ["dunning.record.mixin", "dunning.told.mixin"]
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

    @api.constrains("level_id", "channel", "use")
    def _check_use(self):
        """The ways of a level make sense together: each once, and only a letter stands in for a letter."""
        names = dict(self._fields["channel"]._description_selection(self.env))
        companions = {channel for channel, _name in COMPANION_CHANNELS}
        for line in self:
            facts = {"level": line.level_id.name, "channel": names[line.channel]}
            if line.channel == line.level_id.channel:
                raise ValidationError(
                    self.env._(
                        "%(level)s goes by this channel already: %(channel)s. Take it out of the other channels, or "
                        "choose another one there.",
                        **facts,
                    )
                )
            if line.use == "also" and line.channel == "email":
                raise ValidationError(
                    self.env._(
                        "%(level)s: the mail is the letter, and paper goes as well. Make E-mail the channel of the "
                        "level, and set %(own)s to As well.",
                        own=names[line.level_id.channel],
                        **facts,
                    )
                )
            if line.use == "also" and line.channel not in companions and line.level_id.channel != "email":
                raise ValidationError(
                    self.env._(
                        "%(level)s goes on paper already, so %(channel)s cannot go as well. Let it take over when the "
                        "ways before cannot be used, or make E-mail the channel of the level.",
                        **facts,
                    )
                )
            if line.use == "fallback" and line.channel in companions:
                raise ValidationError(
                    self.env._(
                        "%(level)s: %(channel)s cannot take the place of a letter. Set it to As well.",
                        **facts,
                    )
                )
