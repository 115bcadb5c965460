import Foundation
import Profiles
import Testing

/// A site's profile that cannot be read does not give way to the next folder's in silence.
@Suite struct LostFileTests {
    private let files = TemporaryLibrary()
    private let text = "name: T\nprotocol: astm\npass_through: true\n"

    init() throws {
        try files.write("shipped/x/t", text)
        try FileManager.default.createDirectory(atPath: files.root + "/site/x", withIntermediateDirectories: true)
    }

    private func link(_ place: String) throws {
        try FileManager.default.createSymbolicLink(
            atPath: files.root + "/" + place, withDestinationPath: files.root + "/gone")
    }

    private var found: [String] { files.mistakes("x-t", in: files.library("site", "shipped")) }

    private func expectRefusal() {
        #expect(found.count == 1)
        #expect(
            found.first?.hasPrefix("site/x/t/profile.yaml:1: this file cannot be found or read") == true, "\(found)")
    }

    @Test func nothingOfASiteIsNoMistake() { #expect(found == []) }

    @Test func aLinkToAFolderThatIsGone() throws {
        try link("site/x/t")
        expectRefusal()
    }

    @Test func aLinkToAMakerThatIsGone() throws {
        try FileManager.default.removeItem(atPath: files.root + "/site/x")
        try link("site/x")
        expectRefusal()
    }

    @Test func aLinkToAFileThatIsGone() throws {
        try FileManager.default.createDirectory(atPath: files.root + "/site/x/t", withIntermediateDirectories: true)
        try link("site/x/t/profile.yaml")
        expectRefusal()
    }

    @Test func aFolderWithoutItsFile() throws {
        try FileManager.default.createDirectory(atPath: files.root + "/site/x/t", withIntermediateDirectories: true)
        expectRefusal()
    }

    @Test func aFolderWithAnotherNameIsNothing() throws {
        try FileManager.default.createDirectory(atPath: files.root + "/site/x/u", withIntermediateDirectories: true)
        try link("site/x/v")
        #expect(found == [])
    }

    @Test func aFileAboveTheLimitIsRefused() throws {
        try files.write("site/x/t", text + "#" + String(repeating: "x", count: 1 << 20))
        #expect(found.count == 1)
        #expect(found.first?.contains("a profile has at most 1048576 bytes") == true, "\(found)")
    }
}
