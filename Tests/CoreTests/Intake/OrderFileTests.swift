import Testing

@testable import Core

@Suite struct OrderFileTests {
    private func mistakes(_ text: String, _ limits: IntakeLimits = IntakeLimits()) -> [String] {
        do {
            _ = try OrderFile(Array(text.utf8), limits: limits)
            return []
        } catch {
            return error.mistakes.map { "\($0.line.map { "\($0): " } ?? "")\($0.sentence)" }
        }
    }

    private func order(_ accession: String) -> String {
        #"{"accession":"\#(accession)","mrn":"M","kind":"laboratory"}"#
    }

    @Test(arguments: ["\n", "\r\n", "\n\n", " ", ""])
    func ordersOneAfterTheOther(separator: String) throws {
        let file = try OrderFile(Array([order("A"), order("B"), order("C")].joined(separator: separator).utf8))
        let lineEnds = separator.count { $0.isNewline }
        #expect(file.entries.map(\.line) == [1, 1 + lineEnds, 1 + 2 * lineEnds])
    }

    @Test(arguments: ["MSH|^~\\&|HMS\rPID|1||M1||RAO^ASHA", "\u{0B}MSH|^~\\&|HMS", "PID|1||M1||RAO^ASHA\r"])
    func hl7IsToldAsThatAndNotShown(text: String) {
        #expect(
            mistakes(text) == ["The file holds HL7; send it over MLLP to the port of orders.hl7 (docs/orders.md)."])
    }

    @Test func aListKnowsTheLinesOfItsOrders() throws {
        let file = try OrderFile(Array("[\n\(order("A")),\n\n  \(order("B"))\n]\n".utf8))
        #expect(file.entries.map(\.line) == [2, 4])
    }

    @Test func batchesHoldEveryOrderOnceAndInSequence() throws {
        let file = try OrderFile(Array((0..<7).map { order("A\($0)") }.joined(separator: "\n").utf8))
        let batches = Array(file.batches(of: 3))
        #expect(batches.map(\.lines) == [[1, 2, 3], [4, 5, 6], [7]])
        let accessions = try batches.flatMap { try orderChanges(json: $0.json, facility: Facility()) }.map { change in
            if case .place(let order) = change { order.accession } else { "" }
        }
        #expect(accessions == (0..<7).map { "A\($0)" })
    }

    @Test func aBadColumnIsToldTogetherWithTheBadRows() {
        let found = mistakes(
            "accesion,mrn,kind,patient.birth_date\nA,M,laboratory,1981-04-02\nB,M,labaratory,1981-13-02\nC,M\n")
        #expect(found.count == 4)
        for (mistake, words) in zip(found, ["1: accesion: is no known", "3: kind: ", "3: patient.birth_date: ", "4: "])
        {
            #expect(mistake.hasPrefix(words), "\(mistake)")
        }
    }

    @Test(arguments: [(";", "semicolons"), ("\t", "TAB characters")])
    func otherSeparatorsAreNamed(separator: String, name: String) {
        let file = ["accession,mrn,kind", "A,M,laboratory"].joined(separator: "\n").replacing(",", with: separator)
        #expect(mistakes(file).last == "1: The columns are separated by \(name); save the file with commas.")
    }

    @Test func mistakesCarryTheirLine() {
        let bad = #"{"accession":"B","mrn":7,"kind":"laboratory"}"#
        #expect(
            mistakes("\(order("A"))\n\(bad)\n\(order("C"))\n{\n") == [
                "2: mrn: is a number; write it as text in double quotes, because a number loses leading zeros and long "
                    + "digits on its way.",
                "5: This is not JSON: column 1: a key in double quotes is expected here.",
            ])
    }

    @Test(arguments: [
        ("", "The file is empty."), (" \n", "The file is empty."), ("[]", "The file holds no order."),
        ("[", "1: This is not JSON: column 2: the list has no closing ]."),
        ("[{}", "a comma or ]"), ("[] x", "goes on after its end"), ("[{},", "has no closing ]"),
        ("[{} {}]", "a comma or ]"),
    ])
    func filesThatHoldNothingOrEndTooSoon(text: String, words: String) {
        let all = mistakes(text)
        #expect(all.contains { $0.contains(words) || $0 == words }, "\(all)")
    }

    @Test func limitsAreKept() {
        var limits = IntakeLimits()
        limits.ordersPerFile = 2
        limits.fileBytes = 500
        #expect(
            mistakes((0..<3).map { order("A\($0)") }.joined(separator: "\n"), limits).contains {
                $0.contains("More than 2 orders")
            })
        #expect(
            mistakes(String(repeating: " ", count: 501), limits) == [
                "The file is 501 bytes long; at most 500 are taken."
            ])
    }

    @Test func itPrintsRedacted() throws {
        #expect("\(try OrderFile(Array(order("A").utf8)))" == "OrderFile(redacted)")
    }
}

