import ASTM
import Blocks
import Core
import NIOCore
import Profiles

/// Makes the protocol handlers of one device, one a connection: the only place that does.
struct DeviceHandlers: Sendable {
    let device: DeviceConfiguration
    /// The device's profile; one that changed serves new connections, and queries and downloads at once.
    var live: LiveProfile
    let bounds: LinkBounds
    let facility: Facility
    let journal: any Journal
    let orders: any DeviceOrders
    let status: LinkStatusBoard
    let trace: LinkTrace
    /// Where the daemon finds the device's connections.
    let outlet: DeviceOutlet
    let controlIDs: ControlIDs
    let clock: @Sendable () -> Timestamp
    /// Runs when it was noted that the device was told of orders.
    var noted: @Sendable () -> Void = {}
    /// Runs the writing of an answer to a query.
    var work: @Sendable (@escaping @Sendable () -> Void) -> Void = QueryDesk.aside

    init(
        device: DeviceConfiguration, live: LiveProfile? = nil, bounds: LinkBounds, facility: Facility,
        journal: any Journal, orders: any DeviceOrders, status: LinkStatusBoard, trace: LinkTrace,
        outlet: DeviceOutlet, controlIDs: ControlIDs, clock: @escaping @Sendable () -> Timestamp,
        noted: @escaping @Sendable () -> Void = {},
        work: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void = QueryDesk.aside
    ) {
        self.device = device
        self.live = live ?? LiveProfile(device.profile)
        self.bounds = bounds
        self.facility = facility
        self.journal = journal
        self.orders = orders
        self.status = status
        self.trace = trace
        self.outlet = outlet
        self.controlIDs = controlIDs
        self.clock = clock
        self.noted = noted
        self.work = work
    }

    /// The profile now.
    private var profile: Profile { live.now }

    /// What answers the device's queries, and writes to it unasked.
    var desk: QueryDesk {
        QueryDesk(
            device: device.id, live: live, orders: orders, facility: facility, controlIDs: controlIDs,
            remark: { [status, id = device.id] in status.remark(id, $0) }, clock: clock,
            noted: noted, work: work)
    }

    /// What the device's health is told in: frames of its line, or messages.
    var health: LinkHealth {
        if profile.wire == .hl7 { return LinkHealth(unit: .message) }
        let isSerial = if case .serial = device.link { true } else { false }
        return LinkHealth(
            unit: profile.wire == .blocks ? .block(isSerial: isSerial) : .frame(isSerial: isSerial))
    }

    /// The handler of a new connection.
    func make() -> any ChannelInboundHandler {
        let connection = trace.connection()
        // One connection is spoken by one profile, whatever is changed meanwhile.
        let profile = profile
        let handler: any ChannelInboundHandler
        switch (profile.wire, profile.link.framing) {
        case (.astm, .frames): handler = framed(profile, connection)
        case (.astm, .unframed): handler = unframed(profile, connection)
        case (.hl7, _): handler = mllp(profile, connection)
        case (.blocks, _): handler = blocks(profile.blocks, connection)
        }
        return TraceHandler(connection, followedBy: handler)
    }

    // MARK: - ASTM

    private func limits(_ profile: Profile) -> LinkLimits {
        var limits = LinkLimits()
        limits.frameBytes = profile.link.frameBytes
        limits.messageBytes = bounds.messageBytes
        return limits
    }

    private func framed(_ profile: Profile, _ connection: ConnectionTrace) -> any ChannelInboundHandler {
        let (settings, limits) = (profile.link, limits(profile))
        var options = LinkOptions()
        options.savesEveryFrame = settings.savesEveryFrame
        options.enquiryInTransfer = settings.enquiryInTransfer == .restart ? .restart : .refuse
        var timers = LinkTimers()
        // Less a margin for the way, as with the standard's own.
        if let within = settings.answerWithin { timers.answerDue = within - min(.seconds(1), within / 5) }
        return astm(
            LinkMachine(role: .computer, limits: limits, timers: timers, options: options),
            .frames(FrameDecoder(limits: limits, checksum: profile.checksum)), profile, connection)
    }

    private func unframed(_ profile: Profile, _ connection: ConnectionTrace) -> any ChannelInboundHandler {
        let limits = limits(profile)
        return astm(UnframedLink(limits: limits), .records(RecordDecoder(limits: limits)), profile, connection)
    }

    private func astm(
        _ link: some DuplexLink, _ decoder: LinkDecoder, _ profile: Profile, _ connection: ConnectionTrace
    ) -> any ChannelInboundHandler {
        ASTMLinkHandler(
            device: device.id, journal: journal, status: status, link: link, decoder: decoder,
            waitingBytes: limits(profile).waitingBytes, trace: connection, outlet: outlet,
            dialogue: ASTMDialogue(desk: desk, settings: profile.link), clock: clock)
    }

    // MARK: - Blocks

    private func blocks(_ rules: BlockRules, _ connection: ConnectionTrace) -> any ChannelInboundHandler {
        var limits = BlockLimits()
        limits.messageBytes = bounds.messageBytes
        return BlockLinkHandler(
            device: device.id, journal: journal, status: status,
            link: BlockLink(framing: rules.framing, dialogue: rules.dialogue, limits: limits), trace: connection,
            outlet: outlet, desk: desk, clock: clock)
    }

    // MARK: - HL7

    private func mllp(_ profile: Profile, _ connection: ConnectionTrace) -> any ChannelInboundHandler {
        let account = LinkAccount(trace: connection, health: status.health(device.id))
        let acceptor = ResultAcceptor(
            device: device.id, profile: profile, journal: journal, status: status, controlIDs: controlIDs,
            account: account, desk: desk)
        return MLLPHandler(
            acceptor: acceptor, bounds: bounds, account: account, outlet: outlet, clock: clock,
            connection: { [status, id = device.id] in $0 ? status.connected(id) : status.disconnected(id) },
            remark: desk.remark)
    }
}
