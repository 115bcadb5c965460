import Core
import NIOCore

/// What a connection tells about itself: verdicts for the trace, and how its frames went for the device's health.
///
/// Protocol handlers call it with what their machines decided. Both parts are absent where nobody looks.
struct LinkAccount: Sendable {
    /// Where verdicts go.
    var trace: ConnectionTrace?
    /// Where frames are counted.
    var health: HealthRecord?

    /// Most bytes of filler in one piece, in bytes.
    static let longestFiller = 64

    /// A short sentence without patient data.
    func verdict(_ text: String?) {
        guard let trace, let text else { return }
        trace.verdict(text)
    }

    /// How something went.
    func record(_ event: LinkHealth.Event) { health?.record(event) }

    /// Bytes that belong to no frame or block were skipped.
    func skipped(_ bytes: [UInt8]) {
        // Line ends, blanks, NULs and flow control fill the pauses of devices that are in good order; a stream of NULs is
        // a break on the line.
        let isFiller =
            bytes.count <= Self.longestFiller
            && bytes.allSatisfy { [0x00, 0x0A, 0x0D, 0x11, 0x13, 0x20].contains($0) }
        if isFiller { return }
        record(.noise(bytes: bytes.count))
        verdict("skipped: \(bytes.count) bytes that belong to nothing")
    }

    /// A message, or a part of one that goes on, is durable.
    func saved(_ id: MessageID, isOpen: Bool = false, isWhole: Bool = true) {
        guard trace != nil else { return }
        verdict(
            isOpen
                ? "saved as \(id), and it goes on"
                : isWhole ? "message saved as \(id)" : "cut-off message saved as \(id)")
    }

    /// A message could not be stored; its sender hears that.
    func notSaved(_ error: StoreError) { verdict("refused: could not be stored (\(error.sentence))") }

    /// A message was journalled, but nobody can read it.
    func savedUnreadable(_ id: MessageID) { verdict("message saved as \(id); it cannot be read and is held") }

    /// The channel's buffer towards the device is full, or has room again.
    func writability(of channel: any Channel) {
        if channel.isWritable {
            record(.waiting(bytes: 0))
            return verdict("the device reads our answers again")
        }
        let bytes = (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        // Too many bytes wait, whatever their number.
        record(.waiting(bytes: max(1, bytes)))
        verdict("the device does not read our answers: \(bytes) bytes wait")
    }
}
