"""Managers of dunning lose Odoo's full right on templates where they had it only through us.

The group of managers brought *Mail Template Editor* along, and with an expression in a text one made oneself an
administrator. Who has that right by himself, or by another group, keeps it. Texts that say more than letters need are
not trusted because they are there: an editor looks at each and lets it pass, and until then no letter is made with it.
"""

import logging

from odoo import SUPERUSER_ID, Command, api

_logger = logging.getLogger(__name__)


def migrate(cr, version):
    """Take the right out of the group, and name the texts that wait for an editor."""
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    manager = env.ref("cremann_dunning.group_dunning_manager", raise_if_not_found=False)
    editor = env.ref("mail.group_mail_template_editor")
    if manager and editor in manager.implied_ids:
        manager.implied_ids = [Command.unlink(editor.id)]
    for text in env["mail.template"].search([("model", "=like", "dunning.%")]):
        if expression := text._dunning_first_outside():
            _logger.warning("The text %s waits until an editor has looked at it: %s", text.name, expression)
