import NIOCore
import Testing

@testable import Links

private func at(_ seconds: Int64) -> NIODeadline { .uptimeNanoseconds(UInt64(seconds) * 1_000_000_000) }

@Suite("A deadline that one scheduled task follows")
struct LazyDeadlineTests {
    @Test("moving it later schedules nothing more")
    func later() {
        var deadline = LazyDeadline()
        #expect(deadline.set(to: at(10)) == at(10))
        #expect(deadline.set(to: at(20)) == nil)
        #expect(deadline.check(now: at(10)) == .again(at(20)))
        #expect(deadline.check(now: at(20)) == .fire)
        #expect(deadline.check(now: at(21)) == .nothing)
    }

    @Test("moving it earlier schedules a check in time; the one it overtook finds nothing")
    func earlier() {
        var deadline = LazyDeadline()
        #expect(deadline.set(to: at(30)) == at(30))
        #expect(deadline.set(to: at(5)) == at(5))
        #expect(deadline.check(now: at(5)) == .fire)
        #expect(deadline.set(to: at(40)) == at(40))
        #expect(deadline.check(now: at(30)) == .nothing)
        #expect(deadline.check(now: at(40)) == .fire)
    }

    @Test("a cleared one does not fire, and can be set again")
    func cleared() {
        var deadline = LazyDeadline()
        #expect(deadline.set(to: at(10)) == at(10))
        deadline.clear()
        #expect(deadline.set(to: at(15)) == nil)
        deadline.clear()
        #expect(deadline.check(now: at(10)) == .nothing)
        #expect(deadline.set(to: at(12)) == at(12))
        #expect(deadline.check(now: at(12)) == .fire)
    }
}
