"""QR codes as pictures, drawn from their squares in one go.

Odoo draws them through reportlab square by square, which takes longer than all the rest of a letter, and with edges
between two pixels. The code itself is made by reportlab here too.
"""

import io

from PIL import Image
from reportlab.graphics.barcode import qrencoder

SQUARE = 4  # pixels: more than a printer shows at two centimetres


def qr_png(value):
    """A QR code with error correction M, as the guideline for payments asks (EPC069-12, chapter 3).

    :param str value: what it says.
    :return: a PNG in black and white, as bytes, without a margin.
    :raises ValueError: when it does not fit in a QR code.
    """
    code = qrencoder.QRCode(None, qrencoder.QRErrorCorrectLevel.M)
    code.addData(value)
    try:
        code.make()
    except Exception as error:  # reportlab has no kind of its own for this
        raise ValueError(f"{len(value)} characters are too much for a QR code") from error
    size = code.getModuleCount()
    picture = Image.new("1", (size, size), 1)
    picture.putdata([0 if dark else 1 for row in code.modules for dark in row])
    written = io.BytesIO()
    picture.resize((size * SQUARE, size * SQUARE), Image.Resampling.NEAREST).save(written, "PNG")
    return written.getvalue()
