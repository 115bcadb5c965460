#ifndef CDCMTK_H
#define CDCMTK_H

/* The association layer of DCMTK 3.6.7 (ACSE and the DICOM Upper Layer, PS3.8) as plain C.
 *
 * Command sets and data sets cross as bytes and nothing here parses them: DCMTK's own data set parser is recursive
 * without a depth limit in this version, so that one nested identifier overflows the stack. No C++ exception and no
 * DCMTK type crosses.
 *
 * Every call blocks its thread up to a limit given by the caller. An association belongs to one thread at a time;
 * a server may be shared by many threads that call cdcmtk_accept. */

#include "CDCMTKTLS.h"
#include "RadiologyProcess.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Receives DCMTK's own messages of level WARN and above. `level` is 30 for WARN, 40 for ERROR, 50 for FATAL. */
typedef void (*cdcmtk_log_function)(int level, const char *_Nonnull message);

/* Prepares DCMTK: TCP_NODELAY, no reverse DNS look-ups, no log output of its own. Only the first call counts.
 * It sets an environment variable, so it must come before other threads read the environment. */
void cdcmtk_initialise(cdcmtk_log_function _Nullable log);

/* Why a call did not give what was asked for. `text` is one line; it holds no command or data set content. */
typedef struct {
    char text[256];
    char peer[64];              /* address of the other side, empty if not known */
    uint8_t first_bytes[8];     /* what the peer sent first, when that was no DICOM */
    size_t first_byte_count;
    uint16_t reject_result;     /* A-ASSOCIATE-RJ (PS3.8 9.3.4), all zero if none came */
    uint16_t reject_source;
    uint16_t reject_reason;
    uint8_t request_fault;      /* why an A-ASSOCIATE-RQ was refused: `fault` of cdcmtk_refusal, 0 if it was not */
} cdcmtk_problem;

typedef enum {
    CDCMTK_OK = 0,
    CDCMTK_NOTHING = 1,         /* the time given is over */
    CDCMTK_STOPPED = 2,         /* cdcmtk_server_stop was called */
    CDCMTK_RELEASED = 3,        /* the peer asks for release: answer with cdcmtk_acknowledge_release */
    CDCMTK_ABORTED = 4,         /* the peer aborted */
    CDCMTK_CLOSED = 5,          /* the peer closed or reset the transport connection */
    CDCMTK_TOO_LARGE = 6,       /* more bytes than the limit */
    CDCMTK_REJECTED = 7,        /* the peer rejected our request; see reject_* */
    CDCMTK_NOT_DICOM = 8,       /* the first bytes were no A-ASSOCIATE-RQ; see first_bytes */
    CDCMTK_REFUSED_ADDRESS = 9, /* closed at once: the address holds too many connections */
    CDCMTK_FAILED = 10,         /* anything else; see text */
    CDCMTK_REFUSED_REQUEST = 11, /* the A-ASSOCIATE-RQ did not pass the check; see request_fault */
    CDCMTK_MADE_ROOM = 12,      /* closed before its A-ASSOCIATE-RQ was whole, because no thread was left to accept */
    CDCMTK_NOT_TLS = 13,        /* the first bytes were no TLS where TLS is spoken; see first_bytes */
    CDCMTK_TLS_FAILED = 14      /* no TLS came about; text is OpenSSL's reason */
} cdcmtk_outcome;

typedef struct cdcmtk_server cdcmtk_server;
typedef struct cdcmtk_association cdcmtk_association;

typedef struct {
    uint32_t max_pdu_bytes;             /* 4,096 to 131,072 */
    uint32_t association_seconds;       /* ACSE: from accept to the end of the A-ASSOCIATE-RQ */
    uint32_t message_seconds;           /* DIMSE: from the first to the last byte of one command or data set */
    uint32_t write_seconds;             /* until the peer takes what we send */
    uint32_t max_connections_per_address; /* beyond this the TCP connection is closed at once */
    uint32_t max_request_bytes;         /* largest A-ASSOCIATE-RQ, its six bytes of head included */
    uint32_t acceptors;                 /* threads that call cdcmtk_accept: each serves one connection at a time */
} cdcmtk_limits;

