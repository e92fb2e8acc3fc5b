"""Let the texts that announce costs say how these come about, wherever they name the amount.

Shipped texts are never overwritten by an update. The words are added behind the amount, in every language of the four
texts, whoever changed them since.
"""

import re

from psycopg2.extras import Json

AMOUNT = re.compile(r'<(\w+)[^<>]*t-out="object\.costs_text"[^<>]*(?:/>|>\s*</\1>)')
TIERS = '<t t-if="object.costs_tiers_text"> (<t t-out="object.costs_tiers_text"/>)</t>'
NAMES = (
    "mail_template_nl_14_days", "mail_template_nl_14_days_informal", "mail_template_be_first_reminder",
    "mail_template_be_first_reminder_informal",
)  # fmt: skip


def _told(body):
    """The body with the words behind each amount, unless it has them."""
    if not body or "object.costs_tiers_text" in body:
        return body
    return AMOUNT.sub(lambda found: found[0] + TIERS, body)


def migrate(cr, version):
    """Add the words."""
    if not version:
        return
    cr.execute(
        """
        SELECT t.id, t.body_html
          FROM mail_template t
          JOIN ir_model_data d ON d.model = 'mail.template' AND d.res_id = t.id
         WHERE d.module = 'cremann_dunning' AND d.name IN %s
        """,
        [NAMES],
    )
    for template_id, bodies in cr.fetchall():
        new = {lang: _told(body) for lang, body in bodies.items()}
        cr.execute("UPDATE mail_template SET body_html = %s WHERE id = %s", [Json(new), template_id])
