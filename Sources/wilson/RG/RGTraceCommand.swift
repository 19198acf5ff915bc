import ArgumentParser
import Configuration
import Instruments

struct RGTraceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace",
        abstract: "Measures how far a model is from an exact renormalization of its target.",
        discussion: """
            The kernel of an RBM is T(v,h) = −E + H with H the target's Hamiltonian. Tr_h e^T = 1 \
            for all v, up to a constant, is the same as a perfect fit, KL = 0; the renormalized \
            Hamiltonian is the RBM's own for any parameters, an identity. Up to 20 visible units \
            all states are summed; beyond, configurations are drawn, and what is printed says so. \
            Beside the model stand kernels of blocks that meet the condition, and the null kernel, \
            which meets it and tells nothing.

            EXAMPLES
              wilson rg trace runs/ising-critical/model.safetensors --target ising
              wilson rg trace bonds.safetensors --target ising --coupling 0.44 --json
              mpirun -np 4 wilson rg trace model.safetensors --target bars-and-stripes.npy
            """)

    @Argument(
        help: "The model, or a checkpoint; its first layer is measured.",
        completion: .file(extensions: ["safetensors"]))
    var model: String

    @Option(help: ArgumentHelp("What the model should show.", valueName: "ising|file"))
    var target: String

    @Option(help: "L of the L×L torus (default: that of the model).")
    var size: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "K = J/kT, or `critical` (default: that of the model's training).",
            valueName: "K|critical"),
        transform: coupling(named:))
    var coupling: Double?

    @Option(help: "How grey cases of a file become bits.")
    var binarize = ConfiguredBinarization.none

    @Option(help: "Configurations that are drawn beyond 20 units.")
    var samples = 4096

    @Option(help: "Gibbs sweeps of the model's chains for Bennett's ratio, beyond 20 units.")
    var sweeps = 500

    @OptionGroup var annealing: AnnealingOptions

    @Option(help: "Names the random numbers; never draws the training data of this seed.")
    var seed: UInt64 = 1

    @OptionGroup var form: OutputForm

    @OptionGroup var common: CommonOptions

    func validate() throws {
        if target != "ising" && (size != nil || coupling != nil) {
            throw ValidationError(
                "--size and --coupling belong to --target ising, but --target is `\(target)`")
        }
        for (name, value) in [("samples", samples), ("sweeps", sweeps)]
        where !(1...10_000_000).contains(value) {
            throw ValidationError("--\(name) is \(value); expected 1 to 10000000")
        }
    }

    func run() throws {
        try common.onAllRanks(json: form.json) { world in
            try TraceRun(
                model: model,
                target: target == "ising"
                    ? .ising(size: size, coupling: coupling) : .file(target, binarize: binarize),
                effort: TraceRun.Effort(
                    samples: samples, sweeps: sweeps, annealing: annealing.plan),
                seed: seed
            ).run(world)
        }
    }
}
