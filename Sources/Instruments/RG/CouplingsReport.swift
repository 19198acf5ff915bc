import Analysis
import Datasets
import Ising
import ModelFiles
import Ranks
import RBMCore
public import Renormalization
public import Reports
import Storage

/// Finds the couplings among the units of one side of a machine, for `wilson rg couplings`.
public struct CouplingsRun {
    private let model: String
    private let layer: Int
    private let side: MarginalHamiltonian.Side
    private let picture: String?

    /// Creates the run.
    ///
    /// - Parameter picture: The PNG file of the couplings by displacement; nil for none.
    public init(model: String, layer: Int, side: MarginalHamiltonian.Side, picture: String? = nil) {
        self.model = model
        self.layer = layer
        self.side = side
        self.picture = picture
    }

    /// Local.
    ///
    /// Reads the model, finds the couplings of the layer's side, and draws them.
    public func run() throws -> CouplingsReport {
        let path = model
        let model = try Model(path: path)
        try model.checkTwoValued(path)
        try model.checkLayer(layer, of: path)
        let lattice = layer == 0 && side == .visible ? ModelLattice(model) : nil
        if let picture {
            guard lattice != nil else {
                throw SharedFailure(
                    exitCode: ExitStatus.commandLine,
                    "--picture shows couplings by displacement on a lattice, but the "
                        + "\(side.rawValue) units of layer \(layer) of \(path) are none")
            }
            try AtomicFile.checkWritable(picture)
        }
        let report = try CouplingsReport(
            model.layers[layer], file: path, layer: layer, side: side, lattice: lattice,
            picture: picture)
        if let picture, let lattice { try report.draw(to: picture, on: lattice) }
        return report
    }
}

/// The couplings among the units of one side of a machine.
public struct CouplingsReport: Report {
    /// How many of the strongest pairs are listed.
    private static let listed = 10
    /// How many shells the table has.
    private static let shown = 20

    private let file: String
    private let layer: Int
    private let side: MarginalHamiltonian.Side
    private let kind: String
    private let pairs: PairCouplings
    /// The exact couplings by order; nil if the states are too many to be enumerated.
    private let orders: [CouplingSpectrum.Order]?
    private let shares: OrderShares?
    private let lattice: ModelLattice?
    private let shells: [LatticeCouplings.Shell]
    private let picture: String?

    /// Takes over the couplings that were found for one side of a layer.
    ///
    /// - Parameters:
    ///   - lattice: The lattice of the units; nil if the units are not on a lattice.
    ///   - picture: The PNG file that shows the couplings; nil for none.
    fileprivate init(
        _ machine: RBM, file: String, layer: Int, side: MarginalHamiltonian.Side,
        lattice: ModelLattice?, picture: String?
    ) throws {
        self.file = file
        self.layer = layer
        self.side = side
        self.lattice = lattice
        self.picture = picture
        kind = (side == .visible ? machine.visibleUnits : machine.hiddenUnits).name
        let hamiltonian = MarginalHamiltonian(machine, side: side)
        let pairs = try PairCouplings(hamiltonian)
        self.pairs = pairs
        if MarginalHamiltonian.enumerated.contains(hamiltonian.units) {
            orders = try CouplingSpectrum(hamiltonian).orders
            shares = nil
        } else {
            orders = nil
            shares = OrderShares(hamiltonian, pairs)
        }
        let collected = lattice.map {
            LatticeCouplings(pairs, rows: $0.rows, columns: $0.columns, isTorus: $0.isTorus)
        }
        shells = collected?.shells ?? []
    }

    /// Draws the couplings by displacement.
    fileprivate func draw(to path: String, on lattice: ModelLattice) throws {
        let map = CouplingMap(
            pairs, rows: lattice.rows, columns: lattice.columns, isTorus: lattice.isTorus)
        try CouplingPicture.withScale(map).writePNG(to: path)
    }

