public import ArgumentParser
public import Configuration
import Datasets
import Ising
public import Renormalization
import Runs

// MARK: Words

// Words of the configuration and of the theory that are options of commands too.

extension ConfiguredValues: ExpressibleByArgument {}
extension ConfiguredBinarization: ExpressibleByArgument {}
extension MarginalHamiltonian.Side: ExpressibleByArgument {}

/// Reads one of the words of a closed set.
func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ word: String
) throws -> Choice {
    try choice(word, among: Array(Choice.allCases))
}

/// Reads one of some words.
func choice<Choice: RawRepresentable<String>>(
    _ word: String, among choices: [Choice]
) throws -> Choice {
    try choice(word, among: choices, name: \.rawValue)
}

/// Reads one of some names.
func choice<Choice>(
    _ word: String, among choices: [Choice], name: (Choice) -> String
) throws -> Choice {
    if let choice = choices.first(where: { name($0) == word }) { return choice }
    let words = choices.map(name).joined(separator: " or ")
    throw ValidationError("expected \(words)")
}

/// The numbers that an argument lists, with commas between them.
func numbers(_ text: String, named name: String) throws -> [Double] {
    try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
        guard let value = Double(part), value.isFinite else {
            throw ValidationError(
                "--\(name) has `\(part)`; expected numbers with commas between them")
        }
        return value
    }
}

/// Reads a value in the notation of a configuration.
func configured<Value>(
    _ text: String, _ read: (String) throws(ConfigurationError) -> Value
) throws -> Value {
    do throws(ConfigurationError) {
        return try read(text)
    } catch {
        let problems = error.problems.map {
            $0.key.isEmpty ? $0.message : "\($0.key): \($0.message)"
        }
        throw ValidationError(problems.joined(separator: "; "))
    }
}

/// The time that an argument names, as hours, minutes and seconds.
func duration(named text: String) throws -> Duration {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 3, let hours = parts[0], let minutes = parts[1], let seconds = parts[2],
        (0...100_000).contains(hours), (0..<60).contains(minutes), (0..<60).contains(seconds),
        hours + minutes + seconds > 0
    else {
        throw ValidationError("`\(text)` is no time; expected HH:MM:SS, such as 23:50:00")
    }
    return .seconds(3600 * hours + 60 * minutes + seconds)
}

/// The coupling that an argument names: a number, or `critical` for ½ ln(1 + √2).
func coupling(named text: String) throws -> Double {
    if text == "critical" { return criticalCoupling }
    guard let value = Double(text), value.isFinite else {
        throw ValidationError("`\(text)` is no coupling; expected a number or `critical`")
    }
    return value
}

// MARK: Options of several commands

/// How a command prints its result.
struct OutputForm: ParsableArguments {
    @Flag(help: "Print one JSON object.")
    var json = false
}

/// The coupling of a command that needs one.
struct CouplingOption: ParsableArguments {
    // Unconditional: a negative coupling begins like an option.
    @Option(
        name: .customLong("coupling"), parsing: .unconditional,
        help: ArgumentHelp(
            "K = J/kT, or `critical` for ½ ln(1 + √2).", valueName: "K|critical"),
        transform: coupling(named:))
    var value: Double
}

/// How a command reads a data file.
struct ReadingOptions: ParsableArguments {
    @Option(help: "How values are read (default: as the model's data were, else by the file).")
    var values: ConfiguredValues?

    @Option(help: "How grey data become bits (default: as the model's data did, else not).")
    var binarize: ConfiguredBinarization?

    @Option(help: "The grey value of white (default: as the model's data had it, else by file).")
    var maximum: Double?

    func validate() throws {
        if let maximum, !(maximum > 0 && maximum.isFinite) {
            throw ValidationError("--maximum is \(maximum); expected a number above 0")
        }
    }

    func file(_ path: String) -> DataFile {
        DataFile(path, values: values, binarize: binarize, maximum: maximum)
    }
}

/// Options of commands that anneal chains to a model.
struct AnnealingOptions: ParsableArguments {
    @Option(help: "Temperatures of annealing; at most half as many sweeps temper the chains back.")
    var temperatures = 4000

    @Option(help: "Chains that are annealed, each way.")
    var chains = 100

    func validate() throws {
        try checkRanges([
            ("temperatures", temperatures, Annealing.allowed),
            ("chains", chains, Annealing.allowed),
        ])
    }

    var plan: Annealing { plan(usesLadder: false) }

    func plan(usesLadder: Bool) -> Annealing {
        Annealing(temperatures: temperatures, chains: chains, usesLadder: usesLadder)
    }
}

// MARK: Checks

/// Checks that numbers are in their ranges.
///
/// - Parameter numbers: The name of each option, its value, and what is allowed.
func checkRanges(_ numbers: [(name: String, value: Int, allowed: ClosedRange<Int>)]) throws {
    for (name, value, allowed) in numbers where !allowed.contains(value) {
        throw ValidationError(
            "--\(name) is \(value); expected \(allowed.lowerBound) to \(allowed.upperBound)")
    }
}

/// Checks the number of a layer, where one is given.
func checkLayer(_ layer: Int?) throws {
    guard let layer, layer < 0 else { return }
    throw ValidationError("--layer is \(layer); expected the number of a layer, from 0")
}

/// Checks that the name of a picture, where there is one, says what it will be.
func checkPicture(_ path: String?, option: String) throws {
    guard let path, !path.hasSuffix(".png") else { return }
    throw ValidationError("--\(option) is `\(path)`; its name must end in .png")
}

/// Checks that the name of a drawing, where there is one, says what it will be.
func checkDrawing(_ path: String?) throws {
    guard let path, !path.hasSuffix(".svg") else { return }
    throw ValidationError("--picture is `\(path)`; its name must end in .svg")
}

/// Checks that the name of an array file says what it will be.
func checkArrayFile(_ path: String, option: String = "output") throws {
    guard !path.hasSuffix(".npy") else { return }
    throw ValidationError("--\(option) is `\(path)`; its name must end in .npy")
}

/// Checks that the name of a file for one array or several says what it will be.
func checkArrayOrArchive(_ path: String, option: String = "output") throws {
    guard !path.hasSuffix(".npy"), !path.hasSuffix(".npz") else { return }
    throw ValidationError("--\(option) is `\(path)`; its name must end in .npy or .npz")
}

/// Checks how many configurations are asked for: they are numbered in 32 bits.
///
/// - Parameter least: 2 for a command that tells errors.
func checkSamples(_ samples: Int, least: Int) throws {
    guard samples < least || samples >= 1 << 32 else { return }
    throw ValidationError("--samples is \(samples); expected \(least) to 2³² − 1")
}

/// How ranks divide a model that is measured or sampled.
struct GridOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How ranks divide the work: groups that share the cases or chains, and ranks of a group "
                + "that share the hidden units, so that none holds a whole layer. The results are the "
                + "same. (default: auto, all share the cases)", valueName: "auto|data x hidden"))
    var grid: String?

    /// nil where all ranks share the cases alone.
    var shape: GridShape? { grid.flatMap { GridShape($0) } }

    func validate() throws {
        guard let grid, grid != "auto", GridShape(grid) == nil else { return }
        throw ValidationError("--grid is `\(grid)`; expected auto or \(GridShape.expected)")
    }
}
