import CMPI

/// A group of ranks that exchange messages.
///
/// All ranks call a method marked "Collective", in the same order and with arguments of the same
/// shape. A communicator is not `Sendable`, because one thread at a time may call MPI. It is the
/// main thread, except while a `BackgroundSum` runs.
public struct Communicator: ~Copyable {
    let handle: CMPIComm
    private let isWorld: Bool

    /// This process's number, in `0..<size`.
    public let rank: Int

    /// The number of processes in the group.
    public let size: Int

    /// The time and the bytes that sums of this communicator took.
    ///
    /// It is a class, because a borrowed communicator counts too.
    public let exchange: ExchangeAccount

    /// Room for pieces of sums in fewer bytes.
    let wire = WireBuffer()

    /// The memory that the ranks share if all are on one host.
    let lazyHostMemory = LazyHostMemory()

    private init(
        _ handle: CMPIComm, isWorld: Bool, exchange: ExchangeAccount = ExchangeAccount()
    ) throws(MPIError) {
        var rank: Int32 = 0
        var size: Int32 = 0
        unsafe try check(cmpi_rank(handle, &rank))
        unsafe try check(cmpi_size(handle, &size))
        self.handle = handle
        self.isWorld = isWorld
        self.exchange = exchange
        self.rank = Int(rank)
        self.size = Int(size)
    }

    deinit {
        if !isWorld { _ = cmpi_free(handle) }
    }

    static func world() throws(MPIError) -> Communicator {
        try Communicator(cmpi_world(), isWorld: true)
    }

    /// Collective.
    ///
    /// Returns the group of the ranks that share this rank's host.
    public borrowing func splitByHost() throws(MPIError) -> Communicator {
        var part = CMPIComm()
        unsafe try check(cmpi_split_by_host(handle, &part))
        return try Communicator(part, isWorld: false)
    }

    /// Collective.
    ///
    /// Returns the group of the ranks that give the same number, in their order here.
    ///
    /// The time and the bytes of its sums count for this group too: both have one account.
    public borrowing func split(by number: Int) throws(MPIError) -> Communicator {
        var part = CMPIComm()
        unsafe try check(cmpi_split(handle, Int32(number), Int32(rank), &part))
        return try Communicator(part, isWorld: false, exchange: exchange)
    }

    /// Collective.
    ///
    /// Returns whether all ranks share a host.
    public borrowing func isOnOneHost() throws(MPIError) -> Bool {
        let host = try splitByHost()
        return host.size == size
    }

    /// Collective.
    ///
    /// Returns a group of the same ranks, with an account of its own.
    public borrowing func duplicate() throws(MPIError) -> Communicator {
        var copy = CMPIComm()
        unsafe try check(cmpi_duplicate(handle, &copy))
        return try Communicator(copy, isWorld: false)
    }

    /// Collective.
    ///
    /// Returns when every rank has called it.
    public borrowing func barrier() throws(MPIError) { try check(cmpi_barrier(handle)) }

    /// Local.
    ///
    /// Lets MPI go on with messages that are under way, and other programs have the core if they wait.
    borrowing func letMessagesPass() throws(MPIError) {
        try check(cmpi_let_messages_pass(handle))
    }

    /// Local.
    ///
    /// Returns the name of this host.
    public borrowing func hostName() -> String {
        unsafe text { unsafe cmpi_host_name($0, $1) }
    }

    /// Local.
    ///
    /// Returns this rank's contiguous share of `0..<total`, which may be empty.
    public borrowing func share(of total: Int) -> Range<Int> {
        Ranks.share(of: total, rank: rank, size: size)
    }
}

/// Returns the contiguous share of one of `size` ranks in `0..<total`.
///
/// The first `total % size` ranks have one element more than the others; shares may be empty.
public func share(of total: Int, rank: Int, size: Int) -> Range<Int> {
    precondition(
        total >= 0 && rank >= 0 && rank < size, "share of \(total): rank \(rank) of \(size)")
    let (quotient, remainder) = total.quotientAndRemainder(dividingBy: size)
    let start = rank * quotient + min(rank, remainder)
    return start..<(start + quotient + (rank < remainder ? 1 : 0))
}
