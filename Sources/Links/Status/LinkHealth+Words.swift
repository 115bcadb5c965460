import Core

extension LinkHealth {
    /// What is wrong and what to look at, in sentences; empty when nothing is.
    func remark(at now: Timestamp) -> String {
        [
            noiseSentence, noiseSentence == nil ? faultSentence : nil, refusalSentence, waitingSentence,
            silenceSentence(now),
        ]
        .compactMap { $0 }.joined(separator: " ")
    }

    private var noiseSentence: String? {
        // Noise now and then looks like a control character, too.
        guard noise >= Self.noiseBytes, controls * 20 <= noise else { return nil }
        let bytes = grouped(Self.noiseBytes)
        switch unit {
        case .message:
            return
                "No MLLP block among the last \(bytes) bytes: check that the device is set to HL7 over MLLP, and that "
                + "the profile fits."
        case .block:
            return
                "No whole block among the last \(bytes) bytes, only noise: check baud rate, parity and that the profile fits."
        case .frame:
            let what = controls == 0 ? "No ENQ or frame" : "No good frame"
            return
                "\(what) among the last \(bytes) bytes, only noise: check baud rate, parity and that the profile fits."
        }
    }

    private var faultSentence: String? {
        let bad = incoming.bad
        guard bad > 1, let worst = incoming.worst else { return nil }
        guard worst.count > 1 else {
            return "\(bad) of the last \(incoming.count) \(units) were faulty, each in another way: check the line."
        }
        return words(worst.fault, worst.count)
    }

    private func words(_ fault: Fault, _ count: Int) -> String {
        let share = "\(count) of the last \(incoming.count) \(units)"
        switch fault {
        case .checksum: return "Checksum wrong in \(share): \(checksumAdvice)."
        case .checksumMissing:
            return unit.isBlock
                ? "No check in \(share): if the analyser sends none, take `check` out of the profile's framing."
                : "No checksum in \(share): if the analyser sends none, set `checksum: off` for its link."
        case .frameNumber: return "No frame number in \(share): check that the profile fits, and the line settings."
        case .outOfSequence:
            return
                "Wrong frame number in \(share): check that the analyser hears our answers (cable, flow control), and "
                + "that no other computer answers it."
        case .junk:
            switch unit {
            case .frame, .block:
                return "Stray bytes came before \(share): check the line settings and the cable."
            case .message:
                return "Bytes outside an MLLP block came before \(share): check the device's HL7 settings."
            }
        case .tooLong: return "Too long: \(share). Check that the profile fits."
        case .brokenOff: return "Broken off: \(share). Check the cable\(isSerial ? " and the flow control" : "")."
        case .unreadable: return "Unreadable: \(share). Check that the profile fits; `labrador holds` lists them."
        case .garbage:
            return "Bytes that no text holds in \(share): check parity, data bits and baud rate."
        }
    }

    private var checksumAdvice: String {
        isSerial
            ? "check parity and baud rate"
            : "check parity and baud rate of a serial converter, or the analyser's checksum setting"
    }

    private var refusalSentence: String? {
        let refused = outgoing.bad
        guard refused > 1 else { return nil }
        return
            "The analyser refused \(refused) of our last \(outgoing.count) \(unit.isBlock ? "blocks" : "frames"): check its checksum setting, and that "
            + "it is set to receive from a host."
    }

    private var waitingSentence: String? {
        guard waitingBytes > 0 else { return nil }
        return "The analyser does not read our answers: \(grouped(waitingBytes)) bytes wait."
    }

    private func silenceSentence(_ now: Timestamp) -> String? {
        guard let silence, let heard else { return nil }
        let since = now.microseconds - heard.microseconds
        guard since >= silence.wholeMicroseconds else { return nil }
        let minutes = since / 60_000_000
        return
            "Nothing heard for \(minutes < 120 ? "\(minutes) min" : "\(minutes / 60) h"): is the analyser switched on, "
            + "and connected?"
    }

    private var units: String { unit == .message ? "messages" : unit.isBlock ? "blocks" : "frames" }
    private var isSerial: Bool { unit == .frame(isSerial: true) || unit == .block(isSerial: true) }
}

extension LinkHealth.Unit {
    fileprivate var isBlock: Bool { if case .block = self { true } else { false } }
}

/// `12,345`.
private func grouped(_ number: Int) -> String {
    let digits = Array(String(number))
    var out = ""
    for (index, digit) in digits.enumerated() {
        if index > 0, (digits.count - index) % 3 == 0 { out += "," }
        out.append(digit)
    }
    return out
}
