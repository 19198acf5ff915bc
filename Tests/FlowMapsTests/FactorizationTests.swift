import Analysis
import Foundation
import TestSupport
import Testing

@testable import FlowMaps

@Suite struct FactorizationTests {
    private func matrix(
        _ rows: Int, _ columns: Int, _ generator: inout TestGenerator, signed: Bool = false
    ) -> Matrix {
        Matrix(
            rows: rows, columns: columns,
            elements: (0..<rows * columns).map { _ in
                Double.random(in: signed ? -1...1 : 0...1, using: &generator)
            })
    }

    /// ‖X − GH‖² by definition.
    private func loss(_ data: Matrix, _ found: Factorization) -> Double {
        let product = found.coordinates * found.archetypes
        return zip(data.elements, product.elements).reduce(0) {
            $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
        }
    }

    private func factorize(
        _ data: Matrix, _ kind: Factorization.Kind, rank: Int, iterations: Int = 300,
        work: PartWork = inOneProcess
    ) throws -> Factorization {
        let stop = Factorization.Stop(iterations: iterations, tolerance: 0)
        switch kind {
        case .plain, .semi:
            var factors = LeastSquaresFactors(data, rank: rank, isSemi: kind == .semi, seed: 3)
            return try factors.run(until: stop, work: work)
        case .convex:
            var factors = ConvexFactors(data, rank: rank, seed: 3)
            return try factors.run(until: stop, work: work)
        case .separable, .hottopixx:
            return try SeparableFactors(data, rank: rank, kind: kind).run(work: work)
        }
    }

    /// No iteration raises the error by more than 10⁻¹² of the squares, the last loss is that of the
    /// factors, and the signs are those that were promised.
    @Test(arguments: [Factorization.Kind.plain, .semi, .convex])
    func theErrorNeverRises(kind: Factorization.Kind) throws {
        var generator = TestGenerator(seed: 401)
        for number in 0..<20 {
            let data = matrix(40, 12, &generator, signed: kind != .plain && number % 2 == 0)
            let found = try factorize(data, kind, rank: 2 + number % 5)
            #expect(found.losses.count > 2)
            #expect(found.largestRise <= 1e-12, "\(number): \(found.largestRise)")
            #expect(abs(loss(data, found) - (found.losses.last ?? 0)) < 1e-10 * found.squares)
            #expect(found.losses[found.losses.count - 1] < found.losses[0])
            #expect(found.coordinates.elements.allSatisfy { $0 >= 0 })
            if kind == .plain {
                #expect(found.archetypes.elements.allSatisfy { $0 >= 0 })
            }
            guard let mixture = found.mixture else { continue }
            #expect(mixture.elements.allSatisfy { $0 >= 0 })
            let combined = mixture.transposedTimes(data)
            #expect(zip(combined.elements, found.archetypes.elements).allSatisfy { $0 == $1 })
        }
    }

    /// The updates of Ding, Li and Jordan written out element by element give the same factors.
    @Test func convexUpdatesAreThoseOfTheSource() throws {
        var generator = TestGenerator(seed: 402)
        let data = matrix(15, 6, &generator, signed: true)
        let (before, after) = (
            try factorize(data, .convex, rank: 3, iterations: 4),
            try factorize(data, .convex, rank: 3, iterations: 5)
        )
        let pairs = data.timesTransposed(data)
        let positive = Matrix(rows: 15, columns: 15) { max(0, pairs[$0, $1]) }
        let negative = Matrix(rows: 15, columns: 15) { max(0, -pairs[$0, $1]) }
        let w = try #require(before.mixture)
        let g = before.coordinates
        func update(_ m: Matrix, _ a: Matrix, _ b: Matrix) -> Matrix {
            Matrix(rows: 15, columns: 3) { m[$0, $1] * (a[$0, $1] / b[$0, $1]).squareRoot() }
        }
        func sum(_ a: Matrix, _ b: Matrix) -> Matrix {
            Matrix(rows: a.rows, columns: a.columns) { a[$0, $1] + b[$0, $1] }
        }
        let wide = g * w.transposedTimes(negative * w)
        let narrow = g * w.transposedTimes(positive * w)
        let next = update(g, sum(positive * w, wide), sum(negative * w, narrow))
        let square = next.transposedTimes(next)
        let nextW = update(
            w, sum(positive * next, negative * w * square),
            sum(negative * next, positive * w * square))
        for place in next.elements.indices {
            #expect(abs(after.coordinates.elements[place] - next.elements[place]) < 1e-12)
            #expect(abs((after.mixture?.elements[place] ?? 0) - nextW.elements[place]) < 1e-12)
        }
    }

    /// Data of an exact product are found to be one, and semi factors of full rank leave nothing.
    @Test func exactProductsAreFound() throws {
        var generator = TestGenerator(seed: 403)
        let (g, h) = (matrix(60, 3, &generator), matrix(3, 20, &generator))
        let found = try factorize(g * h, .plain, rank: 3, iterations: 3000)
        #expect(found.relativeError < 1e-4)
        let mixed = g * matrix(3, 20, &generator, signed: true)
        #expect(try factorize(mixed, .semi, rank: 3, iterations: 3000).relativeError < 1e-4)
    }

