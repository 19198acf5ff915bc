import Datasets
public import DistributedTraining
import Ising
import RBMCore
import Renormalization
import Reports
import Storage

/// Measures scaling exponents with the sampled hidden layers of a trained model as block spins, for
/// `wilson rg mcrg --model`.
///
/// The hidden units take the place of the majorities. Where their receptive fields make no 4:1
/// coarse lattice there is no such place, and the answer is a refusal with the picture.
public struct HiddenBlockMCRG {
    private let model: String
    private let size: Int?
    private let coupling: Double
    private let samples: Int
    private let seed: UInt64
    private let picture: String?

    /// - Parameters:
    ///   - size: What the model's lattice must be; nil to take its own.
    ///   - picture: The PNG file of the placement; by default only drawn for a refusal, beside the
    ///     model.
    public init(
        model: String, size: Int?, coupling: Double, samples: Int, seed: UInt64, picture: String?
    ) {
        self.model = model
        self.size = size
        self.coupling = coupling
        self.samples = samples
        self.seed = seed
        self.picture = picture
    }

    /// Collective.
    ///
    /// Places the hidden units, draws and measures; returns what to print on rank 0, nil elsewhere.
    public func run(json: Bool, _ world: borrowing Communicator) throws -> String? {
        try world.together {
            guard world.rank == 0, let picture else { return }
            try AtomicFile.checkWritable(picture)
        }
        let path = model
        let model = try Model.load(path, world)
        try world.together { try model.checkTwoValued(path) }
        let sizes = try world.together { try halves(of: model) }
        let layers = Array(model.layers.prefix(sizes.count - 1))
        let hidden = try world.together { try place(layers, sizes, draws: world.rank == 0) }
        let measured = Array(sizes.prefix(layers.count + 1))

        let measurement = try sharedFailures {
            try BlockMeasurement(
                size: sizes[0], coupling: coupling, samples: samples, seed: seed, world)
        }
        let blocks = MajorityBlocks(seed: seed)
        let majority = try measurement.correlations(lattices: measured.count, world) {
            measurement.majorities($0, $1, sizes: measured, blocks)
        }
        let ruler = try measurement.correlations(lattices: measured.count, world) {
            try lattices($0, $1, measured, layers, hidden)
        }
        let tables = try world.together {
            (try ScalingTable(sizes: measured, ruler), try ScalingTable(sizes: measured, majority))
        }
        guard world.rank == 0 else { return nil }
        return json
            ? text(jsonOf: tables.0, tables.1, hidden, measured)
            : text(of: tables.0, tables.1, hidden, measurement)
    }

    /// The lattice of the visible units and its halves.
    private func halves(of model: Model) throws(RenormalizationError) -> [Int] {
        let lattice = try ModelLattice(square: model, self.model, size: size)
        do {
            return try BlockingSizes.of(lattice.rows)
        } catch {
            throw .model("\(self.model): its visible lattice cannot be blocked: \(error)")
        }
    }

    /// Places the units of each layer on the lattice below it, or refuses with a picture.
    private func place(_ layers: [RBM], _ sizes: [Int], draws: Bool) throws -> [HiddenLattice] {
        var hidden: [HiddenLattice] = []
        for (index, layer) in layers.enumerated() {
            let (lattice, placement) = HiddenLattice.place(
                layer, size: sizes[index], below: hidden.last)
            let place = layers.count > 1 ? "layer \(index) of " : ""
            func draw(_ path: String) throws(StorageError) {
                guard draws else { return }
                let fields = (0..<layer.hiddenCount).map {
                    HiddenLattice.weights(of: $0, layer, below: hidden.last)
                }
                try PlacementPicture.image(placement, fields: fields).writePNG(to: path)
            }
            guard let lattice else {
                let path = picture ?? defaultPicture
                try draw(path)
                throw RenormalizationError.model(
                    "\(place)\(model) \(placement.problem ?? "is no lattice"). The middles of the "
                        + "blocks, where they fit best, are \(decimal(placement.displacement, 2)) "
                        + "sites from the centres. The units are no block spins, and have no "
                        + "exponents to measure; the picture of their receptive fields is \(path)")
            }
            if let picture, index == 0 { try draw(picture) }
            hidden.append(lattice)
        }
        return hidden
    }

