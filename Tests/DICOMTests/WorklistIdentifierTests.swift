import Core
import Testing

@testable import DICOM

private typealias Tag = DICOM.Tag

/// What a query asks, and what goes back for it.
struct WorklistIdentifierTests {
    private static let step = Tag.scheduledProcedureStepSequence
    private static let procedureCodes = Tag(0x0032, 0x1064)
    private static let protocolCodes = Tag(0x0040, 0x0008)

    private static func text(_ tag: Tag, _ text: String, _ vr: VR = .lo) -> DataElement {
        DataElement(tag, vr, text: text)
    }
    private static func sequence(_ tag: Tag, _ items: [DataElement]...) -> DataElement {
        DataElement(tag, .sq, .items(items.map { DataSet($0) }))
    }

    private func identifier(
        _ elements: DataElement..., ignoring: Set<Tag> = []
    ) throws -> WorklistIdentifier {
        try WorklistIdentifier(DataSet(elements), ignoring: ignoring)
    }

    private func status(_ elements: DataElement...) -> Status? {
        do {
            _ = try WorklistIdentifier(DataSet(elements))
            return nil
        } catch {
            return error.status
        }
    }

    private func entry(_ change: (inout WorklistEntry) -> Void = { _ in }) -> WorklistEntry {
        TestSource.entry("R26-1") {
            $0.procedureCode = WorklistCode(value: "CTHEAD", scheme: "99HMS", meaning: "CT head")
            $0.protocolCode = WorklistCode(value: "P1", scheme: "99CT", meaning: "Head routine")
            change(&$0)
        }
    }

    private func answer(
        _ identifier: WorklistIdentifier, _ entry: WorklistEntry, _ profile: WorklistProfile = WorklistProfile(),
        clock: FacilityClock = FacilityClock("Asia/Kolkata")
    ) throws -> DataSet {
        let response = WorklistResponse(
            identifier, profile, ResponseCharacterSets(), clock: clock, .explicitLittleEndian)
        return try DataSetReader.read(response.encode(entry), .explicitLittleEndian)
    }

    private func words(_ element: DataElement?) -> String? {
        element.map { String(decoding: $0.bytes, as: UTF8.self).trimmingBlanks() }
    }

    @Test("keys inside the items of code sequences match, and only what was asked of an item comes back")
    func codeKeys() throws {
        let asked = try identifier(
            Self.sequence(Self.procedureCodes, [Self.text(.codeValue, "CTHEAD", .sh), Self.text(.codeMeaning, "")]),
            Self.sequence(
                Self.step, [Self.sequence(Self.protocolCodes, [Self.text(.codingSchemeDesignator, "99*", .sh)])]))
        #expect(WorklistMatching.matches(asked.query, entry()))
        #expect(!WorklistMatching.matches(asked.query, entry { $0.procedureCode?.value = "CTCHEST" }))
        #expect(!WorklistMatching.matches(asked.query, entry { $0.protocolCode = nil }))
        #expect(!asked.hasUnsupportedKeys)
        let set = try answer(asked, entry())
        let item = try #require(set[Self.procedureCodes]?.items?.first)
        #expect(item.elements.map(\.tag) == [.codeValue, .codeMeaning])
        #expect(words(item[.codeMeaning]) == "CT head")
        let inner = try #require(set[Self.step]?.items?.first?[Self.protocolCodes]?.items?.first)
        #expect(inner.elements.map(\.tag) == [.codingSchemeDesignator] && words(inner.elements.first) == "99CT")
    }

    @Test("a sequence without an item, or with an empty one, asks for all of it")
    func wholeSequences() throws {
        for key in [Self.sequence(Self.step), Self.sequence(Self.step, [])] {
            let set = try answer(try identifier(key, Self.sequence(Self.procedureCodes)), entry())
            let item = try #require(set[Self.step]?.items?.first)
            #expect(item.elements.map(\.tag) == WorklistTable.stepInOrder)
            #expect(item[Self.protocolCodes]?.items?.first?.elements.count == 3)
            #expect(set[Self.procedureCodes]?.items?.first?.elements.map(\.tag) == WorklistTable.codeInOrder)
        }
        let bare = try answer(try identifier(Self.sequence(Self.procedureCodes)), entry { $0.procedureCode = nil })
        #expect(bare[Self.procedureCodes]?.items == [])
    }

