import ASTM
import Core

extension Profile {
    /// The messages in some wire bytes or bare records; `naming` asks for the letters of their records, for people.
    func interpretASTM(
        _ bytes: [UInt8], _ facility: Facility, naming: Bool = false, processable: Int? = nil
    ) -> (parts: [InterpretedPart], transcript: LinkTranscript) {
        let transcript = LinkTranscript.messages(in: bytes, checksum: checksum)
        if transcript.messages.isEmpty {
            let bad = transcript.counters.badFrames
            let seen =
                bad > 0 ? "\(bad) damaged frame\(bad == 1 ? "" : "s")" : "\(bytes.count) bytes that are no record"
            return (
                [
                    InterpretedPart(
                        fault: "No ASTM message was found, only \(seen). Check the device's protocol setting.")
                ], transcript
            )
        }
        return (transcript.messages.flatMap { interpret($0, processable, facility, naming) }, transcript)
    }

    /// The record texts of the messages in some wire bytes or bare records.
    func recordTexts(_ bytes: [UInt8]) -> [[UInt8]] {
        LinkTranscript.messages(in: bytes, checksum: checksum).messages.map(\.text)
    }

    private func interpret(
        _ found: LinkTranscript.Message, _ processable: Int?, _ facility: Facility, _ naming: Bool
    ) -> [InterpretedPart] {
        do throws(ASTMError) {
            let messages = try ASTMMessage.parseAll(found.text, encoding: encoding.astm)
            if let limit = MessageLimits.standard.broken(by: messages) { return [InterpretedPart(fault: limit)] }
            // What follows the last drop of level is not finished; the device sends it again (LIS02-A2 4.2).
            let processable = max(found.processableText, processable ?? 0)
            var finished = processable >= found.text.count ? Int.max : lineCount(found.text.prefix(processable))
            return messages.map { message in
                defer { finished = finished == Int.max ? finished : max(0, finished - message.records.count) }
                var reader = ASTMReader(profile: self, facility: facility, message: message, finished: finished)
                return InterpretedPart(
                    reports: reader.reports(), names: naming ? message.records.map { String($0.type.letter) } : [])
            }
        } catch {
            return [InterpretedPart(fault: sentence(error.description))]
        }
    }

    private func lineCount(_ text: ArraySlice<UInt8>) -> Int {
        var count = 0
        var isInLine = false
        for byte in text {
            let isEnd = byte == 0x0D || byte == 0x0A
            if !isEnd && !isInLine { count += 1 }
            isInLine = !isEnd
        }
        return count
    }
}

/// Walks the records of one message in order.
private struct ASTMReader {
    let message: ASTMMessage
    /// How many of the records may be understood.
    let finished: Int
    let profile: Profile
    private let facility: Facility
    private var lines: LineReader
    private var source: ASTMSource
    private var done: [SpecimenReport] = []
    private var open: SpecimenReport?
    private var results = 0
    private var comments = CommentCollector()
    private var commentNumber = 0
    private var hasQuery = false

    init(profile: Profile, facility: Facility, message: ASTMMessage, finished: Int) {
        self.profile = profile
        self.facility = facility
        self.message = message
        self.finished = finished
        lines = LineReader(profile: profile, facility: facility)
        source = ASTMSource(message)
    }

    mutating func reports() -> [SpecimenReport] {
        for record in message.records {
            if record.position > finished {
                leaveOut(record)
                continue
            }
            switch record.type {
            case .header: source.set("H", record)
            case .patient:
                close()
                source.set("O", nil)
                source.set("P", record)
            case .order:
                close()
                source.set("O", record)
                open = lines.report(source)
            case .result: read(record)
            case .comment: readComment(record)
            case .query:
                beginLevel()
                if !hasQuery { readQuery() }
            case .scientific, .terminator: beginLevel()
            case .manufacturer, .other: break
            }
        }
        close()
        return done
    }

    /// Q, S and L stand beside the patient: what follows belongs to no patient and no order before it.
    private mutating func beginLevel() {
        close()
        source.set("O", nil)
        source.set("P", nil)
    }

    private mutating func read(_ record: Record) {
        results += 1
        source.set("R", record)
        var report = open ?? lines.report(source)
        // Held in one place only, so that its lists grow without being copied.
        open = nil
        let known = report.observations.count
        lines.read(source, at: "R|\(results)", into: &report)
        comments.target = report.observations.count > known ? known : nil
        open = report
    }

    private mutating func leaveOut(_ record: Record) {
        guard record.type == .result else { return }
        results += 1
        if open == nil { open = lines.report(source) }
        open?.ignored.append(
            AsideLine(
                at: "R|\(results)",
                why: "the transmission broke off before this part was finished; the device sends it again"))
    }

    private mutating func readComment(_ record: Record) {
        commentNumber += 1
        guard var report = open else { return }
        open = nil
        source.set("C", record)
        comments.add(source, profile.comments, at: "C|\(commentNumber)", into: &report)
        source.set("C", nil)
        open = report
    }

    /// All Q records of the message are one query: a report for each specimen it names.
    private mutating func readQuery() {
        hasQuery = true
        let rules = profile.orders?.astm ?? ASTMOrderRules()
        guard let query = ASTMQuery(message, profile: profile, rules: rules, facility: facility) else { return }
        let specimens = query.isCancel ? query.givenUp : query.specimens
        // Component 1 is the patient where component 2 is the specimen, and one specimen is asked for.
        let isPaired = rules.specimen.first?.component == 2 && specimens.asked.count == 1
        let claim = isPaired ? query.record.text(field: 3, repeat: 1, component: 1) : nil
        done += queryReports(
            specimens, asksForAll: query.asksForAll, isCancel: query.isCancel, remarks: query.remarks, at: "Q|1",
            patient: claim == specimens.asked.first?.sent ? nil : claim.flatMap { PatientClaim(value: $0) })
    }

    private mutating func close() {
        source.set("R", nil)
        guard var report = open else { return }
        comments.finish(into: &report)
        // An order without a result is work asked for, not done.
        let isEmpty =
            report.observations.isEmpty && report.ignored.isEmpty && report.secondary.isEmpty
            && !report.problems.contains { $0.held != nil }
        if isEmpty, report.kind == .result {
            report.kind = .order
            report.specimenProblem = nil
        }
        done.append(report)
        open = nil
    }
}
