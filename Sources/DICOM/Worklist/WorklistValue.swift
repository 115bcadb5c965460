import Core

/// Values as their VRs allow them (PS3.5 table 6.2-1).
enum WorklistValue {
    /// A text fit to be sent.
    ///
    /// A backslash would make two values of one and control characters are not allowed: a space stands for each. What
    /// is too long is cut at the VR's characters; identifiers never come here too long (`WorklistObstacle`). A value that
    /// the VR does not allow at all is empty.
    static func text(_ text: String, _ vr: VR) -> String {
        switch vr {
        case .lo, .sh, .pn, .lt, .st, .uc: return cut(text, vr)
        case .ds: return isDecimal(text) ? text : ""
        // A code is sent as it was ordered, small letters and all: what reads it takes more than the standard allows.
        case .ae, .cs:
            let isTitle = text.utf8.count <= 16 && text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F && $0 != 0x5C }
            return isTitle ? text : ""
        case .da: return DICOMDate(text)?.text ?? ""
        case .tm: return DICOMTime(text) == nil ? "" : text
        case .us: return UInt16(text).map { String($0) } ?? ""
        case .ui:
            let isUID = text.utf8.count <= 64 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2E }
            return isUID ? text : ""
        default: return ""
        }
    }

    private static func cut(_ text: String, _ vr: VR) -> String {
        // Fast: almost every value is as it should be.
        let limit = limit(vr)
        let isLong = vr == .lt || vr == .st
        if text.utf8.count <= limit, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x5C && $0 != 0x7F }) { return text }
        var view = String.UnicodeScalarView()
        var count = 0
        for scalar in text.unicodeScalars {
            if vr == .pn, scalar == "=" {
                // Each component group has the limit.
                count = 0
                view.append(scalar)
                continue
            }
            guard count < limit else {
                if vr == .pn { continue }
                break
            }
            count += 1
            let isLine = isLong && (scalar == "\r" || scalar == "\n" || scalar == "\u{0C}" || scalar == "\\")
            let isUnfit = scalar == "\\" || scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
            view.append(isUnfit && !isLine ? " " : scalar)
        }
        return String(view)
    }

    /// Characters of one value.
    private static func limit(_ vr: VR) -> Int {
        switch vr {
        case .sh: 16
        case .st, .uc: 1_024
        case .lt: 10_240
        default: 64
        }
    }

    /// Digits with sign, point and exponent, at most 16 characters, such as `70.5`.
    private static func isDecimal(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count <= 16, bytes.contains(where: { (0x30...0x39).contains($0) }) else { return false }
        return bytes.allSatisfy { (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }
    }
}