/* How an A-ASSOCIATE-RQ is refused. `result` 0 sends A-ABORT as service provider with `reason` (PS3.8 table 9-26),
 * every other value A-ASSOCIATE-RJ (table 9-21). */
typedef struct {
    uint8_t fault;              /* the checker's own number for what is wrong; 0 lets the request pass */
    uint8_t result;
    uint8_t source;
    uint8_t reason;
} cdcmtk_refusal;

/* The fault of a request over `max_request_bytes`, which is not read and not checked further. */
enum { CDCMTK_FAULT_TOO_LARGE = 1 };

/* Looks at one whole A-ASSOCIATE-RQ before DCMTK parses it: DCMTK 3.6.7 keeps what it has parsed of a broken one for
 * ever, and anyone who reaches the port may send them. Called on the accepting threads. */
typedef cdcmtk_refusal (*cdcmtk_request_check)(const uint8_t *_Nonnull bytes, size_t count);

/* Serves on a listening socket that stays the caller's (it is duplicated and set non-blocking), over TLS if `tls` is
 * given; that may be destroyed at once. The handshake is part of `association_seconds`. NULL with `problem` filled if DCMTK cannot be started. */
cdcmtk_server *_Nullable cdcmtk_server_create(
    int listening_socket, cdcmtk_limits limits, cdcmtk_request_check _Nonnull check, const cdcmtk_tls *_Nullable tls,
    cdcmtk_problem *_Nonnull problem);
/* Connections from now on use `tls`, which may be destroyed at once. */
void cdcmtk_server_renew_tls(cdcmtk_server *_Nonnull server, const cdcmtk_tls *_Nonnull tls);
/* Every cdcmtk_accept returns CDCMTK_STOPPED within about a second. Established associations go on. */
void cdcmtk_server_stop(cdcmtk_server *_Nonnull server);
/* Cuts every open connection; the threads that serve them then see CDCMTK_CLOSED. */
void cdcmtk_server_disconnect(cdcmtk_server *_Nonnull server);
/* Call when no thread is inside a call on this server and every association is closed. */
void cdcmtk_server_destroy(cdcmtk_server *_Nonnull server);

/* How often an acceptor has waited for a connection. It grows every second or so for as long as connections can be
 * made; a server whose number stands still hangs, or serves as many peers as it has threads. */
uint64_t cdcmtk_server_turns(const cdcmtk_server *_Nonnull server);

/* Waits up to a second for a connection, then up to `association_seconds` for its A-ASSOCIATE-RQ.
 * CDCMTK_OK gives an association that must be acknowledged or rejected, and closed. */
cdcmtk_outcome cdcmtk_accept(
    cdcmtk_server *_Nonnull server, cdcmtk_association *_Nullable *_Nonnull association,
    cdcmtk_problem *_Nonnull problem);

/* What the A-ASSOCIATE-RQ said; the strings belong to the association. Titles are as sent, spaces included. */
typedef struct {
    const char *_Nonnull called_ae_title;
    const char *_Nonnull calling_ae_title;
    const char *_Nonnull peer;                  /* address, from getpeername */
    const char *_Nonnull implementation_version;
    const char *_Nonnull tls_version;           /* "TLSv1.3"; empty in clear */
    const char *_Nonnull certificate;           /* SHA-256 in 64 hexadecimal digits; empty if there is none to trust */
} cdcmtk_requestor;
cdcmtk_requestor cdcmtk_requestor_of(const cdcmtk_association *_Nonnull association);

/* How many presentation contexts the request proposed. */
size_t cdcmtk_proposed_contexts(const cdcmtk_association *_Nonnull association);
/* Accepts each proposed context whose abstract syntax is listed, with the first of `transfer_syntaxes` it offers; the
 * requestor is SCU, also where it would be SCP too. */
