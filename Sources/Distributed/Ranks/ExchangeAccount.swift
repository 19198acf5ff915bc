/// What a rank has spent on the sums of a communicator.
public final class ExchangeAccount {
    /// The seconds of exchange, including the waiting for other ranks.
    public private(set) var seconds = 0.0

    /// The bytes that this rank gave into sums, as messages or by storing them in the memory that
    /// it shares with ranks of its host.
    public private(set) var bytes = 0

    /// Whether the system refused memory that ranks of one host would have shared for their sums.
    public internal(set) var lacksSharedMemory = false

    public func waited(since start: ContinuousClock.Instant) {
        seconds += (ContinuousClock.now - start) / .seconds(1)
    }

    public func sent(bytes count: Int) { bytes += count }

    /// Returns the bytes counted so far, and starts again from 0.
    public func takeBytes() -> Int {
        defer { bytes = 0 }
        return bytes
    }
}
