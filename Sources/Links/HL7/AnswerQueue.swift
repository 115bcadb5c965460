/// Keeps the answers of one connection in the order of its messages, whichever of them is ready first.
struct AnswerQueue {
    private enum Place {
        case waiting(bytes: Int)
        case ready(Acceptance)
    }

    private var places: [Place] = []
    /// The number of the message in the first place.
    private var first = 0
    /// Bytes of the messages that wait for their answer.
    private(set) var bytes = 0

    /// Messages whose answer has not left.
    var count: Int { places.count }

    /// Takes a place for a message; returns its number.
    mutating func expect(bytes count: Int) -> Int {
        places.append(.waiting(bytes: count))
        bytes += count
        return first + places.count - 1
    }

    /// A message's answer is ready; returns those that may leave now, in order.
    mutating func ready(_ number: Int, _ answer: Acceptance) -> [Acceptance] {
        let index = number - first
        guard places.indices.contains(index), case .waiting(let count) = places[index] else { return [] }
        bytes -= count
        places[index] = .ready(answer)
        var leaving: [Acceptance] = []
        var done = 0
        for case .ready(let answer) in places.prefix(while: { if case .ready = $0 { true } else { false } }) {
            leaving.append(answer)
            done += 1
        }
        places.removeFirst(done)
        first += done
        return leaving
    }
}
