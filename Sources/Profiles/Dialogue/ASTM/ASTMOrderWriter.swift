import ASTM
import Core

/// Writes orders as LIS02-A2 records, by the profile's layout.
struct ASTMOrderWriter {
    private let rules: ASTMOrderRules
    private let layout: RecordLayout
    private let values: ASTMOrderValues
    private let query: ASTMQuery?
    private var writer: RecordWriter
    private var patients = 0
    private var orders = 0
    private var queries = 0

    init(
        _ rules: ASTMOrderRules, layout: RecordLayout, values: ASTMOrderValues, query: ASTMQuery?,
        encoding: ASTM.TextEncoding
    ) {
        self.rules = rules
        self.layout = layout
        self.values = values
        self.query = query
        writer = RecordWriter(delimiters: query?.message.delimiters ?? rules.delimiters, encoding: encoding)
    }

    var bytes: [UInt8] { writer.bytes }

    mutating func header() {
        writer.header(fields(of: "H", Subject()))
    }

    /// A specimen's patient and tests.
    mutating func order(_ work: SpecimenWork, _ asked: AskedSpecimens.Asked?, action: String) {
        patient(work.work)
        let subject = Subject(work: work.work, sentAs: work.sentAs, asked: asked, action: action)
        switch rules.layout {
        case .repeats: order(subject, tests: work.tests)
        case .records: for test in work.tests { order(subject, tests: [test]) }
        }
    }

    /// A specimen nothing is ordered for, where the profile wants it said for each.
    mutating func nothing(_ asked: AskedSpecimens.Asked) {
        if rules.nothing == .echoQuery { return echo(asked) }
        patient(nil)
        order(Subject(sentAs: asked.sent, asked: asked, action: rules.actions.new), tests: [])
    }

    /// The query as it came, about this specimen, and what becomes of it.
    private mutating func echo(_ asked: AskedSpecimens.Asked) {
        queries += 1
        // A specimen of a range has no text of its own in the query.
        let place = rules.specimen.first?.component ?? 1
        let name: RecordWriter.Field =
            asked.bytes.isEmpty
            ? .components([String](repeating: "", count: place - 1) + [asked.sent]) : .raw(Array(asked.bytes))
        let isRange = asked.bytes.isEmpty
        let others: [RecordWriter.Field] = (4...12).map { field in
            let sent = query?.record.raw(field) ?? []
            // A longer one is none of a query, and would go back with each of its specimens.
            return field == 4 && isRange || sent.count > 100 ? "" : .raw(Array(sent))
        }
        writer.record("Q", [.text(String(queries)), name] + others + [.text(rules.nothingStatus)])
    }

    mutating func terminator(_ code: String) { writer.record("L", ["1", .text(code)]) }

    // MARK: - Records

    /// Whom and what a record is about.
    private struct Subject {
        var work: WorkOrder?
        var sentAs = ""
        var asked: AskedSpecimens.Asked?
        var action = ""
        var tests: [DeviceTest] = []
    }

    private mutating func patient(_ work: WorkOrder?) {
        patients += 1
        orders = 0
        record("P", number: patients, Subject(work: work))
    }

    private mutating func order(_ subject: Subject, tests: [DeviceTest]) {
        orders += 1
        var subject = subject
        subject.tests = tests
        record("O", number: orders, subject)
    }

    private mutating func record(_ letter: Character, number: Int, _ subject: Subject) {
        writer.record(String(letter), [.text(String(number))] + fields(of: letter, subject))
    }

    /// The fields from the third on; empty ones at the end are left out.
    private func fields(of letter: Character, _ subject: Subject) -> [RecordWriter.Field] {
        var fields = stride(from: 3, through: layout.lastField(of: letter), by: 1).map { field(letter, $0, subject) }
        while let last = fields.last, last.isEmpty { fields.removeLast() }
        return fields
    }

    private func field(_ letter: Character, _ number: Int, _ subject: Subject) -> RecordWriter.Field {
        let isNothing = subject.work == nil
        if letter == "O", number == 26, isNothing, let type = rules.nothing.reportType { return .text(type) }
        guard let texts = layout.texts[RecordLayout.Place(record: letter, field: number)] else { return "" }
        if let whole = texts[0] { return field(whole, subject) }
        let components = (1...(texts.keys.max() ?? 1)).map { part in
            texts[part].map { self.text($0, subject) } ?? ""
        }
        return .components(components)
    }

