import ArgumentParser
import Core
import DICOM
import Foundation
import Logging
import ServiceLifecycle
import Store

/// The hidden command behind the radiology process; only `serve` starts it.
struct RadiologyRole: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: RadiologyHandOver.command, abstract: "The radiology process of `serve`.", shouldDisplay: false)

    func run() async throws {
        let settings: RadiologySettings
        do throws(RadiologyProcessError) {
            try RadiologyChild.tieToParent()
            settings = try HandedFile.read(RadiologySettings.self, from: RadiologyHandOver.settings)
            try RadiologyChild.boundMemory(bytes: settings.configuration.limits.processMemoryBytes)
        } catch {
            throw CommandFailure("\(error)")
        }
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = .notice
            return handler
        }
        let logger = Logger(label: "labrador.radiology")
        let folder = URL(fileURLWithPath: settings.storePath)
        let limits = settings.configuration.limits
        try await runRadiologyChild(
            configuration: settings.configuration,
            source: try WorklistReader.open(folder: folder, atOnce: limits.maxAssociations),
            queries: try WorklistQueries.open(folder: folder),
            steps: try ProcedureStepService.open(settings, logger: logger), logger: logger)
    }
}

extension DICOMSection {
    /// What a modality may see.
    func caller(_ modality: ModalitySection) -> WorklistCaller {
        WorklistCaller(
            aeTitle: modality.aeTitle, modality: modality.modality, location: modality.location,
            scope: modality.worklist.scope ?? worklist.scope ?? .ownAE)
    }
}

/// Opens the DICOM port and keeps the radiology process running behind it.
struct RadiologyService: Service {
    let supervisor: RadiologySupervisor
    let readiness: Readiness

    /// Opens the port; throws a sentence when it cannot be.
    ///
    /// `onStored` runs when a modality's step was stored that destinations wait for.
    init(
        _ section: DICOMSection, storePath: String, facility: Facility, destinations: [DestinationID],
        readiness: Readiness, logger: Logger, onStored: @escaping @Sendable () -> Void
    ) throws {
        do throws(RadiologyProcessError) {
            let listener = try RadiologyListener(
                key: "dicom.listen", host: section.listen.host, port: section.listen.port)
            logger.notice("radiology \(section.aeTitle) on port \(listener.port)")
            let tlsListener: RadiologyListener?
            if let tls = section.tls {
                let opened = try RadiologyListener(
                    key: "dicom.tls.listen", host: tls.listen.host, port: tls.listen.port)
                logger.notice("radiology \(section.aeTitle) over TLS on port \(opened.port)")
                tlsListener = opened
            } else {
                tlsListener = nil
            }
            supervisor = RadiologySupervisor(
                listener: listener, tlsListener: tlsListener,
                settings: try HandedFile.make(
                    RadiologySettings(
                        section, storePath: storePath, facility: facility, destinations: destinations)),
                logger: logger, onStored: onStored)
        } catch {
            throw CommandFailure("dicom: \(error.description)")
        }
        self.readiness = readiness
    }

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            try await supervisor.run { readiness.opened("radiology") }
        }
    }
}
