/// `serial: { port, baud, data_bits, parity, stop_bits, flow }`.
public struct SerialLink: Sendable, Equatable {
    /// The parity bit.
    public enum Parity: String, Sendable, CaseIterable { case none, even, odd, mark, space }

    /// Who stops whom, and how.
    public enum Flow: String, Sendable, CaseIterable {
        /// Nobody.
        case none
        /// DC3 and DC1 in the data.
        case xonxoff
        /// The wires RTS and CTS.
        case rtscts
    }

    /// The port as it is configured, for people: `/dev/serial/by-id/usb-FTDI_x`. It is looked up at each opening.
    public var port: String
    /// Bits a second.
    public var baud = 9600
    /// 5 to 8.
    public var dataBits = 8
    /// The parity bit.
    public var parity = Parity.none
    /// 1 or 2.
    public var stopBits = 1
    /// Flow control.
    public var flow = Flow.none

    /// A port at 9600 bits a second, eight data bits, no parity, one stop bit: LIS01-A2 section 5.2.3.
    public init(port: String) { self.port = port }

    /// The rates a Linux port has by itself, from 300 to 921,600 bits a second.
    public static let bauds = [
        300, 600, 1200, 1800, 2400, 4800, 9600, 19200, 38400, 57600, 115_200, 230_400, 460_800, 500_000, 576_000,
        921_600,
    ]

    /// `9600 8N1`, with the flow control where there is some.
    public var settings: String {
        let letter = parity.rawValue.prefix(1).uppercased()
        return "\(baud) \(dataBits)\(letter)\(stopBits)" + (flow == .none ? "" : " \(flow.rawValue)")
    }
}
