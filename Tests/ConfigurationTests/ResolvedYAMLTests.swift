import Testing

@testable import Configuration

@Suite struct ResolvedYAMLTests {
    @Test func theDefaultsAreWrittenInTheOrderOfTheContract() throws {
        let read = try RunConfiguration.load(text: minimalText, file: "c.yaml")
        #expect(
            read.resolvedYAML() == """
                data:
                  train: cases.npy
                  held-out: 0.1
                  values: auto
                  binarize: none
                  standardize: false
                layers:
                  - visible-units: bernoulli
                    visible-variance: unit
                    hidden: 3
                    hidden-units: bernoulli
                    biases: true
                    initial-weights: auto
                    initial-visible-bias: log-odds
                    propagate: samples
                    training: {}
                training:
                  algorithm: pcd
                  sweeps: 1
                  chains: auto
                  global-flips: true
                  batch: 100
                  epochs: 30
                  learning-rate: auto
                  schedule: linear
                  warm-up: 0 epochs
                  momentum: 0
                  nesterov: false
                  centering: true
                  weight-decay: {l1: 0, l2: 0}
                  sparsity: {target: 0, cost: 0, memory: 0.95}
                  keep-probability: 1
                  average: 0.2
                  early-stop: {gap: none, patience: 5}
                  seed: 1
                monitor: {every: 1 epoch, cases: 10000, pseudo-likelihood-cases: 500}
                checkpoint: {every: 1 epoch, keep: 3}
                arithmetic: auto
                initial-model: none

                """)
    }

    /// Every value of every key survives writing and reading.
    @Test(arguments: LoadTests.rows)
    func whatIsWrittenReadsBack(_ row: LoadTests.Row) throws {
        let read = try #require(parsed(row.text ?? minimalText, overrides: [row.override]))
        let text = read.resolvedYAML()
        let reader = ConfigurationReader(text: text, file: "c.yaml", isStored: true)
        let again = reader.configuration()
        #expect(reader.problems.isEmpty && again == read, "\(text)")
        #expect(again?.resolvedYAML() == text)
    }

    @Test(arguments: [
        "plain.npy", "/a/b-c_d.npy", "with space", "-dash", "5", "0.5", "none", "yes", "null", "~",
        ".nan", "0x1", "a: b", "a #b", "\"quoted\"", "back\\slash", "*star", "é/ü.npy", "数据.npy",
        "🙂", "[x]", "{x}", "a'b", "!tag", "%x", "@x", "`x`", "x\u{2028}y", "x\u{FEFF}y", "e\u{301}",
        " lead", "trail ", "1e5", "1_000", "=",
    ])
    func everyFileNameReadsBack(_ name: String) throws {
        var read = try #require(parsed(minimalText))
        read.data.source = .file(name)
        read.data.heldOut = .file(name)
        read.initialModel = name
        #expect(parsed(read.resolvedYAML()) == read, "\(read.resolvedYAML())")
    }

    @Test(arguments: [0.1 + 0.2, 1e-7, 5e-5, 123_456.789, 1e20, 0.05, 3, 1.0 / 3])
    func everyNumberReadsBackExactly(_ number: Double) throws {
        var read = try #require(parsed(minimalText))
        read.training.learningRate = number
        read.training.weightDecay.l2 = number
        read.layers[0].training = read.training
        #expect(parsed(read.resolvedYAML()) == read)
    }

    @Test func layersListOnlyTheirOwnTraining() throws {
        let text = """
            data: {train: a}
            layers:
              - hidden: 2
              - hidden: 4
                training: {epochs: 9, schedule: {exponential: 0.5}, weight-decay: {l1: 1}}
            """
        let read = try #require(parsed(text))
        #expect(parsed(read.resolvedYAML()) == read)
        #expect(
            read.resolvedYAML().contains(
                """
                    training:
                      epochs: 9
                      schedule: {exponential: 0.5}
                      weight-decay: {l1: 1, l2: 0}
                """), "\(read.resolvedYAML())")
    }
}
