import DistributedTraining
import Foundation
import ModelFiles
import Ranks
import RBMCore
import RandomStreams

/// Random cases with some structure: neighbouring units agree more often than not.
final class StripedCases: CaseSource {
    let count: Int
    let visible: Int
    let encoding: StateEncoding

    init(count: Int, visible: Int, encoding: StateEncoding) {
        self.count = count
        self.visible = visible
        self.encoding = encoding
    }

    func load(_ cases: [Int], draw: Int, into result: inout [UInt8]) throws {
        for (row, number) in cases.enumerated() {
            let stream = RandomStream(seed: 99, .binarization(draw: draw))
            let phase = stream.word(row: number, unit: visible) % 2
            for i in 0..<visible {
                let word = stream.word(row: number, unit: i)
                let bit = (i / 3 + Int(phase)) % 2 == 0 ? word % 8 != 0 : word % 8 == 0
                result[row * visible + i] =
                    encoding == .levels ? UInt8(bit ? 127 - word % 20 : word % 30) : (bit ? 1 : 0)
            }
        }
    }
}

/// Persistent chains as the plans below have them.
let persistent = PersistentChains(sweeps: 1, chains: 11)

/// As many chains that swap their states.
private let tempered = ParallelTempering(ChainSettings(sweeps: 2, chains: 11))

/// A small layer's plan: 203 cases in batches of 20, so that the last batch is short.
func plan(
    _ visible: any UnitKind, _ hidden: any UnitKind, _ negativePhase: any NegativePhase,
    _ arithmetic: ArithmeticKind, layer: Int = 0, epochs: Int = 4
) -> LayerPlan {
    LayerPlan(
        layer: layer, visibleUnits: visible, hidden: 17, hiddenUnits: hidden,
        arithmetic: arithmetic, seed: 5, initialWeights: 0.1, startsAtLogOdds: true,
        negativePhase: negativePhase, batch: 20, epochs: epochs, rate: 0.05, schedule: .linear,
        optimizer: .init(momentum: 0.5, terms: [WeightDecay(l1: 1e-4, l2: 1e-3)]),
        averagedPart: 0.3)
}

private func train(
    _ plans: [LayerPlan], _ encoding: StateEncoding, _ world: borrowing Communicator
) throws -> Model {
    let cases = StripedCases(count: 203, visible: 29, encoding: encoding)
    let heldOut = StripedCases(count: 31, visible: 29, encoding: encoding)
    let trainer = StackTrainer(
        plans: plans,
        monitor: MonitorPlan(every: .steps(9), cases: 100, pseudoLikelihoodCases: 10),
        checkpointEvery: .steps(10), checkpoints: nil, imageShape: [29], seed: 5,
        configuration: "", stopAfterSteps: nil
    ) { _, below in
        var sources: [any CaseSource] = [cases, heldOut]
        for (layer, rbm) in below.enumerated() {
            sources = sources.map {
                PropagatedCases(
                    $0, through: rbm, arithmetic: plans[layer].arithmetic,
                    propagation: layer % 2 == 0 ? .means : .samples, seed: 5, layer: layer)
            }
        }
        return LayerData(training: sources[0], heldOut: sources[1])
    }
    let outlets = world.rank == 0 ? [RecordPrinter()] : []
    let outcome = try trainer.run(from: nil, timer: StepTimer(), outlets: outlets, world)
    guard case .finished(let model, _) = outcome else {
        throw CheckFailed(message: "training stopped")
    }
    return Model(layers: model.machines.map(\.own), imageShape: model.imageShape)
}

/// Trains with another learning rate on rank 1, as if its processor made mistakes.
///
/// - Parameter hiddenRanks: The ranks that divide the hidden units.
func trainApart(hiddenRanks: Int, _ world: borrowing Communicator) throws {
    var layer = plan(.bernoulli, .bernoulli, persistent, .integer)
    layer.hidden = 130
    if world.rank == 1 { layer.rate *= 2 }
    let cases = StripedCases(count: 203, visible: 29, encoding: .bits)
    var trainer = StackTrainer(
        plans: [layer],
        monitor: MonitorPlan(every: .steps(11), cases: 100, pseudoLikelihoodCases: 10),
        checkpointEvery: .steps(10), checkpoints: nil, imageShape: [29], seed: 5, configuration: "",
        stopAfterSteps: nil
    ) { _, _ in LayerData(training: cases, heldOut: nil) }
    trainer.hiddenRanks = hiddenRanks
    trainer.agreementEvery = 7
    let outlets = world.rank == 0 ? [RecordPrinter()] : []
    _ = try trainer.run(from: nil, timer: StepTimer(), outlets: outlets, world)
}

