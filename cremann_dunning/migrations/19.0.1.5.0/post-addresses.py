"""Write down for which addresses the mails of letters were taken, and from which they came back.

Before, an attempt kept one text for all its recipients and one state for all of them together.
"""

FOUND = """
    (SELECT STRING_AGG(DISTINCT LOWER(m[1]), ' ')
       FROM REGEXP_MATCHES(recipient, '([^[:space:],;<>"]+@[^[:space:],;<>"]+)', 'g') m)
"""


def migrate(cr, version):
    """Fill ``taken_to`` and ``bounced_to`` of attempts by mail that were made before."""
    if not version:
        return
    cr.execute(
        f"""
        UPDATE dunning_dispatch
           SET taken_to = {FOUND}, bounced_to = CASE WHEN state = 'bounced' THEN {FOUND} END
         WHERE channel = 'email' AND state IN ('accepted', 'bounced') AND taken_to IS NULL
        """
    )
