import Core

/// Why an association is rejected.
enum Rejection: Error, Hashable, Sendable {
    case calledTitleUnknown
    case callingTitleUnknown
    /// Another address than the modality's own.
    case foreignAddress(RadiologyModality)
    /// The modality must use TLS and did not.
    case inClear(RadiologyModality)
    /// The modality's certificate is pinned, and it showed another one or none.
    case foreignCertificate(RadiologyModality, shown: CertificatePin?)
    case tooMany
    case tooManyFromAddress
    case tooManyOfModality(RadiologyModality)

    /// Result, source and reason (PS3.8 table 9-21).
    ///
    /// A caller who is not who he says he is gets no other answer than an unknown one.
    var codes: (result: UInt8, source: UInt8, reason: UInt8) {
        switch self {
        case .calledTitleUnknown: (1, 1, 7)
        case .callingTitleUnknown, .foreignAddress, .inClear, .foreignCertificate: (1, 1, 3)
        case .tooMany, .tooManyFromAddress, .tooManyOfModality: (2, 3, 2)
        }
    }

    /// For the log.
    func sentence(for request: AssociationRequest, _ configuration: RadiologyConfiguration) -> String {
        switch self {
        case .calledTitleUnknown:
            "association rejected: it calls \(PeerText.title(request.called)), we are "
                + "\"\(configuration.aeTitle)\"; correct the title at the modality"
        case .callingTitleUnknown: "association rejected: no modality with this AE title under dicom.modalities"
        case .foreignAddress(let modality):
            "association rejected: it comes from \(request.address), and \(modality.id) calls from "
                + "\(modality.rules.address ?? "") only; correct `host`, or remove `check_address`"
        case .inClear(let modality):
            "association rejected: \(modality.id) must use TLS and came on the clear port; switch TLS on at the "
                + "modality, or set `tls.required: false`"
        case .foreignCertificate(let modality, let shown):
            shown.map {
                "association rejected: \(modality.id) showed the certificate \($0), which is "
                    + (modality.rules.tls?.pin == nil ? "the `tls.pin` of another modality" : "not its `tls.pin`")
            }
                ?? "association rejected: \(modality.id) showed no certificate, and its `tls.pin` asks for one"
        case .tooMany:
            "association rejected for now: \(configuration.limits.maxAssociations) are open "
                + "(dicom.limits.associations)"
        case .tooManyFromAddress:
            "association rejected for now: \(configuration.limits.maxAssociationsPerAddress) from this address are "
                + "open (dicom.limits.associations_per_address)"
        case .tooManyOfModality(let modality):
            "association rejected for now: \(modality.id) has \(modality.rules.maxAssociations ?? 0) open "
                + "(max_associations)"
        }
    }
}

/// Decides whether an association is let in.
enum Admission {
    /// The modality that calls.
    static func decide(
        _ request: AssociationRequest, open: OpenAssociations, _ configuration: RadiologyConfiguration
    ) throws(Rejection) -> RadiologyModality {
        guard configuration.isSame(request.called, configuration.aeTitle) else { throw .calledTitleUnknown }
        guard let modality = configuration.modality(calling: request.calling) else { throw .callingTitleUnknown }
        let rules = modality.rules
        if let address = rules.address, address != request.address { throw .foreignAddress(modality) }
        switch request.transport {
        case .clear: if rules.tls?.isRequired == true { throw .inClear(modality) }
        case .tls(_, let certificate):
            // A certificate that is one modality's pin stands for no other: nobody else vouches for it.
            let isForeign =
                rules.tls?.pin.map { $0 != certificate } ?? certificate.map(configuration.pins.contains) ?? false
            if isForeign { throw .foreignCertificate(modality, shown: certificate) }
        }
        let limits = configuration.limits
        guard open.all < limits.maxAssociations else { throw .tooMany }
        guard open.byAddress[request.address] ?? 0 < limits.maxAssociationsPerAddress else { throw .tooManyFromAddress }
        if let most = rules.maxAssociations, open.byModality[modality.id] ?? 0 >= most {
            throw .tooManyOfModality(modality)
        }
        return modality
    }
}
