import Core
import Testing

@Suite struct ObservationTests {
    @Test func loincCarriesTheNameAndTextTheDevicesCode() throws {
        let observation = try Written(
            Sample.observation("WBC", .quantity("5.10", nil), name: "Leukocytes", loinc: "6690-2")
        ).observation()
        #expect(at(observation, "code", "coding", 0, "system") == "http://loinc.org")
        #expect(at(observation, "code", "coding", 0, "code") == "6690-2")
        #expect(at(observation, "code", "coding", 0, "display") == "Leukocytes")
        #expect(at(observation, "code", "text") == "WBC")
    }

    @Test func withoutLoincThereIsNoCoding() throws {
        let bundle = try Written(Sample.observation("12", .quantity("5", nil), name: "Glucose"))
        let named = try bundle.observation()
        #expect((named["code"] as? [String: Any])?.keys.sorted() == ["text"])
        #expect(at(named, "code", "text") == "12")
        #expect(try bundle.notes() == ["Test: Glucose"])
        let bare = try Written(Sample.observation("12", .quantity("5", nil))).observation()
        #expect(at(bare, "code", "text") == "12")
    }

    @Test func theLaboratorysOwnCodeStandsBesideLOINC() throws {
        var observed = Sample.observation("WBC", .quantity("5.10", nil), name: "Leukocytes", loinc: "6690-2")
        observed.local = "LEUK"
        let plain = try Written(observed).observation()
        #expect(at(plain, "code", "coding", 0, "code") == "6690-2")
        #expect(at(plain, "code", "coding", 1, "code") == "LEUK")
        #expect(at(plain, "code", "coding", 1, "display") == "Leukocytes")
        #expect(at(plain, "code", "coding", 1, "system") == nil)
        #expect(at(plain, "code", "text") == "WBC")
        var facility = Sample.facility
        facility.testSystem = "https://lab.example.in/tests"
        let systematic = try Written(observed, facility: facility).observation()
        #expect(at(systematic, "code", "coding", 1, "system") == "https://lab.example.in/tests")
    }

    @Test func theLaboratorysOwnCodeAloneIsACodingToo() throws {
        var observed = Sample.observation("12", .quantity("5", nil), name: "Glucose")
        observed.local = "GLU"
        let bundle = try Written(observed)
        #expect(at(try bundle.observation(), "code", "coding", 0, "code") == "GLU")
        #expect(at(try bundle.observation(), "code", "coding", 0, "display") == "Glucose")
        #expect(try bundle.notes() == [])
    }

    @Test func thePatientIsNamedByMRNAndNothingElse() throws {
        let bundle = try Written(Sample.bloodCount())
        for type in ["Observation", "DiagnosticReport", "Specimen"] {
            for resource in bundle.resources(type) {
                #expect(at(resource, "subject", "identifier", "type", "coding", 0, "code") == "MR")
                #expect(at(resource, "subject", "identifier", "system") == "https://hms.example.in/mrn")
                #expect(at(resource, "subject", "identifier", "value") == "MRN0001")
            }
        }
        #expect(!bundle.text.contains("RAO") && !bundle.text.contains("ASHA"))
    }

    @Test func theMRNsOwnSystemIsKept() throws {
        var order = Sample.order
        order.patient.mrnSystem = "https://other.example.in/mrn"
        let bundle = try Written(Sample.report([Sample.observation("A", .text("b"))], order: order))
        #expect(at(try bundle.observation(), "subject", "identifier", "system") == "https://other.example.in/mrn")
    }

    @Test func theOrderIsNamedByAccessionAndPlacer() throws {
        let observation = try Written(Sample.bloodCount()).observation()
        #expect(at(observation, "basedOn", 0, "identifier", "type", "coding", 0, "code") == "ACSN")
        #expect(at(observation, "basedOn", 0, "identifier", "system") == "https://hms.example.in/accession")
        #expect(at(observation, "basedOn", 0, "identifier", "value") == "L24-000123")
        #expect(at(observation, "basedOn", 1, "identifier", "type", "coding", 0, "code") == "PLAC")
        #expect(at(observation, "basedOn", 1, "identifier", "value") == "HMS-778")
        var order = Sample.order
        order.placer = nil
        let unplaced = try Written(Sample.report([Sample.observation("A", .text("b"))], order: order)).observation()
        #expect((unplaced["basedOn"] as? [Any])?.count == 1)
    }

    @Test func knownFlagsInterpretAndOthersAreNotes() throws {
        let bundle = try Written(
            Sample.observation(
                "WBC", .quantity("19", nil), flags: ["H", "A", "Blasts?"], deviceFlags: ["H", "*", "!", ""],
                notes: ["Check the film", ""]))
        let observation = try bundle.observation()
        #expect(at(observation, "interpretation", 0, "coding", 0, "code") == "H")
        #expect(at(observation, "interpretation", 1, "coding", 0, "code") == "A")
        #expect((observation["interpretation"] as? [Any])?.count == 2)
        #expect(try bundle.notes() == ["Device flags: *, !, Blasts?", "Check the film"])
    }

    @Test func noFlagsNoInterpretation() throws {
        let observation = try Written(Sample.observation("WBC", .quantity("5", nil), flags: ["odd"])).observation()
        #expect(observation["interpretation"] == nil)
    }

    @Test func rangeAndTime() throws {
        let observation = try Written(Sample.observation("A", .quantity("5", nil), range: "4.00 - 10.00")).observation()
        #expect(at(observation, "referenceRange", 0, "text") == "4.00 - 10.00")
        #expect(at(observation, "effectiveDateTime") == "2026-11-22T09:31:07+05:30")
        #expect(at(observation, "issued") == "2026-11-22T04:02:07.250Z")
    }

    @Test(arguments: ["2026-11-22T09:31", "20261122093107", "2026-02-30T09:31:07+05:30", "yesterday"])
    func aTimeFHIRCannotCarryIsANote(time: String) throws {
        let bundle = try Written(Sample.observation("A", .quantity("5", nil), performed: time))
        #expect(try bundle.observation()["effectiveDateTime"] == nil)
        #expect(try bundle.notes() == ["Time on the device: \(time)"])
    }

    @Test func aTimeThatIsUnknownStaysSo() throws {
        let bundle = try Written(Sample.observation("A", .quantity("5", nil), performed: nil))
        #expect(try bundle.observation()["effectiveDateTime"] == nil)
        #expect(try bundle.notes() == [])
    }

    @Test func theDeviceIsNamed() throws {
        let observation = try Written(Sample.bloodCount()).observation()
        #expect(at(observation, "device", "identifier", "value") == "haem-1")
        #expect(at(observation, "device", "display") == "haem-1")
    }
}
