/// Recognises a device that does not speak what its profile says: the commonest mistake where a link is set up.
enum WrongLanguage {
    /// What to tell a technician about bytes outside frames; nil where they say nothing of the kind.
    static func words(for bytes: [UInt8]) -> String? {
        if bytes.firstRange(of: Array("MSH|".utf8)) != nil {
            return "The device speaks HL7 (MSH came), and its profile is for ASTM. Check profile and port."
        }
        let record = bytes.drop { $0 <= 0x20 }
        guard record.starts(with: "H|".utf8) else { return nil }
        return "The device sends bare records (H came without a frame), and its profile says frames. "
            + "If it is so by design, set `link.framing: unframed` in its profile."
    }
}
