import Core
import Profiles

/// `dicom.mpps`: what becomes of performed procedure steps.
struct MPPSSection: Sendable, Equatable {
    /// A step in progress of which nothing was heard for so long counts as discontinued.
    var idle: Duration = .seconds(24 * 3_600)
    /// Who is sent every request that was taken, as it came.
    var forwards: [ForwardSection] = []
}

/// One of `dicom.mpps.forward`: another receiver of performed procedure steps.
struct ForwardSection: Sendable, Equatable {
    var destination: DestinationID
    var aeTitle: String
    var host: String
    var port: Int
}

extension DICOMReader {
    /// `mpps: { idle, forward: [ { id, ae_title, host, port } ] }`.
    func mpps(_ value: YAMLValue) -> MPPSSection? {
        value.map { map in
            var section = MPPSSection()
            if let idle = map["idle"]?.duration(in: .seconds(60)...(.seconds(30 * 86_400))) { section.idle = idle }
            section.forwards = map["forward"].map(forwards) ?? []
            return section
        }
    }

    private func forwards(_ value: YAMLValue) -> [ForwardSection] {
        var ids: Set<String> = []
        return value.list { entry in
            entry.map { map in
                let idValue = map.require("id")
                let id = idValue.flatMap(ConfigurationReader.id)
                if let id, !ids.insert(id).inserted {
                    idValue?.mistake("'\(id)' names two receivers; ids must differ")
                }
                let title = map.require("ae_title").flatMap(aeTitle)
                let host = map.require("host").flatMap(host)
                let port = map["port"]?.integer(in: 1...65_535)
                guard let id, let title, let host else { return nil }
                return ForwardSection(destination: DestinationID(id), aeTitle: title, host: host, port: port ?? 104)
            } ?? nil
        } ?? []
    }
}
