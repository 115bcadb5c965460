import Core
import Testing

@Suite struct SuspicionTests {
    private let bad = DeliveryID(1)
    private let good = DeliveryID(2)

    @Test func failingAloneProvesNothing() {
        var suspicion = Suspicion()
        for _ in 0..<20 {
            let past = suspicion.failed(bad)
            #expect(!past.othersSucceed)
            #expect(past.failures == 0)
        }
    }

    @Test func failingWhileOthersSucceedCounts() {
        var suspicion = Suspicion()
        suspicion.succeeded(good)
        var counts: [Int] = []
        for _ in 0..<4 {
            let past = suspicion.failed(bad)
            #expect(past.othersSucceed)
            counts.append(past.failures)
            suspicion.succeeded(good)
        }
        #expect(counts == [0, 1, 2, 3])
    }

    @Test func afterAnOutageTheFirstFailureProvesNothing() {
        var suspicion = Suspicion()
        suspicion.succeeded(good)
        suspicion.metOutage()
        #expect(!suspicion.failed(bad).othersSucceed)
    }

    @Test func successAndDepartureForget() {
        var suspicion = Suspicion()
        suspicion.succeeded(good)
        _ = suspicion.failed(bad)
        suspicion.succeeded(bad)
        #expect(!suspicion.failed(bad).repeated)
        suspicion.forget(bad)
        #expect(!suspicion.failed(bad).repeated)
    }

    @Test func memoryIsBounded() {
        var suspicion = Suspicion(limit: 2)
        for number in 1...5 { _ = suspicion.failed(DeliveryID(Int64(number))) }
        #expect(suspicion.failed(DeliveryID(2)).repeated)
        #expect(!suspicion.failed(DeliveryID(5)).repeated)
    }
}
