import Core

/// The orders of several groups of one message that are one order.
enum OrderJoining {
    /// Laboratory orders of one accession that stand together become one, their tests in order, each once. Imaging
    /// orders of one accession become one with several steps, wherever they stand.
    static func joined(_ changes: [OrderChange]) -> [OrderChange] {
        var result: [OrderChange] = []
        // The order whose tests are being gathered, held in one place only so that it grows without being copied.
        var open: Order?
        var known: Set<OrderedTest> = []
        // Where in the result the imaging order of an accession stands.
        var imaging: [String: Int] = [:]
        func close() {
            if let order = open { result.append(.place(order)) }
            open = nil
        }
        for change in changes {
            guard case .place(let order) = change else {
                close()
                // What was withdrawn in between is not joined with what is ordered afterwards.
                if case .cancel(let order) = change { imaging[order.accession] = nil }
                result.append(change)
                continue
            }
            guard order.kind == .laboratory else {
                close()
                join(order, into: &result, &imaging)
                continue
            }
            if open?.accession != order.accession || open?.state != order.state {
                close()
                open = order
                open?.tests = []
                known = []
            }
            for test in order.tests where known.insert(test).inserted { open?.tests.append(test) }
        }
        close()
        return result
    }

    private static func join(_ order: Order, into result: inout [OrderChange], _ places: inout [String: Int]) {
        if let place = places[order.accession], case .place(var first) = result[place], first.state == order.state,
            let later = order.imaging
        {
            first.imaging?.join(later, placer: order.placer)
            // The more urgent of both, so that neither comes late.
            first.priority = [first.priority, order.priority].max { $0.rank < $1.rank } ?? first.priority
            result[place] = .place(first)
        } else {
            places[order.accession] = result.count
            result.append(.place(order))
        }
    }
}

extension OrderPriority {
    fileprivate var rank: Int {
        switch self {
        case .routine: 0
        case .urgent: 1
        case .stat: 2
        }
    }
}
