import ModelFiles
import Ranks
import RBMCore
import Reports
import Storage
import TestSupport
import Testing
@testable import Runs

@Suite struct FilterSheetTests {
    private func sheet(_ parameters: Parameters, _ shape: [Int]) throws -> FilterSheet {
        try withTemporaryFolder { folder in
            let rbm = RBM(visibleUnits: .bernoulli, hiddenUnits: .spin, parameters: parameters)
            let path = folder + "/m.safetensors"
            try Model(layers: [rbm], imageShape: shape).file().write(to: path)
            return FilterSheet(try ModelInspection(path: path))
        }
    }

    @Test func eachUnitIsScaledByItself() {
        #expect(FilterSheet.pixels([0, 2, -2, 1]) == [128, 255, 1, 192])
        #expect(FilterSheet.pixels([0, 0.002, -0.002, 0.001]) == [128, 255, 1, 192])
        #expect(FilterSheet.pixels([0, 0]) == [128, 128])
        #expect(FilterSheet.pixels([3e38, -1e-38]) == [255, 128])
    }

    @Test func pixelsLieInTheShapeOfACase() throws {
        // Two units of cases 2×3; the second has the larger norm and comes first.
        var parameters = Parameters(visible: 6, hidden: 2)
        for i in 0..<6 { parameters[i, 0] = Float(i) / 5 }
        parameters[4, 1] = -7
        let sheet = try sheet(parameters, [2, 3])
        #expect(sheet.units == [1, 0])
        let first = PixelImage(width: 3, height: 2, pixels: [128, 128, 128, 128, 1, 128])
        let second = PixelImage(width: 3, height: 2, pixels: [128, 153, 179, 204, 230, 255])
        #expect(
            sheet.image
                == PixelImage.sheet(of: [first, second], namesRows: true, numbers: [1, 0]))
    }

    /// Three planes, three values a pixel, rows, squares, and a single channel.
    @Test(
        arguments: [
            ([3, 1, 2], 2, 1, 3, [0, 2, 4, 1, 3, 5]), ([1, 2, 3], 2, 1, 3, [0, 1, 2, 3, 4, 5]),
            ([6], 6, 1, 1, [0, 1, 2, 3, 4, 5]), ([2, 3], 3, 2, 1, [0, 1, 2, 3, 4, 5]),
            ([1, 3, 2], 2, 3, 1, [0, 1, 2, 3, 4, 5]), ([2, 1, 3, 1], 1, 6, 1, [0, 1, 2, 3, 4, 5]),
            ([4], 2, 2, 1, [0, 1, 2, 3]),
        ] as [([Int], Int, Int, Int, [UInt8])])
    func casesAreDrawnAsWhatTheyAre(
        shape: [Int], width: Int, height: Int, channels: Int, pixels: [UInt8]
    ) {
        let count = UInt8(shape.reduce(1, *))
        #expect(
            SampleSheet.picture(Array(0..<count), shape: shape)
                == PixelImage(width: width, height: height, channels: channels, pixels: pixels))
    }

    @Test func colorsStayApartInASheet() throws {
        // Strong blue in the second pixel, and a little red against it in the first.
        var parameters = Parameters(visible: 6, hidden: 1)
        parameters[5, 0] = 2
        parameters[0, 0] = -1
        let sheet = try sheet(parameters, [3, 1, 2])
        let pixels: [UInt8] = [64, 128, 128, 128, 128, 255]
        #expect(
            sheet.image
                == PixelImage.sheet(
                    of: [PixelImage(width: 2, height: 1, channels: 3, pixels: pixels)],
                    namesRows: true))
    }

    @Test func showsTheStrongestUnits() throws {
        var parameters = Parameters(visible: 2, hidden: 130)
        for j in 0..<130 { parameters[0, j] = Float(j % 65) }
        let units = try sheet(parameters, [2]).units
        #expect(units.count == FilterSheet.limit)
        #expect(Array(units[..<4]) == [64, 129, 63, 128])
    }

    /// Of a layer above, the pictures below times their weights.
    @Test func deeperFiltersAreSumsOfTheOnesBelow() throws {
        var first = Parameters(visible: 4, hidden: 3)
        for i in 0..<4 {
            for j in 0..<3 { first[i, j] = Float((i * 5 + j * 3) % 7) - 3 }
        }
        var second = Parameters(visible: 3, hidden: 2)
        for j in 0..<3 {
            second[j, 0] = Float(j) - 0.5
            second[j, 1] = Float(2 - j) * 2 + 0.25
        }
        var third = Parameters(visible: 2, hidden: 1)
        (third[0, 0], third[1, 0]) = (1, -2)
        let layers = [first, second, third].map {
            RBM(visibleUnits: .bernoulli, hiddenUnits: .bernoulli, parameters: $0)
        }
        try withTemporaryFolder { folder in
            let path = folder + "/m.safetensors"
            try Model(layers: layers, imageShape: [2, 2]).file().write(to: path)
            let model = try ModelInspection(path: path)
            func picture(_ weights: [Float]) -> PixelImage {
                PixelImage(width: 2, height: 2, pixels: FilterSheet.pixels(weights))
            }
            let filters = (0..<2).map { unit in
                (0..<4).map { i in (0..<3).reduce(0) { $0 + first[i, $1] * second[$1, unit] } }
            }
            let sheet = FilterSheet(model, layer: 1)
            // By the norms of their own weights.
            #expect(sheet.units == [1, 0])
            #expect(
                sheet.image
                    == PixelImage.sheet(
                        of: [picture(filters[1]), picture(filters[0])], namesRows: true,
                        numbers: [1, 0]))
            let top = zip(filters[0], filters[1]).map { $0 - 2 * $1 }
            #expect(
                FilterSheet(model, layer: 2).image
                    == PixelImage.sheet(of: [picture(top)], namesRows: true))

            let run = InspectionRun(file: path, filters: folder + "/f.png", layer: 3)
            let failure = #expect(throws: SharedFailure.self) { try run.run() }
            #expect(failure?.exitCode == 64)
            #expect(failure?.description.contains("top layer of \(path) is 2") == true)
        }
    }

    @Test func theRunWritesThePicture() throws {
        try withTemporaryFolder { folder in
            let (model, picture) = (folder + "/m.safetensors", folder + "/f.png")
            let rbm = makeRBM(.bernoulli, 9, .bernoulli, 4)
            try Model(layers: [rbm], imageShape: [3, 3]).file().write(to: model)
            let text = try InspectionRun(file: model, filters: picture).run().table.description
            #expect(text.contains("4 units") && text.contains(picture))
            let expected = folder + "/expected.png"
            try FilterSheet(try ModelInspection(path: model)).image.writePNG(to: expected)
            #expect(try readBytes(of: picture) == readBytes(of: expected))
            let nowhere = InspectionRun(file: model, filters: folder + "/none/f.png")
            let error = #expect(throws: StorageError.self) { try nowhere.run() }
            #expect(error?.kind == .cannotWrite)
        }
    }
}
