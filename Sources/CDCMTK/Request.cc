#include "Association.h"

#include <cstring>

using namespace cdcmtk;

namespace {

cdcmtk_outcome refused(cdcmtk_association *a, const OFCondition &condition, cdcmtk_problem *problem) {
    if (condition != DUL_ASSOCIATIONREJECTED) {
        if (a->peer && !a->peer->tlsFailure.empty()) {
            return explain(problem, CDCMTK_TLS_FAILED, a->peer->tlsFailure.c_str(), nullptr, a->peer.get());
        }
        bool late = condition == DUL_READTIMEOUT || (a->peer && a->peer->timedOut);
        if (late) return explain(problem, CDCMTK_NOTHING, "no answer in time", nullptr, a->peer.get());
        if (condition == DUL_PEERABORTEDASSOCIATION) {
            return explain(problem, CDCMTK_ABORTED, "the peer aborted", nullptr, a->peer.get());
        }
        return explain(problem, CDCMTK_FAILED, "no association", &condition, a->peer.get());
    }
    T_ASC_RejectParameters rejected = {};
    ASC_getRejectParameters(a->assoc->params, &rejected);
    explain(problem, CDCMTK_REJECTED, "A-ASSOCIATE-RJ", nullptr, a->peer.get());
    problem->reject_result = static_cast<uint16_t>(rejected.result);
    problem->reject_source = static_cast<uint16_t>(rejected.source);
    problem->reject_reason = static_cast<uint16_t>(rejected.reason & 0xff);
    return CDCMTK_REJECTED;
}

}  // namespace

cdcmtk_outcome cdcmtk_request(
    const char *host, uint16_t port, const char *calling, const char *called, const char *const *abstracts,
    size_t abstractCount, const char *const *transfers, size_t transferCount, uint32_t connectSeconds,
    cdcmtk_limits limits, const cdcmtk_tls *tls, cdcmtk_association **association, cdcmtk_problem *problem) {
    *association = nullptr;
    return guarded(problem, [&]() -> cdcmtk_outcome {
        std::string address = std::string(host) + ":" + std::to_string(port);
        // DCMTK keeps it in a buffer of 64 and cuts longer ones silently.
        if (address.size() > 63 || std::strchr(host, ':')) {
            return explain(problem, CDCMTK_FAILED, "use a host name or an IPv4 address of at most 57 characters");
        }
        auto made = std::make_unique<cdcmtk_association>();
        made->limits = limits;
        made->ownLayer = std::make_unique<Layer>(limits, contextOf(tls));
        int seconds = static_cast<int>(limits.association_seconds);
        OFCondition ready = ASC_initializeNetwork(NET_REQUESTOR, 0, seconds, &made->ownNetwork);
        if (ready.good()) ready = ASC_setTransportLayer(made->ownNetwork, made->ownLayer.get(), 0);
        T_ASC_Parameters *parameters = nullptr;
        if (ready.good()) ready = ASC_createAssociationParameters(&parameters, static_cast<long>(limits.max_pdu_bytes));
        if (ready.good()) ready = ASC_setAPTitles(parameters, calling, called, nullptr);
        if (ready.good()) ready = ASC_setPresentationAddresses(parameters, "labrador", address.c_str());
        // Their ids are the odd numbers of a byte (PS3.8 9.3.2.2).
        for (size_t i = 0; i < abstractCount && i < 128 && ready.good(); i++) {
            ready = ASC_addPresentationContext(
                parameters, static_cast<T_ASC_PresentationContextID>(2 * i + 1), abstracts[i],
                const_cast<const char **>(transfers), static_cast<int>(transferCount));
        }
        if (ready.bad()) {
            if (parameters) ASC_destroyAssociationParameters(&parameters);
            return explain(problem, CDCMTK_FAILED, "no request could be made", &ready);
        }
        dcmConnectionTimeout.set(static_cast<Sint32>(connectSeconds));
        Attempt attempt;
        currentAttempt = &attempt;
        // Takes over the parameters, also when it fails.
        OFCondition done = ASC_requestAssociation(
            made->ownNetwork, parameters, &made->assoc, nullptr, nullptr, DUL_NOBLOCK, seconds);
        currentAttempt = nullptr;
        made->peer = attempt.peer ? attempt.peer : std::make_shared<Peer>();
        if (done.bad()) return refused(made.get(), done, problem);
        *association = made.release();
        return CDCMTK_OK;
    });
}
