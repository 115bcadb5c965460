import Core
import Testing
import Upstream

@Suite struct TransactionTests {
    @Test func hasASpecimenAnObservationAResultAndAReport() throws {
        let bundle = try Written(Sample.bloodCount())
        #expect(bundle.resources("Specimen").count == 1)
        #expect(bundle.resources("Observation").count == 12)
        #expect(bundle.resources("DiagnosticReport").count == 1)
        #expect(Transaction(Sample.bloodCount(), facility: Sample.facility).entries == 14)
        #expect(bundle.text.hasPrefix(#"{"resourceType":"Bundle","type":"transaction","entry":["#))
    }

    @Test func sameReportSameBytes() {
        let first = Transaction(Sample.bloodCount(), facility: Sample.facility)
        #expect(first == Transaction(Sample.bloodCount(), facility: Sample.facility))
    }

    @Test func theResultIDStandsOnceAnObservation() throws {
        let report = Sample.bloodCount()
        let bundle = try Written(report)
        #expect(bundle.text.ranges(of: "urn:labrador:result").count == 12)
        for result in report.results {
            let identifier = #""identifier":[{"system":"urn:labrador:result","value":"\#(result.id)"}]"#
            #expect(bundle.text.ranges(of: identifier).count == 1)
        }
    }

    @Test func everyEntryIsConditionalOnItsIdentifier() throws {
        let bundle = try Written(Sample.bloodCount())
        for (type, system) in [("Observation", "result"), ("DiagnosticReport", "report"), ("Specimen", "specimen")] {
            for entry in bundle.entries(type) {
                let id = try #require(at(entry, "resource", "identifier", 0, "value"))
                #expect(at(entry, "resource", "identifier", 0, "system") == "urn:labrador:\(system)")
                #expect(at(entry, "request", "method") == "PUT")
                #expect(at(entry, "request", "url") == "\(type)?identifier=urn%3Alabrador%3A\(system)%7C\(id)")
            }
        }
    }

    @Test func noAddressHoldsPatientData() throws {
        let bundle = try Written(Sample.bloodCount())
        for type in ["Observation", "DiagnosticReport", "Specimen"] {
            for entry in bundle.entries(type) {
                for address in [at(entry, "request", "url"), at(entry, "fullUrl")] {
                    let address = try #require(address)
                    for secret in ["L24-000123", "MRN0001", "HMS-778"] { #expect(!address.contains(secret)) }
                }
            }
        }
    }

    @Test func referencesPointIntoTheBundle() throws {
        let bundle = try Written(Sample.bloodCount())
        let specimen = try #require(at(bundle.entries("Specimen").first, "fullUrl"))
        #expect(bundle.resources("Observation").allSatisfy { at($0, "specimen", "reference") == specimen })
        let report = try #require(bundle.resources("DiagnosticReport").first)
        #expect(at(report, "specimen", 0, "reference") == specimen)
        let results = (report["result"] as? [[String: Any]] ?? []).compactMap { $0["reference"] as? String }
        let observations = bundle.entries("Observation").compactMap { $0["fullUrl"] as? String }
        #expect(results == observations)
        #expect(Set(observations).count == 12)
        // RFC 9562: version 8, variant 10.
        let form = /urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/
        for url in observations + [specimen] { #expect(url.wholeMatch(of: form) != nil) }
    }

    @Test func theSpecimenCarriesTheAccession() throws {
        let specimen = try #require(try Written(Sample.bloodCount()).resources("Specimen").first)
        #expect(at(specimen, "accessionIdentifier", "value") == "L24-000123")
        #expect(at(specimen, "accessionIdentifier", "system") == "https://hms.example.in/accession")
        #expect(at(specimen, "type", "text") == "EDTA blood")
        #expect(at(specimen, "collection", "collectedDateTime") == "2026-11-22T09:10:00+05:30")
    }

    @Test func aCorrectionIsTheSameResultAndTheSameReport() throws {
        let first = try Written(Sample.observation("GLU", .quantity("5.1", nil), status: .preliminary))
        let second = try Written(Sample.observation("GLU", .quantity("5.2", nil), status: .corrected))
        #expect(first.text != second.text)
        for type in ["Observation", "DiagnosticReport", "Specimen"] {
            #expect(at(first.entries(type)[0], "request", "url") == at(second.entries(type)[0], "request", "url"))
        }
    }

    @Test func otherResultsAreAnotherReportOfTheSameSpecimen() throws {
        let first = try Written(Sample.observation("GLU", .quantity("5.1", nil)))
        let second = try Written(Sample.observation("UREA", .quantity("5.1", nil)))
        #expect(
            at(first.entries("DiagnosticReport")[0], "fullUrl") != at(second.entries("DiagnosticReport")[0], "fullUrl"))
        #expect(at(first.entries("Specimen")[0], "fullUrl") == at(second.entries("Specimen")[0], "fullUrl"))
    }

    @Test func ofTwoWithOneIdentityTheLaterStands() throws {
        let earlier = Sample.observation("GLU", .quantity("5.1", nil), status: .preliminary)
        let later = Sample.observation("GLU", .quantity("5.2", nil))
        let bundle = try Written(Sample.report([earlier, Sample.observation("UREA", .text("x")), later]))
        #expect(bundle.resources("Observation").count == 2)
        #expect(bundle.text.contains(#""value":5.2"#) && !bundle.text.contains(#""value":5.1"#))
    }

    @Test func anIDThatIsNoDigestIsEncoded() throws {
        var report = Sample.report([Sample.observation("GLU", .text("x"))])
        report.results[0].id = ResultID("a|b c/ä")
        let bundle = try Written(report)
        #expect(
            at(bundle.entries("Observation")[0], "request", "url")
                == "Observation?identifier=urn%3Alabrador%3Aresult%7Ca%7Cb%20c%2F%C3%A4")
    }

