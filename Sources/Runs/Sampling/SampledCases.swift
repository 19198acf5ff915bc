import RBMCore
public import Reports

/// What `wilson sample` says of the file of cases that it wrote.
public struct SampledCases: Report, Sendable {
    public let cases: Int
    public let output: String
    public let sweeps: Int
    /// nil without tempering.
    public let tempering: TemperingReport?
    /// nil unless it was asked for.
    public let mixing: MixingReport?
    /// Where the chains started, and which units were held.
    @NotEncoded var origin: String

    /// How the swaps of tempered chains went.
    public struct TemperingReport: Encodable, Sendable {
        public let levels: Int
        /// The mean over the pairs of neighbours of the share of accepted swaps.
        public let swapAcceptance: Double
        /// States that came to the top from the bottom, over all chains.
        public let roundTrips: Int

        init(_ tally: SwapTally) {
            levels = tally.acceptance.count + 1
            swapAcceptance = tally.shares.reduce(0, +) / Double(max(1, tally.shares.count))
            roundTrips = tally.roundTrips
        }
    }

    public var table: Table {
        var table = Table("\(cases) cases after \(sweeps) sweeps \(origin): \(output)")
        if let tempering {
            table.line(
                "tempered on \(tempering.levels) levels: "
                    + "\(decimal(tempering.swapAcceptance * 100, 0)) % of the swaps accepted, "
                    + "\(decimal(Double(tempering.roundTrips) / Double(cases), 1)) round trips a case"
            )
        }
        mixing?.add(to: &table)
        return table
    }
}
