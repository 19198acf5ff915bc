import ArgumentParser
import Instruments
import Reports

struct RGKadanoffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kadanoff",
        abstract: "Computes Kadanoff's variational renormalization of the square lattice.",
        discussion: """
            Block spins follow their 2×2 block with strength p, and potentials are moved so that \
            what remains can be summed [Kadanoff75]. Without a coupling: the fixed points and \
            their exponents, where p makes the free energy stationary or at --p, beside exact ones \
            and simpler recursions. With one: the bound on ln Z per site of the infinite lattice, \
            at --p or at the p of the lowest bound, beside Onsager's.

            EXAMPLES
              wilson rg kadanoff
              wilson rg kadanoff --p 0.8 --json
              wilson rg kadanoff --coupling critical
              wilson rg kadanoff --coupling 0.408 --p 0.6 --json
            """)

    // Unconditional: a negative coupling begins like an option.
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Bound ln Z at K = J/kT, or at `critical`, ½ ln(1 + √2).", valueName: "K|critical"),
        transform: coupling(named:))
    var coupling: Double?

    @Option(
        parsing: .unconditional,
        help: "The strength of block spins (default: the best one).")
    var p: Double?

    @OptionGroup var form: OutputForm

    func run() throws {
        try withoutMPI {
            if let coupling {
                let run = KadanoffBoundRun(coupling: coupling, strength: p)
                try Output.show(run.run(), asJSON: form.json)
            } else {
                try Output.show(KadanoffRun(strength: p).run(), asJSON: form.json)
            }
        }
    }
}
