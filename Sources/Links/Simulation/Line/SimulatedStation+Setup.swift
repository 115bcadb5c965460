import ASTM
import Core
import Profiles

extension SimulatedStation {
    /// What it is made from.
    public struct Setup: Sendable {
        /// The language.
        public var profile: Profile
        /// Analyser or host.
        public var role: SimulatedRole
        /// Where.
        public var place: SimulatedPlace
        /// Zone and systems.
        public var facility = Facility()
        /// Whether it refuses what it is sent.
        public var refuses = false
        /// What goes wrong.
        public var faults: [FaultRequest] = []
        /// Decides where exactly.
        public var seed: UInt64?
        /// How long it waits.
        public var times = SimulatedTimes()

        /// A peer that does everything right.
        public init(profile: Profile, role: SimulatedRole, place: SimulatedPlace) {
            self.profile = profile
            self.role = role
            self.place = place
        }
    }
}

extension SimulatedStation.Setup {
    /// The machines of this peer.
    func desk(
        started: Timestamp, clock: @escaping @Sendable () -> Timestamp,
        tell: @escaping @Sendable (SimulationNews) -> Void
    ) -> SimulatedDesk {
        let voice = SimulatedVoice(
            profile: profile, facility: facility, refuses: refuses, times: times,
            controlIDs: ControlIDs(started: started))
        let part: any SimulatedPart =
            switch role {
            case .analyser: SimulatedAnalyser(voice)
            case .host(let orders, let sendsOrders): SimulatedHost(voice, work: orders, sendsOrders: sendsOrders)
            }
        return SimulatedDesk(part: part, makeConversation: conversation, clock: clock, tell: tell)
    }

    /// The conversation of a new connection.
    private var conversation: @Sendable () -> any SimulatedConversation {
        let role: LinkSender.Role = if case .analyser = role { .instrument } else { .computer }
        return { [profile, times, refuses] in
            var limits = LinkLimits()
            limits.frameBytes = profile.link.frameBytes
            switch SimulatedSpeech(profile) {
            case .ownBlocks:
                return BlockConversation(
                    profile: profile, times: times, isAnalyser: role == .instrument, refuses: refuses)
            case .blocks: return MLLPConversation(profile: profile, times: times)
            case .records:
                return ASTMConversation(
                    link: UnframedLink(limits: limits, timers: times.link),
                    decoder: .records(RecordDecoder(limits: limits)), settings: profile.link, times: times,
                    refuses: refuses)
            case .frames:
                return ASTMConversation(
                    link: LinkMachine(role: role, limits: limits, timers: times.link),
                    decoder: .frames(FrameDecoder(limits: limits, checksum: profile.checksum)), settings: profile.link,
                    times: times, refuses: refuses)
            }
        }
    }
}
