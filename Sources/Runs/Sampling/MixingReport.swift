import Analysis
public import Reports
import RBMCore

/// How far chains from noise and chains from data are apart, for `wilson sample --check-mixing`.
///
/// Energies are free energies of the top machine's visible states, in nats.
public struct MixingReport: Encodable, Sendable {
    /// Chains of each start.
    public let chains: Int
    public let sweeps: Int
    public let freeEnergyNoise: Double
    public let freeEnergyNoiseError: Double
    public let freeEnergyData: Double
    public let freeEnergyDataError: Double
    /// The difference of the two mean free energies in its standard errors.
    public let freeEnergyDeviation: Double
    /// The mean over units of the squared difference of their two means, in squared standard errors; 1 is
    /// expected of chains that have mixed.
    public let unitMeansDeviation: Double
    /// In sweeps; nil where the chains are too short to tell.
    @OrNull public private(set) var autocorrelationTimeNoise: Double?
    @OrNull public private(set) var autocorrelationTimeData: Double?
    /// Of spins: the mean of |m|, and the share of chains with more units up than down.
    public let absMagnetizationNoise: Double?
    public let absMagnetizationData: Double?
    public let shareUpNoise: Double?
    public let shareUpData: Double?
    /// Whether neither difference is beyond three standard errors, and both times are known.
    public let mixed: Bool

    /// Whether neither difference is beyond three standard errors.
    private var agrees: Bool {
        freeEnergyDeviation <= Self.mostErrors
            && unitMeansDeviation <= Self.mostErrors * Self.mostErrors
    }

    /// The most standard errors that chance is taken for.
    private static let mostErrors = 3.0

    init(
        noise: StartMeasures, data: StartMeasures, chains: Int, sweeps: Int, areSpins: Bool
    ) {
        self.chains = chains
        self.sweeps = sweeps
        let (first, second) = (noise.meanEnergy, data.meanEnergy)
        freeEnergyNoise = first.value
        freeEnergyNoiseError = first.error
        freeEnergyData = second.value
        freeEnergyDataError = second.error
        let error = (first.error * first.error + second.error * second.error).squareRoot()
        let difference = (first.value - second.value).magnitude
        freeEnergyDeviation = difference == 0 ? 0 : difference / error
        unitMeansDeviation = Self.deviation(noise.values, data.values, chains: chains)
        let times = [noise.autocorrelationTime, data.autocorrelationTime]
        _autocorrelationTimeNoise = OrNull(wrappedValue: times[0])
        _autocorrelationTimeData = OrNull(wrappedValue: times[1])
        absMagnetizationNoise = areSpins ? noise.absoluteMean.value : nil
        absMagnetizationData = areSpins ? data.absoluteMean.value : nil
        shareUpNoise = areSpins ? noise.shareUp : nil
        shareUpData = areSpins ? data.shareUp : nil
        mixed =
            freeEnergyDeviation <= Self.mostErrors
            && unitMeansDeviation <= Self.mostErrors * Self.mostErrors
            && !times.contains(nil)
    }

    /// The mean over units of (difference of the means)²/(its variance), with the variance of all chains
    /// together: that of chains of one distribution.
    ///
    /// Units that never change tell nothing, and are left out.
    static func deviation(_ a: ColumnSums, _ b: ColumnSums, chains: Int) -> Double {
        let count = Double(chains)
        var (sum, units) = (0.0, 0.0)
        for i in a.values.indices {
            let (first, second) = (a.values[i].value / count, b.values[i].value / count)
            let mean = (first + second) / 2
            let variance = (a.squares[i].value + b.squares[i].value) / (2 * count) - mean * mean
            // What rounding leaves of a constant is far below the least variance of bits.
            guard variance > 1e-9 else { continue }
            sum += (first - second) * (first - second) / (variance * 2 / count)
            units += 1
        }
        return units == 0 ? 0 : sum / units
    }

    /// Adds lines for people.
    func add(to table: inout Table) {
        func time(_ value: Double?) -> String {
            value.map { decimal($0, 1) } ?? "more than \(sweeps / 12)"
        }
        table.line()
        table.line("\(chains) chains from noise beside \(chains) from data, after \(sweeps) sweeps")
        table.columns("", "from noise", "from data", "apart by")
        table.row(
            "mean free energy, nats", estimateText(freeEnergyNoise, freeEnergyNoiseError, 2),
            estimateText(freeEnergyData, freeEnergyDataError, 2),
            "\(decimal(freeEnergyDeviation, 1)) errors")
        table.row(
            "means of the units", "", "",
            "\(decimal(unitMeansDeviation.squareRoot(), 1)) errors")
        if let absMagnetizationNoise, let absMagnetizationData, let shareUpNoise, let shareUpData {
            table.row(
                "|magnetization|", decimal(absMagnetizationNoise, 4),
                decimal(absMagnetizationData, 4))
            table.row("chains up", decimal(shareUpNoise, 2), decimal(shareUpData, 2))
        }
        table.row(
            "autocorrelation time, sweeps", time(autocorrelationTimeNoise),
            time(autocorrelationTimeData))
        table.line(
            mixed
                ? "the starts agree: nothing shows that the chains remember them"
                : agrees
                    ? "the starts agree, but chains this short do not tell how long they remember; take "
                        + "more --sweeps"
                    : "the chains remember their start; take more --sweeps, or --tempering")
    }
}
