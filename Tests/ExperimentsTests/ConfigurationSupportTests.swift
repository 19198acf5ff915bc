import Testing

@testable import Experiments

@Suite struct ConfigurationSupportTests {
    @Test(arguments: [
        "data.values=auto", "data.values=bits", "data.values=grey", "data.values=spins",
        "data.binarize=none", "data.binarize=threshold", "data.binarize=sample",
        "data.binarize=sample-once", "initial-model=model.safetensors",
        "training.sparsity={target: 0.1, cost: 1}", "training.keep-probability=0.5",
        "training.early-stop={gap: 3}", "layers.0.training={batch: 5}",
        "training.schedule={exponential: 0.9}",
        "training.schedule={inverse-time: 9}", "training.warm-up=1 step",
        "training.momentum={from: 0, to: 0.5, over: 1 epoch}",
        "layers.0.visible-units=spin", "layers.0.hidden-units=spin", "layers.0.propagate=samples",
        "layers.0.training={}", "layers.0.training={batch: 100}", "layers.1={hidden: 2}",
        "training.algorithm=cd", "training.sweeps=25", "training.chains=50",
        "training.schedule=linear", "training.schedule=constant", "training.warm-up=0 steps",
        "training.momentum=0.9", "training.nesterov=false",
        "training.weight-decay={l1: 0.1, l2: 0.1}", "training.keep-probability=1.0",
        "training.average=0", "training.early-stop.gap=none", "data.held-out=0",
        "data.held-out=test.npy", "layers.0.visible-units=gaussian", "arithmetic=integer",
        "arithmetic=float32", "arithmetic=integer-one-byte", "initial-model=none",
    ])
    func whatIsSupportedLoads(_ override: String) {
        #expect(problems(minimalText, overrides: [override]) == [])
    }
}
