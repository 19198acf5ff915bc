import Testing

@testable import Renormalization

@Suite struct TruncatedSVDTests {
    @Test(
        arguments: [
            // The largest of both, whatever their parity.
            (3, [5, 2, 0.5], [3, 1], [2, 1]),
            (4, [5, 2, 0.5], [3, 1], [2, 2]),
            // Fewer than χ.
            (9, [5, 2, 0.5], [3, 1], [3, 2]),
            (9, [5, 2, 1e-15], [], [2, 0]),
            // A pair across the boundary is left out whole, be it of one parity or of both.
            (3, [5, 2, 2], [3], [1, 1]),
            (2, [5, 2], [2, 1], [1, 0]),
            (2, [5, 2], [2 * (1 + 1e-12), 1], [1, 0]),
            (2, [5, 2], [2 * (1 + 1e-6), 1], [1, 1]),
            // Inside the boundary it stays.
            (3, [5, 2], [2, 1], [2, 1]),
            // A multiplet that is all there is is cut after all, even states first.
            (2, [1, 1], [1], [2, 0]),
        ] as [(Int, [Double], [Double], [Int])])
    func keepsTheLargestAndNoHalfOfAMultiplet(
        bondDimension: Int, even: [Double], odd: [Double], counts: [Int]
    ) {
        #expect(TruncatedSVD.kept([even, odd], bondDimension: bondDimension) == counts)
    }

    @Test func isTheBestApproximationOfItsRank() throws {
        let bond = Bond(even: 4, odd: 3)
        let tensor = arbitraryTensor([bond, bond, bond, bond], seed: 6)
        let matrix = tensor.matrix(rows: [0, 1], columns: [2, 3])
        let full = try TruncatedSVD(matrix, bondDimension: 100)
        #expect(full.bond == Bond(even: 25, odd: 24) && full.leftOut.isEmpty)
        let svd = try TruncatedSVD(matrix, bondDimension: 20)
        #expect(svd.bond.dimension == 20 && svd.leftOut.count == 29)
        let u = Tensor(svd.u, rows: [bond, bond], columns: [svd.bond])
        let vt = Tensor(svd.vt, rows: [svd.bond], columns: [bond, bond])
        let again = u.scaled(2, by: svd.values).contracted(over: [2], with: vt, over: [0])
        // What is missing is what was left out.
        let missing = zip(again.values, tensor.values).reduce(0) {
            $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
        }
        let leftOut = svd.leftOut.reduce(0) { $0 + $1 * $1 }
        #expect(abs(missing - leftOut) < 1e-10 * leftOut)
        #expect((svd.leftOut.max() ?? 0) <= (svd.values.min() ?? 0))
    }
}
