import NIOCore
import Testing

@testable import Links

@Suite("Who may connect")
struct AdmissionTests {
    @Test("an empty list admits any address, a list only its own")
    func allowList() throws {
        let allow = [try #require(AddressRange("10.0.0.21"))]
        #expect(admit(address: "10.0.0.9", allow: [], open: 0, bounds: LinkBounds()) == .admitted)
        #expect(admit(address: "10.0.0.21", allow: allow, open: 0, bounds: LinkBounds()) == .admitted)
        for address in ["10.0.0.9", nil] {
            guard case .refused = admit(address: address, allow: allow, open: 0, bounds: LinkBounds()) else {
                Issue.record("\(address ?? "nil") was admitted")
                continue
            }
        }
    }

    @Test("one connection too many is closed")
    func bound() {
        var bounds = LinkBounds()
        bounds.connectionsPerListener = 2
        #expect(admit(address: nil, allow: [], open: 1, bounds: bounds) == .admitted)
        #expect(admit(address: nil, allow: [], open: 2, bounds: bounds) != .admitted)
    }
}

@Suite("A deadline that moves")
struct LazyDeadlineTests {
    @Test("one check is under way however often the deadline moves")
    func oneCheck() {
        var deadline = LazyDeadline()
        #expect(deadline.set(to: .uptimeNanoseconds(10)) == .uptimeNanoseconds(10))
        #expect(deadline.set(to: .uptimeNanoseconds(20)) == nil)
        #expect(deadline.check(now: .uptimeNanoseconds(10)) == .again(.uptimeNanoseconds(20)))
        #expect(deadline.check(now: .uptimeNanoseconds(20)) == .fire)
        #expect(deadline.set(to: .uptimeNanoseconds(30)) == .uptimeNanoseconds(30))
    }

    @Test("a cleared deadline does not fire")
    func cleared() {
        var deadline = LazyDeadline()
        _ = deadline.set(to: .uptimeNanoseconds(10))
        deadline.clear()
        #expect(deadline.check(now: .uptimeNanoseconds(11)) == .nothing)
    }
}
