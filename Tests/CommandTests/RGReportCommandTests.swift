import Foundation
import Storage
import TestSupport
import Testing

/// Renormalization without sampling, as a user runs it.
@Suite(.launches, .timeLimit(.minutes(15))) struct RGReportCommandTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// The object that a command prints.
    private func object(_ arguments: [String], ranks: Int? = nil) throws -> [String: Any] {
        let run = try Command.run(arguments + ["--json"], ranks: ranks)
        #expect(run.status == 0, "\(run.words)")
        #expect(run.output.split(separator: "\n").count == 1, "\(run.output)")
        let parsed = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
        return try #require(parsed as? [String: Any])
    }

    private func number(_ object: [String: Any], _ key: String) throws -> Double {
        try #require(object[key] as? Double, "\(key) of \(object)")
    }

    /// A machine of bonds on the L×L torus, as a file from elsewhere has it.
    private func bondMachine(size: Int, weight: Float, imageShape: String?) throws -> String {
        let sites = size * size
        var weights = [Float](repeating: 0, count: sites * 2 * sites)
        for site in 0..<sites {
            let right = site / size * size + (site + 1) % size
            let below = (site + size) % sites
            for (bond, other) in [(2 * site, right), (2 * site + 1, below)] {
                weights[site * 2 * sites + bond] = weight
                weights[other * 2 * sites + bond] = weight
            }
        }
        var metadata = ["layers.0.visible_units": "spin", "layers.0.hidden_units": "spin"]
        metadata["image_shape"] = imageShape
        let zeros = [Float](repeating: 0, count: 2 * sites)
        let file = SafetensorsFile(
            metadata: metadata,
            tensors: [
                "layers.0.weights": Tensor(floats: weights, shape: [sites, 2 * sites]),
                "layers.0.visible_bias": Tensor(floats: Array(zeros[..<sites]), shape: [sites]),
                "layers.0.hidden_bias": Tensor(floats: zeros, shape: [2 * sites]),
            ])
        let path = folder.file("bonds-\(size)-\(imageShape ?? "").safetensors")
        try file.write(to: path)
        return path
    }

    @Test func kadanoff() throws {
        let found = try object(["rg", "kadanoff"])
        for (key, value) in [
            ("p", 0.765983), ("coupling", 0.139717), ("y_t", 1.000879), ("y_h", 1.875316),
            ("delta", 15.04053),
        ] {
            #expect(abs(try number(found, key) - value) < 1e-5, "\(key)")
        }
        let controls = try #require(found["controls"] as? [[String: Any]])
        #expect(controls.count == 4)
        #expect(abs(try number(controls[0], "coupling") - 0.304689) < 1e-6)

        let bound = try object(
            ["rg", "kadanoff", "--coupling", "critical", "--p", "0.7"], ranks: 2)
        let logZ = try number(bound, "log_z_bound_per_site")
        #expect(abs(try number(bound, "exact") - 0.929695398342) < 1e-11)
        #expect(abs(try number(bound, "gap") - (logZ - 0.929695398342)) < 1e-11)
        let best = try object(["rg", "kadanoff", "--coupling", "critical"])
        #expect(abs(try number(best, "p") - 0.655359) < 1e-5)
        #expect(try number(best, "log_z_bound_per_site") < logZ)
        // A negative coupling is a value, not an option.
        #expect(try number(object(["rg", "kadanoff", "--coupling", "-0.3"]), "gap") > 0)
    }

    @Test func decimation() throws {
        let found = try object(["rg", "decimation", "--coupling", "1"])
        let flow = try #require(found["flow"] as? [Double])
        #expect(abs(flow[1] - 0.6625013737) < 1e-10)
        #expect(abs(try number(found, "log_z_per_site") - 1.1269280110429725) < 1e-14)
        let machine = try #require(found["machine"] as? [String: Any])
        #expect(abs(try number(machine, "neighbour_coupling") - flow[1]) < 1e-13)
        #expect(try number(machine, "largest_other_coupling") < 1e-13)
    }

    @Test func couplings() throws {
        let weight: Float = 0.764285
        let planted = log(cosh(2 * Double(weight))) / 2
        let model = try bondMachine(size: 6, weight: weight, imageShape: "6,6")
        let found = try object(["rg", "couplings", model])
        #expect(found["orders"] is NSNull)
        let shells = try #require(found["distances"] as? [[String: Any]])
        #expect(try number(shells[0], "distance") == 1)
        #expect(abs(try number(shells[0], "mean") - planted) < 1e-12)
        for shell in shells.dropFirst() { #expect(abs(try number(shell, "largest")) < 1e-12) }
        let shares = try #require(found["shares"] as? [String: Any])
        #expect(try number(shares, "pairs") == 1)

        // Sixteen units are walked through; without a shape there is no distance.
        let list = try bondMachine(size: 4, weight: weight, imageShape: nil)
        let small = try object(["rg", "couplings", list])
        let orders = try #require(small["orders"] as? [[String: Any]])
        #expect(orders.count == 16)
        #expect(abs(try number(orders[1], "share") - 1) < 1e-12)
        #expect(small["distances"] is NSNull)
        let hidden = try object(["rg", "couplings", list, "--side", "hidden"])
        #expect(hidden["units"] as? Int == 32)

        let picture = folder.file("couplings.png")
        let table = try Command.run(["rg", "couplings", model, "--picture", picture])
        #expect(table.status == 0 && table.output.contains("6×6 torus"), "\(table.words)")
        #expect(table.output.contains(picture))
        #expect(try folder.bytes("couplings.png").starts(with: [0x89, 0x50, 0x4E, 0x47]))
    }

    @Test func badInputIsRefusedWithTheReason() throws {
        let model = try bondMachine(size: 4, weight: 1, imageShape: nil)
        let broken = try folder.write("not a model", to: "broken.safetensors")
        let refused: [([String], Int, String)] = [
            (["rg", "kadanoff", "--p", "0.2"], 64, "0.5 to 4.0"),
            (["rg", "kadanoff", "--p", "0.6"], 64, "fixed point is lost"),
            (["rg", "kadanoff", "--coupling", "warm"], 64, "expected a number or `critical`"),
            (["rg", "kadanoff", "--coupling", "1000"], 64, "expected a number from"),
            (["rg", "decimation"], 64, "--coupling"),
            (["rg", "decimation", "--coupling", "11"], 64, "expected a number from"),
            (["rg", "couplings", model, "--layer", "1"], 64, "the top layer"),
            (["rg", "couplings", model, "--layer", "-1"], 64, "--layer"),
            (["rg", "couplings", model, "--side", "top"], 64, "visible"),
            (["rg", "couplings", model, "--picture", "a.npy"], 64, ".png"),
            (["rg", "couplings", model, "--picture", "a.png"], 64, "displacement"),
            (["rg", "couplings", broken], 65, "broken.safetensors"),
            (["rg", "couplings", folder.file("none")], 65, "none"),
        ]
        for (arguments, status, reason) in refused {
            let run = try Command.run(arguments)
            #expect(run.status == Int32(status), "\(arguments): \(run.words)")
            #expect(run.errors.contains(reason), "\(arguments): \(run.words)")
        }
    }
}
