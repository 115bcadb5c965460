/// What becomes of a new connection.
enum Admission: Sendable, Equatable {
    case admitted
    case refused(String)
}

/// Decides on a new connection by its address and how many are open.
func admit(
    address: String?, allow: [AddressRange], open: OpenConnections.Occupancy, bounds: LinkBounds
) -> Admission {
    let peer = address.flatMap { IPAddress($0) }
    if !allow.isEmpty, !allow.contains(where: { range in peer.map(range.contains) ?? false }) {
        let who = peer?.description ?? "an unknown address"
        return .refused("A connection from \(who) was closed: it is not in `allow`.")
    }
    let full = [
        (open.inAll, bounds.connectionsInAll, "to this daemon"),
        (open.ofListener, bounds.connectionsPerListener, "on this link"),
        (open.ofAddress, bounds.connectionsPerAddress, "from \(address ?? "an unknown address")"),
    ].first { $0.0 >= $0.1 }
    guard let full else { return .admitted }
    return .refused("\(full.1) connections \(full.2) are open already; a further one was closed.")
}

/// One of those who share a listening port: a device, or the order listener.
struct Door: Sendable {
    /// Its name, under which its connections are counted.
    let owner: String
    /// Who may come in; empty allows anybody, and then it is the only one at its port.
    let allow: [AddressRange]
    /// Whether a new connection ends the older ones.
    let oneConnection: Bool
    let remark: @Sendable (String) -> Void
    let pipeline: LinkPipeline
}

/// Finds the door of a peer at a port that several devices share.
struct Doors: Sendable {
    let all: [Door]
    /// Doors by the single addresses they admit.
    private let byAddress: [IPAddress: Int]
    /// Doors with ranges, or open to all.
    private let others: [Int]

    init(_ doors: [Door]) {
        all = doors
        var byAddress: [IPAddress: Int] = [:]
        var others: [Int] = []
        for (index, door) in doors.enumerated() {
            for range in door.allow { if let single = range.single { byAddress[single] = index } }
            if door.allow.isEmpty || door.allow.contains(where: { $0.single == nil }) { others.append(index) }
        }
        self.byAddress = byAddress
        self.others = others
    }

    /// The door of this address. A port with a single door leaves the question to `admit`.
    func door(for address: String?) -> Door? {
        if all.count == 1 { return all[0] }
        guard let peer = address.flatMap({ IPAddress($0) }) else { return nil }
        if let index = byAddress[peer] { return all[index] }
        return others.first { all[$0].allow.contains { $0.contains(peer) } }.map { all[$0] }
    }

    /// Why an address that belongs to nobody here is refused.
    static func stranger(_ address: String?) -> String {
        let who = address.flatMap { IPAddress($0)?.description } ?? "an unknown address"
        return "A connection from \(who) was closed: it is in no `allow` of the devices at this port."
    }
}
