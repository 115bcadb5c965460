/// When a supervised child process is restarted and how it is ended.
///
/// Times are measured on any clock that never goes back, counted from the same moment.
public struct SupervisionLimits: Sendable, Hashable {
    /// Wait before the second restart in a row; the first comes at once.
    ///
    /// It doubles with every further one.
    public var firstDelay: Duration = .milliseconds(250)
    /// The longest wait before a restart of a child that never became ready: something is wrong that a restart does
    /// not cure.
    public var longestDelay: Duration = .seconds(30)
    /// The longest wait before a restart of a child that had been ready, so that it is back within two seconds however
    /// often it dies.
    public var longestDelayAfterReady: Duration = .milliseconds(1_500)
    /// A child that was ready this long has recovered: the next restart comes at once again.
    public var stableAfter: Duration = .seconds(60)
    /// A child that is not ready after this is killed.
    public var readyWithin: Duration = .seconds(15)
    /// A child that serves and gives no sign of life for this long hangs, and is killed.
    public var silentFor: Duration = .seconds(15)
    /// How long a child may take to end when asked to, before it is killed.
    public var stopWithin: Duration = .seconds(5)

    /// The defaults.
    public init() {}
}

/// How a process ended.
public enum ProcessExit: Sendable, Hashable {
    /// It ended itself with this status.
    case status(Int32)
    /// A signal ended it.
    case signal(Int32)
}

/// Decides over one supervised child process: events in, actions out, in the order they are to be carried out.
public struct SupervisorMachine: Sendable, Hashable {
    /// What happened.
    public enum Event: Sendable, Hashable {
        /// Begin supervising.
        case begin
        /// The process exists.
        case spawned
        /// The process could not be made.
        case spawnFailed
        /// The child says that it serves.
        case ready
        /// The child gave a sign of life.
        case alive
        /// The child is gone.
        case exited(ProcessExit)
        /// The moment of the last `wakeAt` has come.
        case timer
        /// End the child and supervise no more.
        case stopRequested
    }

    /// What is to be done.
    public enum Action: Sendable, Hashable {
        /// Make the process; answer with `spawned` or `spawnFailed`.
        case spawn
        /// Send `timer` at this moment; it replaces an earlier one.
        case wakeAt(Duration)
        /// No `timer` is awaited any more.
        case sleep
        /// Ask the child to end.
        case terminate
        /// End the child (SIGKILL).
        case kill
        /// Tell people.
        case report(Report)
        /// Supervision is over and no child is left.
        case finished
    }

    /// Something to tell people.
    public enum Report: Sendable, Hashable {
        /// The child serves, after this many restarts in a row.
        case serving(restarts: Int)
        /// The child ended by itself and is started again after the wait.
        case died(ProcessExit, restartIn: Duration)
        /// The process could not be made and is tried again after the wait.
        case notSpawned(retryIn: Duration)
        /// The child did not become ready in time and is killed.
        case neverReady
        /// The child serves but gives no sign of life any more and is killed.
        case hangs
        /// The child did not end in time when asked to and is killed.
        case wouldNotStop
        /// The child ended as asked.
        case stopped(ProcessExit)
    }

    /// Where the child is.
    public enum State: Sendable, Hashable {
        case idle
        case spawning
        case starting
        case serving(since: Duration)
        case waiting
        /// Killed because it was never ready, or hung after it had been; its end is awaited.
        case givingUp(wasReady: Bool)
        /// Asked to end while it was being made.
        case stoppingBeforeSpawn
        case stopping
        case finished
    }

    /// The present state.
    public private(set) var state = State.idle
    /// Restarts since the child was last stable.
    public private(set) var restarts = 0
    private let limits: SupervisionLimits

    /// A machine that waits for `begin`.
    public init(_ limits: SupervisionLimits = SupervisionLimits()) { self.limits = limits }

    /// Takes an event at a moment.
    ///
    /// An event that cannot be in the present state changes nothing.
    public mutating func on(_ event: Event, at now: Duration) -> [Action] {
        switch (state, event) {
        case (.idle, .begin): return enter(.spawning, [.spawn])
        case (.idle, .stopRequested): return enter(.finished, [.finished])

        case (.spawning, .spawned): return enter(.starting, [.wakeAt(now + limits.readyWithin)])
        case (.spawning, .spawnFailed):
            let delay = nextDelay()
            return enter(.waiting, [.report(.notSpawned(retryIn: delay)), .wakeAt(now + delay)])
        case (.spawning, .stopRequested): return enter(.stoppingBeforeSpawn, [])

        case (.starting, .ready):
            return enter(
                .serving(since: now), [.wakeAt(now + limits.silentFor), .report(.serving(restarts: restarts))])
        case (.starting, .timer): return enter(.givingUp(wasReady: false), [.report(.neverReady), .kill])
        case (.starting, .exited(let exit)): return restart(after: exit, at: now, wasReady: false)
        case (.givingUp(let wasReady), .exited(let exit)): return restart(after: exit, at: now, wasReady: wasReady)

        case (.serving, .alive): return [.wakeAt(now + limits.silentFor)]
        case (.serving, .timer): return enter(.givingUp(wasReady: true), [.report(.hangs), .kill])
        case (.serving(let since), .exited(let exit)):
            if now - since >= limits.stableAfter { restarts = 0 }
            return restart(after: exit, at: now, wasReady: true)

        case (.waiting, .timer): return enter(.spawning, [.spawn])
        case (.waiting, .stopRequested): return enter(.finished, [.sleep, .finished])

        case (.starting, .stopRequested), (.serving, .stopRequested):
            return enter(.stopping, [.terminate, .wakeAt(now + limits.stopWithin)])
        case (.givingUp, .stopRequested): return enter(.stopping, [])
        case (.stoppingBeforeSpawn, .spawned):
            return enter(.stopping, [.terminate, .wakeAt(now + limits.stopWithin)])
        case (.stoppingBeforeSpawn, .spawnFailed): return enter(.finished, [.finished])
        case (.stopping, .timer): return [.report(.wouldNotStop), .kill]
        case (.stopping, .exited(let exit)): return enter(.finished, [.sleep, .report(.stopped(exit)), .finished])

        default: return []
        }
    }

    private mutating func enter(_ next: State, _ actions: [Action]) -> [Action] {
        state = next
        return actions
    }

    private mutating func restart(after exit: ProcessExit, at now: Duration, wasReady: Bool) -> [Action] {
        let next = nextDelay()
        let delay = wasReady ? min(next, limits.longestDelayAfterReady) : next
        let report = Action.report(.died(exit, restartIn: delay))
        if delay == .zero { return enter(.spawning, [.sleep, report, .spawn]) }
        return enter(.waiting, [report, .wakeAt(now + delay)])
    }

    /// Nothing for the first restart, then doubling up to the longest.
    private mutating func nextDelay() -> Duration {
        defer { restarts += 1 }
        guard restarts > 0 else { return .zero }
        var delay = limits.firstDelay
        var doublings = restarts - 1
        while doublings > 0, delay < limits.longestDelay {
            delay = delay * 2
            doublings -= 1
        }
        return min(delay, limits.longestDelay)
    }
}
