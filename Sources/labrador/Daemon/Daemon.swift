import Console
import Core
import DICOM
import Foundation
import Glibc
import Links
import Logging
import NIOPosix
import Profiles
import ServiceLifecycle
import Store
import UnixSignals
import Upstream

/// The daemon put together: store, links, processing, delivery, console and radiology. Everything is wired here and
/// nowhere else.
struct Daemon {
    let configuration: Configuration
    private let logger = Logger(label: "labrador")

    init(configuration: Configuration) {
        self.configuration = configuration
    }

    /// Runs until SIGTERM or SIGINT, or until its terminal goes away. Any other SIGHUP reads the profiles anew.
    func run() async throws {
        let hangUp = HangUp()
        // Before anything is opened.
        let bounds = linkBounds()
        let store = try openStore()
        try warnOfOrphans(store)
        let status = LinkStatusBoard(lastMessages: try await lastMessages(store), clock: wallClock)
        let committed = Nudge()
        let lanes = try makeLanes(store)
        let nudgeLanes: @Sendable () -> Void = { for lane in lanes { lane.nudge() } }
        let downloads = OrderDownloads()
        let inbox = NudgingStore(
            base: store, committed: committed, released: nudgeLanes, ordered: { downloads.nudge() })
        let readiness = Readiness(
            waitingFor: configuration.dicom == nil ? ["links", "console"] : ["links", "console", "radiology"])

        let profiles = LiveProfiles(
            Dictionary(uniqueKeysWithValues: configuration.devices.map { ($0.id, $0.profile) }))
        let links = LinkRole(
            service: LinkService(
                devices: configuration.devices, profiles: profiles,
                orderListener: configuration.ordersHL7.map { .init(host: $0.host, port: $0.port) },
                bounds: bounds, facility: configuration.facility, journal: inbox, orders: inbox,
                deviceOrders: store, downloads: downloads, status: status,
                group: MultiThreadedEventLoopGroup.singleton, logger: logger, clock: wallClock),
            downloads: downloads, status: status, readiness: readiness, logger: logger)
        let processor = ResultProcessor(
            ledger: store, profiles: profiles, facility: configuration.facility, work: committed, recorded: nudgeLanes,
            logger: logger)
        let radiology = try configuration.dicom.map { section in
            try RadiologyService(
                section, storePath: configuration.storePath, facility: configuration.facility,
                destinations: configuration.destinations.map(\.id), readiness: readiness, logger: logger,
                onStored: nudgeLanes)
        }
        let console = ConsoleServer(
            configuration: consoleConfiguration,
            ports: ConsolePorts(
                registry: NudgingRegistry(base: store, decided: nudgeLanes), orders: inbox, devices: status,
                echo: configuration.dicom.map { ModalityEcho(section: $0) },
                worklist: configuration.dicom.map { section in
                    WorklistExplainer(
                        RadiologySettings(
                            section, storePath: configuration.storePath, facility: configuration.facility,
                            destinations: configuration.destinations.map(\.id)
                        ).configuration, store: store, now: wallClock)
                },
                metrics: DaemonMetrics(lanes: lanes, store: store, radiology: radiology?.supervisor.status)),
            logger: logger, now: wallClock,
            onReady: { [logger] address in
                logger.notice("console on \(address.url)")
                readiness.opened("console")
            })

        // Shut down in the reverse order: links first, so that nothing new comes in, the store's readers last.
        var services: [any Service] = lanes.map { LaneService(lane: $0) }
        services.append(processor)
        services.append(console)
        if let radiology { services.append(radiology) }
        services.append(links)
        let watch = ProfileWatch(
            reload: ProfileReload(
                devices: configuration.devices, folders: configuration.profileFolders, profiles: profiles),
            hangUp: hangUp, status: status,
            swapped: { [changed = processor.profilesChanged] in
                changed.set()
                committed()
            }, logger: logger)
        try await run(services, endingWith: watch)
        store.close()
        notifySystemd("STOPPING=1")
    }

    /// Room for two connections of each device, as far as the system gives descriptors. Listeners and serial ports have
    /// theirs; files, the console and the destinations need some too.
    private func linkBounds() -> LinkBounds {
        var bounds = LinkBounds()
        let devices = configuration.devices.count
        let wanted = max(bounds.connectionsInAll, 2 * devices + 512)
        let held = configuration.devices.reduce(0) { $0 + DescriptorLimit.held(by: $1.link) }
        let left = DescriptorLimit.raise(for: wanted) - held
        bounds.connectionsInAll = max(1, min(wanted, left / 4 * 3))
        if bounds.connectionsInAll < devices {
            logger.warning(
                """
                this process may have too few files open for \(devices) devices: only \(bounds.connectionsInAll) \
                connections are possible at once. Raise the limit (LimitNOFILE= in the systemd unit, or ulimit -n).
                """)
        }
        return bounds
    }

