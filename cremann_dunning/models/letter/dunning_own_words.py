from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate, format_list

_lt = LazyTranslate(__name__)

# What a person is told of his own words, by the code of the finding or refusal.
SENTENCES = {
    "TEXT_RESIDUE": _lt("%(words)s: a place that nobody filled in."),
    "TEXT_AMOUNT": _lt("%(words)s: an amount that this letter does not ask. Leave amounts to the letter."),
    "TEXT_TOTAL": _lt("The amount to pay is named nowhere any more. Put it back."),
    "TEXT_DATE": _lt("%(words)s: this letter may name no day ahead; its term runs from receipt."),
    "TEXT_WORDS": _lt("%(words)s: %(title)s."),
    "ELEMENT_MISSING": _lt("The law wants this in the letter, and your words took it out: %(elements)s."),
    "ELEMENT_FORBIDDEN": _lt("The law does not want this in the letter: %(elements)s."),
}


class DunningOwnWords(models.AbstractModel):
    """The same checks for a person's words as for texts: what they would bring into a letter is refused when typed."""

    _name = "dunning.own.words"
    _description = "Checks of a person's words"

    @api.model
    def _refuse(self, letter, before):
        """:raises UserError: what was typed brings something into the letter that may not stand in it, with each
        place and what to change.

        :param before: subject and words of the letter without it.
        """
        now = letter.shown_subject, letter.shown_body
        if not all(now):
            raise UserError(self.env._("The words of this letter cannot be shown: %s", letter.shown_body or ""))
        found = self._problems(letter, now)
        known = self._problems(letter, before) if all(before) else {}
        if new := [sentence for key, sentence in found.items() if key not in known]:
            lines = "\n".join(f"- {sentence}" for sentence in new)
            raise UserError(self.env._("This may not stand in the letter. Change your words:\n%s", lines))

    @api.model
    def _problems(self, letter, texts):
        """What stops these words: ``{what it is: sentence for whoever typed them}``."""
        texts, found = {letter: texts}, {}
        for finding in self.env["dunning.wording"]._check(letter, texts)[letter]:
            if finding.red and finding.code in SENTENCES:
                key = finding.code, finding.words, finding.title, finding.sentence
                found[key] = self._sentence(finding.code, finding.words, finding.title, finding.sentence)
        for refusal in self.env["dunning.gate"]._check(letter, texts=texts)[letter]:
            if refusal.code in ("ELEMENT_MISSING", "ELEMENT_FORBIDDEN"):
                for element in refusal.facts["elements"]:
                    sentence = self.env._(SENTENCES[refusal.code])
                    said = sentence % {"elements": element}
                    found[refusal.code, element] = f"{said} ({refusal.article})" if refusal.article else said
        return found

    @api.model
    def _sentence(self, code, words, title, sentence):
        quoted = format_list(self.env, [f"“{word}”" for word in words]) if words else ""
        words_about = self.env._(SENTENCES[code])
        said = words_about % {"words": quoted, "title": title}
        return f"{said} (“{sentence}”)" if sentence else said
