#include "Association.h"

using namespace cdcmtk;

namespace {

/// Reasons of A-ABORT (PS3.8 table 9-26).
const uint8_t unrecognized = DUL_ABORTUNRECOGNIZEDPDU, unexpected = DUL_ABORTUNEXPECTEDPDU,
    invalid = DUL_ABORTINVALIDPDUPARAM;

/// A-RELEASE-RQ, A-RELEASE-RP and A-ABORT have a body of four bytes (PS3.8 9.3.6 to 9.3.8).
const size_t shortBody = 4;

/// PS3.8 9.2 AA-8: the peer is told by the service provider.
cdcmtk_outcome breach(cdcmtk_association *a, uint8_t reason, const char *text, cdcmtk_problem *problem) {
    if (Connection *connection = a->connection()) {
        connection->abort(DUL_ABORTSERVICEPROVIDER, reason);
        connection->disconnect();
    }
    return explain(problem, CDCMTK_FAILED, text, nullptr, a->peer.get());
}

/// What a read that gave nothing means.
cdcmtk_outcome ended(cdcmtk_association *a, cdcmtk_problem *problem) {
    const Peer *peer = a->peer.get();
    if (peer->timedOut) {
        return explain(problem, CDCMTK_FAILED, "the peer stopped in the middle of a PDU", nullptr, peer);
    }
    return explain(problem, CDCMTK_CLOSED, "closed by the peer", nullptr, peer);
}

/// Reads one PDU. CDCMTK_OK says that `a->pdu` has fragments.
cdcmtk_outcome readPDU(cdcmtk_association *a, Connection *connection, cdcmtk_problem *problem) {
    uint8_t head[PDUReader::headBytes];
    if (!connection->readWhole(head, sizeof(head))) return ended(a, problem);
    PDUReader::Head read = PDUReader::head(head);
    switch (read.kind) {
    case PDUReader::Kind::unknown: return breach(a, unrecognized, "a PDU of a type that is not DICOM's", problem);
    case PDUReader::Kind::unexpected:
        return breach(a, unexpected, "a PDU of another stage in the middle of an association", problem);
    case PDUReader::Kind::data: {
        if (read.bodyBytes > a->limits.max_pdu_bytes) {
            return breach(a, invalid, "a data PDU longer than was agreed on", problem);
        }
        uint8_t *room = a->pdu.room(read.bodyBytes);
        if (!connection->readWhole(room, read.bodyBytes)) {
            a->pdu.clear();
            return ended(a, problem);
        }
        if (a->pdu.isWhole()) return CDCMTK_OK;
        a->pdu.clear();
        return breach(a, invalid, "a data PDU whose lengths do not add up", problem);
    }
    case PDUReader::Kind::releaseRequest:
    case PDUReader::Kind::releaseReply:
    case PDUReader::Kind::abort: break;
    }
    uint8_t body[shortBody];
    if (read.bodyBytes != sizeof(body)) return breach(a, invalid, "a PDU of a length that it cannot have", problem);
    if (!connection->readWhole(body, sizeof(body))) return ended(a, problem);
    if (read.kind == PDUReader::Kind::releaseRequest) return CDCMTK_RELEASED;
    if (read.kind == PDUReader::Kind::abort) {
        return explain(problem, CDCMTK_ABORTED, "A-ABORT", nullptr, a->peer.get());
    }
    return breach(a, unexpected, "A-RELEASE-RP without a request", problem);
}

/// Puts a fragment to the piece; CDCMTK_NOTHING while that is not complete.
cdcmtk_outcome take(
    cdcmtk_association *a, const PDUReader::Fragment &fragment, size_t maxBytes, cdcmtk_problem *problem) {
    if (!a->pieceOpen) {
        a->pieceOpen = true;
        a->pieceIsCommand = fragment.isCommand;
        a->pieceContext = fragment.contextID;
    } else if (fragment.isCommand != a->pieceIsCommand || fragment.contextID != a->pieceContext) {
        // PS3.8 Annex E: the fragments of one message come together and on one context.
        return explain(problem, CDCMTK_FAILED, "the fragments of two messages are mixed", nullptr, a->peer.get());
    }
    if (fragment.count > maxBytes - a->piece.size()) {
        return explain(
            problem, CDCMTK_TOO_LARGE, fragment.isCommand ? "command set too large" : "data set too large", nullptr,
            a->peer.get());
    }
    a->piece.insert(a->piece.end(), fragment.bytes, fragment.bytes + fragment.count);
    return fragment.isLast ? CDCMTK_OK : CDCMTK_NOTHING;
}

}  // namespace

