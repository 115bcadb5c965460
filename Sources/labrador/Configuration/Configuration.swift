import Core
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
    var scope = "own-ae"
}

/// One of `dicom.modalities`.
struct ModalitySection: Sendable, Equatable {
    var id: String
    var aeTitle: String
    var host: String
    var port: Int
    var modality: String
    /// Overrides `dicom.worklist.scope` for this device.
    var scope: String?
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
