"""MLLP servers written by others take what is sent to them, check it strictly, and answer AA.

`hl7` is python-hl7's asyncio server, which keeps a connection; `hl7apy` is hl7apy's own, which closes it behind each
message. Prints its port, then a JSON line for each message: its type and MSH-10, or what is wrong with it."""
import asyncio
import json
import sys

import hl7
from hl7.mllp import start_hl7_server
from hl7apy.mllp import AbstractErrorHandler, AbstractHandler, MLLPServer

from strict import Wrong, check, field


def answer(text):
    """Reads one message and tells of it; the acknowledgement's text."""
    message = hl7.parse(text)
    kind = field(message, "MSH", 9)
    told = {"type": kind, "control": field(message, "MSH", 10)}
    try:
        check(text.encode("utf-8"), kind.split("^")[2] if kind.count("^") == 2 else None)
    except Wrong as wrong:
        told["wrong"] = str(wrong)
    print(json.dumps(told), flush=True)
    return str(message.create_ack("AA"))


def of_hl7(port):
    async def talk(reader, writer):
        try:
            while not writer.is_closing():
                message = await reader.readmessage()
                writer.writemessage(hl7.parse(answer(str(message))))
                await writer.drain()
        except asyncio.IncompleteReadError:
            writer.close()

    async def serve():
        async with await start_hl7_server(talk, host="127.0.0.1", port=int(port), encoding="utf-8") as server:
            print(server.sockets[0].getsockname()[1], flush=True)
            await server.serve_forever()
    asyncio.run(serve())


class Taken(AbstractHandler):
    def reply(self):
        return "\x0b" + answer(self.incoming_message) + "\x1c\r"


class Refused(AbstractErrorHandler):
    def reply(self):
        print(json.dumps({"wrong": str(self.exc)}), flush=True)
        raise self.exc


def of_hl7apy(port):
    # It looks handlers up by the whole text of MSH-9.
    kinds = ("ORU^R01", "ORU^R01^ORU_R01", "ORU^R30^ORU_R30", "OUL^R22^OUL_R22", "ORM^O01", "ORM^O01^ORM_O01",
             "OML^O33^OML_O33", "QCK^Q02", "DSR^Q03", "RSP^K11^RSP_K11")
    server = MLLPServer("127.0.0.1", int(port), {**{kind: (Taken,) for kind in kinds}, "ERR": (Refused,)})
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    {"hl7": of_hl7, "hl7apy": of_hl7apy}[sys.argv[1]](sys.argv[2])
