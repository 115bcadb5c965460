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
        let different = try outcomes(with: profile).filter { !$0.differences.isEmpty }
        guard different.isEmpty else {
            throw CaseFault(what: different.flatMap(\.differences).joined(separator: "\n"))
        }
    }

    /// Each file that says what is expected, and what came out.
    public func outcomes(with profile: Profile) throws(CaseFault) -> [CaseOutcome] {
        let bytes = try capture().bytes
        let dialogue = try DialogueCase(directory, profile)
        let sent = try dialogue?.outcomes(query: bytes) ?? []
        let report = profile.decode(bytes, facility: Facility())
        if let expected = text(of: "expected-error.txt") {
            return sent + [refusal(expected, report)]
        }
        if let expected = text(of: "expected.json") { return sent + [try meaning(expected, report)] }
        if let dialogue, sent.isEmpty {
            let reply = try dialogue.reply(to: bytes)
            return [
                CaseOutcome("expected-reply.txt", found: reply, differences: ["expected-reply.txt is not there yet"])
            ]
        }
        if dialogue != nil { return sent }
        let file = report.unreadable == nil ? "expected.json" : "expected-error.txt"
        return [
            CaseOutcome(
                file, found: Array(profile.expectation(of: bytes).text.utf8), differences: ["\(file) is not there yet"])
        ]
    }

    private func refusal(_ expected: String, _ report: DecodeReport) -> CaseOutcome {
        guard let refusal = report.unreadable else {
            return CaseOutcome(
                "expected-error.txt", found: nil, differences: ["it should be refused, but was read"])
        }
        return CaseOutcome(
            "expected-error.txt", found: Array((refusal + "\n").utf8),
            differences: refusal == trimmed(expected) ? [] : ["it is refused with other words: \(refusal)"])
    }

    private func meaning(_ expected: String, _ report: DecodeReport) throws(CaseFault) -> CaseOutcome {
        let file = "expected.json"
        if let refusal = report.unreadable {
            return CaseOutcome(file, found: nil, differences: ["it is refused: \(refusal)"])
        }
        let wanted: JSONValue
        do throws(JSONSyntaxError) {
            wanted = try JSONValue(parsing: Array(expected.utf8))
        } catch {
            throw CaseFault(
                what:
                    "\(directory)/\(file):\(error.line): this is no JSON at character \(error.column): \(error.what); "
                    + "correct it, or delete the file and run `labrador profile test --update`")
        }
        let found = report.json(fields: false)
        return CaseOutcome(
            file, found: Array(found.indented.utf8),
            differences: JSONDifference.all(JSONDifference.withoutAccount(wanted), found))
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

    /// Cases whose expected files were written anew.
    public var updated: [(test: ProfileCase, what: String)] = []

    /// Each failure with its folder and all that differs, and a summary.
    public var text: String {
        let told = { (test: ProfileCase, what: String, words: String) in
            ["\(test): \(test.directory)\(words)"]
                + what.split(separator: "\n", omittingEmptySubsequences: false).map { "  \($0)" }
        }
        let failures =
            failed.flatMap { told($0.test, $0.what, "") }
            + updated.flatMap { told($0.test, $0.what, " (written anew)") }
        let written = updated.isEmpty ? "" : ", \(updated.count) written anew"
        return
            (mistakes.map(\.description) + failures + [
                "\(passed.count) passed, \(failed.count) failed\(written), \(mistakes.count) "
                    + "\(mistakes.count == 1 ? "mistake" : "mistakes") in profiles"
            ]).joined(separator: "\n") + "\n"
    }
}

extension ProfileLibrary {
    /// Runs the test cases of all profiles, or of those named.
    ///
    /// - Parameters:
    ///   - withBase: also those of the profiles it is laid over, and of those of its id in later folders.
    ///   - update: writes what came out over what was expected, and counts such a case as updated.
    public func test(ids: [String] = [], withBase: Bool = false, update: Bool = false) -> ProfileTestReport {
        var report = ProfileTestReport()
        for id in ids.isEmpty ? entries.map(\.id) : ids {
            do throws(ConfigurationMistakes) {
                let profile = try profile(id: id)
                guard let entry = entries.first(where: { $0.id == id }) else { continue }
                let own = ProfileCase.cases(of: entry)
                let cases = own + (withBase ? baseCases(of: entry, profile) : [])
                if cases.isEmpty {
                    report.mistakes.append(
                        ConfigurationMistake(
                            file: entry.file, line: 1, what: "this profile has no test case; add testcases/<fact>/"))
                }
                for test in cases { report.run(test, profile, update: update && own.contains(test)) }
            } catch {
                report.mistakes += error.mistakes
            }
        }
        return report
    }

    /// The cases of what lies under a profile: an override keeps what they show, or says why not.
    private func baseCases(of entry: Entry, _ profile: Profile) -> [ProfileCase] {
        let folders =
            profile.files.map { ($0.path as NSString).deletingLastPathComponent }
            + layers(of: entry.id).map(\.directory)
        var seen: Set<String> = [URL(fileURLWithPath: entry.directory).standardizedFileURL.path]
        return folders.filter { seen.insert(URL(fileURLWithPath: $0).standardizedFileURL.path).inserted }.flatMap {
            folder in
            ProfileCase.cases(of: Entry(id: entry.id, directory: folder))
        }
    }

    /// The ids with the profiles' names, for `labrador profile list`; a profile that cannot be read has none.
    public func list() -> [(id: String, name: String?, directory: String)] {
        readAll().map { entry, profile in (entry.id, (try? profile.get())?.name, entry.directory) }
    }
}

extension ProfileTestReport {
    fileprivate mutating func run(_ test: ProfileCase, _ profile: Profile, update: Bool) {
        do throws(CaseFault) {
            let different = try test.outcomes(with: profile).filter { !$0.differences.isEmpty }
            if different.isEmpty { return passed.append(test) }
            let what = different.flatMap(\.differences).joined(separator: "\n")
            guard update, different.allSatisfy({ $0.found != nil }) else { return failed.append((test, what)) }
            for outcome in different { try outcome.write(to: test.directory) }
            updated.append((test, what))
        } catch {
            failed.append((test, error.what))
        }
    }
}
