import ASTM

extension Layout.Units {
    /// The units of a text.
    func units(of text: [UInt8]) -> [ArraySlice<UInt8>] {
        switch self {
        case .block: [text[...]]
        case .lines: text.split(whereSeparator: { $0 == 0x0D || $0 == 0x0A })
        case .separated(let mark): text[...].parts(by: mark)
        }
    }
}

extension UnitCut {
    /// The fields of a unit, trimmed; those that say nothing are left out.
    func fields(of unit: ArraySlice<UInt8>, _ encoding: ASTM.TextEncoding) -> [String: String] {
        switch self {
        case .none: return [:]
        case .columns(let columns):
            return texts(columns.lazy.map { ($0.key, unit.columns($0.value)) }, encoding)
        case .fields(let mark, let places): return texts(places, unit.parts(by: mark), mark, encoding)
        case .label(let mark, let places):
            var parts = [unit]
            if let at = unit.firstRange(of: mark) { parts = [unit[..<at.lowerBound], unit[at.upperBound...]] }
            return texts(places, parts, mark, encoding)
        case .words(let places):
            return texts(places, unit.split(whereSeparator: { $0 == 0x20 || $0 == 0x09 }), [0x20], encoding)
        }
    }

    /// Whether a unit reaches as far as this field.
    func reaches(_ name: String, in unit: ArraySlice<UInt8>) -> Bool {
        switch self {
        case .none: false
        case .columns(let columns): columns[name].map { unit.count >= $0.first } ?? true
        case .fields(let mark, let places): places[name].map { unit.parts(by: mark).count >= $0.parts.first } ?? true
        case .label, .words: true
        }
    }

    private func texts(
        _ places: [String: Place], _ parts: [ArraySlice<UInt8>], _ mark: [UInt8], _ encoding: ASTM.TextEncoding
    ) -> [String: String] {
        texts(places.lazy.map { ($0.key, $0.value.bytes(in: parts, mark)) }, encoding)
    }

    private func texts(
        _ found: some Sequence<(String, ArraySlice<UInt8>)>, _ encoding: ASTM.TextEncoding
    ) -> [String: String] {
        var fields: [String: String] = [:]
        for (name, bytes) in found {
            let text = trimmed(encoding.text(bytes))
            if !text.isEmpty { fields[name] = text }
        }
        return fields
    }
}

extension UnitCut.Place {
    fileprivate func bytes(in all: [ArraySlice<UInt8>], _ mark: [UInt8]) -> ArraySlice<UInt8> {
        guard parts.first <= all.count else { return [] }
        let chosen = all[(parts.first - 1)..<min(all.count, parts.last ?? all.count)]
        let bytes = chosen.count == 1 ? chosen[chosen.startIndex] : ArraySlice(chosen.joined(separator: mark))
        return columns.map { bytes.columns($0) } ?? bytes
    }
}

extension ArraySlice<UInt8> {
    /// The bytes at some columns; fewer, or none, where the text is shorter.
    func columns(_ columns: UnitCut.Columns) -> ArraySlice<UInt8> {
        guard columns.first <= count else { return [] }
        return self[(startIndex + columns.first - 1)..<(startIndex + Swift.min(count, columns.last ?? count))]
    }

    /// The parts between marks, empty ones too.
    func parts(by mark: [UInt8]) -> [ArraySlice<UInt8>] {
        guard mark.count > 1 else { return split(separator: mark.first ?? 0, omittingEmptySubsequences: false) }
        var parts: [ArraySlice<UInt8>] = []
        var rest = self
        while let at = rest.firstRange(of: mark) {
            parts.append(rest[..<at.lowerBound])
            rest = rest[at.upperBound...]
        }
        return parts + [rest]
    }
}

extension LayoutRecord {
    /// Whether a unit is of this kind.
    func fits(_ unit: ArraySlice<UInt8>, _ text: String) -> Bool {
        if let length, unit.count < length.first || unit.count > length.last ?? .max { return false }
        return tests.allSatisfy { $0.holds(for: text) }
    }
}

extension LayoutRecord.Repetition {
    /// Whether a result looks as it should.
    func isFit(_ piece: String) -> Bool { fits.contains { $0.matches(piece) } }

    /// The pieces that are looked at one by one.
    func pieces(of unit: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        guard case .fields(let mark, _) = cut else {
            return stride(from: from, through: unit.count, by: width).map { start in
                unit.columns(UnitCut.Columns(first: start, last: start + width - 1))
            }.filter { piece in piece.contains { $0 > 0x20 } || !codes.isEmpty }
        }
        let parts = unit.parts(by: mark)
        return stride(from: from, through: parts.count, by: width).map { start in
            ArraySlice(parts[(start - 1)..<min(parts.count, start - 1 + width)].joined(separator: mark))
        }.filter { piece in piece.contains { $0 > 0x20 } || !codes.isEmpty }
    }
}
