import Analysis
import Ising

/// Compares the earlier with the later measurements of the same chains.
///
/// Chains are independent, and each is compared with itself: an observable whose mean over the chains
/// moves by more than three standard errors of these differences was still on its way.
struct Relaxation {
    /// How far the energy and |magnetization| moved, each with its standard error, of a whole lattice.
    let energy: Estimate
    let absoluteMagnetization: Estimate

    /// Takes two sums with a block for each chain.
    ///
    /// - Precondition: Both have as many blocks, and as many configurations in each.
    init(from early: ObservableSums, to late: ObservableSums) {
        precondition(
            early.values.count == late.values.count && early.count == late.count,
            "\(early.count) and \(late.count) configurations")
        func moved(_ column: Int) -> Estimate {
            let differences = stride(from: 0, to: early.values.count, by: 5).map { block in
                let difference = late.values[block + column] - early.values[block + column]
                return Double(difference) / Double(early.values[block])
            }
            return Estimate.mean(of: differences)
        }
        energy = moved(1)
        absoluteMagnetization = moved(3)
    }

    /// Whether neither moved by more than three standard errors.
    var isOver: Bool {
        [energy, absoluteMagnetization].allSatisfy { abs($0.value) <= 3 * $0.error }
    }
}
