#include "Connection.h"

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
}

Connection::Connection(int socket, std::shared_ptr<Peer> peer, uint32_t writeSeconds)
    : DcmTCPConnection(socket), peer(std::move(peer)), writeSeconds(writeSeconds), deadline(Clock::now()) {}

bool Connection::join(Registry *server, uint32_t limit) {
    bool added = false;
    try {
        added = server->add(this, peer->address, limit);
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
    DcmTCPConnection::close();
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
    if (armedSeconds > 0) {
        deadline = Clock::now() + std::chrono::seconds(armedSeconds);
        armedSeconds = 0;
    }
    for (;;) {
        if (!waitFor(POLLIN, deadline)) {
            peer->timedOut = true;
            errno = ETIMEDOUT;
            return -1;
        }
        ssize_t got = ::recv(getSocket(), buffer, count, MSG_DONTWAIT);
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        for (ssize_t i = 0; i < got && peer->firstByteCount < sizeof(peer->firstBytes); i++)
            peer->firstBytes[peer->firstByteCount++] = static_cast<const uint8_t *>(buffer)[i];
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
    if (getSocket() < 0) return -1;
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
    size_t sent = 0;
    auto until = Clock::now() + std::chrono::seconds(writeSeconds);
    bool taken = true;
    while (sent < outgoing.size()) {
        ssize_t n = ::send(getSocket(), outgoing.data() + sent, outgoing.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n > 0) {
            sent += static_cast<size_t>(n);
            continue;
        }
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno == EAGAIN && waitFor(POLLOUT, until)) continue;
        taken = false;
        break;
    }
    outgoing.clear();
    return taken;
}

OFBool Connection::networkDataAvailable(int seconds) {
    if (getSocket() < 0) return OFFalse;
    if (!flush()) return OFFalse;
    return waitFor(POLLIN, Clock::now() + std::chrono::seconds(seconds > 0 ? seconds : 0)) ? OFTrue : OFFalse;
}

bool Connection::hasInput() {
    return getSocket() >= 0 && waitFor(POLLIN, Clock::now());
}

void Connection::abort(uint8_t source, uint8_t reason) {
    if (getSocket() < 0) return;
    uint8_t pdu[10] = {0x07, 0, 0, 0, 0, 4, 0, 0, source, reason};
    gathering = false;
    outgoing.clear();
    // One attempt: a peer that does not read must not hold this thread once more.
    (void)::send(getSocket(), pdu, sizeof(pdu), MSG_NOSIGNAL | MSG_DONTWAIT);
    lingerForPeer(200);
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

bool Registry::add(Connection *connection, const std::string &address, uint32_t limit) {
    std::lock_guard<std::mutex> guard(lock);
    uint32_t &held = byAddress[address];
    if (held >= limit) return false;
    open.insert(connection);
    if (shut) connection->disconnect();
    ++held;
    return true;
}

void Registry::remove(Connection *connection, const std::string &address) {
    std::lock_guard<std::mutex> guard(lock);
    open.erase(connection);
    auto entry = byAddress.find(address);
    if (entry != byAddress.end() && --entry->second == 0) byAddress.erase(entry);
}

void Registry::disconnectAll() {
    std::lock_guard<std::mutex> guard(lock);
    shut = true;
    for (Connection *connection : open) connection->disconnect();
}

}  // namespace cdcmtk
