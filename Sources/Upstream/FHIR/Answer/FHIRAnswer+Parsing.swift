import Core

extension FHIRAnswer {
    /// Reads the body of an answer.
    ///
    /// - Parameter contentType: The header as sent; a body without one is tried as JSON, one that says it is something
    ///   else is not FHIR whatever it looks like.
    package init(bytes: [UInt8], contentType: String?) {
        if bytes.allSatisfy({ $0 == 0x20 || (0x09...0x0D).contains($0) }) {
            self = .empty
            return
        }
        let type = contentType?.prefix { $0 != ";" }.trimmingBlanks().lowercased()
        if let type, !type.contains("json") {
            self = .foreign(String(type.prefix(80)))
            return
        }
        guard let json = try? JSONValue(parsing: bytes, maximumDepth: JSONValue.answerDepth) else {
            // Without a content type the first character tells what was meant.
            let meantJSON = type != nil || bytes.first == UInt8(ascii: "{")
            self = meantJSON ? .broken : .foreign("text")
            return
        }
        guard let resource = json["resourceType"]?.text else {
            self = .foreign("JSON without a resourceType")
            return
        }
        switch (resource, json["type"]?.text) {
        case ("OperationOutcome", _): self = .outcome(OutcomeIssue.all(in: json))
        case ("Bundle", "transaction-response"), ("Bundle", "batch-response"): self = Self.entries(of: json)
        default: self = .resource(String(resource.prefix(80)))
        }
    }

    private static func entries(of bundle: JSONValue) -> FHIRAnswer {
        let entries = bundle["entry"]?.elements ?? []
        var failures: [FailedEntry] = []
        for (index, entry) in entries.enumerated() {
            let response = entry["response"]
            let status = response?["status"]?.text.flatMap { Int($0.prefix(3)) } ?? 0
            if !(200..<300).contains(status) {
                failures.append(
                    FailedEntry(index: index, status: status, issues: OutcomeIssue.all(in: response?["outcome"])))
            }
        }
        let location = entries.last?["response"]?["location"]?.text
        return .entries(count: entries.count, failures: failures, location: location.map { String($0.prefix(200)) })
    }
}

extension OutcomeIssue {
    /// Issues of an OperationOutcome that are read; the rest says the same.
    static let limit = 20

    static func all(in outcome: JSONValue?) -> [OutcomeIssue] {
        (outcome?["issue"]?.elements ?? []).prefix(limit).map { issue in
            let words = issue["details"]?["text"]?.text ?? issue["diagnostics"]?.text ?? ""
            let place = issue["expression"]?.elements.compactMap(\.text).joined(separator: ", ") ?? ""
            return OutcomeIssue(
                severity: issue["severity"]?.text ?? "error", code: issue["code"]?.text ?? "unknown",
                text: place.isEmpty ? words : "\(words) (\(place))")
        }
    }
}
