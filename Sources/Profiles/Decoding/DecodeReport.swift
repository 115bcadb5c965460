import Core

/// What a profile makes of a recording: the dry run of `labrador decode`.
public struct DecodeReport: Sendable, HoldsPatientData {
    /// What was counted on the link.
    public struct Link: Hashable, Sendable {
        /// Frames (ASTM) or MLLP blocks that were good; 0 for a recording without framing.
        public var frames = 0
        /// Those that were damaged.
        public var badFrames = 0
        /// Those that repeated the one before.
        public var duplicateFrames = 0
        /// Messages found.
        public var messages = 0
    }

    /// One specimen's part of one message, or a message without any.
    public struct Message: Sendable, HoldsPatientData {
        /// The message's number in the recording, from 1.
        public var number: Int
        /// Its record letters or segment names, in order.
        public var names: [String]
        /// What it means.
        public var report: SpecimenReport
        /// Every field of the message that says something, and what it was used for; of a message with several
        /// specimens they stand with its last part.
        public var fields: [FieldUse] = []
    }

    /// The profile's id and name.
    public var profile: (id: String, name: String)
    /// What was counted.
    public var link = Link()
    /// What was understood, in the recording's order.
    public var messages: [Message] = []
    /// Why nothing of the recording could be read; nil when something could.
    public var unreadable: String?
    /// What to do about frames that were refused; nil when there is nothing to say.
    public var advice: String?

    /// Everything that would wait for a person or an order, without looking at orders: reason, place, sentence.
    public var holds: [(reason: HoldReason, at: String, what: String)] {
        messages.flatMap { message -> [(reason: HoldReason, at: String, what: String)] in
            var holds: [(reason: HoldReason, at: String, what: String)] = []
            if let problem = message.report.specimenProblem { holds.append((.specimenID, "", problem)) }
            for problem in message.report.problems {
                if let reason = problem.held { holds.append((reason, problem.at, problem.what)) }
            }
            return holds
        }
    }
}
