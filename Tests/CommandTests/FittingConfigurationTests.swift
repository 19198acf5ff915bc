import Foundation
import Storage
import TestSupport
import Testing

/// `wilson defaults --for FILE`: a configuration that fits the file.
@Suite(.launches, .timeLimit(.minutes(3))) struct FittingConfigurationTests {
    struct Data: Sendable, CustomTestStringConvertible {
        let name: String
        let words: [String]
        var isText = false
        let value: @Sendable (Int) -> Double

        var testDescription: String { name }
    }

    static let files = [
        Data(name: "bits.npy", words: ["visible-units: bernoulli", "Found: bits"]) {
            Double($0 * $0 % 7 % 2)
        },
        Data(name: "signs.npy", words: ["visible-units: spin", "hidden-units: spin"]) {
            Double($0 * $0 % 7 % 2 * 2 - 1)
        },
        Data(name: "shares.npy", words: ["values: grey", "maximum: 1", "bernoulli"]) {
            Double($0 % 101) / 100
        },
        Data(name: "real.npy", words: ["gaussian", "standardize: true", "values: real"]) {
            Double($0 % 101) / 7 - 3
        },
        Data(name: "holes.npy", words: ["gaussian", "missing: sample", "values are missing"]) {
            $0 % 11 == 3 ? .nan : Double($0 % 101) / 7
        },
        Data(name: "levels.csv", words: ["maximum: 4", "categories 0 to 4"], isText: true) {
            Double($0 * $0 % 5)
        },
        Data(name: "a table.csv", words: ["gaussian", "\"", "standardize: true"], isText: true) {
            Double($0 % 900)
        },
    ]

    /// The configuration names what the file holds, and trains.
    @Test(arguments: files) func itTrains(_ data: Data) throws {
        let folder = try TemporaryFolder()
        let file = folder.file(data.name)
        let values = (0..<60 * 6).map(data.value)
        if data.isText {
            let rows = (0..<60).map { row in
                values[(6 * row)..<(6 * row + 6)].map { "\(Int($0))" }.joined(separator: ",")
            }
            _ = try folder.write(rows.joined(separator: "\n"), to: data.name)
        } else {
            try writeNPY(values.map(Float.init), shape: [60, 2, 3], to: file)
        }
        let run = try Command.run(["defaults", "--for", file])
        #expect(run.status == 0, "\(run.words)")
        for word in data.words { #expect(run.output.contains(word), "\(word)\n\(run.output)") }
        let configuration = try folder.write(run.output, to: "run.yaml")
        let training = try Command.run([
            "train", configuration, "--output", folder.file("run"), "--set", "training.epochs=2",
            "--quiet",
        ])
        #expect(training.status == 0, "\(run.output)\n\(training.words)")
    }

    @Test func aFileThatCannotBeReadIsNamed() throws {
        try Command.run(["defaults", "--for", "/none.npy"]).expectFault(65, "/none.npy")
        let folder = try TemporaryFolder()
        try writeNPY([Float.infinity], shape: [1, 1], to: folder.file("a.npy"))
        try Command.run(["defaults", "--for", folder.file("a.npy")]).expectFault(65, "infinite")
    }
}
