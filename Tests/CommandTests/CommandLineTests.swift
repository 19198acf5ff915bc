import Foundation
import TestSupport
import Testing

/// What is wrong with the words of a command ends with code 64; what is asked about is told.
@Suite(.launches) struct CommandLineTests {
    static let faults: [([String], [String])] = [
        (["frobnicate"], ["frobnicate"]),
        (["train"], ["<config>"]),
        (["train", "a.yaml", "--frobnicate"], ["--frobnicate"]),
        (["train", "a.yaml", "--output"], ["--output"]),
        (["train", "a.yaml", "--output", ""], ["--output is empty"]),
        (["train", "a.yaml", "--threads", "0"], ["--threads is 0", "1 to 4096"]),
        (["train", "a.yaml", "--threads", "1000000"], ["--threads is 1000000"]),
        (["train", "a.yaml", "--threads", "two"], ["two"]),
        (["train", "a.yaml", "--stop-after-steps", "0"], ["--stop-after-steps is 0"]),
        (["evaluate", "a.safetensors"], ["--data"]),
        (["evaluate", "a.safetensors", "--data", "a.npy", "--layer=-1"], ["--layer is -1"]),
        (["evaluate", "a", "--data", "b", "--values", "blue"], ["blue", "grey"]),
        (sample(count: "0"), ["--count is 0"]),
        (sample(count: "-3"), ["--count"]),
        (sample(count: "many"), ["many"]),
        (sample(sweeps: "0"), ["--sweeps is 0"]),
        (sample(output: "a.txt"), ["--output is `a.txt`", ".npy or .png"]),
        (sample() + ["--start", "data"], ["--data"]),
        (sample() + ["--data", "a.npy"], ["--start data"]),
        (sample() + ["--seed", "-1"], ["--seed"]),
        (ising(size: "1"), ["size 1", "2 to 4096"]),
        (ising(size: "100000"), ["size 100000", "2 to 4096"]),
        (ising(coupling: "nan"), ["nan", "critical"]),
        (ising(coupling: "strong"), ["strong", "critical"]),
        (ising(coupling: "1e300"), ["1e+300", "-10.0 to 10.0"]),
        (ising(samples: "0"), ["--samples is 0"]),
        (ising(size: "4096", samples: "4000000000"), ["at most 127"]),
        (ising(output: "a.txt"), ["--output is `a.txt`", ".npy"]),
        (ising() + ["--method", "magic"], ["magic", "wolff"]),
        (ising(size: "7") + ["--method", "multispin"], ["multispin", "odd"]),
        (["ising", "exact", "--size", "1", "--coupling", "0.4"], ["size 1"]),
        (["ising", "exact", "--size", "7", "--coupling", "-1"], ["frustrated"]),
        (["ising", "exact", "--size", "1000000000", "--coupling", "1"], ["2 to 1000000"]),
        (["inspect", "a.safetensors", "--filters", "a.gif"], ["a.gif", ".png"]),
        (["bench", "step", "--visible", "0"], ["0"]),
        (["bench", "step", "--kernel", "magic"], ["onednn", "wide"]),
        (["bench", "step", "--kernel", "all", "--arithmetic", "float32"], ["--kernel all"]),
    ]

    private static func sample(
        count: String = "5", sweeps: String = "5", output: String = "a.npy"
    ) -> [String] {
        ["sample", "a.safetensors", "--count", count, "--sweeps", sweeps, "--output", output]
    }

    private static func ising(
        size: String = "8", coupling: String = "critical", samples: String = "5",
        output: String = "a.npy"
    ) -> [String] {
        [
            "ising", "sample", "--size", size, "--coupling", coupling, "--samples", samples,
            "--output", output,
        ]
    }

    @Test(arguments: faults) func aBadCommandIsRefused(
        arguments: [String], words: [String]
    ) throws {
        try Command.run(arguments, seconds: 30).expectFault(64, words)
    }

    /// A kernel that is forced and unknown is refused, whatever the command is.
    @Test(arguments: [
        ("trian", "train"), ("evalute", "evaluate"), ("rg flwo", "flow"), ("ising exct", "exact"),
    ])
    func mistypedSubcommandsSuggestTheNearest(words: String, nearest: String) throws {
        let run = try Command.run(words.split(separator: " ").map(String.init))
        run.expectFault(64, "Did you mean '\(nearest)'?")
        #expect(try !Command.run(["somethingelse"]).errors.contains("Did you mean"))
    }

