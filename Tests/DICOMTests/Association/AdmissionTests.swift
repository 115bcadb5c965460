import Core
import Testing

@testable import DICOM

/// Who is let in: a grid over titles, addresses, transports and numbers.
struct AdmissionTests {
    private static let pin = CertificatePin("sha256:" + String(repeating: "ab", count: 32))
    private static let other = CertificatePin("sha256:" + String(repeating: "CD:", count: 31) + "CD")

    private static func modality(_ id: String, _ rules: CallerRules = CallerRules()) -> RadiologyModality {
        RadiologyModality(id: id, caller: WorklistCaller(aeTitle: id.uppercased(), scope: .all), rules: rules)
    }

    private static let plain = modality("ct01")
    private static let fixed = modality("mr01", CallerRules(address: "10.0.1.5"))
    private static let few = modality("us01", CallerRules(maxAssociations: 1))
    private static let secure = modality("xa01", CallerRules(tls: .init(isRequired: true)))
    private static let pinned = modality("dx01", CallerRules(tls: .init(isRequired: true, pin: pin)))
    private static let free = modality("cr01", CallerRules(tls: .init(isRequired: false, pin: pin)))

    private var configuration: RadiologyConfiguration {
        var configuration = RadiologyConfiguration(
            aeTitle: "LABRADOR", modalities: [Self.plain, Self.fixed, Self.few, Self.secure, Self.pinned, Self.free])
        configuration.limits.maxAssociations = 4
        configuration.limits.maxAssociationsPerAddress = 2
        return configuration
    }

    private func decide(
        _ calling: String, called: String = "LABRADOR", from address: String = "10.0.1.9",
        over transport: PeerTransport = .clear, open: [(address: String, modality: String)] = [],
        _ change: (inout RadiologyConfiguration) -> Void = { _ in }
    ) -> Result<String, Rejection> {
        var configuration = configuration
        change(&configuration)
        var counts = OpenAssociations()
        for (address, modality) in open { counts.add(address: address, modality: modality) }
        let request = AssociationRequest(called: called, calling: calling, address: address, transport: transport)
        do throws(Rejection) {
            return .success(try Admission.decide(request, open: counts, configuration).id)
        } catch {
            return .failure(error)
        }
    }

    @Test("titles: blanks at the ends count for nothing, capitals only where that is configured")
    func titles() {
        #expect(decide("CT01") == .success("ct01"))
        #expect(decide(" CT01 ", called: "LABRADOR        ") == .success("ct01"))
        #expect(decide("CT01", called: "labrador") == .failure(.calledTitleUnknown))
        #expect(decide("CT01", called: "") == .failure(.calledTitleUnknown))
        #expect(decide("CT02") == .failure(.callingTitleUnknown))
        #expect(decide("ct01") == .failure(.callingTitleUnknown))
        #expect(decide("") == .failure(.callingTitleUnknown))
        #expect(decide("ct01", called: "Labrador") { $0.ignoresCase = true } == .success("ct01"))
        #expect(decide("ct02") { $0.ignoresCase = true } == .failure(.callingTitleUnknown))
    }

    @Test("an address that is checked must be the modality's own")
    func addresses() {
        #expect(decide("MR01", from: "10.0.1.5") == .success("mr01"))
        #expect(decide("MR01", from: "10.0.1.50") == .failure(.foreignAddress(Self.fixed)))
        #expect(decide("MR01", from: "") == .failure(.foreignAddress(Self.fixed)))
        #expect(decide("CT01", from: "10.0.1.50") == .success("ct01"))
    }

    @Test("TLS: what each modality must show on each port")
    func transports() {
        func tls(_ certificate: CertificatePin?) -> PeerTransport { .tls(version: "TLSv1.3", certificate: certificate) }
        let grid: [(String, PeerTransport, Result<String, Rejection>)] = [
            ("CT01", .clear, .success("ct01")), ("CT01", tls(nil), .success("ct01")),
            ("CT01", tls(Self.other), .success("ct01")),
            ("CT01", tls(Self.pin), .failure(.foreignCertificate(Self.plain, shown: Self.pin))),
            ("XA01", tls(Self.pin), .failure(.foreignCertificate(Self.secure, shown: Self.pin))),
            ("XA01", .clear, .failure(.inClear(Self.secure))), ("XA01", tls(nil), .success("xa01")),
            ("XA01", tls(Self.other), .success("xa01")),
            ("DX01", .clear, .failure(.inClear(Self.pinned))),
            ("DX01", tls(nil), .failure(.foreignCertificate(Self.pinned, shown: nil))),
            ("DX01", tls(Self.other), .failure(.foreignCertificate(Self.pinned, shown: Self.other))),
            ("DX01", tls(Self.pin), .success("dx01")),
            ("CR01", .clear, .success("cr01")),
            ("CR01", tls(nil), .failure(.foreignCertificate(Self.free, shown: nil))),
            ("CR01", tls(Self.pin), .success("cr01")),
        ]
        for (calling, transport, expected) in grid {
            #expect(decide(calling, over: transport) == expected, "\(calling) \(transport)")
        }
    }

