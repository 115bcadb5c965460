#ifndef CDCMTK_TLS_H
#define CDCMTK_TLS_H

/* TLS below associations: versions 1.2 and 1.3 with the cipher suites of BCP 195 (RFC 9325 section 4.2), as the profile
 * of PS3.15 B.12 has them. OpenSSL's types do not cross. */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cdcmtk_tls cdcmtk_tls;

/* Whether a peer must show a certificate. */
enum {
    CDCMTK_PEER_OPTIONAL = 1,   /* it need not */
    CDCMTK_PEER_REQUIRED = 2    /* without one there is no connection */
};

/* The SHA-256 of a certificate in DER. */
typedef struct {
    uint8_t bytes[32];
} cdcmtk_fingerprint;

/* Which file is of no use. */
enum { CDCMTK_TLS_CERTIFICATE = 1, CDCMTK_TLS_KEY = 2, CDCMTK_TLS_TRUST = 3 };

typedef struct {
    const char *_Nullable certificate_file;     /* PEM, our own first, then those above it */
    const char *_Nullable key_file;             /* PEM without pass phrase */
    const char *_Nullable trust_file;           /* PEM: certificates a peer's may be issued by, or be */
    /* Certificates that are trusted by themselves, whoever issued them and however old they are. */
    const cdcmtk_fingerprint *_Nullable pins;
    size_t pin_count;
    int is_server;
    int peer_certificate;                       /* server: CDCMTK_PEER_... */
    /* Client: the name the certificate must have; NULL if it is known by its address alone. */
    const char *_Nullable server_name;
} cdcmtk_tls_settings;

/* What is wrong with a set-up. */
typedef struct {
    int file;           /* CDCMTK_TLS_..., 0 if it is no file's fault */
    char text[256];
} cdcmtk_tls_fault;

/* A client without trust_file and pins trusts the authorities of the machine. A server without both trusts nobody: with
 * CDCMTK_PEER_REQUIRED nobody gets in. NULL with `fault` filled if a file is of no use. */
cdcmtk_tls *_Nullable cdcmtk_tls_create(cdcmtk_tls_settings settings, cdcmtk_tls_fault *_Nonnull fault);
/* Connections that use it go on. */
void cdcmtk_tls_destroy(cdcmtk_tls *_Nonnull tls);

/* Until when our own certificate is valid, seconds of Unix time; 0 if there is none. */
int64_t cdcmtk_tls_expiry(const cdcmtk_tls *_Nonnull tls);

#ifdef __cplusplus
}
#endif
#endif
