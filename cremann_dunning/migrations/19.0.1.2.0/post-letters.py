"""Let what is there already know the informal texts and French: shipped records are never overwritten by an update.

Nothing that a person wrote is changed. Wordings are added to the elements, one of which is enough; the informal text is
set only where a level still has the shipped formal one, and is not used before somebody chooses the informal tone.
New steps are not added to procedures: a database keeps the steps that it has.
"""

from odoo import SUPERUSER_ID, api

# Further ways to say what the law wants, in databases whose elements were translated before there were informal texts.
WORDINGS = {
    "nl_free_term": {
        "nl": (
            "binnen veertien dagen vanaf de dag nadat deze brief bij je is bezorgd",
            "binnen vijftien dagen nadat deze brief bij je is bezorgd",
            "binnen veertien dagen vanaf de dag nadat je dit bericht hebt ontvangen",
        ),
    },
}
WITH_INFORMAL = ("reminder", "second_reminder")


def migrate(cr, version):
    """Add the wordings and the informal texts."""
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    _add_wordings(env)
    for name in WITH_INFORMAL:
        formal = env.ref(f"cremann_dunning.mail_template_{name}", raise_if_not_found=False)
        informal = env.ref(f"cremann_dunning.mail_template_{name}_informal", raise_if_not_found=False)
        if formal and informal:
            levels = env["dunning.level"].with_context(active_test=False)
            levels = levels.search([("template_id", "=", formal.id), ("template_informal_id", "=", False)])
            levels.template_informal_id = informal


def _add_wordings(env):
    languages = [code for code, _name in env["res.lang"].get_installed()]
    for name, by_language in WORDINGS.items():
        element = env.ref(f"cremann_dunning.dunning_element_{name}", raise_if_not_found=False)
        if not element or element.check != "phrase":
            continue
        for code in languages:
            own = element.with_context(lang=code)
            known = own._words()
            new = [wording for wording in by_language.get(code[:2], ()) if wording not in known]
            if new:
                own.phrases = "\n".join([*known, *new])
