/// Cuts message text into frames (LIS01-A2 6.3).
public struct FrameEncoder: Sendable {
    /// How text is spread over frames.
    public enum Layout: Sendable, Hashable {
        /// The whole message, cut wherever a frame is full: ETB on all frames but the last.
        case filled
        /// Each record in a frame of its own with ETX; ETB only where one record needs several frames.
        case recordPerFrame
    }

    /// A character that may not stand in a frame (6.6.2).
    ///
    /// The fault is ours: the text was not escaped.
    public struct RestrictedCharacter: Error, Equatable, Sendable, CustomStringConvertible {
        /// The character.
        public let byte: UInt8
        /// Its position in the text, from 0.
        public let offset: Int

        /// - Parameters:
        ///   - byte: the character.
        ///   - offset: its position, from 0.
        public init(byte: UInt8, offset: Int) {
            self.byte = byte
            self.offset = offset
        }

        /// What happened and what to do.
        public var description: String {
            "byte 0x\(String(byte, radix: 16)) at offset \(offset) may not stand in a frame (LIS01-A2 6.6.2): "
                + "escape it as &X..& in its field"
        }
    }

    /// Most text bytes in one frame (240 for old devices, 63,993 at most).
    public let textBytes: Int
    /// How text is spread over frames.
    public let layout: Layout
    /// The number of the next frame.
    public private(set) var nextNumber: UInt8 = 1

    /// - Parameters:
    ///   - textBytes: most text bytes in one frame; values outside 1 to 63,993 are brought inside.
    ///   - layout: how text is spread over frames.
    public init(textBytes: Int = 240, layout: Layout = .filled) {
        self.textBytes = min(max(1, textBytes), 63_993)
        self.layout = layout
    }

    /// A new transfer phase begins: the next frame has number 1 (6.3.2.1).
    public mutating func restart() { nextNumber = 1 }

    /// The frames of one message, in order; numbers go on from the message before it in this transfer phase.
    /// - Parameter text: the records of one message, each ended by CR.
    public mutating func frames(_ text: [UInt8]) throws(RestrictedCharacter) -> [[UInt8]] {
        for (offset, byte) in text.enumerated() where Byte.isRestricted(byte) {
            throw RestrictedCharacter(byte: byte, offset: offset)
        }
        switch layout {
        case .filled: return cut(text[...])
        case .recordPerFrame:
            var frames: [[UInt8]] = []
            var start = 0
            while start < text.count {
                let end = text[start...].firstIndex(of: Byte.cr).map { $0 + 1 } ?? text.count
                frames += cut(text[start..<end])
                start = end
            }
            return frames
        }
    }

    private mutating func cut(_ text: ArraySlice<UInt8>) -> [[UInt8]] {
        var frames: [[UInt8]] = []
        var rest = text
        repeat {
            let part = rest.prefix(textBytes)
            rest = rest.dropFirst(textBytes)
            frames.append(Self.frame(number: nextNumber, text: part, isFinal: rest.isEmpty))
            nextNumber = (nextNumber + 1) & 7
        } while !rest.isEmpty
        return frames
    }

    /// One frame with its checksum.
    /// - Parameters:
    ///   - number: FN; only the low three bits are used.
    ///   - text: the text, not checked for restricted characters.
    ///   - isFinal: ETX or ETB.
    public static func frame(number: UInt8, text: some Collection<UInt8>, isFinal: Bool) -> [UInt8] {
        var wire: [UInt8] = []
        wire.reserveCapacity(text.count + 7)
        wire.append(Byte.stx)
        wire.append(0x30 + (number & 7))
        wire.append(contentsOf: text)
        wire.append(isFinal ? Byte.etx : Byte.etb)
        let sum = wire.dropFirst().reduce(UInt8(0), &+)
        wire.append(contentsOf: [Byte.hexDigit(sum >> 4), Byte.hexDigit(sum), Byte.cr, Byte.lf])
        return wire
    }
}