    /// - Parameter last: When it returns, the daemon ends in order.
    private func run(_ services: [any Service], endingWith last: any Service) async throws {
        let all =
            services.map { ServiceGroupConfiguration.ServiceConfiguration(service: $0) } + [
                .init(service: last, successTerminationBehavior: .gracefullyShutdownGroup)
            ]
        var group = ServiceGroupConfiguration(
            services: all, gracefulShutdownSignals: [.sigterm, .sigint], logger: quietLogger)
        group.maximumGracefulShutdownDuration = .seconds(20)
        do {
            try await ServiceGroup(configuration: group).run()
        } catch let error as LinkService.CannotOpen {
            throw CommandFailure(error.description)
        } catch let error as ConsoleStartError {
            throw CommandFailure("\(error)")
        }
    }

    /// The service group tells of every service at every step; only what goes wrong is of interest.
    private var quietLogger: Logger {
        var logger = logger
        logger.logLevel = .error
        return logger
    }

    private func lastMessages(_ store: Store) async throws -> [DeviceID: Timestamp] {
        do throws(StoreError) {
            return try await store.lastMessages()
        } catch {
            throw CommandFailure("store: \(error.sentence)")
        }
    }

    private var storeConfiguration: StoreConfiguration {
        var store = StoreConfiguration()
        store.startsWhenReceived = configuration.dicom?.startsWhenReceived ?? false
        return store
    }

    private func openStore() throws -> Store {
        do throws(StoreError) {
            return try Store.open(
                folder: URL(fileURLWithPath: configuration.storePath), facility: configuration.facility,
                destinations: configuration.destinations.map(\.id),
                forwards: (configuration.dicom?.mpps.forwards ?? []).map(\.destination),
                configuration: storeConfiguration, stations: configuration.dicom?.stations,
                downloads: configuration.devices.filter(\.hearsOfOrders).map {
                    DownloadDevice(id: $0.id, places: $0.isToldOfOrders, withdraws: $0.canWithdraw)
                },
                logger: logger, clock: wallClock,
                fatal: { error in
                    // Whatever was not acknowledged comes again; going on could acknowledge what is not on the disk.
                    printError("labrador: \(error.sentence) The process ends so that nothing more is acknowledged.")
                    _exit(74)
                })
        } catch {
            throw CommandFailure("store: \(error.sentence)")
        }
    }

    private func warnOfOrphans(_ store: Store) throws {
        do throws(StoreError) {
            for (name, count) in try store.orphanedDeliveries() {
                logger.warning(
                    """
                    \(count) deliveries wait for destination \(name), which is no longer configured: configure it again, or \
                    skip them with `labrador queue skip`.
                    """)
            }
        } catch {
            throw CommandFailure("store: \(error.sentence)")
        }
    }

    private func makeLanes(_ store: Store) throws -> [DeliveryLane] {
        let forwards = (configuration.dicom?.mpps.forwards ?? []).map { section in
            DeliveryLane(
                destination: StepForward(section, callingAETitle: configuration.dicom?.aeTitle ?? ""), queue: store,
                configuration: LaneConfiguration(concurrency: StepForward.concurrency), logger: logger,
                group: MultiThreadedEventLoopGroup.singleton, now: wallClock)
        }
        return try fhirLanes(store) + forwards
    }

    private func fhirLanes(_ store: Store) throws -> [DeliveryLane] {
        try configuration.destinations.map { section in
            let destination: FHIRDestination
            do {
                destination = try FHIRDestination(
                    id: section.id,
                    configuration: FHIRConfiguration(
                        url: section.url, tokenFile: section.tokenFile, trustedCertificates: section.trustFile,
                        concurrency: section.concurrency),
                    facility: configuration.facility, now: wallClock)
            } catch let error as DestinationError {
                throw CommandFailure("destination \(section.id): \(error)")
            }
            return DeliveryLane(
                destination: destination, queue: store,
                configuration: LaneConfiguration(concurrency: section.concurrency), logger: logger,
                group: MultiThreadedEventLoopGroup.singleton, now: wallClock)
        }
    }

    private var consoleConfiguration: ConsoleConfiguration {
        var console = ConsoleConfiguration()
        console.host = configuration.api.host
        console.port = configuration.api.port
        console.hostNames = configuration.apiHostNames
        console.socketPath = configuration.controlSocket
        console.facility = configuration.facility
        return console
    }
}

/// The wall clock, for what people read.
@Sendable func wallClock() -> Timestamp {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Timestamp(microseconds: Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1_000)
}
