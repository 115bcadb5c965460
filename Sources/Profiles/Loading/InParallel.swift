import Dispatch
import Synchronization

/// Does the same with every element, several at a time, and keeps their order.
func inParallel<Element: Sendable, Value: Sendable>(
    _ elements: [Element], _ body: @escaping @Sendable (Element) -> Value
) -> [Value] {
    let slots = Slots<Value>(elements.count)
    DispatchQueue.concurrentPerform(iterations: elements.count) { slots.set($0, body(elements[$0])) }
    return slots.values
}

/// A place for each answer of work done in parallel.
private final class Slots<Value: Sendable>: Sendable {
    private let found: Mutex<[Value?]>

    init(_ count: Int) { found = Mutex(Array(repeating: nil, count: count)) }

    func set(_ index: Int, _ value: Value) { found.withLock { $0[index] = value } }

    var values: [Value] { found.withLock { $0.compactMap { $0 } } }
}
