from . import account, payment, portal, record, window
