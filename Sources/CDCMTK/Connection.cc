#include "Connection.h"

#include "dcmtk/dcmnet/dul.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace cdcmtk {

namespace {
/// Large enough for some hundred worklist responses in one system call, small enough to stay in the cache.
const size_t gatherBytes = 64 * 1024;
/// How long a peer that is sent away gets to read why, milliseconds.
const int strangerMilliseconds = 200;
}

Connection::Connection(
    int socket, std::shared_ptr<Peer> peer, uint32_t writeSeconds, std::unique_ptr<TLSSession> tls)
    : DcmTCPConnection(socket), peer(std::move(peer)), tls(std::move(tls)), writeSeconds(writeSeconds),
      deadline(Clock::now()) {}

bool Connection::join(Registry *server, const cdcmtk_limits &limits, cdcmtk_request_check check) {
    bool added = false;
    try {
        intake = std::make_unique<RequestIntake>(check, limits.max_request_bytes);
        added = server->add(this, peer->address, limits);
    } catch (...) {
        setSocket(-1);
        throw;
    }
    if (!added) {
        setSocket(-1);
        return false;
    }
    registry = server;
    return true;
}

Connection::~Connection() { Connection::close(); }

void Connection::close() {
    if (getSocket() < 0) return;
    flush();
    if (registry) registry->remove(this, peer->address);
    registry = nullptr;
    closeSocket();
}

bool Connection::waitFor(short events, Clock::time_point until) {
    for (;;) {
        auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
        if (left < 0) left = 0;
        struct pollfd wanted = {getSocket(), events, 0};
        int found = ::poll(&wanted, 1, static_cast<int>(left > 3600000 ? 3600000 : left));
        if (found > 0) return true;
        if (found < 0 && errno != EINTR) return false;
        if (found == 0 && Clock::now() >= until) return false;
    }
}

ssize_t Connection::read(void *buffer, size_t count) {
    if (getSocket() < 0 || !flush()) return -1;
    if (intake) {
        // DCMTK does not expect an exception here.
        try {
            if (!collectRequest()) return -1;
        } catch (...) {
            errno = ENOMEM;
            return -1;
        }
        size_t handed = intake->hand(static_cast<uint8_t *>(buffer), count);
        if (intake->isEmpty()) intake.reset();
        if (handed > 0) return static_cast<ssize_t>(handed);
    }
    return receive(static_cast<uint8_t *>(buffer), count);
}

bool Connection::readWhole(uint8_t *buffer, size_t count) {
    size_t got = 0;
    while (got < count) {
        ssize_t part = read(buffer + got, count - got);
        if (part <= 0) return false;
        got += static_cast<size_t>(part);
    }
    return true;
}

bool Connection::collectRequest() {
    uint8_t part[4096];
    while (intake->wanted() > 0) {
        ssize_t got = receive(part, std::min(intake->wanted(), sizeof(part)));
        if (got <= 0) return false;
        intake->take(part, static_cast<size_t>(got));
    }
    if (intake->refusal().fault != 0) {
        refuse(intake->refusal());
        return false;
    }
    if (!intake->isRequest()) return true;
    peer->introduced = true;
    if (registry) registry->introduced(this);
    return true;
}

/// PS3.8 9.2: AE-6 for a rejection, AA-1 for what breaks the protocol.
void Connection::refuse(const cdcmtk_refusal &refusal) {
    peer->requestFault = refusal.fault;
    if (refusal.result == 0) {
        abort(DUL_ABORTSERVICEPROVIDER, refusal.reason);
    } else {
        uint8_t pdu[10] = {0x03, 0, 0, 0, 0, 4, 0, refusal.result, refusal.source, refusal.reason};
        (void)give(pdu, sizeof(pdu));
        lingerForPeer(strangerMilliseconds);
    }
    // DCMTK would wait five seconds more for the peer to close.
    disconnect();
}

