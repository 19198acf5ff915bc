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

    /// Below the picture the grays rise from the least coupling to the largest, with numbers under them.
    @Test func aScaleTellsWhatTheGraysMean() throws {
        let machine = randomMachine(visible: 9, hidden: 4)
        let map = CouplingMap(
            try PairCouplings(MarginalHamiltonian(machine, side: .visible)), rows: 3, columns: 3,
            isTorus: false)
        let (image, sheet) = (CouplingPicture.image(map), CouplingPicture.withScale(map))
        #expect(sheet.width == image.width)
        #expect(Array(sheet.pixels.prefix(image.pixels.count)) == image.pixels)
        let bar = sheet.pixels[((image.height + 20) * sheet.width)...].prefix(sheet.width)
        #expect(bar.first == 1 && bar.last == 255)
        #expect(zip(bar, bar.dropFirst()).allSatisfy { $0 <= $1 })
        // The quarter of the largest lies half-way between the middle and the end.
        let quarter = bar[bar.startIndex + sheet.width * 3 / 4]
        #expect(
            abs(Int(quarter) - Int(CouplingPicture.shade(map.largest / 4, largest: map.largest)))
                <= 1)
        var zero = PixelImage(
            width: 10, height: 14, pixels: [UInt8](repeating: 255, count: 140))
        zero.drawNumber("0", x: 0, y: 0, magnification: 2)
        let (left, top) = ((sheet.width - 1) / 2 - 5, sheet.height - 26)
        for y in 0..<14 {
            let first = (top + y) * sheet.width + left
            #expect(
                sheet.pixels[first..<(first + 10)] == zero.pixels[(y * 10)..<(y * 10 + 10)])
        }
    }
}
