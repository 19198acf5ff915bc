import Foundation
import RBMCore
import TestSupport
import Testing

/// The golden configurations: small ones that together use every key of training.
///
/// `Golden/NAME.yaml` is a configuration and `Golden/NAME.sha256` the record of its run;
/// `Golden/checkpoints/NAME.STEP.safetensors` is a checkpoint of it that an earlier Wilson wrote.
/// Their paths are relative, for a configuration is part of its checkpoints.
enum Golden {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Golden").path

    /// The configurations by name.
    static let names = files(in: folder, suffix: ".yaml")

    /// Those whose bits are the same on every machine.
    static let pinned = names.filter { !$0.hasPrefix("float32") }

    /// Those whose last bits depend on the processor's products.
    static let float32 = names.filter { $0.hasPrefix("float32") }

    /// The checkpoints, as NAME.STEP.
    static let checkpoints = files(in: folder + "/checkpoints", suffix: ".safetensors")

    /// Another program `wilson` that this one is compared with, and that records what has no record:
    /// the environment's WILSON_GOLDEN.
    static let reference = ProcessInfo.processInfo.environment["WILSON_GOLDEN"]

    /// Where runs are stopped for the checkpoints that are recorded.
    static let stops = [
        ("everything", 43), ("everything-one-byte", 38), ("stack", 25), ("stack", 40),
        ("stack-one-byte", 22),
        ("early-stop", 62), ("fewer-chains", 21), ("warm-start", 17), ("more-chains", 31),
        ("spins", 20), ("dropout-pcd-one-byte", 33), ("tempering", 30),
    ]

    static func path(_ name: String) -> String { "\(folder)/\(name)" }

    private static func files(in folder: String, suffix: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
            .filter { $0.hasSuffix(suffix) }.map { String($0.dropLast(suffix.count)) }.sorted()
    }
}

/// A folder with the golden data, in which golden configurations are run.
struct GoldenRun {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try GoldenData.write(to: folder)
    }

    /// Runs a golden configuration into a folder; expects the exit code.
    func train(
        _ name: String, to output: String, ranks: Int? = nil, options: [String] = [],
        program: String = Command.program, kernel: IntegerKernel? = nil,
        expecting status: Int32 = 0
    ) throws {
        try train(
            configuration: Golden.path("\(name).yaml"), to: output, ranks: ranks, options: options,
            program: program, kernel: kernel, expecting: status)
    }

    /// Runs a configuration's file into a folder; expects the exit code.
    func train(
        configuration path: String, to output: String, ranks: Int? = nil, options: [String] = [],
        program: String = Command.program, kernel: IntegerKernel? = nil,
        expecting status: Int32 = 0
    ) throws {
        let mpirun = ranks.map { ["mpirun", "-np", "\($0)"] } ?? []
        let environment = kernel.map { ["env", "\(KernelChoice.variable)=\($0.name)"] } ?? []
        let run = try Program.start(
            environment + mpirun + [
                program, "train", path, "--output", output, "--quiet", "--threads", "1",
            ] + options, in: folder.path)
        try #require(run.status == status, "\(path): \(run.words)")
    }

    func record(_ output: String, withMetrics: Bool = true) throws -> GoldenRecord {
        try GoldenRecord(ofRun: folder.file(output), withMetrics: withMetrics)
    }
}
