"""Work apart from other work: in a transaction of its own, or so that what fails stops nothing else."""

import logging
from contextlib import contextmanager

from odoo import api, modules

_logger = logging.getLogger(__name__)


@contextmanager
def apart(env):
    """An environment on a connection of its own, committed at the end; under test the transaction there is.

    The user and the context go along.
    """
    if modules.module.current_test:
        env.flush_all()
        yield env
        env.flush_all()
        return
    with env.registry.cursor() as cr:
        yield api.Environment(cr, env.uid, env.context, env.su)


def each_apart(records, act, what):
    """Do something with each of these records; one with which it fails is logged and stops no other.

    :param act: a function of one record. :param what: what it is, for the log.
    """
    for record in records:
        try:
            with record.env.cr.savepoint():
                act(record)
        except Exception:  # whatever it is, the others have their turn
            _logger.exception("%s: failed for %s", what, record)
