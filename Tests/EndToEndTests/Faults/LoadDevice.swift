import Foundation
import Synchronization

/// A device under load: makes messages, sends each until it is acknowledged, reconnects as often as it must.
struct LoadDevice: Sendable {
    enum Wire: Sendable { case astm, hl7 }

    var name: String
    var wire: Wire
    var port: Int
    /// The longest pause between two messages, in milliseconds.
    var pause = 120
    var seed: UInt64
    /// Whether it goes on after the finish until there is no next message.
    var empties = false
    /// The next message; nil when there is none for now.
    var next: @Sendable () -> SentMessage?
    /// Told of every message that was acknowledged.
    var done: @Sendable (SentMessage) -> Void = { _ in }
}

/// Runs load devices, a thread each, until they are told to finish.
final class Load: Sendable {
    let ledger: Ledger
    private let isFinishing = Atomic(false)
    private let running = Atomic(0)

    init(ledger: Ledger) { self.ledger = ledger }

    func start(_ devices: [LoadDevice]) {
        for device in devices {
            running.add(1, ordering: .sequentiallyConsistent)
            let thread = Thread { [self] in
                work(device)
                running.subtract(1, ordering: .sequentiallyConsistent)
            }
            thread.start()
        }
    }

    /// Each device sends what it has begun until that is acknowledged, and ends.
    func finish(within limit: Duration = .seconds(60)) async throws {
        isFinishing.store(true, ordering: .sequentiallyConsistent)
        try await eventually("the devices' last acknowledgements", within: limit) {
            running.load(ordering: .sequentiallyConsistent) == 0
        }
    }

    private func work(_ device: LoadDevice) {
        var random = SeededGenerator(seed: device.seed)
        var connection = Connection()
        while device.empties || !isFinished {
            guard let message = device.next() else {
                if isFinished { return }
                Self.sleep(milliseconds: 20)
                continue
            }
            let number = ledger.first(message)
            while !deliver(message, number, device, &connection) { Self.sleep(milliseconds: 15) }
            device.done(message)
            if !isFinished { Self.sleep(milliseconds: Int.random(in: 1...device.pause, using: &random)) }
        }
    }

    private var isFinished: Bool { isFinishing.load(ordering: .sequentiallyConsistent) }

    private struct Connection {
        var astm: ASTMLine?
        var hl7: MLLPLine?
    }

    /// One try. Whether the message was acknowledged.
    private func deliver(
        _ message: SentMessage, _ number: Int, _ device: LoadDevice, _ connection: inout Connection
    ) -> Bool {
        do {
            switch device.wire {
            case .astm where connection.astm == nil: connection.astm = try ASTMLine(port: device.port)
            case .hl7 where connection.hl7 == nil: connection.hl7 = try MLLPLine(port: device.port)
            default: break
            }
        } catch {
            return false
        }
        ledger.begins()
        var isAcknowledged = false
        do {
            let verdict: Verdict?
            switch device.wire {
            case .astm:
                verdict = try connection.astm?.send(message.frames) { frame in
                    if message.drops.contains(frame) {
                        ledger.saved(message.device, message.frames[..<frame].flatMap { $0 })
                    }
                    if frame == message.frames.count - 1 {
                        isAcknowledged = true
                        ledger.acknowledged(number)
                    }
                }
            case .hl7:
                verdict = try connection.hl7?.send(message.bytes)
                if verdict?.isAccepted == true {
                    isAcknowledged = true
                    ledger.acknowledged(number)
                }
            }
            if !isAcknowledged { ledger.refused("\(device.name): \(verdict.map { "\($0)" } ?? "no connection")") }
        } catch {
            connection = Connection()
            // The last ACK may have come before the line went: then the device is content.
            if !isAcknowledged { ledger.lost() }
        }
        return isAcknowledged
    }

    private static func sleep(milliseconds: Int) { Thread.sleep(forTimeInterval: Double(milliseconds) / 1_000) }
}
