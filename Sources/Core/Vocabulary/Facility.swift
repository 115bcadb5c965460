/// The hospital as the configuration describes it (contract: `facility`).
public struct Facility: Hashable, Sendable, Codable {
    /// Its name for people.
    public var name: String
    /// IANA time zone that devices without one live in.
    public var timeZone: String
    /// The system (a URI) of MRNs whose authority is absent, unlisted or local.
    public var mrnSystem: String
    /// Authorities of other systems: HL7 CX.4 text to system URI.
    public var authorities: [String: String]
    /// The system (a URI) of accession numbers.
    public var accessionSystem: String
    /// The system (a URI) of the laboratory's own test codes; nil: they go without one.
    public var testSystem: String?

    /// A facility; the defaults serve a first try and are named in `check`.
    public init(
        name: String = "Facility", timeZone: String = "Asia/Kolkata", mrnSystem: String = "urn:labrador:mrn",
        authorities: [String: String] = [:], accessionSystem: String = "urn:labrador:accession",
        testSystem: String? = nil
    ) {
        self.name = name
        self.timeZone = timeZone
        self.mrnSystem = mrnSystem
        self.authorities = authorities
        self.accessionSystem = accessionSystem
        self.testSystem = testSystem
    }

    /// The system an MRN belongs to, by the authority that came with it.
    public func system(ofAuthority authority: String?) -> String {
        authority.flatMap { authorities[$0] } ?? mrnSystem
    }
}
