#include "Association.h"

#include <cstdio>
#include <cstring>

using namespace cdcmtk;

namespace {
/// How long a peer gets to read our last PDU and close first.
const int lingerMilliseconds = 1000;

/// A context whose requestor would be SCP alone is left without a role (PS3.7 D.3.3.4), and so refused by the user.
void refuseOtherRoles(T_ASC_Parameters *parameters) {
    int proposed = ASC_countPresentationContexts(parameters);
    for (int i = 0; i < proposed; i++) {
        T_ASC_PresentationContext context;
        if (ASC_getPresentationContext(parameters, i, &context).bad()) continue;
        if (context.resultReason != ASC_P_ACCEPTANCE || context.proposedRole != ASC_SC_ROLE_SCP) continue;
        (void)ASC_refusePresentationContext(parameters, context.presentationContextID, ASC_P_USERREJECTION);
    }
}
}  // namespace

cdcmtk_association::~cdcmtk_association() {
    if (assoc) ASC_destroyAssociation(&assoc);
    if (ownNetwork) ASC_dropNetwork(&ownNetwork);
}

Connection *cdcmtk_association::connection() const {
    if (!assoc || !assoc->DULassociation) return nullptr;
    return static_cast<Connection *>(DUL_getTransportConnection(assoc->DULassociation));
}

namespace cdcmtk {

cdcmtk_outcome explain(
    cdcmtk_problem *problem, cdcmtk_outcome outcome, const char *text, const OFCondition *condition,
    const Peer *peer) {
    *problem = cdcmtk_problem{};
    const char *detail = condition ? condition->text() : "";
    std::snprintf(problem->text, sizeof(problem->text), "%s%s%s", text, *detail ? ": " : "", detail);
    for (char *c = problem->text; *c; c++)
        if (static_cast<unsigned char>(*c) < 0x20) *c = ' ';
    if (peer) {
        std::snprintf(problem->peer, sizeof(problem->peer), "%s", peer->address.c_str());
        std::memcpy(problem->first_bytes, peer->firstBytes, peer->firstByteCount);
        problem->first_byte_count = peer->firstByteCount;
    }
    return outcome;
}

}  // namespace cdcmtk

cdcmtk_requestor cdcmtk_requestor_of(const cdcmtk_association *a) {
    const Peer &peer = *a->peer;
    return {a->called.c_str(), a->calling.c_str(), peer.address.c_str(), a->version.c_str(), peer.tlsVersion.c_str(),
            peer.certificate.c_str()};
}

cdcmtk_outcome cdcmtk_acknowledge(
    cdcmtk_association *a, const char *const *abstracts, size_t abstractCount, const char *const *transfers,
    size_t transferCount, cdcmtk_problem *problem) {
    return guarded(problem, [&] {
        // DCMTK's arrays are of non-const pointers but it only reads them. A requestor that selects roles may be SCU of
        // what we serve and nothing else.
        OFCondition done = ASC_acceptContextsWithPreferredTransferSyntaxes(
            a->assoc->params, const_cast<const char **>(abstracts), static_cast<int>(abstractCount),
            const_cast<const char **>(transfers), static_cast<int>(transferCount), ASC_SC_ROLE_SCU);
        // With no acceptable context DCMTK reports an error, but each context has its answer and A-ASSOCIATE-AC is due.
        (void)done;
        refuseOtherRoles(a->assoc->params);
        OFCondition sent = ASC_acknowledgeAssociation(a->assoc);
        if (sent.bad()) return explain(problem, CDCMTK_FAILED, "A-ASSOCIATE-AC was not sent", &sent, a->peer.get());
        return CDCMTK_OK;
    });
}

size_t cdcmtk_proposed_contexts(const cdcmtk_association *a) {
    int proposed = ASC_countPresentationContexts(a->assoc->params);
    return proposed > 0 ? static_cast<size_t>(proposed) : 0;
}

void cdcmtk_reject(cdcmtk_association *a, uint8_t result, uint8_t source, uint8_t reason) {
    cdcmtk_problem ignored;
    guarded(&ignored, [&] {
        T_ASC_RejectParameters parameters;
        parameters.result = static_cast<T_ASC_RejectParametersResult>(result);
        parameters.source = static_cast<T_ASC_RejectParametersSource>(source);
        parameters.reason = static_cast<T_ASC_RejectParametersReason>((source << 8) | reason);
        ASC_rejectAssociation(a->assoc, &parameters);
        if (Connection *connection = a->connection()) connection->lingerForPeer(lingerMilliseconds);
        return CDCMTK_OK;
    });
}

size_t cdcmtk_accepted_contexts(const cdcmtk_association *a, cdcmtk_context *contexts, size_t capacity) {
    int proposed = ASC_countPresentationContexts(a->assoc->params);
    size_t accepted = 0;
    for (int i = 0; i < proposed && accepted < capacity; i++) {
        T_ASC_PresentationContext found;
        if (ASC_getPresentationContext(a->assoc->params, i, &found).bad()) continue;
        if (found.resultReason != ASC_P_ACCEPTANCE) continue;
        cdcmtk_context &context = contexts[accepted++];
        context.id = found.presentationContextID;
        std::snprintf(context.abstract_syntax, sizeof(context.abstract_syntax), "%s", found.abstractSyntax);
        std::snprintf(context.transfer_syntax, sizeof(context.transfer_syntax), "%s", found.acceptedTransferSyntax);
    }
    return accepted;
}

void cdcmtk_acknowledge_release(cdcmtk_association *a) {
    cdcmtk_problem ignored;
    guarded(&ignored, [&] {
        // DCMTK knows nothing of the request: what comes on an association is read by PDUReader.
        uint8_t pdu[10] = {0x06, 0, 0, 0, 0, 4, 0, 0, 0, 0};
        Connection *connection = a->connection();
        if (!connection) return CDCMTK_CLOSED;
        connection->setGathering(false);
        (void)connection->write(pdu, sizeof(pdu));
        connection->lingerForPeer(lingerMilliseconds);
        return CDCMTK_OK;
    });
}

void cdcmtk_abort(cdcmtk_association *a) {
    // DCMTK's own abort then reads what the peer goes on sending, for as long as it likes.
    if (Connection *connection = a->connection()) connection->abort(DUL_SCU_INITIATED_ABORT, 0);
}

void cdcmtk_close(cdcmtk_association *a) { delete a; }
