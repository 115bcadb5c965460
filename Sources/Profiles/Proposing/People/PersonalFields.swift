/// Where messages say who somebody is (LIS02-A2 chapters 6 to 8; HL7 v2 chapters 2, 3 and 4).
enum PersonalFields {
    /// How a text is replaced.
    enum Kind {
        /// By other characters of the same kind.
        case id
        /// As a name: family, given, and the rest.
        case name
        case birth
        /// By other characters, every component.
        case text
        /// As `text` where it is more than a word or a code: comments may say anything about anybody.
        case comment
    }

    /// What stands in a field; nil for what is not about a person.
    static func kind(_ record: String, _ field: Int) -> Kind? {
        switch (record, field) {
        case ("C", 4), ("NTE", 3): .comment
        case ("P", 3...5): .id
        case ("P", 6), ("P", 7), ("P", 14): .name
        case ("P", 8): .birth
        case ("P", 9...): .text
        case ("O", 3), ("O", 4): .id
        case ("O", 11), ("O", 14), ("O", 17), ("O", 18), ("R", 11): .text
        case ("Q", 3), ("Q", 4): .id
        case ("PID", 2...4): .id
        case ("PID", 5), ("PID", 6), ("PID", 9): .name
        case ("PID", 7): .birth
        case ("PID", 11...14), ("PID", 18...21), ("PID", 23): .text
        case ("PV1", 3), ("PV1", 5), ("PV1", 7...9), ("PV1", 17), ("PV1", 19), ("PV1", 52): .text
        case ("OBR", 2), ("OBR", 3), ("ORC", 2...4), ("SPM", 2), ("SPM", 3), ("SAC", 3), ("SAC", 4): .id
        case ("OBR", 10), ("OBR", 16), ("OBR", 17), ("OBR", 28), ("OBR", 32...35), ("OBX", 16), ("OBX", 25),
            ("ORC", 10...12), ("ORC", 14), ("ORC", 19), ("ORC", 21...24):
            .text
        case ("QRD", 8), ("QPD", 3...8): .id
        case ("NK1", 2...), ("GT1", 2...), ("IN1", 2...), ("IN2", 1...), ("PD1", 1...), ("MRG", 1...): .text
        default: nil
        }
    }

    /// Whether a field holds codes of tests, units or ranges: never a person, though a name may be spelled alike.
    static func isAboutTests(_ record: String, _ field: Int) -> Bool {
        switch (record, field) {
        case ("O", 5), ("R", 3), ("R", 5), ("R", 6), ("OBR", 4), ("OBX", 2...4), ("OBX", 6), ("OBX", 7): true
        default: false
        }
    }

    /// Whether a text in a patient's record is a date, wherever a device puts it.
    static func isBirthDate(_ record: String, _ text: [UInt8]) -> Bool {
        (record == "P" || record == "PID") && text.count >= 8 && text.allSatisfy { (0x30...0x39).contains($0) }
            && (text.starts(with: "19".utf8) || text.starts(with: "20".utf8)) && text.count.isMultiple(of: 2)
    }

    /// Whether a text of a result is a date and time: those tell nobody's name, and results without theirs are of no use.
    static func isTime(_ record: String, _ text: [UInt8]) -> Bool {
        guard record == "R" || record == "OBX", [8, 12, 14].contains(text.count),
            text.allSatisfy({ (0x30...0x39).contains($0) }),
            text.starts(with: "19".utf8) || text.starts(with: "20".utf8)
        else { return false }
        let limits: [ClosedRange<UInt8>] = [1...12, 1...31, 0...23, 0...59, 0...60]
        for (place, limit) in zip(stride(from: 4, to: text.count, by: 2), limits) {
            let number: UInt8 = (text[place] - 0x30) * 10 + (text[place + 1] - 0x30)
            if !limit.contains(number) { return false }
        }
        return true
    }

    /// Words a comment may have that is left as it is.
    private static let wordsOfComment = 3
    /// Digits in a row that a comment may have.
    private static let digitsOfComment = 4

    /// Whether a comment is longer than the codes and marks that devices send.
    static func isFreeText(_ text: [UInt8]) -> Bool {
        let words = text.split(separator: 0x20)
        let longest = text.split { !(0x30...0x39).contains($0) }.map(\.count).max() ?? 0
        return words.count > wordsOfComment || longest > digitsOfComment || text.contains { $0 >= 0x80 }
    }
}