    private var units: Int { pairs.units }

    private var strongest: [(a: Int, b: Int, coupling: Double)] {
        var found: [(a: Int, b: Int, coupling: Double)] = []
        for a in 0..<units {
            for b in a + 1..<units {
                let coupling = pairs[a, b]
                if found.count == Self.listed,
                    coupling.magnitude <= found[Self.listed - 1].coupling.magnitude
                {
                    continue
                }
                let place =
                    found.firstIndex { $0.coupling.magnitude < coupling.magnitude } ?? found.count
                found.insert((a, b, coupling), at: place)
                if found.count > Self.listed { found.removeLast() }
            }
        }
        return found
    }

    private var fieldSize: (rootMeanSquare: Double, largest: Double) {
        (
            (pairs.fields.reduce(0) { $0 + $1 * $1 } / Double(units)).squareRoot(),
            pairs.fields.reduce(0) { max($0, $1.magnitude) }
        )
    }

    private var pairSize: (rootMeanSquare: Double, largest: Double) {
        let count = max(1, units * (units - 1))
        return (
            (pairs.couplings.reduce(0) { $0 + $1 * $1 } / Double(count)).squareRoot(),
            pairs.couplings.reduce(0) { max($0, $1.magnitude) }
        )
    }
}

// MARK: JSON

extension CouplingsReport {
    private enum Key: CodingKey {
        case layer, side, units, unitKind, trueCoupling, fieldRms, fieldLargest, pairRms
        case pairLargest, shares, orders, distances, strongest
    }

    /// Keys that do not apply are null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(layer, forKey: .layer)
        try container.encode(side.rawValue, forKey: .side)
        try container.encode(units, forKey: .units)
        try container.encode(kind, forKey: .unitKind)
        try container.encode(lattice?.coupling, forKey: .trueCoupling)
        try container.encode(fieldSize.rootMeanSquare, forKey: .fieldRms)
        try container.encode(fieldSize.largest, forKey: .fieldLargest)
        try container.encode(pairSize.rootMeanSquare, forKey: .pairRms)
        try container.encode(pairSize.largest, forKey: .pairLargest)
        let (fields, pairs, higher) = threeShares
        try container.encode(
            CodedShares(
                fields: fields.value, fieldsError: fields.error, pairs: pairs.value,
                pairsError: pairs.error, higher: higher.value, higherError: higher.error),
            forKey: .shares)
        let codedOrders = orders?.map {
            CodedOrder(
                order: $0.order, couplings: $0.count, share: $0.share, rms: $0.rootMeanSquare,
                largest: $0.largest)
        }
        try container.encode(codedOrders, forKey: .orders)
        let codedShells = lattice.map { _ in shells.map(CodedShell.init) }
        try container.encode(codedShells, forKey: .distances)
        let codedPairs = strongest.map { CodedPair(units: [$0.a, $0.b], coupling: $0.coupling) }
        try container.encode(codedPairs, forKey: .strongest)
    }

    /// The shares of fields, of pairs and of all else, exact or measured.
    private var threeShares: (Estimate, Estimate, Estimate) {
        if let shares { return (shares.fields, shares.pairs, shares.higher) }
        let exact = (orders ?? []).map(\.share)
        func sum(_ range: Range<Int>) -> Estimate {
            Estimate(exact: exact[range.clamped(to: exact.indices)].reduce(0, +))
        }
        return (sum(0..<1), sum(1..<2), sum(2..<max(2, exact.count)))
    }
}

/// The keys of the shares in the variance of H.
private struct CodedShares: Encodable {
    let fields: Double
    let fieldsError: Double
    let pairs: Double
    let pairsError: Double
    let higher: Double
    let higherError: Double
}

/// The keys of the couplings of one order.
private struct CodedOrder: Encodable {
    let order: Int
    let couplings: Int
    let share: Double
    let rms: Double
    let largest: Double
}

