import RBMCore
import TestSupport
import Testing
@testable import Runs

@Suite struct StackFeaturesTests {
    private func features(
        _ visible: any UnitKind, _ source: any CaseSource, layer: Int, seed: UInt64? = nil
    ) -> (StackFeatures, DBN) {
        let stack = DBN(layers: [
            makeRBM(visible, 7, .spin, 5), makeRBM(.spin, 5, .bernoulli, 3),
        ])
        let layers = Array(stack.layers[...layer])
        return (StackFeatures(layers, of: source, drawnWith: seed), stack)
    }

    @Test(arguments: UnitKinds.binary, [StateEncoding.bits, .levels])
    func meansAreThoseOfTheStack(visible: any UnitKind, encoding: StateEncoding) throws {
        let source = RandomCases(count: 300, visible: 7, encoding: encoding)
        for layer in [0, 1] {
            let (features, stack) = features(visible, source, layer: layer)
            let bytes = try features.bytes(of: 20..<290) { _ in }
            #expect(bytes.count == 270 * features.bytesPerCase)
            let means = unsafe bytes.withUnsafeBytes { unsafe Array($0.bindMemory(to: Float.self)) }
            for number in [20, 21, 255, 256, 289] {
                let values = source.bytes(number).map {
                    visible.value(Double($0) / Double(encoding.maximum))
                }
                let expected = stack.hiddenMeans(ofLayer: layer, given: values).map(Float.init)
                let first = (number - 20) * features.width
                #expect(Array(means[first..<(first + features.width)]) == expected)
            }
        }
    }

    /// The parts of any division make the whole: a case's random numbers are its own.
    @Test(arguments: [nil, 5 as UInt64]) func sharesMakeTheWhole(seed: UInt64?) throws {
        let source = RandomCases(count: 300, visible: 7, encoding: .bits)
        let (features, _) = features(.bernoulli, source, layer: 1, seed: seed)
        var done: [Int] = []
        let whole = try features.bytes(of: 0..<300) { done.append($0) }
        #expect(done == [256, 300])
        let parts = try [0..<1, 1..<1, 1..<130, 130..<300].flatMap {
            try features.bytes(of: $0) { _ in }
        }
        #expect(parts == whole)
        #expect(features.bytesPerCase == (seed == nil ? 12 : 3))
        if seed != nil { #expect(Set(whole) == [0, 1]) }
    }
}