cdcmtk_outcome cdcmtk_receive(
    cdcmtk_association *a, uint32_t waitSeconds, size_t maxBytes, cdcmtk_piece *piece, cdcmtk_problem *problem) {
    *piece = cdcmtk_piece{};
    return guarded(problem, [&]() -> cdcmtk_outcome {
        Connection *connection = a->connection();
        if (!connection) return explain(problem, CDCMTK_CLOSED, "the connection is closed", nullptr, a->peer.get());
        connection->readWithin(a->limits.message_seconds);
        a->piece.clear();
        a->pieceOpen = false;
        for (;;) {
            while (a->pdu.hasFragment()) {
                cdcmtk_outcome taken = take(a, a->pdu.next(), maxBytes, problem);
                if (taken == CDCMTK_NOTHING) continue;
                if (taken == CDCMTK_OK) {
                    *piece = {a->piece.data(), a->piece.size(), a->pieceContext, a->pieceIsCommand ? 1 : 0};
                }
                return taken;
            }
            uint32_t wait = a->pieceOpen ? a->limits.message_seconds : waitSeconds;
            if (!connection->networkDataAvailable(static_cast<int>(wait))) {
                if (a->pieceOpen || a->peer->timedOut) {
                    a->peer->timedOut = true;
                    return ended(a, problem);
                }
                return explain(problem, CDCMTK_NOTHING, "nothing came", nullptr, a->peer.get());
            }
            cdcmtk_outcome read = readPDU(a, connection, problem);
            if (read != CDCMTK_OK) return read;
        }
    });
}

int cdcmtk_has_input(const cdcmtk_association *a) {
    if (a->pdu.hasFragment()) return 1;
    Connection *connection = a->connection();
    return connection && connection->hasInput() ? 1 : 0;
}

cdcmtk_outcome cdcmtk_send(
    cdcmtk_association *a, uint8_t contextID, const uint8_t *command, size_t commandCount, const uint8_t *data,
    size_t dataCount, int more, cdcmtk_problem *problem) {
    return guarded(problem, [&]() -> cdcmtk_outcome {
        Connection *connection = a->connection();
        if (!connection) return explain(problem, CDCMTK_CLOSED, "the connection is closed", nullptr, a->peer.get());
        DUL_PDV pdvs[2] = {};
        // DCMTK takes plain pointers but only reads from them.
        pdvs[0] = {commandCount, contextID, DUL_COMMANDPDV, OFTrue, const_cast<uint8_t *>(command)};
        if (data) pdvs[1] = {dataCount, contextID, DUL_DATASETPDV, OFTrue, const_cast<uint8_t *>(data)};
        DUL_PDVLIST list = {};
        list.count = data ? 2 : 1;
        list.pdv = pdvs;
        connection->setGathering(true);
        OFCondition written = DUL_WritePDVs(&a->assoc->DULassociation, &list);
        bool taken = written.good();
        if (written.bad() && written.code() == DULC_ILLEGALPDULENGTH) {
            return explain(
                problem, CDCMTK_FAILED, "the longest PDU the peer takes has no room for a message", nullptr,
                a->peer.get());
        }
        connection = a->connection();
        if (connection && !more) {
            connection->setGathering(false);
            taken = connection->flush() && taken;
        }
        if (!taken || !connection) {
            return explain(problem, CDCMTK_CLOSED, "the peer does not take our response", nullptr, a->peer.get());
        }
        return CDCMTK_OK;
    });
}
