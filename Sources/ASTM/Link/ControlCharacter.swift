/// The transmission control characters of the link (LIS01-A2 section 6, ISO 646 codes).
public enum ControlCharacter: UInt8, Sendable, Hashable, CaseIterable {
    /// Start of a frame.
    case stx = 0x02
    /// End of the last frame of a message.
    case etx = 0x03
    /// End of the transfer phase; from a receiver, the request to interrupt (section 6.3.5).
    case eot = 0x04
    /// Enquiry: the sender asks for the line.
    case enq = 0x05
    /// The receiver accepts.
    case ack = 0x06
    /// Line feed, the last character of a frame.
    case lf = 0x0A
    /// Carriage return, the end of a record and the last but one character of a frame.
    case cr = 0x0D
    /// The receiver refuses.
    case nak = 0x15
    /// End of an intermediate frame of a message.
    case etb = 0x17
}

/// Byte values used while scanning.
enum Byte {
    static let stx: UInt8 = 0x02
    static let etx: UInt8 = 0x03
    static let eot: UInt8 = 0x04
    static let enq: UInt8 = 0x05
    static let ack: UInt8 = 0x06
    static let lf: UInt8 = 0x0A
    static let cr: UInt8 = 0x0D
    static let nak: UInt8 = 0x15
    static let etb: UInt8 = 0x17

    /// Characters which may not stand in the text of a frame (LIS01-A2 6.6.2): SOH STX ETX EOT ENQ ACK LF DLE DC1-DC4
    /// NAK SYN ETB.
    static func isRestricted(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x01...0x06, 0x0A, 0x10...0x17: true
        default: false
        }
    }

    static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A }

    static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    /// Whether a header may choose this byte as a delimiter: printable, neither letter, digit nor space.
    static func canDelimit(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte != 0x7F && !isLetter(byte) && !isDigit(byte)
    }

    /// The value of a hexadecimal digit of either case.
    static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }

    /// The upper-case hexadecimal digit of the low four bits.
    static func hexDigit(_ value: UInt8) -> UInt8 {
        let nibble = value & 0x0F
        return nibble < 10 ? 0x30 + nibble : 0x41 + nibble - 10
    }
}
