import Core
import Testing

@testable import DICOM

private typealias Tag = DICOM.Tag

struct PerformedStepMachineTests {
    private let uid = "1.2.3"

    // MARK: The grid

    /// What an N-SET may ask for.
    private static let asked: [(name: String, status: String?, state: PerformedState?)] = [
        ("no status", nil, .inProgress), ("IN PROGRESS", "IN PROGRESS", .inProgress),
        ("COMPLETED", "COMPLETED", .completed), ("DISCONTINUED", "DISCONTINUED", .discontinued),
        ("SCHEDULED", "SCHEDULED", nil), ("empty", "", nil),
    ]

    @Test("every state, every operation, both ways of looking at it", arguments: PerformedStepStrictness.allCases)
    func grid(strictness: PerformedStepStrictness) throws {
        let machine = PerformedStepMachine(strictness: strictness)
        for stored in [nil] + PerformedState.allCases.map(Optional.some) {
            for replay in [false, true] {
                let known = try stored.map { try Sample.known($0, isReplay: replay) }
                let created = machine.create(Sample.begin(), uid: uid, known: known)
                #expect(
                    created.status.code == (stored == nil ? 0x0000 : 0x0111),
                    "N-CREATE over \(String(describing: stored))")
                #expect((created.step == nil) == (stored != nil))
                #expect(created.remarks.contains { $0.contains("byte for byte") } == (replay && stored != nil))
                for asked in Self.asked {
                    let set = machine.set(Sample.end(asked.status), uid: uid, known: known)
                    let expected: UInt16 =
                        switch stored {
                        case nil: 0x0112
                        case .completed, .discontinued: 0x0110
                        case .inProgress: asked.state == nil ? 0x0106 : 0x0000
                        }
                    #expect(set.status.code == expected, "N-SET \(asked.name) over \(String(describing: stored))")
                    #expect(set.step?.state == (expected == 0 ? asked.state : nil))
                    #expect((set.status.errorID == 0xA710) == (expected == 0x0110))
                }
            }
        }
    }

    @Test("the text after the end is the standard's")
    func finalText() throws {
        let decision = PerformedStepMachine(strictness: .lenient).set(
            Sample.end("COMPLETED"), uid: uid, known: try Sample.known(.completed))
        #expect(decision.status.comment == "Performed Procedure Step Object may no longer be updated")
    }

    // MARK: N-CREATE

    @Test("N-CREATE is taken only with IN PROGRESS", arguments: PerformedStepStrictness.allCases)
    func firstStatus(strictness: PerformedStepStrictness) {
        let machine = PerformedStepMachine(strictness: strictness)
        for (status, code) in [("COMPLETED", 0x0106), ("DISCONTINUED", 0x0106), ("in progress", 0x0106), ("", 0x0121)] {
            var begin = Sample.begin()
            begin.put(.performedStatus, .cs, status)
            let decision = machine.create(begin, uid: uid, known: nil)
            #expect(decision.status.code == UInt16(code), "\(status)")
            #expect(decision.status.attributes == [.performedStatus] && decision.step == nil)
        }
    }

    @Test("each attribute of the table, absent and empty, both ways", arguments: PerformedStepStrictness.allCases)
    func requirements(strictness: PerformedStepStrictness) {
        let machine = PerformedStepMachine(strictness: strictness)
        for row in PerformedStepTable.root {
            var absent = Sample.begin()
            absent.elements.removeAll { $0.tag == row.tag }
            let withoutIt = machine.create(absent, uid: uid, known: nil)
            switch (row.create, strictness) {
            case (.one, _), (.two, .strict):
                #expect(withoutIt.status.code == 0x0120 && withoutIt.status.attributes == [row.tag], "\(row.name)")
            case (.two, .lenient):
                #expect(withoutIt.status.code == 0 && withoutIt.remarks.contains { $0.contains("\(row.tag)") })
            case (.three, _), (.notAllowed, _): #expect(withoutIt.status.code == 0, "\(row.name)")
            }
            guard row.tag != .specificCharacterSet else { continue }
            var empty = Sample.begin()
            empty.put(DataElement(row.tag, row.vr, row.vr == .sq ? .items([]) : .bytes([])))
            let without = machine.create(empty, uid: uid, known: nil)
            let isUnscheduled = row.tag == .scheduledStepAttributes && strictness == .lenient
            #expect(without.status.code == (row.create == .one && !isUnscheduled ? 0x0121 : 0), "\(row.name)")
        }
    }

    @Test("an item of what was scheduled needs its study")
    func studyOfItem() {
        let machine = PerformedStepMachine(strictness: .lenient)
        var absent = Sample.begin()
        absent.put(DataElement(.scheduledStepAttributes, .sq, .items([DataSet()])))
        #expect(machine.create(absent, uid: uid, known: nil).status.code == 0x0120)
        var empty = Sample.begin()
        empty.put(
            DataElement(
                .scheduledStepAttributes, .sq, .items([DataSet([DataElement(.studyInstanceUID, .ui, text: "")])])))
        #expect(machine.create(empty, uid: uid, known: nil).status.code == 0x0121)
    }

    @Test("values that are none", arguments: PerformedStepStrictness.allCases)
    func invalidValues(strictness: PerformedStepStrictness) {
        let machine = PerformedStepMachine(strictness: strictness)
        let cases: [(Tag, VR, String)] = [
            (Tag(0x0040, 0x0244), .da, "20261340"), (Tag(0x0040, 0x0245), .tm, "2561"),
            (Tag(0x0040, 0x0253), .sh, "12345678901234567"), (Tag(0x0040, 0x0241), .ae, "AN_AE_TITLE_TOO_LONG"),
        ]
        for (tag, vr, value) in cases {
            var begin = Sample.begin()
            begin.put(tag, vr, value)
            let decision = machine.create(begin, uid: uid, known: nil)
            #expect(decision.status.code == 0x0106 && decision.status.attributes == [tag], "\(tag) \(value)")
        }
        // What no step goes by: a lenient receiver leaves it as it came.
        let isStrict = strictness == .strict
        var born = Sample.begin()
        born.put(Tag(0x0010, 0x0030), .da, "1981")
        #expect(machine.create(born, uid: uid, known: nil).status.code == (isStrict ? 0x0106 : 0))
        var begin = Sample.begin(study: "1.02.3")
        let decision = machine.create(begin, uid: uid, known: nil)
        #expect(decision.status.attributes == (isStrict ? [.scheduledStepAttributes] : []))
        #expect(decision.status.code == (isStrict ? 0x0106 : 0))
        begin.put(DataElement(.scheduledStepAttributes, .lo, text: "no sequence"))
        #expect(machine.create(begin, uid: uid, known: nil).status.code != 0)
    }

    // MARK: N-SET

    @Test("what N-SET may not change")
    func notAllowed() throws {
        let known = try Sample.known(.inProgress)
        for row in PerformedStepTable.root where row.set == .notAllowed {
            var change = DataSet([DataElement(row.tag, row.vr, .bytes(row.vr == .sq ? [] : Array("7 ".utf8)))])
            if row.vr == .sq { change = DataSet([DataElement(row.tag, .sq, .items([]))]) }
            let strict = PerformedStepMachine(strictness: .strict).set(change, uid: uid, known: known)
            #expect(strict.status.code == 0x0105 && strict.status.attributes == [row.tag], "\(row.name)")
            #expect(strict.step == nil)
            let lenient = PerformedStepMachine(strictness: .lenient).set(change, uid: uid, known: known)
            let stays = DataSet(kept: known.attributes)?[row.tag]
            #expect(lenient.attributes[row.tag] == stays, "\(row.name)")
            let isSame = stays == change[row.tag]
            #expect(lenient.status.code == (isSame ? 0 : 0x0107), "\(row.name)")
        }
    }

    @Test("the whole step sent again with its end changes nothing but the end, without a warning")
    func wholeAgain() throws {
        let known = try Sample.known(.inProgress)
        let all = Sample.begin().modified(by: Sample.end("COMPLETED"))
        let decision = PerformedStepMachine(strictness: .lenient).set(all, uid: uid, known: known)
        #expect(decision.status == .success && decision.step?.state == .completed)
    }

    @Test("a sequence in N-SET replaces the whole sequence")
    func sequences() throws {
        let machine = PerformedStepMachine(strictness: .lenient)
        let known = try Sample.known(.inProgress)
        let first = machine.set(Sample.end(nil, series: ["1.2.10", "1.2.11"]), uid: uid, known: known)
        #expect(first.step?.series.map(\.uid) == ["1.2.10", "1.2.11"])
        let between = KnownProcedureStep(
            step: try #require(first.step), attributes: first.attributes.kept, isReplay: false)
        let second = machine.set(Sample.end("COMPLETED", series: ["1.2.12"]), uid: uid, known: between)
        #expect(second.step?.series.map(\.uid) == ["1.2.12"])
        #expect(second.step?.patientID == "MRN0001" && second.step?.startDate == "20261122")
    }

    @Test("an end that lacks what an end needs", arguments: ["COMPLETED", "DISCONTINUED"])
    func incompleteEnd(status: String) throws {
        let known = try Sample.known(.inProgress)
        var ends: [(tag: Tag, code: UInt16, end: DataSet)] = []
        for tag in [Tag.performedEndDate, .performedEndTime, .performedSeries] {
            var end = Sample.end(status)
            end.elements.removeAll { $0.tag == tag }
            // N-CREATE brought it without a value.
            ends.append((tag, 0x0121, end))
        }
        for tag in [Tag.seriesInstanceUID, .protocolName] {
            var end = Sample.end(status)
            end.put(DataElement(.performedSeries, .sq, .items([Sample.series("1.2.10", without: tag)])))
            ends.append((tag, 0x0120, end))
        }
        for (tag, code, end) in ends {
            let strict = PerformedStepMachine(strictness: .strict).set(end, uid: uid, known: known)
            #expect(strict.status.code == code && strict.status.attributes == [tag] && strict.step == nil, "\(tag)")
            let lenient = PerformedStepMachine(strictness: .lenient).set(end, uid: uid, known: known)
            #expect(lenient.status.code == 0 && lenient.step?.state.rawValue == status, "\(tag)")
            #expect(lenient.remarks.contains { $0.contains("\(tag)") }, "\(tag)")
        }
    }

    // MARK: Character sets

    @Test("the character set of N-SET does not replace the earlier one")
    func characterSets() throws {
        let machine = PerformedStepMachine(strictness: .strict)
        var begin = Sample.begin()
        begin.put(.specificCharacterSet, .cs, "ISO_IR 100")
        begin.put(DataElement(.patientName, .pn, .bytes(Array("M".utf8) + [0xFC] + Array("LLER".utf8))))
        let created = machine.create(begin, uid: uid, known: nil)
        #expect(created.step?.patientName == "M\u{FC}LLER")
        let known = KnownProcedureStep(
            step: try #require(created.step), attributes: created.attributes.kept, isReplay: false)
        var end = Sample.end("COMPLETED")
        end.put(.specificCharacterSet, .cs, "ISO_IR 144")
        // Cyrillic de in ISO 8859-5.
        end.put(DataElement(Tag(0x0040, 0x0254), .lo, .bytes([0xB4])))
        let ended = machine.set(end, uid: uid, known: known)
        #expect(ended.step?.description == "\u{414}" && ended.step?.patientName == "M\u{FC}LLER")
    }

    @Test("a text that is not of its character set")
    func undecodable() throws {
        var begin = Sample.begin()
        begin.put(DataElement(Tag(0x0040, 0x0254), .lo, .bytes([0xFF, 0x20])))
        let strict = PerformedStepMachine(strictness: .strict).create(begin, uid: uid, known: nil)
        #expect(strict.status.code == 0x0106 && strict.status.attributes == [Tag(0x0040, 0x0254)])
        let lenient = PerformedStepMachine(strictness: .lenient).create(begin, uid: uid, known: nil)
        #expect(lenient.status.code == 0x0107 && lenient.step?.description == "")
        begin.put(DataElement(.patientID, .lo, .bytes([0xFF, 0x20])))
        #expect(PerformedStepMachine(strictness: .lenient).create(begin, uid: uid, known: nil).status.code == 0x0106)
    }

    @Test("refusals say tags and never values")
    func noValues() {
        var begin = Sample.begin()
        begin.put(Tag(0x0010, 0x0030), .da, "SECRET")
        let decision = PerformedStepMachine(strictness: .strict).create(begin, uid: uid, known: nil)
        #expect(decision.status.comment == "Invalid value: (0010,0030)")
    }
}

/// Data sets of made-up steps.
private enum Sample {
    static func begin(study: String = "1.2.826.0.1.9") -> DataSet {
        let item = DataSet([
            DataElement(Tag(0x0008, 0x0050), .sh, text: "R26-000001"),
            DataElement(Tag(0x0008, 0x1110), .sq, .items([])),
            DataElement(.studyInstanceUID, .ui, text: study), DataElement(Tag(0x0032, 0x1060), .lo, text: "CT head"),
            DataElement(Tag(0x0040, 0x0007), .lo, text: "CT head"), DataElement(Tag(0x0040, 0x0008), .sq, .items([])),
            DataElement(Tag(0x0040, 0x0009), .sh, text: "S-1"), DataElement(Tag(0x0040, 0x1001), .sh, text: "P-1"),
        ])
        let values: [Tag: String] = [
            .modality: "CT", .patientName: "RAO^ASHA", .patientID: "MRN0001", Tag(0x0010, 0x0030): "19810402",
            Tag(0x0010, 0x0040): "F", Tag(0x0040, 0x0241): "CT01", Tag(0x0040, 0x0244): "20261122",
            Tag(0x0040, 0x0245): "101500", .performedStatus: "IN PROGRESS", Tag(0x0040, 0x0253): "PPS-1",
        ]
        return DataSet(
            PerformedStepTable.root.filter { $0.create == .one || $0.create == .two }.map { row in
                if row.tag == .scheduledStepAttributes { return DataElement(row.tag, .sq, .items([item])) }
                return row.vr == .sq
                    ? DataElement(row.tag, .sq, .items([])) : DataElement(row.tag, row.vr, text: values[row.tag] ?? "")
            })
    }

    static func series(_ uid: String, without tag: Tag? = nil) -> DataSet {
        DataSet(
            [
                DataElement(.protocolName, .lo, text: "HEAD"), DataElement(.seriesInstanceUID, .ui, text: uid),
                DataElement(
                    Tag(0x0008, 0x1140), .sq,
                    .items([DataSet([DataElement(Tag(0x0008, 0x1155), .ui, text: "1.2.3.4")])])),
            ].filter { $0.tag != tag })
    }

    static func end(_ status: String?, series: [String] = ["1.2.10"]) -> DataSet {
        var end = DataSet()
        end.put(.performedEndDate, .da, "20261122")
        end.put(.performedEndTime, .tm, "103000")
        end.put(DataElement(.performedSeries, .sq, .items(series.map { self.series($0) })))
        if let status { end.put(.performedStatus, .cs, status) }
        return end
    }

    static func known(_ state: PerformedState, isReplay: Bool = false) throws -> KnownProcedureStep {
        let machine = PerformedStepMachine(strictness: .strict)
        let created = machine.create(begin(), uid: "1.2.3", known: nil)
        var step = try #require(created.step)
        step.state = state
        return KnownProcedureStep(step: step, attributes: created.attributes.kept, isReplay: isReplay)
    }
}

extension DataSet {
    fileprivate mutating func put(_ element: DataElement) {
        elements.removeAll { $0.tag == element.tag }
        elements.append(element)
        elements.sort { $0.tag < $1.tag }
    }

    fileprivate mutating func put(_ tag: Tag, _ vr: VR, _ text: String) { put(DataElement(tag, vr, text: text)) }
}
