from . import account, account_acts, account_pay, payment, portal, record, window
