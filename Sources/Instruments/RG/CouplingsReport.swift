import Analysis
import Datasets
import DistributedTraining
import Ising
import RBMCore
public import Renormalization
import Reports
import Storage

/// The couplings among the units of one side of a machine, for `wilson rg couplings`.
public struct CouplingsReport {
    /// How many of the strongest pairs are listed.
    private static let listed = 10
    /// How many shells the table has.
    private static let shown = 20

    private let file: String
    private let layer: Int
    private let side: MarginalHamiltonian.Side
    private let kind: String
    private let pairs: PairCouplings
    /// Exact where the states can be walked through.
    private let orders: [CouplingSpectrum.Order]?
    private let shares: OrderShares?
    private let lattice: ModelLattice?
    private let shells: [LatticeCouplings.Shell]
    private let picture: String?

    /// Reads the model, finds the couplings of a layer's side, and draws them.
    ///
    /// - Parameter picture: The PNG file of the couplings by displacement; nil for none.
    public init(
        model path: String, layer: Int, side: MarginalHamiltonian.Side, picture: String? = nil
    ) throws {
        let model = try Model(path: path)
        try model.checkTwoValued(path)
        try model.checkLayer(layer, of: path)
        lattice = layer == 0 && side == .visible ? ModelLattice(model) : nil
        if let picture {
            guard lattice != nil else {
                throw SharedFailure(
                    exitCode: ExitStatus.commandLine,
                    "--picture shows couplings by displacement on a lattice, but the \(side.rawValue) "
                        + "units of layer \(layer) of \(path) are none")
            }
            try AtomicFile.checkWritable(picture)
        }
        self.picture = picture
        let machine = model.layers[layer]
        let hamiltonian = MarginalHamiltonian(machine, side: side)
        file = path
        self.layer = layer
        self.side = side
        kind = (side == .visible ? machine.visibleUnits : machine.hiddenUnits).name
        pairs = try PairCouplings(hamiltonian)
        if MarginalHamiltonian.enumerated.contains(hamiltonian.units) {
            orders = try CouplingSpectrum(hamiltonian).orders
            shares = nil
        } else {
            orders = nil
            shares = OrderShares(hamiltonian, pairs)
        }
        let pairs = pairs
        let collected = lattice.map {
            LatticeCouplings(pairs, rows: $0.rows, columns: $0.columns, isTorus: $0.isTorus)
        }
        shells = collected?.shells ?? []
        if let picture, let lattice {
            let map = CouplingMap(
                pairs, rows: lattice.rows, columns: lattice.columns, isTorus: lattice.isTorus)
            try CouplingPicture.image(map).writePNG(to: picture)
        }
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
    /// One object; what does not apply is null.
    public var json: String {
        let shells = shells.map { shell in
            """
            {"distance": \(jsonNumber(shell.distance)), \
            "displacement": [\(shell.shorter), \(shell.longer)], "pairs": \(shell.pairs), \
            "mean": \(jsonNumber(shell.mean)), "deviation": \(jsonNumber(shell.deviation)), \
            "smallest": \(jsonNumber(shell.smallest)), "largest": \(jsonNumber(shell.largest))}
            """
        }
        let orders = orders?.map { order in
            """
            {"order": \(order.order), "couplings": \(order.count), \
            "share": \(jsonNumber(order.share)), "rms": \(jsonNumber(order.rootMeanSquare)), \
            "largest": \(jsonNumber(order.largest))}
            """
        }
        let strongest = strongest.map {
            "{\"units\": [\($0.a), \($0.b)], \"coupling\": \(jsonNumber($0.coupling))}"
        }
        func list(_ entries: [String]?) -> String {
            entries.map { "[" + $0.joined(separator: ", ") + "]" } ?? "null"
        }
        return """
            {"layer": \(layer), "side": "\(side.rawValue)", "units": \(units), \
            "unit_kind": "\(kind)", "true_coupling": \(lattice?.coupling.map(jsonNumber) ?? "null"), \
            "field_rms": \(jsonNumber(fieldSize.rootMeanSquare)), \
            "field_largest": \(jsonNumber(fieldSize.largest)), \
            "pair_rms": \(jsonNumber(pairSize.rootMeanSquare)), \
            "pair_largest": \(jsonNumber(pairSize.largest)), "shares": \(sharesJSON), \
            "orders": \(list(orders)), \
            "distances": \(list(lattice == nil ? nil : shells)), "strongest": \(list(strongest))}
            """
    }

    private var sharesJSON: String {
        func entries(_ name: String, _ share: Estimate) -> String {
            "\"\(name)\": \(jsonNumber(share.value)), \"\(name)_error\": \(jsonNumber(share.error))"
        }
        let (fields, pairs, higher) = threeShares
        return
            "{\(entries("fields", fields)), \(entries("pairs", pairs)), \(entries("higher", higher))}"
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

// MARK: Table

extension CouplingsReport {
    /// Tables for people.
    public var table: String {
        var lines = [
            "\(units) \(side.rawValue) \(kind) units of layer \(layer) of \(file), the other side "
                + "summed over",
            "−H = Σ ηᵢsᵢ + Σ Jₐᵦsₐsᵦ + …, s = ±1"
                + (kind == "bernoulli" ? " for units of 1 and 0" : ""),
            "",
            columns(["", "rms", "largest"]),
            columns(
                ["fields"] + [fieldSize.rootMeanSquare, fieldSize.largest].map { decimal($0, 6) }),
            columns(
                ["pairs"] + [pairSize.rootMeanSquare, pairSize.largest].map { decimal($0, 6) }),
            "",
        ]
        lines += orderLines + shellLines
        lines += ["", "the strongest pairs"]
        lines += strongest.map { columns(["\($0.a)", "\($0.b)", decimal($0.coupling, 6)]) }
        if let picture {
            lines += [
                "",
                "by displacement, gray is 0, white and black the largest of either sign: \(picture)",
            ]
        }
        return lines.joined(separator: "\n")
    }

    private var orderLines: [String] {
        if let orders {
            // Of high orders there is next to nothing, in many rows.
            let last = orders.lastIndex { $0.share >= 1e-9 } ?? 0
            let rest = orders.count - 1 - last
            return ["share of each order in the variance of H over all states, exact"]
                + [columns(["order", "couplings", "share", "rms", "largest"])]
                + orders[...last].map {
                    columns([
                        "\($0.order)", "\($0.count)", decimal($0.share, 9),
                        decimal($0.rootMeanSquare, 9), decimal($0.largest, 9),
                    ])
                } + (rest > 0 ? ["        the \(rest) higher orders have less than 1e-9"] : [])
        }
        let (fields, pairs, higher) = threeShares
        func text(_ share: Estimate) -> String {
            "\(decimal(share.value, 5)) ± \(decimal(share.error, 5))"
        }
        return [
            "share in the variance of H over all states: fields \(text(fields)), pairs "
                + "\(text(pairs)), more units \(text(higher))"
        ]
    }

    private var shellLines: [String] {
        guard let lattice else { return [] }
        let beside =
            lattice.coupling.map {
                "; its Ising model has \(decimal($0, 6)) between neighbours, else 0"
            } ?? ""
        return ["", "pair couplings by distance on the \(lattice.description)\(beside)"]
            + [columns(["distance", "steps", "pairs", "mean", "deviation", "smallest", "largest"])]
            + shells.prefix(Self.shown).map {
                columns([
                    decimal($0.distance, 3), "\($0.shorter),\($0.longer)", "\($0.pairs)",
                    decimal($0.mean, 6), decimal($0.deviation, 6), decimal($0.smallest, 6),
                    decimal($0.largest, 6),
                ])
            } + farLines
    }

    /// What is left of the shells in one line; the JSON object has them all.
    private var farLines: [String] {
        let far = shells.dropFirst(Self.shown)
        guard let first = far.first else { return [] }
        let means = far.map(\.mean)
        return [
            "        \(far.count) shells from distance \(decimal(first.distance, 3)) on have means from "
                + "\(decimal(means.min() ?? 0, 6)) to \(decimal(means.max() ?? 0, 6))"
        ]
    }

    private func columns(_ cells: [String]) -> String { cells.map { pad($0, 12) }.joined() }
}
