#include "Association.h"

using namespace cdcmtk;

/// PS3.8 9.2, states 7 and 10 to 13, as the requestor of the association has them.
cdcmtk_outcome cdcmtk_release(cdcmtk_association *a, cdcmtk_problem *problem) {
    return guarded(problem, [&]() -> cdcmtk_outcome {
        Connection *connection = a->connection();
        if (!connection) return explain(problem, CDCMTK_CLOSED, "the connection is closed", nullptr, a->peer.get());
        uint8_t request[10] = {0x05, 0, 0, 0, 0, 4, 0, 0, 0, 0};
        connection->setGathering(false);
        if (connection->write(request, sizeof(request)) < 0) {
            return explain(problem, CDCMTK_CLOSED, "the peer does not take A-RELEASE-RQ", nullptr, a->peer.get());
        }
        connection->readUntil(Clock::now() + std::chrono::seconds(a->limits.association_seconds));
        for (;;) {
            uint8_t head[PDUReader::headBytes];
            if (!connection->readWhole(head, sizeof(head))) break;
            PDUReader::Head read = PDUReader::head(head);
            if (read.bodyBytes > a->limits.max_pdu_bytes) break;
            bool whole = connection->readWhole(a->pdu.room(read.bodyBytes), read.bodyBytes);
            a->pdu.clear();
            if (!whole) break;
            if (read.kind == PDUReader::Kind::releaseReply) return CDCMTK_OK;
            // Both at once: the requestor of the association answers first.
            if (read.kind == PDUReader::Kind::releaseRequest) {
                uint8_t reply[10] = {0x06, 0, 0, 0, 0, 4, 0, 0, 0, 0};
                (void)connection->write(reply, sizeof(reply));
            } else if (read.kind != PDUReader::Kind::data) {
                break;
            }
        }
        return explain(problem, CDCMTK_FAILED, "no answer to A-RELEASE-RQ", nullptr, a->peer.get());
    });
}
