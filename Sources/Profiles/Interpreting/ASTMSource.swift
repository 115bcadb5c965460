import ASTM

/// The records around one result of an ASTM message.
struct ASTMSource: FieldSource {
    let delimiters: Delimiters
    let usage: FieldUsage?
    /// Few, so that looking through them is the fastest; names and records apart, so that none is copied for it.
    private var names: [UInt32] = []
    private var records: [Record] = []

    init(_ message: ASTMMessage, usage: FieldUsage? = nil) {
        delimiters = message.delimiters
        self.usage = usage
    }

    /// Makes a record the one its letter stands for, or takes the letter away.
    mutating func set(_ letter: Character, _ record: Record?) { set(FieldPath.packed(String(letter)), record) }

    /// The same by the packed name of the letter.
    mutating func set(_ name: UInt32, _ record: Record?) {
        let index = names.firstIndex(of: name)
        switch (index, record) {
        case (let index?, let record?): records[index] = record
        case (nil, let record?):
            names.append(name)
            records.append(record)
        case (let index?, nil):
            names.remove(at: index)
            records.remove(at: index)
        case (nil, nil): break
        }
    }

    private func index(_ path: FieldPath) -> Int? { names.firstIndex(of: path.name) }

    func repeats(_ path: FieldPath) -> Int { index(path).map { records[$0].repeats(path.field) } ?? 0 }

    func byteCount(_ path: FieldPath) -> Int { index(path).map { records[$0].raw(path.field).count } ?? 0 }

    func components(_ path: FieldPath, repeat number: Int) -> Int {
        index(path).map { records[$0].components(path.field, repeat: number) } ?? 0
    }

    func look(_ place: Place) -> Look {
        guard place.subcomponent <= 1, let index = names.firstIndex(of: place.name) else { return .nothing }
        if place.component > 0 {
            let text = records[index].text(field: place.field, repeat: 1, component: place.component)
            return text.map { .text($0) } ?? .nothing
        }
        if records[index].isDivided(place.field) { return .divided }
        return records[index].text(field: place.field).map { .text($0) } ?? .nothing
    }

    func byteCount(_ place: Place) -> Int? {
        names.firstIndex(of: place.name).map { records[$0].byteCount(place.field) } ?? 0
    }

    func parts(_ path: FieldPath, subcomponent: Int?) -> [[String?]] {
        guard subcomponent ?? 1 == 1, let index = index(path) else { return [] }
        usage?.note(records[index].position, path.field)
        return records[index].parts(path.field)
    }

    func text(_ path: FieldPath, repeat number: Int, component: Int, subcomponent: Int?) -> String? {
        guard subcomponent ?? 1 == 1, let index = index(path) else { return nil }
        usage?.note(records[index].position, path.field, repeat: number, component: component)
        return records[index].text(field: path.field, repeat: number, component: component)
    }

    var componentMark: String { mark(delimiters.component) }
    var repeatMark: String { mark(delimiters.repeat) }
    private func mark(_ byte: UInt8?) -> String { byte.map { String(Unicode.Scalar($0)) } ?? " " }
}

/// Packed names of the records of LIS02-A2.
enum RecordName {
    static let header: UInt32 = 0x48
    static let patient: UInt32 = 0x50
    static let order: UInt32 = 0x4F
    static let result: UInt32 = 0x52
    static let comment: UInt32 = 0x43
}
