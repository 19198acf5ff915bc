import Storage
import Testing
@testable import Runs

@Suite struct SampleSheetTests {
    private func pixels(_ sheet: PixelImage, row: Int, column: Int) -> [UInt8] {
        let place = (row * sheet.width + column) * sheet.channels
        return Array(sheet.pixels[place..<(place + sheet.channels)])
    }

    @Test func heldUnitsAreBlueAndKeepTheirOrder() {
        let free = SampleSheet.sheet([0, 0.5, 1, 1], shape: [2, 2])
        #expect(free.channels == 1)
        let sheet = SampleSheet.sheet(
            [0, 0.5, 1, 1], shape: [2, 2], held: [true, true, true, false])
        #expect(sheet.channels == 3 && sheet.width == free.width && sheet.height == free.height)
        // Each unit is 16 pixels wide, after a margin of 2.
        let units = [(5, 5), (5, 25), (25, 5), (25, 25)].map {
            pixels(sheet, row: $0.0, column: $0.1)
        }
        #expect(units[3] == [255, 255, 255])
        for (darker, brighter) in [(0, 1), (1, 2)] {
            #expect(zip(units[darker], units[brighter]).allSatisfy { $0 < $1 })
        }
        #expect(units[..<3].allSatisfy { $0[0] < $0[1] && $0[1] < $0[2] })
    }

    @Test func colorsAreNotMarked() {
        let values: [Float] = [0, 1, 0.5]
        #expect(
            SampleSheet.sheet(values, shape: [3, 1, 1], held: [true, true, true])
                == SampleSheet.sheet(values, shape: [3, 1, 1]))
    }

    @Test func brightnessKeepsWhatLiesFrom0To1() {
        #expect(SampleSheet.brightness([0, 0.25, 1]) == [0, 0.25, 1])
        #expect(SampleSheet.brightness([-4, 0, 4]) == [0, 0.5, 1])
        #expect(SampleSheet.brightness([7, 7]) == [0, 0])
    }
}
