import Core
import HL7

extension Profile {
    /// The message, or the messages of a batch, in the content of one MLLP block.
    func interpretHL7(_ bytes: [UInt8], _ facility: Facility, naming: Bool = false) -> [InterpretedPart] {
        HL7Blocks.messages(in: bytes).map { interpretOne($0, facility, naming) }
    }

    private func interpretOne(_ bytes: [UInt8], _ facility: Facility, _ naming: Bool) -> InterpretedPart {
        do throws(HL7Error) {
            let plan = plan
            let message = try HL7Message.parse(bytes, encoding: encoding.hl7)
            if let limit = MessageLimits.standard.broken(by: message, also: plan.moreNames) {
                return InterpretedPart(fault: limit)
            }
            let usage = naming ? FieldUsage() : nil
            var reader = HL7Reader(plan, facility: facility, message: message, usage: usage)
            var part = InterpretedPart(reports: reader.reports())
            if let usage { part.account(for: message, usage, self) }
            return part
        } catch {
            return InterpretedPart(fault: sentence(error.description))
        }
    }
}

/// What a message is for, by MSH-9 (HL7 v2 table 0076).
enum HL7Purpose {
    case result, query, order, other

    init(type: String?, hasResults: Bool) {
        switch type {
        // As `HL7Message.plainType` writes it.
        case "ORU", "OUL": self = .result
        case "QRY", "QBP", "QCN": self = .query
        case "ORM", "OML", "OMG", "OMI", "OMD", "OMS": self = .order
        // Some devices leave MSH-9 empty; observations are observations.
        case nil where hasResults: self = .result
        default: self = .other
        }
    }

    var kind: ReportKind {
        switch self {
        case .result: .result
        case .query: .query
        case .order: .order
        case .other: .other
        }
    }
}

extension HL7Message {
    /// MSH-9.1 as the standard writes it: devices also send `oru` and `ORU_R01`.
    var plainType: String? {
        messageType.map { String(trimmed($0).uppercased().prefix { $0 != "_" && $0 != "^" }) }
            .flatMap { $0.isEmpty ? nil : $0 }
    }

    var purpose: HL7Purpose { HL7Purpose(type: plainType, hasResults: first("OBX") != nil) }

    /// Why a message of a device cannot be understood though it is HL7: it carries observations under a type that has
    /// none, or says in no way what it is for. Nil for every other.
    public var unreadablePurpose: String? {
        guard purpose == .other else { return nil }
        guard let type = plainType else {
            return "MSH-9 is empty and the message holds no OBX, so nothing says what it is for."
        }
        guard first("OBX") != nil else { return nil }
        let isName = type.utf8.count <= 8 && type.utf8.allSatisfy { (0x41...0x5A).contains($0) }
        return "MSH-9 is \(isName ? type : "no message type"), which carries no results, but the message holds OBX. "
            + "Set the device to send ORU^R01."
    }
}

/// Walks the segments of one message in order.
private struct HL7Reader {
    let message: HL7Message
    private let facility: Facility
    private let lines: LineReader
    private var source: HL7Source
    private var groups: [Group] = []
    private var more: MoreResultsReader

    /// One order with its results, or one specimen's results without an order.
    private struct Group {
        var context: [HL7Segment] = []
        /// OBX, and the NTE that follow them.
        var lines: [HL7Segment] = []

        func has(_ name: String) -> Bool {
            let name = FieldPath.packed(name)
            return context.contains { $0.packedName == name }
        }
    }

    init(_ plan: ProfilePlan, facility: Facility, message: HL7Message, usage: FieldUsage?) {
        self.facility = facility
        self.message = message
        lines = LineReader(plan, facility: facility)
        more = MoreResultsReader(lines, facility)
        source = HL7Source(message, usage: usage)
    }

    mutating func reports() -> [SpecimenReport] {
        let segments = Array(message.segments)
        let purpose = message.purpose
        if purpose == .query, let query = query() { return query }
        guard purpose == .result else { return [setAside(segments, purpose)] }
        group(segments)
        return groups.flatMap { read($0) }
    }

    /// A query by its own type, whether or not this device's is answered.
    private func query() -> [SpecimenReport]? {
        let dialects = [lines.plan.profile.orders?.dialect].compactMap { $0 } + [.mindray, .law, .cepheid]
        for dialect in dialects {
            guard let query = HL7Query(message, profile: lines.plan.profile, dialect: dialect, facility: facility)
            else {
                continue
            }
            return queryReports(
                query.specimens, asksForAll: query.asksForAll, isCancel: query.isCancel, remarks: query.remarks,
                at: "\(message.plainType ?? "MSH")|1")
        }
        return nil
    }

