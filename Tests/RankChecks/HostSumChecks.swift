import Foundation
import RandomStreams
import Ranks

/// Integers of a rank, of at most so many bits and a sign.
private func numbers(_ count: Int, bits: UInt32, rank: Int, draw: Int) -> [Int32] {
    let stream = RandomStream(seed: 7, .binarization(draw: draw))
    return (0..<count).map {
        Int32(bitPattern: stream.word(row: rank, unit: $0)) >> Int32(31 - bits)
    }
}

/// Sums a range through the memory of the host, beside the plain sum.
///
/// - Returns: The bytes that this rank has stored.
private func compare(
    _ values: [Int32], _ range: Range<Int>, _ world: borrowing Communicator
) throws -> Int {
    var (plain, shared) = (values, values)
    try world.sum(&plain, range)
    let before = world.exchange.bytes
    try world.sumNarrowly(&shared, range)
    let bytes = world.exchange.bytes - before
    let wrong = values.indices.first { plain[$0] != shared[$0] }
    try expect(
        wrong == nil,
        "rank \(world.rank), \(range) of \(values.count): value \(wrong ?? 0) is "
            + "\(shared[wrong ?? 0]), not \(plain[wrong ?? 0])")
    return bytes
}

/// Sums ranges of all lengths and magnitudes on one host.
func checkHostSums(_ world: borrowing Communicator) throws {
    // The values of a piece where 16 bits hold them, and where they do not.
    let (piece, widePiece) = (1 << 19, 1 << 18)
    let lengths = [
        0, 1, 3, 15, 17, 4095, 4096, 4097, widePiece, widePiece + 1, piece - 1, piece, piece + 1,
        2 * piece + 1000,
    ]
    for (draw, length) in lengths.enumerated() {
        for (bits, first) in [(UInt32(9), 0), (15, 3), (16, 1), (31, 5)] {
            let values = numbers(length + 9, bits: bits, rank: world.rank, draw: draw)
            let bytes = try compare(values, first..<first + length, world)
            guard bits == 9, world.size > 1 else { continue }
            // Of more than three ranks each stores the sums of its share, too.
            let share =
                world.size <= 3
                ? 0 : length <= piece ? world.share(of: length).count : nil
            guard let share else { continue }
            try expect(bytes == 2 * (length + share), "\(bytes) bytes of \(length) values")
        }
    }
    // What fits in 16 bits just so, on every rank, and what does not, on one: at the start of a
    // range, at its end, and where no whole vector is left.
    for length in [5, 1000, 4096, widePiece + 3] {
        for place in [0, length / 2, length - 1] {
            for (value, fits) in [
                (Int32(32767), true), (-32768, true), (32768, false), (-32769, false),
                (.max, false), (.min, false),
            ] {
                for everywhere in [true, false] {
                    var values = numbers(length, bits: 15, rank: world.rank, draw: place)
                    if everywhere || world.rank == world.size - 1 { values[place] = value }
                    let bytes = try compare(values, 0..<length, world)
                    // Too many for 32 bits are stored again, in two parts.
                    guard (2...3).contains(world.size), length <= widePiece else { continue }
                    let isNarrow = fits || (!everywhere && world.rank < world.size - 1)
                    try expect(bytes == length * (isNarrow ? 2 : 4), "\(bytes) of \(length)")
                }
            }
        }
    }
}

/// Sums values of 16 bits on one host, whose sums fit these: MPI's may saturate.
func checkShortHostSums(_ world: borrowing Communicator) throws {
    for (draw, length) in [0, 1, 7, 8, 9, 4097, 1 << 19, (1 << 20) + 11].enumerated() {
        let own = numbers(length + 9, bits: 12, rank: world.rank, draw: draw)
            .map { Int16(truncatingIfNeeded: $0) }
        let range = 5..<5 + length
        var (plain, shared) = (own, own)
        try world.sum(&plain, range)
        try world.sumNarrowly(&shared, range)
        try expect(plain == shared, "rank \(world.rank): \(length) short values")
    }
}

