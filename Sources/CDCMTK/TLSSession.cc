#include "TLS.h"

#include <cerrno>
#include <new>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>

namespace cdcmtk {

namespace {

int socketOf(BIO *bio) { return static_cast<int>(reinterpret_cast<intptr_t>(BIO_get_data(bio))); }

// OpenSSL's own socket BIO would block on our sockets, and raise SIGPIPE.

int readSocket(BIO *bio, char *buffer, int count) {
    BIO_clear_retry_flags(bio);
    ssize_t got = ::recv(socketOf(bio), buffer, static_cast<size_t>(count), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
    if (got == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
    return static_cast<int>(got);
}

int writeSocket(BIO *bio, const char *bytes, int count) {
    BIO_clear_retry_flags(bio);
    ssize_t taken = ::send(socketOf(bio), bytes, static_cast<size_t>(count), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (taken < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
    return static_cast<int>(taken);
}

long control(BIO *bio, int command, long, void *) {
    if (command == BIO_CTRL_FLUSH) return 1;
    return command == BIO_CTRL_EOF && BIO_test_flags(bio, BIO_FLAGS_IN_EOF) ? 1 : 0;
}

const BIO_METHOD *socketMethod() {
    static const BIO_METHOD *const method = [] {
        BIO_METHOD *made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket that never blocks");
        if (made) {
            BIO_meth_set_read(made, readSocket);
            BIO_meth_set_write(made, writeSocket);
            BIO_meth_set_ctrl(made, control);
        }
        return made;
    }();
    return method;
}

}  // namespace

TLSSession::TLSSession(std::shared_ptr<const TLSContext> shared, int socket)
    : context(std::move(shared)), wanted(POLLIN) {
    const BIO_METHOD *method = socketMethod();
    BIO *bio = method ? BIO_new(method) : nullptr;
    ssl = bio ? SSL_new(context->get()) : nullptr;
    if (!ssl) {
        BIO_free(bio);
        throw std::bad_alloc();
    }
    BIO_set_data(bio, reinterpret_cast<void *>(static_cast<intptr_t>(socket)));
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl, bio, bio);
    if (context->isServer()) {
        SSL_set_accept_state(ssl);
        return;
    }
    SSL_set_connect_state(ssl);
    const std::string &name = context->serverName();
    if (name.empty()) return;
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (SSL_set1_host(ssl, name.c_str()) != 1 || SSL_set_tlsext_host_name(ssl, name.c_str()) != 1) {
        SSL_free(ssl);
        throw std::bad_alloc();
    }
}

TLSSession::Step TLSSession::handshake() {
    if (broken) return Step::failed;
    ERR_clear_error();
    errno = 0;
    int result = SSL_do_handshake(ssl);
    if (result == 1) {
        established = true;
        wanted = POLLIN;
        return Step::done;
    }
    return outcome(result) < 0 && errno == EAGAIN ? Step::waits : Step::failed;
}

ssize_t TLSSession::receive(uint8_t *buffer, size_t count) {
    if (broken) {
        errno = broken;
        return -1;
    }
    ERR_clear_error();
    errno = 0;
    size_t got = 0;
    int result = SSL_read_ex(ssl, buffer, count, &got);
    return result == 1 ? static_cast<ssize_t>(got) : outcome(result);
}

ssize_t TLSSession::send(const uint8_t *bytes, size_t count) {
    errno = EPIPE;
    if (broken) return -1;
    if (count == 0) return 0;
    ERR_clear_error();
    size_t taken = 0;
    int result = SSL_write_ex(ssl, bytes, count, &taken);
    if (result == 1) return static_cast<ssize_t>(taken);
    ssize_t end = outcome(result);
    if (end == 0) errno = EPIPE;
    return -1;
}

/// What a call that gave nothing comes to: 0 for the end, -1 with errno set for the rest.
ssize_t TLSSession::outcome(int result) {
    int error = errno;
    switch (SSL_get_error(ssl, result)) {
    case SSL_ERROR_WANT_READ:
        wanted = POLLIN;
        errno = EAGAIN;
        return -1;
    case SSL_ERROR_WANT_WRITE:
        wanted = POLLOUT;
        errno = EAGAIN;
        return -1;
    case SSL_ERROR_ZERO_RETURN:
        if (why.empty()) why = "the peer hung up";
        return 0;
    case SSL_ERROR_SYSCALL:
        broken = error == 0 ? ECONNRESET : error;
        why = "the peer hung up";
        errno = broken;
        return -1;
    default:
        broken = EPROTO;
        noteFailure();
        errno = EPROTO;
        return -1;
    }
}

void TLSSession::noteFailure() {
    unsigned long code = ERR_peek_error();
    const char *reason = ERR_reason_error_string(code);
    why = reason ? reason : "TLS protocol error";
    long verified = SSL_get_verify_result(ssl);
    if (ERR_GET_REASON(code) == SSL_R_CERTIFICATE_VERIFY_FAILED && verified != X509_V_OK) {
        why += std::string(": ") + X509_verify_cert_error_string(verified);
    }
    ERR_clear_error();
}

bool TLSSession::hasInput() {
    if (broken) return true;
    if (SSL_pending(ssl) > 0) return true;
    ERR_clear_error();
    errno = 0;
    uint8_t byte;
    size_t got = 0;
    int result = SSL_peek_ex(ssl, &byte, 1, &got);
    return result == 1 || !(outcome(result) < 0 && errno == EAGAIN);
}

void TLSSession::sayGoodbye() {
    if (!established || broken) return;
    ERR_clear_error();
    (void)SSL_shutdown(ssl);
    ERR_clear_error();
}

std::string TLSSession::fingerprint() const {
    X509 *shown = SSL_get0_peer_certificate(ssl);
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned int count = 0;
    if (!shown || SSL_get_verify_result(ssl) != X509_V_OK) return "";
    if (X509_digest(shown, EVP_sha256(), digest, &count) != 1) return "";
    static const char digits[] = "0123456789abcdef";
    std::string text;
    for (unsigned int i = 0; i < count; i++) {
        text += digits[digest[i] >> 4];
        text += digits[digest[i] & 15];
    }
    return text;
}

}  // namespace cdcmtk
