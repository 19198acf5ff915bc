import Datasets
import DistributedTraining
import Ising
import ModelFiles
public import Ranks
import RBMCore
import Renormalization
public import Reports
import Runs
import Storage

/// Measures scaling exponents with the sampled hidden layers of a trained model as block spins, for
/// `wilson rg mcrg --model`.
///
/// The hidden units take the place of block majorities. If their receptive fields do not form a 4:1
/// coarse lattice, the run refuses and draws a picture of the fields.
public struct HiddenBlockMCRG {
    private let model: String
    private let size: Int?
    private let coupling: Double
    private let samples: Int
    private let seed: UInt64
    private let picture: String?

    /// - Parameters:
    ///   - size: The required size of the model's lattice; nil for any size.
    ///   - picture: The PNG file of the placement. Without it a picture is drawn beside the model
    ///     only when the run refuses.
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
    /// Places the hidden units, draws and measures; returns nil on all ranks but rank 0.
    public func run(_ world: borrowing Communicator) throws -> HiddenBlockMCRGReport? {
        if let picture { try world.checkWritable(picture) }
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
        return HiddenBlockMCRGReport(
            size: sizes[0], coupling: coupling, samples: samples,
            layers: hidden.map(HiddenBlockMCRGReport.Layer.init), steps: tables.0,
            majority: tables.1, model: path, plan: "\(measurement.sampler.plan)")
    }

    /// The sizes of the visible lattice and of its halves.
    private func halves(of model: Model) throws(RenormalizationError) -> [Int] {
        let lattice = try ModelLattice(square: model, self.model, size: size)
        do {
            return try BlockingSizes.of(lattice.rows)
        } catch {
            throw .model("\(self.model): its visible lattice cannot be blocked: \(error)")
        }
    }

    /// Places the units of each layer on the lattice below, or refuses with a picture.
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
                    "\(place)\(model) \(placement.problem ?? "is not a lattice"). The middles of the "
                        + "blocks, where they fit best, are \(decimal(placement.displacement, 2)) "
                        + "sites from the centres. The units cannot serve as block spins, and "
                        + "exponents cannot be measured; \(path) shows their receptive fields")
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

    /// Returns for each configuration the visible lattice and its hidden layers, each drawn from
    /// the one below.
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
        let source = BlockCases(
            bytes, first: numbers.lowerBound, count: samples, visible: sites)
        let views = propagatedViews(
            source, through: layers, seed: seed, propagation: { _ in .samples })
        for (index, (layer, view)) in zip(layers, views).enumerated() {
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
}

/// Scaling exponents of drawn hidden layers, beside those of majorities of the same configurations.
public struct HiddenBlockMCRGReport: Report {
    /// How well the units of a layer are placed.
    struct Layer: Encodable {
        let units: Int
        /// The least concentration of all fields.
        let concentration: Double
        /// The least magnitude of the alignment of all fields.
        let alignment: Double
        /// The root mean square displacement, in sites.
        let displacement: Double
        let offset: [Double]

        init(_ lattice: HiddenLattice) {
            let placement = lattice.placement
            units = lattice.units.count
            concentration = placement.fields.reduce(1) { min($0, $1.concentration) }
            alignment = placement.fields.reduce(1) { min($0, abs($1.alignment)) }
            displacement = placement.displacement
            offset = [placement.offset.x, placement.offset.y]
        }
    }

    let size: Int
    let coupling: Double
    let samples: Int
    let layers: [Layer]
    let steps: ScalingTable
    let majority: ScalingTable

    @NotEncoded private(set) var model: String
    /// How the configurations were drawn.
    @NotEncoded private(set) var plan: String

    public var table: Table {
        var table = Table(
            "hidden layers of \(model) as block spins at K = \(coupling), \(samples) configurations",
            plan)
        for (index, layer) in layers.enumerated() {
            table.line(
                "layer \(index): \(layer.units) units, one a block, their centres "
                    + "\(decimal(layer.displacement, 2)) sites from its middle (root mean square); "
                    + "concentration of the fields at least \(decimal(layer.concentration, 3)), "
                    + "alignment at least \(decimal(layer.alignment, 3))")
        }
        table.line("drawn hidden units")
        ScalingTable.addColumns(to: &table)
        steps.addRows(to: &table)
        table.line("majority of the same configurations")
        ScalingTable.addColumns(to: &table)
        majority.addRows(to: &table)
        ScalingTable.addExactRow(to: &table)
        if let remark = offCriticalRemark(coupling) { table.line(remark) }
        return table
    }
}
