import NIOCore

/// A deadline that is moved far more often than it passes: one scheduled task follows it, so that moving it costs no
/// more than storing a number. For use on one event loop.
struct LazyDeadline {
    private var deadline: NIODeadline?
    /// When the next check runs; a check that runs at another time was overtaken by an earlier one.
    private var scheduled: NIODeadline?

    /// Sets the deadline; `fire` runs once it passes unless it is moved or cleared before.
    /// - Returns: When to schedule a check, nil when one in time is on its way already.
    mutating func set(to deadline: NIODeadline) -> NIODeadline? {
        self.deadline = deadline
        if let scheduled, scheduled <= deadline { return nil }
        scheduled = deadline
        return deadline
    }

    /// Nothing is due any more.
    mutating func clear() { deadline = nil }

    enum Check: Equatable { case fire, again(NIODeadline), nothing }

    /// What a scheduled check finds.
    mutating func check(now: NIODeadline) -> Check {
        guard let scheduled, scheduled <= now else { return .nothing }
        self.scheduled = nil
        guard let deadline else { return .nothing }
        if deadline <= now {
            self.deadline = nil
            return .fire
        }
        self.scheduled = deadline
        return .again(deadline)
    }
}
