import Foundation
import Reports
import Storage
import TestSupport
import Testing

@testable import Scaling

struct ScalingReportTests {
    private let machine = KnownMachine()

    @Test func aPointIsTheMedianOfItsRounds() throws {
        let lines = [1.0, 9, 2].map { machine.line(slowness: $0) }
        let report = try KnownMachine.report(lines)
        let point = try #require(report.points.first)
        #expect(report.points.count == 1 && point.rounds == 3)
        #expect(abs(point.slowest / point.fastest - 9) < 1e-9)
        #expect(abs(point.millisecondsPerStep / point.fastest - 2) < 1e-9)
    }

    /// One rank with two threads is the faster single process; two ranks are faster than it.
    @Test func theBestSingleProcessIsTheBaseline() throws {
        let report = try KnownMachine.report([
            machine.line(slowness: 4), machine.line(threads: 2, slowness: 2),
            machine.line(ranks: 2, slowness: 2),
        ])
        #expect(report.baseline.layout.threads == 2)
        let (alone, both, ranks) = (report.points[0], report.points[1], report.points[2])
        #expect(report.speedUp(both) == 1 && report.efficiency(both) == 1)
        #expect(abs(report.speedUp(alone) - 0.5) < 1e-9)
        // Half the speed on half the cores.
        #expect(abs(report.efficiency(alone) - 1) < 1e-9)
        let twice = ranks.samplesPerSecond / alone.samplesPerSecond
        #expect(report.overOneRank(ranks) == twice && twice > 3)
        #expect(report.overOneRank(both) == 1)
    }

    @Test func theFastestGridIsMarked() throws {
        let report = try KnownMachine.report(
            machine.lines + [machine.line(ranks: 2, slowness: 1.5)])
        let marked = report.points.filter(report.isBest).map(\.layout.grid)
        #expect(marked == ["1x1", "1x2"])
        #expect(report.table.lines.contains { $0.contains("1x2*") })
        #expect(!report.table.lines.contains { $0.contains("2x1*") })
    }

    @Test func equalModelsPass() throws {
        let models = "1-1-1x1 equal\n2-1-2x1 equal\n2-1-1x2 equal\n"
        let report = try KnownMachine.report(machine.lines, models: models)
        #expect(report.verdict == .pass)
        #expect(report.table.lines.last == "PASS: all 3 layouts trained one model, byte for byte")
    }

    @Test func oneDifferentModelFails() throws {
        let models = "1-1-1x1 equal\n2-1-2x1 different\n2-1-1x2 equal\n"
        let report = try KnownMachine.report(machine.lines, models: models)
        #expect(report.verdict == .fail)
        #expect(report.table.lines.last?.contains("FAIL: the model of 2-1-2x1") == true)
    }

    @Test func aLayoutWithoutAModelIsNotVerified() throws {
        let report = try KnownMachine.report(machine.lines, models: "1-1-1x1 equal\n")
        #expect(report.verdict == nil)
        #expect(report.table.lines.last == "not verified: 1 of 3 layouts trained a model")
    }

    @Test func aBusyMachineIsTold() throws {
        let quiet = try KnownMachine.report(machine.lines).table.lines
        #expect(!quiet.contains { $0.contains("not idle") })
        let busy = try KnownMachine.report(
            machine.lines.dropLast() + [machine.line(ranks: 2, hiddenRanks: 2, processorShare: 0.6)]
        ).table.lines
        #expect(busy.contains { $0.contains("not idle") && $0.contains("40.0 %") })
        #expect(busy.contains { $0.contains("1x2 !") })
    }

    @Test func aGrowingBatchIsWeakScaling() throws {
        let report = try KnownMachine.report([
            machine.line(batch: 100), machine.line(ranks: 2, batch: 200),
        ])
        #expect(report.isWeak)
        #expect(report.table.lines[0].contains("100 cases a core (weak scaling)"))
    }

    @Test func filesAreWrittenForPrograms() throws {
        let folder = try KnownMachine.folder(machine.lines, models: "1-1-1x1 equal\n")
        let report = try ScalingReport(
            folder: folder.file(""),
            predicting: PredictionWish(["nodes=4,16", "link=10Gbit,20us"]))
        try report.write(to: folder.file(""))
        let lines = String(decoding: try folder.bytes("scaling.jsonl"), as: UTF8.self)
            .split(separator: "\n")
        let objects = try lines.map {
            try #require(
                try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        #expect(objects.map { $0["predicted"] as? Bool } == [false, false, false, true, true])
        #expect(objects[0]["model_equal"] as? Bool == true)
        #expect(objects[1]["model_equal"] is NSNull)
        #expect(objects[2]["grid"] as? String == "1x2")
        #expect(objects[4]["nodes"] as? Int == 16)
        for key in ["speed_up", "efficiency", "milliseconds_per_step", "samples_per_second"] {
            #expect(objects.allSatisfy { $0[key] is Double }, "\(key)")
        }
        let chart = String(decoding: try folder.bytes("scaling.svg"), as: UTF8.self)
        #expect(chart.hasPrefix("<svg ") && chart.hasSuffix("</svg>\n"))
        #expect(!chart.contains("nan") && !chart.contains("inf"))
        #expect(chart.contains("2 ranks, 2x1") && chart.contains("predicted"))
    }

    @Test(arguments: [
        ("", "no step of one rank"), ("{}\n", "line 1"), ("[1]\n", "line 1"), ("\u{0}", "line 1"),
    ])
    func whatWasNotMeasuredHereIsRefused(text: String, words: String) throws {
        let folder = try TemporaryFolder()
        _ = try folder.write(text, to: "steps.jsonl")
        let error = #expect(throws: StorageError.self) {
            _ = try ScalingReport(folder: folder.file(""))
        }
        #expect(error?.description.contains(words) == true)
    }

    @Test func stepsOfSeveralRanksAloneAreRefused() throws {
        let error = #expect(throws: StorageError.self) {
            _ = try KnownMachine.report([machine.line(ranks: 2)])
        }
        #expect(error?.description.contains("no step of one rank") == true)
    }

    @Test func aGridOfOtherRanksIsRefused() throws {
        let bad = machine.line(ranks: 2).replacing("\"2x1\"", with: "\"2x2\"")
        #expect(throws: StorageError.self) { _ = try KnownMachine.report([machine.line(), bad]) }
    }

    @Test func aVerdictInOtherWordsIsRefused() throws {
        let error = #expect(throws: StorageError.self) {
            _ = try KnownMachine.report(machine.lines, models: "1-1-1x1 same\n")
        }
        #expect(error?.description.contains("models.txt") == true)
    }
}