    @Test("numbers: in all, from one address, and of one modality")
    func numbers() {
        let two = [("10.0.1.9", "ct01"), ("10.0.1.9", "cr01")]
        #expect(decide("CT01", open: two) == .failure(.tooManyFromAddress))
        #expect(decide("CT01", from: "10.0.1.10", open: two) == .success("ct01"))
        let four = [("10.0.1.1", "ct01"), ("10.0.1.2", "ct01"), ("10.0.1.3", "ct01"), ("10.0.1.4", "ct01")]
        #expect(decide("CT01", open: Array(four.dropLast())) == .success("ct01"))
        #expect(decide("CT01", open: four) == .failure(.tooMany))
        #expect(decide("US01", open: [("10.0.1.1", "us01")]) == .failure(.tooManyOfModality(Self.few)))
        #expect(decide("US01", open: [("10.0.1.1", "ct01")]) == .success("us01"))
    }

    @Test("what has left is not counted, and nothing of it is kept")
    func left() {
        var open = OpenAssociations()
        open.add(address: "a", modality: "m")
        open.add(address: "a", modality: "n")
        open.remove(address: "a", modality: "m")
        #expect(open.all == 1 && open.byAddress == ["a": 1] && open.byModality == ["n": 1])
        open.remove(address: "a", modality: "n")
        #expect(open == OpenAssociations())
    }

    @Test("each rejection has the standard's codes and a sentence of its own")
    func rejections() {
        let request = AssociationRequest(called: "X", calling: "CT01", address: "10.0.1.9")
        let all: [(Rejection, [UInt8], String)] = [
            (.calledTitleUnknown, [1, 1, 7], "it calls \"X\", we are \"LABRADOR\""),
            (.callingTitleUnknown, [1, 1, 3], "no modality with this AE title"),
            (.foreignAddress(Self.fixed), [1, 1, 3], "comes from 10.0.1.9, and mr01 calls from 10.0.1.5 only"),
            (.inClear(Self.secure), [1, 1, 3], "xa01 must use TLS and came on the clear port"),
            (.foreignCertificate(Self.pinned, shown: nil), [1, 1, 3], "dx01 showed no certificate"),
            (.foreignCertificate(Self.pinned, shown: Self.other), [1, 1, 3], "certificate sha256:cdcd"),
            (.foreignCertificate(Self.plain, shown: Self.pin), [1, 1, 3], "the `tls.pin` of another modality"),
            (.tooMany, [2, 3, 2], "4 are open"), (.tooManyFromAddress, [2, 3, 2], "2 from this address"),
            (.tooManyOfModality(Self.few), [2, 3, 2], "us01 has 1 open"),
        ]
        for (rejection, codes, words) in all {
            #expect([rejection.codes.result, rejection.codes.source, rejection.codes.reason] == codes)
            let sentence = rejection.sentence(for: request, configuration)
            #expect(sentence.contains(words), "\(sentence)")
        }
    }

    @Test("a fingerprint is read as openssl writes it, and as nothing else")
    func pins() throws {
        let digits = String(repeating: "0aF", count: 21) + "7"
        let pin = try #require(CertificatePin("sha256:\(digits)"))
        #expect(pin.description == "sha256:\(digits.lowercased())")
        let colons = stride(from: 0, to: 64, by: 2).map { String(Array(digits)[$0...($0 + 1)]) }.joined(separator: ":")
        #expect(CertificatePin("SHA256:\(colons)") == pin)
        for wrong in [
            "", digits, "sha1:\(digits)", "sha256:\(digits)0", "sha256:\(digits.dropLast())",
            "sha256:\(digits.dropLast())g",
        ] {
            #expect(CertificatePin(wrong) == nil, "\(wrong)")
        }
    }

    @Test("titles in logs and words about first bytes")
    func words() {
        #expect(PeerText.title("A\u{1B}B ") == "\"A\\x1BB \"")
        #expect(PeerText.firstBytesInsteadOfTLS([1, 0, 0]).hasPrefix("this peer speaks clear DICOM on the TLS port"))
        #expect(PeerText.firstBytesInsteadOfTLS(Array("GET /".utf8)).contains("port for DICOM over TLS"))
        #expect(PeerText.isTLSRecord([0x15, 3, 3]) && PeerText.isTLSRecord([0x16, 3]))
        #expect(!PeerText.isTLSRecord([0x16]) && !PeerText.isTLSRecord([1, 0]) && !PeerText.isTLSRecord([]))
    }

    @Test(
        "OpenSSL's reasons become something to do",
        arguments: [
            ("peer did not return a certificate", true, "showed no certificate"),
            ("certificate verify failed: certificate has expired", true, "has expired"),
            ("certificate verify failed: self-signed certificate", true, "dicom.tls.trust_file"),
            ("certificate verify failed: certificate not trusted", false, "another certificate than its `tls.pin`"),
            ("tlsv1 alert unknown ca", true, "does not trust our certificate"),
            ("tlsv13 alert certificate required", false, "asks for a certificate"),
            ("wrong version number", false, "does not speak TLS"), ("no shared cipher", true, "RFC 9325"),
            ("something new", true, "TLS failed: something new"),
        ])
    func reasons(reason: String, isServer: Bool, words: String) {
        let sentence = PeerText.handshake(reason, isServer: isServer)
        #expect(sentence.contains(words), "\(sentence)")
    }
}
