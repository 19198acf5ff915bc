import Foundation
import ModelFiles
import RBMCore
import Storage
import TestSupport
import Testing

/// `wilson evaluate --ais`, beside what is known exactly.
@Suite(.launches, .serialized, .timeLimit(.minutes(15))) struct EvaluateCommandTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func evaluate(
        size: Int, _ arguments: [String], ranks: Int? = nil
    ) throws -> (text: String, values: [String: Any]) {
        let run = try Command.run(
            [
                "evaluate", folder.file("bonds-\(size).safetensors"), "--data",
                folder.file("cases-\(size).npy"), "--json",
            ] + arguments, ranks: ranks)
        #expect(run.status == 0, "\(run.words)")
        let value = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
        return (run.output, try #require(value as? [String: Any]))
    }

    /// The bond machine of a critical torus, and configurations of the torus; returns ln Z.
    private func make(size: Int, coupling: String = "critical") throws -> Double {
        let made = try Command.run([
            "rg", "bond-rbm", "--size", "\(size)", "--coupling", coupling, "--output",
            folder.file("bonds-\(size).safetensors"), "--json",
        ])
        let drawn = try Command.run([
            "ising", "sample", "--size", "\(size)", "--coupling", coupling, "--samples", "200",
            "--output", folder.file("cases-\(size).npy"),
        ])
        #expect(made.status == 0 && drawn.status == 0, "\(made.words) \(drawn.words)")
        let value = try JSONSerialization.jsonObject(with: Data(made.output.utf8))
        return try #require((value as? [String: Any])?["log_z"] as? Double)
    }

    @Test func annealingMeetsTheKnownPartitionFunctionOnAnyRanks() throws {
        let exact = try make(size: 8)
        // So few temperatures that both means are several errors away from the value.
        let effort = ["--ais", "--chains", "101", "--temperatures", "1000"]
        let (text, values) = try evaluate(size: 8, effort)
        let logZ = try #require(values["log_z"] as? Double)
        let error = try #require(values["log_z_error"] as? Double)
        #expect(error > 0 && error < 0.3)
        #expect(abs(logZ - exact) < 4 * error)
        #expect(values["exact"] as? Bool == false)
        #expect(values["verdict"] as? String == "determined")
        let (forward, reverse) = (values["log_z_forward"], values["log_z_reverse"])
        #expect(try #require(forward as? Double) < exact)
        #expect(try #require(reverse as? Double) > exact)
        let free = try #require(values["mean_free_energy"] as? Double)
        #expect(abs(try #require(values["log_likelihood"] as? Double) + free + logZ) < 1e-6)
        for ranks in [2, 3] {
            #expect(try evaluate(size: 8, effort, ranks: ranks).text == text)
        }
        // Without the flag nothing is said of what cannot be summed.
        #expect(try evaluate(size: 8, []).values["log_z"] == nil)
    }

    @Test func theExactValueStandsBesideTheAnnealedOne() throws {
        let exact = try make(size: 3)
        let (_, values) = try evaluate(size: 3, ["--ais", "--temperatures", "200"])
        #expect(abs(try #require(values["log_z_exact"] as? Double) - exact) < 1e-9)
        let error = try #require(values["log_z_error"] as? Double)
        #expect(abs(try #require(values["log_z"] as? Double) - exact) < 4 * error)
        let plain = try evaluate(size: 3, []).values
        #expect(plain["exact"] as? Bool == true && plain["log_z_error"] == nil)
    }

    @Test func effortsThatTellNothingAreRefused() throws {
        for option in ["--chains", "--temperatures"] {
            let run = try Command.run(["evaluate", "x", "--data", "y", "--ais", option, "1"])
            #expect(run.status == 64 && run.errors.contains(option), "\(run.words)")
        }
    }

    /// A machine below T_c, and cases that are all up.
    ///
    /// The base model is symmetric, whatever the cases are, and tempering turns the lattice over.
    /// Chains to one side alone were off by ln 2.
    @Test func oneSidedCasesDoNotHideTheOtherSide() throws {
        let exact = try make(size: 8, coupling: "1")
        let up = [UInt8](repeating: 1, count: 20 * 64)
        try writeNPY(up, shape: [20, 8, 8], to: folder.file("up.npy"))
        let run = try Command.run([
            "evaluate", folder.file("bonds-8.safetensors"), "--data", folder.file("up.npy"),
            "--values", "spins", "--ais", "--json",
        ])
        let values = try #require(
            try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        let logZ = try #require(values["log_z"] as? Double, "\(run.words)")
        let error = try #require(values["log_z_error"] as? Double)
        #expect(abs(logZ - exact) < 3 * error && error < 0.2)
        // Half of the configurations are those of the other sign: ln ½ and less.
        #expect(try #require(values["log_likelihood"] as? Double) < -0.4)
    }

    /// The lowest layer's bound is its likelihood; the whole stack's lies below the entropy of the cases,
    /// which are all states; annealed bounds contain the exact ones, and ranks agree.
    @Test func aStackHasABoundForEachLayer() throws {
        let stack = smallStack()
        let (model, data) = (folder.file("stack.safetensors"), folder.file("all.npy"))
        try Model(layers: stack.layers, imageShape: [2, 3]).file().write(to: model)
        let states = (0..<64).flatMap { state in (0..<6).map { UInt8(state >> $0 & 1) } }
        try writeNPY(states, shape: [64, 2, 3], to: data)
        func run(_ arguments: String..., ranks: Int? = nil) throws -> String {
            let run = try Command.run(
                ["evaluate", model, "--data", data, "--json"] + arguments, ranks: ranks)
            #expect(run.status == 0, "\(run.words)")
            return run.output
        }
        func values(_ text: String) throws -> [String: Any] {
            try #require(
                try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        }
        let exact = try values(try run())
        let layers = try #require(exact["per_layer"] as? [[String: Any]])
        #expect(layers.count == stack.layers.count)
        let lowest = try #require(layers[0]["bound"] as? Double)
        let likelihood = try #require(exact["log_likelihood"] as? Double)
        #expect(abs(lowest - likelihood) < 1e-4 && layers[0]["gain"] == nil)
        let whole = try #require(layers.last?["bound"] as? Double)
        let lower = try #require(exact["bound_lower"] as? Double)
        let upper = try #require(exact["bound_upper"] as? Double)
        #expect(lower <= whole && whole <= upper && upper - lower < 1)
        // Of all states equally often, no distribution has a larger mean than the even one.
        #expect(lower < -log(64))
        let gain = try #require(layers[1]["gain"] as? Double)
        #expect(abs(gain - (try #require(layers[1]["bound"] as? Double)) + lowest) < 1e-12)

        let annealed = try run("--ais", "--temperatures", "100", "--chains", "21")
        #expect(try values(annealed)["bound_lower"] != nil)
        #expect(
            try run("--ais", "--temperatures", "100", "--chains", "21", ranks: 2) == annealed)
        #expect(try values(try run("--layer", "0"))["per_layer"] == nil)
    }
}
