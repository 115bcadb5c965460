import Profiles

/// The addresses a configuration listens on, gathered while it is read, to find two that exclude each other before
/// `serve` does.
final class ListenPlan {
    private struct Entry {
        var address: SocketAddressText
        /// Who listens: `device haem-1`.
        var user: String
        /// Where it is written; nil for a default.
        var value: YAMLValue?

        var line: Int { value?.line ?? 0 }
    }

    private var entries: [Entry] = []

    /// Adds an address. Port 0 takes a free one and is in nobody's way.
    func add(_ address: SocketAddressText, for user: String, at value: YAMLValue?) {
        if address.port != 0 { entries.append(Entry(address: address, user: user, value: value)) }
    }

    /// Notes a mistake at the second of two addresses that cannot both be opened.
    func noteClashes() {
        let ordered = entries.enumerated().sorted { ($0.element.line, $0.offset) < ($1.element.line, $1.offset) }
            .map(\.element)
        for (index, entry) in ordered.enumerated() {
            guard let value = entry.value,
                let first = ordered[..<index].first(where: { $0.address.excludes(entry.address) })
            else { continue }
            let place = first.value == nil ? "by default" : "line \(first.line)"
            value.mistake(
                "\(entry.address) is taken: \(first.user) listens on \(first.address) (\(place)); choose another port")
        }
    }
}

extension SocketAddressText {
    /// Whether two listeners cannot both be opened: the same port at the same address, or at every address of the
    /// machine.
    fileprivate func excludes(_ other: SocketAddressText) -> Bool {
        port == other.port && (isEverywhere || other.isEverywhere || host.lowercased() == other.host.lowercased())
    }

    private var isEverywhere: Bool { host == "0.0.0.0" || host == "::" }
}
