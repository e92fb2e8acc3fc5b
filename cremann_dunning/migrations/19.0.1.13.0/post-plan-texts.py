"""Let texts about payment plans that were loaded before name account and reference of each instalment, and say what was
agreed for one that is missed.

Shipped texts are never overwritten by an update: where a text still has the list of instalments and the sentence as
they were shipped, these are put in their place, in every language that it has.
"""

import re

from psycopg2.extras import Json

NAMES = ("mail_template_plan_agreed", "mail_template_plan_agreed_informal")
INSTALMENTS = '<t t-out="object.instalments_html"></t>'
LIST = re.compile(r'<ul><li t-foreach="object\.instalment_ids".*?</ul>', re.DOTALL)
# What was said of a missed instalment, and what is said instead where the plan goes on.
GOES_ON = {
    "en": "If you miss an instalment, only that one is late: the plan goes on, and the others stay as they are.",
    "nl_formal": "Mist u een termijn? Dan is alleen die te laat: de regeling loopt door en de andere blijven zoals ze "
    "zijn.",
    "nl_informal": "Mis je een termijn? Dan is alleen die te laat: de regeling loopt door en de andere blijven zoals "
    "ze zijn.",
    "fr_formal": "Vous manquez un terme\xa0? Seul ce terme est en retard\xa0: le plan continue et les autres restent "
    "inchangés.",
    "fr_informal": "Tu manques un terme\xa0? Seul ce terme est en retard\xa0: le plan continue et les autres restent "
    "inchangés.",
}
MISSED = {
    "If you miss an instalment, we ask for the rest at once.": "en",
    "If you miss an instalment, we'll ask for the rest at once.": "en",
    "Mist u een termijn? Dan vragen wij het restbedrag ineens.": "nl_formal",
    "Mis je een termijn? Dan vragen we het restbedrag ineens.": "nl_informal",
    "Vous manquez un terme\xa0? Nous demandons alors le solde en une fois.": "fr_formal",
    "Tu manques un terme\xa0? Nous demandons alors le solde en une fois.": "fr_informal",
}


def told(body):
    """The body with account and reference, and with both endings."""
    if not body:
        return body
    body = LIST.sub(INSTALMENTS, body)
    if "object.on_missed" in body:
        return body
    for ends, goes_on in MISSED.items():
        both = f"""<t t-if="object.on_missed == 'rest_due'">{ends}</t><t t-else="">{GOES_ON[goes_on]}</t>"""
        body = body.replace(ends, both)
    return body


def migrate(cr, version):
    """Put both into the two texts, whoever changed them since."""
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
