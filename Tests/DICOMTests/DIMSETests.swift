import Core
import Testing

@testable import DICOM

struct DIMSETests {
    private static let context = PresentationContext(
        id: 3, abstractSyntax: SOPClass.modalityWorklist, transferSyntax: .implicitLittleEndian)
    private static let verification = PresentationContext(
        id: 1, abstractSyntax: SOPClass.verification, transferSyntax: .implicitLittleEndian)

    @Test("command sets are written and read back")
    func roundTrip() throws {
        let request = CommandSet(
            request: CommandSet.Field.cFindRequest, messageID: 7, sopClass: "1.2.3", hasDataSet: true)
        #expect(try CommandSet(request.encoded) == request)
        let status = Status.identifierDoesNotMatch("wrong", Tag(0x0040, 0x0100))
        let bytes = CommandSet(responseTo: request, status: status).encoded
        let read = try CommandSet(bytes)
        #expect(read.field == 0x8020 && read.respondsTo == 7 && read.status == 0xA900)
        #expect(read.errorComment == "wrong" && !read.hasDataSet && read.affectedSOPClassUID == "1.2.3")
        // Offending Element is a tag: group and element, each little endian.
        #expect(bytes.contains([0x00, 0x00, 0x01, 0x09, 0x04, 0x00, 0x00, 0x00, 0x40, 0x00, 0x00, 0x01]))
        // Group length counts what follows it.
        #expect(Array(bytes[8..<12]) == [UInt8(bytes.count - 12), 0, 0, 0])
    }

    @Test("damaged command sets are refused")
    func damaged() throws {
        let bytes = CommandSet(request: CommandSet.Field.cEchoRequest, messageID: 1, sopClass: "1.2").encoded
        for count in 0..<bytes.count {
            // Without its last element no data set type is known.
            #expect(throws: CommandSetError.self) { try CommandSet(Array(bytes[..<count])) }
        }
        let foreign = DataSetWriter.write(
            DataSet([DataElement(Tag(0x0010, 0x0010), .pn, text: "X")]), .implicitLittleEndian)
        #expect(throws: CommandSetError.foreignGroup) { try CommandSet(bytes + foreign) }
        var anonymous = CommandSet(request: CommandSet.Field.cEchoRequest, messageID: 1, sopClass: "1.2")
        anonymous.messageID = nil
        #expect(throws: CommandSetError.missing(.messageID)) { try CommandSet(anonymous.encoded) }
    }

    @Test("each command on each context")
    func dispatch() {
        let commands: [UInt16] = [
            0x0001, 0x0010, 0x0020, 0x0021, 0x0030, 0x0100, 0x0110, 0x0120, 0x0130, 0x0140, 0x0150, 0x0FFF, 0x8020,
            0x8030, 0x1234,
        ]
        for context in [Self.context, Self.verification] {
            for field in commands {
                for hasDataSet in [true, false] {
                    var command = CommandSet(
                        request: field, messageID: 9, sopClass: context.abstractSyntax, hasDataSet: hasDataSet)
                    command.respondsTo = 9
                    let action = Dispatch.action(for: command, on: context)
                    switch (field, context) {
                    case (0x0030, Self.verification):
                        #expect(action == .reply(CommandSet(responseTo: command, status: .success)))
                    case (0x0020, Self.context) where hasDataSet: #expect(action == .find(command, context))
                    case (0x0020, Self.context):
                        guard case .reply(let reply) = action else {
                            Issue.record("no reply")
                            continue
                        }
                        #expect(reply.status == 0xA900)
                    case (0x0FFF, _), (0x8020, _), (0x8030, _): #expect(action == .ignore)
                    default:
                        #expect(action == .reply(CommandSet(responseTo: command, status: .unrecognizedOperation)))
                    }
                    var other = command
                    other.affectedSOPClassUID = "1.2.3"
                    if field != 0x0FFF, field < 0x8000 {
                        #expect(
                            Dispatch.action(for: other, on: context)
                                == .reply(CommandSet(responseTo: other, status: .sopClassNotSupported)))
                    }
                    guard case .abort = Dispatch.action(for: command, on: nil) else {
                        Issue.record("a context that was not accepted")
                        continue
                    }
                }
            }
        }
    }

    @Test("who is let in")
    func admission() {
        var configuration = RadiologyConfiguration(
            aeTitle: "LABRADOR",
            modalities: [RadiologyModality(id: "ct-1", caller: WorklistCaller(aeTitle: "CT01", scope: .all))])
        configuration.limits.maxAssociations = 4
        configuration.limits.maxAssociationsPerAddress = 2
        let cases: [(String, String, Int, Int, Rejection?)] = [
            ("LABRADOR", "CT01", 0, 0, nil), ("LABRADOR        ", " CT01 ", 3, 1, nil),
            ("labrador", "CT01", 0, 0, .calledTitleUnknown), ("", "CT01", 0, 0, .calledTitleUnknown),
            ("LABRADOR", "CT02", 0, 0, .callingTitleUnknown), ("LABRADOR", "", 0, 0, .callingTitleUnknown),
            ("LABRADOR", "CT01", 4, 0, .localLimit), ("LABRADOR", "CT01", 2, 2, .localLimit),
        ]
        for (called, calling, open, fromAddress, expected) in cases {
            let decided = Admission.decide(
                called: called, calling: calling, open: open, openFromAddress: fromAddress, configuration)
            switch decided {
            case .success(let modality): #expect(expected == nil && modality.id == "ct-1")
            case .failure(let error): #expect(error.rejection == expected)
            }
        }
        #expect(PeerText.title("A\u{1B}B ") == "\"A\\x1BB \"")
    }
}
