import ArgumentParser
import Instruments
import Ranks
import Renormalization
import Reports

struct RGTensorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tensor",
        abstract: "Computes the Ising model by tensor renormalization, beside exact results.",
        discussion: """
            Two sites become one at each step, and bonds keep their χ most important states: by \
            cutting sites along diagonals (trg), the same with weights on the bonds (btrg), or by \
            merging neighbours (hotrg). Shown beside Onsager's free energy; at the critical \
            coupling also the central charge and the scaling dimensions of L = 16, elsewhere the \
            phase: X = 1 in the disordered one, 2 in the ordered one.

            A step of trg and btrg takes time as χ⁶ and memory as χ⁴, one of hotrg χ⁷ and χ⁵.

            EXAMPLES
              wilson rg tensor --method trg --bond-dimension 24 --coupling critical
              wilson rg tensor --method hotrg --bond-dimension 16 --coupling 0.408 --json
              wilson rg tensor --method btrg --bond-dimension 8 --coupling 0.5 --steps 10
            """)

    @Option(
        help: ArgumentHelp(
            "How two sites become one.",
            valueName: TensorMethod.allCases.map(\.rawValue).joined(separator: "|")),
        transform: { try choice($0) })
    var method: TensorMethod

    @Option(help: ArgumentHelp("χ, the most states of a bond.", valueName: "n"))
    var bondDimension: Int

    @OptionGroup var coupling: CouplingOption

    @Option(help: ArgumentHelp("The lattice has 2ⁿ sites.", valueName: "n"))
    var steps = 50

    @OptionGroup var form: OutputForm

    @OptionGroup var common: CommonOptions

    func run() throws {
        try withoutMPI {
            let waiting = ProgressLine(silent: common.quiet)
            defer { waiting.clear() }
            let report = try TensorRun(
                method: method, bondDimension: bondDimension, coupling: coupling.value,
                steps: steps, threads: common.threads ?? defaultThreadsAlone()
            ).run { waiting.show("step \($0) of \(steps)") }
            waiting.clear()
            try Output.show(report, asJSON: form.json)
        }
    }
}
