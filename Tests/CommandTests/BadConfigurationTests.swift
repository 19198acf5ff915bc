import Foundation
import TestSupport
import Testing

/// Configurations that cannot be used are refused with code 78, before anything is written.
@Suite(.launches) struct BadConfigurationTests {
    static let texts: [(String, [String])] = [
        ("", ["the configuration is empty"]),
        ("data: [", ["not valid YAML", "bad.yaml:"]),
        ("a: *nothing", ["not valid YAML", "alias"]),
        ("data: 5\nlayers: [{hidden: 3}]", ["bad.yaml:1", "data", "found 5"]),
        ("- data", ["bad.yaml:1", "list"]),
        ("data:\n\ttrain: x", ["bad.yaml:2", "not valid YAML"]),
        ("data: {ising: {size: 8}}", ["layers"]),
        ("data: {ising: {size: 8}}\nlayers: [{hiden: 3}]", ["hiden", "hidden"]),
        ("data: {ising: {size: 1}}\nlayers: [{hidden: 3}]", ["bad.yaml:1", "size", "found 1"]),
        ("data: {ising: {coupling: .nan}}\nlayers: [{hidden: 3}]", ["coupling"]),
        (
            "data: {ising: {size: 1024, samples: 100000000}}\nlayers: [{hidden: 3}]",
            ["data.ising", "bytes"]
        ),
    ]

    @Test(arguments: texts) func aBadTextIsRefused(text: String, words: [String]) throws {
        let small = try SmallRun()
        let file = try small.folder.write(text, to: "bad.yaml")
        let output = small.folder.file("run")
        try Command.run(["train", file, "--output", output], seconds: 30).expectFault(78, words)
        #expect(!small.has("run"))
    }

    static let settings: [([String], [String])] = [
        (["training.epoch=3"], ["training.epoch", "`epochs`"]),
        (["layers.0.hidden=many"], ["layers.0.hidden", "many"]),
        (["layers.0.hidden=0"], ["layers.0.hidden", "found 0"]),
        (["layers.0.hidden=99999999999999999999"], ["layers.0.hidden"]),
        (["layers.7.hidden=3"], ["layers.7.hidden"]),
        (["data.held-out=2"], ["data.held-out", "found 2"]),
        (["monitor.every=3 weeks"], ["monitor.every", "3 weeks"]),
        (["training.learning-rate=-1"], ["learning-rate", "-1"]),
        (["training.learning-rate=.nan"], ["learning-rate"]),
        (["training.learning-rate=1e39"], ["learning-rate"]),
        (["training.momentum=1"], ["momentum"]),
        (["training.batch=0"], ["batch"]),
        (["training.nesterov=true"], ["nesterov", "momentum"]),
        (["nonsense"], ["--set nonsense"]),
        (["=3"], ["--set =3"]),
    ]

    @Test(arguments: settings) func aBadSettingIsRefused(
        settings: [String], words: [String]
    ) throws {
        let small = try SmallRun()
        try small.train(settings).expectFault(78, words)
        #expect(!small.has("run"))
    }

    @Test func twoRanksRefuseOnce() throws {
        let small = try SmallRun()
        try small.train(["training.epoch=3"], ranks: 2).expectFault(78, "`epochs`")
        let missing = small.folder.file("missing.yaml")
        let output = ["--output", small.folder.file("run")]
        for ranks in [nil, 2] {
            try Command.run(["train", missing] + output, ranks: ranks, seconds: 30)
                .expectFault(78, "missing.yaml", "cannot be opened", "wilson defaults")
        }
        try Command.run(["train", small.folder.path] + output, seconds: 30)
            .expectFault(78, "is a folder", "wilson defaults")
        try Data([0xFF, 0xFE, 0, 1, 2]).write(to: URL(filePath: missing))
        try Command.run(["train", missing] + output, seconds: 30)
            .expectFault(78, "missing.yaml")
        #expect(!small.has("run"))
    }

    /// What only the data tell.
    @Test func spinsOfGreyDataAreRefused() throws {
        let small = try SmallRun()
        let pixels = SmallRun.bits(cases: 40, units: 9).map { $0 * 200 }
        let file = try small.write(Bytes.idx([40, 3, 3], data: pixels), to: "grey.idx")
        for ranks in [nil, 2] {
            try small.train(
                ["data.train=\(file)", "layers.0.visible-units=spin"], ranks: ranks
            ).expectFault(78, "layers.0.visible-units", "data.binarize: threshold")
        }
        #expect(!small.has("run"))
    }

    @Test func moreWeightsThanALayerMayHaveAreRefused() throws {
        let small = try SmallRun()
        let cases = SmallRun.bits(cases: 2, units: 4096)
        let file = try small.write(Bytes.npy("(2, 4096)", data: cases), to: "wide.npy")
        try small.train(["data.train=\(file)", "layers.0.hidden=1000000", "arithmetic=float32"])
            .expectFault(78, "layers.0.hidden", "4096", "1000000")
        #expect(!small.has("run"))
    }

    @Test func checkWritesNothing() throws {
        let small = try SmallRun()
        let arguments = ["train", small.configuration, "--check", "--output"]
        for ranks in [nil, 2] {
            let run = try Command.run(
                arguments + [small.folder.file("run")], ranks: ranks, seconds: 30)
            #expect(run.status == 0, "\(run.words)")
            #expect(run.output.contains("36 training cases and 4 held out"), "\(run.output)")
        }
        #expect(!small.has("run"))
        try small.train(["data.train=\(small.folder.file("none"))"], options: ["--check"])
            .expectFault(65, "cannot be opened")
    }

    @Test func settingsOverrideTheFile() throws {
        let small = try SmallRun()
        let run = try small.train(["training.epochs=3", "layers.0.hidden=6"])
        #expect(run.status == 0, "\(run.words)")
        #expect(small.has("run/checkpoints/step-0000000012.safetensors"))
        let model = try Command.run(
            ["inspect", small.folder.file("run/model.safetensors"), "--configuration"])
        #expect(model.output.contains("epochs: 3"), "\(model.words)")
        #expect(model.output.contains("hidden: 6"), "\(model.words)")
    }

    /// A rate that no float32 survives.
    @Test(arguments: [nil, 2]) func weightsThatAreNotFiniteStopTheRun(ranks: Int?) throws {
        let small = try SmallRun()
        let run = try small.train(
            [
                "training.learning-rate=3e38", "training.momentum=0.9", "training.epochs=6",
                "checkpoint.every=1 steps", "monitor.every=100 epochs",
            ], ranks: ranks)
        run.expectFault(
            76, "layer 0, step ", "no longer finite", "norm of the weights was", "3e+38",
            "Lower `learning-rate`")
        #expect(!small.has("run/model.safetensors"))
        let kept = small.names("run/checkpoints")
        #expect(!kept.isEmpty)
        for checkpoint in kept {
            let inspection = try Command.run(
                ["inspect", small.folder.file("run/checkpoints/\(checkpoint)")])
            #expect(inspection.status == 0, "\(inspection.words)")
        }
        // Without a monitor or a checkpoint on the way, the end still finds it.
        try small.train(
            [
                "training.learning-rate=3e38", "training.momentum=0.9",
                "checkpoint.every=100 epochs", "monitor.every=100 epochs",
            ], output: "late", ranks: ranks
        ).expectFault(76, "no longer finite", "at step 0")
        #expect(!small.has("late/model.safetensors"))
    }
}
