import Testing

@testable import Renormalization

@Suite struct DenseAlgebraTests {
    /// A matrix of arbitrary elements, and their product by loops.
    private static func matrix(_ rows: Int, _ columns: Int) -> [Double] {
        (0..<(rows * columns)).map { place in
            let digits = place * (31 + 17 * place) % 101
            return Double(digits) / 50 - 1
        }
    }

    private static func product(_ a: [Double], _ b: [Double], _ m: Int, _ n: Int, _ k: Int)
        -> [Double]
    {
        (0..<(m * n)).map { place in
            (0..<k).reduce(0) { $0 + a[place / n * k + $1] * b[$1 * n + place % n] }
        }
    }

    @Test func multipliesLikeTheLoops() {
        let (a, b) = (Self.matrix(3, 5), Self.matrix(5, 4))
        let expected = Self.product(a, b, 3, 4, 5)
        let found = DenseAlgebra.product(a, b, m: 3, n: 4, k: 5)
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-14 })
        #expect(DenseAlgebra.product([], [], m: 2, n: 2, k: 0) == [0, 0, 0, 0])
        #expect(DenseAlgebra.product([], b, m: 0, n: 4, k: 5) == [])
    }

    @Test(arguments: [(7, 4), (4, 7), (6, 6), (1, 5), (5, 1), (60, 60)])
    func singularValuesGiveTheMatrixBack(m: Int, n: Int) throws {
        let a = Self.matrix(m, n)
        let svd = try DenseAlgebra.singularValues(a, m: m, n: n)
        let k = min(m, n)
        #expect(svd.values.count == k && svd.values == svd.values.sorted(by: >))
        let scaled = svd.u.enumerated().map { $1 * svd.values[$0 % k] }
        let again = Self.product(scaled, svd.vt, m, n, k)
        #expect(zip(again, a).allSatisfy { abs($0 - $1) < 1e-12 })
        for (vectors, inner, stride, step) in [(svd.u, m, k, 1), (svd.vt, n, 1, n)] {
            for i in 0..<k {
                for j in 0..<k {
                    let overlap = (0..<inner).reduce(0) {
                        $0 + vectors[$1 * stride + i * step] * vectors[$1 * stride + j * step]
                    }
                    #expect(abs(overlap - (i == j ? 1 : 0)) < 1e-12)
                }
            }
        }
    }

    @Test func singularValuesOfTwoByTwo() throws {
        // aᵀa has trace 45 + … by hand: of [[3, 0], [4, 5]] they are √45 and √5.
        let svd = try DenseAlgebra.singularValues([3, 0, 4, 5], m: 2, n: 2)
        #expect(abs(svd.values[0] - 45.0.squareRoot()) < 1e-14)
        #expect(abs(svd.values[1] - 5.0.squareRoot()) < 1e-14)
        #expect(try DenseAlgebra.singularValues([], m: 0, n: 3).values == [])
    }

    @Test func eigenvaluesWithoutSymmetry() throws {
        // Triangular: the diagonal. Rotation by a right angle times 2: ±2i.
        let triangular = try DenseAlgebra.eigenvalueMagnitudes(
            [3, 7, 1, 0, -5, 2, 0, 0, 0.5], n: 3)
        #expect(zip(triangular, [5, 3, 0.5]).allSatisfy { abs($0 - $1) < 1e-14 })
        let rotation = try DenseAlgebra.eigenvalueMagnitudes([0, 2, -2, 0], n: 2)
        #expect(zip(rotation, [2, 2]).allSatisfy { abs($0 - $1) < 1e-14 })
        #expect(try DenseAlgebra.eigenvalueMagnitudes([], n: 0) == [])
    }
}
