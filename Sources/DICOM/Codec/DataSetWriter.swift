/// Writes a data set (PS3.5 section 7) with defined lengths.
public struct DataSetWriter {
    /// The bytes of a data set that this program built itself; its nesting is that of the program's own structures.
    public static func write(_ dataSet: DataSet, _ syntax: TransferSyntax) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(1024)
        append(dataSet, to: &bytes, explicit: syntax == .explicitLittleEndian)
        return bytes
    }

    private static func append(_ dataSet: DataSet, to bytes: inout [UInt8], explicit: Bool) {
        for element in dataSet.elements {
            append(element.tag, to: &bytes)
            if explicit { bytes += [element.vr.first, element.vr.second] }
            let short = explicit && element.vr.hasShortLength
            if explicit && !short { bytes += [0, 0] }
            let lengthAt = bytes.count
            bytes += short ? [0, 0] : [0, 0, 0, 0]
            let start = bytes.count
            switch element.value {
            case .bytes(let value):
                // A value too long for its length field is cut where the field ends rather than spoil the data set.
                bytes += short ? value.prefix(0xFFFE) : value[...]
            case .items(let items):
                for item in items {
                    append(Tag(0xFFFE, 0xE000), to: &bytes)
                    let itemLengthAt = bytes.count
                    bytes += [0, 0, 0, 0]
                    append(item, to: &bytes, explicit: explicit)
                    put(bytes.count - itemLengthAt - 4, at: itemLengthAt, width: 4, in: &bytes)
                }
            }
            put(bytes.count - start, at: lengthAt, width: short ? 2 : 4, in: &bytes)
        }
    }

    private static func append(_ tag: Tag, to bytes: inout [UInt8]) {
        bytes += [
            UInt8(truncatingIfNeeded: tag.group), UInt8(tag.group >> 8), UInt8(truncatingIfNeeded: tag.element),
            UInt8(tag.element >> 8),
        ]
    }

    private static func put(_ value: Int, at position: Int, width: Int, in bytes: inout [UInt8]) {
        for index in 0..<width { bytes[position + index] = UInt8(truncatingIfNeeded: value >> (8 * index)) }
    }
}
