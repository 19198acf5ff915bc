import Foundation
import Storage

/// The steps of one run as `wilson bench step --json` prints them.
struct TimedStep: Decodable, Sendable {
    var millisecondsPerStep: Double
    var samplesPerSecond: Double
    var gflops: Double
    var ratioToRoofline: Double
    /// The part of a step that exchanges take, with the waiting for other ranks.
    var exchangeShare: Double
    /// The bytes that a rank gives into the exchanges of a step.
    var exchangedBytes: Double
    /// The part of the time for which the ranks had their cores.
    var processorShare: Double
    var layout: Layout
    var shape: StepShape
    var algorithm: String

    private enum Key: String, CodingKey {
        case millisecondsPerStep, samplesPerSecond, gflops, ratioToRoofline, exchangeShare
        case exchangedBytes, processorShare, hosts, ranks, threads, grid, visible, hidden, batch
        case sweeps, algorithm
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        func number(_ key: Key) throws -> Double { try values.decode(Double.self, forKey: key) }
        func count(_ key: Key) throws -> Int {
            let value = try values.decode(Int.self, forKey: key)
            guard value > 0 else {
                throw DecodingError.dataCorruptedError(
                    forKey: key, in: values, debugDescription: "\(value)")
            }
            return value
        }
        millisecondsPerStep = try number(.millisecondsPerStep)
        samplesPerSecond = try number(.samplesPerSecond)
        gflops = try number(.gflops)
        ratioToRoofline = try number(.ratioToRoofline)
        exchangeShare = try number(.exchangeShare)
        exchangedBytes = try number(.exchangedBytes)
        processorShare = try number(.processorShare)
        let ranks = try count(.ranks)
        let grid = try values.decode(String.self, forKey: .grid).split(separator: "x").map {
            Int($0)
        }
        guard grid.count == 2, let data = grid[0], let hidden = grid[1], data > 0, hidden > 0,
            data.multipliedReportingOverflow(by: hidden) == (ranks, false)
        else {
            throw DecodingError.dataCorruptedError(forKey: .grid, in: values, debugDescription: "")
        }
        layout = Layout(
            hosts: try count(.hosts), ranks: ranks, threads: try count(.threads),
            hiddenRanks: hidden)
        shape = StepShape(
            visible: try count(.visible), hidden: try count(.hidden), batch: try count(.batch),
            sweeps: try count(.sweeps))
        algorithm = try values.decode(String.self, forKey: .algorithm)
    }

    /// Reads a file of one JSON object a line.
    ///
    /// Throws `badFile`.
    static func read(_ path: String) throws(StorageError) -> [TimedStep] {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        var steps: [TimedStep] = []
        for (number, line) in try textLines(path).enumerated() {
            do {
                steps.append(try decoder.decode(TimedStep.self, from: Data(line.utf8)))
            } catch {
                throw StorageError(
                    .badFile, path,
                    "line \(number + 1) is not what `wilson bench step --json` of this version prints; "
                        + "measure again with launch/scaling")
            }
        }
        return steps
    }
}

/// The sizes on which the time of a step depends.
struct StepShape: Hashable, Sendable {
    var visible: Int
    var hidden: Int
    /// Cases of a step over all ranks.
    var batch: Int
    var sweeps: Int
}

/// Where the ranks of a run are, and how they divide the work.
struct Layout: Hashable, Sendable {
    var hosts: Int
    var ranks: Int
    /// The threads of each rank.
    var threads: Int
    /// The ranks that share the hidden units of the same cases.
    var hiddenRanks: Int

    /// The groups that have different cases.
    var dataRanks: Int { ranks / hiddenRanks }
    var cores: Int { ranks * threads }
    var grid: String { "\(dataRanks)x\(hiddenRanks)" }
    /// The name of the layout in files.
    var label: String { "\(ranks)-\(threads)-\(grid)" }
}

/// Returns the median of some values.
///
/// - Precondition: There is a value.
func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    precondition(!sorted.isEmpty, "a median of no values")
    let last = sorted.count - 1
    return (sorted[last / 2] + sorted[(last + 1) / 2]) / 2
}

/// Returns the lines of a text file that have something in them.
///
/// Throws `badFile`.
func textLines(_ path: String) throws(StorageError) -> [Substring] {
    guard let contents = FileManager.default.contents(atPath: path) else {
        throw StorageError(.badFile, path, "cannot be read; launch/scaling writes it")
    }
    return String(decoding: contents, as: UTF8.self).split(separator: "\n")
}
