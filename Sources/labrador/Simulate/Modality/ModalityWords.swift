import Console
import Core
import DICOM

/// What a simulated modality prints: lines and a table for people, or JSON.
struct ModalityWords: Sendable {
    let isJSON: Bool

    /// The answer to a query; whether it is whole.
    func worklist(_ answer: WorklistReply, from server: String, took: Duration) -> Bool {
        let count = answer.items.count
        let isWhole = answer.cancelled || ServiceStatus.kind(answer.reply.status, .find) == .success
        let milliseconds = "\(took.wholeMicroseconds / 1_000).\(took.wholeMicroseconds % 1_000 / 100)"
        if isJSON {
            for item in answer.items { json("worklist", members(item)) }
            json(
                "queried",
                [
                    .init("entries", .number("\(count)")), .init("status", .string(hex(answer.reply.status))),
                    .init("cancelled", .bool(answer.cancelled)),
                    .init("unsupported_keys", .bool(answer.hasUnsupportedKeys)),
                    .init("milliseconds", .number(milliseconds)),
                ])
        } else {
            let more = answer.cancelled ? ", then the query was cancelled" : ""
            line(
                "\(server): \(count == 1 ? "1 entry" : "\(count) entries") in \(milliseconds) ms\(more)"
                    + (answer.hasUnsupportedKeys ? "; not all keys are supported there (FF01)" : ""))
            if count > 0 { StandardOutput.write(Array(table(answer.items).text(width: TerminalWidth.current).utf8)) }
        }
        if !isWhole { problem("", ServiceStatus.sentence(answer.reply, .find)) }
        for why in answer.unreadable { problem("", "an entry could not be read: \(why)") }
        return isWhole && answer.unreadable.isEmpty
    }

    private func table(_ items: [WorklistItem]) -> TextTable {
        var table = TextTable([
            .init("TIME"), .init("PATIENT", narrowest: 12), .init("MRN"), .init("ACCESSION"),
            .init("PROCEDURE", narrowest: 12), .init("STEP"), .init("MODALITY"), .init("STATION", narrowest: 8),
        ])
        for item in items {
            table.add(
                [
                    time(item, separator: " "), item.patientName, item.patientID, item.accession, item.procedure,
                    item.stepID, item.modality, item.stationAETitle,
                ], note: item.problems.isEmpty ? "" : "wrong: " + item.problems.joined(separator: "; "))
        }
        return table
    }

    /// A message of a performed procedure step.
    func step(
        _ item: WorklistItem, _ step: PerformedStepMessage, _ service: ServiceStatus.Service,
        _ answer: Result<DIMSEReply, RequestorFailure>?
    ) {
        guard case .success(let reply) = answer else { return }
        if isJSON {
            json(
                "step",
                [
                    .init("accession", .string(item.accession)), .init("step_id", .string(item.stepID)),
                    .init("service", .string(service.rawValue)), .init("state", .string(step.state.rawValue)),
                    .init("uid", .string(step.uid)), .init("status", .string(hex(reply.status))),
                ])
        } else if reply.status == 0 {
            line("\(item.accession): \(item.procedure), step \(item.stepID) is \(step.state.rawValue)")
        }
    }

    /// An image that was sent.
    func image(_ item: WorklistItem, _ instance: NewInstance, _ answer: Result<DIMSEReply, RequestorFailure>?) {
        guard case .success(let reply) = answer else { return }
        if isJSON {
            json(
                "image",
                [
                    .init("accession", .string(item.accession)), .init("uid", .string(instance.uid)),
                    .init("study_uid", .string(item.studyUID)), .init("status", .string(hex(reply.status))),
                ])
        } else if reply.status == 0 {
            line("\(item.accession): image stored (\(instance.uid))")
        }
    }

    /// Something that did not go well; `subject` is an accession, or empty.
    func problem(_ subject: String, _ what: String) {
        if isJSON {
            json("problem", [.init("accession", .string(subject)), .init("what", .string(what))])
        } else {
            printError(printable("\(subject.isEmpty ? "" : subject + ": ")\(what)"))
        }
    }

    private func members(_ item: WorklistItem) -> [JSONMember] {
        let texts: [(String, String)] = [
            ("accession", item.accession), ("mrn", item.patientID), ("patient", item.patientName),
            ("birth_date", item.birthDate), ("sex", item.sex), ("modality", item.modality),
            ("station_ae", item.stationAETitle), ("scheduled", time(item, separator: "T")),
            ("procedure", item.procedure), ("procedure_id", item.requestedProcedureID), ("step_id", item.stepID),
            ("study_uid", item.studyUID), ("character_set", item.characterSet),
        ]
        return texts.map { JSONMember($0.0, .string($0.1)) } + [
            .init("problems", .array(item.problems.map { .string($0) }))
        ]
    }

    /// `2026-11-22 10:00`, or as it came where it is none.
    private func time(_ item: WorklistItem, separator: String) -> String {
        guard let date = DICOMDate(item.startDate)?.text, DICOMTime(item.startTime) != nil else {
            return [item.startDate, item.startTime].filter { !$0.isEmpty }.joined(separator: separator)
        }
        let time = item.startTime.filter { $0 != ":" }.prefix { $0 != "." }
        let parts = [time.prefix(2), time.dropFirst(2).prefix(2), time.dropFirst(4).prefix(2)].filter { !$0.isEmpty }
        return "\(date.prefix(4))-\(date.dropFirst(4).prefix(2))-\(date.suffix(2))\(separator)"
            + parts.joined(separator: ":")
    }

    private func hex(_ status: UInt16) -> String {
        let digits = String(status, radix: 16, uppercase: true)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }

    private func line(_ text: String) { StandardOutput.write(Array((printable(text) + "\n").utf8)) }

    private func json(_ event: String, _ members: [JSONMember]) {
        var bytes: [UInt8] = []
        JSONValue.object([JSONMember("event", .string(event))] + members).write(into: &bytes)
        StandardOutput.write(bytes + [0x0A])
    }
}
