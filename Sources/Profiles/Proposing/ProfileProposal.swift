import ASTM
import Core

/// What `labrador profile new` writes: a first profile for a device, by what one recording shows.
public struct ProfileProposal: Sendable, HoldsPatientData {
    /// `profile.yaml`.
    public var yaml: String
    /// `README.md`, with places to fill in.
    public var readme: String
    /// The recording with made-up people, and the name of its file; nil where nothing tells where names stand.
    public var recording: (file: String, bytes: [UInt8])?
    /// What a person should know, in sentences.
    public var remarks: [String] = []

    /// Looks at a recording.
    /// - Parameters:
    ///   - capture: as `decode` takes it.
    ///   - name: the profile's name for people.
    ///   - profiles: those there are; their tests are proposed where code and unit are the same.
    ///   - fitting: the ids of those that explain the recording (`Identification.best`).
    ///   - random: where made-up characters come from.
    public init(
        _ capture: [UInt8], name: String, profiles: [Profile], fitting: [String],
        random: some RandomNumberGenerator = SystemRandomNumberGenerator()
    ) throws(CaptureMistake) {
        try self.init(
            capture, name: name, known: KnownTests(profiles, fitting: Set(fitting)), fitting: fitting, random: random)
    }

    /// Looks at a recording with what is known of tests already.
    init(
        _ capture: [UInt8], name: String, known: KnownTests, fitting: [String], random: some RandomNumberGenerator
    ) throws(CaptureMistake) {
        let seen = try SeenRecording(capture)
        readme = ProfileReadme.text(name: name, seen: seen)
        guard seen.wire != nil else {
            let blocks = BlocksProposal(try CaptureFile.recordings(in: capture).flatMap { $0 }, name: name)
            yaml = blocks.yaml
            remarks = blocks.remarks
            remarks.append(
                "Nothing tells where names stand in such a recording, so no test case was made of it. Replace names, dates "
                    + "and ids in a copy by hand, of the same length, and put it into testcases/first-recording/.")
            return
        }
        let places = SeenPlaces(seen, known)
        let tests = TestProposal(places.tests(seen.results), known)
        yaml = ProposedFile(name: name, seen: seen, places: places, tests: tests, capture: capture).text
        let file = seen.wire == .hl7 ? "message.hl7" : seen.isFramed ? "session.astm" : "message.astm"
        recording = (file, seen.anonymous(specimen: places.specimen?.path, random: random))
        remark(seen, places, tests, fitting)
    }

    private mutating func remark(
        _ seen: SeenRecording, _ places: SeenPlaces, _ tests: TestProposal, _ fitting: [String]
    ) {
        if let best = fitting.first {
            remarks.append(
                "\(best) explains this recording already. Use it as it is, or write a small profile with `extends: \(best)`."
            )
        }
        if seen.results.isEmpty {
            remarks.append("The recording holds no results; record a message with results for a better proposal.")
        }
        if places.specimen == nil, !seen.results.isEmpty {
            remarks.append("No place looks like a specimen id. Find it with `labrador decode --fields`.")
        }
        if !tests.open.isEmpty {
            let count = tests.open.count
            remarks.append(
                "\(count) \(count == 1 ? "test code stands" : "test codes stand") in the file as a comment: nobody has said "
                    + "yet what \(count == 1 ? "it is" : "they are").")
        }
        remarks.append(
            "Names, dates of birth, ids, addresses and longer comments in the recording were replaced where the protocol's "
                + "standard has them. Look through the file for others before anyone else gets it.")
    }
}
