import CHostMemory
import CMPI

/// Memory that all ranks of a group share on one host.
///
/// Each rank has a segment; it alone stores into the segment, and all ranks read it.
///
/// The memory is used in rounds: every rank stores, says so in its segment, waits until all others
/// have, and reads. Segments are double-buffered. A rank overwrites a round's half only two rounds
/// later, and by then every reader of the half has stored for the round between. So ranks wait for each
/// other once a round.
///
/// They wait by looking at the segments, which takes less time than a barrier of MPI.
@safe final class HostMemory {
    /// The bytes of a round in a segment.
    static let room = pieceBytes

    /// Up to this many bytes of a round stay in the caches, where the other ranks find them.
    ///
    /// More of them would drive out what the ranks compute with.
    private static let cached = 256 << 10

    /// How the values of a round are stored.
    private enum Form: UInt32 {
        /// Nothing is stored: the values need 32 bits, and there is no room for them.
        case none
        case narrow, wide
    }

    private static let headerBytes = 4096
    private static let segmentBytes = headerBytes + 2 * room

    private let region: SharedRegion
    private let rank: Int
    private let size: Int
    /// The number of this round.
    private var round: UInt32 = 0
    /// How each rank has stored this round.
    private var forms: [Form]

    /// Which half of the segments this round uses: 0 or 1.
    private var half: Int { Int(round & 1) }

    private init(_ region: SharedRegion, rank: Int, size: Int) {
        self.region = region
        self.rank = rank
        self.size = size
        forms = Array(repeating: .none, count: size)
    }

    /// Collective.
    ///
    /// Takes the memory. Returns nil on all ranks if the system refuses it to one of them.
    static func take(_ world: borrowing Communicator) throws(MPIError) -> HostMemory? {
        let bytes = segmentBytes * world.size
        let own = world.rank == 0 ? SharedRegion(creating: bytes) : nil
        let token = try world.broadcast("\(own?.token ?? 0)")
        let region = own ?? UInt64(token).flatMap { SharedRegion(opening: $0, bytes) }
        let isTaken = region?.take(world.rank * segmentBytes, segmentBytes) ?? false
        let isEverywhere = try world.minimum(isTaken ? 1 : 0) == 1
        // Every rank that can open the memory has opened it by now, so that nobody needs its name.
        own?.forget()
        guard isEverywhere, let region else { return nil }
        return HostMemory(region, rank: world.rank, size: world.size)
    }

    private func header(of rank: Int) -> UnsafeMutableRawPointer {
        // The headers of the two halves lie in different cache lines.
        unsafe region.start + rank * Self.segmentBytes + half * 64
    }

    private func values(of rank: Int) -> UnsafeMutableRawPointer {
        unsafe region.start + rank * Self.segmentBytes + Self.headerBytes + half * Self.room
    }

    /// Collective.
    ///
    /// Says that this rank's values are stored, and returns when all ranks have stored theirs.
    private func meet(_ form: Form, _ world: borrowing Communicator) throws(MPIError) {
        unsafe host_memory_arrive(header(of: rank), round, form.rawValue)
        for other in 0..<size {
            var code = unsafe host_memory_await(header(of: other), round)
            if code < 0 {
                cmpi_begin_sharing()
                defer { cmpi_end_sharing() }
                while code < 0 {
                    // The other rank may wait for a message that MPI sends while this rank calls it.
                    try world.letMessagesPass()
                    code = unsafe host_memory_await(header(of: other), round)
                }
            }
            guard let form = Form(rawValue: UInt32(code)) else {
                preconditionFailure("rank \(other) has stored in the form \(code)")
            }
            forms[other] = form
        }
    }

    /// Collective.
    ///
    /// Begins a round with values of this rank. They are stored in 16 bits if all of them fit,
    /// otherwise in 32.
    ///
    /// - Precondition: The values have room in 16 bits.
    /// - Parameter unread: Those that no other rank reads, and that need not be stored.
    /// - Returns: The bytes that were stored, and whether the values of every rank found room.
    func exchange<Value: HostValue>(
        _ own: Span<Value>, unread: Range<Int> = 0..<0, _ world: borrowing Communicator
    ) throws(MPIError) -> (bytes: Int, isComplete: Bool) {
        precondition(own.count * 2 <= Self.room, "\(own.count) values")
        round &+= 1
        let form = store(own, unread: unread)
        try meet(form, world)
        let width = form == .none ? 0 : form == .narrow ? 2 : 4
        return ((own.count - unread.count) * width, forms.allSatisfy { $0 != .none })
    }

    /// Local.
    ///
    /// Begins a round with values of 16 bits that are written where the others read them.
    ///
    /// `meetWithNarrow` must follow.
    ///
    /// - Precondition: The values have room.
    func begin(_ count: Int, _ write: (inout MutableSpan<Int16>) -> Void) {
        precondition(count * 2 <= Self.room, "\(count) values")
        round &+= 1
        let place = unsafe values(of: rank).assumingMemoryBound(to: Int16.self)
        let room = unsafe UnsafeMutableBufferPointer(start: place, count: count)
        var span = unsafe MutableSpan(_unsafeElements: room)
        write(&span)
    }

