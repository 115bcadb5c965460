extension JSONValue {
    /// Reads a text that is one JSON value and nothing else.
    ///
    /// - Parameter maximumDepth: Levels of lists and objects inside one another.
    public init(parsing bytes: [UInt8], maximumDepth: Int = IntakeLimits().depth) throws(JSONSyntaxError) {
        self = try JSONReader.read(bytes, maximumDepth: maximumDepth)
    }

    /// Writes it as compact JSON, the number tokens as they were read.
    public func write(into out: inout [UInt8]) {
        switch self {
        case .null: out.append(contentsOf: "null".utf8)
        case .bool(let flag): out.append(contentsOf: (flag ? "true" : "false").utf8)
        case .number(let token): out.append(contentsOf: token.utf8)
        case .string(let text): writeString(text, into: &out)
        case .array(let elements):
            out.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                element.write(into: &out)
            }
            out.append(UInt8(ascii: "]"))
        case .object(let members):
            out.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                writeString(member.key, into: &out)
                out.append(UInt8(ascii: ":"))
                member.value.write(into: &out)
            }
            out.append(UInt8(ascii: "}"))
        }
    }
}

private func writeString(_ text: String, into out: inout [UInt8]) {
    out.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            out.append(UInt8(ascii: "\\"))
            out.append(byte)
        case 0..<0x20:
            out.append(contentsOf: "\\u00".utf8)
            out.append(contentsOf: hexadecimal(CollectionOfOne(byte)).utf8)
        default: out.append(byte)
        }
    }
    out.append(UInt8(ascii: "\""))
}
