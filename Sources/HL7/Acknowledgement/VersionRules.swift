/// What the version of a message (MSH-12) asks of its acknowledgement: strict receivers refuse what their version has not.
struct VersionRules: Hashable {
    /// MSH-9 has a third component, the message structure (since 2.3.1).
    let namesStructure: Bool
    /// MSA-3 may hold a text (withdrawn in 2.7, in favour of ERR).
    let hasMessageText: Bool

    /// - Parameter version: MSH-12.1 as sent; what is no version counts as one between 2.3.1 and 2.6.
    init(_ version: String) {
        let parts = version.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        guard parts.count >= 2, parts.count <= 3, parts[0] == 2, let minor = parts[1] else {
            (namesStructure, hasMessageText) = (true, true)
            return
        }
        namesStructure = minor > 3 || (minor == 3 && parts.count == 3)
        hasMessageText = minor < 7
    }
}
