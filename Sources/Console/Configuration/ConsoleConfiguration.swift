import Core

/// Where the console listens, and bounds on what one request may ask or send.
public struct ConsoleConfiguration: Sendable, Equatable {
    /// Host or address of the TCP listener (`api.listen`).
    ///
    /// There are no user accounts yet: whoever reaches it may read and decide, so it stays on this machine unless the
    /// hospital says otherwise.
    public var host = "127.0.0.1"
    /// Port of the TCP listener; 0 takes a free one.
    public var port = 8080
    /// Path of the control socket (`labrador.sock` in the store's folder); nil opens none.
    public var socketPath: String?
    /// Names besides addresses and `localhost` under which browsers may reach the TCP listener.
    ///
    /// Another name is refused: a foreign page could point a name of its own at this machine (DNS rebinding).
    public var hostNames: [String] = []
    /// The hospital: its name and time zone stand on the pages, its MRN system goes into orders.
    public var facility = Facility()
    /// Bytes of one request body with orders.
    public var orderBodyBytes = 16 * 1_024 * 1_024
    /// Bytes of any other request body.
    public var requestBodyBytes = 64 * 1_024
    /// Rows of a listing when the request names no limit.
    public var defaultRows = 1_000
    /// Rows of a listing at most.
    public var maximumRows = 10_000
    /// Rows of each part of the first page.
    public var pageRows = 50
    /// Entries of a device's trace on its page.
    public var tracePageRows = 200
    /// Characters of a reason, an id or another text a person types.
    public var typedCharacters = 500
    /// Connections served at once on each listener; further ones wait to be accepted.
    public var connections = 128
    /// Connections of one address among them; one too many closes the oldest that has sent no whole request.
    public var connectionsPerAddress = 64
    /// How long a network connection may take to send a whole request, from its opening or the end of its last answer.
    public var requestTimeout: Duration = .seconds(30)
    /// How long a connection may be silent, and how long shutting down waits for one.
    public var idleTimeout: Duration = .seconds(60)
    /// Bounds on orders.
    public var intake = IntakeLimits()

    /// The defaults.
    public init() {}
}