@Suite struct CSVOrderTests {
    private func changes(_ text: String) throws(IntakeRefusal) -> [OrderChange] {
        let file = try OrderFile(Array(text.utf8))
        var all: [OrderChange] = []
        for batch in file.batches(of: 500) { all += try orderChanges(json: batch.json, facility: Facility()) }
        return all
    }

    private func mistakes(_ text: String) -> [String] {
        do {
            _ = try OrderFile(Array(text.utf8))
            return []
        } catch {
            return error.mistakes.map { "\($0.line.map { "\($0): " } ?? "")\($0.sentence)" }
        }
    }

    @Test func columnsAreTheKeysOfTheJSONForm() throws {
        let taken = try changes(
            #"""
            accession,mrn,kind,patient.family,patient.birth_date,tests,specimen.type,tests[1].code,tests[1].text
            L1,M1,laboratory,"RAO, ""K""",1981-04-02,CBC; CRP,EDTA blood,GLU,Glucose

            L2,M2,laboratory,,,,,,
            """#)
        let system = Facility().mrnSystem
        let patient = Patient(mrn: "M1", mrnSystem: system, family: "RAO, \"K\"", birthDate: "1981-04-02")
        var first = Order(
            accession: "L1", patient: patient, kind: .laboratory,
            tests: [
                OrderedTest(code: "CBC"), OrderedTest(code: "CRP"), OrderedTest(code: "GLU", text: "Glucose"),
            ], specimen: OrderedSpecimen(type: "EDTA blood"))
        var second = Order(accession: "L2", patient: Patient(mrn: "M2", mrnSystem: system), kind: .laboratory)
        // Neither says anything of the priority.
        (first.keepsPriority, second.keepsPriority) = (true, true)
        #expect(taken == [.place(first), .place(second)])
    }

    @Test func imagingColumns() throws {
        let taken = try changes("kind,accession,mrn,procedure.code,modality\r\nimaging,R1,M1,CTHEAD,CT\r\n")
        guard case .place(let order) = taken.first else { throw Missing() }
        #expect(order.imaging == ImagingRequest(procedure: OrderedTest(code: "CTHEAD"), modality: "CT"))
    }

    @Test(arguments: [
        ("accession,mrn,kind\nL1,M1", "2: This line has 2 cells, the first line has 3."),
        ("accession,mrn,kind\nL1,M1,laboratory,x", "2: This line has 4 cells, the first line has 3."),
        (
            "accession;mrn;kind\nL1;M1;laboratory",
            "1: The columns are separated by semicolons; save the file with commas."
        ),
        ("accession,mrn,kind,age\n", "1: age: is no known column."),
        ("accession,mrn,kind,patient.famly\n", "1: patient.famly: is no known column. Did you mean patient.family?"),
        ("accession,mrn,mrn\n", "1: mrn: this column stands in the file twice."),
        ("accession,mrn,\n", "1: a column has no name in the first line."),
        ("accession,mrn,tests[x].code\n", "1: tests[x].code: is no known column."),
        ("accession,mrn,tests[0]code\n", "1: tests[0]code: is no known column."),
        ("accession,mrn,kind\nL1,M1,\"lab", "2: This is not CSV: a cell has no closing quote."),
        ("accession,mrn,kind\nL1,M\"1,x", "2: This is not CSV: a quote stands inside a cell without quotes"),
        ("accession,mrn,kind\n\"L1\"x,M1,x", "2: This is not CSV: text follows a closing quote"),
        ("accession,mrn,kind\nL1,,laboratory\n", "2: mrn: is missing."),
        ("accession,mrn,kind\n", "The file holds no order."),
    ])
    func mistakesInWords(text: String, words: String) {
        let all = mistakes(text)
        #expect(all.contains { $0.hasPrefix(words) }, "\(all)")
    }

    @Test func aCellOverSeveralLinesKeepsTheLineNumbersRight() throws {
        var reader = CSVReader(Array("a,\"b\nc\"\r\n\r\n\"d\"\"\",\n".utf8), maximumColumns: 9)
        var rows: [CSVRow] = []
        while let row = try reader.next() { rows.append(row) }
        #expect(rows == [CSVRow(line: 1, cells: ["a", "b\nc"]), CSVRow(line: 4, cells: ["d\"", ""])])
    }

    @Test func tooManyColumnsAreRefused() {
        var reader = CSVReader(Array("a,b,c".utf8), maximumColumns: 2)
        #expect(throws: CSVError(line: 1, what: "more than 2 columns.")) { try reader.next() }
    }

    @Test func bytesThatAreNoUTF8AreRefused() {
        var reader = CSVReader([0x61, 0x2C, 0xE9], maximumColumns: 9)
        #expect(throws: CSVError.self) { try reader.next() }
    }
}

private struct Missing: Error {}
