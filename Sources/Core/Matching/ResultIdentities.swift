extension SpecimenReport {
    /// Whether nothing in it but the whole message tells its results from those of another run: no specimen id, or a
    /// control without the time of its run.
    ///
    /// Only a message that is the same byte for byte is then a resend.
    public var isIdentifiedByMessage: Bool {
        specimen.isEmpty || (!kind.concernsPatient && observations.contains { $0.performed == nil })
    }
}

/// Gives the observations of one report their identities (architecture, rule 6).
struct ResultIdentities {
    let device: DeviceID
    let report: SpecimenReport
    let match: Match
    let known: [ResultID: [KnownResult]]
    /// A digest of the message where it alone identifies the results, else empty.
    let scope: String

    /// The identity of one of them.
    ///
    /// Without the time of the run, a specimen number that is used again for another patient would look like a resend:
    /// the patient then is part of the identity.
    func id(of observation: Observation) -> ResultID {
        let plain = ResultID(device: device, specimen: report.specimen, observation: observation, scope: scope)
        guard observation.performed == nil, scope.isEmpty, let last = known[plain]?.last, let owner = owner(other: last)
        else { return plain }
        return ResultID(device: device, specimen: report.specimen, observation: observation, scope: owner)
    }

    /// Whose results these are, when they certainly are not those of `known`'s patient.
    private func owner(other known: KnownResult) -> String? {
        if let patient = known.patient, case .order(let order) = match {
            let mine = order.patient.key
            return mine == patient ? nil : "\(mine.system)|\(mine.mrn)"
        }
        if let claim = known.claim, let mine = report.patient, claim != mine {
            return "\(mine.authority ?? "")|\(mine.value)"
        }
        return nil
    }
}
