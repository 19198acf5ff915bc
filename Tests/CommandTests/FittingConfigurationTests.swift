import Foundation
import Storage
import TestSupport
import Testing

/// `wilson defaults --for FILE`: a configuration that fits the file.
@Suite(.launches, .timeLimit(.minutes(15))) struct FittingConfigurationTests {
    struct Data: Sendable, CustomTestStringConvertible {
        let name: String
        let words: [String]
        var isText = false
        var shape = [2, 3]
        let value: @Sendable (Int) -> Double

        var testDescription: String { name }
    }

    static let files = [
        Data(
            name: "bits.npy",
            words: [
                "visible-units: bernoulli", "Found: bits", "monitor:\n  every: 40",
                "checkpoint:\n  every: 40",
            ]
        ) {
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
        Data(
            name: "levels.csv", words: ["visible-units: categorical", "states 0 to 4"],
            isText: true
        ) {
            Double($0 * $0 % 5)
        },
        // Whole numbers as floats: genotypes, some of them not known; pictures, and digits in rows.
        Data(
            name: "genotypes.npy",
            words: ["visible-units: categorical", "states 0 to 2", "missing: sample"], shape: [6]
        ) { $0 % 11 == 3 ? .nan : Double($0 * 7 % 13 % 3) },
        Data(name: "floats.npy", words: ["maximum: 255", "no pictures", "bernoulli"]) {
            Double($0 % 256)
        },
        Data(name: "digits.npy", words: ["maximum: 16", "values: grey"], shape: [64]) {
            Double($0 * $0 % 17)
        },
        // Ages, incomes, two columns of answers, and one that never varies.
        Data(
            name: "survey.npy",
            words: [
                "visible-units: gaussian", "few whole numbers: 3 (0 to 1), 5 (0 to 2).",
                "never vary, and should be left out: 6.",
            ], shape: [6]
        ) {
            let (row, column) = ($0 / 6, $0 % 6)
            return [
                18 + Double(row % 60), 1000.5 * Double(row), Double(row % 2),
                -Double(row % 3), Double(row % 3), 7,
            ][column]
        },
        Data(
            name: "letters.csv", words: ["visible-units: gaussian", "all are categories 0 to 20"],
            isText: true
        ) { Double($0 % 21) },
        Data(name: "ages.csv", words: ["visible-units: gaussian"], isText: true) {
            Double($0 % 90)
        },
        Data(name: "a table.csv", words: ["gaussian", "\"", "standardize: true"], isText: true) {
            Double($0 % 900)
        },
    ]

    /// The configuration names what the file holds, and trains.
    @Test(arguments: files) func itTrains(_ data: Data) throws {
        let folder = try TemporaryFolder()
        let file = folder.file(data.name)
        let values = (0..<60 * data.shape.reduce(1, *)).map(data.value)
        if data.isText {
            let rows = (0..<60).map { row in
                values[(6 * row)..<(6 * row + 6)].map { "\(Int($0))" }.joined(separator: ",")
            }
            _ = try folder.write(rows.joined(separator: "\n"), to: data.name)
        } else {
            let cases = values.count / data.shape.reduce(1, *)
            try writeNPY(values.map(Float.init), shape: [cases] + data.shape, to: file)
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
