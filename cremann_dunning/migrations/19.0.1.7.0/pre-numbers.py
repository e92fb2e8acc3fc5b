"""Numbers that letters share, from when nothing kept them apart: the index that does now could not be made on them."""

import logging

_logger = logging.getLogger(__name__)


def migrate(cr, version):
    """What was printed keeps its number, and the later ones are marked; what was not gets another when it is issued.

    Of the letters with one number the first that was printed stays as it is, so that nobody gets the number again.
    """
    if not version:
        return
    cr.execute("ALTER TABLE dunning_letter ADD COLUMN IF NOT EXISTS shares_number boolean")
    cr.execute(
        """
        WITH rest AS (
            SELECT id, pdf_sha256 IS NULL AND state IN ('draft', 'failed') AS fresh
              FROM (SELECT id, pdf_sha256, state, row_number() OVER (
                               PARTITION BY company_id, name ORDER BY pdf_sha256 IS NULL, id) AS place
                      FROM dunning_letter WHERE name <> '/') ranked
             WHERE place > 1
        )
        UPDATE dunning_letter f
           SET shares_number = NOT rest.fresh, name = CASE WHEN rest.fresh THEN '/' ELSE f.name END
          FROM rest WHERE f.id = rest.id AND f.shares_number IS NOT TRUE
        RETURNING f.id, f.name
        """
    )
    if found := sorted(cr.fetchall()):
        _logger.warning(
            "Letters with a number that an earlier one has (id, number; '/' gets another when it is issued): %s. "
            "What was printed stays as it is; look whether a debtor has to be told.",
            found,
        )
