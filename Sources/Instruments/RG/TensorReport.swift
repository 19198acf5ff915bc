import Analysis
import DistributedTraining
import Foundation
import Ising
public import Renormalization
import Reports

/// The Ising model by tensor renormalization beside exact results, for `wilson rg tensor`.
public struct TensorReport {
    /// What a square lattice on the way shows.
    private struct Level {
        let spectrum: TransferSpectrum
        let phaseNumber: Double
        let lostWeight: Double
    }

    /// The size whose central charge and scaling dimensions are reported: large enough for the
    /// terms in 1/L², small enough for the truncation, which grows with L.
    private static let criticalSize = 16

    /// The largest size on the way that is shown.
    private static let largestLevel = 64

    /// Couplings this close to K_c count as critical; L = 16 does not see the difference.
    private static let criticalWidth = 1e-6

    /// Steps after which a torus is the infinite lattice, to 10⁻¹².
    private static let infiniteSteps = 40

    private let method: TensorMethod
    private let bondDimension: Int
    private let coupling: Double
    private let steps: Int
    private let freeEnergy: Double
    private let exact: Double
    private let exactSize: Int?
    private let phaseNumber: Double
    private let levels: [Level]
    private let seconds: Double

    /// Computes the lattice of 2ⁿ sites.
    ///
    /// - Parameters:
    ///   - steps: n.
    ///   - threads: Of OpenBLAS.
    ///   - progress: Is told of each step done.
    /// - Throws: `RenormalizationError`, or `SharedFailure` for a coupling or a bond dimension
    ///   beyond this machine.
    public init(
        method: TensorMethod, bondDimension: Int, coupling: Double, steps: Int, threads: Int,
        progress: (Int) -> Void
    ) throws {
        try checkCoupling(coupling)
        var lattice = try TensorRenormalization(
            method: method, bondDimension: bondDimension, coupling: coupling)
        guard (1...TensorRenormalization.mostSteps).contains(steps) else {
            throw RenormalizationError.argument(
                "\(steps) steps: expected 1 to \(TensorRenormalization.mostSteps)")
        }
        try Self.checkMemory(method, bondDimension)
        self.method = method
        self.bondDimension = bondDimension
        self.coupling = coupling
        self.steps = steps
        setLinearAlgebraThreads(threads)

        let start = ContinuousClock.now
        var levels: [Level] = []
        for step in 1...steps {
            try lattice.step()
            progress(step)
            if let spectrum = try lattice.spectrum(), spectrum.size <= Self.largestLevel {
                levels.append(
                    Level(
                        spectrum: spectrum, phaseNumber: lattice.phaseNumber,
                        lostWeight: lattice.lostWeight))
            }
        }
        seconds = (ContinuousClock.now - start) / .seconds(1)
        self.levels = levels
        freeEnergy = lattice.freeEnergyPerSite
        phaseNumber = lattice.phaseNumber

        // A torus of an odd number of steps is no square, and has no closed form here.
        if steps.isMultiple(of: 2), steps < Self.infiniteSteps {
            let size = 1 << (steps / 2)
            exact = try Kaufman.torus(size: size, coupling: coupling).freeEnergyPerSite
            exactSize = size
        } else {
            exact = try Onsager.infinite(coupling: coupling).freeEnergyPerSite
            exactSize = nil
        }
    }

    private static func checkMemory(_ method: TensorMethod, _ bondDimension: Int)
        throws(SharedFailure)
    {
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

    private var isCritical: Bool { abs(coupling - criticalCoupling) <= Self.criticalWidth }

    private var relativeError: Double { abs(freeEnergy / exact - 1) }

    /// The level of a size; nil off criticality and where the lattice did not come so far.
    private func critical(size: Int) -> TransferSpectrum? {
        isCritical ? levels.first { $0.spectrum.size == size }?.spectrum : nil
    }

    private func centralCharge(size: Int) -> Double? {
        guard let narrow = critical(size: size), let wide = critical(size: 2 * size) else {
            return nil
        }
        return narrow.centralCharge(with: wide)
    }

    /// The exact levels of a size, where those of the tensors mean anything.
    private func exactLevels(size: Int) -> ExactTransferLevels? {
        critical(size: size).map { _ in ExactTransferLevels(size: size, coupling: coupling) }
    }

    private func exactCentralCharge(size: Int) -> Double? {
        exactLevels(size: size)?.centralCharge(
            with: ExactTransferLevels(size: 2 * size, coupling: coupling))
    }
}

// MARK: - Text

extension TensorReport {
    /// One object; what has no meaning is null.
    public var json: String {
        let rows = levels.map { level in
            """
            {"size": \(level.spectrum.size), \(criticalKeys(size: level.spectrum.size)), \
            "phase_number": \(jsonNumber(level.phaseNumber)), \
            "lost_weight": \(jsonNumber(level.lostWeight))}
            """
        }
        return """
            {"method": "\(method.rawValue)", "bond_dimension": \(bondDimension), \
            "coupling": \(jsonNumber(coupling)), "steps": \(steps), \
            "free_energy": \(jsonNumber(freeEnergy)), "exact": \(jsonNumber(exact)), \
            "relative_error": \(jsonNumber(relativeError)), \(criticalKeys(size: Self.criticalSize)), \
            "phase_number": \(jsonNumber(phaseNumber)), \
            "levels": [\(rows.joined(separator: ", "))], "seconds": \(jsonNumber(seconds))}
            """
    }

