import FlowMaps
import RBMCore
import Renormalization

/// What completes a cue to a state: a memory, or a trained machine.
protocol CueCompletion {
    /// Completes a cue.
    ///
    /// - Parameter number: The number of the cue; with the seed it names the random numbers.
    func complete(_ cue: [Int8], seed: UInt64, number: Int) -> HopfieldMemory.Recall
}

extension HopfieldMemory: CueCompletion {
    func complete(_ cue: [Int8], seed: UInt64, number: Int) -> Recall {
        recall(from: cue, seed: seed, trial: number)
    }
}

/// Completes cues by the deterministic flow of a machine.
///
/// A cue is a state of visible means. Means go up and down until no unit changes by more than 10⁻⁴;
/// a unit then takes the state that is more probable.
struct MachineCompletion: CueCompletion {
    private let rbm: RBM
    private let map: MeanFieldMap

    private static let mostSteps = 1000

    init(_ rbm: RBM) {
        self.rbm = rbm
        map = MeanFieldMap(rbm)
    }

    func complete(_ cue: [Int8], seed: UInt64, number: Int) -> HopfieldMemory.Recall {
        let kind = rbm.visibleUnits
        var means = cue.map { kind.value($0 == 1 ? 1 : 0) }
        var steps = 0
        var isFixed = false
        while !isFixed, steps < Self.mostSteps {
            let next = map(means)
            isFixed = zip(next, means).allSatisfy { ($0 - $1).magnitude <= 1e-4 }
            means = next
            steps += 1
        }
        let middle = kind.value(0.5)
        let state = means.map { Int8($0 < middle ? -1 : 1) }
        let values = state.map { kind.value($0 == 1 ? 1 : 0) }
        return HopfieldMemory.Recall(
            state: state, sweeps: steps, isFixed: isFixed,
            energy: rbm.freeEnergy(ofVisible: values) / Double(rbm.visibleCount))
    }
}
