import Configuration
import Datasets
import RBMCore
import Storage
import TestSupport
import Testing

/// Values of a data file, what was said of it, and what it is read as.
private struct Example: Sendable, CustomTestStringConvertible {
    var type = "|u1"
    var values: [Double]
    var wish: ConfiguredValues?
    var binarize: ConfiguredBinarization?
    var maximum: Double?
    var units: any UnitKind = .bernoulli
    /// The visible bytes that the values become, or words of the refusal.
    var expected: Expected
    /// What the warnings say; empty for none.
    var warning = ""

    enum Expected {
        case bytes([UInt8])
        case reals([Float])
        case refused(String)
    }

    var testDescription: String { "\(type) \(values)" }

    /// The file as NPY, two cases in two rows.
    var file: [UInt8] {
        let elements = values.flatMap { value -> [UInt8] in
            switch type {
            case "|u1", "|b1": [UInt8(value)]
            case "|i1": [UInt8(bitPattern: Int8(value))]
            case "<i8": Array(littleEndian: UInt64(bitPattern: Int64(value)), count: 8)
            case "<u2": Array(littleEndian: UInt64(value), count: 2)
            case "<f4": Array(littleEndian: UInt64(Float(value).bitPattern), count: 4)
            default: Array(littleEndian: value.bitPattern, count: 8)
            }
        }
        let header =
            "{'descr': '\(type)', 'fortran_order': False, 'shape': (2, \(values.count / 2)), }\n"
        return [0x93] + Array("NUMPY".utf8) + [1, 0]
            + Array(littleEndian: UInt64(header.utf8.count), count: 2) + Array(header.utf8)
            + elements
    }
}