    private func criticalKeys(size: Int) -> String {
        func number(_ value: Double?) -> String { value.map(jsonNumber) ?? "null" }
        let spectrum = critical(size: size)
        let exact = exactLevels(size: size)
        return """
            "central_charge": \(number(centralCharge(size: size))), \
            "exact_central_charge": \(number(exactCentralCharge(size: size))), \
            "x_sigma": \(number(spectrum?.sigmaDimension)), \
            "exact_x_sigma": \(number(exact?.sigmaDimension)), \
            "x_epsilon": \(number(spectrum?.epsilonDimension)), \
            "exact_x_epsilon": \(number(exact?.epsilonDimension))
            """
    }

    /// Tables for people.
    public var table: String {
        let exactBy = exactSize.map { "Kaufman, \($0)×\($0) torus" } ?? "Onsager, infinite lattice"
        var lines = [
            "Ising model at K = \(coupling) on 2^\(steps) sites, \(method.rawValue.uppercased()) "
                + "with bond dimension \(bondDimension)",
            "free energy per site" + pad(decimal(freeEnergy, 13), 20),
            "exact" + pad(decimal(exact, 13), 35) + "   \(exactBy)",
            "relative error" + pad(scientific(relativeError), 26),
            "",
            "on the way, from the transfer matrix of the L×L torus",
        ]
        lines += isCritical ? criticalLines : phaseLines
        lines.append("\(decimal(seconds, 2)) s")
        return lines.joined(separator: "\n")
    }

    /// Central charge and scaling dimensions of each size, beside those of the exact torus.
    private var criticalLines: [String] {
        let heads = ["central charge", "exact", "x_σ", "exact", "x_ε", "exact", "X", "lost weight"]
        func line(_ size: String, _ numbers: [Double?], _ lost: String) -> String {
            pad(size, 9)
                + zip(heads, numbers).map { pad(decimal($1, 6), max(11, $0.count + 2)) }.joined()
                + (lost.isEmpty ? "" : pad(lost, 13))
        }
        let levels = levels.map { level in
            let size = level.spectrum.size
            let exact = exactLevels(size: size)
            return line(
                "\(size)",
                [
                    centralCharge(size: size), exactCentralCharge(size: size),
                    level.spectrum.sigmaDimension, exact?.sigmaDimension,
                    level.spectrum.epsilonDimension, exact?.epsilonDimension, level.phaseNumber,
                ], scientific(level.lostWeight))
        }
        return [pad("L", 9) + heads.map { pad($0, max(11, $0.count + 2)) }.joined()] + levels + [
            line("∞, exact", [nil, 0.5, nil, 0.125, nil, 1, criticalPhaseNumber], ""),
            "The central charge is that of L and 2L together.",
        ]
    }

    /// X of each size, which is that of one phase in the end.
    private var phaseLines: [String] {
        func line(_ size: String, _ phase: Double, _ lost: String) -> String {
            pad(size, 10) + pad(decimal(phase, 6), 11) + (lost.isEmpty ? "" : pad(lost, 13))
        }
        return [pad("L", 10) + pad("X", 11) + pad("lost weight", 13)]
            + levels.map { line("\($0.spectrum.size)", $0.phaseNumber, scientific($0.lostWeight)) }
            + [
                line("2^(\(steps)/2)", phaseNumber, ""),
                line("∞, exact", coupling < criticalCoupling ? 1 : 2, ""),
                "Central charge and scaling dimensions belong to the critical coupling only.",
            ]
    }
}

/// A small number with two decimals of its mantissa.
private func scientific(_ value: Double) -> String { String(format: "%.2e", value) }
