"""Let texts about promises and plans that were loaded before lead to where the debtor confirms them.

Shipped texts are never overwritten by an update: the place is put before the greeting, in every language of a text that
still has the sender there, and is empty where nobody asked for a confirmation.
"""

import re

from psycopg2.extras import Json

NAMES = tuple(
    f"mail_template_{name}{tone}" for name in ("promise_confirmed", "plan_agreed") for tone in ("", "_informal")
)
PLACE = '<t t-out="object.confirm_html"></t>'
# The last paragraph, with who writes in it.
GREETING = re.compile(r"<p[^>]*>(?:(?!<p\b).)*?t-out=\"user\.name\"", re.DOTALL)


def told(body):
    """The body with the place to confirm."""
    if not body or "object.confirm_html" in body:
        return body
    return GREETING.sub(lambda found: f"{PLACE}\n    {found[0]}", body, count=1)


def migrate(cr, version):
    """Put it into the four texts, whoever changed them since."""
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
        new = {lang: told(body) for lang, body in (bodies or {}).items()}
        cr.execute("UPDATE mail_template SET body_html = %s WHERE id = %s", [Json(new), template_id])
