import ASTM
import Core
import HL7

extension Profile {
    /// Bytes of a recording that are looked at; more would only say the same again.
    private static let lookedAt = 4 << 20

    /// How well this profile explains a recording.
    public func fit(_ capture: [UInt8], facility: Facility = Facility()) -> ProfileFit {
        let capture = Array(capture.prefix(Self.lookedAt))
        var fit = ProfileFit(self)
        var reading = self
        var report = decode(capture, facility: facility)
        // A device whose checksums are always wrong is still the device it is.
        for (policy, word) in [(ChecksumPolicy.lenient, "lenient"), (.off, "off")]
        where report.link.badFrames > 0 && wire == .astm {
            var other = self
            other.checksum = policy
            let more = other.decode(capture, facility: facility)
            guard more.unreadable == nil, more.link.frames > report.link.frames else { continue }
            (report, reading) = (more, other)
            fit.checksum = word
        }
        fit.unreadable = report.unreadable
        guard report.unreadable == nil else { return fit }
        fit.count(report, self)
        if !identify.isEmpty { fit.mark = reading.isMarked(capture) ? .fits : .differs }
        // A layout that leaves out what it does not know can read anything.
        if wire == .blocks, fit.lines == 0, fit.queries == 0, fit.mark != .fits {
            fit.unreadable = "Nothing in the recording is a result or a query to this profile's layout."
        }
        return fit
    }

    /// Whether one of the recording's messages is marked as this model's.
    private func isMarked(_ capture: [UInt8]) -> Bool {
        guard let recordings = try? CaptureFile.recordings(in: capture) else { return false }
        return recordings.contains { recording in
            switch wire {
            case .astm: isMarkedASTM(recording)
            case .hl7: isMarkedHL7(recording)
            case .blocks: isMarkedBlocks(recording)
            }
        }
    }

    private func isMarkedBlocks(_ recording: [UInt8]) -> Bool {
        cuts(of: BlockRecording(recording, blocks)).contains { cut in
            let source = LayoutSource(own: cut.fields, shared: ["record": cut.record])
            return identify.contains { source.holds($0) }
        }
    }

    private func isMarkedASTM(_ recording: [UInt8]) -> Bool {
        recordTexts(recording).contains { text in
            ((try? ASTMMessage.parseAll(text, encoding: encoding.astm)) ?? []).contains(where: isMarked)
        }
    }

    private func isMarkedHL7(_ recording: [UInt8]) -> Bool {
        var link = DecodeReport.Link()
        return Capture.hl7Blocks(recording, into: &link).flatMap { HL7Blocks.messages(in: $0) }.contains { bytes in
            (try? HL7Message.parse(bytes, encoding: encoding.hl7)).map(isMarked) ?? false
        }
    }

    private func isMarked(_ message: ASTMMessage) -> Bool {
        var source = ASTMSource(message)
        for record in message.records {
            source.set(record.type.letter, record)
            if record.type != .header, !isDecided(by: String(record.type.letter)) { continue }
            if identify.contains(where: { source.holds($0) }) { return true }
        }
        return false
    }

    private func isMarked(_ message: HL7Message) -> Bool {
        var source = HL7Source(message)
        for segment in message.segments {
            source.set(segment)
            if segment.name != "MSH", !isDecided(by: segment.name) { continue }
            if identify.contains(where: { source.holds($0) }) { return true }
        }
        return false
    }

    /// Whether a record is among those that `identify` looks at.
    private func isDecided(by record: String) -> Bool {
        identify.contains { $0.contains { $0.path.record == record } }
    }
}

extension ProfileFit {
    fileprivate mutating func count(_ report: DecodeReport, _ profile: Profile) {
        messages = report.link.messages
        for message in report.messages {
            let report = message.report
            if report.kind == .query { queries += 1 }
            asides += report.ignored.count + report.secondary.count
            lines += report.observations.count
            let places = Set(report.observations.map(\.at))
            for observation in report.observations {
                switch observation.held {
                case .unmappedTest: unknown += 1
                case .unitMismatch: otherUnits += 1
                default: if profile.test(code: observation.code) == nil { unknown += 1 } else { known += 1 }
                }
            }
            let loose = report.problems.filter { problem in
                problem.held != nil && !problem.at.isEmpty && !places.contains { problem.isAbout($0) }
            }
            lines += loose.count
            unplaced += loose.count
            let hasLines = !report.observations.isEmpty || !loose.isEmpty
            guard report.kind == .result, hasLines else { continue }
            specimens += 1
            if !report.specimen.isEmpty, report.specimenProblem == nil { specimensFound += 1 }
        }
    }
}

extension Identification {
    /// Compares a recording with some profiles.
    public init(
        of capture: [UInt8], among profiles: [Profile], broken: [String] = [], facility: Facility = Facility()
    ) {
        self.init(profiles.map { $0.fit(capture, facility: facility) }, broken: broken)
    }
}

extension ProfileLibrary {
    /// Compares a recording with every profile.
    public func identify(_ capture: [UInt8], facility: Facility = Facility()) -> Identification {
        let all = readAll()
        return Identification(
            of: capture, among: all.compactMap { try? $0.profile.get() },
            broken: all.filter { (try? $0.profile.get()) == nil }.map(\.entry.id), facility: facility)
    }
}
