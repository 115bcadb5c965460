import Core

/// A profile's id as it is given to `profile new`: vendor, hyphen, model.
public struct ProfileID: Hashable, Sendable {
    /// Characters an id may have.
    private static let longest = 64

    /// The maker's folder.
    public let vendor: String
    /// The model's folder.
    public let model: String

    /// - Returns: nil for a text that is no id.
    public init?(_ text: String) {
        let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let isPlain = text.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "-") }
        guard parts.count == 2, isPlain, text.count <= Self.longest,
            parts.allSatisfy({ $0.first.map { $0 != "-" } ?? false && $0.last != "-" })
        else { return nil }
        vendor = String(parts[0])
        model = String(parts[1])
    }

    /// A name for people to begin with: `horiba-yumizen-h500` is `Horiba yumizen h500`, written as words.
    public var name: String {
        (vendor + "-" + model).split(separator: "-").map { word in
            word.contains(where: \.isNumber) ? word.uppercased() : word.prefix(1).uppercased() + word.dropFirst()
        }.joined(separator: " ")
    }
}

extension Profile {
    /// What a test case of a recording expects (`expected.json`): what `decode --format json` gives, without `fields`.
    public func expectation(of capture: [UInt8]) -> (text: String, isRefusal: Bool) {
        let report = decode(capture)
        if let refusal = report.unreadable { return (refusal + "\n", true) }
        return (report.json(fields: false).indented, false)
    }
}
