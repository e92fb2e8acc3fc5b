"""Work in a transaction of its own, where a test has only the one that holds everything."""

from contextlib import contextmanager

from odoo import api, modules


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
