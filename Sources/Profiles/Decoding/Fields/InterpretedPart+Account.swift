import ASTM
import Core
import HL7

extension InterpretedPart {
    /// Adds, for people, the letters of a message's records and what its fields were used for.
    mutating func account(for message: ASTMMessage, _ usage: FieldUsage, _ profile: Profile) {
        names = message.records.map { String($0.type.letter) }
        fields = FieldAccount(usage, profile: profile, reports: reports).uses(of: FieldLine.lines(of: message))
    }

    /// Adds, for people, the names of a message's segments and what its fields were used for.
    mutating func account(for message: HL7Message, _ usage: FieldUsage, _ profile: Profile) {
        names = message.segments.map(\.name)
        fields = FieldAccount(usage, profile: profile, reports: reports).uses(of: FieldLine.lines(of: message))
    }
}
