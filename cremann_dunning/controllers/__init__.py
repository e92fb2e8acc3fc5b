from . import account, account_pay, payment, portal, record, window
