/// Where a delivery stands.
public enum DeliveryState: String, Sendable, Codable, CaseIterable {
    /// Waits for its turn or its time.
    case ready
    /// Being sent.
    case leased
    /// The destination said it has it.
    case delivered
    /// Sent, and no answer came: the destination may or may not have it. Asked before it is sent again.
    case ambiguous
    /// Set aside: the destination refuses this one while it takes others, or a person skipped it.
    case parked
    /// Refused for good; a person reads why and retries or skips.
    case dead
}

/// One report or performed step on its way to one destination.
public struct Delivery: Hashable, Sendable, HoldsPatientData {
    /// Its number.
    public var id: DeliveryID
    /// Where it goes.
    public var destination: DestinationID
    /// Deliveries of one key go one after the other, oldest first: the accession, or the step's UID where requests are
    /// passed on.
    public var key: String
    /// How often it was tried.
    public var attempts: Int
    /// Whether an earlier attempt ended without an answer, so that the destination must be asked first.
    public var isAmbiguous: Bool
    /// What is sent.
    public var content: Content

    /// What a delivery can hold.
    public enum Content: Hashable, Sendable, HoldsPatientData {
        /// Results of a laboratory device.
        case report(DeliverableReport)
        /// What a modality did.
        case step(DeliverableStep)
        /// What a modality said, to be passed on as it came.
        case request(ProcedureStepRequest)

        /// When it arrived.
        public var received: Timestamp {
            switch self {
            case .report(let report): report.received
            case .step(let step): step.received
            case .request(let request): request.received
            }
        }
    }

    /// A delivery.
    public init(
        id: DeliveryID, destination: DestinationID, key: String, attempts: Int, isAmbiguous: Bool, content: Content
    ) {
        self.id = id
        self.destination = destination
        self.key = key
        self.attempts = attempts
        self.isAmbiguous = isAmbiguous
        self.content = content
    }
}

/// A performed procedure step with all a destination needs to know.
public struct DeliverableStep: Hashable, Sendable, HoldsPatientData {
    /// What was done.
    public var step: ProcedureStep
    /// The modality's configured name.
    public var device: DeviceID
    /// The orders it was done for, at least one, in the modality's order.
    public var orders: [Order]
    /// When it began, ISO 8601 with offset; a date alone where no more is known.
    public var started: String?
    /// When it ended, likewise.
    public var ended: String?
    /// When the last news of it arrived.
    public var received: Timestamp

    /// A step ready to send.
    public init(
        step: ProcedureStep, device: DeviceID, orders: [Order], started: String? = nil, ended: String? = nil,
        received: Timestamp
    ) {
        self.step = step
        self.started = started
        self.ended = ended
        self.device = device
        self.orders = orders
        self.received = received
    }
}

/// A report with all a destination needs to know.
public struct DeliverableReport: Hashable, Sendable, HoldsPatientData {
    /// Its number.
    public var id: ReportID
    /// The message it came in.
    public var message: MessageID
    /// The device that sent it.
    public var device: DeviceID
    /// The order it was matched to.
    public var order: Order
    /// The results, in the device's order; only those that may be posted.
    public var results: [LabResult]
    /// When the message arrived.
    public var received: Timestamp
    /// What was sent before of the report that this one is a part of, oldest first; nil where it is a report of its own.
    public var earlier: [EarlierResults]?

    /// A report ready to send.
    public init(
        id: ReportID, message: MessageID, device: DeviceID, order: Order, results: [LabResult], received: Timestamp,
        earlier: [EarlierResults]? = nil
    ) {
        self.id = id
        self.message = message
        self.device = device
        self.order = order
        self.results = results
        self.received = received
        self.earlier = earlier
    }
}

/// Results that an earlier message brought to a report that grows.
public struct EarlierResults: Hashable, Sendable, HoldsPatientData {
    /// When that message arrived.
    public var received: Timestamp
    /// Those of its results that still stand.
    public var results: [LabResult]

    /// Results of one message.
    public init(received: Timestamp, results: [LabResult]) {
        self.received = received
        self.results = results
    }
}
