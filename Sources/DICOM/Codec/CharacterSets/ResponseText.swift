/// How a modality is to be answered: in which character sets.
public struct ResponseCharacterSets: Sendable, Hashable, Codable {
    /// The modality's own, as the element's text (`ISO_IR 100`); nil: the best for each entry.
    public var own: String?
    /// Whether nothing else may be sent to it: what its own set cannot carry is then replaced.
    public var strict: Bool
    /// Where neither the default repertoire nor the query's set will do.
    public var fallback: String

    /// Unicode where ASCII is not enough.
    public init(own: String? = nil, strict: Bool = false, fallback: String = "ISO_IR 192") {
        self.own = own
        self.strict = strict
        self.fallback = fallback
    }

    /// Whether a text names character sets that can be answered in; `ISO_IR 6` is one, too.
    public static func isUsable(_ text: String) -> Bool {
        SpecificCharacterSet(text: text).isSupported
    }
}

/// Encodes the texts of each entry of one answer in one character set.
///
/// The modality's own set comes first; without one, none when everything is ASCII, then the query's, then the fallback.
/// Unicode, which carries everything, is the last resort: no character is lost unless the modality takes nothing but
/// its own set, and then it is counted.
final class ResponseText {
    private let own: CharacterEncoder?
    private let strict: Bool
    private let others: [CharacterEncoder]
    /// Characters replaced by `?` so far.
    private(set) var replaced = 0

    /// For the answer to a query that declared `request`.
    init(_ sets: ResponseCharacterSets, request: SpecificCharacterSet?) {
        own = sets.own.map { CharacterEncoder(SpecificCharacterSet(text: $0)) }
        strict = sets.strict
        var others: [CharacterEncoder] = []
        if let request, request.isSupported, request.declared != "" { others.append(CharacterEncoder(request)) }
        others.append(CharacterEncoder(SpecificCharacterSet(text: sets.fallback)))
        others.append(CharacterEncoder(.utf8))
        self.others = others
    }

    /// The bytes of all texts and what to declare for them, empty for the default repertoire.
    func encode(_ texts: [String]) -> (declared: String, bytes: [[UInt8]]) {
        if let own {
            if let bytes = Self.all(texts, own) { return (own.declared, bytes) }
            if strict {
                let parts = texts.map { own.replacing($0) }
                replaced += parts.reduce(0) { $0 + $1.replaced }
                return (own.declared, parts.map(\.bytes))
            }
        } else if texts.allSatisfy({ $0.utf8.allSatisfy { $0 < 0x80 } }) {
            return ("", texts.map { Array($0.utf8) })
        }
        for encoder in others {
            if let bytes = Self.all(texts, encoder) { return (encoder.declared, bytes) }
        }
        // Unicode has failed only on escape characters, which `WorklistResponse` never lets through.
        return (DefinedTerm.utf8.value(extended: false), texts.map { Array($0.utf8) })
    }

    private static func all(_ texts: [String], _ encoder: CharacterEncoder) -> [[UInt8]]? {
        var bytes: [[UInt8]] = []
        bytes.reserveCapacity(texts.count)
        for text in texts {
            guard let encoded = encoder.encode(text) else { return nil }
            bytes.append(encoded)
        }
        return bytes
    }
}
