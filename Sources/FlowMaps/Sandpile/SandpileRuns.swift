import RandomStreams

/// Independent sandpiles whose grains fall at random sites.
///
/// A pile's grains depend only on the seed and the pile's number, so that ranks share out the piles
/// and add up their sums.
public struct SandpileRuns: Sendable {
    public let size: Int
    public let piles: Int
    /// The grains on each pile.
    public let grains: Int
    private let seed: UInt64

    /// - Parameter grains: The grains in all; rounded up to as many on each pile.
    /// - Precondition: `size` is in `Sandpile.sizes`, and `grains` is from 1 to 2⁴⁰.
    public init(size: Int, grains: Int, seed: UInt64) {
        precondition(grains >= 1 && grains <= 1 << 40, "\(grains) grains")
        self.size = size
        self.seed = seed
        piles = min(64, grains)
        self.grains = (grains + piles - 1) / piles
    }

    /// Returns sums of zero.
    ///
    /// The law of sizes is fitted from 10 to a tenth of the sites, where neither the lattice nor the
    /// rim shows most.
    public var sums: AvalancheSums {
        AvalancheSums(piles: piles, fitted: 10...max(20, size * size / 10))
    }

    /// Lets all grains of some piles fall, and adds what they set off.
    ///
    /// - Parameter report: Is called after each part of a pile with the share of the grains that fell.
    public func run(
        _ share: Range<Int>, into sums: inout AvalancheSums, report: (Double) -> Void = { _ in }
    ) {
        let part = max(1, min(grains, max(size * size / 4, 1000)))
        for pile in share {
            var sandpile = Sandpile(
                size: size, heights: RecurrentState.draw(size: size, seed: seed, pile: pile))
            var sites = WordSequence(seed: seed, .sandpile(.grains), row: pile)
            for grain in 0..<grains {
                sums.add(sandpile.add(at: sites.next(below: size * size)), pile: pile)
                guard (grain + 1) % part == 0 || grain + 1 == grains else { continue }
                sums.addHeights(of: sandpile, pile: pile)
                report(
                    (Double(pile - share.lowerBound) + Double(grain + 1) / Double(grains))
                        / Double(share.count))
            }
        }
    }
}
