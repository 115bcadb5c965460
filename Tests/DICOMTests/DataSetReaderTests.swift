import Testing

@testable import DICOM

struct DataSetReaderTests {
    private static let name = Tag(0x0010, 0x0010)
    private static let step = Tag.scheduledProcedureStepSequence
    private static let sample = DataSet([
        DataElement(.specificCharacterSet, .cs, text: "ISO_IR 192"), DataElement(name, .pn, text: "RAO^ASHA"),
        DataElement(
            step, .sq,
            .items([
                DataSet([
                    DataElement(Tag(0x0008, 0x0060), .cs, text: "CT"),
                    DataElement(Tag(0x0040, 0x0008), .sq, .items([DataSet([DataElement(.codeValue, .sh, text: "X")])])),
                ]), DataSet(),
            ])), DataElement(Tag(0x0040, 0x1001), .sh, text: "P1"),
    ])

    @Test("what is written is read back", arguments: TransferSyntax.allCases)
    func roundTrip(syntax: TransferSyntax) throws {
        let bytes = DataSetWriter.write(Self.sample, syntax)
        #expect(bytes.count % 2 == 0)
        #expect(try DataSetReader.read(bytes, syntax) == Self.sample)
        #expect(try DataSetReader.read([], syntax) == DataSet())
    }

    @Test("texts and UIDs are padded as their VR wants")
    func padding() {
        #expect(DataElement(Self.name, .pn, text: "A").bytes == [0x41, 0x20])
        #expect(DataElement(.affectedSOPClassUID, .ui, text: "1").bytes == [0x31, 0x00])
    }

    @Test("every beginning of a data set is whole or refused, never a trap", arguments: TransferSyntax.allCases)
    func truncation(syntax: TransferSyntax) throws {
        let bytes = DataSetWriter.write(Self.sample, syntax)
        var refused = 0
        for count in 0..<bytes.count {
            do {
                let read = try DataSetReader.read(Array(bytes[..<count]), syntax)
                #expect(Self.sample.elements.starts(with: read.elements))
            } catch {
                refused += 1
            }
        }
        #expect(refused > bytes.count / 2)
    }

    /// (0040,0100) in Explicit VR with undefined lengths, delimited.
    private static let undefinedLengths: [UInt8] =
        [0x40, 0, 0, 1, 0x53, 0x51, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF] + [0xFE, 0xFF, 0, 0xE0, 0xFF, 0xFF, 0xFF, 0xFF]
        + [0x08, 0, 0x60, 0, 0x43, 0x53, 2, 0, 0x43, 0x54] + [0xFE, 0xFF, 0x0D, 0xE0, 0, 0, 0, 0]
        + [0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0]

