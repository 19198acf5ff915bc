import Foundation
import ModelFiles
import RBMCore
import Storage
import TestSupport
import Testing

/// The script that Python's users start from agrees with the program.
@Suite(
    .launches, .serialized, .timeLimit(.minutes(15)),
    .enabled(if: Python.isAvailable, "no python3 with numpy and safetensors; PYTHON may name one"))
struct PythonTests {
    /// examples/load_model.py of this source tree.
    private static let script = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "examples/load_model.py").path

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Weights of order one over many units: what a trained model has.
    private func layer(
        _ visible: Int, _ hidden: Int, _ visibleUnits: any UnitKind, _ hiddenUnits: any UnitKind
    ) -> RBM {
        var parameters = Parameters(visible: visible, hidden: hidden)
        for i in parameters.values.indices {
            parameters.values[i] = Float((i &* 7919) % 1009) / 1009 - 0.5
        }
        return RBM(visibleUnits: visibleUnits, hiddenUnits: hiddenUnits, parameters: parameters)
    }

    @Test(arguments: UnitKinds.binary, UnitKinds.binary)
    func freeEnergiesAndMeansAgree(visible: any UnitKind, hidden: any UnitKind) throws {
        let layers = [layer(110, 60, visible, hidden), layer(60, 9, hidden, .bernoulli)]
        try Model(layers: layers, imageShape: [10, 11]).file().write(to: model)
        let bits = (0..<(200 * 110)).map { (place: Int) -> UInt8 in
            let hash = place &* 2_654_435_761
            return UInt8(hash >> 9 & 1)
        }
        try writeNPY(bits, shape: [200, 10, 11], to: data)
        // Spins are bits in this file.
        try expectAgreement(visible == .spin ? ["--values", "spins"] : [])
    }

    @Test(arguments: UnitKinds.hidden)
    func categoricalUnitsAgree(hidden: any UnitKind) throws {
        let layers = [layer(330, 60, .categorical(3), hidden), layer(60, 9, hidden, .bernoulli)]
        try Model(layers: layers, imageShape: [10, 11]).file().write(to: model)
        let states = (0..<(200 * 110)).map { UInt8(($0 &* 2_654_435_761) >> 9 % 3) }
        try writeNPY(states, shape: [200, 10, 11], to: data)
        try expectAgreement([])
    }

    /// Real numbers, standardized, some of which are cut, with variances; and grey bytes, which are
    /// over 255.
    @Test(arguments: UnitKinds.binary, [true, false])
    func gaussianUnitsAgree(hidden: any UnitKind, standardized: Bool) throws {
        var first = layer(110, 60, .gaussian, hidden)
        first.parameters = Parameters(
            weights: first.parameters.weights, visibleBias: first.parameters.visibleBias,
            hiddenBias: first.parameters.hiddenBias,
            logVariances: standardized ? (0..<110).map { Float($0 % 11) / 5 - 1 } : nil)
        let scale = Standardization(
            means: (0..<110).map { Float($0) - 50 }, deviations: (0..<110).map { 1 + Float($0) })
        try Model(
            layers: [first, layer(60, 9, hidden, .bernoulli)], imageShape: [10, 11],
            standardization: standardized ? scale : nil
        ).file().write(to: model)
        let bytes = (0..<(200 * 110)).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 9) }
        if standardized {
            let reals = bytes.enumerated().map {
                scale.means[$0.offset % 110] + scale.deviations[$0.offset % 110]
                    * (Float($0.element) - 127) / 12
            }
            try writeNPY(reals, shape: [200, 10, 11], to: data)
        } else {
            try writeNPY(bytes, shape: [200, 10, 11], to: data)
        }
        try expectAgreement([])
    }

    private var model: String { folder.file("m.safetensors") }
    private var data: String { folder.file("d.npy") }

    /// Compares mean free energies and hidden means of script and program.
    private func expectAgreement(_ values: [String]) throws {
        let printed = try Python.run([Self.script, model, data, folder.file("python.npy")])
        let energy = try #require(Double(printed.trimmingCharacters(in: .whitespacesAndNewlines)))
        let evaluation = try Command.run(["evaluate", model, "--data", data, "--json"] + values)
        #expect(evaluation.status == 0, "\(evaluation.words)")
        let object = try JSONSerialization.jsonObject(with: Data(evaluation.output.utf8))
        let measured = try #require((object as? [String: Any])?["mean_free_energy"] as? Double)
        #expect(abs(energy - measured) < 1e-5)
        #expect(abs(energy) > 1)

        let transform = try Command.run(
            ["transform", model, "--data", data, "--output", folder.file("wilson.npy")] + values)
        #expect(transform.status == 0, "\(transform.words)")
        let files = try ["python.npy", "wilson.npy"].map { try ArrayFile(path: folder.file($0)) }
        #expect(files.allSatisfy { $0.shape == [200, 9] && $0.elementType == .float32 })
        var rows = [[Float]](repeating: Array(repeating: 0, count: 9), count: 2)
        for number in 0..<200 {
            for (index, file) in files.enumerated() {
                var span = rows[index].mutableSpan
                try file.copyFloats(case: number, into: &span)
            }
            #expect(zip(rows[0], rows[1]).allSatisfy { abs($0 - $1) < 1e-5 }, "case \(number)")
        }
    }
}
