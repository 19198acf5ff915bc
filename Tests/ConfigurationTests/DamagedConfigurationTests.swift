import Configuration
import TestSupport
import Testing

/// Configurations with random damage are read or refused; a trap would end the tests.
@Suite(.slow, .timeLimit(.minutes(15))) struct DamagedConfigurationTests {
    private static let text = """
        data: {train: cases.npy, held-out: 0.1, binarize: sample}
        layers:
          - hidden: 500
          - {hidden: 20, training: {epochs: 4, algorithm: cd, momentum: {from: 0.5, to: 0.9, over: 2 epochs}}}
        training: {batch: 100, epochs: 30, learning-rate: 1e-2, schedule: {exponential: 0.99}}
        monitor: {every: 1 epoch, cases: 100}
        checkpoint: {every: 5 minutes, keep: 3, best: reconstruction_cross_entropy}
        grid: 2x4

        """

    @Test func isReadOrRefused() {
        var generator = TestGenerator(seed: 8)
        var outcomes = (read: 0, refused: 0)
        for _ in 0..<damagedInputs(600) {
            let bytes = generator.damaged(Array(Self.text.utf8))
            do {
                let read = try RunConfiguration.load(
                    text: String(decoding: bytes, as: UTF8.self), file: "c.yaml")
                // What it says again is what it was read as.
                let again = try RunConfiguration.load(stored: read.resolvedYAML(), file: "c.yaml")
                #expect(again == read)
                outcomes.read += 1
            } catch {
                outcomes.refused += 1
            }
        }
        #expect(outcomes.read > 0 && outcomes.refused > 0, "\(outcomes)")
    }
}
