import RandomStreams

/// Runs one replica under checkerboard Metropolis in a field.
///
/// A spin turns over with probability min(1, e^{−ΔH}), first on one sublattice, then on the other. It is
/// the plain method, for fields and as a check of the other methods.
///
/// Where turning over costs nothing, Metropolis always does it, and a lattice could blink forever.
/// Every fourth sweep is therefore a heat bath, which turns a spin over with probability
/// 1/(1 + e^{ΔH}). In a field each sweep ends with a proposal to turn over the whole lattice: below T_c
/// single spins hardly ever get from one sign to the other, and on a small lattice the sign against the
/// field has a weight of its own.
///
/// Source: [Metropolis53].
struct MetropolisChain: ReplicaGroup, ~Copyable {
    private let size: Int
    private let field: Double
    /// A spin turns over if a random word is below this number: one for 0...4 up neighbours of a down
    /// spin, and then of an up spin; shape [2, 5].
    private let metropolis: [UInt64]
    private let heatBath: [UInt64]
    private var spins: [UInt8]
    private var words: RandomWords
    private var sweep = 0

    /// Starts ordered: along the field, or with a random sign if there is no field.
    init(
        size: Int, coupling: Double, field: Double, seed: UInt64, role: ReplicaRole, index: Int
    ) {
        self.size = size
        self.field = field
        var metropolis: [UInt64] = []
        var heatBath: [UInt64] = []
        for up in 0...1 {
            for neighbours in 0...4 {
                let local = coupling * Double(2 * neighbours - 4) + field
                let cost = up == 1 ? 2 * local : -2 * local
                let decay = Probability.exponentialDecay(cost.magnitude)
                metropolis.append(cost <= 0 ? .max : Probability(decay).fraction)
                heatBath.append(Probability((cost <= 0 ? 1 : decay) / (1 + decay)).fraction)
            }
        }
        self.metropolis = metropolis
        self.heatBath = heatBath
        let sites = size * size
        spins =
            field == 0
            ? orderedStart(sites: sites, seed: seed, role: role, index: index)
            : Array(repeating: field > 0 ? 1 : 0, count: sites)
        words = RandomWords(seed: seed, row: index) {
            .isingUpdate(.single, role: role.rawValue, chunk: $0)
        }
    }

    mutating func advance(sweeps: Int) {
        for _ in 0..<sweeps {
            let thresholds = sweep % 4 == 3 ? heatBath : metropolis
            for sublattice in 0..<2 { update(sublattice, thresholds) }
            if field != 0 { turnAll() }
            sweep += 1
        }
    }

    /// Updates the sites of one colour.
    ///
    /// At odd sizes two of them may be neighbours; that does no harm, since they are updated in turn.
    private mutating func update(_ sublattice: Int, _ thresholds: [UInt64]) {
        let sites = size * size
        for y in 0..<size {
            let row = y * size
            let above = y == 0 ? sites - size : row - size
            let below = y == size - 1 ? 0 : row + size
            for x in stride(from: (y + sublattice) & 1, to: size, by: 2) {
                let left = x == 0 ? size - 1 : x - 1
                let right = x == size - 1 ? 0 : x + 1
                let up =
                    spins[row + left] + spins[row + right] + spins[above + x] + spins[below + x]
                let threshold = thresholds[Int(5 * spins[row + x] + up)]
                if threshold == .max || words.next() < threshold { spins[row + x] ^= 1 }
            }
        }
    }

    /// Turns over all spins with probability min(1, e^{−2h Σ s}).
    private mutating func turnAll() {
        var up = 0
        for spin in spins { up += Int(spin) }
        let cost = 2 * field * Double(2 * up - spins.count)
        let threshold =
            cost <= 0 ? .max : Probability(Probability.exponentialDecay(cost)).fraction
        guard threshold == .max || words.next() < threshold else { return }
        for site in spins.indices { spins[site] ^= 1 }
    }

    mutating func write(_ replica: Int, into bytes: inout MutableSpan<UInt8>, at offset: Int) {
        copy(spins, into: &bytes, at: offset)
    }
}
