from . import account, account_acts, account_pay, dossier, payment, portal, record, window
