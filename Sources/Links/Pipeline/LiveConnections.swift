import NIOConcurrencyHelpers
import NIOCore

/// Every connection that is open, by the device or listener it belongs to.
final class LiveConnections: Sendable {
    /// An open connection.
    struct Member: Sendable {
        let channel: any Channel
        /// Its place in the order its listener accepted them; 0 for one that we made.
        var number: UInt64 = 0
        /// The peer's address; empty on a serial line.
        let address: String
        let watch: NIOLoopBound<ConnectionWatch>

        /// Does something with its watch, on its own loop.
        func onLoop(_ body: @escaping @Sendable (ConnectionWatch) -> Void) {
            channel.eventLoop.execute { [watch] in body(watch.value) }
        }
    }

    private let members = NIOLockedValueBox<[String: [ObjectIdentifier: Member]]>([:])

    /// Adds a connection until it ends.
    ///
    /// - Returns: Those of the same owner that were there before.
    @discardableResult
    func add(_ member: Member, of owner: String) -> [Member] {
        let id = ObjectIdentifier(member.channel)
        let older = members.withLockedValue { members in
            let older = members[owner].map { Array($0.values) } ?? []
            members[owner, default: [:]][id] = member
            return older
        }
        member.channel.closeFuture.whenComplete { [members] _ in
            members.withLockedValue { members in
                members[owner]?[id] = nil
                if members[owner]?.isEmpty == true { members[owner] = nil }
            }
        }
        return older
    }

    /// Those of an owner.
    func of(_ owner: String) -> [Member] { members.withLockedValue { $0[owner].map { Array($0.values) } ?? [] } }

    /// Lets every connection finish what it is at, and ends those that have not after `limit`.
    func stop(within limit: TimeAmount) async {
        let all = members.withLockedValue { $0.values.flatMap(\.values) }
        for member in all {
            member.channel.pipeline.fireUserInboundEventTriggered(StopWhenIdle())
            let cut = member.channel.eventLoop.scheduleTask(in: limit) { [watch = member.watch] in watch.value.cut() }
            member.channel.closeFuture.whenComplete { _ in cut.cancel() }
        }
        for member in all { try? await member.channel.closeFuture.get() }
    }
}
