import Core
import Profiles
import Synchronization

/// The device profiles of this repository, found from the place of this file.
public enum ShippedProfiles {
    /// `device-profiles/`.
    public static let directory: String = {
        // …/Tests/TestKit/ShippedProfiles.swift
        let parts = #filePath.split(separator: "/").dropLast(3)
        return "/" + parts.joined(separator: "/") + "/device-profiles"
    }()

    /// All of them.
    public static let library = ProfileLibrary(directories: [directory])

    /// Every test case of every profile.
    public static let cases: [ProfileCase] = library.entries.flatMap(ProfileCase.cases)

    private static let read = Mutex<[String: Profile]>([:])

    /// One of them, read once however many test cases it has.
    public static func profile(id: String) throws -> Profile {
        if let profile = read.withLock({ $0[id] }) { return profile }
        let profile = try library.profile(id: id)
        read.withLock { $0[id] = profile }
        return profile
    }

    /// Every recording among the test cases, with its profile.
    public static func recordings() throws -> [(test: ProfileCase, profile: Profile, bytes: [UInt8])] {
        try cases.map { ($0, try profile(id: $0.profile), try $0.capture().bytes) }
    }
}

/// Counts the result lines of a recording without any parser of ours, and compares them with what a profile made of them.
public enum LineAccount {
    /// What is wrong with a report: a line that stands nowhere, twice, or was never sent.
    ///
    /// Empty when all is well. - Parameter expected: how many R or OBX lines the recording's readable messages hold.
    public static func mistakes(in report: DecodeReport, expected: Int) -> [String] {
        var seen: [String: Int] = [:]
        for message in report.messages {
            let report = message.report
            let observed = Set(report.observations.map(\.at))
            // A problem at the line of an observation is a remark on it; one elsewhere stands for a line of its own.
            let own = report.problems.map { line($0.at) }.filter { isResult($0) && !observed.contains($0) }
            let places =
                report.observations.map(\.at) + Array(Set(own)) + report.secondary.map(\.at) + report.ignored.map(\.at)
            for place in places { seen["\(message.number) \(line(place))", default: 0] += 1 }
        }
        var mistakes = seen.filter { $0.value > 1 }.map { "\($0.key) stands \($0.value) times" }.sorted()
        // Several results of one line are `OBX|1`, `OBX|1.2`, `OBX|1.3`.
        // Results in other records (Q, OBR) are no R or OBX lines.
        let lines = Set(
            seen.keys.filter { isResult(String($0.drop { $0 != " " }.dropFirst())) }.map { $0.prefix { $0 != "." } })
        if lines.count != expected { mistakes.append("\(expected) lines were sent, \(lines.count) are accounted for") }
        return mistakes
    }

    /// How many lines begin with an R record or an OBX segment.
    public static func resultLines(in text: [UInt8]) -> Int {
        text.split { $0 == 0x0D || $0 == 0x0A }.count { line in
            line.starts(with: "OBX|".utf8) || line.starts(with: "R|".utf8)
        }
    }

    private static func line(_ at: String) -> String { at.split(separator: "|").prefix(2).joined(separator: "|") }
    private static func isResult(_ at: String) -> Bool { at.hasPrefix("R|") || at.hasPrefix("OBX|") }
}