    /// Collective.
    ///
    /// Returns whether the values of every rank found room in the round that `begin` has begun.
    func meetWithNarrow(_ world: borrowing Communicator) throws(MPIError) -> Bool {
        try meet(.narrow, world)
        return forms.allSatisfy { $0 != .none }
    }

    /// Collective.
    ///
    /// Copies the bytes of each rank, which lie in its range, to all ranks, in a round.
    ///
    /// - Precondition: The bytes of each rank have room.
    func bringTogether(
        _ bytes: inout [UInt8], _ ranges: [Range<Int>], _ world: borrowing Communicator
    ) throws(MPIError) {
        round &+= 1
        let own = ranges[rank]
        precondition(own.count <= Self.room, "\(own.count) bytes")
        let place = unsafe values(of: rank)
        unsafe bytes.withUnsafeBytes {
            unsafe place.copyMemory(from: $0.baseAddress! + own.lowerBound, byteCount: own.count)
        }
        try meet(.narrow, world)
        unsafe bytes.withUnsafeMutableBytes { bytes in
            for other in 0..<size where other != rank {
                let part = ranges[other]
                unsafe (bytes.baseAddress! + part.lowerBound).copyMemory(
                    from: values(of: other), byteCount: part.count)
            }
        }
    }

    private func store<Value: HostValue>(_ own: Span<Value>, unread: Range<Int>) -> Form {
        let place = unsafe values(of: rank)
        let parts = [0..<unread.lowerBound, unread.upperBound..<own.count]
        let pastCaches = own.count * 2 > Self.cached
        return unsafe own.withUnsafeBufferPointer { own in
            guard let first = own.baseAddress else { return .narrow }
            let narrow = unsafe place.assumingMemoryBound(to: Int16.self)
            let isNarrow = parts.allSatisfy {
                unsafe Value.storeNarrow(
                    first + $0.lowerBound, $0.count, narrow + $0.lowerBound, pastCaches: pastCaches)
            }
            if isNarrow { return .narrow }
            guard own.count * 4 <= Self.room else { return .none }
            let wide = unsafe place.assumingMemoryBound(to: Int32.self)
            for part in parts {
                unsafe Value.storeWide(
                    first + part.lowerBound, part.count, wide + part.lowerBound,
                    pastCaches: pastCaches)
            }
            return .wide
        }
    }

    /// Local.
    ///
    /// Adds the values that a rank has stored in this round to sums, beginning with its value
    /// number `first`.
    func add<Value: HostValue>(
        from rank: Int, at first: Int, to sums: inout MutableSpan<Value>
    ) {
        switch forms[rank] {
        case .none: preconditionFailure("rank \(rank) has stored nothing")
        case .narrow:
            let place = unsafe values(of: rank).assumingMemoryBound(to: Int16.self) + first
            let stored = unsafe Span(_unsafeStart: place, count: sums.count)
            for i in sums.indices { sums[i] &+= Value(truncatingIfNeeded: stored[i]) }
        case .wide:
            let place = unsafe values(of: rank).assumingMemoryBound(to: Int32.self) + first
            let stored = unsafe Span(_unsafeStart: place, count: sums.count)
            for i in sums.indices { sums[i] &+= Value(truncatingIfNeeded: stored[i]) }
        }
    }

    /// Local.
    ///
    /// Copies values that a rank has stored in this round, beginning with its value number `first`.
    func copy<Value: HostValue>(
        from rank: Int, at first: Int, to values: inout MutableSpan<Value>
    ) {
        switch forms[rank] {
        case .none: preconditionFailure("rank \(rank) has stored nothing")
        case .narrow:
            let place = unsafe self.values(of: rank).assumingMemoryBound(to: Int16.self) + first
            let stored = unsafe Span(_unsafeStart: place, count: values.count)
            for i in values.indices { values[i] = Value(truncatingIfNeeded: stored[i]) }
        case .wide:
            let place = unsafe self.values(of: rank).assumingMemoryBound(to: Int32.self) + first
            let stored = unsafe Span(_unsafeStart: place, count: values.count)
            for i in values.indices { values[i] = Value(truncatingIfNeeded: stored[i]) }
        }
    }
}

/// The shared memory of a group, taken at the first sum that needs it.
final class LazyHostMemory {
    enum State {
        case open
        case taken(HostMemory?)
    }
    var state = State.open
}

extension Communicator {
    /// Collective.
    ///
    /// Returns the memory that all ranks share, and takes it at the first call; nil if they share
    /// none.
    borrowing func hostMemory() throws(MPIError) -> HostMemory? {
        if case .taken(let memory) = lazyHostMemory.state { return memory }
        let isOnOneHost = try isOnOneHost()
        let memory = try isOnOneHost ? HostMemory.take(self) : nil
        if isOnOneHost, memory == nil { exchange.lacksSharedMemory = true }
        lazyHostMemory.state = .taken(memory)
        return memory
    }

    /// Collective.
    ///
    /// Takes the memory that ranks of one host share for their sums before the first of these.
    ///
    /// `exchange.lacksSharedMemory` says afterwards whether the system refused it.
    public borrowing func takeSharedMemory() throws(MPIError) {
        if size > 1 { _ = try hostMemory() }
    }
}
