import TestSupport
import Testing

/// Training is one run, on whatever number of ranks.
@Suite(.launches, .serialized, .timeLimit(.minutes(15))) struct TrainingTests {
    @Test(arguments: ["integer training", "one-byte training"])
    func integerRunsAreTheSameBitsOnAnyNumberOfRanks(training: String) throws {
        let alone = try runCheck(training, ranks: 1)
        #expect(alone.status == 0, "\(alone.errors)")
        #expect(alone.output.split(separator: "\n").count > 100, "\(alone.output)")
        for ranks in [2, 3, 4, 7] {
            let run = try runCheck(training, ranks: ranks)
            #expect(run.status == 0, "\(run.errors)")
            #expect(run.output == alone.output, "\(ranks) ranks differ from one")
        }
    }

    @Test(arguments: ["integer training", "one-byte training"])
    func integerRunsDoNotDependOnThreadsOrInstructions(training: String) throws {
        let alone = try runCheck(training, ranks: 1)
        for environment in [
            ["OMP_NUM_THREADS": "2"], ["ONEDNN_MAX_CPU_ISA": "SSE41"],
            ["ONEDNN_MAX_CPU_ISA": "AVX2"],
        ] {
            let run = try runCheck(training, ranks: 1, environment: environment)
            #expect(run.output == alone.output, "\(environment) changes the bits")
        }
    }

    /// Checkpoints are written while the training goes on, whoever holds the columns.
    @Test func noStepWaitsForTheDisk() throws {
        for ranks in [1, 2, 4] {
            let run = try runCheck("checkpoints beside the training", ranks: ranks)
            #expect(run.status == 0, "\(ranks) ranks: \(run.errors)")
        }
    }

    @Test func noTwoDrawsShareACounter() throws {
        let run = try runCheck("no counter is used twice", ranks: 1)
        #expect(run.status == 0, "\(run.errors)")
    }

    @Test func float32RunsAgreeToRounding() throws {
        func parameters(ranks: Int) throws -> [Double] {
            let run = try runCheck("float32 training", ranks: ranks)
            #expect(run.status == 0, "\(run.errors)")
            let line = run.output.split(separator: "\n").first { $0.hasPrefix("parameters ") }
            return (line ?? "").split(separator: " ").dropFirst().compactMap { Double($0) }
        }
        let alone = try parameters(ranks: 1)
        #expect(alone.count == 29 * 17 + 29 + 17)
        for ranks in 2...4 {
            let other = try parameters(ranks: ranks)
            let difference = zip(alone, other).map { abs($0 - $1) }.max() ?? .infinity
            #expect(difference < 1e-5 && other.count == alone.count, "\(ranks): \(difference)")
        }
    }
}
