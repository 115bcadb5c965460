import HL7

/// The segments around one result of an HL7 message.
struct HL7Source: FieldSource {
    private let delimiters: HL7Delimiters
    let usage: FieldUsage?
    /// Few, so that looking through them is the fastest; names and segments apart, so that none is copied for it.
    private var names: [UInt32] = []
    private var segments: [HL7Segment] = []
    /// Where the segments after the first few stand: only a hostile message has so many names.
    private var others: [UInt32: Int] = [:]

    init(_ message: HL7Message, usage: FieldUsage? = nil) {
        delimiters = message.delimiters
        self.usage = usage
    }

    /// Makes a segment the one its name stands for.
    mutating func set(_ segment: HL7Segment) {
        let name = segment.packedName
        if let index = index(name) {
            segments[index] = segment
            return
        }
        if names.count < Self.few { names.append(name) } else { others[name] = segments.count }
        segments.append(segment)
    }

    private func index(_ path: FieldPath) -> Int? { index(path.name) }

    private func index(_ name: UInt32) -> Int? {
        names.firstIndex(of: name) ?? (others.isEmpty ? nil : others[name])
    }

    private static let few = 32

    func repeats(_ path: FieldPath) -> Int { index(path).map { segments[$0].repeats(path.field) } ?? 0 }

    func byteCount(_ path: FieldPath) -> Int { index(path).map { segments[$0].raw(path.field).count } ?? 0 }

    /// OBX-2 and the length of OBX-5.
    var attachment: String? {
        guard let index = index(SegmentName.obx), let type = segments[index].text(field: 2),
            type == "ED" || type == "RP"
        else { return nil }
        return "\(type), \(segments[index].raw(5).count) bytes"
    }

    func components(_ path: FieldPath, repeat number: Int) -> Int {
        index(path).map { segments[$0].components(path.field, repeat: number) } ?? 0
    }

    func look(_ place: Place) -> Look {
        guard let index = index(place.name) else { return .nothing }
        let text: String?
        if place.component > 0 {
            text = segments[index].text(
                field: place.field, repeat: 1, component: place.component,
                subcomponent: place.subcomponent > 0 ? place.subcomponent : nil)
        } else if segments[index].isDivided(place.field) {
            return .divided
        } else {
            text = segments[index].text(field: place.field)
        }
        return text.map { .text($0) } ?? .nothing
    }

    func byteCount(_ place: Place) -> Int? { index(place.name).map { segments[$0].byteCount(place.field) } ?? 0 }

    func parts(_ path: FieldPath, subcomponent: Int?) -> [[String?]] {
        guard let index = index(path) else { return [] }
        usage?.note(segments[index].position, path.field)
        return segments[index].parts(path.field, subcomponent: subcomponent)
    }

    func text(_ path: FieldPath, repeat number: Int, component: Int, subcomponent: Int?) -> String? {
        guard let index = index(path) else { return nil }
        usage?.note(segments[index].position, path.field, repeat: number, component: component)
        return segments[index].text(
            field: path.field, repeat: number, component: component, subcomponent: subcomponent)
    }

    var componentMark: String { mark(delimiters.component) }
    var repeatMark: String { mark(delimiters.repeat) }
    private func mark(_ byte: UInt8?) -> String { byte.map { String(Unicode.Scalar($0)) } ?? " " }

    /// SN is one value in four components (HL7 v2 section 2.A.70): comparator, number, separator, number.
    ///
    /// Of a coded value (CE, CWE, CNE) the text counts, else the original text, else the code.
    func typedValue(_ path: FieldPath) -> String? {
        guard path.name == SegmentName.obx, path.field == 5, let index = index(path) else { return nil }
        let segment = segments[index]
        let type = segment.text(field: 2)
        if ["SN", "CE", "CWE", "CNE"].contains(type) { usage?.note(segment.position, 5) }
        switch type {
        case "SN":
            let parts = (1...4).map { trimmed(segment.text(field: 5, repeat: 1, component: $0) ?? "") }
            return (parts[0] == "=" ? "" : parts[0]) + parts[1] + parts[2] + parts[3]
        case "CE", "CWE", "CNE":
            for component in [2, 9, 1] {
                if let text = segment.text(field: 5, repeat: 1, component: component) { return text }
            }
            return nil
        default: return nil
        }
    }
}

extension HL7Segment {
    /// The name in one word, as `FieldPath.name`.
    var packedName: UInt32 { nameBytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) } }
}

/// Packed names of segments of HL7 v2.
enum SegmentName {
    static let obx = FieldPath.packed("OBX")
    static let nte = FieldPath.packed("NTE")
}
