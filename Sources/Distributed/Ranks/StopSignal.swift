import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The signals by which people and batch systems ask a program to stop.
///
/// The first one is noted, for the program to stop in order. A second one ends the process at once, as
/// if nobody listened.
public enum StopSignal {
    private static let names: [(number: Int32, name: String)] = [
        (SIGTERM, "SIGTERM"), (SIGINT, "SIGINT"), (SIGHUP, "SIGHUP"), (SIGUSR1, "SIGUSR1"),
    ]

    /// Begins to listen.
    ///
    /// A signal that this process was told to ignore, as by nohup, stays ignored. One that whoever
    /// started it had blocked is let through.
    public static func listen() {
        // Made before a signal can come: a handler must not be the first to use it.
        noted.store(0, ordering: .relaxed)
        var all = sigset_t()
        unsafe sigemptyset(&all)
        for (number, _) in names {
            if isIgnored(signal(number, note)) { signal(number, SIG_IGN) }
            unsafe sigaddset(&all, number)
        }
        unsafe pthread_sigmask(SIG_UNBLOCK, &all, nil)
    }

    /// Whether a handler is the one that ignores, which C compares by address.
    private static func isIgnored(_ handler: sighandler_t?) -> Bool {
        unsafe unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    /// The name of the signal that came; nil while none has.
    public static var received: String? {
        let number = noted.load(ordering: .relaxed)
        return number == 0 ? nil : names.first { $0.number == number }?.name
    }
}

/// The number of the first signal; 0 before it.
private let noted = Atomic<Int32>(0)

/// Notes a signal; does only what is allowed at any moment of a program.
private func note(_ number: Int32) {
    let isFirst = noted.compareExchange(expected: 0, desired: number, ordering: .relaxed).exchanged
    guard !isFirst else { return }
    signal(number, SIG_DFL)
    raise(number)
}
