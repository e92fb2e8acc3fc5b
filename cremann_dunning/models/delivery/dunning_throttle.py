import hashlib
import hmac
import ipaddress
import logging
from dataclasses import dataclass
from datetime import timedelta

from psycopg2.errors import LockNotAvailable, SerializationFailure

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.sql_db import real_time

from .. import dunning_counted as counted
from ..dunning_apart import apart

_logger = logging.getLogger(__name__)

# So long somebody who has to wait may bother others: after it what he did is forgotten.
FORGOTTEN_AFTER = timedelta(hours=24)
# Behind one address there can be a whole office: it has so many times as much.
BEHIND_AN_ADDRESS = 5


@dataclass(frozen=True)
class Pace:
    """How often something may be done: ``free`` times without a wait; then ``first`` seconds, twice as many each time,
    ``longest`` at most."""

    free: int
    first: int
    longest: int = 3600

    def wait(self, tries, times=1):
        """How many seconds to wait after so many tries. :param times: so many times as much is free."""
        beyond = tries - self.free * times
        return min(self.first * 2 ** min(beyond - 1, 20), self.longest) if beyond > 0 else 0


PACES = {
    "key": Pace(20, 5),  # a key that is none
    "check": Pace(5, 30),  # an invoice number and postcode, or a code, that is not right
    "code": Pace(3, 120),  # a code by mail
    "act": Pace(30, 30),  # anything a visitor does
}

# Looking is not written down: each process counts by itself who looks faster than a person can. {page: (left, when)}
_looks: dict = {}
# A page takes a worker some tenths of a second, so whoever asks for one without end gets few of them.
LOOKS, LOOKS_A_SECOND, LOOKED_AT = 60, 0.2, 5000


class TooMany(UserError):
    """Somebody did something too often; ``seconds`` says how long he has to wait."""

    def __init__(self, message, seconds):
        super().__init__(message)
        self.seconds = seconds


class DunningThrottle(models.Model):
    """How often something was tried lately: with one key, and from one address. A row is a few numbers under a digest
    that tells neither, and goes after a day."""

    _name = "dunning.throttle"
    _description = "Tries on Debtors' Pages"
    _inherit = ["dunning.record.mixin"]
    _rec_name = "bucket"

    bucket = fields.Char(required=True, readonly=True, help="A digest of what was tried, and with what or from where.")
    tries = fields.Integer(readonly=True, aggregator=None)
    tried_at = fields.Datetime(required=True, readonly=True)
    free_at = fields.Datetime(readonly=True)

    _once = models.UniqueIndex("(bucket)")
    _old_idx = models.Index("(tried_at)")

    # -- asking ---------------------------------------------------------------------------------------------------

    @api.model
    def _check(self, kind, key, address):
        """Let somebody go on who did not do this too often.

        :param kind: see ``PACES``. :param key: id of the key, or another name of the page; None for no page.
        :param address: of the visitor.
        :raises TooMany: he has to wait.
        """
        now = fields.Datetime.now()
        # sudo: nobody's record
        rows = self.sudo().search([("bucket", "in", list(self._buckets(kind, key, address))), ("free_at", ">", now)])
        if rows:
            self._refuse((max(rows.mapped("free_at")) - now).total_seconds())

    @api.model
    def _count(self, kind, key, address):
        """Write down that this was tried, in a transaction of its own: what the visitor did may come to nothing, and
        nobody else waits for it. Two tries in the same moment may count as one.

        :param kind: :param key: :param address: as for ``_check``.
        """
        try:
            with apart(self.sudo().env) as env:
                # in one order, so that no two wait for each other
                for bucket, times in sorted(self._buckets(kind, key, address).items()):
                    env[self._name]._add(bucket, PACES[kind], times)
        except (LockNotAvailable, SerializationFailure):
            _logger.info("Two tries in the same moment count as one")

    @api.model
    def _forget(self, kind, key):
        """What was tried with this key counts no more: it came out right."""
        self.sudo().search([("bucket", "=", self._bucket(kind, "key", key))]).unlink()  # sudo: nobody's record

    @api.model
    def _may_look(self, page):
        """Whether somebody may look at a page that opens for him; asked before anything is read.

        :raises TooMany: it is looked at faster than people do.
        """
        if self._looks_left(page) < 1:
            self._refuse(1 / LOOKS_A_SECOND)

    @api.model
    def _look(self, page):
        """Somebody looks at a page that did open. What does not open is not kept here, so nobody fills the memory.

        :raises TooMany: he has to wait a moment.
        """
        self._may_look(page)
        if len(_looks) >= LOOKED_AT:
            _looks.clear()
        _looks[self.env.cr.dbname, page] = (self._looks_left(page) - 1, real_time())

    @api.model
    def _looks_left(self, page):
        left, when = _looks.get((self.env.cr.dbname, page), (LOOKS, real_time()))
        return min(left + (real_time() - when) * LOOKS_A_SECOND, LOOKS)

    # -- counting -------------------------------------------------------------------------------------------------

    @api.model
    def _add(self, bucket, pace, times):
        """One try more."""
        # both sides of the sum in one statement: what somebody else counts in the same moment is not lost
        self.env.cr.execute(
            """
            INSERT INTO dunning_throttle AS t (bucket, tries, tried_at, free_at)
            VALUES (%(bucket)s, 1, %(now)s, NULL)
            ON CONFLICT (bucket) DO UPDATE
               SET tried_at = %(now)s,
                   tries = CASE WHEN t.tried_at > %(since)s THEN t.tries + 1 ELSE 1 END
            RETURNING tries
            """,
            {"bucket": bucket, "now": fields.Datetime.now(), "since": fields.Datetime.now() - FORGOTTEN_AFTER},
            log_exceptions=False,  # in a flood two of them meet
        )
        [(tries,)] = self.env.cr.fetchall()
        if wait := pace.wait(tries, times):
            until = fields.Datetime.now() + timedelta(seconds=wait)
            self.env.cr.execute("UPDATE dunning_throttle SET free_at = %s WHERE bucket = %s", (until, bucket))
        self.invalidate_model()

    @api.model
    def _buckets(self, kind, key, address):
        """Under what a try counts: ``{digest: how many times as much is free}``."""
        found = {self._bucket(kind, "address", _network(address)): BEHIND_AN_ADDRESS} if address else {}
        if key is not None:
            found[self._bucket(kind, "key", key)] = 1
        return found

    @api.model
    def _bucket(self, kind, what, name):
        # sudo: a secret of the database, so that a digest tells nobody an address
        secret = self.env["ir.config_parameter"].sudo().get_param("database.secret") or ""
        return hmac.new(secret.encode(), f"{kind}|{what}|{name}".encode(), hashlib.sha256).hexdigest()

    @api.model
    def _refuse(self, seconds):
        minutes = max(1, round(seconds / 60))
        time = counted.minutes(self.env, minutes)
        raise TooMany(self.env._("This was tried too often. Please try again in %s.", time), max(1, round(seconds)))

    @api.autovacuum
    def _gc_forgotten(self):
        """What was tried long ago is forgotten."""
        self.search([("tried_at", "<", fields.Datetime.now() - FORGOTTEN_AFTER)]).unlink()


def _network(address):
    """The address, or of a long one the network that a subscriber has."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return str(address)
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    return str(ipaddress.ip_network((parsed, 32 if parsed.version == 4 else 64), strict=False))
