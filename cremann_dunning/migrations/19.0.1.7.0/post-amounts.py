"""Let mails about plans and promises that were loaded before say where to pay.

Shipped texts are never overwritten by an update: the words and the block with account and reference come before the
last paragraph, in every language that the text has. A text that names them already stays as it is.
"""

import re

from psycopg2.extras import Json

BLOCK = '<t t-out="object.payment_html"/>'
LAST = re.compile(r"(<p>(?:(?!<p>).)*</p>\s*)(</div>\s*)?$", re.DOTALL)
WORDS = {
    "plan_agreed": {
        "en": ("Please pay each instalment in this way:", "Pay each instalment in this way:"),
        "nl": ("Maak elke termijn als volgt over:", "Maak elke termijn zo over:"),
        "fr": ("Veuillez payer chaque échéance comme suit\xa0:", "Paie chaque échéance comme suit\xa0:"),
    },
    "promise_confirmed": {
        "en": ("Please pay in this way:", "Pay in this way:"),
        "nl": ("Maak het bedrag als volgt over:", "Maak het bedrag zo over:"),
        "fr": ("Veuillez payer comme suit\xa0:", "Paie comme suit\xa0:"),
    },
    "promise_broken": {
        "en": ("You pay in this way:", "You can pay like this:"),
        "nl": ("U betaalt als volgt:", "Je kunt zo betalen:"),
        "fr": ("Vous payez comme suit\xa0:", "Tu peux payer comme suit\xa0:"),
    },
}


def _with_block(body, words):
    """The body with the words and the block before its last paragraph."""
    if not body or "payment_html" in body or "bank_account_id" in body:
        return body
    return LAST.sub(lambda found: f"<p>{words}</p>\n    {BLOCK}\n    {found[0]}", body, count=1)


def migrate(cr, version):
    """Put the block into the six texts, whoever changed them since."""
    if not version:
        return
    for name, by_lang in WORDS.items():
        for informal, suffix in enumerate(("", "_informal")):
            cr.execute(
                """
                SELECT t.id, t.body_html
                  FROM mail_template t
                  JOIN ir_model_data d ON d.model = 'mail.template' AND d.res_id = t.id
                 WHERE d.module = 'cremann_dunning' AND d.name = %s
                """,
                [f"mail_template_{name}{suffix}"],
            )
            for template_id, bodies in cr.fetchall():
                new = {
                    lang: _with_block(body, by_lang.get(lang[:2], by_lang["en"])[informal])
                    for lang, body in (bodies or {}).items()
                }
                cr.execute("UPDATE mail_template SET body_html = %s WHERE id = %s", [Json(new), template_id])
