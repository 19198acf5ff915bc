import Analysis
public import Datasets
import DistributedTraining
import FlowMaps
import ModelFiles
public import Ranks
import RBMCore
public import Reports
import Runs
import Storage

/// Finds the directions along which the hidden units of models change most, for
/// `wilson autoencoder tangents`.
public struct TangentRun {
    private let models: [String]
    private let data: DataFile
    private let cases: Int
    private let seed: UInt64

    /// The picture of the leading directions at each case, by the first model's layer `layer`, if any.
    public var picture: String?
    /// The NPY file for the mean spectra of the topmost layers, if any.
    public var output: String?
    /// The directions of a case in the picture.
    public var directions = 8
    /// The layer of the picture; nil for the topmost.
    public var layer: Int?

    /// - Parameter cases: The first cases of the file at which Jacobians are taken.
    public init(models: [String], data: DataFile, cases: Int, seed: UInt64) {
        self.models = models
        self.data = data
        self.cases = cases
        self.seed = seed
    }

    /// The cases in a picture.
    private static let shownCases = 12

    /// Collective.
    ///
    /// Decomposes the Jacobians of some cases on each rank; returns nil on all ranks but rank 0.
    ///
    /// - Parameter progress: Is told the share of all work that is done.
    public func run(
        _ world: borrowing Communicator, progress: (Double) -> Void
    ) throws -> TangentReport? {
        for path in [picture, output].compactMap({ $0 }) { try world.checkWritable(path) }
        setLinearAlgebraThreads(1)
        var spectra: [TangentReport.Spectrum] = []
        var taken = 0
        for (number, path) in models.enumerated() {
            let model = try Model.load(path, world)
            let stack = try world.together { () throws -> EncoderStack in
                if let layer, !model.layers.indices.contains(layer) {
                    throw dataFault(
                        path,
                        "has no layer \(layer); the topmost is layer \(model.layers.count - 1)")
                }
                return try model.encoderStack(path)
            }
            let cases = try RealCases(
                data, for: model, most: cases, least: 1, seed: seed, world)
            taken = cases.values.rows
            let shownLayer = layer ?? model.layers.count - 1
            let shown = number == 0 && picture != nil
            let found = try decompose(stack, cases.values, shown ? shownLayer : nil, world) {
                progress((Double(number) + $0) / Double(models.count))
            }
            spectra += found.means.enumerated().map { depth, values in
                TangentReport.Spectrum(
                    model: path,
                    kind: model.autoEncoderOutput == nil ? "machine" : "auto-encoder",
                    layer: depth, values: values)
            }
            try world.together {
                guard world.rank == 0, shown, let picture else { return }
                try sheet(found.directions, cases, shown: found.width)
                    .writePNG(to: picture)
            }
        }
        try world.together {
            guard world.rank == 0, let output else { return }
            // Rows of one length: the shorter spectra end in zeros.
            let width = spectra.reduce(0) { max($0, $1.values.count) }
            try writeNPY(
                spectra.flatMap {
                    $0.values + [Double](repeating: 0, count: width - $0.values.count)
                }, shape: [spectra.count, width], to: output)
        }
        guard world.rank == 0 else { return nil }
        return TangentReport(cases: taken, spectra)
    }

    /// The mean spectra of all layers, and the leading directions of the first cases in one of them.
    private func decompose(
        _ stack: EncoderStack, _ values: Matrix, _ shownLayer: Int?,
        _ world: borrowing Communicator, _ progress: (Double) -> Void
    ) throws -> (means: [[Double]], directions: [Double], width: Int) {
        let inputs = stack.inputs
        let ranks = stack.layers.map { min(inputs, $0.bias.count) }
        // No later layer's Jacobian has a higher rank than one below it.
        let lengths = ranks.indices.map { ranks[...$0].min() ?? 0 }
        let width = lengths.reduce(0, +)
        let count = shownLayer.map { min(directions, lengths[$0]) } ?? 0
        let room = width + count * inputs
        let all = try world.work(parts: values.rows, width: room) { row in
            let found = try spectra(of: stack, at: values.rows(row..<row + 1))
            progress(Double(row + 1) / Double(values.rows))
            var numbers: [Double] = []
            for (spectrum, length) in zip(found, lengths) {
                numbers += spectrum.values.prefix(length)
            }
            if let shownLayer {
                numbers += found[shownLayer].directions.leading(rows: count).elements
            }
            return numbers
        }
        var means = [Double](repeating: 0, count: width)
        for row in 0..<values.rows {
            for place in means.indices {
                means[place] += all[row * room + place] / Double(values.rows)
            }
        }
        var layers: [[Double]] = []
        for length in lengths {
            let first = layers.reduce(0) { $0 + $1.count }
            layers.append(Array(means[first..<first + length]))
        }
        var shown: [Double] = []
        for row in 0..<min(values.rows, Self.shownCases) {
            shown += all[(row * room + width)..<((row + 1) * room)]
        }
        return (layers, shown, count)
    }

