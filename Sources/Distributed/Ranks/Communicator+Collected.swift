extension Communicator {
    /// Collective.
    ///
    /// Numbers of which each rank computes its contiguous share, together on all ranks.
    public func collect(
        _ total: Int, _ compute: (Range<Int>) throws -> [Double]
    ) throws -> [Double] {
        try collect(total, share: share(of: total), compute)
    }

    /// Collective.
    ///
    /// Numbers of which each rank computes a share of its own choice; shares do not overlap.
    public func collect(
        _ total: Int, share: Range<Int>, _ compute: (Range<Int>) throws -> [Double]
    ) throws -> [Double] {
        // Every number is one rank's plus zeros.
        var all = [Double](repeating: 0, count: total)
        all.replaceSubrange(share, with: try together { try compute(share) })
        try sum(&all)
        return all
    }
}
