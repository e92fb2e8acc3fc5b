"""What today's runs did, as tables for the terminal, and whether everything went out that should have."""

# pylint: disable=print-used

from collections import Counter, defaultdict
from textwrap import shorten

KINDS = {"business": "business", "consumer": "consumer", "public": "public body", "unknown": "unknown"}


def show(story, runs) -> bool:
    """Print the tables of every firm and what went wrong; True when nothing did."""
    troubles = []
    for run in runs:
        run = run.with_env(story.env)
        print(f"\n{run.company_id.name}, run of {run.date:%d %B %Y}\n")
        letters = run.letter_ids.filtered(lambda letter: letter.state != "cancelled")
        table(letter_rows(letters), (0, 0, 0, 1, 1, 1, 1, 1, 1))
        print()
        table(decision_rows(run), (0, 1, 0))
        troubles += check_run(run, letters)
    print()
    table(total_rows(story, runs), (0, 1))
    troubles += check_delivery(story, runs)
    for trouble in troubles:
        print(f"\nWRONG: {trouble}")
    print(flush=True)
    return not troubles


def table(rows: list[tuple], right: tuple[int, ...]) -> None:
    """Print rows in columns, the first as heading; `right` tells which columns stand to the right."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[nth]) for row in cells) for nth in range(len(right))]
    for number, row in enumerate(cells):
        line = "  ".join(
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(row, widths, right, strict=True)
        )
        print(f"  {line.rstrip()}")
        if number == 0:
            print(f"  {'  '.join('-' * width for width in widths)}")


def letter_rows(letters) -> list[tuple]:
    """Letters per level, kind of debtor and country: how many, how they went, and what they ask."""
    groups = defaultdict(list)
    for letter in letters:
        country = letter.partner_id.country_id.code or "-"
        groups[letter.level_id.sequence, letter.level_id.name, KINDS[letter.debtor_kind], country].append(letter)
    rows = [("Level", "Debtor", "Country", "Letters", "Mailed", "Failed", "To post", "Later", "To pay")]
    for (_sequence, level, kind, country), group in sorted(groups.items()):
        rows.append((level, kind, country, len(group), *states(group), amounts(group)))
    rows.append(("Together", "", "", len(letters), *states(letters), amounts(letters)))
    return rows


def states(letters) -> tuple[int, int, int, int]:
    """How many were taken by the mail server, refused by it, wait on the printer, and wait for a better hour."""
    count = Counter((letter.state, letter.channel) for letter in letters)
    by_state = Counter(letter.state for letter in letters)
    return by_state["sent"], by_state["failed"], count["issued", "print"], count["issued", "email"]


def waits_for_the_hour(letter) -> bool:
    """Whether its mail was put off: no mail to a consumer in the evening, on Sundays and on holidays."""
    return letter.state == "issued" and bool(letter.mail_id.scheduled_date)


def amounts(letters) -> str:
    """What letters ask, per currency."""
    sums = Counter()
    for letter in letters:
        sums[letter.currency_id.name] += letter.amount_total
    return " + ".join(f"{amount:,.2f} {currency}" for currency, amount in sorted(sums.items()))


def decision_rows(run) -> list[tuple]:
    """Overdue invoices that stand on no letter today, per reason, with the first of them as an example."""
    groups = defaultdict(list)
    for decision in run.decision_ids:
        if decision.outcome not in ("send", "ride"):
            groups[decision.outcome, decision.reason_label].append(decision)
    rows = [("Passed over", "Invoices", "For example")]
    for (_outcome, label), group in sorted(groups.items()):
        first = min(group, key=lambda decision: decision.id)
        example = f"{first.partner_id.name}: {first.explanation}"
        rows.append((label, len(group), shorten(example, 110, placeholder=" …")))
    rows.append(("Together", sum(map(len, groups.values())), ""))
    return rows


def total_rows(story, runs) -> list[tuple]:
    """Counts over both firms: the ledger, the letters, the mails."""
    env = story.env
    moves = env["account.move"].search_count
    letters = [letter for run in runs for letter in run.letter_ids if letter.state != "cancelled"]
    sent, failed, to_post, later = states(letters)
    mails = list(story.mails.glob("*.eml"))
    return [
        ("In the database", ""),
        ("Debtors", sum(len(ledger.partners) for ledger in story.books)),
        ("Posted invoices", moves([("move_type", "=", "out_invoice"), ("state", "=", "posted")])),
        ("Credit notes", moves([("move_type", "=", "out_refund"), ("state", "=", "posted")])),
        ("Letters of earlier runs", env["dunning.letter"].search_count([("run_id", "not in", [r.id for r in runs])])),
        ("Letters of today", len(letters)),
        ("  taken by the mail server", sent),
        ("  refused by the mail server", failed),
        ("  on paper, to be posted", to_post),
        ("  by mail, and on paper to be posted", sum(letter.has_copy_to_post for letter in letters)),
        ("  by mail, wait for the hour", later),
        ("Mails in out/mails", len(mails)),
        ("  of earlier runs, in out/mails/earlier", len(list((story.mails / "earlier").glob("*.eml")))),
    ]


def check_run(run, letters) -> list[str]:
    """A run that made no letters or did not come to its end, and invoices that it could not decide on."""
    troubles = []
    firm = run.company_id.name
    if run.state != "done":
        troubles.append(f"the run of {firm} is {run.state}")
    if not letters:
        troubles.append(f"the run of {firm} made no letter")
    troubles += [
        f"{decision.move_id.name} of {decision.partner_id.name}: {decision.explanation}"
        for decision in run.decision_ids
        if decision.outcome == "error"
    ]
    return troubles


def check_delivery(story, runs) -> list[str]:
    """Letters of all runs that should have gone out and did not, and mails that the folder does not hold."""
    troubles = []
    today = {run.id for run in runs}
    letters = story.env["dunning.letter"].search([("state", "!=", "cancelled")])
    for letter in letters:
        bounces = (letter.email_to or "").rpartition("<")[2].startswith("bounce")
        if letter.channel == "print":
            wanted = "issued" if letter.run_id.id in today else "sent"
        else:
            wanted = "failed" if bounces else "sent"
        if letter.state != wanted and not (letter.run_id.id in today and waits_for_the_hour(letter)):
            troubles.append(f"letter {letter.name} to {letter.partner_id.name} is {letter.state}: {letter.error}")
        if not letter.pdf_file:
            troubles.append(f"letter {letter.name} to {letter.partner_id.name} has no PDF")
    mailed = letters.filtered(lambda letter: letter.channel == "email" and letter.state == "sent")
    kept = len(list(story.mails.rglob("*.eml")))
    if kept < len(mailed):
        troubles.append(f"{len(mailed)} letters count as mailed and {kept} mails arrived")
    return troubles
