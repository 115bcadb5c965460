import Core
import Foundation

/// The test cases that come with a profile: `testcases/<fact>/` holds a recording (any file that is not named
/// `expected…`, `orders.json` or `README.md`) and either `expected.json`, what `decode --format json` must print, or
/// `expected-error.txt`, the sentence with which it must refuse; or the recording is a query, `orders.json` holds orders,
/// and `expected-reply.txt` the answer (see `DialogueCase`).
public struct ProfileCase: Sendable, Hashable, CustomStringConvertible {
    /// The profile's id.
    public var profile: String
    /// The case's folder name: the fact it shows.
    public var fact: String
    /// The folder.
    public var directory: String

    /// `horiba-yumizen-h500/low-platelets`.
    public var description: String { "\(profile)/\(fact)" }

    /// The cases of one profile, in the order of their names.
    public static func cases(of entry: ProfileLibrary.Entry) -> [ProfileCase] {
        let folder = entry.directory + "/testcases"
        return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
            .filter { !$0.hasPrefix(".") }
            .map { ProfileCase(profile: entry.id, fact: $0, directory: "\(folder)/\($0)") }
    }

    /// Whether its recording can be read, and is not about orders.
    public var holdsResults: Bool {
        let exists = { (file: String) in FileManager.default.fileExists(atPath: "\(directory)/\(file)") }
        return exists("expected.json") && !exists(DialogueCase.ordersFile)
    }

    /// The recording's bytes and file name.
    public func capture() throws(CaseFault) -> (bytes: [UInt8], file: String) {
        let files = ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? [])
            .filter { !$0.hasPrefix("expected") && !$0.hasPrefix(".") }
            .filter { $0 != "README.md" && $0 != DialogueCase.ordersFile }
        guard files.count == 1, let data = FileManager.default.contents(atPath: "\(directory)/\(files[0])") else {
            throw CaseFault(what: "\(directory) must hold exactly one recording; there are \(files.count)")
        }
        return (Array(data), files[0])
    }

    /// Runs the case.
    /// - Throws: what is different, in words.
    public func run(with profile: Profile) throws(CaseFault) {
        let bytes = try capture().bytes
        let dialogue = try DialogueCase(directory, profile)
        try dialogue?.run(query: bytes)
        let report = profile.decode(bytes, facility: Facility())
        if let expected = text(of: "expected-error.txt") {
            guard let refusal = report.unreadable else {
                throw CaseFault(what: "it should be refused, but was read")
            }
            guard refusal == trimmed(expected) else {
                throw CaseFault(what: "it is refused with other words: \(refusal)")
            }
            return
        }
        guard let expected = text(of: "expected.json") else {
            if dialogue != nil { return }
            throw CaseFault(what: "\(directory) has neither expected.json nor expected-error.txt")
        }
        let wanted: JSONValue
        do throws(JSONSyntaxError) {
            wanted = try JSONValue(parsing: Array(expected.utf8))
        } catch {
            throw CaseFault(what: "expected.json is not JSON: \(error)")
        }
        if let difference = JSONDifference.first(wanted, report.json) { throw CaseFault(what: difference) }
    }

    private func text(of file: String) -> String? {
        FileManager.default.contents(atPath: "\(directory)/\(file)").flatMap { String(data: $0, encoding: .utf8) }
    }
}

/// How a test case failed.
public struct CaseFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// In words.
    public var what: String
    /// The same.
    public var description: String { what }
}

/// How the cases of some profiles went: what `labrador profile test` shows.
public struct ProfileTestReport: Sendable {
    /// Cases that went as expected.
    public var passed: [ProfileCase] = []
    /// Cases that did not, and how.
    public var failed: [(test: ProfileCase, what: String)] = []
    /// Profiles that cannot be read, or have no cases.
    public var mistakes: [ConfigurationMistake] = []

    /// Whether nothing is wrong.
    public var isGood: Bool { failed.isEmpty && mistakes.isEmpty }

    /// A line a failure and a summary.
    public var text: String {
        let lines = mistakes.map(\.description) + failed.map { "\($0.test): \($0.what)" }
        return (lines + ["\(passed.count) passed, \(failed.count) failed, \(mistakes.count) mistakes in profiles"])
            .joined(separator: "\n") + "\n"
    }
}

extension ProfileLibrary {
    /// Runs the test cases of all profiles, or of those named.
    public func test(ids: [String] = []) -> ProfileTestReport {
        var report = ProfileTestReport()
        for id in ids.isEmpty ? entries.map(\.id) : ids {
            do throws(ConfigurationMistakes) {
                let profile = try profile(id: id)
                guard let entry = entries.first(where: { $0.id == id }) else { continue }
                let cases = ProfileCase.cases(of: entry)
                if cases.isEmpty {
                    report.mistakes.append(
                        ConfigurationMistake(
                            file: entry.file, line: 1, what: "this profile has no test case; add testcases/<fact>/"))
                }
                for test in cases {
                    do throws(CaseFault) {
                        try test.run(with: profile)
                        report.passed.append(test)
                    } catch {
                        report.failed.append((test, error.what))
                    }
                }
            } catch {
                report.mistakes += error.mistakes
            }
        }
        return report
    }

    /// The ids with the profiles' names, for `labrador profile list`; a profile that cannot be read has none.
    public func list() -> [(id: String, name: String?, directory: String)] {
        entries.map { entry in
            (entry.id, (try? profile(id: entry.id))?.name, entry.directory)
        }
    }
}
