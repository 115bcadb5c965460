import ASTM

extension Profile {
    /// Why a recording gave no message, and what to do.
    func faultWithoutMessage(_ bytes: [UInt8], _ transcript: LinkTranscript) -> String {
        let bad = transcript.counters.badFrames
        if let advice = checksumAdvice(bytes, transcript) { return "No ASTM message was found. \(advice)" }
        let seen = bad > 0 ? "\(bad) damaged frame\(bad == 1 ? "" : "s")" : "\(bytes.count) bytes that are no record"
        return "No ASTM message was found, only \(seen). Check the device's protocol setting."
    }

    /// Which checksum policy would read the frames that were refused, as a sentence; nil when none was refused for its
    /// checksum.
    func checksumAdvice(_ bytes: [UInt8], _ transcript: LinkTranscript) -> String? {
        guard transcript.counters.badFrames > 0 else { return nil }
        let policies: [(ChecksumPolicy, word: String, fault: String)] = [
            (.lenient, "lenient", "with a wrong checksum"), (.off, "off", "without a checksum"),
        ]
        for policy in policies where policy.0 != checksum {
            let other = LinkTranscript.messages(in: bytes, checksum: policy.0)
            let more = other.counters.frames - transcript.counters.frames
            guard more > 0, !other.messages.isEmpty else { continue }
            return "\(more) frame\(more == 1 ? " came" : "s came") \(policy.fault) and \(more == 1 ? "was" : "were") "
                + "refused. If the device always sends them so, `link: { checksum: \(policy.word) }` in the profile "
                + "reads them; if only now and then, look at the cable and the line's settings."
        }
        return nil
    }
}
