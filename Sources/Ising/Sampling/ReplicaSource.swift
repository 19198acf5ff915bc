/// Makes the groups of replicas of one lattice under one method.
struct ReplicaSource: Sendable {
    let method: SamplingMethod
    /// L.
    let size: Int
    /// K ≥ 0.
    let coupling: Double
    /// h; 0 unless the method is Metropolis.
    let field: Double
    let seed: UInt64
    /// How many clusters make one sweep of the Wolff method; 0 for the other methods.
    let clustersPerSweep: Int

    /// Returns a group at its start, a pure function of seed, role and index.
    func group(_ role: ReplicaRole, index: Int) -> any ReplicaGroup & ~Copyable {
        switch method {
        case .multispin:
            MultispinGroup(size: size, coupling: coupling, seed: seed, role: role, index: index)
        case .metropolis:
            MetropolisChain(
                size: size, coupling: coupling, field: field, seed: seed, role: role, index: index)
        case .swendsenWang:
            SwendsenWangChain(
                size: size, coupling: coupling, seed: seed, role: role, index: index)
        case .wolff:
            WolffChain(
                size: size, coupling: coupling, clustersPerSweep: clustersPerSweep, seed: seed,
                role: role, index: index)
        }
    }
}
