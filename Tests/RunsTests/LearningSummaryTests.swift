import Configuration
import Testing

@testable import Runs

@Suite struct LearningSummaryTests {
    private func summary(_ training: String, layer: String = "hidden: 5") throws -> String {
        let configuration = try RunConfiguration.load(
            text: """
                data: {train: cases.npy, held-out: 0}
                layers: [{\(layer)}]
                training: {batch: 100, epochs: 10, \(training)}
                """, file: "c.yaml")
        let plan = try #require(configuration.plans(cases: 2_000).first)
        return configuration.layers[0].learningSummary(plan, cases: 2_000)
    }

    @Test func theRateAndTheChainsAreSaid() throws {
        #expect(
            try summary("learning-rate: 0.1")
                == "layer 0: rate 0.1, falling by equal parts to 0 in 200 steps; PCD-1 with 200 chains; "
                + "centered")
        #expect(
            try summary(
                "learning-rate: 0.1, schedule: constant, algorithm: cd, sweeps: 3, centering: false"
            )
                == "layer 0: rate 0.1, the same for all 200 steps; CD-3")
        #expect(
            try summary("learning-rate: 0.1, momentum: 0.5", layer: "hidden: 5, biases: false")
                == "layer 0: rate 0.1, falling by equal parts to 0 in 200 steps; PCD-1 with 200 chains; "
                + "momentum 0.5; uncentered without biases")
    }

    /// 199 of 20 steps an epoch is 9.95 epochs.
    @Test func theLastRateIsThatOfTheLastStep() throws {
        let halved = try summary("learning-rate: 0.1, schedule: {inverse-time: 9.95}")
        #expect(halved.contains("half after 9.95 epochs, to 0.05 in 200 steps"), "\(halved)")
        let falling = try summary("learning-rate: 0.1, schedule: {exponential: 0.5}")
        #expect(falling.contains("times 0.5 an epoch, to 0.0001011"), "\(falling)")
    }
}
