import Foundation
import Testing

/// The whole program from outside: processes, sockets and the command line, nothing of its code.
///
/// One at a time: each has a daemon of its own, and together they would only measure each other.
@Suite("End to end", .serialized, .timeLimit(.minutes(10)))
enum EndToEnd {}
