import Foundation
import Storage
import TestSupport
import Testing

/// `wilson rg trace` and `wilson rg bond-rbm`, as a user starts them.
@Suite(.launches, .serialized, .timeLimit(.minutes(15))) struct RGTraceCommandTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// The exact RBM of a torus, and what was printed of it.
    private func bonds(size: Int, coupling: String) throws -> (path: String, json: [String: Any]) {
        let path = folder.file("bonds-\(size).safetensors")
        let run = try Command.run(
            [
                "rg", "bond-rbm", "--size", "\(size)", "--coupling", coupling, "--output", path,
                "--json",
            ])
        #expect(run.status == 0, "\(run.words)")
        return (path, try object(run))
    }

    private func object(_ run: Command.Result) throws -> [String: Any] {
        #expect(run.output.split(separator: "\n").count == 1, "\(run.words)")
        let value = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
        return try #require(value as? [String: Any])
    }

    private func trace(_ arguments: [String]) throws -> [String: Any] {
        let run = try Command.run(["rg", "trace"] + arguments + ["--json"])
        #expect(run.status == 0, "\(run.words)")
        return try object(run)
    }

    private func number(_ object: [String: Any], _ key: String) throws -> Double {
        try #require(object[key] as? Double, "\(key)")
    }

    @Test func aBondMachineIsItsTorusExactly() throws {
        let (path, made) = try bonds(size: 4, coupling: "0.408")
        // ln Z of float32 weights: within 1e-5 of the number for K = 0.408 itself.
        #expect(abs(try number(made, "log_z") - 49.9769009053) < 1e-5)
        let found = try trace([path, "--target", "ising"])
        let coupling = try number(made, "coupling")
        #expect(abs(try number(found, "residual_mean") - 32 * (log(2) + coupling)) < 1e-9)
        #expect(try number(found, "residual_variance") < 1e-20)
        #expect(abs(try number(found, "kl")) < 1e-10)
        #expect(found["exact"] as? Bool == true)
        #expect(abs(try number(found, "delta_f") + 32 * (log(2) + coupling)) < 1e-9)
        let logZ = try number(made, "log_z")
        #expect(abs(try number(found, "log_z") - logZ) < 1e-9)
        let controls = try #require(found["controls"] as? [[String: Any]])
        #expect(controls.count == 4)
        for control in controls {
            #expect(try number(control, "residual_max") < 1e-12)
            let isNull = control["kernel"] as? String == "null"
            #expect((abs(try number(control, "mutual_information")) < 1e-10) == isNull)
        }
    }

    /// Of two Ising models KL is known in closed form: here sampling must find it, on any ranks.
    @Test func samplingFindsTheDivergenceOfTwoCouplings() throws {
        let (path, made) = try bonds(size: 8, coupling: "critical")
        let arguments = [path, "--target", "ising", "--coupling", "0.4", "--samples", "1000"]
        let found = try trace(arguments)
        func exact(_ coupling: String) throws -> [String: Any] {
            try object(
                try Command.run(["ising", "exact", "--size", "8", "--coupling", coupling, "--json"])
            )
        }
        let machine = try number(made, "coupling")
        let target = try exact("0.4")
        let other = try exact("\(machine)")
        // KL = ln Z′ − ln Z + (K′ − K) ⟨H⟩/K, with ⟨H⟩/K = N times the energy per site.
        let divergence =
            try number(other, "log_z") - number(target, "log_z")
            + (machine - 0.4) * 64 * number(target, "energy")
        #expect(divergence > 0.1)
        let error = try number(found, "kl_error")
        #expect(error > 0 && error < 0.1)
        #expect(abs(try number(found, "kl") - divergence) < 4 * error)
        #expect(found["exact"] as? Bool == false)
        let logZ = try number(made, "log_z")
        for key in ["log_z", "log_z_check"] {
            let error = try number(found, "\(key)_error")
            #expect(abs(try number(found, key) - logZ) < 4 * error)
        }
        #expect(found["mutual_information_exact"] as? Bool == false)

        let alone = try Command.run(["rg", "trace"] + arguments + ["--json"])
        let shared = try Command.run(["rg", "trace"] + arguments + ["--json"], ranks: 3)
        #expect(shared.status == 0 && shared.output == alone.output, "\(shared.words)")
    }

    @Test func casesOfAFileAreATarget() throws {
        let (path, made) = try bonds(size: 3, coupling: "0.408")
        let data = folder.file("cases.npy")
        let drawn = try Command.run([
            "ising", "sample", "--size", "3", "--coupling", "0.408", "--samples", "300",
            "--output", data,
        ])
        #expect(drawn.status == 0, "\(drawn.words)")
        let found = try trace([path, "--target", data])
        // KL(P‖p) = ln Z − ⟨residual⟩ with H = −ln P; 300 cases of 512 states differ by some tenths.
        let logZ = try number(made, "log_z")
        let mean = try number(found, "residual_mean")
        #expect(abs(try number(found, "kl") - logZ + mean) < 1e-9)
        #expect((0.01..<1).contains(try number(found, "kl")))
        #expect(found["exact"] as? Bool == true)
        #expect(found["mutual_information_exact"] as? Bool == true)
        #expect(abs(try number(found, "delta_f") + logZ) < 1e-9)
    }

    @Test func theTableSaysWhatANumberIs() throws {
        let (path, _) = try bonds(size: 3, coupling: "0.3")
        let run = try Command.run(["rg", "trace", path, "--target", "ising"])
        #expect(run.status == 0, "\(run.words)")
        #expect(run.output.contains("a normalization only"))
        #expect(run.output.contains("exact, over all 2^9 states"))
    }

    @Test func badInputIsRefusedWithItsReason() throws {
        let (path, _) = try bonds(size: 3, coupling: "0.3")
        let bars = folder.file("bars.npy")
        _ = try Command.run([
            "ising", "sample", "--size", "4", "--coupling", "0.3", "--samples", "10",
            "--output", bars,
        ])
        for (arguments, status, reason) in [
            (["trace", path, "--target", "ising", "--size", "4"], 64, "3×3 lattice"),
            (["trace", path, "--target", "ising", "--coupling", "-1"], 64, "frustrated"),
            (["trace", path, "--target", "ising", "--coupling", "1e9"], 64, "coupling"),
            (["trace", path, "--target", "ising", "--samples", "0"], 64, "--samples"),
            (["trace", path, "--target", bars], 65, "[4, 4]"),
            (["trace", path, "--target", "nowhere.npy"], 65, "nowhere.npy"),
            (["trace", path, "--target", bars, "--size", "3"], 64, "--size"),
            (["trace", bars, "--target", "ising"], 65, "bars.npy"),
            (
                ["bond-rbm", "--size", "8", "--coupling", "-0.1", "--output", "x"], 64,
                "ferromagnet"
            ),
            (["bond-rbm", "--size", "65", "--coupling", "0.1", "--output", "x"], 64, "2 to 64"),
            (
                ["bond-rbm", "--size", "3", "--coupling", "0.1", "--output", "/nowhere/x"], 73,
                "/nowhere"
            ),
        ] as [([String], Int32, String)] {
            let run = try Command.run(["rg"] + arguments)
            #expect(run.status == status, "\(arguments): \(run.words)")
            #expect(run.errors.contains(reason), "\(arguments): \(run.words)")
            #expect(run.output.isEmpty)
        }
    }

    @Test func aModelThatIsNoLatticeIsRefused() throws {
        let data = folder.file("strip.npy")
        try writeNPY([UInt8](repeating: 1, count: 60), shape: [5, 3, 4], to: data)
        let configuration = try folder.write(
            """
            data: {train: \(data), held-out: 0}
            layers:
              - hidden: 2
            training: {epochs: 1, batch: 5}
            """, to: "strip.yaml")
        let output = folder.file("strip")
        let trained = try Command.run(["train", configuration, "--output", output, "--quiet"])
        #expect(trained.status == 0, "\(trained.words)")
        let run = try Command.run([
            "rg", "trace", "\(output)/model.safetensors", "--target", "ising", "--coupling", "0.4",
        ])
        #expect(run.status == 65 && run.errors.contains("not a square lattice"), "\(run.words)")
    }
}
