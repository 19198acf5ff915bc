import Analysis
import Ising
import Ranks
public import Renormalization
public import Reports

/// Renormalizes the Ising model as a network of tensors, for `wilson rg tensor`.
public struct TensorRun {
    /// The largest size of an intermediate lattice in the table.
    private static let largestLevel = 64

    /// The number of steps after which a torus agrees with the infinite lattice to 10⁻¹².
    private static let infiniteSteps = 40

    private let method: TensorMethod
    private let bondDimension: Int
    private let coupling: Double
    private let steps: Int
    private let threads: Int

    /// Creates the run for a lattice of 2ⁿ sites.
    ///
    /// - Parameters:
    ///   - steps: n.
    ///   - threads: The threads of OpenBLAS.
    public init(
        method: TensorMethod, bondDimension: Int, coupling: Double, steps: Int, threads: Int
    ) {
        self.method = method
        self.bondDimension = bondDimension
        self.coupling = coupling
        self.steps = steps
        self.threads = threads
    }

    /// Local.
    ///
    /// Renormalizes step by step.
    ///
    /// - Parameter progress: Receives the number of each step that is done.
    /// - Throws: `RenormalizationError`, or `SharedFailure` for a coupling or a bond dimension
    ///   beyond this machine.
    public func run(progress: (Int) -> Void = { _ in }) throws -> TensorReport {
        try checkCoupling(coupling)
        var lattice = try TensorRenormalization(
            method: method, bondDimension: bondDimension, coupling: coupling)
        guard (1...TensorRenormalization.mostSteps).contains(steps) else {
            throw RenormalizationError.argument(
                "\(steps) steps: expected 1 to \(TensorRenormalization.mostSteps)")
        }
        try checkMemory()
        setLinearAlgebraThreads(threads)

        let start = ContinuousClock.now
        var levels: [TensorReport.Level] = []
        for step in 1...steps {
            try lattice.step()
            progress(step)
            if let spectrum = try lattice.spectrum(), spectrum.size <= Self.largestLevel {
                levels.append(
                    TensorReport.Level(
                        spectrum: spectrum, phaseNumber: lattice.phaseNumber,
                        lostWeight: lattice.lostWeight))
            }
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        // Only after an even number of steps the torus is a square, whose closed form is known
        // here.
        let isTorus = steps.isMultiple(of: 2) && steps < Self.infiniteSteps
        let exactSize = isTorus ? 1 << (steps / 2) : nil
        let exact =
            if let exactSize {
                try Kaufman.torus(size: exactSize, coupling: coupling).freeEnergyPerSite
            } else {
                try Onsager.infinite(coupling: coupling).freeEnergyPerSite
            }
        return TensorReport(
            method: method, bondDimension: bondDimension, coupling: coupling, steps: steps,
            freeEnergy: lattice.freeEnergyPerSite, exact: exact, exactSize: exactSize,
            phaseNumber: lattice.phaseNumber, levels: levels, seconds: seconds)
    }

    private func checkMemory() throws(SharedFailure) {
        let room = Double(physicalMemory())
        let need = method.bytes(bondDimension: bondDimension)
        guard need > room else { return }
        let largest = TensorMethod.bondDimensions.last { method.bytes(bondDimension: $0) <= room }
        throw SharedFailure(
            exitCode: ExitStatus.commandLine,
            "bond dimension \(bondDimension): \(method.rawValue) needs \(spelled(bytes: need)), and "
                + "this machine has \(spelled(bytes: room)); expected at most "
                + "\(largest ?? TensorMethod.bondDimensions.lowerBound)")
    }
}

/// The Ising model by tensor renormalization beside exact results.
public struct TensorReport: Report {
    /// The results of a square lattice on the way.
    struct Level {
        let spectrum: TransferSpectrum
        let phaseNumber: Double
        let lostWeight: Double
    }

    /// The size whose central charge and scaling dimensions are reported: large enough for the
    /// terms in 1/L², small enough for the truncation, which grows with L.
    private static let criticalSize = 16

    /// Couplings this close to K_c count as critical; L = 16 does not see the difference.
    private static let criticalWidth = 1e-6

    let method: TensorMethod
    let bondDimension: Int
    let coupling: Double
    let steps: Int
    let freeEnergy: Double
    let exact: Double
    /// The size of the torus whose free energy is `exact`; nil for the infinite lattice.
    let exactSize: Int?
    let phaseNumber: Double
    let levels: [Level]
    let seconds: Double

    private var isCritical: Bool { abs(coupling - criticalCoupling) <= Self.criticalWidth }

    private var relativeError: Double { abs(freeEnergy / exact - 1) }

    /// The transfer spectrum of a size; nil away from the critical point, or if no step reached
    /// this size.
    private func critical(size: Int) -> TransferSpectrum? {
        isCritical ? levels.first { $0.spectrum.size == size }?.spectrum : nil
    }

    private func centralCharge(size: Int) -> Double? {
        guard let narrow = critical(size: size), let wide = critical(size: 2 * size) else {
            return nil
        }
        return narrow.centralCharge(with: wide)
    }

    /// The exact levels of a size, if the levels of the tensors have a meaning.
    private func exactLevels(size: Int) -> ExactTransferLevels? {
        critical(size: size).map { _ in ExactTransferLevels(size: size, coupling: coupling) }
    }

