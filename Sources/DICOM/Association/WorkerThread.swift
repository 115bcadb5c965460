import Glibc

/// A thread with a stack of a given size.
///
/// DCMTK's blocking calls run on these and never on Swift's cooperative pool, whose few threads belong to everybody.
final class WorkerThread: Sendable {
    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    private let thread: pthread_t

    /// Starts it; nil when the system gives no thread.
    init?(stackBytes: Int, _ run: @escaping @Sendable () -> Void) {
        var attributes = pthread_attr_t()
        guard pthread_attr_init(&attributes) == 0 else { return nil }
        defer { pthread_attr_destroy(&attributes) }
        guard pthread_attr_setstacksize(&attributes, stackBytes) == 0 else { return nil }
        let body = Unmanaged.passRetained(Body(run))
        var thread = pthread_t()
        let made = pthread_create(
            &thread, &attributes,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, body.toOpaque())
        guard made == 0 else {
            body.release()
            return nil
        }
        self.thread = thread
    }

    /// Waits for its end.
    ///
    /// To be called once.
    func join() { pthread_join(thread, nil) }
}
