from odoo.tools import LazyTranslate

from .kind import Kind

_lt = LazyTranslate(__name__)

CHAIN = {
    "chain.begun": Kind(_lt("From here on every event is kept and sealed.")),
    "chain.moved": Kind(_lt("The record goes on in another database, as after a restored backup or a move.")),
    "chain.clock": Kind(
        _lt("The clock of the server was set back: event %(seq)s was sealed on %(before)s, and then it was %(after)s.")
    ),
    "chain.untold": Kind(
        _lt("Something that happened could not be written down, and was done all the same. The server log says why.")
    ),
    "chain.head": Kind(_lt("The head of the chain, event %(seq)s, went to %(to)s.")),
    "chain.exported": Kind(_lt("The record was exported up to event %(seq)s.")),
    "debtor.erased": Kind(
        _lt("What %(count)s events held about a person was erased."),
        {"asked_on": _lt("The debtor asked for it on %(asked_on)s.")},
    ),
}
