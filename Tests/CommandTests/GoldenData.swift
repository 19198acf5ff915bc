import Foundation
import TestSupport

/// The data files of the golden configurations, made of whole numbers alone.
enum GoldenData {
    /// Every file by its name.
    static let files: [(name: String, bytes: [UInt8])] = [
        ("grey.idx", Bytes.idx([130, 6, 5], data: grey(cases: 130, seed: 1))),
        ("grey.idx.gz", Bytes.gzip(Bytes.idx([130, 6, 5], data: grey(cases: 130, seed: 1)))),
        ("grey-held.npy", Bytes.npy("(40, 6, 5)", data: grey(cases: 40, seed: 2))),
        ("bool.npy", Bytes.npy("(97, 3, 7)", "|b1", data: bits(cases: 97, units: 21, seed: 3))),
        ("ones.npy", Bytes.npy("(90, 12)", data: bits(cases: 90, units: 12, seed: 4))),
        // 255 is −1.
        (
            "signs.npy",
            Bytes.npy(
                "(90, 12)", "|i1",
                data: bits(cases: 90, units: 12, seed: 5).map { $0 == 1 ? 1 : 255 })
        ),
        (
            "unit.npy",
            Bytes.npy(
                "(88, 4, 4)", "<f4",
                data: Bytes.floats(grey(cases: 88, units: 16, seed: 6).map { Float($0 / 4) / 64 }))
        ),
        (
            "reals.npy",
            Bytes.npy(
                "(120, 8)", "<f4",
                data: Bytes.floats(
                    grey(cases: 120, units: 8, seed: 7).map { (Float($0) - 100) / 32 }))
        ),
        ("noise.npy", Bytes.npy("(80, 20)", data: noise(80 * 20, seed: 8).map { $0 & 1 })),
        ("wide.npy", Bytes.npy("(60, 22, 23)", "|b1", data: bits(cases: 60, units: 506, seed: 9))),
        (
            "wider.npy",
            Bytes.npy("(30, 26, 40)", "|b1", data: bits(cases: 30, units: 1040, seed: 11))
        ),
        ("states.npy", Bytes.npy("(96, 4, 3)", data: states(cases: 96, units: 12, seed: 12))),
        ("start.safetensors", start(visible: 21, hidden: 5)),
    ]

    /// Writes all files into a folder.
    static func write(to folder: TemporaryFolder) throws {
        for file in files {
            try Data(file.bytes).write(to: URL(filePath: folder.file(file.name)))
        }
    }

    private static func noise(_ count: Int, seed: UInt64) -> [UInt8] {
        var generator = TestGenerator(seed: seed)
        return (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next() >> 40) }
    }

    /// One of five patterns a case, grey values with noise, shape `[cases, units]`.
    private static func grey(cases: Int, units: Int = 30, seed: UInt64) -> [UInt8] {
        let noise = noise(cases * (units + 1), seed: seed)
        var values: [UInt8] = []
        for n in 0..<cases {
            let pattern = Int(noise[n]) % 5
            for i in 0..<units {
                let wave = (i + 2 * pattern) % 9 < 4 ? 170 : 10
                values.append(UInt8(wave + Int(noise[cases + n * units + i]) % 80))
            }
        }
        return values
    }

    /// One of five patterns a case, a quarter of whose bits are random, shape `[cases, units]`.
    private static func bits(cases: Int, units: Int, seed: UInt64) -> [UInt8] {
        let noise = noise(cases * (units + 1), seed: seed)
        var values: [UInt8] = []
        for n in 0..<cases {
            let pattern = Int(noise[n]) % 5
            for i in 0..<units {
                let word = noise[cases + n * units + i]
                let bit: UInt8 = (i * (pattern + 1)) % 7 < 3 ? 1 : 0
                values.append(word < 64 ? word & 1 : bit)
            }
        }
        return values
    }

    /// One of five patterns of the numbers 0 to 4 a case, a quarter of them random, shape
    /// `[cases, units]`.
    private static func states(cases: Int, units: Int, seed: UInt64) -> [UInt8] {
        let noise = noise(cases * (units + 1), seed: seed)
        return (0..<cases).flatMap { n in
            (0..<units).map { i in
                let word = noise[cases + n * units + i]
                return word < 64 ? word % 5 : UInt8((Int(noise[n]) + i * i) % 5)
            }
        }
    }

    /// A model of one layer as another program writes it.
    private static func start(visible: Int, hidden: Int) -> [UInt8] {
        let values = noise(visible * hidden + visible + hidden, seed: 10).map {
            (Float($0) - 128) / 256
        }
        let (weights, biases) = (visible * hidden * 4, (visible + hidden) * 4)
        let header = """
            {"__metadata__":{"layers.0.hidden_units":"bernoulli",\
            "layers.0.visible_units":"bernoulli"},\
            "layers.0.weights":{"dtype":"F32","shape":[\(visible),\(hidden)],\
            "data_offsets":[0,\(weights)]},\
            "layers.0.visible_bias":{"dtype":"F32","shape":[\(visible)],\
            "data_offsets":[\(weights),\(weights + visible * 4)]},\
            "layers.0.hidden_bias":{"dtype":"F32","shape":[\(hidden)],\
            "data_offsets":[\(weights + visible * 4),\(weights + biases)]}}
            """
        return Bytes.safetensors(header: header, data: Bytes.floats(values))
    }
}
