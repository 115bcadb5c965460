import ASTM

/// Bytes as a link gets them, with the rest of the world in between: saves that succeed and fail, timers, messages to
/// send, loss.
///
/// The first byte chooses role and options. After that, bytes from 0xF8 on are no bytes of the line but events (see
/// `World.happen`).
enum LIS01Target {
    static func check(_ input: [UInt8]) -> String? {
        guard let choice = input.first else { return nil }
        let bytes = Array(input.dropFirst())
        var invariants = Invariants()
        let isUnframed = choice & 0x20 != 0
        let line = bytes.filter { $0 < 0xF8 }
        let whole = tokens(line, size: max(1, line.count), choice, &invariants)
        for size in [1, 3, 64] {
            let split = tokens(line, size: size, choice, &invariants)
            invariants.expect(split == whole, "tokens of pieces of \(size) bytes differ")
        }
        var world = World(choice, isUnframed: isUnframed)
        world.live(through: bytes)
        return invariants.broken ?? world.invariants.broken
    }

    /// Small, so that a short input reaches them.
    static var limits: LinkLimits {
        var limits = LinkLimits()
        limits.frameBytes = 100
        limits.messageBytes = 300
        limits.junkBytes = 16
        limits.meaninglessCharacters = 20
        limits.queuedSends = 3
        return limits
    }

    static func policy(_ choice: UInt8) -> ChecksumPolicy {
        switch choice & 0x03 {
        case 0: .strict
        case 1: .lenient
        default: .off
        }
    }

    static func decoder(_ choice: UInt8) -> LinkDecoder {
        choice & 0x20 != 0
            ? .records(RecordDecoder(limits: limits)) : .frames(FrameDecoder(limits: limits, checksum: policy(choice)))
    }

    /// The tokens, neighbouring junk joined: it comes in pieces as it arrived.
    private static func tokens(
        _ bytes: [UInt8], size: Int, _ choice: UInt8, _ invariants: inout Invariants
    ) -> [LinkToken] {
        var decoder = decoder(choice)
        var tokens: [LinkToken] = []
        func take(_ token: LinkToken) {
            if case .junk(let more) = token, case .junk(let before)? = tokens.last {
                tokens[tokens.count - 1] = .junk(before + more)
            } else {
                tokens.append(token)
            }
        }
        for piece in pieces(bytes, of: size) {
            decoder.append(piece)
            while let token = decoder.next() { take(token) }
            invariants.expect(decoder.bufferedBytes <= limits.frameBytes + 16, "\(decoder.bufferedBytes) bytes held")
        }
        while let token = decoder.flush() { take(token) }
        invariants.expect(decoder.bufferedBytes == 0, "\(decoder.bufferedBytes) bytes left after flush")
        return tokens
    }
}
