"""The PyPI package `astm` on either side of a link.

`client PORT LAYOUT SPECIMEN…` sends a session for each specimen. `server PORT FILE` takes what is sent and writes
every record as a JSON line; it prints its port once it listens."""
import json
import sys

from astm.client import Client
from astm.server import BaseRecordsDispatcher, Server

CHUNK = 247


def client(port, layout, *specimens):
    def emit():
        for place, specimen in enumerate(specimens, 1):
            yield ["H", [[None], [None, "&"]], None, None, ["ASTM", "0.5.0"], None, None, None, None, None, None, "P",
                   "LIS2-A2", "20261122093107"]
            yield ["P", "1"]
            yield ["O", "1", specimen, None, [None, None, None, "CBC"], "R"]
            for number, code in enumerate(("WBC", "HGB", "PLT"), 1):
                ok = yield ["R", str(number), [None, None, None, code], f"{place}.{number}", "10*3/uL", None, "N", None,
                            "F", None, None, None, "20261122093107"]
                assert ok, f"{code} of {specimen} was rejected"
            yield ["L", "1", "N"]
            done.append(specimen)

    done = []
    Client(emit, "127.0.0.1", int(port), timeout=15, bulk_mode=layout != "record",
           chunk_size=CHUNK if layout == "packed" else None).run(timeout=0.1)
    print(json.dumps({"sessions": len(done)}))


def server(port, path):
    out = open(path, "w", buffering=1)

    class Dispatcher(BaseRecordsDispatcher):
        def __init__(self, encoding=None):
            super().__init__(encoding)
            self.dispatch = {}

        def on_unknown(self, record):
            out.write(json.dumps(record) + "\n")

    listening = Server("127.0.0.1", int(port), dispatcher=Dispatcher, timeout=30)
    print(listening.socket.getsockname()[1], flush=True)
    listening.serve_forever(timeout=0.1)


if __name__ == "__main__":
    {"client": client, "server": server}[sys.argv[1]](*sys.argv[2:])
