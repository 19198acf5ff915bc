import Testing

@testable import RandomStreams

@Suite struct PurposeTests {
    @Test func numbersNeverChange() {
        let later: [UInt8] = [60, 75, 76, 85, 86, 87, 88, 90]
        #expect(Purpose.Code.allCases.map(\.rawValue) == Array(1...30) + later)
        // The last of those that existed when models were first pinned, and those in the middle.
        #expect(Purpose.Code.hiddenState.rawValue == 3)
        #expect(Purpose.Code.epochOrder.rawValue == 7)
        #expect(Purpose.Code.sampling.rawValue == 13)
        #expect(Purpose.Code.blockTies.rawValue == 23)
    }

    /// What the counters of training have always been.
    @Test func wordsNeverChange() {
        func expect(_ purpose: Purpose, _ step: UInt32, _ tag: UInt32) {
            #expect(purpose.words.step == step && purpose.words.tag == tag, "\(purpose)")
        }
        expect(.initialWeights(layer: 2), 0, 0x0102_0000)
        expect(.initialChains(.visible, layer: 2), 0, 0x0202_0000)
        expect(.initialChains(.hidden, layer: 2), 0, 0x0202_0001)
        expect(.hiddenState(layer: 255, step: 4_294_967_295, sweep: 65535), .max, 0x03FF_FFFF)
        expect(.visibleState(layer: 1, step: 9, sweep: 3), 9, 0x0401_0003)
        expect(.positiveRounding(layer: 1, step: 9), 9, 0x0501_0000)
        expect(.negativeRounding(layer: 1, step: 9), 9, 0x0601_0000)
        expect(.binarization(draw: 7), 7, 0x0900_0000)
        expect(.propagation(layer: 1, draw: 7), 7, 0x0A01_0000)
        expect(.pseudoLikelihoodBits(layer: 1, draw: 7), 7, 0x0C01_0000)
        expect(.sampling(.hidden, layer: 1, sweep: 5), 5, 0x0D01_0000)
        expect(.sampling(.visible, layer: 1, sweep: 5), 5, 0x0D01_0001)
        expect(.sampling(.start, layer: 1, sweep: 0), 0, 0x0D01_0002)
        expect(.isingStart(role: 2), 0, 0x0E02_0000)
        expect(.isingUpdate(.groups, role: 1, chunk: 8), 8, 0x0F01_0000)
        expect(.isingUpdate(.single, role: 1, chunk: 8), 8, 0x0F81_0000)
        expect(.isingCluster(.swendsenWang, role: 1, chunk: 8), 8, 0x1001_0000)
        expect(.isingCluster(.wolff, role: 1, chunk: 8), 8, 0x1081_0000)
        expect(.benchmark, 0, 0x1100_0000)
        expect(.benchmarkTiming, 1, 0x1100_0000)
        expect(.annealing(.forward, .hidden, layer: 1, temperature: 6), 6, 0x1201_0000)
        expect(.annealing(.forward, .visible, layer: 1, temperature: 6), 6, 0x1201_0001)
        expect(.annealing(.reverse, .hidden, layer: 1, temperature: 6), 6, 0x1201_0002)
        expect(.annealing(.starts, .visible, layer: 1, temperature: 6), 6, 0x1201_0009)
        expect(.dropout(layer: 1, step: 9), 9, 0x1301_0000)
        expect(.weightRounding(layer: 1, step: 9), 9, 0x1401_0000)
        expect(.couplingStates, 0, 0x1500_0000)
        expect(.isingChain, 0, 0x1600_0000)
        expect(.blockTies(blocking: 3), 0, 0x1703_0000)
        expect(.tempering(.swap, layer: 1, role: 2, sweep: 9), 9, 0x1901_000B)
        expect(.temperedTraining(.visible, layer: 1, step: 9, sweep: 3), 9, 0x1A01_000E)
        expect(.chainCheck(.visible, layer: 1, step: 9, sweep: 3), 9, 0x1B01_0007)
        expect(.chainTurn(layer: 1, step: 9, sweep: 3), 9, 0x5A01_0003)
        expect(.sandpile(.grains), 0, 0x1C00_0001)
        expect(.logPeriodic(.walks), 0, 0x1E00_0001)
        expect(.factorization(.clusters), 0, 0x4B00_0002)
        expect(.autoEncoder(.corruption, layer: 1, step: 9), 9, 0x4C01_0001)
        expect(.hopfield(.order, load: 3, sweep: 9), 9, 0x1D00_000E)
        expect(.modelPath(.reverse, .visible, layer: 1, step: 9, point: 3), 9, 0x3C01_001B)
        expect(.unobserved(.visible, layer: 1, step: 9, sweep: 3), 9, 0x5501_000E)
        expect(.filling(.hidden, layer: 1, draw: 9, sweep: 3), 9, 0x5601_000D)
        expect(.comparison, 0, 0x5700_0000)
        expect(.picture(layer: 1, above: 2, step: 9), 9, 0x5801_0002)
        func expect(_ order: KeyedPermutation.Order, _ step: UInt32, _ tag: UInt32) {
            #expect(order.words.step == step && order.words.tag == tag, "\(order)")
        }
        expect(KeyedPermutation.Order.epoch(4, layer: 1), 4, 0x0701_0000)
        expect(KeyedPermutation.Order.heldOutChoice, 0, 0x0800_0000)
        expect(KeyedPermutation.Order.monitorCases(layer: 1), 0, 0x0B01_0000)
    }

