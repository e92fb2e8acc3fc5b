import logging

import psycopg2

from odoo import api, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

# So many records are named of what could not be told.
NAMED = 50


class DunningEvent(models.Model):
    """Events of what may not be refused because of us."""

    _inherit = "dunning.event"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _tell_beside(self, make, about):
        """Tell what goes along with an act of accounting: whatever goes wrong in it, the act stays as it is.

        The record then says itself that something is missing there.

        :param make: a function that gives the rows, see ``_tell``. It reads only. :param about: what it tells of.
        """
        try:
            rows = make()
            if rows:
                # without a flush: what is to be written yet is written by whoever acts, and stays when this does not
                with self.env.cr.savepoint(flush=False):
                    self._tell(rows)
        except psycopg2.OperationalError:  # another transaction came in between: Odoo does all of it again
            raise
        except Exception as error:  # whatever stands in the records, nobody's booking waits for it
            _logger.exception("Something that happened could not be written down")
            self._tell_untold(about, error)

    @api.model
    def _tell_untold(self, about, error):
        """Say in the record of each company that something is missing there. :param error: what came in between."""
        facts = {"model": about._name, "ids": about.ids[:NAMED], "error": type(error).__name__}
        try:
            with self.env.cr.savepoint(flush=False):
                # sudo: whose it is, whoever acts
                companies = ("company_id" in about._fields and about.sudo().company_id) or self.env.company
                self._tell([{"kind": "chain.untold", "company_id": id_, "facts": facts} for id_ in companies.ids])
        except psycopg2.OperationalError:
            raise
        except Exception:  # as above
            _logger.exception("Nor could it be written down that it was not")

    @api.model
    def _untold(self, company):
        """How many acts of a company could not be written down, and since when: ``(count, moment)``."""
        query = "SELECT COUNT(*), MIN(happened) FROM dunning_event WHERE company_id = %s AND kind = 'chain.untold'"
        [(count, since)] = self.env.execute_query(SQL(query, company.id))
        return count, since
