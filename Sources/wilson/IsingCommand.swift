import ArgumentParser
import Instruments
import Ising
import Reports

struct IsingCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ising",
        abstract: "Draws configurations of the Ising model, or solves it.",
        subcommands: [Sample.self, Exact.self, IsingChainCommand.self],
        defaultSubcommand: Sample.self)

    /// The lattice that both subcommands take.
    struct Lattice: ParsableArguments {
        @Option(help: "L of the L×L torus, or spins of the chain.")
        var size: Int

        @OptionGroup var coupling: CouplingOption

        @Option(
            parsing: .unconditional,
            help: ArgumentHelp("h, which adds −h Σ s to the energy.", valueName: "h"))
        var field = 0.0

        func validate() throws {
            if !field.isFinite { throw ValidationError("--field is \(field); expected a number") }
        }
    }

    struct Sample: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Draws configurations as uint8 0/1 of shape [N, L, L], with observables.",
            discussion: """
                The method is chosen by size and coupling, and its equilibration and spacing by a \
                measured autocorrelation time; in a field it is Metropolis. The file is the same on \
                any number of ranks.

                EXAMPLES
                  wilson ising sample --size 40 --coupling 0.408 --samples 20000 --output ising.npy
                  mpirun -np 2 wilson ising --size 8 --coupling critical --samples 1000 \
                --output a.npy --json
                  wilson ising sample --size 16 --coupling 0.5 --field 0.01 --samples 500 \
                --output b.npy
                """)

        @OptionGroup var lattice: Lattice

        @Option(help: "How many configurations.")
        var samples: Int

        @Option(help: "The NPY file to write.", completion: .file(extensions: ["npy"]))
        var output: String

        @Option(
            help: ArgumentHelp(
                "How to draw: \(SamplingMethod.allCases.map(\.rawValue).joined(separator: ", ")) "
                    + "(default: by size and coupling)."))
        var method: String?

        @Option(help: "Names the random numbers; trainings with this seed draw the same cases.")
        var seed: UInt64 = 1

        @OptionGroup var form: OutputForm

        @OptionGroup var common: CommonOptions

        func validate() throws {
            try checkArrayFile(output)
            try checkSamples(samples, least: 1)
            if let method, SamplingMethod(rawValue: method) == nil {
                let known = SamplingMethod.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("--method is `\(method)`; expected one of \(known)")
            }
        }

        func run() throws {
            try common.onAllRanks(json: form.json, isMessage: true) { world in
                try IsingDrawing(
                    size: lattice.size, coupling: lattice.coupling.value, field: lattice.field,
                    samples: samples, method: method.flatMap(SamplingMethod.init(rawValue:)),
                    seed: seed, output: output
                ).run(world)
            }
        }
    }

    struct Exact: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints the exact free energy, energy and specific heat.",
            discussion: """
                Of the L×L torus [Kaufman49] and of the infinite lattice [Onsager44], [Yang52]; in a \
                field, of tori up to 5×5 by enumeration. Energies are in units of J, free energies in \
                units of kT.

                EXAMPLES
                  wilson ising exact --size 8 --coupling critical
                  wilson ising exact --size 40 --coupling 0.408 --json
                  wilson ising exact --size 4 --coupling 0.3 --field 0.1
                """)

        @OptionGroup var lattice: Lattice

        @OptionGroup var form: OutputForm

        func run() throws {
            try withoutMPI {
                let (size, coupling, field) = (lattice.size, lattice.coupling.value, lattice.field)
                if field == 0 {
                    try Output.show(
                        ExactRun(size: size, coupling: coupling).run(), asJSON: form.json)
                } else {
                    let run = FieldRun(size: size, coupling: coupling, field: field)
                    try Output.show(run.run(), asJSON: form.json)
                }
            }
        }
    }
}
