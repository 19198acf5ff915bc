import Foundation
import RBMCore
import Storage
import TestSupport
import Testing

/// What a record says of a small machine, against the definitions.
@Suite(.launches, .serialized, .timeLimit(.minutes(15))) struct MonitorMeansTests {
    private let units = 8
    private let cases = 60

    /// Cases that hold their own numbers, in a byte.
    private final class NumberedCases: CaseSource {
        let count: Int
        let visible = 1
        let encoding = StateEncoding.levels

        init(count: Int) { self.count = count }

        func load(_ cases: [Int], draw: Int, into result: inout [UInt8]) throws {
            for (row, number) in cases.enumerated() { result[row] = UInt8(number) }
        }
    }

    /// Which cases a run of a seed holds out when it holds out half of them.
    private func heldOut(seed: UInt64) throws -> Set<Int> {
        let parts = SubsetCases.divide(NumberedCases(count: cases), heldOut: 0.5, seed: seed)
        let held = try #require(parts.heldOut)
        var numbers = [UInt8](repeating: 0, count: held.count)
        try held.load(Array(0..<held.count), draw: 0, into: &numbers)
        return Set(numbers.map { Int($0) })
    }

    /// A Bernoulli machine in double precision.
    private struct Machine {
        let weights: [Double]
        let visible: [Double]
        let hidden: [Double]

        func fields(_ v: [Double]) -> [Double] {
            hidden.indices.map { j in
                v.indices.reduce(hidden[j]) { $0 + v[$1] * weights[$1 * hidden.count + j] }
            }
        }

        func freeEnergy(_ v: [Double]) -> Double {
            -zip(v, visible).reduce(0) { $0 + $1.0 * $1.1 }
                - fields(v).reduce(0) { $0 + log(1 + exp($1)) }
        }

        func hiddenMeans(_ v: [Double]) -> [Double] { fields(v).map { 1 / (1 + exp(-$0)) } }

        /// Σ ln p(v_i | all others).
        func pseudoLogLikelihood(_ v: [Double]) -> Double {
            v.indices.reduce(0) { sum, i in
                var flipped = v
                flipped[i] = 1 - v[i]
                return sum - log(1 + exp(freeEnergy(v) - freeEnergy(flipped)))
            }
        }

        func reconstructionCrossEntropy(_ v: [Double]) -> Double {
            let h = hiddenMeans(v)
            return v.indices.reduce(0) { sum, i in
                let x = h.indices.reduce(visible[i]) { $0 + h[$1] * weights[i * h.count + $1] }
                let p = 1 / (1 + exp(-x))
                return sum - v[i] * log(p) - (1 - v[i]) * log(1 - p)
            }
        }
    }

    /// Training cases are mostly off, held-out ones mostly on: a figure of the wrong part is far off.
    @Test(arguments: ["integer", "integer-one-byte", "float32"], [nil, 3] as [Int?])
    func everyFigureIsTheMeanOfItsCases(arithmetic: String, ranks: Int?) throws {
        let seed: UInt64 = 6
        let held = try heldOut(seed: seed)
        try #require(held.count == cases / 2)
        var generator = TestGenerator(seed: 70)
        let rows = (0..<cases).map { number in
            (0..<units).map { _ -> UInt8 in
                let isRare = Double.random(in: 0..<1, using: &generator) < 0.15
                return held.contains(number) != isRare ? 1 : 0
            }
        }
        let folder = try TemporaryFolder()
        try writeNPY(rows.flatMap { $0 }, shape: [cases, units], to: folder.file("data.npy"))
        _ = try folder.write(
            """
            data: {train: \(folder.file("data.npy")), held-out: 0.5}
            layers: [{hidden: 6}]
            arithmetic: \(arithmetic)
            training:
              {batch: 7, chains: batch, epochs: 30, learning-rate: 0.3, average: 0, schedule: constant,
              seed: \(seed)}
            monitor: {every: 1 epoch, cases: 1000, pseudo-likelihood-cases: 1000}
            """, to: "run.yaml")
        let run = try Command.run(
            ["train", folder.file("run.yaml"), "--output", folder.file("run"), "--quiet"],
            ranks: ranks)
        try #require(run.status == 0, "\(run.words)")
        let file = try SafetensorsFile(path: folder.file("run/model.safetensors"))
        func tensor(_ name: String) throws -> [Double] {
            try #require(file.tensors["layers.0.\(name)"]?.floats()).map { Double($0) }
        }
        let machine = Machine(
            weights: try tensor("weights"), visible: try tensor("visible_bias"),
            hidden: try tensor("hidden_bias"))
        let lines = try String(decoding: folder.bytes("run/metrics.jsonl"), as: UTF8.self)
            .split(separator: "\n")
        let last = try #require(lines.last)
        let record = try #require(
            try JSONSerialization.jsonObject(with: Data(last.utf8)) as? [String: Any])
        func expect(_ key: String, _ exact: Double, within error: Double) throws {
            let found = try #require(record[key] as? Double, "\(key)")
            #expect(abs(found - exact) < error, "\(key): \(found), not \(exact)")
        }

        let values = rows.map { $0.map { Double($0) } }
        let train = (0..<cases).filter { !held.contains($0) }.map { values[$0] }
        let kept = held.map { values[$0] }
        func mean(_ cases: [[Double]], _ measure: ([Double]) -> Double) -> Double {
            cases.reduce(0) { $0 + measure($1) } / Double(cases.count)
        }
        let energies = (
            train: mean(train, machine.freeEnergy), held: mean(kept, machine.freeEnergy)
        )
        #expect(abs(energies.train - energies.held) > 1, "the parts hardly differ")
        try expect("free_energy_train", energies.train, within: 1e-3)
        try expect("free_energy_held_out", energies.held, within: 1e-3)
        try expect("free_energy_gap", energies.held - energies.train, within: 1e-3)
        let pseudo = mean(kept, machine.pseudoLogLikelihood)
        #expect(abs(pseudo - mean(train, machine.pseudoLogLikelihood)) > 1)
        try expect("pseudo_log_likelihood_held_out", pseudo, within: 1e-3)
        // Hidden means go down as bytes.
        let crossEntropy = mean(train, machine.reconstructionCrossEntropy)
        #expect(abs(crossEntropy - mean(kept, machine.reconstructionCrossEntropy)) > 0.5)
        try expect("reconstruction_cross_entropy", crossEntropy, within: 0.02)
        let activities = machine.hidden.indices.map { j in
            mean(train) { machine.hiddenMeans($0)[j] }
        }
        try expect(
            "mean_hidden_activity", activities.reduce(0, +) / Double(activities.count),
            within: 1e-4)
        try expect(
            "dead_hidden_units", Double(activities.count { $0 < 0.01 || $0 > 0.99 }), within: 0.5)
        let norm = machine.weights.reduce(0) { $0 + $1 * $1 }.squareRoot()
        try expect("weight_norm", norm, within: 1e-5 * norm)
        try expect("cases_seen", 900, within: 0.5)
        try expect("epoch", 30, within: 1e-9)
    }
}