    @Test("undefined lengths end at their delimiters")
    func undefined() throws {
        let expected = DataSet([
            DataElement(Self.step, .sq, .items([DataSet([DataElement(Tag(0x0008, 0x0060), .cs, text: "CT")])]))
        ])
        #expect(try DataSetReader.read(Self.undefinedLengths, .explicitLittleEndian) == expected)
        for count in 1..<Self.undefinedLengths.count {
            #expect(throws: DataSetError.self) {
                try DataSetReader.read(Array(Self.undefinedLengths[..<count]), .explicitLittleEndian)
            }
        }
    }

    @Test("UN of undefined length holds items in Implicit VR")
    func unknownSequence() throws {
        let bytes: [UInt8] =
            [0x09, 0, 0x01, 0x10, 0x55, 0x4E, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF] + [0xFE, 0xFF, 0, 0xE0, 10, 0, 0, 0]
            + [0x08, 0, 0x60, 0, 2, 0, 0, 0, 0x43, 0x54] + [0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0]
        let read = try DataSetReader.read(bytes, .explicitLittleEndian)
        #expect(read[Tag(0x0009, 0x1001)]?.items?.first?[Tag(0x0008, 0x0060)]?.bytes == [0x43, 0x54])
    }

    @Test("nesting beyond the limit is refused at the limit", arguments: [1, 64, 65, 20_000, 100_000])
    func nesting(depth: Int) {
        let unit: [UInt8] = [0x40, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE, 0xFF, 0, 0xE0, 0xFF, 0xFF, 0xFF, 0xFF]
        let end: [UInt8] = [0xFE, 0xFF, 0x0D, 0xE0, 0, 0, 0, 0, 0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0]
        let bytes = [[UInt8]](repeating: unit, count: depth) + [[UInt8]](repeating: end, count: depth)
        let read = Result { try DataSetReader.read(Array(bytes.joined()), .implicitLittleEndian) }
        switch read {
        case .success(let set): #expect(depth <= 64 && set.elements.count == 1)
        case .failure(let error): #expect(depth > 64 && error as? DataSetError == .tooDeep(limit: 64))
        }
    }

    @Test("lengths that point out of their container are refused")
    func hugeLengths() {
        let cases: [([UInt8], TransferSyntax)] = [
            ([0x10, 0, 0x10, 0, 0xFE, 0xFF, 0xFF, 0xFF, 0x41], .implicitLittleEndian),
            ([0x10, 0, 0x10, 0, 0x50, 0x4E, 0xFF, 0xFF, 0x41], .explicitLittleEndian),
            ([0x10, 0, 0x10, 0, 0x4F, 0x42, 0, 0, 0xFF, 0xFF, 0xFF, 0x7F], .explicitLittleEndian),
            // An item longer than its sequence.
            ([0x40, 0, 0, 1, 8, 0, 0, 0, 0xFE, 0xFF, 0, 0xE0, 4, 0, 0, 0, 1, 2, 3, 4], .implicitLittleEndian),
            // A value of undefined length that is no sequence.
            ([0x10, 0, 0x10, 0, 0xFF, 0xFF, 0xFF, 0xFF], .implicitLittleEndian),
            // A delimiter without anything to delimit, and no VR.
            ([0xFE, 0xFF, 0x0D, 0xE0, 0, 0, 0, 0], .implicitLittleEndian),
            ([0x10, 0, 0x10, 0, 0x01, 0x02, 0, 0], .explicitLittleEndian),
        ]
        for (bytes, syntax) in cases {
            #expect(throws: DataSetError.self, "\(bytes)") { try DataSetReader.read(bytes, syntax) }
        }
    }

    @Test("elements beyond the limit are refused")
    func elements() throws {
        var limits = DataSetLimits()
        limits.maxElements = 3
        let one = DataSetWriter.write(DataSet([DataElement(Self.name, .pn, text: "A")]), .implicitLittleEndian)
        #expect(try DataSetReader.read(one + one + one, .implicitLittleEndian, limits: limits).elements.count == 3)
        #expect(throws: DataSetError.tooManyElements(limit: 3)) {
            try DataSetReader.read(one + one + one + one, .implicitLittleEndian, limits: limits)
        }
    }

    @Test("50,000 damaged data sets, always the same: read or refused", arguments: TransferSyntax.allCases)
    func damaged(syntax: TransferSyntax) {
        let samples = [DataSetWriter.write(Self.sample, syntax), Self.undefinedLengths]
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        var (read, refused) = (0, 0)
        for _ in 0..<25_000 {
            var bytes = samples[next(samples.count)]
            for _ in 0...next(4) {
                switch next(3) {
                case 0: bytes[next(bytes.count)] = UInt8(next(256))
                case 1: bytes.insert([0, 0xFF, 0xFE, 0xE0][next(4)], at: next(bytes.count))
                default: if bytes.count > 1 { bytes.remove(at: next(bytes.count)) }
                }
            }
            do {
                _ = try DataSetReader.read(bytes, syntax)
                read += 1
            } catch {
                #expect(error.sentence.utf8.count <= 64)
                refused += 1
            }
        }
        #expect(read > 100 && refused > 1_000)
    }

    @Test("a data set prints nothing of what it holds")
    func redacted() {
        #expect(!"\(Self.sample)".contains("82") && !String(reflecting: Self.sample).contains("RAO"))
        var dumped = ""
        dump(Self.sample, to: &dumped)
        #expect(!dumped.contains("bytes"))
    }
}
