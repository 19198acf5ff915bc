import Ising
public import Renormalization
import Reports

/// Kadanoff's fixed points beside the exact exponents and the controls, for `wilson rg kadanoff`.
public struct KadanoffReport {
    private let points: [(name: String, key: String, point: KadanoffFixedPoint)]
    private let isStationary: Bool

    /// Finds the fixed points, at the best p of each or at a given one.
    public init(strength: Double?) throws(RenormalizationError) {
        isStationary = strength == nil
        var found: [(name: String, key: String, point: KadanoffFixedPoint)] = []
        for (name, key, family) in [
            ("all pairs alike", "symmetric", KadanoffFixedPoint.Family.symmetric),
            ("sides and diagonals", "square", .square),
        ] {
            let point: KadanoffFixedPoint =
                if let strength {
                    try KadanoffFixedPoint(strength: strength, family: family)
                } else {
                    try KadanoffFixedPoint.stationary(family: family)
                }
            found.append((name, key, point))
        }
        points = found
    }

    /// The fixed point of the papers in the object itself, the other and the controls inside it.
    public var json: String {
        let other = points.dropFirst().map { "\"\($0.key)\": {\(entries($0.point))}" }
        let controls = CouplingRecursion.allCases.map(json)
        return "{"
            + ([entries(points[0].point)] + other + [
                "\"exact\": {\"coupling\": \(criticalCoupling), \"y_t\": 1.0, \"y_h\": 1.875, "
                    + "\"nu\": 1.0, \"delta\": 15.0}",
                "\"controls\": [\(controls.joined(separator: ", "))]",
            ]).joined(separator: ", ") + "}"
    }

    private func entries(_ point: KadanoffFixedPoint) -> String {
        var entries: [(String, Double)] = [
            ("p", point.strength), ("coupling", point.neighbourCoupling),
            ("diagonal_coupling", point.diagonalCoupling),
            ("four_spin_coupling", point.fourSpinCoupling), ("y_t", point.thermalExponent),
            ("y_h", point.magneticExponent), ("nu", point.correlationExponent),
            ("delta", point.isothermExponent), ("free_energy_slope", point.strengthSlope),
        ]
        if let eigenvalue = point.anisotropyEigenvalue {
            entries.append(("critical_coupling", point.criticalPairCoupling))
            entries.append(("anisotropy_eigenvalue", eigenvalue))
        } else {
            entries.append(("critical_coupling", point.criticalCoupling))
        }
        return entries.map { "\"\($0)\": \(jsonNumber($1))" }.joined(separator: ", ")
    }

    private func json(_ control: CouplingRecursion) -> String {
        let exact = control.exactCriticalCoupling.map { jsonNumber($0) } ?? "null"
        return """
            {"method": "\(control.rawValue)", "coupling": \(jsonNumber(control.fixedPoint)), \
            "exact_coupling": \(exact), "eigenvalue": \(jsonNumber(control.eigenvalue)), \
            "y_t": \(jsonNumber(control.thermalExponent)), \
            "nu": \(jsonNumber(control.correlationExponent)), \
            "alpha": \(jsonNumber(control.heatExponent))}
            """
    }

    /// Tables for people.
    public var table: String {
        var lines = [
            "Kadanoff's lower-bound renormalization of the square lattice, blocks of 2×2",
            line(
                "fixed point", ["p", "K* side", "K* diagonal", "K* four", "y_T", "y_H", "ν", "δ"]),
        ]
        for (name, _, point) in points {
            lines.append(
                line(
                    name,
                    [
                        decimal(point.strength, 8), decimal(point.neighbourCoupling, 8),
                        decimal(point.diagonalCoupling, 8), decimal(point.fourSpinCoupling, 8),
                        decimal(point.thermalExponent, 6), decimal(point.magneticExponent, 6),
                        decimal(point.correlationExponent, 6),
                        decimal(point.isothermExponent, 4),
                    ]))
        }
        lines.append(line("exact", ["", "", "", "", "1", "1.875", "1", "15"]))
        lines += remarks
        lines += ["", "controls of one coupling"]
        lines.append(line("", ["K*", "exact K_c", "y_T", "ν", "α"]))
        for control in CouplingRecursion.allCases {
            lines.append(
                line(
                    control.name,
                    [
                        decimal(control.fixedPoint, 8),
                        control.exactCriticalCoupling.map { decimal($0, 8) } ?? "itself",
                        decimal(control.thermalExponent, 6),
                        decimal(control.correlationExponent, 6), decimal(control.heatExponent, 6),
                    ]))
        }
        return lines.joined(separator: "\n")
    }

    private var remarks: [String] {
        let (symmetric, square) = (points[0].point, points[1].point)
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

    private func line(_ name: String, _ cells: [String]) -> String {
        name + String(repeating: " ", count: max(1, 22 - name.count))
            + cells.map { pad($0, 13) }.joined()
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
