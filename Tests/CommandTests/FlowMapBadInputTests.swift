import Foundation
import Storage
import TestSupport
import Testing

/// Data and sizes of which memories, factors, graphs, piles and fits can make nothing, or little.
@Suite(.launches, .timeLimit(.minutes(15))) struct FlowMapBadInputTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        func write(_ name: String, _ rows: Int, _ value: (Int) -> Float) throws {
            try writeNPY((0..<rows * 4).map(value), shape: [rows, 4], to: folder.file(name))
        }
        try write("same.npy", 30) { _ in 0.5 }
        try write("zeros.npy", 30) { _ in 0 }
        try write("mixed.npy", 30) { Float($0 * 37 % 101) / 101 }
        try write("negative.npy", 30) { Float($0 * 37 % 101) / 101 - ($0 == 29 ? 2 : 0) }
        try write("lacking.npy", 30) { $0 == 29 ? .nan : Float($0 % 7) }
        try write("one.npy", 1) { Float($0) }
        // Three far pieces, of a class each.
        try write("pieces.npy", 30) { Float($0 / 4 % 3) * 100 + Float($0 * 37 % 101) / 101 }
        try writeNPY(
            (0..<30).map { UInt8($0 % 3) }, shape: [30], to: folder.file("classes.npy"))
        try writeNPY((0..<5).map { UInt8($0) }, shape: [5], to: folder.file("few.npy"))
        try writeNPY(
            (0..<60).map { UInt8($0 % 20 == 0 ? 1 : 0) }, shape: [3, 20],
            to: folder.file("alike.npy"))
        try writeNPY(
            (0..<38).map { UInt8($0 % 2) }, shape: [2, 19], to: folder.file("narrow.npy"))
        for (name, value) in [
            ("short", { $0 < 10 ? "\(100 + $0)" : nil }), ("still", { _ in "100" }),
            ("falling", { "\(100 - 3 * $0)" }), ("lacking", { $0 == 50 ? "nan" : "\(100 + $0)" }),
        ] as [(String, (Int) -> String?)] {
            let lines = (0..<100).compactMap { time in value(time).map { "\(time),\($0)\n" } }
            _ = try folder.write(lines.joined(), to: "\(name).csv")
        }
    }

    /// The words of a command, of which those with a dot are files of the folder.
    private func run(_ line: String, ranks: Int? = nil) throws -> Command.Result {
        let words = line.split(separator: " ").map { word in
            word.contains(".") && !word.contains(",") && Double(word) == nil
                ? folder.file(String(word)) : String(word)
        }
        return try Command.run(words + ["--threads", "1"], ranks: ranks)
    }

    @Test(
        arguments: [
            ("hopfield capacity --trials 2 --size 1 --loads 0.1", 64, "--size is 1"),
            ("hopfield capacity --trials 2 --size 100 --loads 0.001", 64, "at least 0.01"),
            ("hopfield capacity --trials 2 --size 9 --loads 2 --rule projection", 64, "below 1"),
            ("hopfield recall --patterns alike.npy --cue narrow.npy", 65, "have 19 values"),
            (
                "hopfield recall --patterns alike.npy --cue alike.npy --rule projection", 65,
                "depend on each other linearly"
            ),
            ("hopfield recall --patterns mixed.npy --cue mixed.npy", 65, "holds real numbers"),
            ("autoencoder train --hidden 2 --output x.safetensors --data mixed.npy", 65, "linear"),
            (
                "autoencoder train --hidden 2 --output x.safetensors --data lacking.npy", 65,
                "case 7 holds a value that is not a number"
            ),
            ("nmf --rank 2 --data zeros.npy", 65, "all its values are 0"),
            ("nmf --rank 2 --data negative.npy", 65, "use --method semi or convex"),
            ("nmf --rank 2 --data lacking.npy --method semi", 65, "case 7 holds a value"),
            ("nmf --rank 2 --data one.npy", 65, "one case is taken from it; expected at least 2"),
            ("nmf --rank 5 --data mixed.npy", 65, "have a rank of at most 4"),
            ("manifold cluster --clusters 2 --data same.npy", 65, "all its 30 cases are the same"),
            ("manifold cluster --clusters 2 --data lacking.npy", 65, "case 7 holds a value"),
            ("manifold cluster --clusters 31 --data mixed.npy", 65, "make no 31 clusters"),
            (
                "manifold cluster --clusters 2 --data mixed.npy --neighbours 30", 65,
                "have no 30 neighbours"
            ),
            (
                "manifold cluster --clusters 2 --data mixed.npy --labels few.npy", 65,
                "has the shape [5]; expected one class for each of 30 cases"
            ),
            ("manifold cluster --clusters 2 --data mixed.npy --graph gaussian", 64, "--sigma"),
            ("rg log-periodic --data short.csv", 65, "has 10 prices"),
            ("rg log-periodic --data still.csv", 65, "has one price only"),
            ("rg log-periodic --data falling.csv", 65, "line 35: its price is `-2`"),
            ("rg log-periodic --data lacking.csv", 65, "line 51: its price is `nan`"),
            ("sandpile --size 1 --grains 10", 64, "expected 2 to 1024"),
            ("sandpile --size 8 --grains 10 --picture sizes.png", 64, "must end in .svg"),
            (
                "manifold embed --data mixed.npy --dimensions 1 --picture plane.svg", 64,
                "needs two coordinates"
            ),
        ] as [(String, Int32, String)])
    func whatCannotBeDoneIsNamed(line: String, code: Int32, text: String) throws {
        let run = try run(line)
        #expect(run.status == code && run.errors.contains(text), "\(run.words)")
    }

    /// What can be done with little is done, and said.
    @Test(
        arguments: [
            (
                "nmf --rank 2 --data same.npy --method separable",
                "Nothing is left of the data after 1 archetype; 2 were asked for."
            ),
            (
                "manifold cluster --clusters 2 --neighbours 4 --data pieces.npy",
                "more pieces than clusters"
            ),
            (
                "manifold classify --learned 2 --sigma 1 --neighbours 4 --data pieces.npy --labels "
                    + "classes.npy", "No case of class 2 was learned"
            ),
            ("sandpile --size 2 --grains 1", "One pile alone tells no errors"),
        ])
    func whatIsLittleIsSaid(line: String, text: String) throws {
        for ranks in [nil, 3] {
            let run = try run(line, ranks: ranks)
            #expect(run.status == 0 && run.output.contains(text), "\(run.words)")
            #expect(!run.output.contains("nan"), "\(run.words)")
        }
    }

    /// A graph in as many pieces as clusters is divided into these.
    @Test func piecesAreClusters() throws {
        let run = try run(
            "manifold cluster --clusters 3 --neighbours 4 --data pieces.npy --labels classes.npy --json",
            ranks: 2)
        #expect(run.status == 0 && run.output.contains("\"adjusted_rand_index\": 1.0"))
        #expect(run.output.contains("\"components\": 3"), "\(run.words)")
    }

    /// Fewer cases than ranks: the ranks without any wait for the others.
    @Test(arguments: [
        "nmf --rank 1 --data few-cases.npy --method semi",
        "manifold cluster --clusters 2 --neighbours 1 --data few-cases.npy",
        "autoencoder train --hidden 2 --output-units linear --epochs 2 --data few-cases.npy --output "
            + "y.safetensors",
        "hopfield recall --patterns few-bits.npy --cue few-bits.npy",
    ])
    func fewerCasesThanRanks(line: String) throws {
        try writeNPY(
            [1, 2, 3, 5, 4, 7, 9, 8] as [Float], shape: [2, 4], to: folder.file("few-cases.npy"))
        try writeNPY(
            (0..<40).map { UInt8($0 * $0 % 7 % 2) }, shape: [2, 20],
            to: folder.file("few-bits.npy"))
        let run = try run(line, ranks: 4)
        #expect(run.status == 0, "\(run.words)")
    }
}
