import ASTM
import Core

extension Profile {
    /// The messages in some wire bytes or bare records; `naming`: it is a recording for people to look at, who are told the
    /// letters of its records.
    func interpretASTM(
        _ bytes: [UInt8], _ facility: Facility, naming: Bool = false, processable: Int? = nil
    ) -> (parts: [InterpretedPart], transcript: LinkTranscript) {
        let transcript = LinkTranscript.messages(in: bytes, checksum: checksum, isRecording: naming)
        if transcript.messages.isEmpty {
            return ([InterpretedPart(fault: faultWithoutMessage(bytes, transcript))], transcript)
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
            let plan = plan
            let messages = try ASTMMessage.parseAll(found.text, encoding: encoding.astm)
            if let limit = MessageLimits.standard.broken(by: messages, also: plan.moreNames) {
                return [InterpretedPart(fault: limit)]
            }
            // What follows the last drop of level is not finished; the device sends it again (LIS02-A2 4.2).
            let processable = max(found.processableText, processable ?? 0)
            var finished = processable >= found.text.count ? Int.max : lineCount(found.text.prefix(processable))
            return messages.map { message in
                defer { finished = finished == Int.max ? finished : max(0, finished - message.records.count) }
                let usage = naming ? FieldUsage() : nil
                var reader = ASTMReader(
                    plan, facility: facility, message: message, finished: finished, usage: usage)
                var part = InterpretedPart(reports: reader.reports())
                if let usage { part.account(for: message, usage, self) }
                return part
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
    private let facility: Facility
    private let lines: LineReader
    private var source: ASTMSource
    private var done: [SpecimenReport] = []
    private var open: SpecimenReport?
    private var results = 0
    private var comments = CommentCollector()
    private var commentNumber = 0
    private var hasQuery = false
    private var more: MoreResultsReader
    /// Whether the order itself held a result that stands in another report.
    private var isOrderReadApart = false
    /// How many records of each letter there were, where results may stand in others than R.
    private var numbers: [Character: Int] = [:]

    init(_ plan: ProfilePlan, facility: Facility, message: ASTMMessage, finished: Int, usage: FieldUsage?) {
        self.facility = facility
        self.message = message
        self.finished = finished
        lines = LineReader(plan, facility: facility)
        more = MoreResultsReader(lines, facility)
        source = ASTMSource(message, usage: usage)
    }

    mutating func reports() -> [SpecimenReport] {
        for record in message.records {
            if record.position > finished {
                if !readMore(record, leftOut: Self.brokenOff) { leaveOut(record) }
                continue
            }
            switch record.type {
            case .header: source.set(RecordName.header, record)
            case .patient:
                closeAll()
                source.set(RecordName.order, nil)
                source.set(RecordName.patient, record)
            case .order:
                closeAll()
                source.set(RecordName.order, record)
                open = lines.report(source)
                _ = readMore(record)
            case .result: if readMore(record) { results += 1 } else { read(record) }
            case .comment: if readMore(record) { commentNumber += 1 } else { readComment(record) }
            case .query:
                beginLevel()
                if !readMore(record), !hasQuery { readQuery() }
            case .scientific:
                beginLevel()
                _ = readMore(record)
            case .terminator: beginLevel()
            case .manufacturer: _ = readMore(record)
            case .other: break
            }
        }
        closeAll()
        return done
    }

    /// Q, S and L stand beside the patient: what follows belongs to no patient and no order before it.
    private mutating func beginLevel() {
        close()
        source.set(RecordName.order, nil)
        source.set(RecordName.patient, nil)
    }

    /// Reads a record that holds a result though it is no R; false where no rule is about it.
    private mutating func readMore(_ record: Record, leftOut: String? = nil) -> Bool {
        guard more.isInUse else { return false }
        let letter = record.type.letter
        numbers[letter, default: 0] += 1
        guard more.isAbout(String(letter)) else { return false }
        source.set(letter, record)
        defer { if letter != "O" { source.set(letter, nil) } }
        guard let rule = more.rule(for: String(letter), in: source) else { return false }
        let at = "\(letter)|\(numbers[letter, default: 0])"
        if more.isApart(rule) {
            more.readApart(rule, source, at: at, leftOut: leftOut, done: &done)
            if letter == "O" { isOrderReadApart = true }
            return true
        }
        var report = open ?? lines.report(source)
        open = nil
        comments.target = more.read(rule, source, at: at, leftOut: leftOut, into: &report)
        open = report
        return true
    }

    private mutating func read(_ record: Record) {
        results += 1
        more.turnBack()
        source.set(RecordName.result, record)
        var report = open ?? lines.report(source)
        // Held in one place only, so that its lists grow without being copied.
        open = nil
        let known = report.observations.count
        lines.read(source, at: "R|" + String(results), into: &report)
        comments.target = report.observations.count > known ? known : nil
        open = report
    }

    private mutating func leaveOut(_ record: Record) {
        guard record.type == .result else { return }
        results += 1
        if open == nil { open = lines.report(source) }
        open?.ignored.append(
            AsideLine(
                at: "R|\(results)", why: Self.brokenOff))
    }

    private static let brokenOff =
        "the transmission broke off before this part was finished; the device sends it again"

    private mutating func readComment(_ record: Record) {
        commentNumber += 1
        if more.isLast {
            source.set(RecordName.comment, record)
            more.comment(source, lines.plan, at: "C|\(commentNumber)")
            return source.set(RecordName.comment, nil)
        }
        guard var report = open else { return }
        open = nil
        source.set(RecordName.comment, record)
        comments.add(source, lines.plan, at: "C|\(commentNumber)", into: &report)
        source.set(RecordName.comment, nil)
        open = report
    }

    /// All Q records of the message are one query: a report for each specimen it names.
    private mutating func readQuery() {
        hasQuery = true
        more.close(into: &done)
        let rules = lines.plan.profile.orders?.astm ?? ASTMOrderRules()
        guard let query = ASTMQuery(message, profile: lines.plan.profile, rules: rules, facility: facility) else {
            return
        }
        let specimens = query.isCancel ? query.givenUp : query.specimens
        // Component 1 is the patient where component 2 is the specimen, and one specimen is asked for.
        let isPaired = rules.specimen.first?.component == 2 && specimens.asked.count == 1
        let claim = isPaired ? query.record.text(field: 3, repeat: 1, component: 1) : nil
        done += queryReports(
            specimens, asksForAll: query.asksForAll, isCancel: query.isCancel, remarks: query.remarks, at: "Q|1",
            patient: claim == specimens.asked.first?.sent ? nil : claim.flatMap { PatientClaim(value: $0) })
    }

    /// Ends the order and the results of other records with it.
    private mutating func closeAll() {
        close()
        more.close(into: &done)
    }

    private mutating func close() {
        source.set(RecordName.result, nil)
        guard var report = open else { return }
        comments.finish(into: &report)
        // An order without a result is work asked for, not done.
        let isEmpty = !report.holdsLines
        if isEmpty, report.kind == .result {
            report.kind = .order
            report.specimenProblem = nil
        }
        if !(isEmpty && isOrderReadApart) { done.append(report) }
        open = nil
        isOrderReadApart = false
    }
}
