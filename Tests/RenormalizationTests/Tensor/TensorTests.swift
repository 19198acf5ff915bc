import Analysis
import Foundation
import Testing

@testable import Renormalization

/// Returns an even tensor of arbitrary elements.
func arbitraryTensor(_ legs: [Bond], seed: Int) -> Tensor {
    let count = legs.reduce(1) { $0 * $1.dimension }
    let values = (0..<count).map { place in
        var rest = place
        var parity = 0
        for leg in legs.reversed() {
            parity ^= leg.parity(rest % leg.dimension)
            rest /= leg.dimension
        }
        return parity == 0 ? sin(Double(place * place) * 0.7 + Double(seed)) : 0
    }
    return Tensor(legs: legs, values: values)
}

@Suite struct TensorTests {
    private static let a = Bond(even: 2, odd: 1)
    private static let b = Bond(even: 1, odd: 3)
    private static let c = Bond(even: 2, odd: 2)

    @Test func contractsLikeTheLoops() {
        let (a, b, c) = (Self.a, Self.b, Self.c)
        let left = arbitraryTensor([a, b, c, b], seed: 1)
        let right = arbitraryTensor([c, a, b], seed: 2)
        let product = left.contracted(over: [2, 1], with: right, over: [0, 2])
        #expect(product.legs == [a, b, a])
        for i in 0..<3 {
            for j in 0..<4 {
                for k in 0..<3 {
                    var sum = 0.0
                    for m in 0..<4 {
                        for n in 0..<4 {
                            sum +=
                                left.values[((i * 4 + n) * 4 + m) * 4 + j]
                                * right.values[(m * 3 + k) * 4 + n]
                        }
                    }
                    #expect(abs(product.values[(i * 4 + j) * 3 + k] - sum) < 1e-13)
                }
            }
        }
        #expect(product.values.contains { abs($0) > 0.1 })
    }

    @Test func permutesLegs() {
        let tensor = arbitraryTensor([Self.a, Self.b, Self.c, Self.c], seed: 3)
        let turned = tensor.permuted([2, 0, 3, 1])
        #expect(turned.legs == [Self.c, Self.a, Self.c, Self.b])
        for i in 0..<3 {
            for j in 0..<4 {
                for k in 0..<4 {
                    for l in 0..<4 {
                        #expect(
                            turned.values[((k * 3 + i) * 4 + l) * 4 + j]
                                == tensor.values[((i * 4 + j) * 4 + k) * 4 + l])
                    }
                }
            }
        }
    }

    @Test func scalesOneLeg() {
        let tensor = arbitraryTensor([Self.a, Self.b, Self.c], seed: 4)
        let scaled = tensor.scaled(1, by: [1, 2, 3, 5])
        for (place, value) in tensor.values.enumerated() {
            #expect(scaled.values[place] == value * [1, 2, 3, 5][place / 4 % 4])
        }
    }

    @Test func isItsOwnMatrix() {
        let legs = [Self.a, Self.b, Self.c, Self.a]
        let tensor = arbitraryTensor(legs, seed: 5)
        let matrix = tensor.matrix(rows: [0, 1, 2], columns: [3])
        #expect(matrix.blocks.map(\.rows) == [24, 24] && matrix.blocks.map(\.columns) == [2, 1])
        let again = Tensor(matrix, rows: Array(legs[..<3]), columns: [legs[3]])
        #expect(again.values == tensor.values)
    }

    @Test func normalizes() {
        var tensor = Tensor(legs: [Self.a, Self.a], values: [1, 2, 0, 3, -8, 0, 0, 0, 4])
        #expect(tensor.normalize() == 8)
        #expect(tensor.values == [0.125, 0.25, 0, 0.375, -1, 0, 0, 0, 0.5])
    }
}
