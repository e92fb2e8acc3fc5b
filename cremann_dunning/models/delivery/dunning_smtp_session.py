"""The line to the mail server as letters with a copy use it."""

import smtplib
from email.utils import getaddresses


class AddresseeFirst:
    """A session in which a letter counts as taken only when the server took it for its addressee.

    smtplib calls a mail delivered when the server takes it for one of its recipients, so for the copy alone as well;
    the level of the debtor would move on a letter that he never got.
    """

    def __init__(self, session):
        self._session = session

    def __getattr__(self, name):
        return getattr(self._session, name)

    def send_message(self, message, *args, **options):
        """As in smtplib. :raises smtplib.SMTPRecipientsRefused: the server refused everybody in the To."""
        refused = self._session.send_message(message, *args, **options) or {}
        addressees = {address.lower() for _name, address in getaddresses(message.get_all("To", []))}
        mine = {address: answer for address, answer in refused.items() if address.lower() in addressees}
        if mine and len(mine) == len(addressees):
            raise smtplib.SMTPRecipientsRefused(mine)
        return refused
