import Core

extension Order {
    /// This order after a later message about it: tests are joined, later fields win, what the later one does not say
    /// stays.
    func amended(by later: Order) -> Order {
        var order = self
        // Placed again after it was withdrawn, it asks for what it now says, not for what it once said.
        if state != .open, later.state == .open, !later.tests.isEmpty { order.tests = [] }
        order.placer = later.placer ?? placer
        order.priority = later.priority
        order.state = later.state
        order.patient.family = later.patient.family ?? patient.family
        order.patient.given = later.patient.given ?? patient.given
        order.patient.birthDate = later.patient.birthDate ?? patient.birthDate
        order.patient.sex = later.patient.sex ?? patient.sex
        order.patient.abha = later.patient.abha ?? patient.abha
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
        if var imaging = later.imaging {
            imaging.stationAE = imaging.stationAE ?? self.imaging?.stationAE
            imaging.scheduled = imaging.scheduled ?? self.imaging?.scheduled
            imaging.studyUID = imaging.studyUID ?? self.imaging?.studyUID
            imaging.requestedBy = imaging.requestedBy ?? self.imaging?.requestedBy
            if imaging.procedure.code == self.imaging?.procedure.code {
                imaging.procedure.text = imaging.procedure.text ?? self.imaging?.procedure.text
            }
            order.imaging = imaging
        }
        return order
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