/// Sums again and again, now one rank being late and now another.
func checkConsecutiveHostSums(_ world: borrowing Communicator) throws {
    func value(_ rank: Int, _ sum: Int, _ i: Int) -> Int32 {
        Int32(truncatingIfNeeded: (rank + 3) &* (sum &* 31 &+ i) % 9973) << (sum % 5 == 4 ? 9 : 1)
    }
    for sum in 0..<1000 {
        let length = [1, 40, 700, 3, 5000][sum % 5] + sum % 7
        var values = (0..<length).map { value(world.rank, sum, $0) }
        if sum % 11 == world.rank { usleep(200) }
        try world.sumNarrowly(&values, 0..<length)
        for i in values.indices {
            let right = (0..<world.size).reduce(Int32(0)) { $0 &+ value($1, sum, i) }
            try expect(
                values[i] == right,
                "rank \(world.rank), sum \(sum), value \(i): \(values[i]), not \(right)")
        }
    }
}

/// Lets this process make no file of more than a few bytes, and so no shared memory.
func refuseSharedMemory() {
    var limit = rlimit(rlim_cur: 1000, rlim_max: 1 << 40)
    #if canImport(Glibc)
        let code = unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
    #else
        let code = unsafe setrlimit(RLIMIT_FSIZE, &limit)
    #endif
    precondition(code == 0, "setrlimit")
}

/// Looks for shared memory that a later process could still open.
func checkForgottenMemory(_ world: borrowing Communicator) throws {
    func present() throws -> Set<String> {
        #if os(Linux)
            let names = try FileManager.default.contentsOfDirectory(atPath: "/dev/shm")
        #else
            let names: [String] = []
        #endif
        return Set(names.filter { $0.hasPrefix("wilson-") })
    }
    let before = try present()
    try world.barrier()
    var values = [Int32](repeating: 1, count: 100)
    let bytes = world.exchange.bytes
    try world.sumNarrowly(&values, 0..<100)
    try expect(world.exchange.bytes == bytes + 200, "memory is not shared")
    // Of other programs, or of other tests, some may have come.
    let maps = (try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8)) ?? ""
    let left = try present().subtracting(before).filter { maps.contains("\($0)\n") }
    try expect(left.isEmpty, "left: \(left)")
}

/// Adds up ranges and brings bytes together, of several lengths, beside the plain sum.
func checkRanges(_ world: borrowing Communicator) throws {
    // More than the room of a round, for one rank alone and for all together.
    for (draw, unit) in [0, 1, 77, 4096, 400_000, 1 << 20].enumerated() {
        // Ranks have unequal shares, and the last one none.
        var start = 0
        let ranges = (0..<world.size).map { rank in
            let count = rank == world.size - 1 ? 0 : unit * (rank + 1) / world.size
            defer { start += count }
            return start..<(start + count)
        }
        for bits in [UInt32(9), 20] {
            let values = numbers(start, bits: bits, rank: world.rank, draw: draw)
            var (plain, ranged) = (values, values)
            try world.sum(&plain, 0..<start)
            try world.sumRanges(&ranged, ranges)
            let own = ranges[world.rank]
            try expect(ranged[own] == plain[own], "rank \(world.rank): other sums of \(own)")
            // Some ranks write 16 bits where they are read, beside others whose numbers have as many or
            // more.
            let isNarrow = world.rank % 2 == draw % 2
            var mixed = isNarrow ? values.map { Int32(Int16(truncatingIfNeeded: $0)) } : values
            var sums = mixed
            try world.sum(&sums, 0..<start)
            if isNarrow {
                let numbers = mixed
                mixed = Array(repeating: -7, count: start)
                try world.sumRanges(&mixed, ranges) { room in
                    for i in room.indices { room[i] = Int16(numbers[i]) }
                }
            } else {
                try world.sumRanges(&mixed, ranges)
            }
            try expect(mixed[own] == sums[own], "rank \(world.rank): other mixed sums of \(own)")
        }
        func byte(_ i: Int) -> UInt8 { UInt8(truncatingIfNeeded: i &* 31 + i >> 8) }
        var bytes = [UInt8](repeating: 0, count: start)
        for i in ranges[world.rank] { bytes[i] = byte(i) }
        try world.bringTogether(&bytes, ranges)
        try expect(
            bytes.indices.allSatisfy { bytes[$0] == byte($0) }, "rank \(world.rank): other bytes")
    }
}
