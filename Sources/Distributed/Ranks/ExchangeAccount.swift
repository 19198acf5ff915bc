/// What a rank has spent on the sums of a communicator.
public final class ExchangeAccount {
    /// Seconds of exchange, and of waiting for others.
    public private(set) var seconds = 0.0

    /// Bytes that this rank has given into sums: as messages, or stored in the memory that it shares
    /// with the others of its host.
    public private(set) var bytes = 0

    func waited(since start: ContinuousClock.Instant) {
        seconds += (ContinuousClock.now - start) / .seconds(1)
    }

    func sent(bytes count: Int) { bytes += count }

    /// The bytes, which from now on count elsewhere.
    func takeBytes() -> Int {
        defer { bytes = 0 }
        return bytes
    }
}
