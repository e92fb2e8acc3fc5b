"""Let texts about promises and plans that were loaded before lead to where the debtor confirms them, and the mail with
a statement to his page.

Shipped texts are never overwritten by an update: the place is put before the greeting, in every language of a text that
still has the sender there, and is empty where nobody asked for a confirmation.
"""

import re

from psycopg2.extras import Json

PLACES = {
    f"mail_template_{name}{tone}": f"object.{place}"
    for name, place in (
        ("promise_confirmed", "confirm_html"),
        ("plan_agreed", "confirm_html"),
        ("statement", "page_html"),
    )
    for tone in ("", "_informal")
}
# The last paragraph, with who writes in it.
GREETING = re.compile(r"<p[^>]*>(?:(?!<p\b).)*?t-out=\"user\.name\"", re.DOTALL)


def told(body, place):
    """The body with this place in it, before the greeting."""
    if not body or place in body:
        return body
    return GREETING.sub(lambda found: f'<t t-out="{place}"></t>\n    {found[0]}', body, count=1)


def migrate(cr, version):
    """Put it into the texts, whoever changed them since."""
    if not version:
        return
    cr.execute(
        """
        SELECT t.id, d.name, t.body_html
          FROM mail_template t
          JOIN ir_model_data d ON d.model = 'mail.template' AND d.res_id = t.id
         WHERE d.module = 'cremann_dunning' AND d.name IN %s
        """,
        [tuple(PLACES)],
    )
    for template_id, name, bodies in cr.fetchall():
        new = {lang: told(body, PLACES[name]) for lang, body in (bodies or {}).items()}
        cr.execute("UPDATE mail_template SET body_html = %s WHERE id = %s", [Json(new), template_id])
