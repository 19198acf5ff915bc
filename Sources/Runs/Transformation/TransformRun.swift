public import Configuration
public import Datasets
import DistributedTraining
import ModelFiles
public import Ranks
import RBMCore
import Storage

/// Writes what a layer makes of data into a file, for `wilson transform`.
public struct TransformRun {
    private let model: String
    private let data: DataFile
    private let output: String
    private let layer: Int?
    private let drawsStates: Bool
    private let seed: UInt64
    /// How ranks divide the cases and the model's hidden units; nil where all share the cases alone.
    public var grid: GridShape?

    /// The bytes that come together on rank 0 at a time, so that a large output takes no more memory.
    private let blockBytes = 1 << 24

    /// Creates the run.
    ///
    /// - Parameters:
    ///   - layer: The layer's number, from 0; nil for the top one.
    ///   - drawsStates: Whether states are written instead of means.
    ///   - seed: Names the random numbers of states, and of bits drawn from grey values.
    public init(
        model: String, data: DataFile, output: String, layer: Int?, drawsStates: Bool, seed: UInt64
    ) {
        self.model = model
        self.data = data
        self.output = output
        self.layer = layer
        self.drawsStates = drawsStates
        self.seed = seed
    }

    /// Collective.
    ///
    /// Transforms the data, each rank a share of every block; returns nil but on rank 0.
    ///
    /// - Parameter progress: Receives the share that is done, in [0, 1].
    /// - Throws: The same failure on all ranks; then there is no new file.
    public func run(
        _ world: borrowing Communicator, progress: (Double) -> Void = { _ in }
    ) throws -> WrittenCases? {
        try grid?.check(ranks: world.size, exitCode: ExitStatus.commandLine)
        let hiddenRanks = grid?.hidden ?? 1
        try world.checkWritable(output)
        let stack = try DividedModel.load(model, hiddenRanks: hiddenRanks, world)
        return try withColumn(ofHiddenRanks: hiddenRanks, world) {
            try write(stack, world, $0, progress)
        }
    }

    /// Collective.
    ///
    /// Writes what the layer makes of the data.
    ///
    /// - Parameter column: The ranks that share the cases, each with the same hidden columns.
    private func write(
        _ stack: DividedModel, _ world: borrowing Communicator, _ column: borrowing Communicator,
        _ progress: (Double) -> Void
    ) throws -> WrittenCases? {
        let layer = layer ?? stack.machines.count - 1
        try stack.checkLayer(layer, of: model)
        let hidden = stack.machines[layer].hiddenUnits
        if drawsStates, !hidden.isDiscrete {
            throw dataFault(
                model,
                "its hidden units are \(hidden), whose states cannot be written as bytes; leave out "
                    + "--samples to write their means")
        }
        let opened = try data.open(seed: seed, for: stack, world)
        try stack.checkFit(opened, from: data.path, for: model)

        let features = StackFeatures(
            Array(stack.machines[...layer]), of: opened.cases, drawnWith: drawsStates ? seed : nil)
        let count = opened.cases.count
        var file: NPYWriter?
        try world.together {
            guard world.rank == 0 else { return }
            file = try NPYWriter(
                drawsStates ? .uint8 : .float32, shape: [count, features.width], to: output)
        }
        let blockCases = max(1, blockBytes / features.bytesPerCase)
        for start in stride(from: 0, to: count, by: blockCases) {
            let share = column.share(of: min(blockCases, count - start))
            let own = try world.together {
                try features.bytes(of: (start + share.lowerBound)..<(start + share.upperBound)) {
                    progress((Double(start) + Double($0) * Double(column.size)) / Double(count))
                }
            }
            let parts = try column.gather(own)
            try world.together { for part in parts ?? [] { try file?.write(part) } }
        }
        try world.together { try file.take()?.finish() }
        guard world.rank == 0 else { return nil }
        let what = drawsStates ? "states" : "means"
        let top = stack.machines[layer]
        let units =
            top.hiddenUnits.columns > 1
            ? top.hiddenUnits.counted(columns: top.hiddenCount, side: "hidden")
            : "\(top.hiddenCount) hidden"
        return WrittenCases(
            cases: count, output: output,
            origin: ", the \(what) of the \(units) units of layer \(layer)")
    }
}
