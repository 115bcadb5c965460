/// Rows that commands and pages show. Property names are the JSON names of the contract, section 2.
/// They hold patient data on purpose (a person asked to see it) and are never logged.
public struct HoldRow: Sendable, Codable, HoldsPatientData {
    /// `H123`.
    public var id: String
    /// One of `HoldReason`.
    public var reason: String
    /// The accession or specimen id.
    public var accession: String
    /// The device's configured name.
    public var device: String
    /// When it began, ISO 8601 UTC.
    public var since: String
    /// What is wrong and what to do.
    public var what: String
    /// The message it came in, `M123`.
    public var message: String
    /// One of `HoldState`.
    public var state: String
    /// How many results it keeps back; with 0 it only asks somebody to look.
    public var results: Int

    /// A row.
    public init(
        id: String, reason: String, accession: String, device: String, since: String, what: String, message: String,
        state: String, results: Int = 0
    ) {
        self.id = id
        self.reason = reason
        self.accession = accession
        self.device = device
        self.since = since
        self.what = what
        self.message = message
        self.state = state
        self.results = results
    }
}

/// A delivery as listed by `queue`.
public struct QueueRow: Sendable, Codable, HoldsPatientData {
    /// `D123`.
    public var id: String
    /// One of `DeliveryState`.
    public var state: String
    /// The destination's configured name.
    public var destination: String
    /// The accession.
    public var key: String
    /// Tries so far.
    public var attempts: Int
    /// The destination's last answer, or why it waits.
    public var answer: String
    /// When it was queued, ISO 8601 UTC.
    public var since: String

    /// A row.
    public init(
        id: String, state: String, destination: String, key: String, attempts: Int, answer: String, since: String
    ) {
        self.id = id
        self.state = state
        self.destination = destination
        self.key = key
        self.attempts = attempts
        self.answer = answer
        self.since = since
    }
}

/// A result as listed by `results`.
public struct ResultRow: Sendable, Codable, HoldsPatientData {
    /// The result id (32 hex digits).
    public var id: String
    /// Accession or specimen id.
    public var accession: String
    /// The matched order's MRN, else the one the device claimed, else empty.
    public var mrn: String
    /// The device's code.
    public var test: String
    /// Name for people.
    public var name: String
    /// Value text with its comparator, as the device wrote it.
    public var value: String
    /// UCUM unit, else the device's.
    public var unit: String
    /// Interpretation codes.
    public var flags: [String]
    /// One of `ResultState`.
    public var state: String
    /// The device's configured name.
    public var device: String
    /// When it was received, ISO 8601 UTC.
    public var received: String
    /// One of `ResultDelivery`; empty for a result that is not posted.
    public var delivery: String

    /// A row.
    public init(
        id: String, accession: String, mrn: String, test: String, name: String, value: String, unit: String,
        flags: [String], state: String, device: String, received: String, delivery: String = ""
    ) {
        self.id = id
        self.accession = accession
        self.mrn = mrn
        self.test = test
        self.name = name
        self.value = value
        self.unit = unit
        self.flags = flags
        self.state = state
        self.device = device
        self.received = received
        self.delivery = delivery
    }
}

/// An order as listed by `orders`.
public struct OrderRow: Sendable, Codable, HoldsPatientData {
    /// Accession.
    public var accession: String
    /// MRN.
    public var mrn: String
    /// Family and given name.
    public var patient: String
    /// `laboratory` or `imaging`.
    public var kind: String
    /// One of `OrderPriority`.
    public var priority: String
    /// Test codes, or the procedure's code.
    public var tests: [String]
    /// One of `OrderState`.
    public var state: String
    /// When it arrived, ISO 8601 UTC.
    public var received: String
    /// The devices that were told of it and not told to forget it, by configured name.
    public var devices: [String]
    /// The devices that refused it, or refused to forget it.
    public var refused_by: [String]