    @Test("a code longer than Code Value goes out as Long Code Value")
    func longCode() throws {
        let asked = try identifier(Self.sequence(Self.procedureCodes))
        let set = try answer(asked, entry { $0.procedureCode?.value = "A-CODE-OF-MORE-THAN-16" })
        let item = try #require(set[Self.procedureCodes]?.items?.first)
        #expect(item.elements.map(\.tag) == [.codingSchemeDesignator, .codeMeaning, .longCodeValue])
        #expect(words(item[.longCodeValue]) == "A-CODE-OF-MORE-THAN-16")
    }

    @Test("what is no key is passed over; what is not supported is told by FF01")
    func unsupported() throws {
        let ignored = try identifier(
            Self.text(Tag(0x0008, 0x0000), "xxxx", .ul), Self.text(.specificCharacterSet, "ISO_IR 100", .cs),
            Self.text(.queryRetrieveLevel, "WORKLIST", .cs),
            Self.sequence(Self.step, [Self.text(Tag(0x0040, 0x0000), "xxxx", .ul)]))
        #expect(!ignored.hasUnsupportedKeys && ignored.query.isUniversal)
        #expect(try identifier(Self.text(Tag(0x0018, 0x0015), "")).hasUnsupportedKeys)
        #expect(try identifier(Self.sequence(Self.step, [Self.text(Tag(0x0018, 0x0015), "")])).hasUnsupportedKeys)
        let studies = Tag(0x0008, 0x1110)
        let uid = Tag(0x0008, 0x1155)
        #expect(try !identifier(Self.sequence(studies, [Self.text(uid, "", .ui)])).hasUnsupportedKeys)
        let referenced = try identifier(Self.sequence(studies, [Self.text(uid, "1.2", .ui)]))
        #expect(referenced.hasUnsupportedKeys && referenced.query.isUniversal)
        #expect(try answer(referenced, entry())[studies]?.items == [])
    }

    @Test("an attribute that the entry lacks: no match for a key with a value, empty for one without")
    func absent() throws {
        let weight = Tag(0x0010, 0x1030)
        #expect(!WorklistMatching.matches(try identifier(Self.text(weight, "70", .ds)).query, entry()))
        let asked = try identifier(Self.text(weight, "", .ds))
        #expect(WorklistMatching.matches(asked.query, entry()))
        #expect(try answer(asked, entry())[weight]?.bytes == [])
        #expect(try answer(asked, entry { $0.details[.patientWeight] = "70.5" })[weight]?.bytes == Array("70.5".utf8))
    }

    @Test("A900 says which element, in at most 64 characters")
    func offending() throws {
        var cases: [(DataElement, Tag)] = [
            (Self.sequence(Self.step, [Self.text(Tag(0x0040, 0x0002), "today", .da)]), Tag(0x0040, 0x0002)),
            (Self.sequence(Self.step, [Self.text(Tag(0x0040, 0x0003), "9999", .tm)]), Tag(0x0040, 0x0003)),
            (Self.sequence(Self.step, [], []), Self.step),
        ]
        cases += [
            (Self.sequence(Self.procedureCodes, [], []), Self.procedureCodes),
            (Self.text(Self.step, "x"), Self.step), (Self.text(Tag(0x0020, 0x000D), "1.2.x", .ui), Tag(0x0020, 0x000D)),
            (Self.sequence(Tag(0x0010, 0x0010), []), Tag(0x0010, 0x0010)),
            (DataElement(Tag(0x0010, 0x0010), .pn, .bytes([0xFC, 0x20])), Tag(0x0010, 0x0010)),
            (DataElement(Tag(0x0010, 0x21C0), .us, .bytes([1])), Tag(0x0010, 0x21C0)),
        ]
        cases += [
            (Self.text(.timezoneOffset, "+9900", .sh), .timezoneOffset),
            (Self.text(.timezoneOffset, "IST", .sh), .timezoneOffset),
            (
                Self.sequence(Self.procedureCodes, [Self.text(.codeValue, String(repeating: "x", count: 65), .sh)]),
                .codeValue
            ),
        ]
        for (element, tag) in cases {
            let refusal = try #require(self.status(element))
            #expect(refusal.code == 0xA900 && refusal.offendingElement == tag)
            #expect(refusal.comment.map { (1...64).contains($0.count) } == true, "\(refusal)")
        }
    }

