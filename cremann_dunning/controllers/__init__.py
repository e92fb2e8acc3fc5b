from . import portal, window
