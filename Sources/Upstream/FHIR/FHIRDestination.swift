import AsyncHTTPClient
import Core
import NIOCore
import NIOHTTP1

/// A FHIR R4 server as destination: `POST {url}` of a transaction Bundle a report.
public final class FHIRDestination: Destination {
    /// Its configured name.
    public let id: DestinationID
    private let configuration: FHIRConfiguration
    private let facility: Facility
    private let sender: HTTPSender
    private let token: BearerToken?
    private let template: HTTPClient.Request
    private let now: @Sendable () -> Timestamp

    /// A destination; opens no connection yet.
    ///
    /// - Parameter now: The wall clock, for a `Retry-After` that is a date.
    public init(
        id: DestinationID, configuration: FHIRConfiguration, facility: Facility,
        group: any EventLoopGroup = HTTPClient.defaultEventLoopGroup, now: @escaping @Sendable () -> Timestamp
    ) throws(DestinationError) {
        var configuration = configuration
        while configuration.url.hasSuffix("/") { configuration.url.removeLast() }
        template = try Self.request(configuration.url)
        token = if let file = configuration.tokenFile { try BearerToken(file: file) } else { nil }
        sender = try HTTPSender(configuration, on: group)
        self.id = id
        self.configuration = configuration
        self.facility = facility
        self.now = now
    }

    /// Sends one delivery (`Destination`).
    public func send(_ delivery: Delivery, done: @escaping @Sendable (Verdict) -> Void) {
        guard let transaction = transaction(delivery) else {
            return done(Verdict(.refused, "a FHIR server is not told this kind of thing"))
        }
        guard delivery.isAmbiguous else { return post(delivery, transaction, done: done) }
        ask(delivery.content) { answer in
            switch answer {
            case .present: done(Verdict(.delivered, "it was there already, from a try that got no answer"))
            case .unknown: self.post(delivery, transaction, done: done)
            case .failed(let verdict): done(verdict)
            }
        }
    }

    /// Fails what is under way and closes the connections.
    public func close() async { await sender.close() }

    private func transaction(_ delivery: Delivery) -> Transaction? {
        switch delivery.content {
        case .report(let report): Transaction(report, facility: facility)
        case .step(let step): Transaction(step, facility: facility)
        // Requests of modalities are passed on to their like.
        case .request: nil
        }
    }

    private func post(
        _ delivery: Delivery, _ transaction: Transaction, done: @escaping @Sendable (Verdict) -> Void
    ) {
        var request = template
        request.headers.add(name: "Content-Type", value: "application/fhir+json")
        request.headers.add(name: "Prefer", value: "return=minimal")
        request.headers.add(name: "X-Request-Id", value: delivery.id.description)
        request.body = .byteBuffer(ByteBuffer(bytes: transaction.bytes))
        authorized(request) { ending in
            done(classify(self.understood(ending), entries: transaction.entries))
        }
    }

    /// Sends with the token; once more when the token was refused and its file holds another one by now.
    private func authorized(_ request: HTTPClient.Request, done: @escaping @Sendable (HTTPSender.Ending) -> Void) {
        guard let token else { return sender.send(request, done: done) }
        let authorization = token.authorization
        var first = request
        first.headers.add(name: "Authorization", value: authorization)
        sender.send(first) { ending in
            guard case .answered(let answer) = ending, answer.status == 401, token.refresh(after: authorization) else {
                return done(ending)
            }
            var second = request
            second.headers.add(name: "Authorization", value: token.authorization)
            self.sender.send(second, done: done)
        }
    }

    private func understood(_ ending: HTTPSender.Ending) -> HTTPEnding {
        switch ending {
        case .failed(let ending): return ending
        case .answered(let answer):
            return .answered(
                HTTPAnswer(
                    status: answer.status,
                    retryAfter: answer.headers.first(name: "Retry-After").flatMap { retryAfter($0, now: now()) },
                    location: answer.headers.first(name: "Location").map { String($0.prefix(500)) },
                    body: FHIRAnswer(bytes: answer.bytes, contentType: answer.headers.first(name: "Content-Type"))))
        }
    }

