import Ising
public import Renormalization
public import Reports

/// Finds Kadanoff's fixed points, for `wilson rg kadanoff`.
public struct KadanoffRun {
    private let strength: Double?

    /// Creates the run.
    ///
    /// `strength` is p, or nil for the best p of each fixed point.
    public init(strength: Double?) { self.strength = strength }

    /// Local.
    ///
    /// Finds the two fixed points.
    public func run() throws(RenormalizationError) -> KadanoffReport {
        func point(
            _ family: KadanoffFixedPoint.Family
        ) throws(RenormalizationError) -> KadanoffFixedPoint {
            if let strength {
                try KadanoffFixedPoint(strength: strength, family: family)
            } else {
                try KadanoffFixedPoint.stationary(family: family)
            }
        }
        return KadanoffReport(
            symmetric: try point(.symmetric), square: try point(.square),
            isStationary: strength == nil)
    }
}

/// Kadanoff's fixed points beside the exact exponents and the controls.
public struct KadanoffReport: Report {
    /// The fixed point of the literature, where all six pairs of a square have equal couplings.
    let symmetric: KadanoffFixedPoint
    /// The fixed point where sides and diagonals of a square have couplings of their own.
    let square: KadanoffFixedPoint
    /// Whether p makes the free energy stationary.
    let isStationary: Bool

    private enum Key: CodingKey { case square, exact, controls }

    /// Encodes the values of the first fixed point beside the other keys.
    public func encode(to encoder: any Encoder) throws {
        try Point(symmetric).encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(Point(square), forKey: .square)
        try container.encode(Exact(), forKey: .exact)
        try container.encode(CouplingRecursion.allCases.map(Control.init), forKey: .controls)
    }

    public var table: Table {
        var table = Table(
            "Kadanoff's lower-bound renormalization of the square lattice, blocks of 2×2")
        table.columns(
            "fixed point", "p", "K* side", "K* diagonal", "K* four", "y_T", "y_H", "ν", "δ")
        for (name, point) in [("all pairs alike", symmetric), ("sides and diagonals", square)] {
            table.row(
                name, decimal(point.strength, 8), decimal(point.neighbourCoupling, 8),
                decimal(point.diagonalCoupling, 8), decimal(point.fourSpinCoupling, 8),
                decimal(point.thermalExponent, 6), decimal(point.magneticExponent, 6),
                decimal(point.correlationExponent, 6), decimal(point.isothermExponent, 4))
        }
        table.row("exact", "", "", "", "", "1", "1.875", "1", "15")
        table.lines(remarks)
        table.lines(["", "controls of one coupling"])
        table.columns("", "K*", "exact K_c", "y_T", "ν", "α")
        for control in CouplingRecursion.allCases {
            table.row(
                control.name, decimal(control.fixedPoint, 8),
                control.exactCriticalCoupling.map { decimal($0, 8) } ?? "itself",
                decimal(control.thermalExponent, 6), decimal(control.correlationExponent, 6),
                decimal(control.heatExponent, 6))
        }
        return table
    }

    private var remarks: [String] {
        let slopes =
            isStationary
            ? "p makes the free energy stationary."
            : "∂(ln Z/N)/∂p is \(decimal(symmetric.strengthSlope, 6)) and "
                + "\(decimal(square.strengthSlope, 6)): p is not the best choice where it is not 0."
        return [
            slopes + " Couplings are per plaquette, of which a side has two.",
            "A difference between sides and diagonals grows "
                + "\(decimal(symmetric.anisotropyEigenvalue, 4)) times a step at the first fixed "
                + "point.",
            "It is critical at K = \(decimal(symmetric.criticalPairCoupling, 6)) for all pairs of a "
                + "plaquette; nearest neighbours alone, at K = \(decimal(square.criticalCoupling, 6)) "
                + "(exact \(decimal(criticalCoupling, 6))) and the p of the second.",
        ]
    }
}

/// The keys of a fixed point.
private struct Point: Encodable {
    let p: Double
    let coupling: Double
    let diagonalCoupling: Double
    let fourSpinCoupling: Double
    let yT: Double
    let yH: Double
    let nu: Double
    let delta: Double
    let freeEnergySlope: Double
    let criticalCoupling: Double
    let anisotropyEigenvalue: Double?

    init(_ point: KadanoffFixedPoint) {
        p = point.strength
        coupling = point.neighbourCoupling
        diagonalCoupling = point.diagonalCoupling
        fourSpinCoupling = point.fourSpinCoupling
        yT = point.thermalExponent
        yH = point.magneticExponent
        nu = point.correlationExponent
        delta = point.isothermExponent
        freeEnergySlope = point.strengthSlope
        anisotropyEigenvalue = point.anisotropyEigenvalue
        criticalCoupling =
            anisotropyEigenvalue == nil ? point.criticalCoupling : point.criticalPairCoupling
    }
}

/// The keys of the exact values.
private struct Exact: Encodable {
    let coupling = criticalCoupling
    let yT = 1.0
    let yH = 1.875
    let nu = 1.0
    let delta = 15.0
}

/// The keys of a control.
private struct Control: Encodable {
    let method: String
    let coupling: Double
    @OrNull private(set) var exactCoupling: Double?
    let eigenvalue: Double
    let yT: Double
    let nu: Double
    let alpha: Double

    init(_ control: CouplingRecursion) {
        method = control.rawValue
        coupling = control.fixedPoint
        exactCoupling = control.exactCriticalCoupling
        eigenvalue = control.eigenvalue
        yT = control.thermalExponent
        nu = control.correlationExponent
        alpha = control.heatExponent
    }
}

extension CouplingRecursion {
    fileprivate var name: String {
        switch self {
        case .migdalKadanoff: "Migdal–Kadanoff"
        case .diamond: "diamond lattice"
        case .niemeijerVanLeeuwen: "Niemeijer–van Leeuwen"
        case .marisKadanoff: "Maris–Kadanoff"
        }
    }
}
