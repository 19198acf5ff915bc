import RandomStreams

/// Makes a lattice of half the size, in which each spin is the majority of a 2×2 block.
///
/// A tie gets a random sign.
///
/// Source: [Swendsen79].
public struct MajorityBlocks: Sendable {
    private let seed: UInt64

    public init(seed: UInt64) { self.seed = seed }

    /// Returns the coarse lattice of a configuration.
    ///
    /// The signs at ties follow from the numbers of the configuration and of the blocking alone, so that
    /// every rank blocks a configuration in the same way.
    ///
    /// - Parameters:
    ///   - spins: Bytes 0/1, shape [size, size], where `size` is even.
    ///   - configuration: The number of the configuration in the data set, below 2³².
    ///   - step: The number of the blocking, from 0.
    /// - Returns: Bytes 0/1, shape [size/2, size/2].
    public func coarsen(_ spins: [UInt8], size: Int, configuration: Int, step: Int) -> [UInt8] {
        precondition(
            size >= 2 && size % 2 == 0 && spins.count == size * size,
            "\(spins.count) spins in blocks of a lattice of size \(size)")
        let half = size / 2
        var signs = [UInt32](repeating: 0, count: (half * half + 31) / 32)
        var span = signs.mutableSpan
        RandomStream(seed: seed, .blockTies(blocking: step)).fill(&span, row: configuration)
        var coarse = [UInt8](repeating: 0, count: half * half)
        for y in 0..<half {
            for x in 0..<half {
                let corner = 2 * y * size + 2 * x
                let up =
                    spins[corner] + spins[corner + 1] + spins[corner + size]
                    + spins[corner + size + 1]
                let block = y * half + x
                let sign = UInt8(truncatingIfNeeded: signs[block / 32] >> UInt32(block % 32)) & 1
                coarse[block] = up == 2 ? sign : (up > 2 ? 1 : 0)
            }
        }
        return coarse
    }
}
