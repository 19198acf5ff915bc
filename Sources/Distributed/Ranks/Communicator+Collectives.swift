import CMPI

/// A number that ranks can add up.
public protocol Summable: BitwiseCopyable {
    static var mpiType: SummableType { get }
}

/// The kinds of numbers that MPI adds up here.
public enum SummableType: Sendable { case uint8, int16, int32, int64, float, double }

extension UInt8: Summable { public static var mpiType: SummableType { .uint8 } }
extension Int16: Summable { public static var mpiType: SummableType { .int16 } }
extension Int32: Summable { public static var mpiType: SummableType { .int32 } }
extension Int64: Summable { public static var mpiType: SummableType { .int64 } }
extension Float: Summable { public static var mpiType: SummableType { .float } }
extension Double: Summable { public static var mpiType: SummableType { .double } }

extension SummableType {
    fileprivate var raw: CMPIType {
        switch self {
        case .uint8: CMPI_UINT8
        case .int16: CMPI_INT16
        case .int32: CMPI_INT32
        case .int64: CMPI_INT64
        case .float: CMPI_FLOAT
        case .double: CMPI_DOUBLE
        }
    }
}

/// The bytes in one message of a large collective.
///
/// A single call with 64 MB takes three to four times as long as its pieces, because Open MPI maps
/// a new temporary buffer for it. Pieces also keep counts far below 2³¹.
let pieceBytes = 1 << 20

extension Communicator {
    /// The most bytes that `gather` brings together: MPI counts them in a C int.
    public static var mostGatheredBytes: Int { Int(Int32.max) }

    /// Collective.
    ///
    /// Replaces values on every rank by their elementwise sums over all ranks.
    ///
    /// - Precondition: `values` is equally long on all ranks.
    public borrowing func sum<Number: Summable>(_ values: inout [Number]) throws(MPIError) {
        try sum(&values, 0..<values.count)
    }

    /// Collective.
    ///
    /// Replaces a range of values on every rank by their elementwise sums over all ranks.
    ///
    /// - Precondition: `range` is the same on all ranks.
    public borrowing func sum<Number: Summable>(
        _ values: inout [Number], _ range: Range<Int>
    ) throws(MPIError) {
        guard size > 1, !range.isEmpty else { return }
        let start = ContinuousClock.now
        try sumPieces(&values, range)
        exchange.waited(since: start)
    }

    /// Collective.
    ///
    /// Sums a range of values in pieces, as `sum` does, but does not measure the time.
    borrowing func sumPieces<Number: Summable>(
        _ values: inout [Number], _ range: Range<Int>
    ) throws(MPIError) {
        let piece = pieceBytes / MemoryLayout<Number>.stride
        let handle = handle
        unsafe try values.withUnsafeMutableBufferPointer { buffer throws(MPIError) in
            var first = range.lowerBound
            while first < range.upperBound {
                let count = min(piece, range.upperBound - first)
                unsafe try check(
                    cmpi_sum(
                        handle, buffer.baseAddress! + first, Int32(count), Number.mpiType.raw))
                first += count
            }
        }
        exchange.sent(bytes: range.count * MemoryLayout<Number>.stride)
    }

    /// Collective.
    ///
    /// Returns the smallest of the values that the ranks give, one each.
    public borrowing func minimum(_ value: Int64) throws(MPIError) -> Int64 {
        var result = [value]
        try minimum(&result)
        return result[0]
    }

    /// Collective.
    ///
    /// Replaces values on every rank by their elementwise minima over all ranks.
    ///
    /// - Precondition: `values` is equally long on all ranks.
    public borrowing func minimum(_ values: inout [Int64]) throws(MPIError) {
        guard size > 1, !values.isEmpty else { return }
        unsafe try check(cmpi_min(handle, &values, Int32(values.count)))
    }

    /// Collective.
    ///
    /// The smallest and the largest of one value of each rank.
    ///
    /// - Precondition: No value is the smallest integer, which has no negative.
    public borrowing func extent(of value: Int64) throws(MPIError) -> ClosedRange<Int64> {
        // The largest is minus the smallest of all −value.
        var ends = [value, -value]
        try minimum(&ends)
        return ends[0]...(-ends[1])
    }

    /// Collective.
    ///
    /// Returns the bytes of the rank `root` on every rank.
    ///
    /// - Parameter bytes: The bytes to send on the root; other ranks may give any bytes, which are
    ///   ignored.
    public borrowing func broadcast(_ bytes: [UInt8], from root: Int = 0) throws(MPIError)
        -> [UInt8]
    {
        guard size > 1 else { return bytes }
        var count = Int64(bytes.count)
        let handle = handle
        unsafe try check(cmpi_broadcast(handle, &count, 8, Int32(root)))
        var result = rank == root ? bytes : [UInt8](repeating: 0, count: Int(count))
        unsafe try result.withUnsafeMutableBufferPointer { buffer throws(MPIError) in
            var first = 0
            while first < buffer.count {
                let piece = min(pieceBytes, buffer.count - first)
                unsafe try check(
                    cmpi_broadcast(handle, buffer.baseAddress! + first, Int32(piece), Int32(root)))
                first += piece
            }
        }
        return result
    }

    /// Collective.
    ///
    /// Returns the text of the rank `root` on every rank.
    public borrowing func broadcast(_ text: String, from root: Int = 0) throws(MPIError) -> String {
        String(decoding: try broadcast(Array(text.utf8), from: root), as: UTF8.self)
    }

    /// Collective.
    ///
    /// Returns the bytes of all ranks on rank 0, in the order of ranks, and nil on the others.
    ///
    /// - Precondition: Together they are at most `mostGatheredBytes`.
    public borrowing func gather(_ bytes: [UInt8]) throws(MPIError) -> [[UInt8]]? {
        guard size > 1 else { return [bytes] }
        var counts = [Int32](repeating: 0, count: size)
        var own = [Int64](repeating: 0, count: size)
        own[rank] = Int64(bytes.count)
        try sum(&own)
        for (i, count) in own.enumerated() { counts[i] = Int32(count) }
        var starts = [Int32](repeating: 0, count: size)
        for i in 1..<size { starts[i] = starts[i - 1] + counts[i - 1] }
        var all = [UInt8](repeating: 0, count: rank == 0 ? Int(own.reduce(0, +)) : 0)
        unsafe try check(
            cmpi_gather(handle, bytes, Int32(bytes.count), &all, counts, starts))
        guard rank == 0 else { return nil }
        return (0..<size).map { Array(all[Int(starts[$0])..<Int(starts[$0] + counts[$0])]) }
    }
}