    private var defaultPicture: String {
        let suffix = ".safetensors"
        let stem = model.hasSuffix(suffix) ? String(model.dropLast(suffix.count)) : model
        return stem + "-receptive-fields.png"
    }

    /// The visible lattice of each configuration, and its hidden layers drawn one above the other.
    private func lattices(
        _ block: Span<UInt8>, _ numbers: Range<Int>, _ sizes: [Int], _ layers: [RBM],
        _ hidden: [HiddenLattice]
    ) throws -> [[SpinLattice]] {
        let sites = sizes[0] * sizes[0]
        let bytes = block.indices.map { block[$0] }
        var result = numbers.map { number -> [SpinLattice] in
            let first = (number - numbers.lowerBound) * sites
            return [SpinLattice(spins: Array(bytes[first..<(first + sites)]), size: sizes[0])]
        }
        var view: any CaseSource = BlockCases(
            bytes, first: numbers.lowerBound, count: samples, visible: sites)
        for (index, layer) in layers.enumerated() {
            view = PropagatedCases(
                view, through: layer, arithmetic: ArithmeticKind.measuring(layer, .bits),
                propagation: .samples, seed: seed, layer: index)
            var states = [UInt8](repeating: 0, count: numbers.count * layer.hiddenCount)
            try view.load(Array(numbers), draw: 0, into: &states)
            for row in 0..<numbers.count {
                let own = states.span.extracting(
                    (row * layer.hiddenCount)..<((row + 1) * layer.hiddenCount))
                result[row].append(
                    SpinLattice(spins: hidden[index].configuration(own), size: sizes[index + 1]))
            }
        }
        return result
    }

    private func text(
        of ruler: ScalingTable, _ majority: ScalingTable, _ hidden: [HiddenLattice],
        _ measurement: BlockMeasurement
    ) -> String {
        var lines = [
            "hidden layers of \(model) as block spins at K = \(coupling), \(samples) configurations",
            "\(measurement.sampler.plan)",
        ]
        for (index, lattice) in hidden.enumerated() {
            lines.append(
                "layer \(index): \(lattice.units.count) units, one a block, their centres "
                    + "\(decimal(lattice.placement.displacement, 2)) sites from its middle (root "
                    + "mean square); concentration of the fields at least "
                    + "\(decimal(concentration(lattice), 3)), alignment at least "
                    + decimal(alignment(lattice), 3))
        }
        lines += ["drawn hidden units"] + ruler.lines
        lines += ["majority of the same configurations"] + majority.lines.dropFirst()
        lines.append(ScalingTable.exactLine)
        if let remark = offCriticalRemark(coupling) { lines.append(remark) }
        return lines.joined(separator: "\n")
    }

    private func text(
        jsonOf ruler: ScalingTable, _ majority: ScalingTable, _ hidden: [HiddenLattice],
        _ sizes: [Int]
    ) -> String {
        let layers = hidden.map { lattice in
            """
            {"units": \(lattice.units.count), "concentration": \(concentration(lattice)), \
            "alignment": \(alignment(lattice)), \
            "displacement": \(lattice.placement.displacement), \
            "offset": [\(lattice.placement.offset.x), \(lattice.placement.offset.y)]}
            """
        }
        return """
            {"size": \(sizes[0]), "coupling": \(coupling), "samples": \(samples), \
            "layers": [\(layers.joined(separator: ", "))], "steps": \(ruler.json), \
            "majority": \(majority.json)}
            """
    }

    private func concentration(_ lattice: HiddenLattice) -> Double {
        lattice.placement.fields.reduce(1) { min($0, $1.concentration) }
    }

    private func alignment(_ lattice: HiddenLattice) -> Double {
        lattice.placement.fields.reduce(1) { min($0, abs($1.alignment)) }
    }
}