    /// A message that carries no results: its OBX segments, if any, are no results either.
    private func setAside(_ segments: [HL7Segment], _ purpose: HL7Purpose) -> SpecimenReport {
        var report = SpecimenReport(kind: purpose.kind, specimen: "")
        let type = [message.messageType, message.triggerEvent].compactMap { $0 }.joined(separator: "^")
        if let fault = message.unreadablePurpose {
            report.problems.append(Problem(at: "MSH|1|9", what: fault, held: .unreadable))
        }
        for segment in segments where segment.name == "OBX" {
            report.ignored.append(
                AsideLine(
                    at: "OBX|\(segment.occurrence)",
                    why: "an \(type.isEmpty ? "unnamed" : type) message carries no results"))
        }
        return report
    }

    /// ORU: `PID { [ORC] OBR {OBX} [SPM] }`.
    ///
    /// OUL^R22: `PID { SPM [SAC] { OBR [ORC] {OBX} } }`.
    ///
    /// OUL^R23: `PID { SPM { SAC { OBR [ORC] {OBX} } } }` (HL7 v2 sections 7.3.1, 7.3.7, 7.3.8).
    private mutating func group(_ segments: [HL7Segment]) {
        let specimenFirst = message.plainType == "OUL"
        var shared: [HL7Segment] = []
        var specimen: [HL7Segment] = []
        var order: [HL7Segment] = []
        var group = Group()
        func isOpen() -> Bool { group.has("OBR") || !group.lines.isEmpty }
        func close() {
            if isOpen() { groups.append(group) }
            group = Group(context: shared + specimen)
        }
        for segment in segments {
            let name = segment.packedName
            if name == SegmentName.obx || name == SegmentName.nte {
                group.lines.append(segment)
                continue
            }
            switch segment.name {
            case "MSH":
                shared = [segment]
                group.context = shared
            case "PID":
                close()
                specimen = []
                order = []
                shared = shared.filter { $0.name == "MSH" } + [segment]
                group = Group(context: shared)
            case "SPM":
                if specimenFirst {
                    close()
                    specimen = [segment]
                    group = Group(context: shared + specimen)
                } else {
                    group.context.append(segment)
                }
            case "SAC" where specimenFirst:
                // A container holds for all orders of the specimen behind it, until the next.
                close()
                specimen = specimen.filter { $0.name != "SAC" } + [segment]
                group = Group(context: shared + specimen)
            case "ORC":
                if specimenFirst, group.has("OBR"), !group.has("ORC"), group.lines.isEmpty {
                    group.context.append(segment)
                } else {
                    close()
                    order = [segment]
                }
            case "OBR":
                if isOpen() { close() }
                group.context += order + [segment]
                order = []
            // Results stand in their order among the others.
            case let name where more.isAbout(name): group.lines.append(segment)
            default: group.context.append(segment)
            }
        }
        close()
    }

    private mutating func read(_ group: Group) -> [SpecimenReport] {
        source = HL7Source(message, usage: source.usage)
        for segment in group.context { source.set(segment) }
        var report = lines.report(source)
        report.observations.reserveCapacity(group.lines.count)
        var comments = CommentCollector()
        var apart: [SpecimenReport] = []
        for segment in more.isInUse ? group.context : [] where more.isAbout(segment.name) {
            _ = readMore(segment, into: &report, &comments, &apart)
        }
        for segment in group.lines {
            source.set(segment)
            if readMore(segment, into: &report, &comments, &apart) { continue }
            if segment.packedName == SegmentName.obx {
                more.turnBack()
                let known = report.observations.count
                lines.read(source, at: "OBX|" + String(segment.occurrence), into: &report)
                comments.target = report.observations.count > known ? known : nil
            } else if segment.packedName == SegmentName.nte {
                let at = "NTE|\(segment.occurrence)"
                if more.isLast {
                    more.comment(source, lines.plan, at: at)
                } else {
                    comments.add(source, lines.plan, at: at, into: &report)
                }
            }
        }
        comments.finish(into: &report)
        more.close(into: &apart)
        return apart.isEmpty || report.holdsLines ? [report] + apart : apart
    }

    /// Reads a segment that holds a result though it is no OBX; false where no rule is about it.
    private mutating func readMore(
        _ segment: HL7Segment, into report: inout SpecimenReport, _ comments: inout CommentCollector,
        _ apart: inout [SpecimenReport]
    ) -> Bool {
        guard more.isInUse, let rule = more.rule(for: segment.name, in: source) else { return false }
        let at = "\(segment.name)|\(segment.occurrence)"
        if more.isApart(rule) {
            more.readApart(rule, source, at: at, leftOut: nil, done: &apart)
        } else {
            comments.target = more.read(rule, source, at: at, leftOut: nil, into: &report)
        }
        return true
    }
}
