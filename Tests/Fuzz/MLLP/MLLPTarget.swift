import HL7

/// The byte stream of an MLLP connection, however it is split, and HL7 outside blocks.
enum MLLPTarget {
    static func check(_ input: [UInt8]) -> String? {
        var invariants = Invariants()
        var limits = MLLPLimits()
        limits.messageBytes = 100
        limits.junkBytes = 16
        for policy in [MLLPPolicy.lenient, .strict] {
            let whole = tokens(input, size: max(1, input.count), limits, policy, &invariants)
            for size in [1, 3, 64] {
                let split = tokens(input, size: size, limits, policy, &invariants)
                invariants.expect(split == whole, "tokens of pieces of \(size) bytes differ (\(policy))")
            }
        }
        strays(input, &invariants)
        return invariants.broken
    }

    /// The tokens, neighbouring junk joined: it comes in pieces as it arrived.
    private static func tokens(
        _ bytes: [UInt8], size: Int, _ limits: MLLPLimits, _ policy: MLLPPolicy, _ invariants: inout Invariants
    ) -> [MLLPToken] {
        var decoder = MLLPDecoder(limits: limits, policy: policy)
        var tokens: [MLLPToken] = []
        func take(_ token: MLLPToken, _ invariants: inout Invariants) {
            if case .message(let message) = token {
                invariants.expect(message.count <= limits.messageBytes, "a message over the limit")
            }
            if case .junk(let more) = token, case .junk(let before)? = tokens.last {
                tokens[tokens.count - 1] = .junk(before + more)
            } else {
                tokens.append(token)
            }
        }
        for piece in pieces(bytes, of: size) {
            decoder.append(piece)
            while let token = decoder.next() { take(token, &invariants) }
            invariants.expect(decoder.bufferedBytes <= limits.messageBytes + 16, "\(decoder.bufferedBytes) bytes held")
        }
        while let token = decoder.flush() { take(token, &invariants) }
        invariants.expect(decoder.bufferedBytes == 0, "\(decoder.bufferedBytes) bytes left after flush")
        return tokens
    }

    private static func strays(_ bytes: [UInt8], _ invariants: inout Invariants) {
        func found(_ size: Int) -> [[UInt8]] {
            var strays = StrayMessages()
            var messages = pieces(bytes, of: size).flatMap { strays.append($0) }
            if let last = strays.end() { messages.append(last) }
            return messages
        }
        let whole = found(max(1, bytes.count))
        invariants.expect(found(1) == whole, "strays of single bytes differ")
        invariants.expect(whole.allSatisfy { $0.starts(with: "MSH".utf8) }, "a stray that is none")
        invariants.expect(whole.allSatisfy { $0.count <= StrayMessages.mostBytes }, "a stray over the limit")
    }
}
