import ASTM
import Core

/// How orders reach a device and are asked for by it (`orders:` of a profile).
struct OrderRules: Hashable, Sendable {
    /// The messages a device asks with and is answered with.
    enum Dialect: String, Hashable, Sendable, CaseIterable {
        /// LIS02-A2: Q, answered with P and O records.
        case astm
        /// HL7 2.3.1 as Mindray's chemistry analysers use it: QRY^Q02, QCK^Q02, DSR^Q03.
        case mindray
        /// IHE LAW: QBP^Q11, RSP^K11, OML^O33.
        case law
        /// Cepheid's HL7 2.5: QBP^Z01 and QBP^Z03, RSP^Z02.
        case cepheid
        /// ORM^O01 only; the device asks nothing.
        case orm
        /// HL7: each query is answered in the dialect it is asked in.
        case asAsked = "as-asked"
        /// Blocks of the device's own format, by templates.
        case blocks
    }

    var dialect: Dialect
    /// The dialect of orders sent unasked; nil: the device takes none.
    var download: Dialect?
    /// Whether the device can be told to forget an order.
    var withdraws = false
    /// How long the device waits for the answer to its query; a later one is left out. Nil: as long as it takes.
    var answerWithin: Duration?
    /// Our name as the device expects it (H.5, MSH-3); nil: what the device called us, else `Labrador`.
    var sender: String?
    /// The device's name (H.10, MSH-5) in what is sent unasked.
    var receiver: String?
    /// The version in what is sent unasked (H.13, MSH-12); nil: the dialect's.
    var version: String?
    /// The order's specimen type, in lower case, to the device's word for it; `default` is for all others.
    var specimenTypes: [String: String] = [:]
    /// What only LIS02-A2 has.
    var astm = ASTMOrderRules()
    /// What only devices of blocks have.
    var blocks = BlockOrderRules()

    init(dialect: Dialect) { self.dialect = dialect }

    /// The device's word for a specimen type; the type itself where the profile translates none.
    func specimenType(_ type: String?) -> String {
        if specimenTypes.isEmpty { return type ?? "" }
        return type.flatMap { specimenTypes[$0.lowercased()] } ?? specimenTypes["default"] ?? ""
    }
}

/// How queries are read and orders written in LIS02-A2 records.
struct ASTMOrderRules: Hashable, Sendable {
    /// How "nothing is ordered" is said.
    enum Nothing: String, Hashable, Sendable, CaseIterable {
        /// The header, and L with its code for nothing.
        case terminator
        /// An O record with the specimen and O.26 = Y: no order on record.
        case noOrder = "no-order"
        /// An O record with the specimen and O.26 = Z: no record of this patient.
        case noPatient = "no-patient"
        /// An O record like one with tests, its test field empty.
        case emptyTests = "empty-tests"
        /// The Q record sent back, Q.13 saying that nothing comes of it.
        case echoQuery = "echo-query"

        /// What it says in O.26 in place of the rule for that field.
        var reportType: String? {
            switch self {
            case .noOrder: "Y"
            case .noPatient: "Z"
            case .terminator, .emptyTests, .echoQuery: nil
            }
        }
    }

    /// How the tests of a specimen are written.
    enum TestLayout: String, Hashable, Sendable, CaseIterable {
        /// One O record, the tests as repeats of O.5.
        case repeats
        /// One O record a test.
        case records
    }

    /// The code in L.3.
    struct Terminators: Hashable, Sendable {
        var orders = "F"
        var nothing = "I"
        var unclear = "Q"
        var download = "N"
    }

    /// The code in O.6.
    struct Priorities: Hashable, Sendable {
        var routine = "R"
        var urgent = "A"
        var stat = "S"

        subscript(priority: OrderPriority) -> String {
            switch priority {
            case .routine: routine
            case .urgent: urgent
            case .stat: stat
            }
        }
    }

    /// The code in O.12.
    struct Actions: Hashable, Sendable {
        var new = "N"
        var add = "A"
        var cancel = "C"
    }

    /// Where a query names its specimen; the first place that says something counts.
    var specimen = ["Q.3.2", "Q.3.1"].compactMap { FieldPath($0) }
    /// A query without a specimen asks for everything.
    var emptyIsAll = false
    /// What stands in our records.
    var fields = RecordLayout.standard
    /// What stands elsewhere in answers.
    var replyFields = RecordLayout(["O.26": .constant("Q")])
    /// What stands elsewhere in what is sent unasked.
    var downloadFields = RecordLayout(["O.26": .constant("O")])
    /// A test in O.5: `^` parts components, `{code}` is the device's code.
    var test = "^^^{code}"
    var layout = TestLayout.repeats
    var nothing = Nothing.terminator
    /// What Q.13 says where the query is sent back (LIS02-A2 11.13: X, the results cannot be done, or the request is
    /// cancelled).
    var nothingStatus = "X"
    var terminators = Terminators()
    var actions = Actions()
    var priorities = Priorities()
    /// The delimiters of what is sent unasked.
    var delimiters = Delimiters.standard
}
