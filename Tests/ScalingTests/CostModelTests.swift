import StepCosts
import Testing

@testable import Scaling

struct CostModelTests {
    private let machine = KnownMachine()

    private var calibration: [String] {
        [
            machine.line(ranks: 2, batch: 128), machine.line(ranks: 2, hidden: 512),
            machine.line(hidden: 512, batch: 128), machine.line(batch: 64),
        ]
    }

    private func points(_ lines: [String]) throws -> [ScalingPoint] {
        try KnownMachine.report(lines).points
    }

    @Test func knownCostsAreFoundAgain() throws {
        let model = try #require(
            CostModel(try points(machine.lines + calibration), threads: 1))
        let wanted = [machine.secondsOfProduct, machine.secondsOfWeight, machine.secondsOfState]
        for (found, known) in zip(model.work, wanted) {
            #expect(abs(found / known - 1) < 1e-6)
        }
        #expect(abs(model.exchange[0] / machine.secondsOfExchange - 1) < 1e-6)
        #expect(abs(model.exchange[1] / machine.secondsOfByte - 1) < 1e-6)
        #expect(abs(model.withinHost.ofWeight - 2) < 1e-9)
        #expect(abs(model.withinHost.ofState - 3) < 1e-9)
        #expect(model.betweenHosts == model.withinHost)
        #expect(model.meanError < 1e-6)
    }

    @Test func tooFewPointsMakeNoModel() throws {
        #expect(CostModel(try points([machine.line(), machine.line(ranks: 2)]), threads: 1) == nil)
        #expect(CostModel(try points(machine.lines), threads: 2) == nil)
    }

    /// Two hosts with one rank each: the time of one, the bytes through the link both ways, its latency.
    @Test func aLinkCostsItsBytesAndItsMessages() throws {
        let model = try #require(
            CostModel(try points(machine.lines + calibration), threads: 1))
        let shape = StepShape(visible: 1024, hidden: 2048, batch: 512, sweeps: 1)
        let layout = Layout(hosts: 2, ranks: 2, threads: 1, hiddenRanks: 1)
        let inside = model.time(
            shape, Layout(hosts: 1, ranks: 2, threads: 1, hiddenRanks: 1), link: nil)
        let link = Link(bytesPerSecond: 1e8, seconds: 1e-4)
        let across = model.time(shape, layout, link: link)
        // 4 MB in four pieces, each with two messages one after the other.
        let expected = inside.seconds + 1024 * 2048 * 2 / 1e8 + 4 * 2 * 1e-4
        #expect(abs(across.seconds / expected - 1) < 1e-9)
        #expect(across.exchangeShare > inside.exchangeShare)
    }

    /// Rows that lie within hosts send their states through no link, and columns share it.
    @Test func rowsWithinHostsLeaveTheLinkToColumns() throws {
        let model = try #require(
            CostModel(try points(machine.lines + calibration), threads: 1))
        let shape = StepShape(visible: 1024, hidden: 2048, batch: 512, sweeps: 1)
        let link = Link(bytesPerSecond: 1e6, seconds: 1e-9)
        let rows = Layout(hosts: 2, ranks: 4, threads: 1, hiddenRanks: 2)
        let split = Layout(hosts: 2, ranks: 4, threads: 1, hiddenRanks: 4)
        // Two columns of half the weights: as many bytes as one of all weights.
        let columns = model.time(shape, rows, link: link).seconds
        #expect(abs(columns / (1024 * 2048 * 2 / 1e6) - 1) < 0.01)
        // Two ranks of each host, each with 3 bytes for 512 × 1024 states, of which a quarter stays.
        let states = model.time(shape, split, link: link).seconds
        #expect(abs(states / (0.75 * 2 * 3 * 512 * 1024 / 1e6) - 1) < 0.01)
    }
}
