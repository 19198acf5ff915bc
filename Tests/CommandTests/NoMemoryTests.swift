import Foundation
import Storage
import TestSupport
import Testing

#if os(Linux)
    /// A machine that is larger than the memory that there is.
    @Suite(.launches, .serialized) struct NoMemoryTests {
        /// A layer of 100 million weights, 400 MB, where a process may have 300 MB.
        private func start(_ words: [String], ranks: Int = 1) throws -> Program.Result {
            let small = try SmallRun()
            try writeNPY(
                SmallRun.bits(cases: 20, units: 1000), shape: [20, 1000], to: small.data)
            let script = "ulimit -v 300000; exec \"$@\""
            let launcher =
                ranks == 1
                ? [] : ["mpirun", "-np", "\(ranks)", "--oversubscribe", "--bind-to", "none"]
            // Its folder must be there until the program has ended.
            return try withExtendedLifetime(small) {
                try Program.start(
                    launcher + ["bash", "-c", script, "limited", Command.program]
                        + words.map { $0 == "RUN" ? small.configuration : $0 }
                        + ["--output", small.folder.file("run")],
                    seconds: 60)
            }
        }

        private static let train = [
            "train", "RUN", "--quiet", "--threads", "1", "--set", "layers.0.hidden=100000",
        ]

        @Test func aTrainingSaysWhatItAskedFor() throws {
            try start(Self.train).expectFault(
                71, "no memory: ", " bytes were asked for; the host has ",
                "the process may have 307200000 in all (ulimit -v)")
        }

        @Test func noRankWaitsForOneWithoutMemory() throws {
            let run = try start(Self.train, ranks: 2)
            #expect(run.status == 71, "\(run.words)")
            #expect(run.errors.contains("wilson: error: no memory: "), "\(run.words)")
        }
    }
#endif
