"""The measurements as Markdown: the median of the runs, and in brackets the least and the most."""
import statistics

import worklist

DISTURBED = 0.10


def rounded(value):
    """Numbers with four digits at most behind the point, for the JSON lines."""
    if isinstance(value, dict):
        return {key: rounded(inner) for key, inner in value.items()}
    return round(value, 4) if isinstance(value, float) else value


def _cell(runs, key, digits=0):
    values = [run[key] for run in runs]
    middle, low, high = (f"{number:,.{digits}f}" for number in (statistics.median(values), min(values), max(values)))
    return middle if low == high else f"{middle} [{low}-{high}]"


def _median(runs, key):
    return statistics.median(run[key] for run in runs)


def _table(title, columns, rows):
    if not rows:
        return []
    return [f"**{title}**", "", "| " + " | ".join(columns) + " |", "|---" * len(columns) + "|",
            *("| " + " | ".join(row) + " |" for row in rows), ""]


def _loads(found, prefix, who):
    """A row for each number of connections of one kind of load."""
    rows = []
    for name, runs in found.items():
        if not name.startswith(prefix):
            continue
        rest = name.removeprefix(prefix).split()
        row = [" ".join(rest), _cell(runs, "acknowledged"), _cell(runs, "last_p50_ms", 2),
               _cell(runs, "last_p99_ms", 2), _cell(runs, "p99_ms", 2), _cell(runs, "slowest_ms"),
               _cell(runs, "delivered"), _cell(runs, "peak_mb"), _cell(runs, "daemon_cpu_us")]
        if "syncs_per_message" in runs[0]:
            row.append(_cell(runs, "syncs_per_message", 3))
        rows.append(row)
    columns = [who, "acknowledged/s", "p50 ms", "p99 ms", "p99 ms of every answer", "slowest answer ms", "delivered/s",
               "peak MB",
               "daemon CPU µs a message"]
    return columns + (["syncs a message"] if rows and len(rows[0]) > len(columns) else []), rows


def _memory(found):
    rows = []
    for name, runs in found.items():
        if "rss_mb" in runs[0]:
            quarters = [f"{statistics.median(run['rss_mb'][part] for run in runs):,.0f}" for part in range(4)]
            rows.append([name, *quarters, _cell(runs, "peak_mb"), _cell(runs, "child_peak_mb")])
    return _table("Resident memory while messages come in and go out, MB",
                  ["load", "25 % of the time", "50 %", "75 %", "100 %", "peak", "radiology process, peak"], rows)


def _start(runs):
    rows = [["ready, empty store, ms", _milliseconds(runs, "empty_s")],
            [f"ready, {runs[0]['messages']:,} messages stored, ms", _milliseconds(runs, "full_s")],
            ["resident at rest, MB", _cell(runs, "idle_mb")],
            ["radiology process at rest, MB", _cell(runs, "idle_child_mb")],
            ["disk bytes a delivered message", _cell(runs, "disk_bytes")],
            ["disk bytes an order", _cell(runs, "order_bytes")]]
    return _table("Start, rest and disk", ["what", "figure"], rows)


def _milliseconds(runs, key):
    return _cell([{key: run[key] * 1000} for run in runs], key)


def _worklist(runs):
    rows = []
    for keep, extra in ((True, ""), (False, ", new association")):
        for kind in (worklist.STATION, worklist.ACCESSION, worklist.PATIENT, worklist.NAME):
            inner = [run[kind + extra] for run in runs]
            rows.append([kind, "kept" if keep else "a new one", _cell(inner, "p50_ms", 2), _cell(inner, "p99_ms", 2)])
    return _table(f"Worklist query among {runs[0]['orders']:,} imaging orders",
                  ["by", "association", "p50 ms", "p99 ms"], rows)


def _burst(found):
    rows = [[disk, _cell(found[name], "messages"), _cell(found[name], "slowest_ms"),
             _cell(found[name], "last_p99_ms", 2), _cell(found[name], "acknowledged"), _cell(found[name], "delivered"),
             _cell(found[name], "peak_mb")]
            for name, disk in (("burst", "as it is"), ("burst slow", "every sync 5 ms slower")) if name in found]
    return _table("256 analysers on devices of their own that begin at the same moment", [
        "disk", "sessions", "slowest answer ms (a device gives up after 15,000)", "p99 ms of a session's last answer",
        "acknowledged/s", "delivered/s", "peak MB"], rows)


