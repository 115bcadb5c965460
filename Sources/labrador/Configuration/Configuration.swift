import Core
import DICOM
import Links
import Profiles

/// What `labrador.yaml` says (contract, section 3), checked and with defaults filled in.
struct Configuration: Sendable {
    /// The hospital.
    var facility = Facility()
    /// Folder of the embedded store, its lock and the control socket.
    var storePath = "/var/lib/labrador"
    /// Where the daemon listens for commands.
    var controlSocket: String { storePath + "/labrador.sock" }
    /// Where console and API listen.
    var api = SocketAddressText(host: "127.0.0.1", port: 8080)
    /// Names under which browsers may reach the console, besides addresses and localhost.
    var apiHostNames: [String] = []
    /// Where orders in HL7 arrive; nil when no such listener is wanted.
    var ordersHL7: SocketAddressText?
    /// Folders that hold profiles, first match wins.
    var profileFolders: [String] = []
    /// The devices, in the file's order.
    var devices: [DeviceConfiguration] = []
    /// The radiology side; nil when there is none.
    var dicom: DICOMSection?
    /// Where results go, in the file's order.
    var destinations: [DestinationSection] = []
}

/// A host and a port as `HOST:PORT`; port 0 takes a free one.
struct SocketAddressText: Sendable, Equatable, CustomStringConvertible {
    var host: String
    var port: Int

    var description: String { authority(host, port) }

    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `127.0.0.1:8080`, `[::1]:8080`; nil when it is neither.
    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty, let port = Int(text[text.index(after: colon)...]), (0...65_535).contains(port) else {
            return nil
        }
        self.init(host: host, port: port)
    }
}

/// `dicom:` of the configuration.
struct DICOMSection: Sendable, Equatable {
    var aeTitle = "LABRADOR"
    var listen = SocketAddressText(host: "0.0.0.0", port: 11112)
    var modalities: [ModalitySection] = []
    /// How the worklist is served where a modality says nothing else.
    var worklist = WorklistSection()
    /// What answers go out in where ASCII and the query's own set will not do.
    var characterSet: String?
    /// Whether AE titles are the same in capitals and small letters.
    var ignoresCase = false
    /// TLS; nil where it is not spoken.
    var tls: DICOMTLSSection?
    var limits = RadiologyLimits()
    var mpps = MPPSSection()
    /// What gives orders without a station theirs, the first that fits.
    var stationRules: [StationRule] = []
    /// Whether an order that names no start is due when it was received.
    var startsWhenReceived = false

    /// The modalities together, as the worklist sees them.
    var stations: WorklistStations { WorklistStations(modalities.map(caller), rules: stationRules) }
}

/// One of `dicom.modalities`.
struct ModalitySection: Sendable, Equatable {
    var id: String
    var aeTitle: String
    var host: String
    var port: Int
    var modality: String
    /// Where it stands, for the scope `location`.
    var location: String?
    /// How it is served the worklist.
    var worklist = WorklistSection()
    /// The character set of its answers; nil: the best for each entry.
    var characterSet: String?
    /// Whether it is sent nothing in any other.
    var takesOwnSetOnly = false
    /// What it must do to be let in.
    var rules = CallerRules()
    /// How strictly its performed procedure steps are looked at.
    var mpps = PerformedStepStrictness.lenient
}

/// One of `destinations`.
struct DestinationSection: Sendable, Equatable {
    var id: DestinationID
    var url: String
    var tokenFile: String?
    /// Certificates (PEM) to trust besides the system's.
    var trustFile: String?
    /// Bundles in flight at once.
    var concurrency: Int
}