    @Test(arguments: [
        ([ObservationStatus.final, .final], "final"), ([.final, .corrected], "corrected"),
        ([.final, .preliminary], "partial"), ([.preliminary, .preliminary], "preliminary"),
        ([.registered], "registered"), ([.registered, .preliminary], "partial"),
        ([.cancelled, .cancelled], "cancelled"),
        ([.final, .cancelled], "final"), ([.enteredInError], "entered-in-error"),
        ([.cancelled, .enteredInError], "cancelled"),
        ([.corrected, .preliminary], "partial"),
    ])
    func theReportsStatusFollowsItsResults(statuses: [ObservationStatus], status: String) throws {
        let observations = statuses.enumerated().map { Sample.observation("T\($0)", .text("x"), status: $1) }
        let bundle = try Written(Sample.report(observations))
        #expect(at(bundle.resources("DiagnosticReport")[0], "status") == status)
    }

    @Test func theReportIsNamedAfterTheOrderedTests() throws {
        let report = try #require(try Written(Sample.bloodCount()).resources("DiagnosticReport").first)
        #expect(at(report, "code", "text") == "Complete blood count")
        #expect(at(report, "category", 0, "coding", 0, "code") == "LAB")
        var order = Sample.order
        order.tests = []
        let unnamed = try Written(Sample.report([Sample.observation("A", .text("b"))], order: order))
        #expect(at(unnamed.resources("DiagnosticReport")[0], "code", "text") == "Laboratory report")
    }

    @Test func hostileTextStaysInsideItsString() throws {
        var order = Sample.order
        order.accession = #"A"},"x":{"y":"\#u{0}\#n"#
        order.patient.mrn = #"\"#
        let report = Sample.report(
            [Sample.observation(#"""#, .text("\u{1B}[31m"), name: "\u{0}", notes: [#"",""#])], device: #"d"e"#,
            order: order)
        let bundle = try Written(report)
        #expect(at(try bundle.observation(), "valueString") == "\u{241B}[31m")
        #expect(at(try bundle.observation(), "subject", "identifier", "value") == #"\"#)
    }
}
