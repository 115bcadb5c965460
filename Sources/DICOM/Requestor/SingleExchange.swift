/// An exchange of one request and one response: C-ECHO, C-STORE, N-CREATE, N-SET (PS3.7 sections 9.3 and 10.3).
struct SingleExchange: Exchange, Hashable {
    private enum State: Hashable {
        case ready
        case waiting
        case over
    }

    private let request: DIMSEMessage
    private var state = State.ready

    init(_ request: DIMSEMessage) { self.request = request }

    mutating func handle(_ event: ExchangeEvent) -> [ExchangeAction<DIMSEReply>] {
        switch (state, event) {
        case (.ready, .begin):
            state = .waiting
            return [.send(request)]
        case (.waiting, .message(let message)):
            state = .over
            if let fault = ResponseCheck.fault(message, to: request.command) { return [.fail(fault)] }
            return [.finish(DIMSEReply(message.command))]
        case (.ready, .message), (.waiting, .begin):
            state = .over
            return [.fail(.protocolError("a message that nobody asked for"))]
        case (.ready, .lost(let end)), (.waiting, .lost(let end)):
            state = .over
            return [.fail(.lost(end))]
        case (.over, _): return []
        }
    }
}