    private func spectra(
        of stack: EncoderStack, at input: Matrix
    ) throws -> [(values: [Double], directions: Matrix)] {
        do {
            return try stack.spectra(at: input)
        } catch {
            throw dataFault(data.path, "of the Jacobian at one of its cases \(error)")
        }
    }

    /// Each case with its directions beside it; a value of 0 is gray.
    private func sheet(_ directions: [Double], _ cases: RealCases, shown count: Int) -> PixelImage {
        let values = cases.values
        let units = values.columns
        let (least, most) = (values.elements.min() ?? 0, values.elements.max() ?? 1)
        var grey: [Float] = []
        for row in 0..<min(values.rows, Self.shownCases) {
            grey += values.rows(row..<row + 1).elements.map {
                Float(($0 - least) / max(most - least, .leastNormalMagnitude))
            }
            for number in 0..<count {
                let first = (row * count + number) * units
                let direction = directions[first..<first + units]
                let largest = direction.reduce(0) { max($0, abs($1)) }
                grey += direction.map {
                    Float(0.5 + $0 / max(2 * largest, .leastNormalMagnitude))
                }
            }
        }
        return SampleSheet.sheet(grey, shape: cases.shape, columns: count + 1)
    }
}

/// How models stretch the space of their inputs.
public struct TangentReport: Report, Sendable {
    /// The mean singular values of one layer's Jacobian.
    struct Spectrum: Encodable, Sendable {
        let model: String
        let kind: String
        let layer: Int
        /// In falling order, means over the cases.
        let values: [Double]
        /// (Σ σ²)²/Σ σ⁴: how many directions count.
        let participation: Double

        init(model: String, kind: String, layer: Int, values: [Double]) {
            self.model = model
            self.kind = kind
            self.layer = layer
            self.values = values
            let squares = values.map { $0 * $0 }
            let sum = squares.reduce(0, +)
            let fourth = squares.reduce(0) { $0 + $1 * $1 }
            participation = fourth > 0 ? sum * sum / fourth : 0
        }
    }

    let cases: Int
    let spectra: [Spectrum]

    /// The numbers of singular values in the table.
    private static let shown = [1, 2, 5, 10, 20, 50, 100, 200, 500]

    init(cases: Int, _ spectra: [Spectrum]) {
        self.cases = cases
        self.spectra = spectra
    }

    public var table: Table {
        var table = Table(
            "singular values of ∂h/∂x, "
                + (cases == 1
                    ? "of the first case of the data"
                    : "means over the first \(cases) cases of the data"))
        table.columns(
            [.left("σ of number")]
                + spectra.indices.map { Table.Column.right("\(letter($0))") })
        for number in Self.shown
        where spectra.contains(where: { $0.values.count >= number }) {
            table.row(
                ["\(number)"]
                    + spectra.map {
                        $0.values.count >= number ? shortest($0.values[number - 1]) : ""
                    })
        }
        table.row(["directions"] + spectra.map { decimal($0.participation, 1) })
        for (number, spectrum) in spectra.enumerated() {
            table.line(
                "\(letter(number)): \(spectrum.kind) \(spectrum.model), layer \(spectrum.layer)")
        }
        table.line("directions: (Σ σ²)²/Σ σ⁴, how many of them count")
        return table
    }

    private func letter(_ number: Int) -> String {
        number < 26 ? String(UnicodeScalar(UInt8(65 + number))) : "\(number + 1)"
    }
}
