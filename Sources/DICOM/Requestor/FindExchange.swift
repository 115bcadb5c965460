/// How much an answer to a query may hold.
struct FindLimits: Hashable {
    /// Matches that are taken; then the query is cancelled.
    var matches = 20_000
    /// Bytes of all their data sets; then likewise.
    var bytes = 64 * 1024 * 1024
    /// Matches that may still come after C-CANCEL, which are dropped; then the association is given up.
    var matchesAfterCancel = 20_000
}

/// How a query ended.
struct FindEnd: Hashable {
    /// The final response.
    var reply: DIMSEReply
    /// Whether we cancelled it, so that there may be more than was taken.
    var cancelled: Bool
    /// Whether the peer said that it supports not all of the optional keys (FF01).
    var hasUnsupportedKeys: Bool
}

/// C-FIND as the one that asks (PS3.7 section 9.3.2): a request, any number of matches, one final response.
struct FindExchange: Exchange, Hashable {
    private enum State: Hashable {
        case ready
        case receiving
        /// C-CANCEL is under way.
        case cancelling
        case over
    }

    private let request: DIMSEMessage
    private let limits: FindLimits
    private var state = State.ready
    private var matches = 0
    private var bytes = 0
    private var dropped = 0
    private var hasUnsupportedKeys = false

    init(_ request: DIMSEMessage, limits: FindLimits = FindLimits()) {
        self.request = request
        self.limits = limits
    }

    mutating func handle(_ event: ExchangeEvent) -> [ExchangeAction<FindEnd>] {
        switch (state, event) {
        case (.ready, .begin):
            state = .receiving
            return [.send(request)]
        case (.receiving, .message(let message)), (.cancelling, .message(let message)):
            if let fault = ResponseCheck.fault(message, to: request.command) { return fail(fault) }
            let status = message.command.status
            guard status == 0xFF00 || status == 0xFF01 else { return finish(message) }
            return match(message)
        case (.ready, .message), (.receiving, .begin), (.cancelling, .begin):
            return fail(.protocolError("a message that nobody asked for"))
        case (.ready, .lost(let end)), (.receiving, .lost(let end)), (.cancelling, .lost(let end)):
            return fail(.lost(end))
        case (.over, _): return []
        }
    }

    private mutating func match(_ message: DIMSEMessage) -> [ExchangeAction<FindEnd>] {
        guard let data = message.data else { return fail(.protocolError("a match without a data set")) }
        if message.command.status == 0xFF01 { hasUnsupportedKeys = true }
        guard state == .receiving else {
            dropped += 1
            return dropped > limits.matchesAfterCancel
                ? fail(.protocolError("matches go on after C-CANCEL")) : []
        }
        matches += 1
        bytes += data.count
        guard matches >= limits.matches || bytes >= limits.bytes else { return [.match(data)] }
        state = .cancelling
        var cancel = request.command
        cancel.field = CommandSet.Field.cCancelRequest
        cancel.respondsTo = request.command.messageID
        // C-CANCEL names the request alone (PS3.7 table 9.3-5).
        cancel.messageID = nil
        cancel.affectedSOPClassUID = nil
        cancel.hasDataSet = false
        return [.match(data), .send(DIMSEMessage(command: cancel))]
    }

    private mutating func finish(_ message: DIMSEMessage) -> [ExchangeAction<FindEnd>] {
        let cancelled = state == .cancelling
        state = .over
        return [
            .finish(
                FindEnd(
                    reply: DIMSEReply(message.command), cancelled: cancelled, hasUnsupportedKeys: hasUnsupportedKeys))
        ]
    }

    private mutating func fail(_ fault: ExchangeFault) -> [ExchangeAction<FindEnd>] {
        state = .over
        return [.fail(fault)]
    }
}
