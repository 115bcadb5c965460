import Testing

@testable import Store

@Suite("Pressure of devices")
struct PressureTests {
    private let start = ContinuousClock.now

    @Test("many jobs within a window are pressure; it ends after two quiet windows")
    func high() {
        var pressure = Pressure(jobs: 20, window: .milliseconds(20))
        #expect(!pressure.isHigh(at: start))
        pressure.note(19, at: start)
        #expect(!pressure.isHigh(at: start))
        pressure.note(1, at: start + .milliseconds(5))
        #expect(pressure.isHigh(at: start + .milliseconds(39)))
        #expect(!pressure.isHigh(at: start + .milliseconds(40)))
    }

    @Test("the last full window counts until the current one is over")
    func previous() {
        var pressure = Pressure(jobs: 20, window: .milliseconds(20))
        pressure.note(20, at: start)
        pressure.note(1, at: start + .milliseconds(25))
        #expect(pressure.isHigh(at: start + .milliseconds(30)))
        pressure.note(1, at: start + .milliseconds(50))
        #expect(!pressure.isHigh(at: start + .milliseconds(50)))
    }

    @Test("a hospital's ordinary traffic is none")
    func ordinary() {
        var pressure = Pressure(jobs: 20, window: .milliseconds(20))
        for job in 0..<1_000 {
            let now = start + .milliseconds(2 * job)
            pressure.note(1, at: now)
            #expect(!pressure.isHigh(at: now))
        }
    }
}
