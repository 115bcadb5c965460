"""The measurements as Markdown, and Labrador's targets."""
import measure
import steps as made

DISTURBED = 0.10
# Milliseconds at the 99th percentile, as promised for 100,000 steps.
TARGETS = {made.STATION: 5, made.PREFIX: 100, made.INFIX: 100, made.NOBODY: 100, measure.ECHO_ASSOCIATED: 1}


def _number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:,.1f}" if value >= 10 else f"{value:,.2f}"


def _table(found, names, columns):
    """`columns`: title to key."""
    lines = ["", "| server | steps | what | " + " | ".join(columns) + " |", "|---" * (len(columns) + 3) + "|"]
    for name in names:
        for server in [server for server in found if name in server["rows"]]:
            row = server["rows"][name]
            cells = [_number(row[key]) if key in row else "" for key in columns.values()]
            if "failed" in row:
                cells[0] = row["failed"]
            lines.append(f"| {server['server']} | {server['steps']:,} | {name} | " + " | ".join(cells) + " |")
    return lines


def text(found):
    """Every figure of every server."""
    times = {"p50 ms": "p50_ms", "p99 ms": "p99_ms", "slowest ms": "max_ms", "times": "times"}
    lines = ["", "**Worklist queries over an open association**"]
    lines += _table(found, made.KINDS,
                    {"matches": "matches", **times, "answers/s": "answers_s", "server CPU ms": "cpu_ms"})
    lines += ["", "**With an association of its own for each query**"]
    lines += _table(found, (measure.NEW,), {"matches": "matches", **times, "server CPU ms": "cpu_ms"})
    lines += ["", "**16 modalities at once, each with an association for each query**"]
    lines += _table(found, (measure.POLLING,),
                    {**times, "p99 ms of the slowest modality": "slowest_modality_p99_ms", "queries/s": "a_second"})
    lines += ["", "**Associate, C-ECHO, release**"]
    lines += _table(found, (measure.ECHO, measure.ECHO_ASSOCIATED, measure.ECHO_SILENT), times)
    lines += ["", "**Before and after**", "",
              "| server | steps | loaded in s | resident MB at the end |", "|---|---|---|---|"]
    lines += [f"| {server['server']} | {server['steps']:,} | {_number(server['rows']['load_s'])} | "
              f"{_number(server['rows']['resident_mb'])} |" for server in found]
    disturbed = [f"{server['server']} {server['steps']:,} ({server['others']:.0%})" for server in found
                 if server["others"] > DISTURBED]
    if disturbed:
        lines += ["", f"Disturbed, somebody else used so much of the machine: {', '.join(disturbed)}."]
    return "\n".join(lines)


def missed(found):
    """A sentence for each target that Labrador missed."""
    sentences = []
    for server in found:
        if server["server"] != "Labrador":
            continue
        for name, target in TARGETS.items():
            row = server["rows"][name]
            if "failed" in row:
                sentences.append(f"Target missed: {name}: {row['failed']}")
            elif row["p99_ms"] > target:
                sentences.append(f"Target missed: {name}: p99 {row['p99_ms']:.2f} ms instead of at most {target}")
    return sentences
