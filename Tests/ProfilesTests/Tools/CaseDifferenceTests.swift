import Core
import Foundation
import Profiles
import Testing

/// What `profile test` tells of a case that goes otherwise than expected.
@Suite struct CaseDifferenceTests {
    private let message = "H|\\^&\rP|1\rO|1|S1\rR|1|^^^A|1|g/L\rR|2|^^^B|2|g/L\rL|1|N\r"
    private let yaml = "name: One\nprotocol: astm\npass_through: true\norders: { dialect: astm }"
    private let order = """
        {"accession":"S1","placer":"1","mrn":"M1","kind":"laboratory","patient":{"family":"RAO"},"tests":[{"code":"A"}]}
        """
    private let query = "H|\\^&\rQ|1|^S1||ALL\rL|1|N\r"

    private func library(_ files: [String: String] = [:]) throws -> TemporaryProfiles {
        let profiles = try TemporaryProfiles(["acme/one": yaml])
        for (file, text) in files { try profiles.write(text, to: "acme/one/testcases/\(file)") }
        return profiles
    }

    @Test func everyDifferenceIsToldWithTheFolder() throws {
        let good = try library(["f/message.astm": message])
        _ = good.library.test(update: true)
        let expected = try good.text("acme/one/testcases/f/expected.json")
        let wrong = expected.replacing("\"S1\"", with: "\"S2\"").replacing("\"1\"", with: "\"9\"")
            .replacing("\"code\": \"B\"", with: "\"code\": \"C\"")
        try good.write(wrong, to: "acme/one/testcases/f/expected.json")
        let report = good.library.test()
        #expect(!report.isGood)
        #expect(report.text.contains("acme-one/f: \(good.path)/acme/one/testcases/f\n"))
        for words in [
            "  .messages[1].specimen should be \"S2\" and is \"S1\"",
            "  .messages[1].observations[1].value should be \"9\" and is \"1\"",
            "  .messages[1].observations[2].code should be \"C\" and is \"B\"",
        ] { #expect(report.text.contains(words), "\(report.text)") }
    }

    @Test func theNumberOfDifferencesIsBounded() throws {
        let lines = (1...80).map { "R|\($0)|^^^A\($0)|1\r" }.joined()
        let many = try library(["f/message.astm": "H|\\^&\rP|1\rO|1|S1\r\(lines)L|1|N\r"])
        _ = many.library.test(update: true)
        let expected = try many.text("acme/one/testcases/f/expected.json")
        try many.write(expected.replacing("\"final\"", with: "\"amended\""), to: "acme/one/testcases/f/expected.json")
        let text = many.library.test().text
        #expect(text.split(separator: "\n").count { $0.contains("should be") } == 40)
        #expect(text.contains("… and 40 more"))
    }

    @Test func anAnswerIsShownAsADiffAndItsLastLineEndDoesNotCount() throws {
        let asked = try library([
            "q/query.astm": query, "q/orders.json": order, "q/expected-reply.txt": "H|1\nP|1\nL|1|N\n",
        ])
        let text = asked.library.test().text
        #expect(
            text.contains("  --- expected-reply.txt, expected\n  +++ expected-reply.txt, now\n  @@ line 1 @@\n  -H|1"),
            "\(text)")
        #expect(text.contains("\n  +O|1|S1"))
        let updated = asked.library.test(update: true)
        #expect(updated.isGood)
        #expect(updated.text.contains("acme-one/q: \(asked.path)/acme/one/testcases/q (written anew)\n  --- expected"))
        let reply = try asked.text("acme/one/testcases/q/expected-reply.txt")
        #expect(reply.hasSuffix("L|1|N\n") || reply.hasSuffix("L|1|F\n"), "\(reply)")
        try asked.write(String(reply.dropLast()), to: "acme/one/testcases/q/expected-reply.txt")
        #expect(asked.library.test().isGood)
        try asked.write(reply.replacing("S1", with: "S9"), to: "acme/one/testcases/q/expected-reply.txt")
        #expect(!asked.library.test().isGood)
    }

    @Test func updateWritesWhatIsMissingAndShowsWhatItChanges() throws {
        let new = try library(["f/message.astm": message, "n/session.astm": "P|1\rO|1\r"])
        #expect(!new.library.test().isGood)
        #expect(new.library.test().text.contains("expected.json is not there yet"))
        let report = new.library.test(update: true)
        #expect(report.isGood)
        #expect(report.text.contains("0 passed, 0 failed, 2 written anew, 0 mistakes in profiles"))
        #expect(try new.text("acme/one/testcases/n/expected-error.txt").hasPrefix("The message does not begin with"))
        #expect(!(try new.text("acme/one/testcases/f/expected.json").contains("\"fields\"")))
        #expect(new.library.test().passed.count == 2)
    }

    @Test func aRefusalIsNotWrittenOverAMeaning() throws {
        let wrong = try library(["f/message.astm": "P|1\rO|1\r", "f/expected.json": "{}"])
        let report = wrong.library.test(update: true)
        #expect(!report.isGood)
        #expect(try wrong.text("acme/one/testcases/f/expected.json") == "{}")
    }

    @Test func whatFieldsBecameIsNoPartOfTheExpectation() throws {
        let one = try library(["f/message.astm": message])
        let decoded = try one.library.profile(id: "acme-one").decode(Array(message.utf8)).json.indented
        #expect(decoded.contains("\"fields\""))
        let other = decoded.replacing("[\"value\"]", with: "[]")
        #expect(other != decoded)
        for text in [decoded, other] {
            try one.write(text, to: "acme/one/testcases/f/expected.json")
            #expect(one.library.test().isGood)
        }
    }

    @Test func anOverrideKeepsWhatItsBaseShows() throws {
        let base = try library(["f/message.astm": message])
        _ = base.library.test(update: true)
        let site = try TemporaryProfiles(["acme/one": "extends: acme-one\nspecimen: { from: O.4 }"])
        try site.write("H|\\^&\rP|1\rO|1||T1\rR|1|^^^A|1\rL|1|N\r", to: "acme/one/testcases/own/message.astm")
        let library = ProfileLibrary(directories: [site.path, base.path])
        _ = library.test(ids: ["acme-one"], update: true)
        #expect(library.test(ids: ["acme-one"]).passed.map(\.fact) == ["own"])
        let both = library.test(ids: ["acme-one"], withBase: true, update: true)
        #expect(both.passed.map(\.fact) == ["own"])
        #expect(both.failed.map(\.test.fact) == ["f"], "the base's files are never written by its override's run")
        #expect(both.failed.first?.what.contains(".messages[1].specimen should be \"S1\" and is \"\"") == true)
    }

    @Test func aBrokenExpectationIsToldWithItsPlace() throws {
        let one = try library(["f/message.astm": message, "f/expected.json": "{\n  \"a\": ,\n}"])
        let text = one.library.test().text
        #expect(text.contains("/f/expected.json:2: this is no JSON at character "), "\(text)")
        #expect(!text.contains("JSONSyntaxError"))
    }
}
