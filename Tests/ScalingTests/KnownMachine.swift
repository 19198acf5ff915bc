import Reports
import TestSupport

@testable import Scaling

/// Steps whose times follow from known costs.
struct KnownMachine {
    var secondsOfProduct = 2e-12
    var secondsOfWeight = 5e-10
    var secondsOfState = 3e-9
    var secondsOfExchange = 2e-5
    var secondsOfByte = 1e-10

    /// A line as `wilson bench step --json` prints it.
    func line(
        hosts: Int = 1, ranks: Int = 1, threads: Int = 1, hiddenRanks: Int = 1, visible: Int = 1024,
        hidden: Int = 2048, batch: Int = 512, slowness: Double = 1, processorShare: Double = 1
    ) -> String {
        let (v, h) = (Double(visible), Double(hidden / hiddenRanks))
        let cases = Double(batch * hiddenRanks / ranks)
        let work =
            secondsOfProduct * 5 * cases * v * h + secondsOfWeight * v * h
            + secondsOfState * cases * (v + h)
        let bytes =
            (ranks > hiddenRanks ? 2 * v * h : 0) + (hiddenRanks > 1 ? 3 * cases * v : 0)
        let exchange = ranks > 1 ? secondsOfExchange + secondsOfByte * bytes : 0
        let time = (work + exchange) * slowness
        return """
            {"milliseconds_per_step": \(time * 1000), "samples_per_second": \(Double(batch) / time), \
            "gflops": 10.0, "ratio_to_roofline": 2.5, "exchange_share": \(exchange / (work + exchange)), \
            "exchanged_bytes": \(bytes), "processor_share": \(processorShare), "hosts": \(hosts), \
            "ranks": \(ranks), "threads": \(threads), "grid": "\(ranks / hiddenRanks)x\(hiddenRanks)", \
            "visible": \(visible), "hidden": \(hidden), "batch": \(batch), "sweeps": 1, \
            "algorithm": "cd", "kernels": {"products": "wide"}}
            """
    }

    /// The lines of one and two ranks of one host, on all grids.
    var lines: [String] {
        [line(), line(ranks: 2), line(ranks: 2, hiddenRanks: 2)]
    }

    /// A folder as launch/scaling leaves it.
    static func folder(
        _ lines: [String], models: String? = nil, calibration: [String]? = nil
    ) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        _ = try folder.write(lines.joined(separator: "\n") + "\n", to: "steps.jsonl")
        if let models { _ = try folder.write(models, to: "models.txt") }
        if let calibration {
            _ = try folder.write(calibration.joined(separator: "\n"), to: "calibration.jsonl")
        }
        return folder
    }

    static func report(
        _ lines: [String], models: String? = nil, calibration: [String]? = nil,
        predicting words: [String] = []
    ) throws -> ScalingReport {
        let folder = try folder(lines, models: models, calibration: calibration)
        return try ScalingReport(
            folder: folder.file(""), predicting: words.isEmpty ? nil : PredictionWish(words))
    }
}
