import Core

extension JSONValue {
    /// The value as JSON over several lines, two blanks a level; lists and objects without inner objects stay on one line.
    public var indented: String {
        var out = ""
        write(into: &out, depth: 0)
        return out + "\n"
    }

    /// The value as JSON on one line.
    public var compact: String {
        var bytes: [UInt8] = []
        write(into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func write(into out: inout String, depth: Int) {
        let inner = String(repeating: "  ", count: depth + 1)
        let outer = String(repeating: "  ", count: depth)
        switch self {
        case .array(let elements) where !isShort:
            out += "[\n"
            for (index, element) in elements.enumerated() {
                out += inner
                element.write(into: &out, depth: depth + 1)
                out += index + 1 < elements.count ? ",\n" : "\n"
            }
            out += outer + "]"
        case .object(let members) where !isShort:
            out += "{\n"
            for (index, member) in members.enumerated() {
                out += inner + JSONValue.string(member.key).compact + ": "
                member.value.write(into: &out, depth: depth + 1)
                out += index + 1 < members.count ? ",\n" : "\n"
            }
            out += outer + "}"
        default: out += compact
        }
    }

    private var isShort: Bool {
        switch self {
        case .array(let elements): elements.allSatisfy(\.isScalar)
        case .object(let members): members.count <= 4 && members.allSatisfy(\.value.isFlat)
        default: true
        }
    }

    private var isFlat: Bool {
        if case .array(let elements) = self { return elements.allSatisfy(\.isScalar) }
        return isScalar
    }

    private var isScalar: Bool {
        switch self {
        case .array, .object: false
        default: true
        }
    }
}
