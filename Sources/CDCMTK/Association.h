#ifndef CDCMTK_ASSOCIATION_H
#define CDCMTK_ASSOCIATION_H

#include "Connection.h"
#include "PDUReader.h"
#include "dcmtk/dcmnet/assoc.h"

/// One association: DCMTK's object, what is known of the peer, and the buffer a piece is collected in.
struct cdcmtk_association {
    T_ASC_Association *assoc = nullptr;
    T_ASC_Network *ownNetwork = nullptr;                // requestor only
    std::unique_ptr<cdcmtk::Layer> ownLayer;            // requestor only; lives longer than the network
    std::shared_ptr<cdcmtk::Peer> peer;
    cdcmtk_limits limits = {};
    std::string called, calling, version;
    cdcmtk::PDUReader pdu;
    std::vector<uint8_t> piece;
    bool pieceOpen = false;
    bool pieceIsCommand = false;
    uint8_t pieceContext = 0;

    ~cdcmtk_association();
    /// The live connection, or null once DCMTK has closed it.
    cdcmtk::Connection *connection() const;
};

namespace cdcmtk {

/// Fills `problem` from DCMTK's condition; returns `outcome`.
cdcmtk_outcome explain(
    cdcmtk_problem *problem, cdcmtk_outcome outcome, const char *text, const OFCondition *condition = nullptr,
    const Peer *peer = nullptr);

/// Runs `body` so that no exception leaves the C interface.
template <typename Body>
cdcmtk_outcome guarded(cdcmtk_problem *problem, Body body) {
    try {
        return body();
    } catch (const std::exception &error) {
        return explain(problem, CDCMTK_FAILED, error.what());
    } catch (...) {
        return explain(problem, CDCMTK_FAILED, "unknown C++ exception");
    }
}

}  // namespace cdcmtk
#endif