    @Test("a modality's profile: keys ignored, values forced, attributes omitted")
    func profile() throws {
        let station = Tag(0x0040, 0x0001)
        let name = Tag(0x0040, 0x0010)
        let keys = Self.sequence(
            Self.step,
            [Self.text(Tag(0x0008, 0x0060), "CT", .cs), Self.text(station, "XX", .ae), Self.text(name, "", .sh)])
        let asked = try identifier(keys, Self.sequence(Self.procedureCodes), ignoring: [station])
        #expect(WorklistMatching.matches(asked.query, entry()))
        #expect(!WorklistMatching.matches(asked.query, entry { $0.modality = "MR" }))
        #expect(
            asked.keys.map { "\($0.path) \($0.key == nil)" } == [
                "0040,0100.0008,0060 false", "0040,0100.0040,0001 true",
            ])
        var profile = WorklistProfile()
        profile.force = ["0040,0010": "CT ONE", "0008,0060": "OT"]
        profile.omit = ["0032,1064", "0040,0001"]
        let set = try answer(asked, entry(), profile)
        let item = try #require(set[Self.step]?.items?.first)
        #expect(set.elements.map(\.tag) == [Self.step])
        #expect(item.elements.map { words($0) } == ["OT", "CT ONE"])
    }

    @Test(
        "what can be forced, omitted or ignored",
        arguments: [
            ("0040,0010", nil), ("0040,100A", "attribute"), ("00400010", "no tag"), ("0040,001G", "no tag"),
            ("+040,0010", "no tag"),
        ] as [(String, String?)])
    func tags(text: String, problem: String?) {
        let found = WorklistProfile.problem(withTag: text)
        #expect(problem.map { found?.contains($0) == true } ?? (found == nil))
        #expect(WorklistProfile.problem(withValue: "17 CHARACTERS LONG", of: "0040,0001") != nil)
        #expect(WorklistProfile.problem(withValue: "CT", of: "0008,0060") == nil)
        #expect(WorklistProfile.problem(withValue: "x", of: "0032,1064") != nil)
    }

    @Test("values of binary and bounded VRs, and several values")
    func values() throws {
        let tags = [
            Tag(0x0010, 0x21C0), Tag(0x0010, 0x2110), Tag(0x0010, 0x1020), Tag(0x0040, 0x1003), Tag(0x0010, 0x1000),
        ]
        let asked = try WorklistIdentifier(DataSet(tags.map { Self.text($0, "", WorklistTable.vr(of: $0) ?? .lo) }))
        let set = try answer(
            asked,
            entry {
                $0.details = [
                    .pregnancyStatus: "4", .allergies: "Latex\\Iodine", .patientSize: "tall", .otherPatientIDs: "A\nB",
                ]
                $0.priority = "A PRIORITY THAT IS TOO LONG"
            })
        #expect(set[tags[0]]?.bytes == [4, 0])
        #expect(words(set[tags[1]]) == "Latex\\Iodine")
        #expect(set[tags[2]]?.bytes == [])
        #expect(words(set[tags[3]]) == "A PRIORITY THAT")
        #expect(words(set[tags[4]]) == "A B")
        #expect(
            WorklistMatching.matches(
                try identifier(DataElement(tags[0], us: 4)).query, entry { $0.details = [.pregnancyStatus: "4"] }))
    }

    @Test(
        "dates and times in the zone of the query",
        arguments: [
            ("+0530", "20261122", "100000"), ("+0000", "20261122", "043000"), ("-0800", "20261121", "203000"),
            ("+1400", "20261122", "183000"),
        ])
    func zones(zone: String, date: String, time: String) throws {
        let tags = [Tag(0x0040, 0x0002), Tag(0x0040, 0x0003)]
        let asked = try identifier(
            Self.text(.timezoneOffset, zone, .sh),
            Self.sequence(Self.step, [Self.text(tags[0], date, .da), Self.text(tags[1], "", .tm)]))
        let clock = FacilityClock("Asia/Kolkata")
        let moved = clock.entry(entry(), in: try #require(asked.zone))
        #expect(WorklistMatching.matches(asked.query, moved) && moved.startDate == date && moved.startTime == time)
        let set = try answer(asked, moved)
        #expect(words(set[.timezoneOffset]) == zone)
        #expect(words(set[Self.step]?.items?.first?[tags[1]]) == time)
    }

    @Test("who asks for the zone gets the facility's, summer time included")
    func ownZone() throws {
        let asked = try identifier(Self.text(.timezoneOffset, "", .sh), Self.text(Tag(0x0008, 0x0050), "", .sh))
        for (date, offset) in [("20260715", "+0200"), ("20261215", "+0100")] {
            let set = try answer(asked, entry { $0.startDate = date }, clock: FacilityClock("Europe/Berlin"))
            #expect(set.elements.map(\.tag) == [Tag(0x0008, 0x0050), .timezoneOffset])
            #expect(words(set[.timezoneOffset]) == offset)
        }
        #expect(try answer(try identifier(Self.text(Tag(0x0008, 0x0050), "", .sh)), entry())[.timezoneOffset] == nil)
    }

    @Test(
        "every truncation and every flipped byte of a query is read or refused, never a trap",
        arguments: TransferSyntax.allCases)
    func damaged(syntax: TransferSyntax) {
        let query = DataSet([
            Self.text(.specificCharacterSet, "ISO 2022 IR 13\\ISO 2022 IR 87", .cs),
            Self.text(.timezoneOffset, "+0530", .sh),
            DataElement(Tag(0x0010, 0x0010), .pn, .bytes(Array("\u{1B}$B;3ED\u{1B}(J=*".utf8))),
            DataElement(Tag(0x0010, 0x21C0), us: 4), Self.text(Tag(0x0020, 0x000D), "1.2\\1.3", .ui),
            Self.sequence(
                Self.procedureCodes, [Self.text(.codeValue, "CT?", .sh), Self.text(.codingSchemeDesignator, "", .sh)]),
            Self.sequence(
                Self.step,
                [
                    Self.text(Tag(0x0040, 0x0002), "20261122-", .da), Self.text(Tag(0x0040, 0x0003), "10-12", .tm),
                    Self.sequence(Self.protocolCodes, [Self.text(.codeMeaning, "*")]),
                ]),
        ])
        let whole = DataSetWriter.write(query, syntax)
        let entry = entry()
        var counts = (answered: 0, refused: 0, unread: 0)
        func look(_ bytes: [UInt8]) {
            guard let set = try? DataSetReader.read(bytes, syntax) else { return counts.unread += 1 }
            do {
                let identifier = try WorklistIdentifier(set)
                _ = WorklistMatching.mismatches(identifier.query, entry)
                let response = WorklistResponse(
                    identifier, WorklistProfile(), ResponseCharacterSets(), clock: FacilityClock("UTC"), syntax)
                #expect((try? DataSetReader.read(response.encode(entry), syntax)) != nil)
                counts.answered += 1
            } catch {
                #expect(error.status.comment.map { $0.count <= 64 } == true)
                counts.refused += 1
            }
        }
        for count in 0...whole.count { look(Array(whole[..<count])) }
        for index in whole.indices {
            for mask in [0x01, 0x10, 0x20, 0x80, 0xFF] as [UInt8] {
                var bytes = whole
                bytes[index] ^= mask
                look(bytes)
            }
        }
        #expect(counts.answered > 100 && counts.refused > 50 && counts.unread > 100, "\(counts)")
    }
}
