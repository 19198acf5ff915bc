public import Renormalization
public import Reports

/// Bounds the partition function as Kadanoff does, for `wilson rg kadanoff --coupling`.
public struct KadanoffBoundRun {
    private let coupling: Double
    private let strength: Double?

    /// Creates the run.
    ///
    /// `strength` is p, or nil for the p of the lowest bound.
    public init(coupling: Double, strength: Double?) {
        self.coupling = coupling
        self.strength = strength
    }

    /// Local.
    ///
    /// Evaluates the bound, and minimizes it if p is not given.
    public func run() throws(RenormalizationError) -> KadanoffBoundReport {
        if let strength {
            KadanoffBoundReport(
                try KadanoffBound(coupling: coupling, strength: strength), isBest: false)
        } else {
            KadanoffBoundReport(try KadanoffBound.best(coupling: coupling), isBest: true)
        }
    }
}

/// Kadanoff's bound on ln Z beside Onsager's result, per site.
public struct KadanoffBoundReport: Report, Sendable {
    let coupling: Double
    let p: Double
    let logZBoundPerSite: Double
    let exact: Double
    let gap: Double

    /// Whether p is the one of the lowest bound.
    @NotEncoded private var isBest: Bool

    init(_ bound: KadanoffBound, isBest: Bool) {
        coupling = bound.coupling
        p = bound.strength
        logZBoundPerSite = bound.logPartitionPerSite
        exact = bound.exact
        gap = bound.gap
        self.isBest = isBest
    }

    public var table: Table {
        var table = Table(
            "Kadanoff's lower bound of the free energy at K = \(coupling), ln Z per site")
        table.columns("", .right())
        table.row(isBest ? "p of the lowest bound" : "p", decimal(p, 8))
        table.row("variational bound", decimal(logZBoundPerSite, 12))
        table.row("Onsager, exact", decimal(exact, 12))
        table.row("gap", decimal(gap, 12))
        return table
    }
}
