#include "Association.h"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

using namespace cdcmtk;

struct cdcmtk_server {
    T_ASC_Network *network = nullptr;
    cdcmtk_limits limits = {};
    Registry registry;
    Layer layer;
    /// Held by the one thread that waits in accept; given on as soon as it has a connection.
    std::mutex turn;
    std::atomic<bool> stopped{false};
    std::atomic<uint64_t> turns{0};

    cdcmtk_server(cdcmtk_limits limits, cdcmtk_request_check check, std::shared_ptr<const TLSContext> tls)
        : limits(limits), layer(&registry, limits, check, std::move(tls)) {}
    ~cdcmtk_server() {
        if (network) ASC_dropNetwork(&network);
    }
};

namespace {

cdcmtk_outcome noListener(cdcmtk_problem *problem, int error) {
    return explain(problem, CDCMTK_FAILED, (std::string("the listening socket: ") + std::strerror(error)).c_str());
}

}  // namespace

/// DCMTK 3.6.7 always binds its own socket to all IPv4 interfaces. It gets a free port for a moment, then the file
/// description under its descriptor is replaced by the given listening socket: public interface only, any address
/// family, and the socket survives this process in whoever else holds it.
cdcmtk_server *cdcmtk_server_create(
    int listeningSocket, cdcmtk_limits limits, cdcmtk_request_check check, const cdcmtk_tls *tls,
    cdcmtk_problem *problem) {
    cdcmtk_server *made = nullptr;
    guarded(problem, [&]() -> cdcmtk_outcome {
        auto server = std::make_unique<cdcmtk_server>(limits, check, contextOf(tls));
        OFCondition ready = ASC_initializeNetwork(
            NET_ACCEPTOR, 0, static_cast<int>(limits.association_seconds), &server->network);
        if (ready.bad()) return explain(problem, CDCMTK_FAILED, "DCMTK does not start", &ready);
        int theirs = DUL_networkSocket(server->network->network);
        if (theirs < 0 || ::dup3(listeningSocket, theirs, O_CLOEXEC) < 0) return noListener(problem, errno);
        // Another process may take the connection between poll and accept.
        int flags = ::fcntl(theirs, F_GETFL);
        if (flags < 0 || ::fcntl(theirs, F_SETFL, flags | O_NONBLOCK) < 0) return noListener(problem, errno);
        OFCondition set = ASC_setTransportLayer(server->network, &server->layer, 0);
        if (set.bad()) return explain(problem, CDCMTK_FAILED, "DCMTK does not take the transport layer", &set);
        made = server.release();
        return CDCMTK_OK;
    });
    return made;
}

uint64_t cdcmtk_server_turns(const cdcmtk_server *server) { return server->turns; }
void cdcmtk_server_renew_tls(cdcmtk_server *server, const cdcmtk_tls *tls) { server->layer.renewTLS(contextOf(tls)); }
void cdcmtk_server_stop(cdcmtk_server *server) { server->stopped = true; }
void cdcmtk_server_disconnect(cdcmtk_server *server) { server->registry.disconnectAll(); }
void cdcmtk_server_destroy(cdcmtk_server *server) { delete server; }

namespace {

cdcmtk_outcome failedAccept(cdcmtk_association *a, const OFCondition &condition, cdcmtk_problem *problem) {
    Peer *peer = a->peer.get();
    if (!peer) return explain(problem, CDCMTK_FAILED, "accept failed", &condition);
    if (peer->refused) return explain(problem, CDCMTK_REFUSED_ADDRESS, "too many connections", nullptr, peer);
    if (peer->requestFault != 0) {
        explain(problem, CDCMTK_REFUSED_REQUEST, "the A-ASSOCIATE-RQ is refused", nullptr, peer);
        problem->request_fault = peer->requestFault;
        return CDCMTK_REFUSED_REQUEST;
    }
    if (peer->madeRoom) return explain(problem, CDCMTK_MADE_ROOM, "closed to make room", nullptr, peer);
    if (peer->speaksClear) return explain(problem, CDCMTK_NOT_TLS, "the peer does not speak TLS", nullptr, peer);
    if (!peer->tlsFailure.empty()) {
        return explain(problem, CDCMTK_TLS_FAILED, peer->tlsFailure.c_str(), nullptr, peer);
    }
    if (peer->firstByteCount > 0 && peer->firstBytes[0] != DUL_TYPEASSOCIATERQ) {
        // PS3.8 9.2.3 AA-1, unless the peer speaks TLS, where an alert would be due and an abort is noise.
        Connection *connection = a->connection();
        if (connection && peer->firstBytes[0] != 0x16) {
            connection->abort(DUL_ABORTSERVICEPROVIDER, DUL_ABORTUNRECOGNIZEDPDU);
        }
        return explain(problem, CDCMTK_NOT_DICOM, "the peer does not speak DICOM", nullptr, peer);
    }
    if (peer->timedOut || condition == DUL_READTIMEOUT) {
        return explain(
            problem, CDCMTK_FAILED,
            peer->firstByteCount == 0 ? "connected but sent nothing" : "stopped in the middle of the A-ASSOCIATE-RQ",
            nullptr, peer);
    }
    Connection *connection = a->connection();
    if (peer->firstByteCount == 0) {
        return explain(problem, CDCMTK_CLOSED, "connected and closed without a word", nullptr, peer);
    }
    if (!connection) return explain(problem, CDCMTK_FAILED, "closed in the middle of the request", nullptr, peer);
    connection->abort(DUL_ABORTSERVICEPROVIDER, DUL_ABORTINVALIDPDUPARAM);
    return explain(problem, CDCMTK_FAILED, "unusable A-ASSOCIATE-RQ", &condition, peer);
}

}  // namespace

cdcmtk_outcome cdcmtk_accept(cdcmtk_server *server, cdcmtk_association **association, cdcmtk_problem *problem) {
    *association = nullptr;
    return guarded(problem, [&]() -> cdcmtk_outcome {
        auto made = std::make_unique<cdcmtk_association>();
        made->limits = server->limits;
        std::unique_lock<std::mutex> turn(server->turn);
        if (server->stopped) return CDCMTK_STOPPED;
        ++server->turns;
        Attempt attempt;
        attempt.turn = &turn;
        currentAttempt = &attempt;
        OFCondition received = ASC_receiveAssociation(
            server->network, &made->assoc, static_cast<long>(server->limits.max_pdu_bytes), nullptr, nullptr, OFFalse,
            DUL_NOBLOCK, 1);
        currentAttempt = nullptr;
        if (turn.owns_lock()) turn.unlock();
        made->peer = attempt.peer;
        if (received == DUL_NOASSOCIATIONREQUEST) return server->stopped ? CDCMTK_STOPPED : CDCMTK_NOTHING;
        // An abort instead of a request, or the end of the connection, leaves DCMTK content but with nothing to answer.
        if (received.bad() || !made->peer || !made->peer->introduced) {
            return failedAccept(made.get(), received, problem);
        }
        char calling[DUL_LEN_TITLE + 1] = "", called[DUL_LEN_TITLE + 1] = "", responding[DUL_LEN_TITLE + 1] = "";
        ASC_getAPTitles(
            made->assoc->params, calling, sizeof(calling), called, sizeof(called), responding, sizeof(responding));
        made->calling = calling;
        made->called = called;
        made->version = made->assoc->params->theirImplementationVersionName;
        *association = made.release();
        return CDCMTK_OK;
    });
}