    private func field(_ text: RecordLayout.Text, _ subject: Subject) -> RecordWriter.Field {
        switch text {
        case .nothing: return ""
        case .constant(let text): return Self.components(text)
        case .echo(let echo): return .raw(Array(echoed(echo, subject)))
        case .word(.tests):
            return .repeats(
                subject.tests.map { test in
                    .components(
                        rules.test.split(separator: "^", omittingEmptySubsequences: false).map {
                            String($0).replacing("{code}", with: test.code).replacing("{name}", with: test.name)
                        })
                })
        case .word(.name):
            guard let patient = subject.work?.order.patient else { return "" }
            return Self.trimmedComponents([patient.family ?? "", patient.given ?? ""])
        case .word(.sender): return values.sender(query)
        case .word(.receiver): return values.receiver(query)
        case .word(.version): return values.version(query)
        case .word(let word): return .text(value(word, subject))
        }
    }

    /// One component's text.
    private func text(_ text: RecordLayout.Text, _ subject: Subject) -> String {
        switch text {
        case .nothing: ""
        case .constant(let text): text
        case .echo(let echo): String(decoding: echoed(echo, subject), as: UTF8.self)
        case .word(let word): value(word, subject)
        }
    }

    private func value(_ word: RecordLayout.Word, _ subject: Subject) -> String {
        let order = subject.work?.order
        switch word {
        case .controlID: return values.controlID()
        case .time: return values.clock.text(values.now)
        case .mrn: return order?.patient.mrn ?? ""
        case .family: return order?.patient.family ?? ""
        case .given: return order?.patient.given ?? ""
        case .sex: return order?.patient.sex.map { $0 == .other ? "U" : $0.rawValue } ?? ""
        case .birthDate: return DeviceClock.date(order?.patient.birthDate)
        case .specimen: return subject.sentAs
        case .tests: return subject.tests.map(\.code).joined(separator: " ")
        case .priority: return order.map { rules.priorities[$0.priority] } ?? ""
        case .action: return subject.action
        case .ordered: return subject.work.map { values.clock.text($0.received) } ?? ""
        case .collected: return values.clock.text(iso: order?.specimen?.collected)
        case .placer: return order?.placer ?? ""
        case .specimenType: return order.map { values.rules.specimenType($0.specimen?.type) } ?? ""
        case .name: return [order?.patient.family, order?.patient.given].compactMap { $0 }.joined(separator: " ")
        case .sender, .receiver, .version: return ""
        }
    }

    // MARK: - Echoes

    /// What the query said at a place, as it said it.
    private func echoed(_ echo: RecordLayout.Echo, _ subject: Subject) -> ArraySlice<UInt8> {
        guard let query else { return [] }
        let isAsked = echo.record == "Q" && echo.field == 3
        let field =
            isAsked
            ? subject.asked?.bytes ?? []
            : (echo.record == "Q" ? query.record : query.message.header)?.raw(echo.field) ?? []
        guard let components = echo.components, let mark = writer.delimiters.component else { return field }
        let parts = field.split(separator: mark, omittingEmptySubsequences: false)
        let wanted = parts.dropFirst(components.lowerBound - 1).prefix(components.count)
        guard let first = wanted.first, let last = wanted.last else { return [] }
        return field[first.startIndex..<last.endIndex]
    }

    private static func components(_ text: String) -> RecordWriter.Field {
        text.contains("^")
            ? .components(text.split(separator: "^", omittingEmptySubsequences: false).map(String.init)) : .text(text)
    }

    private static func trimmedComponents(_ texts: [String]) -> RecordWriter.Field {
        var texts = texts
        while texts.last?.isEmpty == true { texts.removeLast() }
        return texts.isEmpty ? "" : .components(texts)
    }
}

extension RecordWriter.Field {
    /// Whether nothing would stand there.
    fileprivate var isEmpty: Bool {
        switch self {
        case .text(let text): text.isEmpty
        case .components(let texts): texts.isEmpty
        case .repeats(let fields): fields.allSatisfy(\.isEmpty)
        case .raw(let bytes): bytes.isEmpty
        }
    }
}

extension OrderPriority {
    /// HL7 table 0485: R routine, A as soon as possible, S stat.
    var letter: String {
        switch self {
        case .routine: "R"
        case .urgent: "A"
        case .stat: "S"
        }
    }
}
