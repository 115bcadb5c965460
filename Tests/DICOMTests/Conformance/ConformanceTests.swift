import Foundation
import Testing

/// The tables of docs/dicom-conformance.md are those of the code.
struct ConformanceTests {
    private static let file =
        "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/") + "/docs/dicom-conformance.md"

    /// Puts each table between its marks, `<!-- table: NAME -->` and `<!-- end -->`; the names in the order of the text.
    private func filled(_ text: String) throws -> (text: String, names: [String]) {
        var out: [String] = []
        var names: [String] = []
        var isInside = false
        for line in text.components(separatedBy: "\n") {
            if isInside, line != "<!-- end -->" { continue }
            isInside = false
            out.append(line)
            guard line.hasPrefix("<!-- table: "), line.hasSuffix(" -->") else { continue }
            let name = String(line.dropFirst("<!-- table: ".count).dropLast(" -->".count))
            let table = try #require(ConformanceTables.all[name], "there is no table \(name)")
            names.append(name)
            out += table
            isInside = true
        }
        try #require(!isInside, "the mark <!-- end --> is missing")
        return (out.joined(separator: "\n"), names)
    }

    @Test("the tables are those of the code; LABRADOR_UPDATE_DOCS=1 writes them anew")
    func tables() throws {
        let text = try String(contentsOfFile: Self.file, encoding: .utf8)
        let (wanted, names) = try filled(text)
        #expect(names.sorted() == ConformanceTables.all.keys.sorted(), "each table once")
        if ProcessInfo.processInfo.environment["LABRADOR_UPDATE_DOCS"] == "1" {
            try wanted.write(toFile: Self.file, atomically: true, encoding: .utf8)
            return
        }
        let (have, want) = (text.components(separatedBy: "\n"), wanted.components(separatedBy: "\n"))
        let difference = zip(have, want).first { $0 != $1 }
        #expect(
            text == wanted,
            "not what the code says, from '\(difference?.0 ?? "its end")' on; set LABRADOR_UPDATE_DOCS=1 and run again")
    }

    @Test("a table that is not what the code says is seen")
    func seesDifference() throws {
        let text = "a\n<!-- table: transfer-syntaxes -->\n| old |\n<!-- end -->\nb"
        let (wanted, names) = try filled(text)
        #expect(names == ["transfer-syntaxes"] && wanted != text && wanted.hasSuffix("<!-- end -->\nb"))
        #expect(try filled(wanted).text == wanted)
    }
}