ssize_t Connection::receive(uint8_t *buffer, size_t count) {
    if (armedSeconds > 0) {
        deadline = Clock::now() + std::chrono::seconds(armedSeconds);
        armedSeconds = 0;
    }
    for (;;) {
        // Also when bytes are there: a peer that always has one more would never end.
        bool late = Clock::now() >= deadline;
        ssize_t got = late ? -1 : take(buffer, count);
        if (got < 0 && !late && errno == EINTR) continue;
        if (got < 0 && !late && errno == EAGAIN) {
            if (waitFor(wants(POLLIN), deadline)) continue;
            late = true;
        }
        if (late) {
            peer->timedOut = true;
            errno = ETIMEDOUT;
            return -1;
        }
        for (ssize_t i = 0; i < got && peer->firstByteCount < sizeof(peer->firstBytes); i++)
            peer->firstBytes[peer->firstByteCount++] = buffer[i];
        rearmQuickAcknowledge();
        return got;
    }
}

/// Many requestors leave Nagle's algorithm on and wait for our acknowledgement between the two halves of a PDU. The
/// kernel leaves quick acknowledging after a while, so it is asked for after each read.
void Connection::rearmQuickAcknowledge() {
    int on = 1;
    (void)::setsockopt(getSocket(), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
}

ssize_t Connection::write(void *buffer, size_t count) {
    if (getSocket() < 0 || lost) return -1;
    // DCMTK does not expect an exception here.
    try {
        outgoing.reserve(outgoing.size() + count);
    } catch (...) {
        errno = ENOMEM;
        return -1;
    }
    const uint8_t *bytes = static_cast<const uint8_t *>(buffer);
    outgoing.insert(outgoing.end(), bytes, bytes + count);
    // The twelve bytes before a PDV (PDU head, PDV length, context, control header) always wait for what follows.
    bool head = count == 12 && bytes[0] == 0x04;
    if ((!gathering && !head) || outgoing.size() >= gatherBytes) {
        if (!flush()) return -1;
    }
    return static_cast<ssize_t>(count);
}

bool Connection::flush() {
    if (lost) {
        errno = EPIPE;
        return false;
    }
    size_t sent = 0;
    auto until = Clock::now() + std::chrono::seconds(writeSeconds);
    bool taken = true;
    while (sent < outgoing.size()) {
        ssize_t n = give(outgoing.data() + sent, outgoing.size() - sent);
        if (n > 0) {
            sent += static_cast<size_t>(n);
            continue;
        }
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno == EAGAIN && waitFor(wants(POLLOUT), until)) continue;
        taken = false;
        break;
    }
    outgoing.clear();
    if (!taken) {
        // A PDU is broken off: whatever followed would be taken for its rest.
        lost = true;
        disconnect();
        errno = EPIPE;
    }
    return taken;
}

OFBool Connection::networkDataAvailable(int seconds) {
    if (getSocket() < 0) return OFFalse;
    // The read that follows tells that the connection is lost.
    if (!flush()) return OFTrue;
    if (intake && intake->hasBytes()) return OFTrue;
    auto until = Clock::now() + std::chrono::seconds(seconds > 0 ? seconds : 0);
    bool isRunning = armedSeconds == 0;
    if (waitForInput(isRunning ? std::min(until, deadline) : until)) return OFTrue;
    if (isRunning && Clock::now() >= deadline) peer->timedOut = true;
    return OFFalse;
}

bool Connection::hasInput() {
    return getSocket() >= 0 && waitForInput(Clock::now());
}

void Connection::makeRoom() {
    peer->madeRoom = true;
    disconnect();
}

void Connection::abort(uint8_t source, uint8_t reason) {
    if (getSocket() < 0) return;
    uint8_t pdu[10] = {0x07, 0, 0, 0, 0, 4, 0, 0, source, reason};
    gathering = false;
    outgoing.clear();
    // One attempt: a peer that does not read must not hold this thread once more.
    (void)give(pdu, sizeof(pdu));
    lingerForPeer(strangerMilliseconds);
}

void Connection::lingerForPeer(int milliseconds) {
    if (getSocket() < 0) return;
    flush();
    auto until = Clock::now() + std::chrono::milliseconds(milliseconds);
    char discarded[4096];
    while (waitFor(POLLIN, until)) {
        ssize_t got = ::recv(getSocket(), discarded, sizeof(discarded), MSG_DONTWAIT);
        if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN) || Clock::now() >= until) return;
    }
}

void Connection::disconnect() { (void)::shutdown(getSocket(), SHUT_RDWR); }

}  // namespace cdcmtk
