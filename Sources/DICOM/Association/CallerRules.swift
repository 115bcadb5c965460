/// What a modality must do to be let in, beside knowing the titles.
public struct CallerRules: Sendable, Hashable, Codable {
    /// TLS of one modality.
    public struct TLS: Sendable, Hashable, Codable {
        /// Whether it is rejected on the clear port.
        public var isRequired: Bool
        /// The certificate it must show; nil for any that is trusted.
        public var pin: CertificatePin?

        /// Rules.
        public init(isRequired: Bool = true, pin: CertificatePin? = nil) {
            self.isRequired = isRequired
            self.pin = pin
        }
    }

    /// The only address it may call from, as text; nil for any.
    public var address: String?
    /// Its associations at a time; nil for no limit of its own.
    public var maxAssociations: Int?
    /// What is asked of it about TLS, and that calls to it use TLS; nil for nothing.
    public var tls: TLS?

    /// Rules.
    public init(address: String? = nil, maxAssociations: Int? = nil, tls: TLS? = nil) {
        self.address = address
        self.maxAssociations = maxAssociations
        self.tls = tls
    }
}

/// What a request for an association says of itself and how it came.
struct AssociationRequest: Hashable, Sendable {
    /// As sent.
    var called: String
    /// As sent.
    var calling: String
    /// The peer's address, as text.
    var address: String
    var transport = PeerTransport.clear
}

/// Associations open now, the one that asks not counted.
struct OpenAssociations: Hashable, Sendable {
    private(set) var all = 0
    private(set) var byAddress: [String: Int] = [:]
    /// By the modality's id.
    private(set) var byModality: [String: Int] = [:]

    mutating func add(address: String, modality: String) {
        all += 1
        byAddress[address, default: 0] += 1
        byModality[modality, default: 0] += 1
    }

    mutating func remove(address: String, modality: String) {
        all -= 1
        byAddress[address] = Self.oneLess(byAddress[address])
        byModality[modality] = Self.oneLess(byModality[modality])
    }

    /// Nil at nought, so that addresses are not kept for ever.
    private static func oneLess(_ count: Int?) -> Int? {
        guard let count, count > 1 else { return nil }
        return count - 1
    }
}