cdcmtk_outcome cdcmtk_acknowledge(
    cdcmtk_association *_Nonnull association, const char *_Nonnull const *_Nonnull abstract_syntaxes,
    size_t abstract_count, const char *_Nonnull const *_Nonnull transfer_syntaxes, size_t transfer_count,
    cdcmtk_problem *_Nonnull problem);
/* Sends A-ASSOCIATE-RJ (PS3.8 table 9-21) and waits a moment for the peer to close. */
void cdcmtk_reject(
    cdcmtk_association *_Nonnull association, uint8_t result, uint8_t source, uint8_t reason);

/* An accepted presentation context. */
typedef struct {
    uint8_t id;
    char abstract_syntax[65];
    char transfer_syntax[65];
} cdcmtk_context;
/* Writes the accepted contexts, at most `capacity`, and gives back how many it wrote. */
size_t cdcmtk_accepted_contexts(
    const cdcmtk_association *_Nonnull association, cdcmtk_context *_Nonnull contexts, size_t capacity);

/* One command set or one data set, put together from its PDVs; the bytes stay valid until the next receive. */
typedef struct {
    const uint8_t *_Nullable bytes;
    size_t count;
    uint8_t context_id;
    int is_command;
} cdcmtk_piece;

/* Waits up to `wait_seconds` for the next piece, at most `max_bytes` long. */
cdcmtk_outcome cdcmtk_receive(
    cdcmtk_association *_Nonnull association, uint32_t wait_seconds, size_t max_bytes, cdcmtk_piece *_Nonnull piece,
    cdcmtk_problem *_Nonnull problem);
/* Whether bytes are waiting to be read, without waiting for them. */
int cdcmtk_has_input(const cdcmtk_association *_Nonnull association);

/* Sends a command set and, if `data` is given, its data set. With `more` the bytes may wait in a buffer for the next
 * call, so that thousands of small responses go out in few packets. */
cdcmtk_outcome cdcmtk_send(
    cdcmtk_association *_Nonnull association, uint8_t context_id, const uint8_t *_Nonnull command,
    size_t command_count, const uint8_t *_Nullable data, size_t data_count, int more,
    cdcmtk_problem *_Nonnull problem);

/* Answers A-RELEASE-RQ and waits a moment for the peer to close. */
void cdcmtk_acknowledge_release(cdcmtk_association *_Nonnull association);
/* Sends A-ABORT as service user and cuts the connection. */
void cdcmtk_abort(cdcmtk_association *_Nonnull association);
/* Frees the association, whatever its state. */
void cdcmtk_close(cdcmtk_association *_Nonnull association);

/* Opens an association to a peer, over TLS if `tls` is given, proposing the abstract syntaxes (at most 128) in their order
 * as contexts 1, 3, 5, ..., each with all the transfer syntaxes. The host is a name or an IPv4 address; "host:port" may be
 * at most 63 characters long. The connect time-out holds for the whole process: the last call's. */
cdcmtk_outcome cdcmtk_request(
    const char *_Nonnull host, uint16_t port, const char *_Nonnull calling_ae_title,
    const char *_Nonnull called_ae_title, const char *_Nonnull const *_Nonnull abstract_syntaxes,
    size_t abstract_count, const char *_Nonnull const *_Nonnull transfer_syntaxes, size_t transfer_count,
    uint32_t connect_seconds, cdcmtk_limits limits, const cdcmtk_tls *_Nullable tls,
    cdcmtk_association *_Nullable *_Nonnull association, cdcmtk_problem *_Nonnull problem);
/* Sends A-RELEASE-RQ and waits for the answer. */
cdcmtk_outcome cdcmtk_release(cdcmtk_association *_Nonnull association, cdcmtk_problem *_Nonnull problem);

#ifdef __cplusplus
}
#endif
#endif
