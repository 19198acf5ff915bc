import Configuration
import Datasets
import DistributedTraining
import Ranks
import RBMCore

extension [LayerPlan] {
    /// Checks what only the data tell: whether sums could overflow, sizes are beyond MPI's, a learning
    /// rate is 0 at every step, or an early stop has no held-out cases.
    func check(on data: LayerData, _ configuration: RunConfiguration) throws(SharedFailure) {
        var visible = data.training.visible
        var encoding = data.training.encoding
        for plan in self {
            try plan.checkUnits(visible: visible, encoding: encoding)
            try plan.checkRate(cases: data.training.count)
            try plan.checkEarlyStop(heldOut: data.heldOut?.count ?? 0)
            visible = plan.hidden
            encoding = configuration.layers[plan.layer].propagate == .means ? .levels : .bits
        }
    }
}

extension LayerPlan {
    /// Checks that the units can take the states below them, and that all sums fit their integers.
    fileprivate func checkUnits(
        visible: Int, encoding: StateEncoding
    ) throws(SharedFailure) {
        if layer == 0 && !visibleUnits.takesGrey && encoding == .levels {
            throw SharedFailure(
                exitCode: ExitStatus.configuration,
                "layers.0.visible-units: spins take two values, but the data are grey; set "
                    + "`data.binarize: threshold` or `sample`")
        }
        guard visible <= ConfigurationLimit.weights / hidden else {
            throw SharedFailure(
                exitCode: ExitStatus.configuration,
                "layers.\(layer).hidden: \(visible) visible × \(hidden) hidden units are more than "
                    + "the \(ConfigurationLimit.weights) weights a layer may have")
        }
        let shape = LayerSpec(
            visible: visible, hidden: hidden, visibleUnits: visibleUnits,
            hiddenUnits: hiddenUnits, encoding: encoding)
        if arithmetic != .float32,
            let refusal = ArithmeticKind.refusal(
                ofIntegersFor: shape, batch: batch, chains: negativePhase.rows(ofBatch: batch))
        {
            throw SharedFailure(
                exitCode: ExitStatus.configuration, "layers.\(layer): \(refusal)")
        }
    }

    /// Checks that the free-energy gap, which ends the training, can be measured.
    fileprivate func checkEarlyStop(heldOut: Int) throws(SharedFailure) {
        guard earlyStop.gap != nil, heldOut == 0 else { return }
        throw SharedFailure(
            exitCode: ExitStatus.configuration,
            "layers.\(layer): `training.early-stop` needs held-out cases, but the fraction "
                + "`data.held-out` of so few cases holds out none; raise it, or name a file")
    }

    /// Checks that the rate is not 0 at every step, which would train nothing.
    fileprivate func checkRate(cases: Int) throws(SharedFailure) {
        let batches = BatchPlan(
            cases: cases, batch: batch, epochs: epochs, seed: seed, layer: layer)
        guard warmUp.steps <= batches.steps else {
            throw SharedFailure(
                exitCode: ExitStatus.configuration,
                "layers.\(layer): the warm-up of \(warmUp.steps) steps is longer than the "
                    + "training of \(batches.steps); shorten `training.warm-up` or raise `epochs`")
        }
        guard (0..<batches.steps).contains(where: { rate(ofStep: $0, of: batches) > 0 }) else {
            throw SharedFailure(
                exitCode: ExitStatus.configuration,
                "layers.\(layer): the learning rate is 0 at each of the \(batches.steps) steps "
                    + "(\(rate) by `schedule` and `warm-up`, as float32); raise "
                    + "`training.learning-rate` or choose another schedule")
        }
    }
}
