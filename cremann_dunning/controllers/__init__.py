from . import payment, portal, record, window
