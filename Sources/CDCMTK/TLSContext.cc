#include "TLS.h"

#include <cstdio>
#include <cstring>
#include <ctime>
#include <new>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

struct cdcmtk_tls {
    std::shared_ptr<cdcmtk::TLSContext> context;
};

namespace cdcmtk {

namespace {

/// RFC 9325 section 4.2: ephemeral elliptic curves, authenticated encryption.
const char *const suites12 =
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256";
const char *const suites13 = "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256";
const char *const curves = "X25519:P-256:P-384";
/// 112 bits: RSA and DH of 2,048 bits, elliptic curves of 224, SHA-224 (RFC 9325 section 4.5).
const int securityLevel = 2;

std::shared_ptr<TLSContext> wrong(cdcmtk_tls_fault *fault, int file, const char *text) {
    fault->file = file;
    std::snprintf(fault->text, sizeof(fault->text), "%s", text);
    return nullptr;
}

/// Reads no pass phrase from a terminal, as OpenSSL would by itself.
int noPassPhrase(char *, int, int, void *) { return 0; }

bool isTooWeak() {
    int reason = ERR_GET_REASON(ERR_peek_last_error());
    return reason == SSL_R_EE_KEY_TOO_SMALL || reason == SSL_R_CA_KEY_TOO_SMALL || reason == SSL_R_CA_MD_TOO_WEAK;
}

}  // namespace

TLSContext::TLSContext(SSL_CTX *context, const cdcmtk_tls_settings &settings)
    : context(context), server(settings.is_server != 0), hasAuthorities(settings.trust_file != nullptr),
      name(settings.server_name ? settings.server_name : "") {
    if (settings.pins) pins.assign(settings.pins, settings.pins + settings.pin_count);
    if (!server && !hasAuthorities && pins.empty()) hasAuthorities = true;
    passesUnknown = server && settings.peer_certificate == CDCMTK_PEER_OPTIONAL && !hasAuthorities;
}

std::shared_ptr<TLSContext> TLSContext::create(const cdcmtk_tls_settings &settings, cdcmtk_tls_fault *fault) {
    ERR_clear_error();
    SSL_CTX *context = SSL_CTX_new(settings.is_server ? TLS_server_method() : TLS_client_method());
    if (!context) return wrong(fault, 0, "OpenSSL does not start");
    std::shared_ptr<TLSContext> made(new TLSContext(context, settings));
    if (!made->applyRules(fault) || !made->loadFiles(settings, fault)) return nullptr;
    made->demandCertificate(settings);
    return made;
}

bool TLSContext::applyRules(cdcmtk_tls_fault *fault) {
    // Whatever the machine's openssl.cnf says.
    SSL_CTX_set_security_level(context, securityLevel);
    bool set = SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1
        && SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1
        && SSL_CTX_set_cipher_list(context, suites12) == 1 && SSL_CTX_set_ciphersuites(context, suites13) == 1
        && SSL_CTX_set1_groups_list(context, curves) == 1;
    if (!set) {
        wrong(fault, 0, "this OpenSSL lacks the versions and cipher suites of BCP 195");
        return false;
    }
    // PDUs carry their lengths and associations their release, so a missing close_notify hides nothing.
    SSL_CTX_set_options(
        context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE
            | SSL_OP_IGNORE_UNEXPECTED_EOF);
    // Each association shows its certificate anew, and nothing is kept for those to come.
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(context, 0);
    SSL_CTX_set_mode(
        context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    // What comes after the handshake is no data: it comes back to us, so that deadlines are looked at between.
    SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
    return true;
}

bool TLSContext::loadFiles(const cdcmtk_tls_settings &settings, cdcmtk_tls_fault *fault) {
    SSL_CTX_set_default_passwd_cb(context, noPassPhrase);
    if (settings.certificate_file) {
        if (SSL_CTX_use_certificate_chain_file(context, settings.certificate_file) != 1) {
            wrong(
                fault, CDCMTK_TLS_CERTIFICATE,
                isTooWeak() ? "its key or signature is too weak; RSA needs 2,048 bits and SHA-256"
                            : "no certificate could be read from it; it must be PEM, and readable for this user");
            return false;
        }
    } else if (server) {
        wrong(fault, CDCMTK_TLS_CERTIFICATE, "a listener needs a certificate and its key");
        return false;
    }
    if (settings.key_file && SSL_CTX_use_PrivateKey_file(context, settings.key_file, SSL_FILETYPE_PEM) != 1) {
        bool foreign = ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_VALUES_MISMATCH
            || ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_TYPE_MISMATCH;
        wrong(
            fault, CDCMTK_TLS_KEY,
            foreign ? "it is not the key of the certificate"
                    : "no private key could be read from it; it must be PEM without a pass phrase, and readable for "
                      "this user");
        return false;
    }
    if (settings.certificate_file && SSL_CTX_check_private_key(context) != 1) {
        wrong(fault, CDCMTK_TLS_KEY, "it is not the key of the certificate");
        return false;
    }
    if (settings.trust_file) {
        if (SSL_CTX_load_verify_locations(context, settings.trust_file, nullptr) != 1) {
            wrong(
                fault, CDCMTK_TLS_TRUST,
                "no certificate could be read from it; it must be PEM, and readable for this user");
            return false;
        }
        // A device's own certificate may stand there, also one that another has issued.
        X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
    } else if (hasAuthorities) {
        SSL_CTX_set_default_verify_paths(context);
    }
    return true;
}

void TLSContext::demandCertificate(const cdcmtk_tls_settings &settings) {
    if (!server) {
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    } else if (settings.peer_certificate == CDCMTK_PEER_REQUIRED) {
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    } else if (hasAuthorities || !pins.empty()) {
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    } else {
        SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
    }
    SSL_CTX_set_cert_verify_callback(context, verify, this);
}

/// A pin stands for the certificate itself: its issuer and its dates add nothing (as RFC 7671 section 5.1 has it for
/// DANE-EE).
int TLSContext::verify(X509_STORE_CTX *store, void *self) {
    const TLSContext *our = static_cast<const TLSContext *>(self);
    X509 *shown = X509_STORE_CTX_get0_cert(store);
    cdcmtk_fingerprint found;
    if (shown && X509_digest(shown, EVP_sha256(), found.bytes, nullptr) == 1) {
        for (const cdcmtk_fingerprint &pin : our->pins) {
            if (std::memcmp(pin.bytes, found.bytes, sizeof(pin.bytes)) != 0) continue;
            X509_STORE_CTX_set_error(store, X509_V_OK);
            return 1;
        }
    }
    if (our->hasAuthorities) return X509_verify_cert(store);
    X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_UNTRUSTED);
    return our->passesUnknown ? 1 : 0;
}

int64_t TLSContext::expiry() const {
    X509 *own = SSL_CTX_get0_certificate(context);
    struct tm end = {};
    if (!own || ASN1_TIME_to_tm(X509_get0_notAfter(own), &end) != 1) return 0;
    return static_cast<int64_t>(::timegm(&end));
}

std::shared_ptr<const TLSContext> contextOf(const cdcmtk_tls *tls) { return tls ? tls->context : nullptr; }

}  // namespace cdcmtk

cdcmtk_tls *cdcmtk_tls_create(cdcmtk_tls_settings settings, cdcmtk_tls_fault *fault) {
    *fault = cdcmtk_tls_fault{};
    try {
        auto context = cdcmtk::TLSContext::create(settings, fault);
        return context ? new cdcmtk_tls{std::move(context)} : nullptr;
    } catch (const std::bad_alloc &) {
        std::snprintf(fault->text, sizeof(fault->text), "no memory");
        return nullptr;
    }
}

void cdcmtk_tls_destroy(cdcmtk_tls *tls) { delete tls; }
int64_t cdcmtk_tls_expiry(const cdcmtk_tls *tls) { return tls->context->expiry(); }
