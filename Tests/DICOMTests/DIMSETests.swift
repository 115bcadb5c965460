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

    @Test("N- requests keep affected and requested UIDs apart, and responses name the affected ones")
    func normalizedServices() throws {
        let create = CommandSet.nCreate(1, sopClass: "1.2", instance: "1.2.3")
        let set = CommandSet.nSet(2, sopClass: "1.2", instance: "1.2.3")
        let get = CommandSet.nGet(3, sopClass: "1.2", instance: "1.2.3", attributes: [Tag(0x0040, 0x0252)])
        let action = CommandSet.nAction(4, sopClass: "1.2", instance: "1.2.3", actionType: 1)
        let event = CommandSet.nEventReport(5, sopClass: "1.2", instance: "1.2.3", eventType: 2)
        for request in [create, set, get, action, event] {
            #expect(try CommandSet(request.encoded) == request)
            let answer = try CommandSet(CommandSet(responseTo: request, status: .success).encoded)
            #expect(answer.field == request.field | 0x8000 && answer.respondsTo == request.messageID)
            #expect(answer.affectedSOPClassUID == "1.2" && answer.affectedSOPInstanceUID == "1.2.3")
            #expect(answer.requestedSOPClassUID == nil && answer.requestedSOPInstanceUID == nil)
            #expect(answer.actionTypeID == request.actionTypeID && answer.eventTypeID == request.eventTypeID)
        }
        for request in [set, get, action] {
            let read = try CommandSet(request.encoded)
            #expect(read.affectedSOPClassUID == nil && read.affectedSOPInstanceUID == nil)
        }
        #expect(try CommandSet(create.encoded).requestedSOPInstanceUID == nil)
        #expect(try CommandSet(get.encoded).attributes == [Tag(0x0040, 0x0252)])
    }

    @Test("an N-CREATE without instance is answered with the one made up for it")
    func generatedInstance() throws {
        let request = CommandSet.nCreate(1, sopClass: "1.2", instance: nil)
        #expect(try CommandSet(request.encoded).sopInstanceUID == nil)
        let answer = CommandSet(responseTo: request, status: .success, instance: "2.25.1")
        #expect(try CommandSet(answer.encoded).affectedSOPInstanceUID == "2.25.1")
        // One that was named is kept, whatever else is offered.
        let named = CommandSet.nCreate(1, sopClass: "1.2", instance: "1.2.3")
        #expect(CommandSet(responseTo: named, status: .success, instance: "2.25.1").affectedSOPInstanceUID == "1.2.3")
    }

    @Test("an instance that is no UID is seen, not taken for none")
    func garbageInstance() throws {
        var request = CommandSet.nCreate(1, sopClass: "1.2", instance: nil)
        request.affectedSOPInstanceUID = "1.2.\u{E9}"
        #expect(try CommandSet(request.encoded).affectedSOPInstanceUID == "1.2.??")
    }

    @Test("a status carries its error id and the attributes it is about")
    func statusDetails() throws {
        let status = Status(
            0x0110, comment: "no longer", attributes: [Tag(0x0040, 0x0252), Tag(0x0040, 0x0253)], errorID: 0xA710)
        let request = CommandSet.nSet(2, sopClass: "1.2", instance: "1.2.3")
        let bytes = CommandSet(responseTo: request, status: status).encoded
        let read = try CommandSet(bytes)
        #expect(read.status == 0x0110 && read.errorID == 0xA710 && read.errorComment == "no longer")
        #expect(read.attributes == status.attributes)
        // (0000,1005), eight bytes: two tags, group first.
        #expect(bytes.contains([0, 0, 0x05, 0x10, 8, 0, 0, 0, 0x40, 0, 0x52, 0x02, 0x40, 0, 0x53, 0x02]))
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

    private static let steps = PresentationContext(
        id: 5, abstractSyntax: SOPClass.performedProcedureStep, transferSyntax: .explicitLittleEndian)
    private static let stepRetrieve = PresentationContext(
        id: 7, abstractSyntax: SOPClass.performedProcedureStepRetrieve, transferSyntax: .explicitLittleEndian)

    @Test("each command on each context")
    func dispatch() {
        let commands: [UInt16] = [
            0x0001, 0x0010, 0x0020, 0x0021, 0x0030, 0x0100, 0x0110, 0x0120, 0x0130, 0x0140, 0x0150, 0x0FFF, 0x8020,
            0x8030, 0x1234,
        ]
        for context in [Self.context, Self.verification, Self.steps, Self.stepRetrieve] {
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
                    case (0x0140, Self.steps): #expect(action == .performedStep(.create, command, context))
                    case (0x0120, Self.steps): #expect(action == .performedStep(.set, command, context))
                    case (0x0110, Self.stepRetrieve): #expect(action == .performedStep(.get, command, context))
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
}
