import Foundation
import Storage
import TestSupport
import Testing

/// `wilson compare`: samples beside data.
@Suite(.launches, .timeLimit(.minutes(15))) struct CompareCommandTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func compare(_ arguments: [String], ranks: Int? = nil) throws -> [String: Any] {
        let run = try Command.run(["compare"] + arguments + ["--json"], ranks: ranks)
        #expect(run.status == 0, "\(run.words)")
        let object = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
        return try #require(object as? [String: Any])
    }

    /// Bits with correlations: some units follow the ones before them.
    private func bits(_ cases: Int, units: Int, seed: UInt64) -> [UInt8] {
        var generator = TestGenerator(seed: seed)
        return (0..<cases).flatMap { _ -> [UInt8] in
            var row: [UInt8] = []
            for i in 0..<units {
                let follows = i > 0 && generator.next() % 3 > 0
                row.append(
                    follows ? row[i - 1] : generator.next() % 100 < UInt64(20 + 3 * i) ? 1 : 0)
            }
            return row
        }
    }

    private func write(_ name: String, _ bits: [UInt8], units: Int) throws -> String {
        try writeNPY(bits, shape: [bits.count / units, units], to: folder.file(name))
        return folder.file(name)
    }

    @Test func aSetAgreesWithItself() throws {
        let a = try write("a.npy", bits(700, units: 12, seed: 1), units: 12)
        let report = try compare([a, a])
        for key in ["mean_pearson", "pair_pearson", "pair_slope", "triple_pearson"] {
            let value = try #require(report[key] as? Double, "\(key)")
            #expect(abs(value - 1) < 1e-12, "\(key)")
        }
        for key in ["mean_rmse", "pair_rmse", "triple_rmse", "aats_train"] {
            #expect(report[key] as? Double == 0, "\(key): \(report[key] ?? "")")
        }
        let halves = try #require(report["halves"] as? [String: Any])
        let pearson = try #require(halves["pair_pearson"] as? Double)
        #expect(pearson > 0.7 && pearson < 1)
    }

    /// States are compared by one bit each, of as many as all files have.
    @Test func categoriesAreComparedByTheirStates() throws {
        var generator = TestGenerator(seed: 5)
        let (a, b) = (
            (0..<400 * 5).map { _ in UInt8(generator.next() % 3) },
            (0..<300 * 5).map { _ in UInt8(generator.next() % 2) }
        )
        func oneHot(_ states: [UInt8]) -> [UInt8] {
            states.flatMap { state in (0..<3).map { $0 == state ? 1 : 0 } }
        }
        let files = try [
            write("a.npy", a, units: 5), write("b.npy", b, units: 5), "--values", "categories",
        ]
        let columns = try [
            write("a-bits.npy", oneHot(a), units: 15), write("b-bits.npy", oneHot(b), units: 15),
        ]
        func numbers(_ arguments: [String], ranks: Int? = nil) throws -> [Double] {
            let report = try compare(arguments, ranks: ranks)
            return report.keys.sorted().compactMap { report[$0] as? Double }
        }
        let found = try numbers(files)
        #expect(found.count > 12)
        #expect(try found == numbers(columns))
        #expect(try found == numbers(files, ranks: 3))
        try writeNPY([Float(1e30), 0], shape: [2, 1], to: folder.file("wide.npy"))
        try Command.run([
            "compare", folder.file("wide.npy"), folder.file("wide.npy"), "--values", "categories",
        ]).expectFault(65, "units of 256 states take whole numbers from 0 to 255")
    }

    /// Spins and bits, and grey values over their white, are read alike; on any ranks.
    @Test func filesAreReadAlikeOnAnyRanks() throws {
        let (first, second) = (bits(900, units: 9, seed: 2), bits(500, units: 9, seed: 3))
        let a = try write("a.npy", first, units: 9)
        let b = try write("b.npy", second, units: 9)
        let spins = folder.file("spins.npy")
        try writeNPY(first.map { Float($0) * 2 - 1 }, shape: [900, 9], to: spins)
        let grey = try write("grey.npy", second.map { $0 * 254 + ($0 == 0 ? 0 : 1) }, units: 9)
        func numbers(_ report: [String: Any]) -> [Double] {
            report.keys.sorted().filter { $0 != "halves" }.compactMap { report[$0] as? Double }
        }
        let plain = try numbers(compare([a, b, "--test", a]))
        #expect(plain.count > 12)
        for ranks in [2, 5] {
            #expect(try numbers(compare([a, b, "--test", a], ranks: ranks)) == plain)
        }
        #expect(try numbers(compare([spins, b, "--test", a])) == plain)
        let levels = try numbers(compare([a, grey, "--test", a]))
        for (found, known) in zip(levels, plain) { #expect(abs(found - known) < 1e-9) }
    }

    /// Of three units there is one triple, of many there are others than that.
    @Test func thirdMomentsAreThoseOfTheirTriples() throws {
        func thirdMoment(_ bits: [UInt8]) -> Double {
            let rows = stride(from: 0, to: bits.count, by: 3).map { start in
                (0..<3).map { Double(bits[start + $0]) }
            }
            let means = (0..<3).map { i in rows.reduce(0) { $0 + $1[i] } / Double(rows.count) }
            return rows.reduce(0) { sum, row in
                sum + (0..<3).reduce(1) { $0 * (row[$1] - means[$1]) }
            } / Double(rows.count)
        }
        let (first, second) = (bits(400, units: 3, seed: 5), bits(300, units: 3, seed: 6))
        let report = try compare([
            try write("a.npy", first, units: 3), try write("b.npy", second, units: 3),
        ])
        let rmse = try #require(report["triple_rmse"] as? Double)
        #expect(abs(rmse - abs(thirdMoment(first) - thirdMoment(second))) < 1e-9)
        // Sets that have nothing to do with each other agree by chance only, over a thousand triples.
        var generator = TestGenerator(seed: 7)
        let noise = (0..<2).map { _ in (0..<18_000).map { _ in UInt8(generator.next() % 2) } }
        let chance = try compare([
            try write("c.npy", noise[0], units: 30), try write("d.npy", noise[1], units: 30),
            "--triples", "1000",
        ])
        let pearson = try #require(chance["triple_pearson"] as? Double)
        #expect(abs(pearson) < 0.2, "\(pearson)")
    }

    @Test func faultsAreNamed() throws {
        let a = try write("a.npy", bits(50, units: 6, seed: 2), units: 6)
        let b = try write("b.npy", bits(50, units: 7, seed: 2), units: 7)
        try Command.run(["compare", a, b]).expectFault(65, "b.npy", "[7]", "[6]", "as many values")
        try Command.run(["compare", a, folder.file("none.npy")]).expectFault(65, "none.npy")
        try Command.run(["compare", a, a, "--triples=-1"]).expectFault(64, "--triples is -1")
    }

    /// Every number by NumPy and SciPy, of bits, grey values and real numbers.
    @Test(.enabled(if: Python.hasSciPy), arguments: ["bits", "grey", "real"])
    func sciPyAgrees(kind: String) throws {
        let units = 10
        let (a, b, test) = (folder.file("a.npy"), folder.file("b.npy"), folder.file("t.npy"))
        for (number, (path, cases)) in [(a, 600), (b, 500), (test, 550)].enumerated() {
            var generator = TestGenerator(seed: UInt64(10 + number))
            let states = bits(cases, units: units, seed: UInt64(20 + number))
            switch kind {
            case "bits": try writeNPY(states, shape: [cases, units], to: path)
            case "grey":
                // Bytes of 0 to 127 mean the same with 127 as white.
                let values = states.map { $0 * 60 + UInt8(generator.next() % 68) }
                try writeNPY(values, shape: [cases, units], to: path)
            default:
                let values = states.map { Float($0) * 2 - Float(generator.next() % 1000) / 300 }
                try writeNPY(values, shape: [cases, units], to: path)
            }
        }
        let options = kind == "grey" ? ["--maximum", "127", "--values", "grey"] : []
        let report = try compare([a, b, "--test", test, "--triples", "0"] + options)
        let text = try Python.run(
            script: """
                import json, sys
                import numpy as np
                from scipy.spatial.distance import cdist
                from scipy.stats import pearsonr, linregress
                a, b, t = (np.load(f).astype(float) for f in sys.argv[1:4])
                if sys.argv[4] == "grey": a, b, t = a / 127, b / 127, t / 127
                upper = np.triu_indices(a.shape[1], 1)
                ca, cb = np.cov(a.T, bias=True), np.cov(b.T, bias=True)
                n = min(len(a), len(b), len(t))
                values, vectors = np.linalg.eigh(ca)
                order = np.argsort(-values)
                line = linregress(ca[upper], cb[upper])
                def aats(x, s):
                    xx, ss, xs = cdist(x, x), cdist(s, s), cdist(x, s)
                    np.fill_diagonal(xx, np.inf); np.fill_diagonal(ss, np.inf)
                    e = 1e-9
                    return (np.mean(xs.min(1) > xx.min(1) + e) + np.mean(xs.min(0) > ss.min(1) + e)) / 2
                print(json.dumps({
                    "mean_pearson": pearsonr(a.mean(0), b.mean(0))[0],
                    "mean_rmse": np.sqrt(np.mean((a.mean(0) - b.mean(0)) ** 2)),
                    "pair_pearson": line.rvalue, "pair_slope": line.slope,
                    "pair_rmse": np.sqrt(np.mean((ca[upper] - cb[upper]) ** 2)),
                    "spectrum_a": values[order].tolist(),
                    "spectrum_b": np.sort(np.linalg.eigvalsh(cb))[::-1].tolist(),
                    "variance_along_a": [v @ cb @ v for v in vectors.T[order]],
                    "cases": n, "aats_whole": aats(a, b)}))
                """, a, b, test, kind)
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8))
        let known = try #require(object as? [String: Any])
        for key in ["mean_pearson", "mean_rmse", "pair_pearson", "pair_slope", "pair_rmse"] {
            let (found, value) = (report[key] as? Double, known[key] as? Double)
            #expect(abs(try #require(found) - (try #require(value))) < 1e-6, "\(key)")
        }
        for key in ["spectrum_a", "spectrum_b", "variance_along_a"] {
            let found = try #require(report[key] as? [Double])
            let values = try #require(known[key] as? [Double])
            #expect(found.count == 10 && values.count == 10)
            for (x, y) in zip(found, values) { #expect(abs(x - y) < 1e-6, "\(key)") }
        }
        #expect(report["neighbours"] as? Int == known["cases"] as? Int)
    }

    /// Neighbours of sets of one size, which are taken whole.
    @Test(.enabled(if: Python.hasSciPy)) func sciPyFindsTheSameNeighbours() throws {
        var generator = TestGenerator(seed: 5)
        let (a, b) = (folder.file("a.npy"), folder.file("b.npy"))
        for path in [a, b] {
            let values = (0..<400 * 6).map { _ in Float(generator.next() % 100_000) / 1000 }
            try writeNPY(values, shape: [400, 6], to: path)
        }
        let report = try compare([a, b, "--test", b])
        let text = try Python.run(
            script: """
                import sys
                import numpy as np
                from scipy.spatial import cKDTree
                a, b = (np.load(f).astype(float) for f in sys.argv[1:3])
                near = lambda x, y, k: cKDTree(y).query(x, k)[0].reshape(len(x), -1)[:, -1]
                aa, bb, ab, ba = near(a, a, 2), near(b, b, 2), near(a, b, 1), near(b, a, 1)
                print(np.mean(ab > aa) / 2 + np.mean(ba > bb) / 2)
                for d in (aa, bb, ba): print(np.sort(d)[len(d) // 2])
                """, a, b)
        let known = text.split(separator: "\n").compactMap { Double($0) }
        try #require(known.count == 4)
        for (key, value) in zip(
            ["aats_train", "nearest_train_train", "nearest_sample_sample", "nearest_sample_train"],
            known)
        {
            #expect(abs(try #require(report[key] as? Double) - value) < 1e-3, "\(key)")
        }
        // Samples that are the test cases are nearer to these than to any training case.
        #expect(report["aats_test"] as? Double == 0)
        let loss = try #require(report["privacy_loss"] as? Double)
        #expect(abs(loss + known[0]) < 1e-3)
    }

    /// Samples of the same law agree within what halves differ by.
    @Test func equalLawsAgreeAsHalvesDo() throws {
        let a = try write("a.npy", bits(4000, units: 12, seed: 31), units: 12)
        let b = try write("b.npy", bits(2000, units: 12, seed: 32), units: 12)
        let report = try compare([a, b])
        let halves = try #require(report["halves"] as? [String: Any])
        for key in ["mean_rmse", "pair_rmse"] {
            let (found, half) = (report[key] as? Double, halves[key] as? Double)
            #expect(try #require(found) < 2 * (try #require(half)), "\(key)")
        }
        let accuracy = try #require(report["aats_train"] as? Double)
        // Ties of few bits count as near.
        #expect(accuracy < 0.5)
    }
}
