import Foundation
import RandomStreams
import RBMCore
import TestSupport

/// Draws independent visible states of a small RBM exactly: a hidden state by its probability, among
/// all of them, and the visible units given it.
///
/// - Returns: States in their encoding, shape `[count, visible]`.
func exactStates(of rbm: RBM, count: Int, _ generator: inout TestGenerator) -> [UInt8] {
    let hidden = NaiveRBM.states(rbm.hiddenUnits, rbm.hiddenCount)
    let logs = hidden.map { -rbm.freeEnergy(ofHidden: $0) }
    let total = logSum(logs)
    let distribution = StateDistribution(probabilities: logs.map { exp($0 - total) })
    let stream = RandomStream(seed: generator.next(), .benchmark)
    let law = rbm.visibleLaw
    return (0..<count).flatMap { row in
        var levels = rbm.visiblePreactivations(given: hidden[distribution.draw(&generator)])
            .map { Float($0) }
        var span = levels.mutableSpan
        law.levels(fields: &span)
        var states = [UInt8](
            repeating: 0, count: rbm.visibleCount * rbm.visibleUnits.stateEncoding.bytesPerUnit)
        var bytes = states.mutableSpan
        law.draw(levels.span, row: row, from: stream, one: 1, into: &bytes)
        return states
    }
}
