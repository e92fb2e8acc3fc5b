from odoo import api, models
from odoo.exceptions import UserError


class DunningWrittenOnceMixin(models.AbstractModel):
    """What is written by what happens, past the ORM, and then never again: no way of Odoo makes, changes or removes it.

    PostgreSQL refuses it as well, see ``dunning_event_guard``.
    """

    _name = "dunning.written.once.mixin"
    _description = "Written Once"

    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=method-required-super
        """:raises UserError: always."""
        raise UserError(self.env._("Events are written by what happens, never by hand."))

    def write(self, vals):  # pylint: disable=method-required-super
        """:raises UserError: always."""
        raise UserError(self.env._("An event stays as it was written."))

    def unlink(self):  # pylint: disable=method-required-super
        """:raises UserError: always."""
        raise UserError(self.env._("An event stays on record."))  # pylint: disable=no-raise-unlink
