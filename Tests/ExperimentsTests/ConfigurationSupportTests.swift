import Testing

@testable import Experiments

@Suite struct ConfigurationSupportTests {
    /// A key's line in the table is removed when its time comes, and its row here with it.
    @Test(arguments: [
        ("data.values=real", "data.binarize=sample", "auto, bits, grey, spins"),
        ("data.binarize=sample-once", "", "none, threshold, sample"),
        ("arithmetic=integer-one-byte", "", "auto, integer, float32"),
        ("initial-model=model.safetensors", "", "none"),
        ("layers.0.visible-units=gaussian", "", "bernoulli, spin"),
        ("layers.0.training={batch: 5}", "", "{}"),
        ("training.schedule={exponential: 0.9}", "", "linear, constant"),
        ("training.schedule={inverse-time: 9}", "", "linear, constant"),
        ("training.warm-up=1 step", "", "0 epochs"),
        ("training.momentum={from: 0, to: 0.5, over: 1 epoch}", "", "a number"),
        ("training.nesterov=true", "training.momentum=0.5", "false"),
        ("training.sparsity={target: 0.1, cost: 1}", "", "{target: 0, cost: 0, memory: 0.95}"),
        ("training.keep-probability=0.5", "", "1"),
        ("training.early-stop={gap: 3}", "", "{gap: none, patience: 5}"),
    ])
    func whatIsNotYetSupportedIsRefused(_ override: String, _ companion: String, _ rest: String) {
        let overrides = [companion, override].filter { !$0.isEmpty }
        let key = override.prefix { $0 != "=" }
        #expect(
            problems(minimalText, overrides: overrides) == [
                "--set \(override): \(key): not yet supported; supported: \(rest)"
            ])
    }

    @Test(arguments: [
        "data.values=auto", "data.values=bits", "data.values=grey", "data.values=spins",
        "data.binarize=none", "data.binarize=threshold", "data.binarize=sample",
        "layers.0.visible-units=spin", "layers.0.hidden-units=spin", "layers.0.propagate=samples",
        "layers.0.training={}", "layers.0.training={batch: 100}", "layers.1={hidden: 2}",
        "training.algorithm=cd", "training.sweeps=25", "training.chains=50",
        "training.schedule=linear", "training.schedule=constant", "training.warm-up=0 steps",
        "training.momentum=0.9", "training.nesterov=false",
        "training.weight-decay={l1: 0.1, l2: 0.1}", "training.keep-probability=1.0",
        "training.average=0", "training.early-stop.gap=none", "data.held-out=0",
        "data.held-out=test.npy", "arithmetic=integer", "arithmetic=float32", "initial-model=none",
    ])
    func whatIsSupportedLoads(_ override: String) {
        #expect(problems(minimalText, overrides: [override]) == [])
    }

    @Test func refusalsHaveTheLineAndStandBesideOtherProblems() {
        let text = minimalText + "training:\n  nesterov: true\n  momentum: 0.5\n  batch: 0\n"
        #expect(
            problems(text) == [
                "c.yaml:5:13: training.nesterov: not yet supported; supported: false",
                "c.yaml:7:10: training.batch: found 0; expected an integer from 1 to 1000000",
            ])
    }

    @Test func aLayersOwnKeysAreNamedThere() {
        let text =
            "data: {train: a}\nlayers:\n  - hidden: 1\n    training:\n      nesterov: true\n"
            + "      momentum: 0.5\n"
        #expect(
            problems(text) == [
                "c.yaml:5:7: layers.0.training: not yet supported; supported: {}",
                "c.yaml:5:17: layers.0.training.nesterov: not yet supported; supported: false",
            ])
    }
}
