import Core

extension Order {
    /// This order after a later message about it: tests are joined, later fields win, what the later one does not say
    /// stays.
    func amended(by later: Order) -> Order {
        var order = self
        // Placed again after it was withdrawn, it asks for what it now says, not for what it once said.
        let staysWithdrawn = later.keepsState && state == .cancelled
        if state != .open, later.state == .open, !staysWithdrawn, !later.tests.isEmpty { order.tests = [] }
        order.placer = placer.amended(by: later.placer)
        order.priority = later.keepsPriority ? priority : later.priority
        order.state = staysWithdrawn ? state : later.state
        order.patient = patient.amended(by: later.patient)
        for test in later.tests {
            if let index = order.tests.firstIndex(where: { $0.code == test.code }) {
                order.tests[index].text = test.text ?? order.tests[index].text
            } else {
                order.tests.append(test)
            }
        }
        if let specimen = later.specimen {
            order.specimen = OrderedSpecimen(
                type: specimen.type ?? self.specimen?.type, collected: specimen.collected ?? self.specimen?.collected)
        }
        if let asked = later.imaging {
            order.imaging =
                imaging.map { $0.amended(by: asked, only: stepID(1), keepsState: later.keepsState) }
                ?? asked.withoutCleared
        }
        return order
    }
}

extension Optional where Wrapped == String {
    /// Nothing said keeps the text, empty text clears it.
    func amended(by later: String?) -> String? {
        guard let later else { return self }
        return later.isEmpty ? nil : later
    }
}

extension Patient {
    /// This patient's demographics after a later message; the identity stays.
    func amended(by later: Patient) -> Patient {
        var patient = self
        patient.family = family.amended(by: later.family)
        patient.given = given.amended(by: later.given)
        patient.birthDate = birthDate.amended(by: later.birthDate)
        patient.sex = later.sex ?? sex
        patient.abha = abha.amended(by: later.abha)
        patient.prefix = prefix.amended(by: later.prefix)
        patient.suffix = suffix.amended(by: later.suffix)
        patient.ideographic = ideographic.amended(by: later.ideographic)
        patient.phonetic = phonetic.amended(by: later.phonetic)
        return patient
    }
}

/// Study Instance UIDs of our own making.
enum StudyUID {
    /// `2.25.` and the decimal form of a random UUID (ITU-T X.667 section 6.3; DICOM PS3.5 annex B.2): at most 44
    /// characters, no registration needed.
    static func random() -> String {
        // The version and variant bits make a random number a UUID (RFC 9562 section 5.4).
        let high = UInt64.random(in: .min ... .max) & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        let low = UInt64.random(in: .min ... .max) & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        return "2.25.\(UInt128(high) << 64 | UInt128(low))"
    }
}
