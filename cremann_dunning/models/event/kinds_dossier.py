from odoo.tools import LazyTranslate

from .kind import Kind

_lt = LazyTranslate(__name__)

ABOUT = {"numbers": _lt("It is about %(numbers)s."), "digest": _lt("Digest of the file: %(digest)s.")}

DOSSIERS = {
    "handover.file_made": Kind(
        _lt("A file %(name)s was made."),
        {**ABOUT, "left_out": _lt("Documents that are not as they should be: %(left_out)s.")},
    ),
    "handover.file_downloaded": Kind(_lt("The file %(name)s was downloaded by a colleague."), ABOUT),
    "handover.file_sent": Kind(
        _lt("A link to the file %(name)s was mailed to %(to)s."),
        {"until": _lt("It opens up to and including %(until)s."), **ABOUT},
    ),
    "handover.file_fetched": Kind(
        _lt("The file %(name)s was fetched through its link."), {"network": _lt("From the network %(network)s.")}
    ),
    "handover.file_withdrawn": Kind(_lt("The link to the file %(name)s opens no more."), ABOUT),
    "handover.file_taken_in": Kind(
        _lt("Claims were taken in from the file %(name)s."), {"digest": _lt("Digest of the file: %(digest)s.")}
    ),
}
