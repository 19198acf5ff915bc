import Datasets
import FlowMaps
import Ranks
import RBMCore
import Runs

/// The cases of a file as spins.
struct HopfieldSpins {
    let units: Int
    let count: Int
    let shape: [Int]
    /// Case by case, shape [count, units].
    let values: [Int8]

    /// The most values of a file: a memory needs all of them at once.
    private static let mostElements = 1 << 27

    /// Collective.
    ///
    /// Reads a file.
    ///
    /// - Throws: The same failure on all ranks, for a file whose cases are not bits or spins.
    init(_ file: DataFile, seed: UInt64, _ world: borrowing Communicator) throws {
        let opened = try file.open(seed: seed, world)
        let cases = opened.cases
        self = try world.together {
            guard cases.encoding == .bits else {
                throw dataFault(
                    file.path,
                    "its values are \(opened.meaning), but a memory stores bits or spins; use "
                        + "--binarize threshold")
            }
            guard cases.count * cases.visible <= Self.mostElements else {
                throw dataFault(
                    file.path,
                    "it has \(cases.count * cases.visible) values; a memory takes at most "
                        + "\(Self.mostElements)")
            }
            var bytes = [UInt8](repeating: 0, count: cases.count * cases.visible)
            try cases.load(Array(0..<cases.count), draw: 0, into: &bytes)
            return HopfieldSpins(
                units: cases.visible, count: cases.count, shape: opened.shape,
                values: bytes.map { $0 == 0 ? -1 : 1 })
        }
    }

    private init(units: Int, count: Int, shape: [Int], values: [Int8]) {
        self.units = units
        self.count = count
        self.shape = shape
        self.values = values
    }

    subscript(number: Int) -> [Int8] {
        Array(values[number * units..<(number + 1) * units])
    }

    var patterns: HopfieldPatterns {
        HopfieldPatterns(units: units, count: count, spins: values)
    }

    /// Stores the cases.
    ///
    /// - Parameter path: The file of the cases, for the message.
    /// - Throws: For the projection rule and cases that depend on each other linearly.
    func memory(_ rule: HopfieldMemory.Rule, from path: String) throws -> HopfieldMemory {
        guard let memory = HopfieldMemory(patterns, rule: rule) else {
            throw dataFault(
                path,
                "its \(count) cases depend on each other linearly, and the projection rule cannot "
                    + "hold them; remove repeated and reversed cases, or use --rule hebb")
        }
        return memory
    }
}