    private func exactCentralCharge(size: Int) -> Double? {
        exactLevels(size: size)?.centralCharge(
            with: ExactTransferLevels(size: 2 * size, coupling: coupling))
    }
}

// MARK: - JSON

extension TensorReport {
    private enum Key: CodingKey {
        case method, bondDimension, coupling, steps, freeEnergy, exact, exactLattice
        case relativeError, phaseNumber, levels, seconds
    }

    /// Keys without a meaning are null.
    ///
    /// The conformal data of one size stand beside the other keys.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(method.rawValue, forKey: .method)
        try container.encode(bondDimension, forKey: .bondDimension)
        try container.encode(coupling, forKey: .coupling)
        try container.encode(steps, forKey: .steps)
        try container.encode(freeEnergy, forKey: .freeEnergy)
        try container.encode(exact, forKey: .exact)
        try container.encode(
            exactSize.map { "\($0)×\($0) torus" } ?? "infinite", forKey: .exactLattice)
        try container.encode(relativeError, forKey: .relativeError)
        try conformalData(size: Self.criticalSize).encode(to: encoder)
        try container.encode(phaseNumber, forKey: .phaseNumber)
        let codedLevels = levels.map {
            CodedLevel(
                size: $0.spectrum.size, data: conformalData(size: $0.spectrum.size),
                phaseNumber: $0.phaseNumber, lostWeight: $0.lostWeight)
        }
        try container.encode(codedLevels, forKey: .levels)
        try container.encode(seconds, forKey: .seconds)
    }

    private func conformalData(size: Int) -> ConformalData {
        let spectrum = critical(size: size)
        let exact = exactLevels(size: size)
        return ConformalData(
            centralCharge: centralCharge(size: size),
            exactCentralCharge: exactCentralCharge(size: size), xSigma: spectrum?.sigmaDimension,
            exactXSigma: exact?.sigmaDimension, xEpsilon: spectrum?.epsilonDimension,
            exactXEpsilon: exact?.epsilonDimension)
    }
}

/// Central charge and scaling dimensions of a size, beside those of the exact torus.
private struct ConformalData: Encodable {
    @OrNull var centralCharge: Double?
    @OrNull var exactCentralCharge: Double?
    @OrNull var xSigma: Double?
    @OrNull var exactXSigma: Double?
    @OrNull var xEpsilon: Double?
    @OrNull var exactXEpsilon: Double?
}

/// The keys of a lattice on the way.
private struct CodedLevel: Encodable {
    let size: Int
    let data: ConformalData
    let phaseNumber: Double
    let lostWeight: Double

    private enum Key: CodingKey { case size, phaseNumber, lostWeight }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(size, forKey: .size)
        try data.encode(to: encoder)
        try container.encode(phaseNumber, forKey: .phaseNumber)
        try container.encode(lostWeight, forKey: .lostWeight)
    }
}

// MARK: - Table

extension TensorReport {
    public var table: Table {
        let exactBy = exactSize.map { "Kaufman, \($0)×\($0) torus" } ?? "Onsager, infinite lattice"
        var table = Table(
            "Ising model at K = \(coupling) on 2^\(steps) sites, \(method.rawValue.uppercased()) "
                + "with bond dimension \(bondDimension)")
        table.columns("", .right(), .left())
        table.row("free energy per site", decimal(freeEnergy, 13))
        table.row("exact", decimal(exact, 13), exactBy)
        table.row("relative error", scientific(relativeError, 2))
        table.lines(["", "on the way, from the transfer matrix of the L×L torus"])
        if isCritical { addCriticalRows(to: &table) } else { addPhaseRows(to: &table) }
        table.line("\(decimal(seconds, 2)) s")
        return table
    }

    /// Adds central charge and scaling dimensions of each size, beside those of the exact torus.
    private func addCriticalRows(to table: inout Table) {
        table.columns(
            .right("L"), "c", "exact", "x_σ", "exact", "x_ε", "exact", "X", "lost weight")
        func text(_ number: Double?) -> String { decimal(number, 6) }
        for level in levels {
            let data = conformalData(size: level.spectrum.size)
            table.row(
                "\(level.spectrum.size)", text(data.centralCharge), text(data.exactCentralCharge),
                text(level.spectrum.sigmaDimension), text(data.exactXSigma),
                text(level.spectrum.epsilonDimension), text(data.exactXEpsilon),
                text(level.phaseNumber), scientific(level.lostWeight, 2))
        }
        table.row(
            "∞, exact", "–", text(0.5), "–", text(0.125), "–", text(1), text(criticalPhaseNumber))
        table.line("The central charge c is that of L and 2L together.")
    }

    /// Adds X of each size, which in the end is that of a single phase.
    private func addPhaseRows(to table: inout Table) {
        table.columns(.right("L"), "X", "lost weight")
        for level in levels {
            table.row(
                "\(level.spectrum.size)", decimal(level.phaseNumber, 6),
                scientific(level.lostWeight, 2))
        }
        table.row("2^(\(steps)/2)", decimal(phaseNumber, 6))
        table.row("∞, exact", decimal(coupling < criticalCoupling ? 1 : 2, 6))
        table.line("Central charge and scaling dimensions belong to the critical coupling only.")
    }
}
