/// Where the parts of a result stand, its value and its line's fate apart.
struct ResultFields: Hashable, Sendable {
    var code = Extraction()
    var name = Extraction()
    var loinc = Extraction()
    var unit = Extraction()
    /// The coding system the unit is declared in; UCUM counts.
    var unitSystem = Extraction()
    var range = Extraction()
    var flags = Extraction()
    var status = Extraction()
    var performed = Extraction()
    /// Who ran the test.
    var operatorName = Extraction()
    /// Where the specimen stood: rack, place.
    var position = Extraction()
    /// A number that tells replicates of one test apart.
    var replicate = Extraction()
    /// `<`, `>`, `=` where it does not stand in front of the value itself.
    var comparator = Extraction()
    /// Texts that become notes.
    var notes: [Note] = []
    /// What one text of `flags` holds.
    var flagsEach = FlagsEach.whole

    /// A text that becomes a note, and the word before it.
    struct Note: Hashable, Sendable {
        var label: String
        var text: Extraction
    }
}

/// What one text that says flags holds.
enum FlagsEach: String, Hashable, Sendable, CaseIterable {
    /// One flag.
    case whole
    /// A flag a character.
    case character
    /// Flags with blanks between them.
    case word
}

/// Flags of a device by what they look like.
struct FlagPattern: Hashable, Sendable {
    var pattern: Pattern
    /// Interpretation codes (HL7 v3 ObservationInterpretation).
    var codes: [String]
}
