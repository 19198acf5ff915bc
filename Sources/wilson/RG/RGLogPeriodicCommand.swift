import ArgumentParser
import Instruments
import Ranks
import Reports

struct RGLogPeriodicCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log-periodic",
        abstract: "Fits the log-periodic law of the renormalization equation to a series.",
        discussion: """
            ln p = A + Bτ^m + Cτ^m cos(ω ln τ − φ), where τ = t_c − t is the time that is left. The \
            three parameters that are not linear are searched from a grid over all ranks. Bands come \
            from series whose residuals are drawn in blocks, and the null test fits random walks of \
            the same steps in the same way: where many of them are fitted as well, the fit says \
            nothing.

            The file has a time or a date and a price on each line, with commas between.

            EXAMPLES
              wilson rg log-periodic --data prices.csv
              mpirun -np 2 wilson rg log-periodic --data prices.csv --walks 1000 --json
              wilson rg log-periodic --data prices.csv --column Close --picture fit.svg
            """)

    @Option(
        help: "The series, a CSV file of times and prices.",
        completion: .file(extensions: ["csv"]))
    var data: String

    @Option(help: "The column of the prices, where the file has several.")
    var column: String?

    @Option(help: ArgumentHelp("Random walks of the null test; 0: none.", valueName: "n"))
    var walks = 200

    @Option(help: ArgumentHelp("Resampled series for the bands; 0: none.", valueName: "n"))
    var resamples = 200

    @Option(help: ArgumentHelp("Write the series and its law.", valueName: "file.svg"))
    var picture: String?

    @Option(help: "Names the random numbers.")
    var seed: UInt64 = 1

    @OptionGroup var form: OutputForm

    @OptionGroup var common: CommonOptions

    func validate() throws {
        for (name, value) in [("walks", walks), ("resamples", resamples)] {
            guard (0...1_000_000).contains(value) else {
                throw ValidationError("--\(name) is \(value); expected 0 to 1000000")
            }
        }
        try checkDrawing(picture)
    }

    func run() throws {
        try common.onAllRanks(json: form.json) { world in
            let waiting = ProgressLine(silent: common.quiet || world.rank != 0)
            defer { waiting.clear() }
            return try LogPeriodicRun(
                path: data, column: column, walks: walks, resamples: resamples, seed: seed,
                picture: picture
            ).run(world) { waiting.show($0, $1) }
        }
    }
}
