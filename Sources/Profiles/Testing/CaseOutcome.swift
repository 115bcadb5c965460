import Foundation

/// What came out for one file of a test case that says what is expected.
public struct CaseOutcome: Sendable {
    /// The file's name: `expected.json`, `expected-reply.txt` …
    public let file: String
    /// What it should hold by what came out; nil where another kind of file would have to say it.
    public let found: [UInt8]?
    /// In what it differs from what it holds, a line each; empty when it does not.
    public let differences: [String]

    init(_ file: String, found: [UInt8]?, differences: [String]) {
        self.file = file
        self.found = found
        self.differences = differences
    }

    /// Of a text that is compared line by line.
    init(_ file: String, wanted: [UInt8], found: [UInt8]) {
        self.init(file, found: found, differences: LineDifference.unified(wanted, found, file: file))
    }

    /// Writes what came out over what was expected.
    func write(to directory: String) throws(CaseFault) {
        guard let found else { return }
        do {
            try Data(found).write(to: URL(fileURLWithPath: "\(directory)/\(file)"))
        } catch {
            throw CaseFault(what: "\(directory)/\(file) cannot be written: \(error.localizedDescription)")
        }
    }
}
