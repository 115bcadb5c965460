#ifndef CDCMTK_CONNECTION_H
#define CDCMTK_CONNECTION_H

#include "CDCMTK.h"
#include "RequestIntake.h"
#include "TLS.h"
#include "dcmtk/config/osconfig.h"
#include "dcmtk/dcmnet/dcmlayer.h"
#include "dcmtk/dcmnet/dcmtrans.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace cdcmtk {

using Clock = std::chrono::steady_clock;

class Connection;

/// What is known of the other side. It outlives the connection, which DCMTK deletes when it closes it.
struct Peer {
    std::string address;
    uint8_t firstBytes[8] = {};
    size_t firstByteCount = 0;
    bool refused = false;
    bool timedOut = false;
    /// Whether its A-ASSOCIATE-RQ came whole and passed the check.
    bool introduced = false;
    /// Why its A-ASSOCIATE-RQ was refused, 0 if it was not.
    uint8_t requestFault = 0;
    /// Whether it began with something else than TLS where TLS is spoken.
    bool speaksClear = false;
    /// Why TLS came to nothing, empty if it did not.
    std::string tlsFailure;
    /// Once there is TLS.
    std::string tlsVersion, certificate;
    /// Set by the thread of another connection that needed the room.
    std::atomic<bool> madeRoom{false};
};

/// The open connections of a server, counted by address.
class Registry {
public:
    /// Takes in a new connection; false if its address then held more than the limit.
    ///
    /// When no acceptor is left then, the oldest connection whose A-ASSOCIATE-RQ is not whole yet is cut: silent peers
    /// could otherwise keep every modality out.
    bool add(Connection *connection, const std::string &address, const cdcmtk_limits &limits);
    /// Its A-ASSOCIATE-RQ is whole: it is not cut to make room any more.
    void introduced(Connection *connection);
    void remove(Connection *connection, const std::string &address);
    /// Cuts the connections that are open and every one that is added later.
    void disconnectAll();

private:
    std::mutex lock;
    bool shut = false;
    std::set<Connection *> open;
    /// Whose A-ASSOCIATE-RQ is not whole yet, oldest first.
    std::vector<Connection *> silent;
    std::map<std::string, uint32_t> byAddress;
};

/// A TCP connection whose reads and writes end at a deadline.
///
/// DCMTK itself bounds a read only by a 60 s socket time-out between two bytes, so that a peer that drips bytes holds
/// its thread for hours. It also writes each PDU in two small pieces; here they leave together.
class Connection : public DcmTCPConnection {
public:
    /// `tls` is null for a connection in clear.
    Connection(int socket, std::shared_ptr<Peer> peer, uint32_t writeSeconds, std::unique_ptr<TLSSession> tls);
    ~Connection() override;

    /// Puts itself on the list of a server's connections until it closes, and hands on an A-ASSOCIATE-RQ only when it
    /// is whole and has passed the check. False when its address already holds the most it may; then, and after an
    /// exception, the socket stays open and is its maker's again.
    bool join(Registry *registry, const cdcmtk_limits &limits, cdcmtk_request_check check);

    OFCondition serverSideHandshake() override { return handshake(); }
    OFCondition clientSideHandshake() override { return handshake(); }
    ssize_t read(void *buffer, size_t count) override;
    ssize_t write(void *buffer, size_t count) override;
    /// All of `count` bytes; false when they do not come before the deadline.
    bool readWhole(uint8_t *buffer, size_t count);
    OFBool networkDataAvailable(int seconds) override;
    void close() override;

    /// All reads from now on end at this moment.
    void readUntil(Clock::time_point moment) { deadline = moment; armedSeconds = 0; }
    /// The reads end this long after the next byte arrives.
    void readWithin(uint32_t seconds) { armedSeconds = seconds; }
    /// While true, written bytes wait in the buffer until it is full.
    void setGathering(bool on) { gathering = on; }
    /// Sends what waits in the buffer; false when the peer does not take it.
    bool flush();
    /// Sends A-ABORT (PS3.8 9.3.8) and nothing after it.
    void abort(uint8_t source, uint8_t reason);
    /// Waits for the peer to close (PS3.8 9.2, state 13), discarding what it still sends, so that our last PDU is not
    /// lost to a reset.
    void lingerForPeer(int milliseconds);
    void disconnect();
    /// Cuts it in favour of another connection.
    void makeRoom();
    bool hasInput();

private:
    OFCondition handshake();
    /// The peer's first byte, left where it is, says whether it speaks TLS; false when there is none or it does not.
    bool beginsTLS();
    /// One step at a time through the handshake until the deadline.
    bool completeTLS();
    /// As recv and send with MSG_DONTWAIT, over TLS where there is TLS.
    ssize_t take(uint8_t *buffer, size_t count);
    ssize_t give(const uint8_t *bytes, size_t count);
    /// What poll is to wait for after EAGAIN.
    short wants(short inClear) const { return tls ? tls->wants() : inClear; }
    bool waitFor(short events, Clock::time_point until);
    /// Whether `take` has something to give, or comes to have it in time.
    bool waitForInput(Clock::time_point until);
    /// The socket ends; what TLS has to say first is said.
    void closeSocket();
    /// Up to `count` bytes from the socket before the deadline, as `read` gives them.
    ssize_t receive(uint8_t *buffer, size_t count);
    /// Collects the first PDU; false when it will not come or is refused.
    bool collectRequest();
    void refuse(const cdcmtk_refusal &refusal);
    void rearmQuickAcknowledge();

    std::shared_ptr<Peer> peer;
    std::unique_ptr<TLSSession> tls;
    Registry *registry = nullptr;
    std::unique_ptr<RequestIntake> intake;      // server only, until its bytes are handed on
    uint32_t writeSeconds;
    uint32_t armedSeconds = 0;
    Clock::time_point deadline;
    bool gathering = false;
    bool lost = false;                          // a PDU of ours was broken off
    std::vector<uint8_t> outgoing;
};

/// Makes our connections for DCMTK; for a server it also lets the next acceptor in.
class Layer : public DcmTransportLayer {
public:
    /// For connections to peers.
    Layer(cdcmtk_limits limits, std::shared_ptr<const TLSContext> tls) : limits(limits), tls(std::move(tls)) {}
    /// For connections from peers.
    Layer(
        Registry *registry, cdcmtk_limits limits, cdcmtk_request_check check, std::shared_ptr<const TLSContext> tls)
        : registry(registry), limits(limits), check(check), tls(std::move(tls)) {}
    /// For the connections from now on.
    void renewTLS(std::shared_ptr<const TLSContext> renewed);
    DcmTransportConnection *createConnection(DcmNativeSocketType socket, OFBool secure) override;

private:
    Registry *registry = nullptr;
    cdcmtk_limits limits;
    cdcmtk_request_check check = nullptr;
    std::mutex tlsLock;
    std::shared_ptr<const TLSContext> tls;      // null for connections in clear
};

/// The accept or request in progress on this thread: how `Layer` reports back through DCMTK's call.
struct Attempt {
    std::unique_lock<std::mutex> *turn = nullptr;
    std::shared_ptr<Peer> peer;
};
extern thread_local Attempt *currentAttempt;

}  // namespace cdcmtk
#endif
