import Core

/// The skeleton of a profile's `README.md`.
enum ProfileReadme {
    static func text(name: String, seen: SeenRecording) -> String {
        let language = seen.wire == .astm ? "ASTM" : seen.wire == .hl7 ? "HL7 v2" : "a protocol of its own"
        return """
            # \(YAMLText.comment(name))

            Which models this is for, what they measure, and how they are connected (TCP or serial, \(language); who dials whom).

            ## On the analyser

            | Setting | Value |
            |---|---|
            | (menu and name of the setting, as the screen says it) | (what to choose) |

            ## What it does in its own way

            - (one fact a line; each has a test case of its name)

            ## Verified, and assumed

            Verified against: (which recording, with made-up people, or which edition of the manual). Assumed: (everything else).

            """
    }
}
