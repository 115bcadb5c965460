/// What a byte means for the cutting of frames.
enum FrameByte {
    static func startsToken(_ byte: UInt8) -> Bool {
        breaksFrame(byte) || byte == Byte.ack || byte == Byte.nak
    }

    static func breaksFrame(_ byte: UInt8) -> Bool {
        byte == Byte.stx || byte == Byte.enq || byte == Byte.eot
    }

    /// Whether a character that could end the text is part of it; `nil` while too few bytes are there.
    ///
    /// One flipped bit makes an ENQ of a CR. Taken for a restart it would be acknowledged, and the sender would believe
    /// its damaged frame accepted. A real one is followed by silence or by another token; with text after it the frame
    /// goes on, and its checksum will refuse it.
    static func isText(_ byte: UInt8, at index: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Bool? {
        guard byte == Byte.enq else { return false }
        guard index + 1 < bytes.count else { return nil }
        return !breaksFrame(bytes[index + 1])
    }

    static func endsText(_ byte: UInt8) -> Bool {
        byte == Byte.etx || byte == Byte.etb || breaksFrame(byte)
    }
}
