import ArgumentParser
import Instruments
import Reports

struct RGDecimationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decimation",
        abstract: "Follows the Ising chain as every other spin is summed over, exactly.",
        discussion: """
            The one renormalization that is a machine without any approximation: visible spins are \
            those kept, hidden ones those summed over, weights the coupling. The constants of all \
            steps add up to the free energy of the chain.

            EXAMPLES
              wilson rg decimation --coupling 1
              wilson rg decimation --coupling critical --json
            """)

    // Unconditional: a negative coupling begins like an option.
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "K = J/kT, or `critical` for ½ ln(1 + √2), the square lattice's.",
            valueName: "K|critical"),
        transform: coupling(named:))
    var coupling: Double

    @OptionGroup var form: OutputForm

    func run() throws {
        try withoutMPI {
            try Output.show(DecimationRun(coupling: coupling).run(), asJSON: form.json)
        }
    }
}
