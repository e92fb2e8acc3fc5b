class Inside:
    """A value in the context that our own code put there: what comes with a call from outside is never one of these.

    Whoever calls Odoo from outside chooses the whole context of his call, in JSON. So a key that changes what is
    checked, printed or decided holds its value in this, see ``inside``.
    """

    __slots__ = ("value",)

    def __init__(self, value=True):
        self.value = value

    def __eq__(self, other):
        return isinstance(other, Inside) and self.value == other.value

    def __hash__(self):
        return hash(Inside)


def inside(env, key, default=None):
    """The value of a key of the context that our own code put there, the default where anybody else did."""
    value = env.context.get(key)
    return value.value if isinstance(value, Inside) else default