    /// Every purpose and order at all small coordinates: no two have the same words.
    @Test func noTwoShareACounter() {
        var purposes: Set<Purpose> = [
            .benchmark, .benchmarkTiming, .comparison, .couplingStates, .isingChain,
            .informationStates,
            .sandpile(.start), .sandpile(.grains), .logPeriodic(.residuals), .logPeriodic(.walks),
            .factorization(.coordinates), .factorization(.archetypes), .factorization(.clusters),
            .factorization(.eigenvectors), .factorization(.prices),
        ]
        var orders: Set<KeyedPermutation.Order> = [.heldOutChoice]
        for a in 0..<4 {
            purposes.formUnion([
                .initialWeights(layer: a), .initialChains(.visible, layer: a),
                .initialChains(.hidden, layer: a), .binarization(draw: a), .isingStart(role: a),
                .blockTies(blocking: a),
            ])
            orders.insert(.monitorCases(layer: a))
            for b in 0..<4 {
                purposes.formUnion([
                    .positiveRounding(layer: a, step: b), .negativeRounding(layer: a, step: b),
                    .propagation(layer: a, draw: b), .pseudoLikelihoodBits(layer: a, draw: b),
                    .dropout(layer: a, step: b),
                    .weightRounding(layer: a, step: b),
                ])
                orders.insert(.epoch(b, layer: a))
                for run in Purpose.Annealing.allCases {
                    for side in Purpose.Side.allCases {
                        purposes.insert(.annealing(run, side, layer: a, temperature: b))
                    }
                }
                for slot in Purpose.AutoEncoder.allCases {
                    purposes.insert(.autoEncoder(slot, layer: a, step: b))
                }
                for slot in Purpose.Sampling.allCases {
                    purposes.insert(.sampling(slot, layer: a, sweep: b))
                }
                for slot in Purpose.Tempering.allCases {
                    for c in 0..<4 {
                        purposes.formUnion([
                            .tempering(slot, layer: a, role: c, sweep: b),
                            .temperedTraining(slot, layer: a, step: b, sweep: c),
                        ])
                    }
                }
                for c in 0..<4 {
                    purposes.insert(.picture(layer: a, above: c, step: b))
                    purposes.formUnion([
                        .chainCheck(.visible, layer: a, step: b, sweep: c),
                        .chainCheck(.hidden, layer: a, step: b, sweep: c),
                    ])
                    for slot in Purpose.Unobserved.allCases {
                        purposes.formUnion([
                            .unobserved(slot, layer: a, step: b, sweep: c),
                            .filling(slot, layer: a, draw: b, sweep: c),
                        ])
                    }
                    for run in Purpose.ModelPath.allCases {
                        for side in Purpose.Side.allCases {
                            purposes.insert(
                                .modelPath(run, side, layer: a, step: b, point: c))
                        }
                    }
                }
                for slot in Purpose.Hopfield.allCases {
                    purposes.insert(.hopfield(slot, load: a, sweep: b))
                }
                for replicas in Purpose.Replicas.allCases {
                    purposes.insert(.isingUpdate(replicas, role: a, chunk: b))
                }
                for cluster in Purpose.Cluster.allCases {
                    purposes.insert(.isingCluster(cluster, role: a, chunk: b))
                }
                for c in 0..<4 {
                    purposes.formUnion([
                        .chainTurn(layer: a, step: b, sweep: c),
                        .hiddenState(layer: a, step: b, sweep: c),
                        .visibleState(layer: a, step: b, sweep: c),
                    ])
                }
            }
        }
        let words = Set(purposes.map(\.words)).union(orders.map(\.words))
        #expect(words.count == purposes.count + orders.count)
        #expect(Set(words.map(\.code)).count == Purpose.Code.allCases.count)
    }

    @Test func numbersBeyondTheirLimitsTrap() async {
        await #expect(processExitsWith: .failure) {
            _ = RandomStream(seed: 1, .initialWeights(layer: 256))
        }
        await #expect(processExitsWith: .failure) {
            _ = RandomStream(seed: 1, .hiddenState(layer: 0, step: 0, sweep: 65536))
        }
        await #expect(processExitsWith: .failure) {
            _ = RandomStream(seed: 1, .dropout(layer: 0, step: 1 << 32))
        }
        await #expect(processExitsWith: .failure) {
            _ = RandomStream(seed: 1, .isingStart(role: 128))
        }
    }
}
