import logging

import psycopg2

from odoo import api, models

_logger = logging.getLogger(__name__)


class DunningEvent(models.Model):
    """Events of what may not be refused because of us."""

    _inherit = "dunning.event"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _tell_beside(self, make):
        """Tell what goes along with an act of accounting: whatever goes wrong in it, the act stays as it is.

        :param make: a function that gives the rows, see ``_tell``. It reads only.
        """
        try:
            rows = make()
            if rows:
                # without a flush: what is to be written yet is written by whoever acts, and stays when this does not
                with self.env.cr.savepoint(flush=False):
                    self._tell(rows)
        except psycopg2.OperationalError:  # another transaction came in between: Odoo does all of it again
            raise
        except Exception:  # whatever stands in the records, nobody's booking waits for it
            _logger.exception("Something that happened could not be written down")
