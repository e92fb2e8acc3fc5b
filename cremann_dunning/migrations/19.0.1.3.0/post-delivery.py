"""Let texts of statutory notices that were loaded before say the right words on every kind of paper.

Shipped texts are never overwritten by an update. They ask whether a letter goes by print, and a registered letter or
snail mail is paper as well. Only that question is replaced, in every language; the words stay.
"""

from psycopg2.extras import Json

OLD = "object.channel == 'print'"
NEW = "object.is_on_paper"


def migrate(cr, version):
    """Ask for paper where texts of dunning letters ask for print."""
    if not version:
        return
    cr.execute(
        """
        SELECT t.id, t.body_html
          FROM mail_template t
          JOIN ir_model m ON m.id = t.model_id
         WHERE m.model = 'dunning.letter' AND t.body_html::text LIKE %s
        """,
        [f"%{OLD}%"],
    )
    for template_id, bodies in cr.fetchall():
        new = {lang: body and body.replace(OLD, NEW) for lang, body in bodies.items()}
        cr.execute("UPDATE mail_template SET body_html = %s WHERE id = %s", [Json(new), template_id])
