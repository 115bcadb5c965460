import Console
import Core
import Foundation
import Links
import Profiles

/// What a simulated peer prints: lines for people, or JSON.
struct SimulationWords: Sendable {
    let isJSON: Bool

    // MARK: - The analyser's

    /// How a message that was sent fared.
    func message(_ number: Int, _ outcome: SimulationOutcome, took: Duration) {
        switch outcome {
        case .accepted:
            say(
                "message \(number): accepted in \(milliseconds(took)) ms\n",
                [.init("message", .number("\(number)")), .init("accepted", .bool(true))])
        case .refused(let why), .lost(let why):
            say(
                "message \(number): not accepted: \(printable(why))\n",
                [
                    .init("message", .number("\(number)")), .init("accepted", .bool(false)), .init("why", .string(why)),
                ])
        }
    }

    /// What became of a query.
    func query(_ specimen: String, _ outcome: QueryOutcome) {
        let name = JSONMember("query", .string(specimen))
        switch outcome {
        case .orders(let orders):
            say("query \(printable(specimen)): \(count(orders.count, "specimen")) ordered\n", nil)
            for order in orders { say("  \(text(order))\n", [name] + members(order)) }
        case .nothingOrdered:
            say("query \(printable(specimen)): nothing ordered\n", [name, .init("answer", .string("nothing ordered"))])
        case .refused(let why):
            say(
                "query \(printable(specimen)): refused: \(printable(why))\n",
                [name, .init("answer", .string("refused")), .init("why", .string(why))])
        case .unanswered(let why):
            say(
                "query \(printable(specimen)): no answer: \(printable(why))\n",
                [name, .init("answer", .string("none")), .init("why", .string(why))])
        }
    }

    // MARK: - As it happens

    /// What is told by the peer itself.
    func tell(_ news: SimulationNews) {
        switch news {
        case .orders(let told):
            for order in told.orders { say("order \(text(order))\n", members(order)) }
        case .order(let accession, let outcome):
            let result: String
            switch outcome {
            case .accepted?: result = "accepted"
            case .refused(let why)?: result = "refused: \(why)"
            case .lost(let why)?: result = "not delivered: \(why)"
            case nil: result = "not for this device"
            }
            say(
                "order \(printable(accession)): \(printable(result))\n",
                [.init("order", .string(accession)), .init("outcome", .string(result))])
        case .message(_, let summary, let isAccepted):
            say(
                "message: \(printable(summary))\(isAccepted ? "" : ", refused")\n",
                [.init("message", .string(summary)), .init("accepted", .bool(isAccepted))])
        case .query(_, let asked, let orders, let remarks):
            say(
                "query for \(printable(asked)): \(count(orders, "order"))\n",
                [.init("query", .string(asked)), .init("orders", .number("\(orders)"))])
            for remark in remarks { say("  \(printable(remark))\n", nil) }
        case .undelivered(let outcome):
            guard case .refused(let why) = outcome.asRefusal else { return }
            say("an order that was asked for was not taken: \(printable(why))\n", [.init("undelivered", .string(why))])
        case .connected, .disconnected, .answered: break
        }
    }

    // MARK: - Words

    private func text(_ order: ToldOrder) -> String {
        let patient = order.patient.isEmpty ? "" : ", patient \(order.patient)"
        let tests = order.tests.joined(separator: ", ")
        let what =
            switch order.act {
            case .place: ", tests \(tests)"
            case .withdraw: ", withdrawn: \(tests)"
            case .nothing: ", nothing ordered"
            }
        return printable("\(order.specimen)\(patient)\(what)")
    }

    private func members(_ order: ToldOrder) -> [JSONMember] {
        [
            .init("specimen", .string(order.specimen)), .init("patient", .string(order.patient)),
            .init("tests", .array(order.tests.map { .string($0) })), .init("act", .string(order.act.rawValue)),
        ]
    }

    private func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    private func milliseconds(_ duration: Duration) -> String {
        let micros = duration.wholeMicroseconds
        return "\(micros / 1_000).\(micros % 1_000 / 100)"
    }

    /// Prints one of both; a line without a JSON form is for people only.
    private func say(_ line: String, _ json: [JSONMember]?) {
        if !isJSON {
            StandardOutput.write(Array(line.utf8))
        } else if let json {
            var bytes: [UInt8] = []
            JSONValue.object(json).write(into: &bytes)
            StandardOutput.write(bytes + [0x0A])
        }
    }
}

extension SimulationOutcome {
    /// A loss in the form of a refusal, for one line about both.
    fileprivate var asRefusal: SimulationOutcome {
        if case .lost(let why) = self { .refused(why) } else { self }
    }
}
