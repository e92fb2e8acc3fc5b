"""The line to the mail server as letters use it."""

import smtplib
from email.utils import getaddresses


class AddresseeFirst:
    """A session in which a letter counts as taken only when the server took it for its addressee.

    smtplib calls a mail delivered when the server takes it for one of its recipients, so for the copy alone as well;
    the level of the debtor would move on a letter that he never got. Whom the server took it for, and what it answered
    for whom, is kept for the record: Odoo asks neither.
    """

    def __init__(self, session):
        self._session = session
        self.taken, self.refused = (), {}  # addresses in the To; per address of these code and text of the answer

    def __getattr__(self, name):
        return getattr(self._session, name)

    def send_message(self, message, *args, **options):
        """As in smtplib. :raises smtplib.SMTPRecipientsRefused: the server refused everybody in the To."""
        addressees = dict.fromkeys(address.lower() for _name, address in getaddresses(message.get_all("To", [])))
        try:
            refused = self._session.send_message(message, *args, **options) or {}
        except smtplib.SMTPRecipientsRefused as error:
            self._note(error.recipients, addressees)
            raise
        self._note(refused, addressees)
        if not self.taken:
            raise smtplib.SMTPRecipientsRefused(self.refused)
        return refused

    def _note(self, refused, addressees):
        self.refused = {address.lower(): answer for address, answer in refused.items() if address.lower() in addressees}
        self.taken = tuple(address for address in addressees if address not in self.refused)