    /// A row.
    public init(
        accession: String, mrn: String, patient: String, kind: String, priority: String, tests: [String],
        state: String, received: String, devices: [String] = [], refused_by: [String] = []
    ) {
        self.accession = accession
        self.mrn = mrn
        self.patient = patient
        self.kind = kind
        self.priority = priority
        self.tests = tests
        self.state = state
        self.received = received
        self.devices = devices
        self.refused_by = refused_by
    }
}

/// A scheduled step of an imaging order as listed by `worklist`.
public struct WorklistRow: Sendable, Codable, HoldsPatientData {
    /// Accession.
    public var accession: String
    /// MRN.
    public var mrn: String
    /// Family and given name.
    public var patient: String
    /// Modality code.
    public var modality: String
    /// Station AE title, empty when none is set.
    public var station_ae: String
    /// Scheduled start, ISO 8601.
    public var scheduled: String
    /// A word of `StepState`, or `parked` when it is scheduled and no modality sees it.
    public var state: String
    /// Why it is parked, as a sentence; empty otherwise.
    public var what: String
    /// Scheduled Procedure Step ID.
    public var step_id = ""
    /// Which step of its order it is, from 1.
    public var number = 1
    /// Where it is to be performed, empty when not known.
    public var location = ""

    /// A row.
    public init(
        accession: String, mrn: String, patient: String, modality: String, station_ae: String, scheduled: String,
        state: String, what: String = ""
    ) {
        self.accession = accession
        self.mrn = mrn
        self.patient = patient
        self.modality = modality
        self.station_ae = station_ae
        self.scheduled = scheduled
        self.state = state
        self.what = what
    }
}

/// A device as listed by `devices`. Holds no patient data.
public struct DeviceRow: Sendable, Codable, Equatable {
    /// Configured name.
    public var id: String
    /// Profile id.
    public var profile: String
    /// `listening`, `connected`, `connecting`, `receiving`, `offline` or `failed`.
    public var state: String
    /// `127.0.0.1:5001` with the port in use, or the address or serial port being opened.
    public var listening: String
    /// When the last message ended, also before this start, ISO 8601 UTC; empty when none came lately.
    public var last_message: String
    /// Messages acknowledged since start.
    public var messages: Int
    /// What is wrong with the link, in words; empty when nothing is.
    public var remark: String
    /// When that last was, ISO 8601 UTC; empty when it is not known, or nothing is wrong.
    public var remark_since: String

    /// A row.
    public init(
        id: String, profile: String, state: String, listening: String, last_message: String = "", messages: Int = 0,
        remark: String = "", remark_since: String = ""
    ) {
        self.id = id
        self.profile = profile
        self.state = state
        self.listening = listening
        self.last_message = last_message
        self.messages = messages
        self.remark = remark
        self.remark_since = remark_since
    }
}

/// One step in the story of a message, result, delivery, accession or patient.
public struct ExplainStep: Sendable, Codable, HoldsPatientData {
    /// When, ISO 8601 UTC.
    public var at: String
    /// `order`, `received`, `understood`, `matched`, `held`, `posted`, `delivered`, `refused` and so on.
    public var step: String
    /// What happened, in a sentence.
    public var what: String
    /// What it concerns: `M1`, `S1`, `H1`, `D1` or a result id.
    public var reference: String

    /// A step.
    public init(at: String, step: String, what: String, reference: String) {
        self.at = at
        self.step = step
        self.what = what
        self.reference = reference
    }
}

/// The whole story of one thing.
public struct Explanation: Sendable, Codable, HoldsPatientData {
    /// What was asked.
    public var subject: String
    /// The steps, oldest first.
    public var steps: [ExplainStep]
    /// The raw messages concerned, as text with control characters made visible.
    public var raw: [String]

    /// A story.
    public init(subject: String, steps: [ExplainStep], raw: [String]) {
        self.subject = subject
        self.steps = steps
        self.raw = raw
    }
}