def _idle(found):
    rows = []
    for name, runs in found.items():
        if name.startswith("idle "):
            rows.append([_cell(runs, "analysers"), _cell(runs, "devices"), _cell(runs, "connect_s", 2),
                         *(_cell(runs, key) for key in ("without_mb", "connected_mb", "spoken_mb")),
                         *(_cell(runs, key, 2) for key in ("connected_cpu_percent", "spoken_cpu_percent"))])
    return _table("Connected analysers that say nothing, half ASTM and half HL7", [
        "analysers", "devices", "all connected, s", "MB without them", "MB with them",
        "MB when each has sent a message", "% of one core", "% of one core when each has sent a message"], rows)


def _query(found):
    names = {"astm": "ASTM host query", "qry": "QRY^Q02 to DSR^Q03", "law": "QBP^Q11 to OML^O33"}
    rows, orders = [], 0
    for name, runs in found.items():
        if name.startswith("query "):
            _, kind, connections = name.split()
            orders = runs[0]["orders"]
            rows.append([names[kind], connections, *(_cell(runs, key, 2) for key in ("p50_ms", "p99_ms", "max_ms")),
                         _cell(runs, "peak_mb")])
    return _table(f"A query for one specimen among {orders:,} open orders, to the last frame of its answer",
                  ["query", "analysers", "p50 ms", "p99 ms", "slowest ms", "peak MB"], rows)


def _parse(runs):
    rows = [[name, _cell(runs, name)] for name in runs[0] if name != "others"]
    return _table("Parsing, one core", ["what", "MB/s"], rows)


def _reference(runs):
    rows = [["bare MLLP receiver, 1 connection, messages/s", _cell(runs, "bare_hl7_1")],
            ["bare MLLP receiver, 64 connections, messages/s", _cell(runs, "bare_hl7_64")],
            ["bare LIS01 receiver, 256 analysers, sessions/s", _cell(runs, "bare_astm_256")],
            ["SQLite, WAL and FULL, one row of 2 kB a commit, commits/s", _cell(runs, "sqlite_commits")],
            ["append of 2 kB and fdatasync, /s", _cell(runs, "syncs")],
            ["one such fdatasync, median ms", _cell(runs, "sync_ms", 3)]]
    return _table("References: the same machine without Labrador", ["what", "figure"], rows)


def _ratios(found):
    if "reference" not in found:
        return []
    reference = found["reference"]
    rows = []
    for name, key, measured, other in (
            ("hl7 64", "acknowledged", "acknowledged, 64 connections, to the bare receiver", "bare_hl7_64"),
            ("hl7 64", "acknowledged", "acknowledged, 64 connections, to SQLite's commits", "sqlite_commits"),
            ("hl7 64", "delivered", "delivered, 64 connections, to SQLite's commits", "sqlite_commits"),
            ("astm 256", "acknowledged", "sessions, 256 analysers, to the bare receiver", "bare_astm_256")):
        if name in found:
            rows.append([measured, f"{_median(found[name], key) / _median(reference, other):.2f}"])
    return _table("Ratios", ["what", "ratio"], rows)


def tables(found):
    """Everything that was measured."""
    lines = []
    if "reference" in found:
        lines += _reference(found["reference"])
    lines += _table("HL7 results (ORU^R01, 12 OBX), durable before AA", *_loads(found, "hl7 ", "connections"))
    lines += _table("ASTM sessions (16 frames, 12 results), durable before the last ACK",
                    *_loads(found, "astm ", "analysers"))
    lines += _table("The same with every sync 5 ms slower", *_loads(found, "slow ", "load"))
    lines += _burst(found)
    lines += _query(found)
    lines += _idle(found)
    lines += _memory(found)
    if "parse" in found:
        lines += _parse(found["parse"])
    if "start" in found:
        lines += _start(found["start"])
    if "hl7 64" in found:
        runs = found["hl7 64"]
        lines += _table("Orders", ["what", "figure"], [
            [f"`orders import` of {runs[0]['messages']:,} as JSON lines, orders/s", _cell(runs, "orders")]])
    if "worklist" in found:
        lines += _worklist(found["worklist"])
    lines += _ratios(found)
    disturbed = sorted({name for name, runs in found.items() if max(run["others"] for run in runs) > DISTURBED})
    if disturbed:
        lines.append(f"Disturbed: somebody else used more than {DISTURBED:.0%} of the machine during: "
                     f"{', '.join(disturbed)}.")
    return "\n".join(lines)
