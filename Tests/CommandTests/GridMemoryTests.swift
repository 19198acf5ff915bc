import Foundation
import Storage
import TestSupport
import Testing

/// What a rank of a row of four holds of a stack whose layers it divides.
@Suite(.launches, .timeLimit(.minutes(15))) struct GridMemoryTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        let states = (0..<(64 * 1024)).map { (place: Int) -> UInt8 in
            let stripe: Int = place / 7 + place % 1024 / 90
            return UInt8(stripe % 2)
        }
        try writeNPY(states, shape: [64, 1024], to: folder.file("cases.npy"))
        _ = try folder.write(
            """
            data: {train: \(folder.file("cases.npy")), binarize: threshold}
            layers: [{hidden: 8192}, {hidden: 512}]
            training: {algorithm: cd, batch: 64, epochs: 2, momentum: 0.5, centering: true}
            monitor: {every: 1 epochs, cases: 16, pseudo-likelihood-cases: 1}
            """, to: "run.yaml")
    }

    /// The peak of the rank that held most, in MB, and the bytes of its model; from a start, or from a
    /// checkpoint in the lower layer.
    private func peak(
        _ output: String, ranks: Int, options: [String] = []
    ) throws -> (megabytes: Int, model: Data) {
        func train(_ more: [String], expecting status: Int32) throws -> String {
            let run = try Command.run(
                [
                    "train", folder.file("run.yaml"), "--output", folder.file(output),
                    "--threads", "1", "--no-events", "--grid", "1x\(ranks)",
                ] + options + more, ranks: ranks)
            #expect(run.status == status, "\(run.words)")
            return run.output + run.errors
        }
        _ = try train(["--stop-after-steps", "1"], expecting: 75)
        let words = try train([], expecting: 0)
        let line = words.split(separator: "\n").first { $0.contains("peak memory of a rank") }
        let most = line?.split(separator: " ").compactMap { Int($0) }.max()
        return (try #require(most, "\(words)"), try folder.bytes("\(output)/model.safetensors"))
    }

    /// To go on, to train the layer above and to write what was learned, a rank needs room for its columns of
    /// what the training holds of the lower layer's 34 MB of weights.
    @Test func aRankOfFourHoldsAboutAQuarter() throws {
        let few = ["--set", "layers.0.hidden=256", "--set", "layers.1.hidden=256"]
        let base = try peak("few", ranks: 4, options: few).megabytes
        let alone = try peak("alone", ranks: 1)
        let divided = try peak("divided", ranks: 4)
        #expect(divided.model == alone.model)
        let (whole, part) = (alone.megabytes - base, divided.megabytes - base)
        #expect(3 * part < whole, "\(part) MB on four ranks, \(whole) on one, beside \(base)")
    }
}
