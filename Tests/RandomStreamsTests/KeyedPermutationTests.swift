import RandomStreams
import Testing

@Suite struct KeyedPermutationTests {
    @Test(arguments: [1, 2, 3, 5, 16, 17, 100, 257, 1000])
    func everyElementAppearsOnce(count: Int) {
        let order = KeyedPermutation(count: count, seed: 11, .epoch(4, layer: 0))
        #expect((0..<count).map { order[$0] }.sorted() == Array(0..<count))
    }

    /// Also where most values lie outside and walk on, and for the last positions.
    @Test(arguments: [1, 2, 5, 17, 100, 257, 60_000])
    func manyElementsAreThoseOfOneByOne(count: Int) {
        let order = KeyedPermutation(count: count, seed: 11, .epoch(4, layer: 1))
        for length in [0, 1, 7, 8, 9, 100] where length <= count {
            for start in [0, (count - length) / 2, count - length] {
                var elements = [-1]
                order.append(start..<(start + length), to: &elements)
                #expect(elements == [-1] + (start..<(start + length)).map { order[$0] })
            }
        }
    }

    @Test func anotherEpochIsAnotherOrder() {
        let first = KeyedPermutation(count: 100, seed: 11, .epoch(0, layer: 0))
        let second = KeyedPermutation(count: 100, seed: 11, .epoch(1, layer: 0))
        #expect((0..<100).map { first[$0] } != (0..<100).map { second[$0] })
    }

    @Test func elementsAreUniformOverPositions() {
        // Chi-square of the element at position 0 over 6000 keys: 5 degrees of freedom; the 0.1 %
        // quantile is 20.5.
        var counts = [Double](repeating: 0, count: 6)
        for step in 0..<6000 {
            counts[KeyedPermutation(count: 6, seed: 5, .epoch(step, layer: 0))[0]] += 1
        }
        let chiSquare = counts.reduce(0) { $0 + ($1 - 1000) * ($1 - 1000) / 1000 }
        #expect(chiSquare < 20.5)
    }
}
