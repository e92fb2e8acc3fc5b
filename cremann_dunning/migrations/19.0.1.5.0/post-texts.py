"""Let 14-day letters that were loaded before say so when they announce no costs of their own.

Claims under statutory notices have one base, so a second notice may have nothing to add to what the first announced.
Shipped texts are never overwritten by an update: the paragraph that names the costs stays as it is, under a condition,
and another stands beside it, in every language that the text has.
"""

import re

from psycopg2.extras import Json

CONDITION = "object.amount_costs_announced"
PARAGRAPH = re.compile(r"<p>((?:(?!</p>).)*object\.costs_text(?:(?!</p>).)*)</p>", re.DOTALL)
NAMES = ("mail_template_nl_14_days", "mail_template_nl_14_days_informal")
INSTEAD = {
    "nl": "Er komen geen incassokosten bij boven die in een eerdere brief van ons staan: die worden berekend over al "
    "{your} openstaande facturen samen.",
    "fr": "Aucuns frais de recouvrement ne s'ajoutent à ceux qu'indique une lettre précédente de notre part\xa0: ils "
    "sont calculés sur l'ensemble de {your} factures ouvertes.",
    "en": "No collection costs come on top of those that an earlier letter of ours names: they are computed over all "
    "your open invoices together.",
}
YOUR = {"nl": ("uw", "je"), "fr": ("vos", "tes"), "en": ("your", "your")}


def _told(body, lang, informal):
    """The body with both paragraphs."""
    if not body or CONDITION in body:
        return body
    short = lang[:2] if lang[:2] in INSTEAD else "en"
    other = f'<p t-else="">{INSTEAD[short].format(your=YOUR[short][informal])}</p>'
    return PARAGRAPH.sub(lambda found: f'<p t-if="{CONDITION}">{found[1]}</p>{other}', body)


def migrate(cr, version):
    """Put the condition into the two texts, whoever changed them since."""
    if not version:
        return
    cr.execute(
        """
        SELECT t.id, d.name, t.body_html
          FROM mail_template t
          JOIN ir_model_data d ON d.model = 'mail.template' AND d.res_id = t.id
         WHERE d.module = 'cremann_dunning' AND d.name IN %s
        """,
        [NAMES],
    )
    for template_id, name, bodies in cr.fetchall():
        informal = name.endswith("_informal")
        new = {lang: _told(body, lang, informal) for lang, body in bodies.items()}
        cr.execute("UPDATE mail_template SET body_html = %s WHERE id = %s", [Json(new), template_id])