    @Test func anUnknownKernelInTheEnvironmentIsRefused() throws {
        let run = try Command.run(
            ["ising", "exact", "--size", "4", "--coupling", "0.4"],
            environment: ["WILSON_KERNEL": "magic"], seconds: 30)
        run.expectFault(64, ["WILSON_KERNEL is 'magic'", "onednn"])
        let forced = try Command.run(
            ["--version"], environment: ["WILSON_KERNEL": "onednn"], seconds: 30)
        #expect(forced.output.contains("onednn (forced by WILSON_KERNEL)"), "\(forced.words)")
    }

    /// One of several ranks speaks, also where each finds the fault before MPI is started.
    @Test func ranksRefuseOnce() throws {
        try Command.run(["train"], ranks: 3, seconds: 30).expectFault(64, "<config>")
        try Command.run(Self.ising(size: "1"), ranks: 3, seconds: 30).expectFault(64, "size 1")
        try Command.run(
            ["ising", "exact", "--size", "1", "--coupling", "0.4"], ranks: 3, seconds: 30
        ).expectFault(64, "size 1")
        try Command.run(Self.ising() + ["--threads", "0"], ranks: 3, seconds: 30)
            .expectFault(64, "--threads is 0")
    }

    static let commands = [
        [], ["train"], ["defaults"], ["evaluate"], ["sample"], ["inspect"], ["ising", "sample"],
        ["ising", "exact"], ["bench", "step"],
    ]

    @Test func everyCommandTellsHowItIsUsed() throws {
        for command in Self.commands {
            let run = try Command.run(command + ["--help"], seconds: 30)
            #expect(run.status == 0, "\(run.words)")
            #expect(run.errors.isEmpty, "\(run.words)")
            #expect(run.output.contains("OVERVIEW:"), "\(run.words)")
            let example = (["wilson"] + command.prefix(1)).joined(separator: " ")
            let examples = run.output.components(separatedBy: "EXAMPLES").last ?? ""
            #expect(run.output.contains("EXAMPLES"), "\(run.words)")
            #expect(examples.contains(example), "\(run.words)")
        }
    }

    @Test func ranksTellOnce() throws {
        for command in [["--help"], ["train", "--help"]] {
            let run = try Command.run(command, ranks: 3, seconds: 30)
            #expect(run.status == 0, "\(run.words)")
            #expect(run.output.components(separatedBy: "OVERVIEW:").count == 2, "\(run.words)")
        }
        let version = try Command.run(["--version"], ranks: 3, seconds: 30)
        #expect(version.status == 0, "\(version.words)")
        #expect(version.output.components(separatedBy: "oneDNN:").count == 2, "\(version.words)")
        let exact = try Command.run(
            ["ising", "exact", "--size", "8", "--coupling", "critical", "--json"], ranks: 3,
            seconds: 30)
        #expect(exact.status == 0, "\(exact.words)")
        #expect(exact.output.split(separator: "\n").count == 1, "\(exact.words)")
    }

    @Test func theVersionNamesTheLibraries() throws {
        let run = try Command.run(["--version"], seconds: 30)
        #expect(run.status == 0, "\(run.words)")
        #expect(run.output.contains(/wilson \d+\.\d+\.\d+/), "\(run.output)")
        #expect(run.output.contains(/MPI: \S+/), "\(run.output)")
        #expect(run.output.contains(/oneDNN: \d+\.\d+\.\d+, \S+/), "\(run.output)")
        #expect(run.output.contains(/CPU target of the build: \S+/), "\(run.output)")
    }

    /// What `defaults` prints is a configuration, but for the name of the data.
    @Test func theDefaultsAreAConfiguration() throws {
        let small = try SmallRun()
        let defaults = try Command.run(["defaults"], seconds: 30)
        #expect(defaults.status == 0)
        let file = try small.folder.write(defaults.output, to: "defaults.yaml")
        let run = try Command.run(
            ["train", file, "--check", "--set", "data.train=\(small.data)"], seconds: 30)
        #expect(run.status == 0, "\(run.words)")
    }
}
