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
        let source = try WorklistReader.open(folder: URL(fileURLWithPath: settings.storePath))
        try await runRadiologyChild(configuration: settings.configuration, source: source, logger: logger)
    }
}

extension DICOMSection {
    /// What a modality may see.
    func caller(_ modality: ModalitySection) -> WorklistCaller {
        WorklistCaller(
            aeTitle: modality.aeTitle, modality: modality.modality,
            scope: WorklistScope(rawValue: modality.scope ?? scope) ?? .ownAE)
    }
}

/// Opens the DICOM port and keeps the radiology process running behind it.
struct RadiologyService: Service {
    let supervisor: RadiologySupervisor
    let readiness: Readiness

    /// Opens the port; throws a sentence when it cannot be.
    init(_ section: DICOMSection, storePath: String, readiness: Readiness, logger: Logger) throws {
        do throws(RadiologyProcessError) {
            let listener = try RadiologyListener(host: section.listen.host, port: section.listen.port)
            logger.notice("radiology \(section.aeTitle) on port \(listener.port)")
            supervisor = RadiologySupervisor(
                listener: listener, settings: try HandedFile.make(RadiologySettings(section, storePath: storePath)),
                logger: logger)
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
