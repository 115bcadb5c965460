#include "Connection.h"

#include "dcmtk/dcmnet/cond.h"
#include "dcmtk/dcmnet/dul.h"

#include <cerrno>
#include <poll.h>
#include <sys/socket.h>

namespace cdcmtk {

namespace {
/// How long a peer gets to read why TLS came to nothing, milliseconds.
const int alertMilliseconds = 200;
const uint8_t handshakeRecord = 0x16;
}  // namespace

/// DCMTK calls it as soon as there is a connection, on the thread that goes on to serve it; other acceptors are at work
/// meanwhile, and the deadline of the A-ASSOCIATE-RQ holds.
OFCondition Connection::handshake() {
    if (!tls) return EC_Normal;
    try {
        if ((!tls->isServer() || beginsTLS()) && completeTLS()) return EC_Normal;
    } catch (...) {
        peer->tlsFailure = "no memory";
    }
    return makeDcmnetCondition(DULC_TLSERROR, OF_error, "TLS");
}

bool Connection::beginsTLS() {
    if (!waitFor(POLLIN, deadline)) {
        peer->timedOut = true;
        return false;
    }
    ssize_t seen = ::recv(getSocket(), peer->firstBytes, sizeof(peer->firstBytes), MSG_PEEK | MSG_DONTWAIT);
    if (seen <= 0) return false;
    if (peer->firstBytes[0] == handshakeRecord) return true;
    peer->firstByteCount = static_cast<size_t>(seen);
    peer->speaksClear = true;
    // A modality shows its user an abort; to everything else we owe nothing in clear.
    if (peer->firstBytes[0] == DUL_TYPEASSOCIATERQ) {
        tls.reset();
        abort(DUL_ABORTSERVICEPROVIDER, DUL_ABORTUNEXPECTEDPDU);
    }
    return false;
}

bool Connection::completeTLS() {
    for (;;) {
        switch (tls->handshake()) {
        case TLSSession::Step::done:
            peer->tlsVersion = tls->version();
            peer->certificate = tls->fingerprint();
            rearmQuickAcknowledge();
            return true;
        case TLSSession::Step::failed:
            peer->tlsFailure = tls->failure();
            // The alert is on its way; a reset would overtake it.
            lingerForPeer(alertMilliseconds);
            return false;
        case TLSSession::Step::waits: break;
        }
        if (Clock::now() < deadline && waitFor(tls->wants(), deadline)) continue;
        peer->timedOut = true;
        peer->tlsFailure = "the peer stopped in the middle of it";
        return false;
    }
}

ssize_t Connection::take(uint8_t *buffer, size_t count) {
    if (!tls) return ::recv(getSocket(), buffer, count, MSG_DONTWAIT);
    ssize_t got = tls->receive(buffer, count);
    // With TLS 1.3 a server refuses our certificate when the handshake is long done for us.
    if (got < 0 && errno == EPROTO) peer->tlsFailure = tls->failure();
    return got;
}

ssize_t Connection::give(const uint8_t *bytes, size_t count) {
    return tls ? tls->send(bytes, count) : ::send(getSocket(), bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/// Over TLS bytes on the socket may be none of the peer's words yet, and its words may be here without any.
bool Connection::waitForInput(Clock::time_point until) {
    if (!tls) return waitFor(POLLIN, until);
    for (;;) {
        if (tls->hasInput()) return true;
        if (!waitFor(tls->wants(), until) || Clock::now() >= until) return tls->hasInput();
    }
}

void Connection::closeSocket() {
    if (tls) tls->sayGoodbye();
    DcmTCPConnection::close();
}

}  // namespace cdcmtk
