import Core
import DICOM
import Foundation
import Glibc

/// One radiology process as its parent sees it.
final class RadiologyProcess {
    let processID: pid_t
    /// A byte when it serves, end of file when it is gone.
    let status: Int32
    /// Closing it asks the process to end.
    private var lifeline: Int32

    /// Starts this same executable with `arguments`.
    ///
    /// The process gets the descriptors of `RadiologyHandOver`, standard error, and nothing else that is open
    /// here.
    init(
        arguments: [String], listeningSocket: Int32, tlsSocket: Int32?, settings: Int32
    ) throws(RadiologyProcessError) {
        let environment = RadiologyHandOver.environment
        do throws(HelperProcess.SystemError) {
            let life = try HelperProcess.pipe()
            defer { close(life.read) }
            let told: (read: Int32, write: Int32)
            do throws(HelperProcess.SystemError) {
                told = try HelperProcess.pipe()
            } catch {
                close(life.write)
                throw error
            }
            defer { close(told.write) }
            do throws(HelperProcess.SystemError) {
                // In the order of the numbers in `RadiologyHandOver`.
                processID = try HelperProcess.spawn(
                    arguments: ["labrador"] + arguments, environment: environment,
                    descriptors: [listeningSocket, life.read, told.write, settings] + [tlsSocket].compactMap(\.self))
            } catch {
                close(life.write)
                close(told.read)
                throw error
            }
            (status, lifeline) = (told.read, life.write)
        } catch {
            throw RadiologyProcessError("the process cannot be started", code: error.code)
        }
    }

    /// Waits for its end, closes what belongs to it and says how it ended.
    ///
    /// It is killed if it closed its status pipe without ending.
    func reap() -> ProcessExit {
        var result: Int32 = 0
        var tries = 0
        while true {
            let found = waitpid(processID, &result, tries < 20 ? WNOHANG : 0)
            if found == processID { break }
            if found < 0, errno != EINTR {
                // Somebody else has waited for it; how it ended is not known.
                result = 0
                break
            }
            tries += 1
            if tries == 20 { kill(processID, SIGKILL) }
            if tries < 20 { usleep(50_000) }
        }
        close(status)
        requestEnd()
        let signal = result & 0x7F
        return signal == 0 ? .status((result >> 8) & 0xFF) : .signal(signal)
    }

    /// Asks it to end.
    ///
    /// Not by a signal, which the process shares with the daemon (see `RadiologyChild.tieToParent`).
    func requestEnd() {
        if lifeline >= 0 { close(lifeline) }
        lifeline = -1
    }

    /// Ends it.
    func end() { kill(processID, SIGKILL) }
}
