public import Analysis
import RealModule

/// Sums over avalanches of independent piles, as integers: the same on any number of ranks.
public struct AvalancheSums: Sendable {
    /// The piles, which are the blocks of the jackknife.
    public let piles: Int
    /// The sizes whose law is fitted.
    public let fitted: ClosedRange<Int>
    /// Shape [piles, column].
    public private(set) var values: [Int64]

    /// One fixed-point unit of ln s.
    private static let logUnit = Double(1 << 20)

    /// The columns.
    private enum Column: Int, CaseIterable {
        case grains, topplings, squares, area, duration, fitted, logs
        case sites, height0, height1, height2, height3
    }

    /// Sizes from 2ⁿ to below 2ⁿ⁺¹ fall into the same bin.
    public static let bins = 40

    private static var columns: Int { Column.allCases.count + bins }

    public init(piles: Int, fitted: ClosedRange<Int>) {
        self.piles = piles
        self.fitted = fitted
        values = Array(repeating: 0, count: piles * Self.columns)
    }

    /// Adds what a grain on a pile set off.
    mutating func add(_ avalanche: Sandpile.Avalanche, pile: Int) {
        let first = pile * Self.columns
        let size = avalanche.topplings
        func place(_ column: Column) -> Int { first + column.rawValue }
        values[place(.grains)] += 1
        guard size > 0 else { return }
        values[place(.topplings)] += Int64(size)
        values[place(.squares)] += Int64(size) * Int64(size)
        values[place(.area)] += Int64(avalanche.area)
        values[place(.duration)] += Int64(avalanche.duration)
        values[first + Column.allCases.count + Self.bin(of: size)] += 1
        guard fitted.contains(size) else { return }
        values[place(.fitted)] += 1
        values[place(.logs)] += Int64((Double.log(Double(size)) * Self.logUnit).rounded())
    }

    /// Adds the heights of the sites farther than L/4 from the rim.
    mutating func addHeights(of sandpile: Sandpile, pile: Int) {
        let first = pile * Self.columns
        let size = sandpile.size
        let state = sandpile.state
        let inner = (size / 4)..<(size - size / 4)
        for row in inner {
            for column in inner {
                values[first + Column.sites.rawValue] += 1
                values[first + Column.height0.rawValue + state[row * size + column]] += 1
            }
        }
    }

    private static func bin(of size: Int) -> Int {
        min(bins - 1, Int.bitWidth - 1 - size.leadingZeroBitCount)
    }

    /// Takes the sums over the piles of all ranks.
    public mutating func replace(values: [Int64]) {
        precondition(values.count == self.values.count)
        self.values = values
    }

    /// All topplings.
    public var topplings: Int64 {
        stride(from: Column.topplings.rawValue, to: values.count, by: Self.columns)
            .reduce(0) { $0 + values[$1] }
    }

    // MARK: Estimates

    /// ⟨s⟩, topplings a grain.
    public var meanTopplings: Estimate { ratio(.topplings, .grains) }
    /// ⟨s²⟩.
    public var meanSquare: Estimate { ratio(.squares, .grains) }
    /// Sites a grain makes topple.
    public var meanArea: Estimate { ratio(.area, .grains) }
    /// Waves a grain sets off.
    public var meanDuration: Estimate { ratio(.duration, .grains) }

    /// The shares of sites with 0, 1, 2 and 3 grains.
    public var heights: [Estimate] {
        [.height0, .height1, .height2, .height3].map { ratio($0, .sites) }
    }

    /// The exponent τ of p(s) ∝ s^(−τ) on the fitted sizes by maximum likelihood; NaN without
    /// avalanches of such sizes.
    public var exponent: Estimate {
        let law = TruncatedPowerLaw(fitted)
        let (count, logs) = (Column.fitted.rawValue, Column.logs.rawValue)
        return Jackknife.estimate(values, columns: Self.columns) {
            law.exponent(meanLog: $0[logs] / $0[count] / Self.logUnit)
        }
    }

    /// The share of avalanches in each bin that is not empty, with the first size of the bin.
    public var distribution: [(size: Int, share: Estimate)] {
        let shares = Jackknife.estimates(values, columns: Self.columns) { sums in
            let bins = sums[Column.allCases.count...]
            let all = bins.reduce(0, +)
            return bins.map { all > 0 ? $0 / all : 0 }
        }
        return shares.enumerated().filter { $1.value != 0 }.map { (1 << $0, $1) }
    }

    private func ratio(_ above: Column, _ below: Column) -> Estimate {
        Jackknife.estimate(values, columns: Self.columns) {
            $0[above.rawValue] / $0[below.rawValue]
        }
    }
}
