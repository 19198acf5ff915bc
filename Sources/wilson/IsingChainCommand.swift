import ArgumentParser
import Instruments
import Ising
import Reports

struct IsingChainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chain",
        abstract: "Solves the one-dimensional model in a field, or draws its configurations.",
        discussion: """
            H = −K Σ s s′ − h Σ s; the ends are neighbours unless --open.

            EXAMPLES
              wilson ising chain --size 6 --coupling 1
              wilson ising chain sample --size 6 --coupling 1 --samples 5000 --output chain.npy
            """,
        subcommands: [Exact.self, Sample.self], defaultSubcommand: Exact.self)

    /// The chain that both subcommands take.
    struct Options: ParsableArguments {
        @OptionGroup var lattice: IsingCommand.Lattice

        @Flag(help: "Leave out the bond between the ends.")
        var open = false

        var ends: LinearChain.Ends { open ? .open : .periodic }
    }

    struct Exact: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints the exact thermodynamics, by the transfer matrix.",
            discussion: """
                EXAMPLES
                  wilson ising chain exact --size 100 --coupling 0.5 --field 0.1 --open --json
                """)

        @OptionGroup var chain: Options

        @OptionGroup var form: OutputForm

        func run() throws {
            try withoutMPI {
                let run = LinearChainRun(
                    size: chain.lattice.size, ends: chain.ends,
                    coupling: chain.lattice.coupling.value, field: chain.lattice.field)
                try Output.show(run.run(), asJSON: form.json)
            }
        }
    }

    struct Sample: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Draws independent configurations as uint8 0/1 of shape [N, spins].",
            discussion: """
                Exactly, spin by spin, at any coupling; the file is the same on any number of ranks.

                EXAMPLES
                  wilson ising chain sample --size 6 --coupling 1 --samples 5000 --output chain.npy
                """)

        @OptionGroup var chain: Options

        @Option(help: "How many configurations.")
        var samples: Int

        @Option(help: "The NPY file to write.")
        var output: String

        @Option(help: "Names the random numbers.")
        var seed: UInt64 = 1

        @OptionGroup var form: OutputForm

        @OptionGroup var common: CommonOptions

        func validate() throws {
            try checkArrayFile(output)
            try checkSamples(samples, least: 1)
        }

        func run() throws {
            try common.onAllRanks(json: form.json, isMessage: true) { world in
                try LinearChainDrawing(
                    size: chain.lattice.size, ends: chain.ends,
                    coupling: chain.lattice.coupling.value, field: chain.lattice.field,
                    samples: samples, seed: seed, output: output
                ).run(world)
            }
        }
    }
}
