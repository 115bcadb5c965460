/// Which characters of one unit a record of the layout looks at.
struct LayoutCover {
    /// Characters that no field covers, and where they stand.
    struct Rest: Hashable {
        var place: String
        var bytes: ArraySlice<UInt8>
    }

    private let record: LayoutRecord
    private let unit: ArraySlice<UInt8>

    init(_ record: LayoutRecord, _ unit: ArraySlice<UInt8>) {
        self.record = record
        self.unit = unit
    }

    // MARK: - Characters

    /// Whether a column, or the prefix that the record is known by, covers a character, from 1.
    private func covers(_ position: Int, _ columns: [String: UnitCut.Columns], _ prefix: Int) -> Bool {
        if position <= prefix || columns.values.contains(where: { $0.contains(position) }) { return true }
        guard let repetition = record.repetition, position >= repetition.from else { return false }
        guard case .columns(let repeated) = repetition.cut else { return true }
        let place = (position - repetition.from) % repetition.width + 1
        return repeated.values.contains { $0.contains(place) }
    }

    /// Characters of the text that made the unit one of this record.
    private var prefix: Int {
        var length = 0
        for case .prefix(let texts) in record.tests {
            for text in texts where unit.starts(with: text.utf8) { length = max(length, text.utf8.count) }
        }
        return length
    }

    // MARK: - What is left

    /// What is not blank, and of no field.
    var rest: [Rest] {
        switch record.cut {
        case .columns(let columns): characters(columns)
        case .none:
            // Fields of a repetition are parted by its mark, not by characters.
            if case .fields = record.repetition?.cut { parts([:], []) } else { characters([:]) }
        case .fields(let mark, let places): parts(places, mark)
        case .label(let mark, let places):
            rest(unit.firstRange(of: mark).map { [unit[..<$0.lowerBound], unit[$0.upperBound...]] } ?? [unit], places)
        case .words(let places): rest(unit.split { $0 == 0x20 || $0 == 0x09 }, places)
        }
    }

    private func characters(_ columns: [String: UnitCut.Columns]) -> [Rest] {
        var found: [Rest] = []
        let prefix = prefix
        var first = 1
        while first <= unit.count {
            guard !covers(first, columns, prefix) else {
                first += 1
                continue
            }
            var last = first
            while last < unit.count, !covers(last + 1, columns, prefix) { last += 1 }
            add("character", first, last, unit.columns(UnitCut.Columns(first: first, last: last)), &found)
            first = last + 1
        }
        return found
    }

    private func parts(_ places: [String: UnitCut.Place], _ mark: [UInt8]) -> [Rest] {
        var mark = mark
        var end = Int.max
        if let repetition = record.repetition {
            end = repetition.from
            if mark.isEmpty, case .fields(let own, _) = repetition.cut { mark = own }
        }
        return rest(Array(unit.parts(by: mark).prefix(end - 1)), places)
    }

    private func rest(_ parts: [ArraySlice<UInt8>], _ places: [String: UnitCut.Place]) -> [Rest] {
        var found: [Rest] = []
        let prefix = prefix
        for (index, part) in parts.enumerated() where !places.values.contains(where: { $0.parts.contains(index + 1) }) {
            // The text the record is known by was used for that.
            let isKnownBy = part.endIndex <= unit.startIndex + prefix
            if !isKnownBy { add("part", index + 1, index + 1, part, &found) }
        }
        return found
    }

    private func add(_ word: String, _ first: Int, _ last: Int, _ bytes: ArraySlice<UInt8>, _ found: inout [Rest]) {
        guard bytes.contains(where: { $0 > 0x20 }) else { return }
        let place = first == last ? "\(word) \(first)" : "\(word)s \(first)-\(last)"
        found.append(Rest(place: "\(place) of \(record.name)", bytes: bytes))
    }

    // MARK: - Numbers that are cut

    /// Why a value is only a piece of a number: a digit that no column covers stands directly beside its column.
    ///
    /// - Parameters:
    ///   - names: The fields that are a result's value.
    ///   - piece: The repetition's piece; nil for the record's own columns.
    func cutNumber(_ names: Set<String>, in piece: ArraySlice<UInt8>? = nil) -> String? {
        guard case .columns(let columns)? = piece == nil ? record.cut : record.repetition?.cut else { return nil }
        let start = piece.map { $0.startIndex - unit.startIndex } ?? 0
        var own: [String: UnitCut.Columns] = [:]
        if case .columns(let columns) = record.cut { own = columns }
        for name in names {
            guard let place = columns[name] else { continue }
            let (first, last) = (start + place.first, place.last.map { start + $0 } ?? unit.count)
            let isBefore = isDigit(first) && isDigit(first - 1) && !covers(first - 1, own, prefix)
            let isBehind = isNumber(last) && isBehind(last, own)
            if isBefore || isBehind {
                return "a digit stands directly \(isBefore ? "before" : "behind") the column of '\(name)', so that its "
                    + "number is cut; correct the columns of '\(record.name)' in the profile"
            }
        }
        return nil
    }

    private func isBehind(_ last: Int, _ own: [String: UnitCut.Columns]) -> Bool {
        if covers(last + 1, own, prefix) { return false }
        return isDigit(last + 1) || (isNumber(last + 1) && isDigit(last + 2) && !covers(last + 2, own, prefix))
    }

    private func byte(_ position: Int) -> UInt8? {
        (1...max(1, unit.count)).contains(position) && !unit.isEmpty ? unit[unit.startIndex + position - 1] : nil
    }

    private func isDigit(_ position: Int) -> Bool { byte(position).map { (0x30...0x39).contains($0) } ?? false }

    private func isNumber(_ position: Int) -> Bool {
        isDigit(position) || byte(position) == UInt8(ascii: ".") || byte(position) == UInt8(ascii: ",")
    }
}

extension UnitCut.Columns {
    /// Whether it covers a character, or a part.
    func contains(_ position: Int) -> Bool { position >= first && position <= last ?? .max }
}
