import ArgumentParser
import Instruments
import Ranks
import Reports

struct RGSpecificHeatCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "specific-heat",
        abstract: "Finds where the specific heat of a small machine has its peak.",
        discussion: """
            p ∝ e^(−E/T) is the machine itself at T = 1. All states of up to 20 visible units are summed \
            exactly, for the whole machine and for its visible units alone.

            EXAMPLES
              wilson rg specific-heat runs/small/model.safetensors
              wilson rg specific-heat model.safetensors --from 0.5 --to 2 --points 100 --json
            """)

    @Argument(
        help: "The model, or a checkpoint.", completion: .file(extensions: ["safetensors"]))
    var model: String

    @Option(help: "The lowest temperature.")
    var from = 0.2

    @Option(help: "The highest temperature.")
    var to = 5.0

    @Option(help: ArgumentHelp("Temperatures between them.", valueName: "n"))
    var points = 48

    @Option(help: ArgumentHelp("Write both curves as a picture.", valueName: "file.svg"))
    var picture: String?

    @OptionGroup var form: OutputForm

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard from > 0, to > from, to.isFinite else {
            throw ValidationError(
                "--from \(from) and --to \(to); expected a number above 0, and a larger one")
        }
        guard (3...1000).contains(points) else {
            throw ValidationError("--points is \(points); expected 3 to 1000")
        }
        try checkDrawing(picture)
    }

    func run() throws {
        try common.onAllRanks(json: form.json) { world in
            let waiting = ProgressLine(silent: common.quiet || world.rank != 0)
            defer { waiting.clear() }
            return try SpecificHeatRun(
                model: model, range: from...to, points: points, picture: picture
            ).run(world) { waiting.show("states", $0) }
        }
    }
}
