public import Ising
public import Reports

/// Solves the chain exactly, for `wilson ising chain`.
public struct LinearChainRun {
    /// The longest chain for which ln Z keeps its digits.
    private static let longest = 1 << 40

    private let size: Int
    private let ends: LinearChain.Ends
    private let coupling: Double
    private let field: Double

    public init(size: Int, ends: LinearChain.Ends, coupling: Double, field: Double) {
        self.size = size
        self.ends = ends
        self.coupling = coupling
        self.field = field
    }

    /// Local.
    ///
    /// Multiplies the transfer matrix.
    public func run() throws -> LinearChainReport {
        try checkCoupling(coupling)
        try checkField(field)
        guard size <= Self.longest else {
            throw IsingError.size(size, allowed: 1...Self.longest, for: "the chain")
        }
        return LinearChainReport(
            size: size, ends: ends, coupling: coupling, field: field,
            try LinearChain.finite(size: size, ends: ends, coupling: coupling, field: field),
            infinite: try LinearChain.infinite(coupling: coupling, field: field))
    }
}

/// The exact results of the chain; all but ln Z are per site.
public struct LinearChainReport: Report, Sendable {
    /// The exact results of a chain of any length.
    struct Values: Encodable, Sendable {
        let freeEnergy: Double
        /// The energy of the bonds, without that of the field.
        let energy: Double
        let specificHeat: Double
        let magnetization: Double
        let susceptibility: Double

        init(_ chain: LinearChainThermodynamics) {
            freeEnergy = chain.freeEnergyPerSite
            energy = chain.energyPerSite
            specificHeat = chain.specificHeatPerSite
            magnetization = chain.magnetizationPerSite
            susceptibility = chain.susceptibilityPerSite
        }
    }

    private let size: Int
    private let ends: LinearChain.Ends
    private let coupling: Double
    private let field: Double
    /// ln Z of the whole chain.
    private let logZ: Double
    private let finite: Values
    private let infinite: Values

    init(
        size: Int, ends: LinearChain.Ends, coupling: Double, field: Double,
        _ finite: LinearChainThermodynamics, infinite: LinearChainThermodynamics
    ) {
        self.size = size
        self.ends = ends
        self.coupling = coupling
        self.field = field
        logZ = finite.logZ
        self.finite = Values(finite)
        self.infinite = Values(infinite)
    }

    private enum Key: CodingKey { case size, coupling, field, logZ, infinite }

    /// Encodes the values of the finite chain beside the other keys, and those of the infinite
    /// chain under a key of their own.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(size, forKey: .size)
        try container.encode(coupling, forKey: .coupling)
        try container.encode(field, forKey: .field)
        try container.encode(logZ, forKey: .logZ)
        try finite.encode(to: encoder)
        try container.encode(infinite, forKey: .infinite)
    }

    public var table: Table {
        var table = Table("Ising chain at K = \(coupling), h = \(field), per site")
        table.columns("", "\(ends.rawValue), \(size) spins", "infinite chain")
        for (name, value) in [
            ("free energy", \Values.freeEnergy), ("energy of bonds", \.energy),
            ("specific heat", \.specificHeat), ("magnetization", \.magnetization),
            ("susceptibility", \.susceptibility),
        ] as [(String, KeyPath<Values, Double>)] {
            table.row(
                name, decimal(finite[keyPath: value], 12), decimal(infinite[keyPath: value], 12))
        }
        table.line("ln Z of the chain: \(decimal(logZ, 10))")
        return table
    }
}
