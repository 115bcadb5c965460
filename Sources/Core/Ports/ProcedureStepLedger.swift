/// What a modality asks to be done with a performed procedure step.
public struct ProcedureStepRequest: Hashable, Sendable, HoldsPatientData {
    /// Which of the two operations (PS3.4 section F.7.2).
    public enum Operation: String, Sendable, CaseIterable {
        /// N-CREATE.
        case create = "N-CREATE"
        /// N-SET.
        case set = "N-SET"
    }

    /// Which operation.
    public var operation: Operation
    /// SOP Instance UID of the step.
    public var uid: String
    /// The modality's configured name.
    public var device: DeviceID
    /// The data set exactly as it was received.
    public var bytes: [UInt8]
    /// UID of the transfer syntax the bytes are written in.
    public var transferSyntax: String
    /// When it arrived.
    public var received: Timestamp

    /// A request.
    public init(
        operation: Operation, uid: String, device: DeviceID, bytes: [UInt8], transferSyntax: String,
        received: Timestamp
    ) {
        self.operation = operation
        self.uid = uid
        self.device = device
        self.bytes = bytes
        self.transferSyntax = transferSyntax
        self.received = received
    }
}

/// A step as it is stored.
public struct KnownProcedureStep: Hashable, Sendable, HoldsPatientData {
    /// What it says.
    public var step: ProcedureStep
    /// All its attributes; how they are written is the business of whoever decides on requests.
    public var attributes: [UInt8]
    /// Whether the request at hand is one that was taken already, byte for byte.
    public var isReplay: Bool

    /// A stored step.
    public init(step: ProcedureStep, attributes: [UInt8], isReplay: Bool) {
        self.step = step
        self.attributes = attributes
        self.isReplay = isReplay
    }
}

/// What is decided on a request.
public struct ProcedureStepRuling: Hashable, Sendable, HoldsPatientData {
    /// The step to be stored from now on, with all its attributes; nil when the request is refused.
    public var result: Result?
    /// The DIMSE status it will be answered with.
    public var status: UInt16
    /// What was wrong or is worth knowing, in sentences without names; kept with the request.
    public var remarks: [String]

    /// A step with all its attributes.
    public struct Result: Hashable, Sendable, HoldsPatientData {
        /// What it says.
        public var step: ProcedureStep
        /// All its attributes.
        public var attributes: [UInt8]

        /// A step.
        public init(step: ProcedureStep, attributes: [UInt8]) {
            self.step = step
            self.attributes = attributes
        }
    }

    /// A ruling.
    public init(result: Result?, status: UInt16, remarks: [String] = []) {
        self.result = result
        self.status = status
        self.remarks = remarks
    }
}

/// The durable record of performed procedure steps.
///
/// It is called on the association's thread and blocks until COMMIT: what it returns may be answered.
public protocol ProcedureStepLedger: Sendable {
    /// Keeps the request, asks `ruling` about it in the light of what is stored (nil: no step has this UID), and writes
    /// the step, what it refers to, its effect on the worklist and its deliveries: one transaction.
    ///
    /// - Parameter ruling: Runs within the transaction, once; must be short and must not call the ledger.
    /// - Throws: Nothing of it was stored then.
    func record(
        _ request: ProcedureStepRequest, ruling: (KnownProcedureStep?) -> ProcedureStepRuling
    ) throws(StoreError)

    /// The step with this UID.
    func step(_ uid: String) throws(StoreError) -> KnownProcedureStep?
}
