import Testing

@testable import Scaling

@Suite struct ChartLabelsTests {
    /// Layouts on as many cores, and points that are nearly one.
    @Test func labelsCoverNeitherEachOtherNorAPoint() {
        var labels = ChartLabels(70..<400)
        let places = [(150.0, 200.0), (150, 196), (154, 190), (370, 90), (370, 93), (370, 120)]
        for (number, place) in places.enumerated() {
            labels.keepOff(place, radius: 4.5)
            labels.add("\(number) ranks, 1x\(number)", at: place)
        }
        let placed = labels.placed()
        #expect(placed.count == places.count)
        let boxes = placed.map(ChartLabels.box)
        for (a, box) in boxes.enumerated() {
            #expect(box.x.lowerBound >= 70 && box.x.upperBound <= 400)
            for other in boxes[..<a] { #expect(!box.overlaps(other)) }
            for place in places {
                let isCovered =
                    box.x ~= place.0 && box.y ~= place.1
                #expect(!isCovered, "\(placed[a].text)")
            }
        }
    }

    @Test func aLabelAloneStandsAboveItsPoint() {
        var labels = ChartLabels(0..<400)
        labels.keepOff((100, 50), radius: 4.5)
        labels.add("1 rank", at: (100, 50))
        #expect(labels.placed() == [.init(text: "1 rank", x: 100, y: 41, anchor: "middle")])
    }
}
