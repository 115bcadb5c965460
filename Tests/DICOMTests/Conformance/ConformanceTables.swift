import Core

@testable import DICOM

/// The conformance statement's tables as lines of Markdown, from the tables that the code itself works with.
enum ConformanceTables {
    static let all: [String: [String]] = [
        "sop-classes": sopClasses, "transfer-syntaxes": transferSyntaxes, "worklist-identifier": identifier,
        "worklist-step": step, "worklist-statuses": worklistStatuses, "mpps-attributes": mppsAttributes,
        "mpps-scheduled-step": items(PerformedStepTable.scheduledStep), "mpps-series": items(PerformedStepTable.series),
        "mpps-statuses": mppsStatuses, "rejections": rejections, "refused-requests": refusedRequests,
        "limits": limits, "character-sets": characterSets,
    ]

    private static func table(_ head: [String], _ rows: [[String]]) -> [String] {
        ([head, head.map { _ in "---" }] + rows).map { "| " + $0.joined(separator: " | ") + " |" }
    }

    private static func hex(_ number: UInt16) -> String { String(ResponseCheck.hex(number).dropLast()) }

    // MARK: - Services

    private static let names: [String: String] = [
        SOPClass.verification: "Verification", SOPClass.modalityWorklist: "Modality Worklist Information Model - FIND",
        SOPClass.performedProcedureStep: "Modality Performed Procedure Step",
        SOPClass.performedProcedureStepRetrieve: "Modality Performed Procedure Step Retrieve",
    ]

    /// What answers each operation: asked of the dispatcher itself.
    private static func operations(_ uid: String) -> String {
        let fields: [(String, UInt16)] = [
            ("C-ECHO", CommandSet.Field.cEchoRequest), ("C-FIND", CommandSet.Field.cFindRequest),
            ("C-STORE", CommandSet.Field.cStoreRequest), ("C-MOVE", CommandSet.Field.cMoveRequest),
            ("C-GET", CommandSet.Field.cGetRequest), ("N-CREATE", CommandSet.Field.nCreateRequest),
            ("N-SET", CommandSet.Field.nSetRequest), ("N-GET", CommandSet.Field.nGetRequest),
            ("N-ACTION", CommandSet.Field.nActionRequest), ("N-DELETE", CommandSet.Field.nDeleteRequest),
        ]
        let context = PresentationContext(id: 1, abstractSyntax: uid, transferSyntax: .explicitLittleEndian)
        return fields.filter { _, field in
            let command = CommandSet(request: field, messageID: 1, sopClass: uid, hasDataSet: true)
            if case .reply(let response) = Dispatch.action(for: command, on: context) { return response.status == 0 }
            return true
        }.map(\.0).joined(separator: ", ")
    }

    private static var sopClasses: [String] {
        table(
            ["SOP class", "UID", "role", "operations"],
            SOPClass.served.map { [names[$0] ?? "?", $0, "SCP", operations($0)] })
    }

    private static var transferSyntaxes: [String] {
        let names: [TransferSyntax: String] = [
            .implicitLittleEndian: "Implicit VR Little Endian", .explicitLittleEndian: "Explicit VR Little Endian",
        ]
        return table(
            ["transfer syntax", "UID"], TransferSyntax.allCases.map { [names[$0] ?? "?", $0.rawValue] })
    }

    // MARK: - Worklist

    private static var identifier: [String] { rows(WorklistTable.root) }
    private static var step: [String] { rows(WorklistTable.step) }

    private static func rows(_ rows: [Tag: WorklistTable.Row]) -> [String] {
        table(
            ["tag", "attribute", "VR", "matching"],
            rows.sorted { $0.key < $1.key }.map { tag, row in
                ["\(tag)", name(row.field, tag), row.vr.description, matching(row.field)]
            })
    }

    private static func name(_ field: WorklistField, _ tag: Tag) -> String {
        switch field {
        case .attribute(let attribute): attribute.rawValue
        case .sequence(.step): "Scheduled Procedure Step Sequence"
        case .sequence(.code(.requestedProcedure)): "Requested Procedure Code Sequence"
        case .sequence(.code(.scheduledProtocol)): "Scheduled Protocol Code Sequence"
        case .sequence(.references):
            tag == Tag(0x0008, 0x1110) ? "Referenced Study Sequence" : "Referenced Patient Sequence"
        case .codePart, .empty: "?"
        }
    }

    private static func matching(_ field: WorklistField) -> String {
        switch field {
        case .sequence(.step): "sequence, one item"
        case .sequence(.code): "sequence, one item: Code Value, Coding Scheme Designator, Code Meaning"
        case .sequence(.references), .empty: "none; returned empty"
        case .codePart: "text"
        case .attribute(let attribute):
            switch attribute.matching {
            case .text: "single value, wildcard"
            case .code: "single value, wildcard; spaces at the ends do not count"
            case .name: "person name"
            case .date: "single value, range of dates"
            case .time: "single value, range of times"
            case .uid: "single value, list of UIDs"
            }
        }
    }

    private static var worklistStatuses: [String] {
        statuses([
            (.success, "the answer is complete"), (.pending, "an entry follows"),
            (.pendingWithUnsupportedKeys, "an entry follows; not all optional keys are supported"),
            (.cancelled, "ended by C-CANCEL"),
            (.outOfResources(""), "too many matches, or the search took too long: nothing is cut short"),
            (.identifierDoesNotMatch(""), "a key that cannot be understood; Offending Element names it"),
            (.unableToProcess(""), "the worklist cannot be read at the moment"),
            (.sopClassNotSupported, "another SOP class than the context's"),
            (.unrecognizedOperation, "an operation that the SOP class does not have"),
        ])
    }

