"""What was read for a batch of letters, kept over the commits within it.

Every commit empties Odoo's cache, and there are two for each letter; without this all that a mail consists of would be
read anew for each of them. Only what belongs to the letter whose turn it is comes back, and only when the lock on it
shows that nobody has written its mail or itself since.
"""

# Of these all that was read comes back with the first three of a letter; the others are the same for all.
OF_A_LETTER = ("mail.mail", "mail.message", "dunning.letter", "dunning.letter.line", "ir.attachment")
FOR_ALL = (
    "res.company", "ir.mail_server", "mail.alias.domain", "res.users", "res.partner", "res.country", "dunning.level",
    "dunning.regime",
)  # fmt: skip
ATTEMPT = "dunning.dispatch"


class KeptCache:
    """The cache of a few models as it was; see above."""

    def __init__(self, mails):
        """:param mails: ``mail.mail`` records of letters, with the rights of the system."""
        self.env = mails.env
        letters = mails.dunning_letter_id
        mails.mapped("body_html")
        mails.mail_message_id.mapped("subject")
        mails.recipient_ids.mapped("email")
        mails.attachment_ids.mapped("name")
        letters.line_ids.mapped("is_cancelled")
        letters.mapped("name")
        letters.regime_id.country_id.mapped("code")
        letters.company_id.country_id.mapped("code")
        self.ids = {
            mail.id: {
                "mail.mail": mail.ids,
                "mail.message": mail.mail_message_id.ids,
                "dunning.letter": mail.dunning_letter_id.ids,
                "dunning.letter.line": mail.dunning_letter_id.line_ids.ids,
                "ir.attachment": mail.attachment_ids.ids,
            }
            for mail in mails
        }
        self.dates = {mail.id: (mail.write_date, mail.dunning_letter_id.write_date) for mail in mails}
        self.fields = self._copied((*OF_A_LETTER, *FOR_ALL))

    def _copied(self, names):
        env = self.env
        return {
            field: dict(values)
            for field, values in env.transaction.field_data.items()
            if field.model_name in names and field not in env._field_depends_context
        }

    def add_attempt(self):
        """Keep the attempt that was just written, until the commit that follows."""
        self.fields |= self._copied((ATTEMPT,))

    def is_current(self, mail, dates):
        """Whether neither a mail nor its letter was written since.

        :param dates: when both were written, as the lock found them.
        """
        return self.dates.get(mail.id) == tuple(dates)

    def recall(self, mail, attempt):
        """Put back what belongs to this mail and its attempt."""
        ids = self.ids[mail.id] | {ATTEMPT: attempt.ids}
        for field, values in self.fields.items():
            own = ids.get(field.model_name)
            some = values if own is None else {id_: values[id_] for id_ in own if id_ in values}
            for id_, value in some.items():
                self.env.transaction.field_data[field].setdefault(id_, value)
