import ASTM
import Core
import NIOCore
import Profiles

/// Makes the protocol handlers of one device, one a connection: the only place that does.
struct DeviceHandlers: Sendable {
    let device: DeviceConfiguration
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

    /// What answers the device's queries, and writes to it unasked.
    var desk: QueryDesk {
        QueryDesk(
            device: device.id, profile: device.profile, orders: orders, facility: facility, controlIDs: controlIDs,
            remark: { [status, id = device.id] in status.remark(id, $0) }, clock: clock,
            noted: noted, work: work)
    }

    /// What the device's health is told in: frames of its line, or messages.
    var health: LinkHealth {
        if device.profile.wire == .hl7 { return LinkHealth(unit: .message) }
        if case .serial = device.link { return LinkHealth(unit: .frame(isSerial: true)) }
        return LinkHealth(unit: .frame(isSerial: false))
    }

    /// The handler of a new connection.
    func make() -> any ChannelInboundHandler {
        let connection = trace.connection()
        let handler: any ChannelInboundHandler
        switch (device.profile.wire, device.profile.link.framing) {
        case (.astm, .frames): handler = framed(connection)
        case (.astm, .unframed): handler = unframed(connection)
        case (.hl7, _): handler = mllp(connection)
        }
        return TraceHandler(connection, followedBy: handler)
    }

    // MARK: - ASTM

    private var limits: LinkLimits {
        var limits = LinkLimits()
        limits.frameBytes = device.profile.link.frameBytes
        limits.messageBytes = bounds.messageBytes
        return limits
    }

    private func framed(_ connection: ConnectionTrace) -> any ChannelInboundHandler {
        let settings = device.profile.link
        var options = LinkOptions()
        options.savesEveryFrame = settings.savesEveryFrame
        options.enquiryInTransfer = settings.enquiryInTransfer == .restart ? .restart : .refuse
        return astm(
            LinkMachine(role: .computer, limits: limits, options: options),
            .frames(FrameDecoder(limits: limits, checksum: device.profile.checksum)), connection)
    }

    private func unframed(_ connection: ConnectionTrace) -> any ChannelInboundHandler {
        astm(UnframedLink(limits: limits), .records(RecordDecoder(limits: limits)), connection)
    }

    private func astm(
        _ link: some DuplexLink, _ decoder: LinkDecoder, _ connection: ConnectionTrace
    ) -> any ChannelInboundHandler {
        ASTMLinkHandler(
            device: device.id, journal: journal, status: status, link: link, decoder: decoder,
            waitingBytes: limits.waitingBytes, trace: connection, outlet: outlet,
            dialogue: ASTMDialogue(desk: desk, settings: device.profile.link), clock: clock)
    }

    // MARK: - HL7

    private func mllp(_ connection: ConnectionTrace) -> any ChannelInboundHandler {
        let account = LinkAccount(trace: connection, health: status.health(device.id))
        let acceptor = ResultAcceptor(
            device: device.id, profile: device.profile, journal: journal, status: status, controlIDs: controlIDs,
            account: account, desk: desk)
        return MLLPHandler(
            acceptor: acceptor, bounds: bounds, account: account, outlet: outlet, clock: clock,
            connection: { [status, id = device.id] in $0 ? status.connected(id) : status.disconnected(id) },
            remark: desk.remark)
    }
}
