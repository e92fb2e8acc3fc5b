"""A real SMTP server on loopback that keeps every mail it accepts as a file, for `./dev demo` and for tests.

    python tools/smtp_sink.py --folder out/mails --port-file .dev/smtp.port

It listens on a free port (or --port) and writes the number into the port file once it does. Each message lands as it
came over the wire, below the envelope it came in, in `0001_to_subject.eml`. A recipient whose local part starts with
"bounce" is refused with 550, as a mail server does with a mailbox that does not exist. With --greylist N each recipient
is asked N times to come back (451) before mail for it is taken; with --stall SECONDS the answer to a message takes that
long, although it was kept.
"""

import argparse
import asyncio
import contextlib
import email
import email.header
import os
import re
import unicodedata
from pathlib import Path

from aiosmtpd.smtp import SMTP

MAX_SIZE = 50 * 2**20  # a letter with a few dozen invoices attached


def slug(text: str, length: int) -> str:
    """TEXT as a part of a file name: plain letters, digits, dots and dashes."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9.]+", "-", plain).strip("-.")[:length].rstrip("-.") or "none"


def subject_of(content: bytes) -> str:
    """The decoded subject line; empty when there is none or it cannot be read."""
    raw = email.message_from_bytes(content).get("Subject", "")
    try:
        return str(email.header.make_header(email.header.decode_header(raw)))
    except (LookupError, ValueError):
        return ""


class MailFolder:
    """Handler for aiosmtpd that stores messages in one folder, numbered in the order they came."""

    def __init__(self, folder: Path, greylist: int = 0, stall: float = 0):
        self.folder, self.greylist, self.stall = folder, greylist, stall
        self.tries: dict[str, int] = {}
        folder.mkdir(parents=True, exist_ok=True)
        self.count = len(list(folder.glob("*.eml")))

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if address.lower().startswith("bounce"):
            return f"550 5.1.1 <{address}>: no such mailbox here"
        self.tries[address] = self.tries.get(address, 0) + 1
        if self.tries[address] <= self.greylist:
            return "451 4.7.1 Greylisted, come back later"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        name = f"{self.count:04}_{slug(envelope.rcpt_tos[0], 40)}_{slug(subject_of(envelope.content), 60)}.eml"
        head = f"Return-Path: <{envelope.mail_from}>\r\n"
        head += "".join(f"Delivered-To: {recipient}\r\n" for recipient in envelope.rcpt_tos)
        part = self.folder / f".{name}.part"
        part.write_bytes(head.encode() + envelope.content)
        part.rename(self.folder / name)  # whoever watches the folder never sees half a mail
        await asyncio.sleep(self.stall)
        return f"250 2.0.0 kept as {name}"


async def serve(handler: MailFolder, port: int, port_file: Path | None) -> None:
    """Accept mail until the process is ended."""
    loop = asyncio.get_running_loop()

    def connection() -> SMTP:
        return SMTP(handler, hostname="localhost", data_size_limit=MAX_SIZE, enable_SMTPUTF8=True, loop=loop)

    server = await loop.create_server(connection, "127.0.0.1", port)
    port = server.sockets[0].getsockname()[1]
    print(f"mail for {handler.folder} at 127.0.0.1:{port}", flush=True)
    if port_file:
        part = port_file.with_suffix(f".{os.getpid()}")
        part.write_text(str(port))
        part.rename(port_file)
    await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description="An SMTP server on loopback that keeps mails as files.")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0, help="default: a free one")
    parser.add_argument("--port-file", type=Path)
    parser.add_argument("--greylist", type=int, default=0, metavar="N", help="refuse each recipient N times with 451")
    parser.add_argument("--stall", type=float, default=0, metavar="SECONDS", help="take so long to answer a message")
    options = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        handler = MailFolder(options.folder, options.greylist, options.stall)
        asyncio.run(serve(handler, options.port, options.port_file))


if __name__ == "__main__":
    main()
