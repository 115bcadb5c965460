#include "Association.h"

using namespace cdcmtk;

namespace {

cdcmtk_outcome ended(cdcmtk_association *a, const OFCondition &condition, cdcmtk_problem *problem) {
    Peer *peer = a->peer.get();
    if (condition == DUL_PEERREQUESTEDRELEASE) return CDCMTK_RELEASED;
    if (condition == DUL_PEERABORTEDASSOCIATION) return explain(problem, CDCMTK_ABORTED, "A-ABORT", nullptr, peer);
    if (peer->timedOut) {
        return explain(problem, CDCMTK_FAILED, "the peer stopped in the middle of a PDU", nullptr, peer);
    }
    if (condition == DUL_NETWORKCLOSED) return explain(problem, CDCMTK_CLOSED, "closed by the peer", nullptr, peer);
    return explain(problem, CDCMTK_FAILED, "reading failed", &condition, peer);
}

}  // namespace

cdcmtk_outcome cdcmtk_receive(
    cdcmtk_association *a, uint32_t waitSeconds, size_t maxBytes, cdcmtk_piece *piece, cdcmtk_problem *problem) {
    *piece = cdcmtk_piece{};
    return guarded(problem, [&]() -> cdcmtk_outcome {
        if (Connection *connection = a->connection()) connection->readWithin(a->limits.message_seconds);
        a->piece.clear();
        a->pieceOpen = false;
        for (;;) {
            DUL_PDV pdv;
            OFCondition next = DUL_NextPDV(&a->assoc->DULassociation, &pdv);
            if (next == DUL_NOPDVS) {
                DUL_PDVLIST list = {};
                int wait = static_cast<int>(a->pieceOpen ? a->limits.message_seconds : waitSeconds);
                OFCondition read = DUL_ReadPDVs(&a->assoc->DULassociation, &list, DUL_NOBLOCK, wait);
                if (read == DUL_PDATAPDUARRIVED) continue;
                if (read == DUL_READTIMEOUT && !a->pieceOpen) {
                    return explain(problem, CDCMTK_NOTHING, "nothing came", nullptr, a->peer.get());
                }
                return ended(a, read, problem);
            }
            if (next.bad()) return explain(problem, CDCMTK_FAILED, "reading a PDV failed", &next, a->peer.get());
            bool command = pdv.pdvType == DUL_COMMANDPDV;
            if (!a->pieceOpen) {
                a->pieceOpen = true;
                a->pieceIsCommand = command;
                a->pieceContext = pdv.presentationContextID;
            } else if (command != a->pieceIsCommand || pdv.presentationContextID != a->pieceContext) {
                // PS3.8 Annex E: the fragments of one message come together and on one context.
                return explain(
                    problem, CDCMTK_FAILED, "the fragments of two messages are mixed", nullptr, a->peer.get());
            }
            if (pdv.fragmentLength > maxBytes - a->piece.size()) {
                return explain(
                    problem, CDCMTK_TOO_LARGE, command ? "command set too large" : "data set too large", nullptr,
                    a->peer.get());
            }
            const uint8_t *bytes = static_cast<const uint8_t *>(pdv.data);
            a->piece.insert(a->piece.end(), bytes, bytes + pdv.fragmentLength);
            if (!pdv.lastPDV) continue;
            *piece = {a->piece.data(), a->piece.size(), a->pieceContext, command ? 1 : 0};
            return CDCMTK_OK;
        }
    });
}

int cdcmtk_has_input(const cdcmtk_association *a) {
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