    /// The start of every request, made once: an address is parsed only here.
    private static func request(_ url: String) throws(DestinationError) -> HTTPClient.Request {
        let headers: HTTPHeaders = ["Accept": "application/fhir+json", "User-Agent": "Labrador"]
        guard let request = try? HTTPClient.Request(url: url, method: .POST, headers: headers),
            ["http://", "https://"].contains(where: url.lowercased().hasPrefix), !request.host.isEmpty,
            !url.contains(where: { "?#@".contains($0) })
        else { throw .address(url) }
        return request
    }
}

// MARK: - Asking before sending again

extension FHIRDestination {
    private enum Presence: Sendable {
        /// All of it is there as it would be sent now.
        case present
        /// Some is not, or the server cannot tell: sending again is safe, entries are conditional.
        case unknown
        /// The question got no answer.
        case failed(Verdict)
    }

    private func ask(_ content: Delivery.Content, done: @escaping @Sendable (Presence) -> Void) {
        switch content {
        case .report(let report): ask(for: report.results[...], done: done)
        case .step(let step): ask(for: step, done: done)
        case .request: done(.unknown)
        }
    }

    /// `GET {url}/Procedure?identifier=urn:dicom:uid|urn:oid:UID`.
    private func ask(for step: DeliverableStep, done: @escaping @Sendable (Presence) -> Void) {
        var query = JSONWriter()
        query.raw("urn%3Adicom%3Auid%7Curn%3Aoid%3A")
        query.percentEncoded(step.step.uid)
        let address =
            "\(configuration.url)/Procedure?_count=2&identifier=" + String(decoding: query.bytes, as: UTF8.self)
        guard let request = try? HTTPClient.Request(url: address, method: .GET, headers: template.headers) else {
            return done(.unknown)
        }
        authorized(request) { ending in
            done(
                Self.presence(in: ending, verdict: { classify(self.understood(ending), entries: 0) }) { bytes in
                    ProcedureSearch.holds(step, in: bytes)
                })
        }
    }

    /// `GET {url}/Observation?identifier=A,B,…` (https://hl7.org/fhir/R4/search.html#token; a comma means "or"), in
    /// portions, until one is missing.
    private func ask(for results: ArraySlice<LabResult>, done: @escaping @Sendable (Presence) -> Void) {
        let portion = results.prefix(max(1, configuration.searchLimit))
        guard !portion.isEmpty else { return done(.unknown) }
        var query = JSONWriter()
        for (index, result) in portion.enumerated() {
            if index > 0 { query.raw(",") }
            query.raw("urn%3Alabrador%3Aresult%7C")
            query.percentEncoded(result.id.text)
        }
        let address =
            "\(configuration.url)/Observation?_count=\(portion.count)&identifier="
            + String(decoding: query.bytes, as: UTF8.self)
        guard let request = try? HTTPClient.Request(url: address, method: .GET, headers: template.headers) else {
            return done(.unknown)
        }
        authorized(request) { ending in
            let presence = Self.presence(in: ending, verdict: { classify(self.understood(ending), entries: 0) }) {
                bytes in
                Searchset(bytes: bytes).map { portion.allSatisfy($0.holds) }
            }
            switch presence {
            case .present where portion.endIndex < results.endIndex:
                self.ask(for: results[portion.endIndex...], done: done)
            case let presence: done(presence)
            }
        }
    }

    /// - Parameter holds: Whether all of it is in a searchset with these bytes; nil when they are none.
    private static func presence(
        in ending: HTTPSender.Ending, verdict: () -> Verdict, holds: ([UInt8]) -> Bool?
    ) -> Presence {
        guard case .answered(let answer) = ending else { return .failed(verdict()) }
        if answer.status == 200, let holds = holds(answer.bytes) { return holds ? .present : .unknown }
        let verdict = verdict()
        return verdict.kind == .outage ? .failed(verdict) : .unknown
    }
}