/// The keys of the couplings of one distance.
private struct CodedShell: Encodable {
    let distance: Double
    let displacement: [Int]
    let pairs: Int
    let mean: Double
    let deviation: Double
    let smallest: Double
    let largest: Double

    init(_ shell: LatticeCouplings.Shell) {
        distance = shell.distance
        displacement = [shell.shorter, shell.longer]
        pairs = shell.pairs
        mean = shell.mean
        deviation = shell.deviation
        smallest = shell.smallest
        largest = shell.largest
    }
}

/// The keys of a strong pair.
private struct CodedPair: Encodable {
    let units: [Int]
    let coupling: Double
}

// MARK: Table

extension CouplingsReport {
    public var table: Table {
        var table = Table(
            "\(units) \(side.rawValue) \(kind) units of layer \(layer) of \(file), the other side "
                + "summed over",
            "−H = Σ ηᵢsᵢ + Σ Jₐᵦsₐsᵦ + …, s = ±1"
                + (kind == "bernoulli" ? " for units of 1 and 0" : ""),
            "")
        table.columns("", "rms", "largest")
        for (name, size) in [("fields", fieldSize), ("pairs", pairSize)] {
            table.row(name, decimal(size.rootMeanSquare, 6), decimal(size.largest, 6))
        }
        table.line()
        addOrders(to: &table)
        addShells(to: &table)
        table.lines(["", "the strongest pairs"])
        table.columns(.right(), .right(), .right())
        for pair in strongest {
            table.row("\(pair.a)", "\(pair.b)", decimal(pair.coupling, 6))
        }
        if let picture {
            table.lines([
                "",
                "by displacement, gray is 0, white and black the largest of either sign: \(picture)",
            ])
        }
        return table
    }

    private func addOrders(to table: inout Table) {
        guard let orders else {
            let (fields, pairs, higher) = threeShares
            func text(_ share: Estimate) -> String {
                "\(decimal(share.value, 5)) ± \(decimal(share.error, 5))"
            }
            table.line(
                "share in the variance of H over all states: fields \(text(fields)), pairs "
                    + "\(text(pairs)), more units \(text(higher))")
            return
        }
        // High orders have next to no variance, and would fill many rows.
        let last = orders.lastIndex { $0.share >= 1e-9 } ?? 0
        let rest = orders.count - 1 - last
        table.line("share of each order in the variance of H over all states, exact")
        table.columns(.right("order"), "couplings", "share", "rms", "largest")
        for order in orders[...last] {
            table.row(
                "\(order.order)", "\(order.count)", decimal(order.share, 9),
                decimal(order.rootMeanSquare, 9), decimal(order.largest, 9))
        }
        if rest > 0 { table.line("the \(rest) higher orders have less than 1e-9") }
    }

    private func addShells(to table: inout Table) {
        guard let lattice else { return }
        let beside =
            lattice.coupling.map {
                "; its Ising model has \(decimal($0, 6)) between neighbours, else 0"
            } ?? ""
        table.lines(["", "pair couplings by distance on the \(lattice.description)\(beside)"])
        table.columns(
            .right("distance"), "steps", "pairs", "mean", "deviation", "smallest", "largest")
        for shell in shells.prefix(Self.shown) {
            table.row(
                decimal(shell.distance, 3), "\(shell.shorter),\(shell.longer)", "\(shell.pairs)",
                decimal(shell.mean, 6), decimal(shell.deviation, 6), decimal(shell.smallest, 6),
                decimal(shell.largest, 6))
        }
        // The other shells share one line; the JSON object has all of them.
        let far = shells.dropFirst(Self.shown)
        guard let first = far.first else { return }
        let means = far.map(\.mean)
        table.line(
            "\(far.count) shells from distance \(decimal(first.distance, 3)) on have means from "
                + "\(decimal(means.min() ?? 0, 6)) to \(decimal(means.max() ?? 0, 6))")
    }
}
