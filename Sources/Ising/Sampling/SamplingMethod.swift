/// How configurations are drawn; the raw values are the names on the command line.
public enum SamplingMethod: String, Sendable, CaseIterable {
    /// Runs checkerboard Metropolis on 64 replicas at once, one in each bit of a word.
    case multispin
    /// Runs checkerboard Metropolis on one replica, also in a field.
    case metropolis
    /// Gives every cluster of the lattice a random sign [SwendsenWang87].
    case swendsenWang = "swendsen-wang"
    /// Turns over the cluster of a random site, again and again [Wolff89].
    case wolff

    /// The coupling below which Metropolis accepts almost every flip, so that the lattice blinks.
    static let multispinMinimum = 0.01
    /// The coupling below which clusters are single spins, and the magnetization keeps its parity.
    static let wolffMinimum = 0.05

    /// How many replicas advance together.
    var replicasPerGroup: Int { self == .multispin ? 64 : 1 }

    /// Returns the method for a lattice: local updates on small lattices and away from the critical
    /// coupling, and clusters elsewhere.
    ///
    /// Local updates take about ℓ² sweeps to decorrelate, where ℓ is the smaller of the correlation
    /// length ξ and the size. But a local sweep is about 20 times cheaper than a sweep of clusters, so
    /// that local updates win up to ξ = 12 or L = 24. Below T_c they need a lattice whose two signs are
    /// not separated by a barrier (L < ξ), or do not mix within a configuration (L ≥ 8 ξ). Between these
    /// sizes they cross the barrier too seldom to be measured.
    public static func recommended(size: Int, coupling: Double) -> SamplingMethod {
        let strength = abs(coupling)
        guard size % 2 == 0, strength >= 0.1 else { return .swendsenWang }
        let inverse = inverseLength(coupling: strength)
        guard size <= 24 || abs(inverse) >= 1.0 / 12 else { return .swendsenWang }
        let barrier = Double(size) * inverse
        return barrier < 1 || barrier >= 8 ? .multispin : .swendsenWang
    }

    /// Refuses a lattice that the method cannot sample.
    func check(size: Int, coupling: Double, field: Double = 0) throws(IsingError) {
        let strength = abs(coupling)
        guard field == 0 || self == .metropolis else {
            throw .method(self, reason: "it samples without a field; use metropolis")
        }
        switch self {
        case .multispin where size % 2 != 0:
            throw .method(
                self, reason: "a torus of odd size \(size) has no checkerboard; use swendsen-wang")
        case .multispin where strength < Self.multispinMinimum:
            throw .method(
                self,
                reason: """
                    below a coupling of \(Self.multispinMinimum) nearly every flip is accepted and \
                    nothing decorrelates; use swendsen-wang
                    """)
        case .wolff where strength < Self.wolffMinimum:
            throw .method(
                self,
                reason: """
                    below a coupling of \(Self.wolffMinimum) clusters are single spins and the \
                    magnetization keeps its parity; use swendsen-wang
                    """)
        default: break
        }
    }
}
