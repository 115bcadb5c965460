import ArgumentParser
import Console
import Core
import Foundation

struct OrdersImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Imports orders from JSON, JSON lines or CSV.",
        discussion: """
            The file is checked as a whole before anything of it is sent; a file with mistakes changes nothing. A CSV \
            file begins with a line of column names: the keys of the JSON form, nested ones with a dot \
            (patient.family), tests as codes separated by semicolons.
            """)

    /// Orders in one request, and so in one transaction.
    static let ordersPerBatch = 500

    @OptionGroup var options: ClientOptions
    @Argument(help: "The file; - reads standard input.") var file: String

    func run() async throws {
        try await withDaemon(options) { client in
            let orders: OrderFile
            do {
                orders = try OrderFile(try InputFile.read(file))
            } catch let refusal as IntakeRefusal {
                throw CommandFailure(text(of: refusal))
            }
            var total = OrderReceipt()
            var sent = 0
            for (json, lines) in orders.batches(of: Self.ordersPerBatch) {
                do {
                    let bytes = try await client.post(APIPath.orders, json: json)
                    let answer = try JSONDecoder().decode(OrdersAnswer.self, from: Data(bytes))
                    total.placed += answer.placed
                    total.amended += answer.amended
                    total.cancelled += answer.cancelled
                    total.released += answer.released
                } catch let refusal as DaemonRefusal {
                    throw CommandFailure(text(of: refusal, lines: lines, sent: sent))
                }
                sent += lines.count
            }
            report(total)
        }
    }

    private func text(of refusal: IntakeRefusal) -> String {
        var lines = refusal.mistakes.map { "\(file)\($0.line.map { ":\($0)" } ?? ""): \(printable($0.sentence))" }
        if refusal.further > 0 { lines.append("and \(refusal.further) more mistakes") }
        return lines.joined(separator: "\n") + "\nNothing was imported."
    }

    private func text(of refusal: DaemonRefusal, lines: [Int], sent: Int) -> String {
        let mistakes = (refusal.answer.mistakes ?? []).map { mistake in
            let line = mistake.order.flatMap { lines.indices.contains($0) ? ":\(lines[$0])" : nil } ?? ""
            let words = mistake.key.isEmpty ? mistake.what : "\(mistake.key): \(mistake.what)"
            return "\(file)\(line): \(printable(words))"
        }
        let range = "\(lines.first ?? 0) to \(lines.last ?? 0)"
        return (mistakes.isEmpty ? [printable(refusal.answer.error)] : mistakes).joined(separator: "\n")
            + "\nThe orders of lines \(range) were refused. The \(sent) orders before them are stored; the rest was not "
            + "sent. Importing the whole file again is safe: an order that is known is amended."
    }

    private func report(_ total: OrderReceipt) {
        if options.json {
            say(
                "{\"placed\":\(total.placed),\"amended\":\(total.amended),\"cancelled\":\(total.cancelled),"
                    + "\"released\":\(total.released)}\n")
        } else {
            say(
                "\(total.placed) placed, \(total.amended) amended, \(total.cancelled) cancelled; "
                    + "\(total.released) held results released.\n")
        }
    }
}
