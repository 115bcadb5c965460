import Crypto

/// Where a result stands.
public enum ResultState: String, Sendable, Codable {
    case received, held, posted, stored, superseded, rejected, control
}

/// The identity of a result: 32 lower-case hex digits, derived from device facts alone, so that a resend is the same
/// result, in this process or the next.
public struct ResultID: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The hex digits.
    public let text: String
    /// Wraps an id read back from the store.
    public init(_ text: String) { self.text = text }
    /// The id itself; it is a digest and tells nothing of the patient.
    public var description: String { text }

    /// The identity of an observation: device, specimen, test code, time of the run, and which of equal codes it is.
    /// The value is not part of it: the same run with another value is a conflict or a correction, never a second result.
    ///
    /// - Parameter scope: What else tells two runs apart where those facts do not (`ResultIdentities`); mostly empty.
    public init(device: DeviceID, specimen: String, observation: Observation, scope: String = "") {
        var hash = SHA256()
        let facts = [device.text, specimen, observation.code, observation.performed ?? ""]
        for part in scope.isEmpty ? facts : facts + [scope] {
            // The length in front keeps ("ab","c") and ("a","bc") apart.
            withUnsafeBytes(of: UInt64(part.utf8.count).littleEndian) { hash.update(bufferPointer: $0) }
            var text = part
            text.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
        }
        withUnsafeBytes(of: Int64(observation.occurrence).littleEndian) { hash.update(bufferPointer: $0) }
        text = hexadecimal(hash.finalize().prefix(16))
    }
}

/// Lower-case hex digits of some bytes.
public func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var out: [UInt8] = []
    for byte in bytes {
        out.append(digits[Int(byte >> 4)])
        out.append(digits[Int(byte & 15)])
    }
    return String(decoding: out, as: UTF8.self)
}

/// An observation with its identity and where it stands.
public struct LabResult: Hashable, Sendable, Codable, HoldsPatientData {
    /// Its identity.
    public var id: ResultID
    /// What was measured.
    public var observation: Observation
    /// Where it stands.
    public var state: ResultState

    /// A result.
    public init(id: ResultID, observation: Observation, state: ResultState) {
        self.id = id
        self.observation = observation
        self.state = state
    }
}
