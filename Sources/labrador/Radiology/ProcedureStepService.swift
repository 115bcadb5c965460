import Core
import DICOM
import Foundation
import Glibc
import Logging
import Store

/// What the radiology process is told of performed procedure steps.
struct ProcedureStepSettings: Codable, Equatable {
    var facility: Facility
    /// Who is told of each step.
    var destinations: [DestinationID]
    /// Who is sent each request as it came.
    var forwards: [DestinationID]
    /// A step in progress of which nothing was heard for so long counts as discontinued, seconds.
    var idleSeconds: Int64
}

/// Performed procedure steps in the radiology process.
enum ProcedureStepService {
    /// Between two looks for steps that nobody ends, seconds.
    static let secondsBetweenLooks: UInt32 = 60
    /// What the associations under way get to be answered after the storage failed, seconds.
    static let lastAnswers: UInt32 = 1

    /// Opens the store's book of steps and begins to look for those that nobody ends.
    static func open(_ settings: RadiologySettings, logger: Logger) throws -> PerformedSteps {
        let told = settings.steps
        let book: ProcedureStepBook
        do throws(StoreError) {
            book = try ProcedureStepBook.open(
                folder: URL(fileURLWithPath: settings.storePath), facility: told.facility,
                destinations: told.destinations, forwards: told.forwards, clock: wallClock,
                fatal: { error in
                    logger.critical("\(error.sentence) The radiology process ends and is started anew.")
                    // Those who wait are told that nothing was stored; then nothing more is answered.
                    Thread {
                        sleep(lastAnswers)
                        _exit(74)
                    }.start()
                })
        } catch {
            throw CommandFailure("store: \(error.sentence)")
        }
        let looks = Thread { lookForIdle(book, idle: .seconds(told.idleSeconds), logger) }
        looks.name = "radiology idle steps"
        looks.start()
        return PerformedSteps(ledger: book, now: wallClock, taken: tellDaemon)
    }

    /// The lanes of the destinations are the daemon's.
    @Sendable private static func tellDaemon() {
        var byte = RadiologyHandOver.stored
        _ = write(RadiologyHandOver.status, &byte, 1)
    }

    private static func lookForIdle(_ book: ProcedureStepBook, idle: Duration, _ logger: Logger) {
        while true {
            do throws(StoreError) {
                let count = try book.giveUpSteps(idleFor: idle)
                if count > 0 {
                    logger.warning(
                        "\(count) performed steps count as discontinued: nothing was heard of them for \(idle)")
                    tellDaemon()
                }
            } catch {
                logger.error("steps that nobody ends cannot be looked for: \(error.sentence)")
            }
            sleep(secondsBetweenLooks)
        }
    }
}
