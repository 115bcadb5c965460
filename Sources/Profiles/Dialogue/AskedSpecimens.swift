import Core

/// The specimens a query names, bounded, each once.
struct AskedSpecimens: HoldsPatientData {
    /// One of them.
    struct Asked: HoldsPatientData {
        /// The accession it may be; nil when it can be none.
        var accession: String?
        /// The id as the device wrote it, trimmed.
        var sent: String
        /// What the query said of it, for echoes: in LIS02-A2 one repeat of Q.3.
        var bytes: ArraySlice<UInt8> = []
    }

    private(set) var asked: [Asked] = []
    /// How many more were named than are answered.
    private(set) var beyondLimit = 0
    /// How many can be no accession.
    private(set) var impossible = 0
    private var seen: Set<String> = []

    /// The accessions to look up.
    var accessions: [String] { asked.compactMap(\.accession) }

    var isEmpty: Bool { asked.isEmpty }

    /// Adds a specimen by the profile's rules for ids; an empty one is passed over.
    mutating func add(_ text: String, _ rule: SpecimenRule, bytes: ArraySlice<UInt8> = []) {
        let sent = trimmed(text)
        guard !sent.isEmpty, seen.insert(sent).inserted else { return }
        guard asked.count < DialogueLimits.specimensPerQuery else {
            beyondLimit += 1
            return
        }
        let accession = rule.accession(sent)
        if accession == nil { impossible += 1 }
        asked.append(Asked(accession: accession, sent: sent, bytes: bytes))
    }

    func tell(_ remarks: inout DialogueRemarks) {
        remarks.beyondLimit = beyondLimit
        remarks.impossible = impossible
    }
}

extension SpecimenRule {
    /// The accession an id of the device stands for; nil when it made it up itself, or when it is not of the
    /// laboratory's form.
    func accession(_ text: String) -> String? {
        guard let tidy = id.tidied(text) else { return nil }
        let (id, fault) = id(of: tidy)
        return fault == nil ? id : nil
    }
}