extension [UInt8] {
    fileprivate init(littleEndian number: UInt64, count: Int) {
        self = (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
}

private let examples: [Example] = [
    // Two values are bits or spins, whatever is to be made of grey ones.
    Example(values: [0, 1, 1, 0], expected: .bytes([0, 1, 1, 0])),
    Example(values: [0, 1, 1, 0], binarize: .threshold, expected: .bytes([0, 1, 1, 0])),
    Example(values: [0, 1, 1, 0], binarize: .sample, expected: .bytes([0, 1, 1, 0])),
    Example(type: "<i8", values: [0, 1, 1, 0], expected: .bytes([0, 1, 1, 0])),
    Example(
        type: "<i8", values: [0, 1, 1, 0], binarize: .threshold, expected: .bytes([0, 1, 1, 0])),
    Example(type: "<f8", values: [0, 1, 1, 0], expected: .bytes([0, 1, 1, 0])),
    Example(
        type: "|b1", values: [0, 1, 1, 0], binarize: .sampleOnce, expected: .bytes([0, 1, 1, 0])),
    Example(type: "|i1", values: [-1, 1, 1, -1], expected: .bytes([0, 1, 1, 0])),
    Example(type: "<i8", values: [-1, 1, 1, -1], expected: .bytes([0, 1, 1, 0])),
    Example(type: "<f4", values: [-1, 1, 1, -1], units: .spin, expected: .bytes([0, 1, 1, 0])),
    // Pictures.
    Example(values: [0, 128, 127, 255], expected: .bytes([0, 64, 63, 127])),
    Example(values: [0, 128, 127, 255], binarize: .threshold, expected: .bytes([0, 1, 0, 1])),
    Example(type: "<i8", values: [0, 128, 127, 255], expected: .bytes([0, 64, 63, 127])),
    Example(
        type: "<i8", values: [0, 128, 127, 255], binarize: .threshold,
        expected: .bytes([0, 1, 0, 1])),
    Example(
        type: "<f8", values: [0, 128, 127, 255], wish: .grey, expected: .bytes([0, 64, 63, 127])),
    Example(
        type: "<f4", values: [0, 0.5, 0.25, 1], wish: .grey, expected: .bytes([0, 64, 32, 127])),
    Example(
        type: "<f4", values: [0, 0.5, 0.25, 1], binarize: .threshold,
        expected: .bytes([0, 1, 0, 1])),
    // Few shades: digits of scikit-learn, genotypes, alignments.
    Example(
        values: [0, 8, 7, 16], expected: .bytes([0, 64, 56, 127]),
        warning: "uint8 of 0 to 16 are taken as grey with 16 as white"),
    Example(
        values: [0, 8, 7, 16], binarize: .threshold, expected: .bytes([0, 1, 0, 1]),
        warning: "16 as white"),
    Example(
        type: "<i8", values: [0, 1, 2, 2], expected: .bytes([0, 64, 127, 127]),
        warning: "int64 of 0 to 2 are taken as grey with 2 as white"),
    Example(values: [0, 20, 3, 4], maximum: 20, expected: .bytes([0, 127, 19, 25])),
    Example(values: [0, 8, 7, 16], maximum: 255, expected: .bytes([0, 4, 3, 8])),
    Example(values: [0, 8, 7, 16], maximum: 31.75, expected: .bytes([0, 32, 28, 64])),
    Example(
        type: "<u2", values: [0, 65_535, 32_768, 1], maximum: 65_535,
        expected: .bytes([0, 127, 64, 0])),
    Example(values: [3, 4], expected: .bytes([95, 127]), warning: "Is this a file of labels?"),
    // What cannot be right is refused.
    Example(
        type: "<u2", values: [0, 65_535, 32_768, 1],
        expected: .refused("holds uint16 of 0 to 65535; grey values of pictures are 0 to 255. Give")
    ),
    Example(
        type: "<i8", values: [-3, 2, 0, 1],
        expected: .refused("holds int64 of -3 to 2; grey values of pictures are 0 to 255. Scale")),
    Example(
        values: [0, 8, 7, 16], maximum: 10,
        expected: .refused("holds 16, but with a maximum of 10 grey values lie in [0, 10]")),
    Example(
        type: "<f4", values: [0, 0.5, 2, 3], binarize: .threshold,
        expected: .refused("case 1 holds 2.0, but grey values lie in [0, 1]")),
    Example(
        type: "<f4", values: [0, 0.5, 0.25, 1],
        expected: .refused("Values in [0, 1] can be read with `values: grey` or a `binarize`")),
    Example(
        type: "<f8", values: [0, 128, 127, 255],
        expected: .refused("They are whole and at most 255: `values: grey` takes them")),
    Example(values: [0, 8, 7, 16], wish: .bits, expected: .refused("values other than 0 and 1")),
    Example(
        values: [0, 8, 7, 16], wish: .spins, expected: .refused("values other than −1 and +1")),
    Example(
        type: "<f4", values: [0, .nan, 1, 1], expected: .refused("case 0 holds a value that is not")
    ),
    // Gaussian units take numbers as they are, and pictures in [0, 1].
    Example(
        values: [0, 51, 102, 255], units: Gaussian(), expected: .reals([0, 0.2, 0.4, 1])),
    Example(
        values: [0, 51, 102, 255], wish: .real, units: Gaussian(),
        expected: .reals([0, 51, 102, 255])),
    Example(
        values: [0, 4, 8, 16], maximum: 16, units: Gaussian(), expected: .reals([0, 0.25, 0.5, 1])),
    Example(
        type: "<i8", values: [-3, 51, 102, 1255], units: Gaussian(),
        expected: .reals([-3, 51, 102, 1255])),
]

@Suite struct DataReadingTests {
    @Test(arguments: examples)
    fileprivate func valuesDecideHowTheyAreRead(example: Example) throws {
        try withTemporaryFolder { folder in
            let path = folder + "/data.npy"
            try AtomicFile.write(example.file, to: path)
            let file = try ArrayFile(path: path)
            let wish = DataFile(
                path, values: example.wish, binarize: example.binarize, maximum: example.maximum)
            let reading: DataReading
            do {
                reading = try DataReading(
                    of: file, asked: wish, for: example.units, ValueCensus(file))
            } catch {
                guard case .refused(let words) = example.expected else { throw error }
                #expect("\(error)".contains(words), "\(error)")
                return
            }
            let warnings = reading.warnings.joined()
            #expect(
                example.warning.isEmpty == warnings.isEmpty
                    && (example.warning.isEmpty || warnings.contains(example.warning)),
                "\(warnings)")
            let cases = FileCases(file, values: reading.values, seed: 1)
            var bytes = [UInt8](repeating: 9, count: 2 * cases.caseBytes)
            try cases.load([0, 1], draw: 1, into: &bytes)
            switch example.expected {
            case .bytes(let expected): #expect(bytes == expected)
            case .reals(let expected):
                var expectedBytes = bytes
                writeReals(expected.span, into: &expectedBytes, at: 0)
                #expect(bytes == expectedBytes)
            case .refused(let words): Issue.record("read, though \(words)")
            }
            // A model reads other files as its own were read.
            let remembered = try #require(RememberedReading(reading.notes))
            let again = try DataReading(
                of: file,
                asked: DataFile(
                    path, values: remembered.values, binarize: remembered.binarize,
                    maximum: remembered.maximum), for: example.units, ValueCensus(file))
            #expect(again.values == reading.values && again.kind == reading.kind)
        }
    }

    @Test func aModelWithoutNotesRemembersNothing() {
        #expect(RememberedReading([:]) == nil)
        #expect(RememberedReading(["data.values": "colors"]) == nil)
    }
}
