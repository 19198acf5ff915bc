extension Communicator {
    /// Collective.
    ///
    /// Computes numbers in contiguous shares, one for each rank, and returns all of them on every
    /// rank.
    public func collect(
        _ total: Int, _ compute: (Range<Int>) throws -> [Double]
    ) throws -> [Double] {
        try collect(total, share: share(of: total), compute)
    }

    /// Collective.
    ///
    /// Brings together numbers of which each rank has computed some, and returns all of them on
    /// every rank. No two ranks compute the same number.
    public func collect(
        _ total: Int, share: Range<Int>, _ compute: (Range<Int>) throws -> [Double]
    ) throws -> [Double] {
        // All other ranks contribute zero to a number.
        var all = [Double](repeating: 0, count: total)
        all.replaceSubrange(share, with: try together { try compute(share) })
        try sum(&all)
        return all
    }
}
