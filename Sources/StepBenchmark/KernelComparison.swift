public import Ranks
public import RBMCore
public import Reports

/// The same training steps by every kernel that this machine can run.
public struct KernelComparison: Report, Sendable {
    /// One report a kernel, in the order of `IntegerKernel.allCases`.
    let reports: [StepBenchmarkReport]

    init(_ reports: [StepBenchmarkReport]) { self.reports = reports }

    /// Collective.
    ///
    /// Times the steps by one kernel after another, of those that every rank can run.
    ///
    /// - Parameter make: Makes the benchmark of a kernel.
    /// - Throws: What the benchmarks throw.
    public init(
        _ world: borrowing Communicator, _ make: (IntegerKernel) throws -> StepBenchmark
    ) throws {
        let runnable = IntegerKernel.runnable
        var ranks = IntegerKernel.allCases.map { runnable.contains($0) ? 1.0 : 0 }
        try world.sum(&ranks)
        var reports: [StepBenchmarkReport] = []
        for (kernel, count) in zip(IntegerKernel.allCases, ranks) where count == Double(world.size)
        {
            reports.append(try make(kernel).run(world))
        }
        self.init(reports)
    }

    public var table: Table {
        var table = Table()
        guard let first = reports.first else { return table }
        table.lines(Array(first.table.lines.prefix(1)) + [""])
        table.columns("kernel", "ms", "products", "statistics", "of roofline")
        for report in reports {
            table.row(
                report.name, decimal(report.millisecondsPerStep, 3),
                decimal(report.milliseconds(of: .products), 3),
                decimal(report.milliseconds(of: .statistics), 3),
                decimal(report.ratioToRoofline, 3))
        }
        return table
    }

    public func encode(to encoder: any Encoder) throws { try Coded(self).encode(to: encoder) }

    /// The keys of the report, each with a value for every kernel.
    private struct Coded: Encodable {
        let millisecondsPerStep: NamedValues<Double>
        let productsMilliseconds: NamedValues<Double>
        let statisticsMilliseconds: NamedValues<Double>
        let ratioToRoofline: NamedValues<Double>

        init(_ comparison: KernelComparison) {
            func values(_ value: (StepBenchmarkReport) -> Double) -> NamedValues<Double> {
                NamedValues(comparison.reports.map { ($0.name, value($0)) })
            }
            millisecondsPerStep = values(\.millisecondsPerStep)
            productsMilliseconds = values { $0.milliseconds(of: .products) }
            statisticsMilliseconds = values { $0.milliseconds(of: .statistics) }
            ratioToRoofline = values(\.ratioToRoofline)
        }
    }
}

extension StepBenchmarkReport {
    /// The name of the kernel that was asked for.
    fileprivate var name: String { benchmark.kernel?.name ?? kernels.products.name }

    /// The median time of a phase in a step.
    fileprivate func milliseconds(of phase: StepTimer.Phase) -> Double {
        zip(StepBenchmarkWatch.phases, measures.phases).first { $0.0 == phase }.map {
            $0.1 * 1000
        } ?? 0
    }
}
