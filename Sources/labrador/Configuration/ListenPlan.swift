import Links
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
        /// Who may connect; empty for anybody.
        var allow: [AddressRange]
        /// Where that is written.
        var allowValue: YAMLValue?

        var line: Int { value?.line ?? 0 }
        var isDevice: Bool { user.hasPrefix("device ") }

        /// Whether two devices can share the address, being told apart by who connects.
        func shares(with other: Entry) -> Bool {
            !allow.isEmpty && !other.allow.isEmpty && address.isSame(as: other.address)
        }
    }

    private var entries: [Entry] = []

    /// Adds an address. Port 0 takes a free one and is in nobody's way.
    ///
    /// - Parameter allow: The addresses a device is told by, where several share a port; read at `allowAt`.
    func add(
        _ address: SocketAddressText, for user: String, at value: YAMLValue?, allow: [AddressRange] = [],
        allowAt: YAMLValue? = nil
    ) {
        if address.port == 0 { return }
        entries.append(Entry(address: address, user: user, value: value, allow: allow, allowValue: allowAt))
    }

    /// Notes a mistake at the second of two addresses that cannot both be opened, and at the second of two devices at one
    /// address that cannot be told apart.
    func noteClashes() {
        let byPort = Dictionary(grouping: entries.enumerated(), by: \.element.address.port).values
        for group in byPort where group.count > 1 {
            let ordered = group.sorted { ($0.element.line, $0.offset) < ($1.element.line, $1.offset) }.map(\.element)
            noteTaken(ordered)
            noteOverlap(ordered)
        }
    }

    private func noteTaken(_ ordered: [Entry]) {
        if ordered.dropFirst().allSatisfy({ $0.shares(with: ordered[0]) }) { return }
        for (index, entry) in ordered.enumerated() {
            guard let value = entry.value,
                let first = ordered[..<index].first(where: { other in
                    other.address.excludes(entry.address) && !entry.shares(with: other)
                })
            else { continue }
            let place = first.value == nil ? "by default" : "line \(first.line)"
            let both = entry.isDevice && first.isDevice && entry.address.isSame(as: first.address)
            value.mistake(
                "\(entry.address) is taken: \(first.user) listens on \(first.address) (\(place)); choose another port"
                    + (both ? ", or give both devices an `allow` that tells them apart" : ""))
        }
    }

    /// The first overlap at each address that devices share.
    private func noteOverlap(_ ordered: [Entry]) {
        let shared = Dictionary(grouping: ordered.indices.filter { !ordered[$0].allow.isEmpty }) { index in
            ordered[index].address.host.lowercased()
        }
        for indices in shared.values {
            let ranges = indices.flatMap { index in ordered[index].allow.map { (range: $0, owner: index) } }
            guard let clash = AddressRange.clash(in: ranges) else { continue }
            let (first, second) =
                clash.first.owner < clash.second.owner ? (clash.first, clash.second) : (clash.second, clash.first)
            let (other, entry) = (ordered[first.owner], ordered[second.owner])
            entry.allowValue?.mistake(
                "\(second.range) overlaps \(first.range) of \(other.user) (line \(other.line)) at the same port; an "
                    + "address must belong to one device")
        }
    }
}

extension SocketAddressText {
    /// Whether two listeners cannot both be opened: the same port at the same address, or at every address of the
    /// machine.
    fileprivate func excludes(_ other: SocketAddressText) -> Bool {
        port == other.port && (isEverywhere || other.isEverywhere || isSame(as: other))
    }

    fileprivate func isSame(as other: SocketAddressText) -> Bool {
        port == other.port && (host == other.host || host.lowercased() == other.host.lowercased())
    }

    private var isEverywhere: Bool { host == "0.0.0.0" || host == "::" }
}
