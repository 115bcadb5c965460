/// Gives an entry that names no station its stations, by modality, location and procedure.
///
/// What a rule does not name, it does not ask for. A rule that names both a procedure and a modality also gives the
/// modality to an entry that has none: some HMS order a procedure and leave it to the department where it is done.
public struct StationRule: Sendable, Hashable, Codable {
    /// Modality code (`CT`).
    public var modality: String?
    /// Where the step is to be performed, or where the patient is: as the order says it, or its first word (`ER` of
    /// `ER 12 A`).
    public var location: String?
    /// Code of the procedure or of its protocol; `*` stands for any run of characters and `?` for one.
    public var procedure: String?
    /// AE titles of the stations, at least one.
    public var stationAEs: [String]

    /// A rule.
    public init(modality: String? = nil, location: String? = nil, procedure: String? = nil, stationAEs: [String]) {
        self.modality = modality
        self.location = location
        self.procedure = procedure
        self.stationAEs = stationAEs
    }

    /// Whether it fits an entry that names no station.
    public func fits(_ entry: WorklistEntry) -> Bool {
        if let modality {
            let code = entry.modality.trimmingBlanks()
            guard code == modality || (code.isEmpty && procedure != nil) else { return false }
        }
        if let location {
            let places = [entry.location, entry.details[.currentLocation] ?? ""].map { $0.trimmingBlanks() }
            // Where it is to be performed goes before where the patient lies.
            let place = places.first { !$0.isEmpty } ?? ""
            guard place == location || place.split(separator: " ").first.map(String.init) == location else {
                return false
            }
        }
        if let procedure {
            let pattern = TextPattern(procedure)
            let codes = [entry.procedureCode?.value, entry.protocolCode?.value].compactMap { $0 }
            guard codes.contains(where: { !$0.isEmpty && pattern.matches($0) }) else { return false }
        }
        return true
    }
}

extension [StationRule] {
    /// The entry with the stations of the first rule that fits, if it names none.
    func applied(to entry: WorklistEntry) -> WorklistEntry {
        guard entry.namesNoStation, let rule = first(where: { $0.fits(entry) }) else { return entry }
        var entry = entry
        entry.stationAETitles = rule.stationAEs
        if entry.modality.trimmingBlanks().isEmpty, let modality = rule.modality { entry.modality = modality }
        return entry
    }
}