/// Prints what all numbers of ranks must agree on: the records without their times.
private final class RecordPrinter: TrainingOutlet {
    func recorded(_ record: MonitorRecord) {
        print(
            record.entries.filter { !$0.metric.isTime }.map {
                "\($0.metric.name) \($0.value, default: "-")"
            }.joined(separator: ", "))
    }
}

/// Trains every pairing of units, rule and kind of data, and a stack; prints fingerprints.
func printFingerprints(of arithmetic: ArithmeticKind, _ world: borrowing Communicator) throws {
    for visible in UnitKinds.binary {
        for hidden in UnitKinds.binary {
            for phase in [ContrastiveDivergence(sweeps: 2), persistent, tempered]
                as [any NegativePhase]
            {
                for encoding in [StateEncoding.bits, .levels] {
                    let model = try train(
                        [plan(visible, hidden, phase, arithmetic)], encoding, world)
                    guard world.rank == 0 else { continue }
                    print(visible, hidden, phase.title, encoding, fingerprint(model))
                }
            }
        }
    }
    let stack = (0..<3).map { plan(.spin, .spin, persistent, arithmetic, layer: $0, epochs: 2) }
    let model = try train(stack, .bits, world)
    if world.rank == 0 { print("stack", fingerprint(model)) }
    // In panels, and with sums beside the computation: the same.
    for isOverlapped in [false, true] {
        var divided = stack
        for i in divided.indices {
            divided[i].panels = PanelPlan(units: 7, isOverlapped: isOverlapped)
        }
        let other = try train(divided, .bits, world)
        guard world.rank == 0 else { continue }
        let isEqual = fingerprint(other) == fingerprint(model)
        try expect(isEqual || arithmetic == .float32, "panels change the bits: \(isOverlapped)")
    }
}

/// Fails when two draws of one training share a counter.
///
/// Sources of cases are functions of a case and may be asked again; dropout gives a row of the data
/// and the chain of the same number one mask; the weights of the start are rounded twice, alike.
func checkCounters(_ world: borrowing Communicator) throws {
    let ofCases: Set<Purpose.Code> = [.propagation, .pseudoLikelihoodBits]
    let phases: [any NegativePhase] = [
        ContrastiveDivergence(sweeps: 2), PersistentChains(sweeps: 2, chains: 11), tempered,
    ]
    for phase in phases {
        let stack = (0..<3).map {
            var plan = plan(.bernoulli, .bernoulli, phase, .integerOneByte, layer: $0, epochs: 2)
            if type(of: phase).takesDropout { plan.keepProbability = 0.6 }
            return plan
        }
        let draws = try DrawRecorder.record(seed: 5) { _ = try train(stack, .levels, world) }
        let repeated = DrawRecorder.repeated(draws).filter {
            switch $0.purpose.code {
            case .dropout: false
            case .weightRounding: $0.purpose.step > 0
            case let code: !ofCases.contains(code)
            }
        }
        try expect(
            repeated.isEmpty,
            "\(repeated.count) of \(draws.count) draws, first row \(repeated[0].row) of "
                + "\(repeated[0].purpose)")
        let masks = Dictionary(grouping: draws.filter { $0.purpose.code == .dropout }) { $0 }
        try expect(masks.values.allSatisfy { $0.count <= 2 }, "a mask is drawn three times")
        var expected: Set<Purpose.Code> = [
            .initialWeights, .hiddenState, .visibleState, .positiveRounding, .negativeRounding,
            .propagation, .pseudoLikelihoodBits, .dropout, .weightRounding,
        ]
        if phase.chainCount > 0 { expected.formUnion([.initialChains, .chainCheck, .modelPath]) }
        if phase is ParallelTempering {
            expected.subtract([.hiddenState, .visibleState, .dropout])
            expected.insert(.temperedTraining)
        }
        try expect(Set(draws.map(\.purpose.code)) == expected, "other purposes were drawn for")
    }
}

private func fingerprint(_ model: Model) -> String {
    model.layers.map { String($0.parameters.fingerprint, radix: 16) }.joined(separator: " ")
}

/// Trains in float32 for so few steps that no sampled bit flips; prints the parameters.
func printParameters(_ world: borrowing Communicator) throws {
    var short = plan(.bernoulli, .bernoulli, ContrastiveDivergence(sweeps: 1), .float32)
    short.epochs = 1
    let model = try train([short], .bits, world)
    // All ranks of a run hold equal bits.
    let isEqual = try world.agrees(on: model.layers[0].parameters.fingerprint)
    try expect(isEqual, "ranks hold other bits")
    if world.rank == 0 {
        print(
            "parameters", model.layers[0].parameters.values.map { "\($0)" }.joined(separator: " "))
    }
}
