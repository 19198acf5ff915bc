import ArgumentParser
import Instruments

struct RGFlowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flow",
        abstract: "Follows the temperature of configurations through a model.",
        discussion: """
            Configurations of several couplings go v → h → v through the first layer of the model, \
            again and again. Their temperature is read off the energy, exactly for this size, and \
            |m| and the specific heat are set beside the Ising model's at that temperature: no \
            number stands for a distribution that is not Ising's. Then the fixed points of the \
            deterministic map, with residual, spectral radius and basins. The renormalization \
            group flows away from K_c; which way the model flows is said for each start.

            EXAMPLES
              wilson rg flow runs/ising-critical/model.safetensors --size 8
              wilson rg flow model.safetensors --size 8 --couplings 0.3,critical,0.6 --steps 100 --json
            """)

    @Argument(
        help: "The model, or a checkpoint.", completion: .file(extensions: ["safetensors"]))
    var model: String

    @Option(help: "L of its visible lattice.")
    var size: Int

    // Unconditional: a negative coupling begins like an option.
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Couplings K = J/kT of the starts, or `critical`, with commas between (default: eight "
                + "from 0.1 to 0.8).",
            valueName: "K,…"),
        transform: { text in
            try text.split(separator: ",", omittingEmptySubsequences: false)
                .map { try coupling(named: String($0)) }
        })
    var couplings: [Double]?

    @Option(help: "How often v → h → v.")
    var steps = 50

    @Option(help: "Configurations of each coupling.")
    var samples = 4096

    @Option(help: "Names the random numbers; never draws the training data of this seed.")
    var seed: UInt64 = 1

    @OptionGroup var form: OutputForm

    @OptionGroup var common: CommonOptions

    func validate() throws {
        if steps < 1 || steps >= 1 << 31 {
            throw ValidationError("--steps is \(steps); expected 1 to 2³¹ − 1")
        }
        try checkSamples(samples, least: 2)
    }

    func run() throws {
        try common.onAllRanks(json: form.json) { world in
            try FlowRun(
                model: model, size: size, couplings: couplings ?? FlowRun.defaultCouplings,
                steps: steps, samples: samples, seed: seed
            ).run(world)
        }
    }
}
