/// The tests of a recording: each code with its units and name.
struct SeenTest: Hashable {
    var code: String
    /// As the device names it.
    var name: String?
    /// As the device writes them; empty text where it sent none.
    var units: [String]
    /// How many results had it.
    var count: Int
    /// Whether every value was a number.
    var isNumeric: Bool
}

extension SeenPlaces {
    /// The tests in the order in which they came.
    func tests(_ rows: [[String: FieldLine]]) -> [SeenTest] {
        guard let code else { return [] }
        var found: [SeenTest] = []
        var places: [String: Int] = [:]
        for row in rows {
            let text = { (place: Place?) in
                place.flatMap { row[$0.path.record]?.text($0.path.field, $0.path.component) }
            }
            guard let word = text(code) ?? text(otherCode) else { continue }
            let unit = text(unit) ?? ""
            let value = text(value) ?? ""
            let isNumeric = isNumberToken(
                value.hasPrefix("<") || value.hasPrefix(">") ? String(value.dropFirst()) : value)
            if let place = places[word] {
                found[place].count += 1
                found[place].isNumeric = found[place].isNumeric && isNumeric
                if !found[place].units.contains(unit) { found[place].units.append(unit) }
            } else {
                places[word] = found.count
                found.append(SeenTest(code: word, name: text(name), units: [unit], count: 1, isNumeric: isNumeric))
            }
        }
        return found
    }
}
