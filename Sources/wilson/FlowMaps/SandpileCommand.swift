import ArgumentParser
import Instruments
import Ranks
import Reports

struct SandpileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandpile",
        abstract: "Measures the avalanches of the sandpile, beside exact results.",
        discussion: """
            Grains fall at random sites of a square lattice with open rims; a site with four gives \
            one to each neighbour. Up to 64 independent piles start in their stationary state, \
            drawn exactly, and ranks share them out. The result is the same on any number of \
            ranks.

            EXAMPLES
              wilson sandpile --size 64 --grains 500000
              mpirun -np 4 wilson sandpile --size 128 --grains 10000000 --json
              wilson sandpile --size 128 --grains 1000 --identity identity.png
            """)

    @Option(help: ArgumentHelp("L, the sites of a side.", valueName: "n"))
    var size: Int

    @Option(help: ArgumentHelp("The grains that fall.", valueName: "n"))
    var grains: Int

    @Option(
        help: ArgumentHelp(
            "Write the identity element of the recurrent states as a picture.",
            valueName: "file.png"))
    var identity: String?

    @Option(
        help: ArgumentHelp(
            "Write the distribution of avalanche sizes as a picture.", valueName: "file.svg"))
    var picture: String?

    @Option(help: "Names the random numbers.")
    var seed: UInt64 = 1

    @OptionGroup var form: OutputForm

    @OptionGroup var common: CommonOptions

    func validate() throws {
        try checkRanges([
            ("size", size, SandpileRun.sizes), ("grains", grains, SandpileRun.grains),
        ])
        try checkPicture(identity, option: "identity")
        try checkDrawing(picture)
    }

    func run() throws {
        try common.onAllRanks(json: form.json) { world in
            let waiting = ProgressLine(silent: common.quiet || world.rank != 0)
            defer { waiting.clear() }
            return try SandpileRun(
                size: size, grains: grains, seed: seed, identity: identity, picture: picture
            ).run(world) { waiting.show("grains", $0) }
        }
    }
}
