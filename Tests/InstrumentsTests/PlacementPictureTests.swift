import Renormalization
import Storage
import Testing
@testable import Instruments

struct PlacementPictureTests {
    /// Units at single sites of a 4×4 lattice: two in the first block, one in the last.
    private var placement: BlockPlacement {
        let fields = [(0, 0), (1, 1), (3, 3)].map { x, y in
            var weights = [Double](repeating: 0, count: 16)
            weights[y * 4 + x] = 1
            return ReceptiveField(weights: weights, size: 4)
        }
        return BlockPlacement(fields: fields, size: 4)
    }

    @Test func blocksAreShadedByTheirUnits() {
        let placement = placement
        let image = PlacementPicture.lattice(placement)
        #expect(image.width == 512 && image.height == 512)
        // The occupants of each block are told by its shade, near a corner away from the dots.
        var shades: [Int: Set<UInt8>] = [:]
        for (block, units) in placement.occupants.enumerated() {
            let x = placement.offset.x + 2 * Double(block % 2) + 1.8
            let y = placement.offset.y + 2 * Double(block / 2) + 0.2
            let (column, row) = (Int(x * 128) % 512, Int(y * 128) % 512)
            shades[units.count, default: []].insert(image.pixels[row * 512 + column])
        }
        #expect(shades.values.allSatisfy { $0.count == 1 })
        #expect(Set(shades.values.flatMap(\.self)).count == shades.count)
        #expect(shades.count > 1)
    }

    @Test func centresAreBlackDots() {
        let image = PlacementPicture.lattice(placement)
        for (x, y) in [(0, 0), (1, 1), (3, 3)] {
            // The middle of a site's square of 128 pixels.
            #expect(image.pixels[(y * 128 + 64) * 512 + x * 128 + 64] == 0)
        }
    }

    @Test func theFieldsStandBesideTheLattice() {
        let placement = placement
        let lattice = PlacementPicture.lattice(placement)
        let image = PlacementPicture.image(
            placement, fields: (0..<3).map { unit in (0..<16).map { $0 == unit ? 1 : 0 } })
        #expect(image.width > lattice.width + 16)
        #expect(image.height >= lattice.height)
        // A zero weight is middle gray, the largest white.
        let right = (0..<image.height).flatMap { row in
            image.pixels[(row * image.width + lattice.width + 16)..<((row + 1) * image.width)]
        }
        #expect(right.contains(128) && right.contains(255))
    }
}
