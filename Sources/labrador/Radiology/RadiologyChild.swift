import Core
import DICOM
import Foundation
import Glibc
import Logging

/// The radiology process: the DICOM listener, alone with its library.
enum RadiologyChild {
    /// Ties this process to the daemon that started it.
    ///
    /// The hidden command calls it first of all, before it reads the configuration or opens the store.
    static func tieToParent() throws(RadiologyProcessError) {
        guard let text = ProcessInfo.processInfo.environment[RadiologyHandOver.parentVariable],
            let parent = Int32(text)
        else {
            throw RadiologyProcessError("this command is for `labrador serve`, which starts it itself; run that")
        }
        guard HelperProcess.endTogether(with: parent) else {
            throw RadiologyProcessError("the daemon (process \(parent)) that started this one is gone")
        }
        // A terminal or a service manager sends these to the daemon and its children alike, and the daemon decides.
        for held in [SIGPIPE, SIGTERM, SIGINT, SIGHUP] { signal(held, SIG_IGN) }
    }

    /// Bounds what peers can make this process allocate.
    static func boundMemory(bytes: Int) throws(RadiologyProcessError) {
        do throws(HelperProcess.SystemError) {
            try HelperProcess.boundMemory(bytes: bytes)
        } catch {
            throw RadiologyProcessError("memory cannot be bounded", code: error.code)
        }
    }

    /// Serves until the daemon asks for the end or is gone.
    ///
    /// Blocks its thread.
    static func run(
        configuration: RadiologyConfiguration, source: any WorklistSource, queries: any WorklistQueryLog,
        steps: PerformedSteps, logger: Logger
    ) throws {
        let tlsSocket = configuration.tls.map { _ in RadiologyHandOver.tlsSocket }
        guard isListening(RadiologyHandOver.listeningSocket), tlsSocket.map(isListening) ?? true else {
            throw RadiologyProcessError("no listening socket was handed over; run `labrador serve`")
        }
        let server = RadiologyServer(
            configuration: configuration, source: source, steps: steps, queries: queries, logger: logger,
            now: wallClock)
        try server.start(listeningSocket: RadiologyHandOver.listeningSocket, tlsSocket: tlsSocket)
        var ready = RadiologyHandOver.ready
        guard write(RadiologyHandOver.status, &ready, 1) == 1 else {
            server.stop()
            throw RadiologyProcessError("the daemon does not listen", code: errno)
        }
        let signs = Thread { giveSigns(of: server, configuration.tls.map { CertificateWatch($0, logger: logger) }) }
        signs.name = "radiology signs"
        signs.start()
        waitForEnd()
        logger.debug("the radiology process stops")
        server.stop()
    }

    /// Says for as long as the process lives that peers can be let in.
    private static func giveSigns(of server: RadiologyServer, _ certificate: CertificateWatch?) {
        var last = server.turns
        while true {
            certificate?.look(server)
            sleep(RadiologyHandOver.secondsBetweenSigns)
            let turns = server.turns
            // One more port is served from now on.
            if turns.count != last.count {
                last = turns
                continue
            }
            // Of each port: one that hangs must not hide behind the other.
            guard zip(turns, last).allSatisfy({ $0 != $1 }) else { continue }
            last = turns
            var sign = RadiologyHandOver.alive
            _ = write(RadiologyHandOver.status, &sign, 1)
        }
    }

    private static func isListening(_ socket: Int32) -> Bool {
        var listening: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(socket, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0 && listening != 0
    }

    /// Returns when the daemon has closed its end of the lifeline, to ask for the end or by ending itself.
    private static func waitForEnd() {
        var lifeline = pollfd(fd: RadiologyHandOver.lifeline, events: Int16(POLLIN), revents: 0)
        while poll(&lifeline, 1, -1) < 0, errno == EINTR {}
    }
}

/// What the hidden command calls after it has read the configuration and opened the store; see `RadiologyChild`.
func runRadiologyChild(
    configuration: RadiologyConfiguration, source: any WorklistSource, queries: any WorklistQueryLog,
    steps: PerformedSteps, logger: Logger
) async throws {
    try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
        // It blocks, so it gets a thread outside Swift's pool.
        let thread = Thread {
            done.resume(
                with: Result {
                    try RadiologyChild.run(
                        configuration: configuration, source: source, queries: queries, steps: steps, logger: logger)
                })
        }
        thread.name = "radiology"
        thread.start()
    }
}
