import ModelFiles
import RBMCore
import RandomStreams
import TestSupport
import Testing

@testable import Runs

/// The draws of `wilson sample`.
@Suite struct SamplingRunTests {
    private static let models = [
        [makeRBM(.bernoulli, 70, .bernoulli, 30)],
        [makeRBM(.bernoulli, 70, .bernoulli, 30), makeRBM(.bernoulli, 30, .spin, 20)],
        [
            makeRBM(.bernoulli, 70, .bernoulli, 30), makeRBM(.bernoulli, 30, .bernoulli, 80),
            makeRBM(.bernoulli, 80, .spin, 9),
        ],
    ]

    /// Draws of a run, sorted out by what may be asked again: the states of a case.
    private func repeated(_ draws: [RecordedDraw]) -> [RecordedDraw] {
        DrawRecorder.repeated(draws).filter {
            ![.propagation, .pseudoLikelihoodBits].contains($0.purpose.code)
        }
    }

    @Test(arguments: 0..<3, [true, false]) func noTwoDrawsShareACounter(
        model: Int, fromData: Bool
    ) throws {
        let layers = Self.models[model]
        let seed = UInt64(8100 + 2 * model + (fromData ? 1 : 0))
        let cases = RandomCases(count: 5, visible: 70, encoding: .levels)
        for isClamped in [true, false] {
            let run = SamplingRun(
                model: "", count: 7, sweeps: 4, output: "", start: .noise, seed: seed)
            let clamp = (0..<(7 * 70)).map { $0 % 2 == 0 ? Clamp.free : 1 }
            let draws = try DrawRecorder.record(seed: seed) {
                _ = try run.draw(
                    0..<7, of: Model(layers: layers, imageShape: [70]),
                    from: fromData ? cases : nil, clamp: isClamped ? clamp : nil)
            }
            #expect(draws.count >= 7 * (1 + 2 * 4))
            #expect(repeated(draws) == [])
        }
    }

    /// What is drawn after a later sweep is another draw, also on the way down.
    @Test(arguments: 0..<3) func samplesOfOneChainAreDrawnAnew(model: Int) {
        let seed = UInt64(8200 + model)
        let draws = DrawRecorder.record(seed: seed) {
            var sampler = ModelSampler(
                Model(layers: Self.models[model], imageShape: [70]), chains: 0..<3, seed: seed)
            for _ in 0..<4 {
                sampler.run(sweeps: 2)
                _ = sampler.visible()
            }
        }
        #expect(draws.count == 3 * (1 + 2 * 8 + 4 * model))
        #expect(repeated(draws) == [])
    }

    @Test func samplesOfOneClampedChainAreDrawnAnew() {
        let draws = DrawRecorder.record(seed: 8300) {
            let clamp = [UInt8](repeating: Clamp.free, count: 2 * 70)
            var sampler = ClampedStackSampler(
                Self.models[2], chains: 0..<2, clamp: clamp,
                start: clamp.map { _ in 0 }, arithmetic: .integer, seed: 8300)
            for _ in 0..<4 {
                sampler.run(sweeps: 2)
                _ = sampler.visible()
            }
        }
        #expect(draws.count == 2 * (3 + 3 * 8 + 4))
        #expect(repeated(draws) == [])
    }
}
