from . import payment, portal, window
