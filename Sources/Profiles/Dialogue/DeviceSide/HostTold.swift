import Core

/// What a host told a device about one specimen.
public struct ToldOrder: Hashable, Sendable, HoldsPatientData {
    /// What the device is to do.
    public enum Act: String, Sendable {
        /// Perform these tests.
        case place
        /// Forget them.
        case withdraw
        /// Nothing: no order is known.
        case nothing
    }

    /// The specimen's id as the host wrote it, trimmed.
    public var specimen: String
    /// The patient's id; empty where the host gave none.
    public var patient: String
    /// The device's codes of the tests.
    public var tests: [String]
    /// What to do.
    public var act: Act

    /// What a host told.
    public init(specimen: String, patient: String, tests: [String], act: Act) {
        self.specimen = specimen
        self.patient = patient
        self.tests = tests
        self.act = act
    }
}

/// One message of a host, as a device reads it.
public struct HostTold: Hashable, Sendable, HoldsPatientData {
    /// Whether more messages belong to the same answer.
    public enum Ending: Hashable, Sendable {
        /// It is the last one.
        case last
        /// Another follows.
        case more
        /// One a specimen: only who asked for one specimen knows that it is the last.
        case perSpecimen
    }

    /// What is ordered, withdrawn, or said to be unknown, in the message's order.
    public var orders: [ToldOrder]
    /// Whether more follows.
    public var ending: Ending
    /// The host's words when it refused or did not understand the query.
    public var refusal: String?

    /// A message.
    public init(orders: [ToldOrder] = [], ending: Ending, refusal: String? = nil) {
        self.orders = orders
        self.ending = ending
        self.refusal = refusal
    }
}

extension [ToldOrder] {
    /// Adds tests; records about the same specimen, patient and act become one.
    mutating func add(_ specimen: String, _ patient: String, _ tests: [String], _ act: ToldOrder.Act) {
        if let index = firstIndex(where: { $0.specimen == specimen && $0.patient == patient && $0.act == act }) {
            self[index].tests += tests
        } else {
            append(ToldOrder(specimen: specimen, patient: patient, tests: tests, act: act))
        }
    }
}
