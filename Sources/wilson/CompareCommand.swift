import ArgumentParser
import Datasets
import Ranks
import Reports
import Runs

struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Compares samples with the data that they should look like.",
        discussion: """
            Means, covariances of all pairs of units, third moments of random triples, spectrum of the \
            covariance, and nearest neighbours: adversarial accuracy (½ where nobody can tell samples \
            from data, 1 where they are far apart, 0 where samples are copies) and privacy loss. Beside \
            each stands what two halves of A reach, which differ by chance alone.

            EXAMPLES
              wilson compare test.npy samples.npy
              mpirun -np 4 wilson compare train.npy samples.npy --test test.npy --binarize threshold
            """)

    @Argument(help: "The data: IDX, NPY, NPZ, CSV, or a folder of pictures.", completion: .file())
    var a: String

    @Argument(help: "The samples.", completion: .file())
    var b: String

    @Option(help: "What the machine learned from (default: A).", completion: .file())
    var train: String?

    @Option(help: "Cases that it did not learn from, for the privacy loss.", completion: .file())
    var test: String?

    @Option(help: "Random triples of units whose third moments are compared.")
    var triples = 10_000

    @OptionGroup var reading: ReadingOptions

    @OptionGroup var form: OutputForm

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (0...1_000_000).contains(triples) else {
            throw ValidationError("--triples is \(triples); expected 0 to 1000000")
        }
    }

    func run() throws {
        try common.onAllRanks(json: form.json) { world in
            try ComparisonRun(
                a: reading.file(a), b: reading.file(b), train: train.map(reading.file),
                test: test.map(reading.file), triples: triples
            ).run(world)
        }
    }
}
