import RBMCore
import Renormalization
import Storage
import TestSupport
import Testing
@testable import Instruments

struct CouplingPictureTests {
    @Test func shadesAreAroundTheGrayOfZero() {
        #expect(CouplingPicture.shade(0, largest: 0.5) == 128)
        #expect(CouplingPicture.shade(0.5, largest: 0.5) == 255)
        #expect(CouplingPicture.shade(-0.5, largest: 0.5) == 1)
        // A quarter of the largest is half-way.
        #expect(CouplingPicture.shade(0.125, largest: 0.5) == 192)
        #expect(CouplingPicture.shade(0, largest: 0) == 128)
    }

    @Test func eachDisplacementHasItsSquare() throws {
        let machine = randomMachine(visible: 9, hidden: 4)
        let map = CouplingMap(
            try PairCouplings(MarginalHamiltonian(machine, side: .visible)), rows: 3, columns: 3,
            isTorus: false)
        let image = CouplingPicture.image(map)
        let scale = 512 / 5
        #expect(image.width == 5 * scale && image.height == 5 * scale)
        for down in -2...2 {
            for right in -2...2 where (down, right) != (0, 0) {
                let middle = ((down + 2) * scale + scale / 2, (right + 2) * scale + scale / 2)
                #expect(
                    image.pixels[middle.0 * image.width + middle.1]
                        == CouplingPicture.shade(map[down, right], largest: map.largest))
            }
        }
        // The dot at no displacement.
        #expect(image.pixels[image.height / 2 * image.width + image.width / 2] == 0)
    }
}
