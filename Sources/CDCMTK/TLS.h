#ifndef CDCMTK_TLS_SESSION_H
#define CDCMTK_TLS_SESSION_H

#include "CDCMTKTLS.h"

#include <memory>
#include <openssl/ssl.h>
#include <string>
#include <sys/types.h>
#include <vector>

namespace cdcmtk {

/// Our certificate, whom we trust, and the rules of TLS; shared by connections on many threads.
class TLSContext {
public:
    /// Null with `fault` filled if a file is of no use.
    static std::shared_ptr<TLSContext> create(const cdcmtk_tls_settings &settings, cdcmtk_tls_fault *fault);
    ~TLSContext() { SSL_CTX_free(context); }
    TLSContext(const TLSContext &) = delete;
    TLSContext &operator=(const TLSContext &) = delete;

    SSL_CTX *get() const { return context; }
    bool isServer() const { return server; }
    const std::string &serverName() const { return name; }
    int64_t expiry() const;

private:
    TLSContext(SSL_CTX *context, const cdcmtk_tls_settings &settings);
    bool applyRules(cdcmtk_tls_fault *fault);
    bool loadFiles(const cdcmtk_tls_settings &settings, cdcmtk_tls_fault *fault);
    void demandCertificate(const cdcmtk_tls_settings &settings);
    static int verify(X509_STORE_CTX *store, void *self);

    SSL_CTX *context;
    bool server;
    /// Whether there are authorities a certificate may come from.
    bool hasAuthorities = false;
    /// Whether a certificate nobody vouches for counts as none, rather than ending the connection.
    bool passesUnknown = false;
    std::string name;
    std::vector<cdcmtk_fingerprint> pins;
};

/// TLS of one connection over a socket that stays its owner's. Nothing here blocks.
class TLSSession {
public:
    /// Throws std::bad_alloc.
    TLSSession(std::shared_ptr<const TLSContext> context, int socket);
    ~TLSSession() { SSL_free(ssl); }
    TLSSession(const TLSSession &) = delete;
    TLSSession &operator=(const TLSSession &) = delete;

    enum class Step { done, waits, failed };
    /// Goes on with the handshake as far as it can.
    Step handshake();
    /// Why it failed: OpenSSL's words in one line.
    const std::string &failure() const { return why; }

    /// As recv and send with MSG_DONTWAIT: EAGAIN says to wait for what `wants` says.
    ssize_t receive(uint8_t *buffer, size_t count);
    ssize_t send(const uint8_t *bytes, size_t count);
    /// What poll is to wait for.
    short wants() const { return wanted; }
    /// Whether `receive` would give something else than EAGAIN.
    bool hasInput();
    /// Says close_notify, if that goes at once.
    void sayGoodbye();

    bool isServer() const { return context->isServer(); }
    bool isEstablished() const { return established; }
    const char *version() const { return SSL_get_version(ssl); }
    /// The peer's certificate in hexadecimal digits, empty if it showed none or none that anybody vouches for.
    std::string fingerprint() const;

private:
    ssize_t outcome(int result);
    void noteFailure();

    std::shared_ptr<const TLSContext> context;
    SSL *ssl = nullptr;
    short wanted;
    bool established = false;
    int broken = 0;      // error number of what ended it
    std::string why;
};

/// What a handle stands for; null for none.
std::shared_ptr<const TLSContext> contextOf(const cdcmtk_tls *tls);

}  // namespace cdcmtk
#endif
