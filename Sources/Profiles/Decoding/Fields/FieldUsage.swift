/// Notes which places of one message are looked at while it is interpreted.
///
/// Only for people who write profiles: a source without one, as the daemon's, notes nothing.
final class FieldUsage {
    /// A place that was looked at; nil stands for all repeats or components.
    struct Place: Hashable {
        /// The number of the record or segment in its message, from 1.
        var line: Int
        var field: Int
        var `repeat`: Int?
        var component: Int?
    }

    /// Read for what they say.
    private(set) var read: Set<Place> = []
    /// Looked at by a condition.
    private(set) var asked: Set<Place> = []
    private var conditions = 0

    /// Notes a look at a place.
    func note(_ line: Int, _ field: Int, repeat number: Int? = nil, component: Int? = nil) {
        let place = Place(line: line, field: field, repeat: number, component: component)
        if conditions > 0 { asked.insert(place) } else { read.insert(place) }
    }

    /// What is looked at until `endConditions` is looked at by a condition.
    func beginConditions() { conditions += 1 }

    /// Ends what `beginConditions` began.
    func endConditions() { conditions -= 1 }

    /// Whether one of the places noted covers a part of a field; without repeat or component any part of it counts.
    static func covers(_ places: Set<Place>, line: Int, field: Int, repeat number: Int?, component: Int?) -> Bool {
        places.contains { place in
            place.line == line && place.field == field
                && (place.repeat == nil || number == nil || place.repeat == number)
                && (place.component == nil || component == nil || place.component == component)
        }
    }
}