    private static func statuses(_ all: [(Status, String)]) -> [String] {
        table(["status", "when"], all.map { status, when in [hex(status.code), when] })
    }

    // MARK: - Performed procedure steps

    private static var mppsAttributes: [String] {
        table(
            ["tag", "attribute", "VR", "N-CREATE", "N-SET", "at the end"],
            PerformedStepTable.root.map { row in
                [
                    "\(row.tag)", row.name, row.vr.description, row.create.rawValue, row.set.rawValue,
                    row.final?.rawValue ?? "",
                ]
            })
    }

    private static func items(_ rows: [PerformedStepTable.Row]) -> [String] {
        table(
            ["tag", "attribute", "VR", "type"],
            rows.map { ["\($0.tag)", $0.name, $0.vr.description, $0.create.rawValue] })
    }

    private static var mppsStatuses: [String] {
        statuses([
            (.success, "stored, on the disk"),
            (.notAllowed([]), "N-SET of an attribute that it may not change (strict)"),
            (.invalidValue([], ""), "a value that is not allowed: a status, date, time, UID or text"),
            (.passedOver([]), "stored, but the attributes listed were passed over (lenient)"),
            (.stepIsFinal, "N-SET after the end, with Error ID A710; without Error ID: it could not be stored"),
            (.duplicateInstance, "N-CREATE with a SOP Instance UID that exists"),
            (.noSuchInstance, "N-SET or N-GET of a step that does not exist"),
            (.invalidInstance, "the SOP Instance UID is no UID"), (.missing([]), "an attribute is missing"),
            (.empty([]), "an attribute has no value"),
        ])
    }

    // MARK: - Associations

    private static var rejections: [String] {
        let modality = RadiologyModality(id: "", caller: WorklistCaller(aeTitle: "", modality: "", scope: .ownAE))
        let all: [(Rejection, String)] = [
            (.calledTitleUnknown, "the called AE title is not ours"),
            (.callingTitleUnknown, "the calling AE title is not configured"),
            (.foreignAddress(modality), "`check_address`: it calls from another address"),
            (.inClear(modality), "`tls.required`: it calls in clear"),
            (.foreignCertificate(modality, shown: nil), "`tls.pin`: it shows another certificate"),
            (.tooMany, "as many associations as there may be"),
            (.tooManyFromAddress, "as many from its address"), (.tooManyOfModality(modality), "`max_associations`"),
        ]
        return table(
            ["result", "source", "reason", "when"],
            all.map { rejection, when in
                let codes = rejection.codes
                return ["\(codes.result)", "\(codes.source)", "\(codes.reason)", when]
            })
    }

    private static var refusedRequests: [String] {
        table(
            ["answer", "when"],
            AssociateRequestFault.allCases.map { fault in
                let answer =
                    switch fault.answer {
                    case .reject(let source, let reason): "A-ASSOCIATE-RJ 1, \(source), \(reason)"
                    case .abort(let reason): "A-ABORT, reason \(reason)"
                    }
                return [answer, fault.sentence()]
            })
    }

    private static var limits: [String] {
        let limits = RadiologyLimits()
        let rows: [(String, Int, String, String)] = [
            ("associations at a time", limits.maxAssociations, "", "associations"),
            ("associations from one address", limits.maxAssociationsPerAddress, "", "associations_per_address"),
            ("TCP connections from one address", limits.maxConnectionsPerAddress, "", ""),
            ("from connection to the end of A-ASSOCIATE-RQ (ARTIM)", limits.associationTimeout, "s", "association"),
            ("from the first to the last byte of a message", limits.messageTimeout, "s", "message"),
            ("without a message", limits.idleTimeout, "s", "idle"),
            ("until the peer takes what is sent", limits.writeTimeout, "s", ""),
            ("maximum PDU length announced", limits.maxPDUBytes, "bytes", ""),
            ("A-ASSOCIATE-RQ", AssociateRequestLimits().maxBytes, "bytes", ""),
            ("presentation contexts", AssociateRequestLimits().maxContexts, "", ""),
            ("data set", limits.maxDataSetBytes, "bytes", ""),
            ("nesting of sequences", limits.dataSet.maxDepth, "", ""),
            ("elements of a data set", limits.dataSet.maxElements, "", ""),
            ("matches of a query", limits.maxMatches, "", ""), ("search for them", limits.queryTimeout, "s", ""),
        ]
        return table(
            ["limit", "default", "`dicom.limits`"],
            rows.map { [$0.0, $0.2.isEmpty ? "\($0.1)" : "\($0.1) \($0.2)", $0.3.isEmpty ? "" : "`\($0.3)`"] })
    }

    // MARK: - Character sets

    private static var characterSets: [String] {
        table(
            ["repertoire", "alone", "with code extensions"],
            DefinedTerm.all.map { term in
                let name = term.registration.allSatisfy(\.isNumber) ? "ISO-IR \(term.registration)" : term.registration
                let extended = term == .ascii ? "ISO 2022 IR 6" : term.value(extended: true)
                return [
                    name, term.standsAlone ? term.value(extended: false) : "", term.allowsExtensions ? extended : "",
                ]
            })
    }
}
