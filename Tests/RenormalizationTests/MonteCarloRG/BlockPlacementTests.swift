import Renormalization
import Testing

struct BlockPlacementTests {
    private func field(_ size: Int, blockAt x: Int, _ y: Int, weight: Double = 1) -> ReceptiveField
    {
        var values = [Double](repeating: 0, count: size * size)
        for dy in 0..<2 {
            for dx in 0..<2 { values[(y + dy) % size * size + (x + dx) % size] = weight }
        }
        return ReceptiveField(weights: values, size: size)
    }

    /// Fields of all blocks of a size, each moved, in an order of their own.
    private func fields(_ size: Int, shift: Int) -> [ReceptiveField] {
        let half = size / 2
        return (0..<half * half).map { unit in
            let place = unit * 5 % (half * half)
            return field(
                size, blockAt: 2 * (place % half) + shift, 2 * (place / half) + shift)
        }
    }

    @Test(arguments: [0, 1]) func blocksAreFoundWhereverTheyBegin(shift: Int) throws {
        let placement = BlockPlacement(fields: fields(8, shift: shift), size: 8)
        #expect(placement.problem == nil)
        #expect(placement.displacement < 1e-9)
        let units = try #require(placement.units)
        // Neighbours in the answer are neighbours on the torus.
        for (place, unit) in units.enumerated() {
            let right = units[place / 4 * 4 + (place + 1) % 4]
            let here = try #require(placement.fields[unit].centre)
            let next = try #require(placement.fields[right].centre)
            let step = (next.x - here.x + 8).truncatingRemainder(dividingBy: 8)
            #expect(abs(step - 2) < 1e-9)
            #expect(abs(next.y - here.y) < 1e-9)
        }
        #expect(Set(units).count == 16)
    }

    @Test func twoUnitsInABlockAreNamed() throws {
        var fields = fields(8, shift: 0)
        fields[3] = fields[7]
        let placement = BlockPlacement(fields: fields, size: 8)
        #expect(placement.units == nil)
        let problem = try #require(placement.problem)
        #expect(problem.contains("hidden units 3, 7"))
        #expect(problem.contains("1 of 16 blocks without a unit"))
    }

    @Test func aUnitWithoutWeightsIsNamed() throws {
        var fields = fields(8, shift: 0)
        fields[6] = ReceptiveField(weights: Array(repeating: 0, count: 64), size: 8)
        let problem = try #require(BlockPlacement(fields: fields, size: 8).problem)
        #expect(problem.contains("without a centre"))
        #expect(problem.contains("6"))
    }

    @Test func anotherNumberOfUnitsIsNoLattice() throws {
        let problem = try #require(
            BlockPlacement(fields: fields(8, shift: 0) + fields(8, shift: 0), size: 8).problem)
        #expect(problem.contains("32 hidden units"))
        #expect(problem.contains("4×4 = 16"))
    }
}
