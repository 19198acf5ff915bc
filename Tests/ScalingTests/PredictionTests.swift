import Reports
import Testing

@testable import Scaling

struct PredictionTests {
    private let machine = KnownMachine()

    private func report(_ words: [String], _ more: [String] = []) throws -> ScalingReport {
        try KnownMachine.report(
            machine.lines + more,
            calibration: [
                machine.line(ranks: 2, batch: 128), machine.line(ranks: 2, hidden: 512),
                machine.line(hidden: 512, batch: 128),
            ], predicting: words)
    }

    @Test func noGridIsFasterThanThePredicted() throws {
        let report = try report(["nodes=8", "link=10Gbit,5us"])
        let prediction = try #require(report.prediction)
        let best = try #require(prediction.predictions.first)
        let model = try #require(prediction.models.first)
        #expect(best.nodes == 8 && best.ranks == 16)
        for hidden in [1, 2, 4, 8, 16] {
            let layout = Layout(hosts: 8, ranks: 16, threads: 1, hiddenRanks: hidden)
            let time = model.time(
                report.baseline.shape, layout, link: Link(bytesPerSecond: 1.25e9, seconds: 5e-6))
            #expect(best.millisecondsPerStep <= time.seconds * 1000 + 1e-6, "\(layout.grid)")
        }
        #expect(report.table.lines.contains { $0.hasPrefix("PREDICTED, not measured") })
    }

    @Test func aFasterLinkIsNeverSlower() throws {
        let times = try ["1Gbit,5us", "10Gbit,5us", "100Gbit,1.5us"].map { link in
            try #require(
                try report(["nodes=64", "link=\(link)"]).prediction?.predictions.first
            ).millisecondsPerStep
        }
        #expect(times == times.sorted(by: >))
    }

    /// Hosts that were measured do not enter the model, and are told beside it.
    @Test func measuredHostsCheckTheModel() throws {
        let measured = machine.line(hosts: 2, ranks: 2, slowness: 100)
        let with = try #require(
            try report(["nodes=4", "link=1Gbit,5us"], [measured]).prediction)
        let without = try #require(try report(["nodes=4", "link=1Gbit,5us"]).prediction)
        #expect(with.models[0].work == without.models[0].work)
        #expect(with.predictions.count == 2)
        #expect(with.predictions[0].measuredMilliseconds != nil)
        #expect(with.predictions[1].measuredMilliseconds == nil)
        #expect(with.table.lines.contains { $0.contains("(given)") && $0.contains("%") })
    }

    @Test func ranksWithoutCasesAreTold() throws {
        // 512 cases and 32 groups of hidden units are enough for 16,384 ranks.
        let report = try report(["nodes=8192,8193,16384", "link=10Gbit,5us"])
        let prediction = try #require(report.prediction)
        #expect(prediction.predictions.map(\.nodes) == [8192])
        #expect(prediction.nodesWithoutGrid == [8193, 16384])
        #expect(report.table.lines.contains { $0.hasPrefix("no grid for 16384 nodes") })
    }

    @Test(arguments: [
        [], ["nodes=4"], ["link=1Gbit,5us"], ["nodes=0", "link=1Gbit,5us"],
        ["nodes=4", "link=1Gbit"], ["nodes=4", "link=1,5us"], ["nodes=4", "link=1Gbit,5"],
        ["nodes=4,", "link=1Gbit,5us"], ["nodes=4", "link=-1Gbit,5us"],
        ["nodes=4", "link=infGbit,5us"], ["nodes=4", "nodes=4", "link=1Gbit,5us"], ["x=1"],
    ])
    func whatIsNoWishIsRefused(words: [String]) {
        let error = #expect(throws: PredictionWish.Refusal.self) { _ = try PredictionWish(words) }
        #expect(error?.description.contains("nodes=64,1024") == true)
    }

    @Test func aWishIsReadInItsUnits() throws {
        let wish = try PredictionWish(["link=2.5Gbit,30us", "nodes=1,1024"])
        #expect(wish.nodes == [1, 1024])
        #expect(wish.link.bytesPerSecond == 3.125e8)
        #expect(abs(wish.link.seconds - 3e-5) < 1e-18)
    }
}
