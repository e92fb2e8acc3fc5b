"""What stands in the records of before becomes events, marked as made afterwards."""

import logging

from odoo import SUPERUSER_ID, api

_logger = logging.getLogger(__name__)


def migrate(cr, version):
    """Nothing on a new database, and nothing twice."""
    if version:
        count = api.Environment(cr, SUPERUSER_ID, {})["dunning.reconstruction"]._make()
        _logger.info("%s events were made from what was on record", count)
