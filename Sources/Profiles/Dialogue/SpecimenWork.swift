import Core

/// A test as a device is told of it.
struct DeviceTest: Hashable {
    /// The device's code.
    var code: String
    /// A name for people; empty when there is none.
    var name: String
    /// The order it comes from.
    var order: Int64
}

/// What a device is told about one specimen: the work of one patient.
struct SpecimenWork: HoldsPatientData {
    /// The specimen's id as the device knows it.
    var sentAs: String
    /// The order; the first where several of one patient share the specimen.
    var work: WorkOrder
    /// At least one.
    var tests: [DeviceTest]

    var order: Order { work.order }
}

/// The orders a query is answered from, by accession.
struct OrderShelf: HoldsPatientData {
    private var byAccession: [String: [WorkOrder]] = [:]
    /// In the order of the store.
    private(set) var accessions: [String] = []

    init(_ orders: [WorkOrder]) {
        for work in orders where work.order.kind == .laboratory && work.order.state == .open {
            let accession = work.order.accession
            if byAccession[accession] == nil { accessions.append(accession) }
            byAccession[accession, default: []].append(work)
        }
    }

    /// The open orders of a specimen.
    subscript(accession: String) -> [WorkOrder] { byAccession[accession] ?? [] }
}

extension Profile {
    /// What the device is to do with one specimen; nil when that is nothing, or when its orders are of several patients.
    func work(_ orders: [WorkOrder], sentAs: String, _ remarks: inout DialogueRemarks) -> SpecimenWork? {
        guard let first = orders.first else { return nil }
        let patient = first.order.patient
        let isOnePatient = orders.allSatisfy {
            !$0.isShared && $0.order.patient.mrn == patient.mrn && $0.order.patient.mrnSystem == patient.mrnSystem
        }
        guard isOnePatient else {
            remarks.ambiguous += 1
            return nil
        }
        var tests: [DeviceTest] = []
        var seen: Set<String> = []
        for work in orders {
            for test in work.order.tests {
                let found = deviceTests(forOrder: test)
                if found.isEmpty { remarks.unknown(test.code) }
                for (code, name) in found where seen.insert(code).inserted {
                    tests.append(DeviceTest(code: code, name: name, order: work.number))
                }
            }
        }
        guard !tests.isEmpty else {
            remarks.unmappable += 1
            return nil
        }
        remarks.told.formUnion(tests.map(\.order))
        return SpecimenWork(sentAs: sentAs, work: first, tests: tests)
    }

    /// What the tests of an order are for the device: one, several for a panel, or none.
    private func deviceTests(forOrder ordered: OrderedTest) -> [(code: String, name: String)] {
        let known = test(code: ordered.code).map { [$0] } ?? tests(forOrder: ordered.code)
        if known.isEmpty { return passesThrough ? [(ordered.code, ordered.text ?? "")] : [] }
        return known.map { ($0.orderCode ?? $0.code, $0.name ?? ordered.text ?? "") }
    }
}

/// What a person should know about an answer, counted while it is made; no names and no identifiers.
struct DialogueRemarks {
    /// Specimens with open orders of several patients.
    var ambiguous = 0
    /// Specimens of whose orders the device knows no test.
    var unmappable = 0
    /// Specimens named beyond the limit.
    var beyondLimit = 0
    /// Specimen ids the device made up itself, or that cannot be one of this laboratory.
    var impossible = 0
    /// The orders the device is told of.
    var told: Set<Int64> = []
    /// More, each a sentence.
    var others: [String] = []
    private var codes: [String] = []
    private var isCutShort = false

    /// Codes named in one remark.
    private static let codesNamed = 5

    /// An order's test that the profile does not know.
    mutating func unknown(_ code: String) {
        if codes.contains(code) { return }
        if codes.count < Self.codesNamed { codes.append(code) } else { isCutShort = true }
    }

    /// In words.
    var sentences: [String] {
        var sentences = others
        if ambiguous > 0 {
            sentences.append(
                "\(specimens(ambiguous)) open orders of different patients; answered as not ordered. "
                    + "Cancel the wrong order in the HMS.")
        }
        if !codes.isEmpty {
            sentences.append(
                "Ordered tests that the profile does not know were left out: \(codes.joined(separator: ", "))"
                    + (isCutShort ? " and more" : "") + ". Add them to the profile's tests if this device can do them.")
        }
        if impossible > 0 {
            sentences.append(
                "\(impossible) specimen id\(impossible == 1 ? "" : "s") of the query cannot be an accession "
                    + "(barcode not read, or not of this laboratory's form); answered as not ordered.")
        }
        if beyondLimit > 0 {
            sentences.append(
                "The query names \(beyondLimit + DialogueLimits.specimensPerQuery) specimens; the first "
                    + "\(DialogueLimits.specimensPerQuery) were answered.")
        }
        return sentences
    }

    private func specimens(_ count: Int) -> String { count == 1 ? "A specimen has" : "\(count) specimens have" }
}
