import Testing

@testable import Core

/// Read as transcripts: what happens, and what is done.
struct SupervisorMachineTests {
    private typealias Machine = SupervisorMachine

    private func run(_ machine: inout SupervisorMachine, _ steps: [(SupervisorMachine.Event, Int)])
        -> [[SupervisorMachine.Action]]
    {
        steps.map { machine.on($0.0, at: .milliseconds($0.1)) }
    }

    @Test("a child that serves and is stopped")
    func ordinaryLife() {
        var machine = Machine()
        let actions = run(
            &machine,
            [(.begin, 0), (.spawned, 1), (.ready, 200), (.stopRequested, 9_000), (.exited(.status(0)), 9_100)])
        #expect(
            actions == [
                [.spawn], [.wakeAt(.milliseconds(15_001))],
                [.wakeAt(.milliseconds(15_200)), .report(.serving(restarts: 0))],
                [.terminate, .wakeAt(.milliseconds(14_000))],
                [.sleep, .report(.stopped(.status(0))), .finished],
            ])
        #expect(machine.state == .finished)
    }

    @Test("a child that had been ready is back soon, however often it dies; one that never was waits ever longer")
    func backOff() {
        #expect(waits(ready: true) == [0, 250, 500, 1_000] + [Int](repeating: 1_500, count: 8))
        #expect(
            waits(ready: false) == [0, 250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000])
    }

    /// What is waited before each of twelve restarts, milliseconds.
    private func waits(ready: Bool) -> [Int] {
        let life: [Machine.Event] = ready ? [.spawned, .ready] : [.spawned]
        var machine = Machine()
        _ = run(&machine, ([.begin] + life).map { ($0, 0) })
        var now = 0
        var waits: [Int] = []
        for _ in 0..<12 {
            let actions = machine.on(.exited(.signal(11)), at: .milliseconds(now))
            guard let wake = actions.compactMap({ if case .wakeAt(let at) = $0 { at } else { nil } }).first else {
                #expect(actions == [.sleep, .report(.died(.signal(11), restartIn: .zero)), .spawn])
                waits.append(0)
                _ = run(&machine, life.map { ($0, now) })
                continue
            }
            let wait = Int((wake - .milliseconds(now)) / .milliseconds(1))
            waits.append(wait)
            now += wait
            #expect(machine.on(.timer, at: .milliseconds(now)) == [.spawn])
            _ = run(&machine, life.map { ($0, now) })
        }
        return waits
    }

    @Test("a child that was stable starts at once again")
    func recovered() {
        var machine = Machine()
        _ = run(
            &machine,
            [(.begin, 0), (.spawned, 0), (.ready, 0), (.exited(.signal(9)), 10), (.spawned, 11), (.ready, 12)])
        #expect(machine.restarts == 1)
        #expect(
            machine.on(.exited(.signal(9)), at: .milliseconds(60_012))
                == [.sleep, .report(.died(.signal(9), restartIn: .zero)), .spawn])
    }

    @Test("a child that never becomes ready is killed and started again")
    func neverReady() {
        var machine = Machine()
        let actions = run(&machine, [(.begin, 0), (.spawned, 0), (.timer, 15_000), (.exited(.signal(9)), 15_010)])
        #expect(actions[2] == [.report(.neverReady), .kill])
        #expect(actions[3] == [.sleep, .report(.died(.signal(9), restartIn: .zero)), .spawn])
    }

    @Test("a child that gives no sign of life is killed, and is back at once")
    func hangs() {
        var machine = Machine()
        let actions = run(
            &machine,
            [
                (.begin, 0), (.spawned, 0), (.ready, 100), (.alive, 5_000), (.timer, 20_000),
                (.exited(.signal(9)), 20_010),
            ])
        #expect(actions[3] == [.wakeAt(.seconds(20))])
        #expect(actions[4] == [.report(.hangs), .kill])
        #expect(actions[5] == [.sleep, .report(.died(.signal(9), restartIn: .zero)), .spawn])
    }

    @Test("a child that does not stop is killed")
    func wouldNotStop() {
        var machine = Machine()
        let actions = run(
            &machine,
            [
                (.begin, 0), (.spawned, 0), (.ready, 0), (.stopRequested, 100), (.timer, 5_100),
                (.exited(.signal(9)), 5_110),
            ])
        #expect(actions[4] == [.report(.wouldNotStop), .kill])
        #expect(actions[5] == [.sleep, .report(.stopped(.signal(9))), .finished])
    }

    @Test("stopping in every state leads to the end and leaves no child")
    func stopAnywhere() {
        let paths: [([Machine.Event], [Machine.Action], Machine.State)] = [
            ([], [.finished], .finished),
            ([.begin], [], .stoppingBeforeSpawn),
            ([.begin, .spawned], [.terminate, .wakeAt(.seconds(6))], .stopping),
            ([.begin, .spawned, .ready], [.terminate, .wakeAt(.seconds(6))], .stopping),
            ([.begin, .spawned, .timer], [], .stopping),
        ]
        for (events, expected, state) in paths {
            var machine = Machine()
            for event in events { _ = machine.on(event, at: .seconds(1)) }
            #expect(machine.on(.stopRequested, at: .seconds(1)) == expected, "\(events)")
            #expect(machine.state == state)
        }
        var waiting = Machine()
        for event in [Machine.Event.begin, .spawnFailed, .timer, .spawnFailed] { _ = waiting.on(event, at: .zero) }
        #expect(waiting.state == .waiting)
        #expect(waiting.on(.stopRequested, at: .zero) == [.sleep, .finished])
        var early = Machine()
        _ = run(&early, [(.begin, 0), (.stopRequested, 0)])
        #expect(early.on(.spawned, at: .zero) == [.terminate, .wakeAt(.seconds(5))])
        var failed = Machine()
        _ = run(&failed, [(.begin, 0), (.stopRequested, 0)])
        #expect(failed.on(.spawnFailed, at: .zero) == [.finished])
    }

    @Test("every other pair of state and event changes nothing")
    func illegalEvents() {
        let to: [[Machine.Event]] = [
            [], [.begin], [.begin, .spawned], [.begin, .spawned, .ready], [.begin, .spawnFailed, .timer, .spawnFailed],
            [.begin, .spawned, .timer], [.begin, .stopRequested], [.begin, .spawned, .stopRequested], [.stopRequested],
        ]
        // For each state above the events it takes.
        let legal: [[Machine.Event]] = [
            [.begin, .stopRequested], [.spawned, .spawnFailed, .stopRequested],
            [.ready, .timer, .exited(.status(1)), .stopRequested],
            [.alive, .timer, .exited(.status(1)), .stopRequested],
            [.timer, .stopRequested], [.exited(.status(1)), .stopRequested], [.spawned, .spawnFailed],
            [.timer, .exited(.status(1))], [],
        ]
        let all: [Machine.Event] = [
            .begin, .spawned, .spawnFailed, .ready, .alive, .exited(.status(1)), .timer, .stopRequested,
        ]
        for (path, legal) in zip(to, legal) {
            var machine = Machine()
            for event in path { _ = machine.on(event, at: .zero) }
            for event in all {
                var copy = machine
                let actions = copy.on(event, at: .zero)
                if legal.contains(event) {
                    #expect(copy != machine || !actions.isEmpty, "\(path) takes \(event)")
                } else {
                    #expect(copy == machine && actions.isEmpty, "\(path) ignores \(event)")
                }
            }
        }
    }
}
