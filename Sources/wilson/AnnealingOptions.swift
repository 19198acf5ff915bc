import ArgumentParser
import Runs

/// Options of commands that anneal chains to a model.
struct AnnealingOptions: ParsableArguments {
    @Option(help: "Temperatures of annealed importance sampling.")
    var temperatures = 1000

    @Option(help: "Chains of annealed importance sampling.")
    var chains = 100

    func validate() throws {
        let allowed = Annealing.allowed
        for (name, value) in [("temperatures", temperatures), ("chains", chains)] {
            guard allowed.contains(value) else {
                throw ValidationError(
                    "--\(name) is \(value); expected \(allowed.lowerBound) to \(allowed.upperBound)"
                )
            }
        }
    }

    var plan: Annealing { Annealing(temperatures: temperatures, chains: chains) }
}