    /// Rows that are mixtures of planted rows, which stand at known places.
    private func planted(
        _ rows: Int, _ columns: Int, rank: Int, noise: Double, _ generator: inout TestGenerator
    ) -> (data: Matrix, places: [Int]) {
        let archetypes = matrix(rank, columns, &generator)
        let places = (0..<rank).map { $0 * (rows / rank) + 1 }
        var mixture = matrix(rows, rank, &generator)
        for row in 0..<rows {
            let sum = (0..<rank).reduce(0) { $0 + mixture[row, $1] }
            for column in 0..<rank { mixture[row, column] /= sum }
        }
        for (number, place) in places.enumerated() {
            for column in 0..<rank { mixture[place, column] = column == number ? 1 : 0 }
        }
        var data = mixture * archetypes
        for place in data.elements.indices {
            let row = place / columns
            data[row, place % columns] = max(
                0, data[row, place % columns] + noise * generator.normal())
        }
        return (data, places)
    }

    /// The convex programme finds the planted rows too, and processes that share the parts find the same.
    @Test func theProgrammeFindsPlantedAnchors() throws {
        var generator = TestGenerator(seed: 409)
        for rank in 2...5 {
            let (data, places) = planted(60, 30, rank: rank, noise: 0, &generator)
            let found = try factorize(data, .hottopixx, rank: rank)
            #expect(Set(found.anchors) == Set(places))
            #expect(found.relativeError < 1e-7, "\(found.relativeError)")
        }
    }

    /// The projection is the nearest matrix of the constraints: no small allowed step is nearer.
    @Test func theProjectionOfTheProgrammeIsTheNearest() {
        var generator = TestGenerator(seed: 410)
        let start = Matrix(rows: 6, columns: 6) { _, _ in
            Double.random(in: -1...2, using: &generator)
        }
        let found = SelfDictionary.projected(start)
        func distance(_ matrix: Matrix) -> Double {
            zip(matrix.elements, start.elements).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        }
        func isAllowed(_ matrix: Matrix) -> Bool {
            (0..<6).allSatisfy { column in
                matrix[column, column] <= 1
                    && (0..<6).allSatisfy {
                        matrix[$0, column] >= 0 && matrix[$0, column] <= matrix[column, column]
                    }
            }
        }
        #expect(isAllowed(found))
        let best = distance(found)
        for _ in 0..<3000 {
            // Toward any allowed matrix: the set is convex.
            var other = Matrix(rows: 6, columns: 6) { _, _ in
                Double.random(in: 0...1, using: &generator)
            }
            for column in 0..<6 {
                for row in 0..<6 where row != column { other[row, column] *= other[column, column] }
            }
            let moved = Matrix(rows: 6, columns: 6) {
                found[$0, $1] + 1e-3 * (other[$0, $1] - found[$0, $1])
            }
            #expect(isAllowed(moved) && distance(moved) >= best - 1e-12)
        }
    }

    @Test func plantedAnchorsAreFoundExactly() throws {
        var generator = TestGenerator(seed: 404)
        for number in 0..<20 {
            let rank = 2 + number % 6
            let (data, places) = planted(300, 30, rank: rank, noise: 0, &generator)
            let found = try factorize(data, .separable, rank: rank)
            #expect(Set(found.anchors) == Set(places))
            #expect(found.relativeError < 1e-7, "\(found.relativeError)")
            for (number, anchor) in found.anchors.enumerated() {
                let archetype = found.archetypes.rows(number..<number + 1)
                #expect(archetype == data.rows(anchor..<anchor + 1))
            }
        }
    }

    /// With a little noise the anchors are the planted rows still, and the error is that of the noise.
    @Test func noiseMovesNoAnchorFar() throws {
        var generator = TestGenerator(seed: 405)
        for _ in 0..<10 {
            let (data, places) = planted(300, 30, rank: 4, noise: 1e-4, &generator)
            let found = try factorize(data, .separable, rank: 4)
            #expect(Set(found.anchors) == Set(places))
            #expect(found.relativeError < 1e-3)
        }
    }

    @Test func nothingIsFoundInNothing() throws {
        var generator = TestGenerator(seed: 406)
        let (data, _) = planted(40, 8, rank: 2, noise: 0, &generator)
        #expect(try factorize(data, .separable, rank: 5).anchors.count == 2)
    }

    /// Parts that other processes do come back from them: with every part done by a process of its own,
    /// the factors have the same bits.
    @Test(arguments: Factorization.Kind.allCases) func factorsHaveTheSameBitsInParts(
        kind: Factorization.Kind
    ) throws {
        var generator = TestGenerator(seed: 407)
        let data = matrix(700, 9, &generator)
        let alone = try factorize(data, kind, rank: 4, iterations: 20)
        // Parts in another order, which changes nothing that a part computes.
        let other = try factorize(data, kind, rank: 4, iterations: 20) { parts, width, body in
            var results = [[Double]](repeating: [], count: parts)
            for part in (0..<parts).reversed() { results[part] = try body(part) }
            return results.flatMap { $0 }
        }
        #expect(alone.archetypes == other.archetypes && alone.coordinates == other.coordinates)
        #expect(alone.losses == other.losses)
    }
}
