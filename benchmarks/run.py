#!/usr/bin/env python3
"""How fast the engine is, beside the barest SQL that could do the work and beside the peer addon.

    ./dev bench                                    1,000 and 5,000 invoices
    ./dev bench --sizes 5000,20000,100000          how it grows
    ./dev bench --only ours --repeat 3             the best of three
    ./dev bench --only simulate --sizes 10000      a look ahead
    ./dev bench --only confirm --pdf 200           200 letters with their PDFs

Every measure runs in a process of its own on its own copy of the same seeded database, one after another:

    floor     one SQL statement that groups the open overdue lines per debtor and inserts header and lines
    ours      a proposal (facts, decisions, draft letters), the same run once more, another run on the same day, and
              opening the worklist
    peer      OCA account_credit_control: its run, its communications, and the mails of twenty of them with their PDF
    simulate  a look ahead of ninety days, up to 10,000 invoices unless asked for by name
    fresh     lists, filters and the worklist with the question whether their answers are fresh, and without it
    receipts  as many receipts that nobody booked as open invoices, looked up in them
    plans     a plan over sixty instalments, settled from as many receipts as --sizes says; only when asked
    limitation until when as many open claims as --sizes says can be enforced: all worked out for the first time, and
              once more when nothing changed; only when asked for by name
    clients   the list of clients of somebody with thirty companies, beside the list of their invoices; only when asked
              for by name
    year      a run on each day of a year, only when asked for by name: how the tables of runs and decisions grow
    send      letters with costs and interest issued and sent by a real mail server on loopback: what charges and
              events take of it; only when asked for by name (--pdf N letters)
    events    telling, sealing, following and exporting events, only when asked for by name (--events N)
    crowd     fifty bookkeepers who open the list of invoices, and then the worklist, at the same moment over HTTP on
              one threaded server; only when asked for by name (--users N)
    visitors  a debtor's page over 200 items without a login on one worker, two hundred debtors on theirs at the same
              moment on two, and one of them while another page is flooded; only when asked for by name (--visitors N).
              They wait in line in front of the server, as behind a proxy: eight connections a worker is what Odoo
              queues by itself. `cpu s` is that of the server and PostgreSQL for one page
    confirm   issuing letters with PDFs, in batches and one by one, and what PDFs and mails take of it

Run it by `./dev bench`, which makes the databases. `cpu s` is what Python and its PostgreSQL backend used together: on
a machine that has other work at the same time it is the figure to trust, and every ratio is given for both.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import crowd
import visitors

from tools.devkit.console import Stop, say
from tools.devkit.databases import psql, throw_away

MEASURE = Path(__file__).with_name("measure.py")
DATABASES = dict.fromkeys(
    (
        "floor",
        "ours",
        "simulate",
        "year",
        "fresh",
        "receipts",
        "confirm",
        "send",
        "events",
        "crowd",
        "visitors",
        "clients",
        "plans",
        "limitation",
        "dossier",
    ),
    "DUNNING_BENCH_DB",
) | {"peer": "DUNNING_BENCH_PEER_DB"}
SIMULATE_MAX = 10_000
CPU_LEAST = 0.02  # the kernel counts processor time in hundredths of a second
COLUMNS = ("invoices", "measure", "seconds", "ms each", "cpu s", "queries", "peak MB")


def measure(what, database, invoices, *arguments):
    """One measure in a process of its own: its answer as a dictionary."""
    command = [sys.executable, str(MEASURE), what, "--database", database, "--invoices", str(invoices), *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, cwd=MEASURE.parent)
    if done.returncode:
        raise Stop(f"The measure {what} over {invoices:,} invoices failed; what it said stands above.")
    return json.loads(done.stdout.splitlines()[-1])


def best(answers):
    """Of several answers to the same question the fastest, step by step: noise only ever adds."""
    steps = {}
    for answer in answers:
        for name, figures in answer["steps"].items():
            if name not in steps or figures["seconds"] < steps[name]["seconds"]:
                steps[name] = figures
    return steps


def run_size(invoices, wanted, options):
    """All wanted measures over one number of invoices: a list of rows."""
    rows = []
    for variable in dict.fromkeys(DATABASES[what] for what in wanted):
        with throw_away(os.environ[variable]) as seeded:
            began = time.monotonic()
            measure("seed", seeded, invoices)
            say(f"· {invoices:,} invoices seeded in {time.monotonic() - began:.0f} s")
            for what in (what for what in wanted if DATABASES[what] == variable):
                rows += run_measure(what, seeded, invoices, options.repeat)
    return rows


def run_measure(what, seeded, invoices, repeat, *arguments):
    """One measure, as often as asked, each time on a fresh copy of the seeded database."""
    answers = []
    for _time in range(repeat):
        with throw_away(seeded) as database:
            say(f"· {what}, {invoices:,} invoices ...")
            answers.append(measure(what, database, invoices, *arguments))
    return [{"invoices": invoices, "measure": what, "step": step, **row} for step, row in best(answers).items()]


def run_confirm(letters, repeat):
    """Issue letters with PDFs; enough debtors for those in batches and those one by one."""
    invoices = 2 * letters * 5  # five to a letter
    with throw_away(os.environ[DATABASES["confirm"]]) as seeded:
        measure("seed", seeded, invoices, "--files")
        return run_measure("confirm", seeded, invoices, repeat, "--letters", str(letters))


def run_send(letters, repeat):
    """Issue and send letters, each over five invoices."""
    with throw_away(os.environ[DATABASES["send"]]) as seeded:
        measure("seed", seeded, letters * 5)
        return run_measure("send", seeded, letters * 5, repeat, "--letters", str(letters))


def run_events(count, repeat):
    """So many events; the ledger beside them is small."""
    with throw_away(os.environ[DATABASES["events"]]) as seeded:
        measure("seed", seeded, 100)
        return run_measure("events", seeded, 100, repeat, "--letters", str(count))


def run_dossier(repeat):
    """A file of claims; the ledger beside them is small."""
    with throw_away(os.environ[DATABASES["dossier"]]) as seeded:
        measure("seed", seeded, 100)
        return run_measure("dossier", seeded, 100, repeat)


def run_crowd(users, invoices):
    """Everybody at once: the answer that 95 of 100 got, in seconds, for each list."""
    with throw_away(os.environ[DATABASES["crowd"]]) as seeded:
        measure("seed", seeded, invoices)
        measure("crowd", seeded, invoices, "--letters", str(users))
        steps = crowd.opened(seeded, users)
    return [
        {"invoices": invoices, "measure": "crowd", "step": step, "cpu": 0, "queries": 0, "peak_mb": 0, "of": 1, **row}
        for step, row in steps.items()
    ]


def run_visitors(visitors_at_once):
    """Debtors on their pages, without a login: see ``visitors.opened``."""
    with throw_away(os.environ[DATABASES["visitors"]]) as seeded, tempfile.TemporaryDirectory() as folder:
        os.environ["DUNNING_BENCH_PATHS"] = str(Path(folder) / "paths")
        invoices = 200 + 5 * visitors_at_once + 50  # five a debtor
        measure("seed", seeded, invoices)
        measure("visitors", seeded, invoices, "--letters", str(visitors_at_once))
        paths = Path(os.environ["DUNNING_BENCH_PATHS"]).read_text().split()
        steps = visitors.opened(seeded, paths)
    return [
        {"invoices": invoices, "measure": "visitors", "step": step, "queries": 0, "peak_mb": 0, "of": 1} | figures
        for step, figures in steps.items()
    ]


def ratios(rows, figure):
    """What the figures are to each other, as far as they were measured.

    :param figure: ``seconds`` or ``cpu``.
    """
    found = {(row["measure"], row["step"], row["invoices"]): row[figure] for row in rows}
    beside = ("confirm", "send", "events", "crowd", "visitors")
    sizes = sorted({row["invoices"] for row in rows if row["measure"] not in beside})
    made = {}

    def ratio(name, above, below):
        if None not in above and None not in below and (figure != "cpu" or sum(below) >= CPU_LEAST):
            made[name] = sum(above) / sum(below)

    for size in sizes:
        first = [found.get(("ours", "propose", size))]
        ratio(f"ours / floor at {size:,}", first, [found.get(("floor", "floor", size))])
        ratio(
            f"peer / ours at {size:,}", [found.get(("peer", step, size)) for step in ("run", "communications")], first
        )
        lists = [found.get(("ours", "invoice list", size))]
        for step in ("worklist again", "today", "case", "calls"):
            ratio(f"{step} / invoice list at {size:,}", [found.get(("ours", step, size))], lists)
        for step in ("propose again", "second propose"):
            ratio(f"{step} / first at {size:,}", [found.get(("ours", step, size))], first)
    each = {size: found["ours", "propose", size] / size for size in sizes if ("ours", "propose", size) in found}
    if len(each) > 1:
        made[f"time per invoice at {sizes[-1]:,} / at {sizes[0]:,}"] = each[sizes[-1]] / each[sizes[0]]
    letter = {row["step"]: row[figure] / row["of"] for row in rows if row["measure"] == "confirm"}
    ratio("one letter alone / in a batch", [letter.get("one by one")], [letter.get("batches")])
    sent = {row["step"]: row[figure] for row in rows if row["measure"] == "send"}
    for step in ("issued", "sent"):
        ratio(f"events / {step}", [sent.get(f"{step}, events")], [sent.get(step)])
    ratio("charges / sent", [sent.get("sent, charges")], [sent.get("sent")])
    opened = {row["step"]: row[figure] for row in rows if row["measure"] == "crowd"}
    ratio("worklist / invoice list, 95 of 100 of a crowd", [opened.get("worklist")], [opened.get("invoices")])
    mailed = {
        row["invoices"]: row[figure] / row["of"] for row in rows if row["measure"] == "peer" and row["step"] == "mails"
    }
    if mailed:
        issued = letter.get("batches")
        ratio("peer's mail with its PDF / a letter issued in a batch", [mailed[max(mailed)]], [issued])
    return made


def table(rows):
    """The rows as text in columns, numbers to the right."""
    cells = [COLUMNS]
    for row in rows:
        name = row["measure"] if row["measure"] == row["step"] else f"{row['measure']}: {row['step']}"
        cells.append(
            (
                f"{row['invoices']:,}",
                name,
                f"{row['seconds']:.3f}",
                f"{1000 * row['seconds'] / row['of']:.3f}",
                f"{row['cpu']:.2f}",
                f"{row['queries']:,}",
                f"{row['peak_mb']:.0f}",
            )
        )
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) if place == 1 else cell.rjust(width) for place, (cell, width) in enumerate(pairs))
        for pairs in (list(zip(line, widths, strict=True)) for line in cells)
    )


def machine():
    """What the figures were measured on."""
    return {
        "cores": os.cpu_count(),
        "load_before": os.getloadavg()[0],
        "python": platform.python_version(),
        "postgresql": psql("SHOW server_version")[0],
        "measured_at": time.strftime("%Y-%m-%d %H:%M"),
    }


def numbers(text):
    """``5000,20000`` as a list of numbers, smallest first."""
    return sorted(int(part.replace("_", "")) for part in text.split(","))


def parse():
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="./dev bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=numbers, default=[1000, 5000], help="numbers of invoices (1000,5000)")
    parser.add_argument("--peer-max", type=int, default=5000, help="largest size for the slow peer (5000)")
    parser.add_argument("--only", choices=DATABASES, action="append", help="this measure only; may be repeated")
    parser.add_argument("--repeat", type=int, default=1, help="measure so often and keep the fastest (1)")
    parser.add_argument("--pdf", type=int, metavar="N", help="confirm N letters with PDFs (20 with --only confirm)")
    parser.add_argument("--events", type=int, default=100_000, help="so many events (100,000)")
    parser.add_argument("--users", type=int, default=50, help="so many at once (50)")
    parser.add_argument("--visitors", type=int, default=200, help="so many debtors at once, in line (200)")
    parser.add_argument("--json", type=Path, help="write everything there")
    options = parser.parse_args()
    if options.only and "confirm" in options.only:
        options.pdf = options.pdf or 20
    return options


def main():
    """Measure, print the table and the ratios, write the JSON."""
    options = parse()
    missing = [name for name in dict.fromkeys(DATABASES.values()) if name not in os.environ]
    if missing:
        sys.exit(f"{' and '.join(missing)} must name a database: run ./dev bench")
    about, rows = machine(), []
    measures = ("floor", "ours", "peer", "simulate", "fresh", "receipts", "year", "clients", "plans", "limitation")
    by_name = ("year", "clients", "plans", "limitation")
    wanted = [what for what in measures if (what in options.only if options.only else what not in by_name)]
    most = {"peer": options.peer_max, "simulate": max(options.sizes) if options.only else SIMULATE_MAX}
    try:
        for size in options.sizes if wanted else ():
            rows += run_size(size, [what for what in wanted if size <= most.get(what, size)], options)
        if options.only and "events" in options.only:
            rows += run_events(options.events, options.repeat)
        if options.only and "send" in options.only:
            rows += run_send(options.pdf or 100, options.repeat)
        if options.only and "dossier" in options.only:
            rows += run_dossier(options.repeat)
        if options.only and "crowd" in options.only:
            rows += run_crowd(options.users, max(options.sizes))
        if options.only and "visitors" in options.only:
            rows += run_visitors(options.visitors)
        if options.pdf and (not options.only or "confirm" in options.only):
            rows += run_confirm(options.pdf, options.repeat)
    except Stop as stop:
        sys.exit(str(stop))
    by_seconds, by_cpu = ratios(rows, "seconds"), ratios(rows, "cpu")
    print(table(rows))
    print("\n by seconds  by cpu")
    for name, ratio in by_seconds.items():
        print(f"{ratio:11.2f} {by_cpu.get(name, float('nan')):7.2f}  {name}")
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(
            json.dumps({"machine": about, "rows": rows, "ratios": by_seconds, "ratios_cpu": by_cpu}, indent=2) + "\n"
        )


if __name__ == "__main__":
    main()
