import Synchronization

/// The messages of the load: each with specimens of its own, and values that tell them apart.
enum LoadMessages {
    private static func accession(_ series: String, _ number: Int) -> String { "\(series)\(1_000_000 + number)" }

    static func mrn(_ accession: String) -> String { "MRN-\(accession)" }

    /// Three results, the last of which is the message's number with a zero behind it.
    private static func values(_ number: Int) -> [String] {
        ["\(number % 90 + 1).\(number % 10)0", "\(number % 20 + 1).0", "\(number).0"]
    }

    private static func results(_ accession: String, _ codes: [String], _ values: [String]) -> [SentResult] {
        zip(codes, values).map { SentResult(accession: accession, mrn: mrn(accession), code: $0, value: $1) }
    }

    /// Numbers from 0 up to a bound, each once, from any thread.
    static func counter(below bound: Int) -> @Sendable () -> Int? {
        let next = Mutex(0)
        return {
            next.withLock { number in
                guard number < bound else { return nil }
                defer { number += 1 }
                return number
            }
        }
    }

    /// A Yumizen session, a record a frame.
    static func yumizen(_ device: String, _ number: Int) -> SentMessage {
        let accession = accession("Y", number)
        let values = values(number)
        let frames = MadeUp.yumizen(
            accession,
            [("WBC", values[0], "10E3/uL", "N"), ("HGB", values[1], "g/dL", "L"), ("PLT", values[2], "10E3/uL", "")])
        return astm(device, frames, results(accession, ["WBC", "HGB", "PLT"], values))
    }

    /// An Erba message, all of it in one frame.
    static func erba(_ device: String, _ number: Int) -> SentMessage {
        let accession = accession("E", number)
        let value = values(number)[2]
        return astm(device, MadeUp.erba(accession, value: value), results(accession, ["GLCC"], [value]))
    }

    /// Two patients in one message: the second one's record drops a level, so the first one's are saved with it.
    static func twoPatients(_ device: String, _ number: Int) -> SentMessage {
        let (first, second) = (accession("G", 2 * number), accession("G", 2 * number + 1))
        let values = values(number)
        func patient(_ index: Int, _ specimen: String, _ values: [String]) -> [String] {
            ["P|\(index)||\(mrn(specimen))", "O|1|\(specimen)||^^^A"]
                + values.enumerated().map { "R|\($0 + 1)|^^^T\($0)|\($1)|mg/dL||N||F||||20261122091500" }
        }
        let records =
            ["H|\\^&|||GEN^\(number)|||||||P|LIS2-A2|20261122093107"] + patient(1, first, values)
            + patient(2, second, values) + ["L|1|N"]
        let codes = ["T0", "T1", "T2"]
        var message = astm(
            device, ASTMLine.frames(records), results(first, codes, values) + results(second, codes, values))
        message.drops = [6]
        return message
    }

    /// A Mindray message.
    static func mindray(_ device: String, _ number: Int) -> SentMessage {
        let accession = accession("M", number)
        let values = values(number)
        let bytes = MadeUp.mindray(
            accession, mrn: mrn(accession), id: "\(number)",
            [("6690-2^WBC^LN", values[0], "10*9/L", "H"), ("718-7^HGB^LN", values[2], "g/L", "N")])
        return SentMessage(
            device: device, bytes: bytes, results: results(accession, ["WBC", "HGB"], [values[0], values[2]]))
    }

    private static func astm(_ device: String, _ frames: [[UInt8]], _ results: [SentResult]) -> SentMessage {
        SentMessage(device: device, bytes: frames.flatMap { $0 }, frames: frames, results: results)
    }

    /// The order of a specimen, as the HMS sends it.
    static func order(_ accession: String) -> SentMessage {
        SentMessage(
            device: "orders", bytes: MadeUpOrder(accession: accession, mrn: mrn(accession)).general(id: accession))
    }
}
