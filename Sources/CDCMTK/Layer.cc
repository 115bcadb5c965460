#include "Connection.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace cdcmtk {

thread_local Attempt *currentAttempt = nullptr;

namespace {

/// The numeric address of the other side. DCMTK's own is IPv4 only and, for acceptors, partly empty.
std::string peerAddress(int socket) {
    struct sockaddr_storage storage = {};
    socklen_t length = sizeof(storage);
    if (::getpeername(socket, reinterpret_cast<struct sockaddr *>(&storage), &length) != 0) return "";
    char text[INET6_ADDRSTRLEN] = "";
    const void *address = nullptr;
    if (storage.ss_family == AF_INET)
        address = &reinterpret_cast<struct sockaddr_in *>(&storage)->sin_addr;
    else if (storage.ss_family == AF_INET6)
        address = &reinterpret_cast<struct sockaddr_in6 *>(&storage)->sin6_addr;
    if (!address || !::inet_ntop(storage.ss_family, address, text, sizeof(text))) return "";
    // An IPv4 address as a listener on all IPv6 addresses sees it: the one people know it by.
    const std::string mapped = "::ffff:";
    std::string found = text;
    return found.compare(0, mapped.size(), mapped) == 0 && found.find('.') != std::string::npos
        ? found.substr(mapped.size()) : found;
}

}  // namespace

void Layer::renewTLS(std::shared_ptr<const TLSContext> renewed) {
    std::lock_guard<std::mutex> guard(tlsLock);
    tls.swap(renewed);
}

DcmTransportConnection *Layer::createConnection(DcmNativeSocketType socket, OFBool secure) {
    Attempt *attempt = currentAttempt;
    if (secure) return nullptr;
    // No exception may pass through DCMTK's frames. On NULL DCMTK closes the socket, so it must still be open then:
    // nothing after the connection is made can fail but `join`, which gives the socket back.
    try {
        (void)::fcntl(socket, F_SETFD, FD_CLOEXEC);
        auto peer = std::make_shared<Peer>();
        peer->address = peerAddress(socket);
        if (attempt) attempt->peer = peer;
        std::shared_ptr<const TLSContext> context;
        {
            std::lock_guard<std::mutex> guard(tlsLock);
            context = tls;
        }
        auto session = context ? std::make_unique<TLSSession>(context, socket) : nullptr;
        auto connection = std::make_unique<Connection>(socket, peer, limits.write_seconds, std::move(session));
        if (registry && !connection->join(registry, limits, check)) {
            peer->refused = true;
            return nullptr;
        }
        connection->readUntil(Clock::now() + std::chrono::seconds(limits.association_seconds));
        // Counted: the next acceptor may wait for the next connection while this thread reads.
        if (attempt && attempt->turn && attempt->turn->owns_lock()) attempt->turn->unlock();
        return connection.release();
    } catch (...) {
        return nullptr;
    }
}

}  // namespace cdcmtk
