import Foundation
import TestSupport
import Testing

/// A result that nobody can read is a fault of the output, 73, whichever command computed it.
@Suite(
    .launches, .timeLimit(.minutes(15)),
    .enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
struct FullOutputTests {
    /// All commands but `train` and `bench scaling`, which have tests of their own.
    static let commands = [
        "--version", "--help", "help inspect", "rg --help", "defaults", "defaults --for cases.npy",
        "inspect cases.npy --json", "inspect model.safetensors", "inspect model.safetensors --json",
        "inspect model.safetensors --configuration",
        "evaluate model.safetensors --data cases.npy",
        "evaluate model.safetensors --data cases.npy --json",
        "transform model.safetensors --data cases.npy --output out.npy",
        "sample model.safetensors --count 2 --sweeps 1 --output out.npy --json",
        "compare cases.npy cases.npy --json", "report model --output out.html",
        "ising sample --size 4 --coupling 1 --samples 9 --output out.npy --json",
        "ising exact --size 4 --coupling 1 --json",
        "ising chain exact --size 9 --coupling 1 --json",
        "ising chain sample --size 9 --coupling 1 --samples 3 --output out.npy --json",
        "rg kadanoff --json", "rg decimation --coupling 1 --json",
        "rg tensor --method trg --bond-dimension 2 --coupling critical --steps 3 --json",
        "rg bond-rbm --size 4 --coupling 0.4 --output out.safetensors --json",
        "rg couplings bonds.safetensors --json",
        "rg flow bonds.safetensors --size 4 --samples 64 --json",
        "rg trace bonds.safetensors --target ising --json",
        "rg specific-heat bonds.safetensors --points 3 --json",
        "rg mcrg --size 16 --samples 64 --json", "rg log-periodic --data series.csv --json",
        "hopfield capacity --size 20 --loads 0.1 --trials 2 --json",
        "hopfield recall --patterns cases.npy --cue cases.npy --json",
        "hopfield model --patterns cases.npy --output out.safetensors --json",
        "sandpile --size 4 --grains 100 --json", "nmf --data cases.npy --rank 2 --json",
        "autoencoder train --data cases.npy --hidden 4 --epochs 1 --output encoder.safetensors --json",
        "autoencoder flow model.safetensors --data cases.npy --json",
        "autoencoder tangents model.safetensors --data cases.npy --json",
        "autoencoder energy encoder.safetensors --data cases.npy --json",
        "manifold cluster --data cases.npy --clusters 2 --json",
        "manifold embed --data cases.npy --json",
        "manifold classify --data cases.npy --labels labels.csv --sigma 1 --json",
        "bench step --visible 16 --hidden 16 --batch 4 --json",
    ]

    @Test func isToldByEveryCommand() throws {
        let small = try SmallRun()
        let model = try small.model()
        try FileManager.default.copyItem(
            atPath: model, toPath: small.folder.file("model.safetensors"))
        _ = try small.folder.write(
            (0..<40).map { "\($0 < 2 ? $0 : -1)" }.joined(separator: "\n"), to: "labels.csv")
        _ = try small.folder.write(
            "time,price\n" + (0..<60).map { "\($0),\(100 + $0 % 7)" }.joined(separator: "\n"),
            to: "series.csv")
        let bonds = try Command.run([
            "rg", "bond-rbm", "--size", "4", "--coupling", "0.4", "--output",
            small.folder.file("bonds.safetensors"),
        ])
        #expect(bonds.status == 0, "\(bonds.words)")
        for words in Self.commands {
            let run = try Program.start([
                "/bin/sh", "-c",
                "cd \(small.folder.path) && \(Command.program) \(words) >/dev/full",
            ])
            #expect(run.status == 73, "\(words): \(run.words)")
            #expect(
                run.errors.contains("wilson: error: standard output: cannot be written: No space"),
                "\(words): \(run.words)")
        }
    }

    /// A command that is new must be told of above.
    @Test func thatIsEveryCommand() throws {
        let help = try Command.run(["--help"]).output
        let names = help.split(separator: "\n").filter {
            $0.hasPrefix("  ") && !$0.hasPrefix("   ")
        }
        .compactMap { $0.split(separator: " ").first }
        .filter { $0.allSatisfy(\.isLetter) && !["wilson", "mpirun", "See"].contains($0) }
        #expect(names.count > 10, "\(help)")
        for name in names where name != "train" {
            #expect(Self.commands.contains { $0.hasPrefix(name + " ") || $0 == name }, "\(name)")
        }
    }

    /// A training whose pipe has no reader goes on to the same model.
    @Test func aTrainingGoesOnWithoutAReader() throws {
        let small = try SmallRun()
        let model = try small.model()
        let log = small.folder.file("words")
        // What reads both streams has ended before the first line.
        let run = try Program.start([
            "/bin/bash", "-c",
            "{ sleep 0.5; \(Command.program) train \(small.configuration) --output "
                + "\(small.folder.file("run")) 2>&1; echo $? >\(log); } | true",
        ])
        #expect(run.status == 0, "\(run.words)")
        #expect(try String(decoding: small.folder.bytes("words"), as: UTF8.self) == "73\n")
        #expect(
            try small.folder.bytes("run/model.safetensors")
                == Data(contentsOf: URL(filePath: model)))
    }
}
