/// Puts the labels of points where they cover neither each other nor a point.
struct ChartLabels {
    /// The height of the letters.
    static let size = 10

    /// A label and the point of its text's anchor.
    struct Label: Equatable {
        let text: String
        let x: Double
        let y: Double
        let anchor: String
    }

    /// A rectangle of the picture; y grows downward.
    struct Box: Equatable {
        let x: Range<Double>
        let y: Range<Double>

        func overlaps(_ other: Box) -> Bool { x.overlaps(other.x) && y.overlaps(other.y) }
    }

    /// The columns of the panel, beyond which nothing is written.
    private let panel: Range<Double>
    private var dots: [Box] = []
    private var wanted: [(text: String, place: (Double, Double))] = []

    /// Where a label may stand from its point, the best place first.
    private static let places: [(x: Double, y: Double, anchor: String)] = [
        (0, -9, "middle"), (0, 17, "middle"), (8, 3, "start"), (-8, 3, "end"), (8, -9, "start"),
        (8, 15, "start"), (-8, -9, "end"), (-8, 15, "end"), (0, -21, "middle"), (0, 29, "middle"),
        (0, -33, "middle"), (0, 41, "middle"),
    ]

    init(_ panel: Range<Double>) { self.panel = panel }

    /// Keeps labels off a point.
    mutating func keepOff(_ place: (Double, Double), radius: Double) {
        dots.append(
            Box(
                x: (place.0 - radius)..<(place.0 + radius),
                y: (place.1 - radius)..<(place.1 + radius)))
    }

    /// Wants a label for a point.
    mutating func add(_ text: String, at place: (Double, Double)) { wanted.append((text, place)) }

    /// Places all labels in their order; one that finds no free place stands above its point.
    func placed() -> [Label] {
        var taken = dots
        return wanted.map { text, place in
            let labels = Self.places.map {
                Label(text: text, x: place.0 + $0.x, y: place.1 + $0.y, anchor: $0.anchor)
            }
            let free = labels.first { label in
                let box = Self.box(of: label)
                return box.x.lowerBound >= panel.lowerBound && box.x.upperBound <= panel.upperBound
                    && !taken.contains { $0.overlaps(box) }
            }
            let label = free ?? labels[0]
            taken.append(Self.box(of: label))
            return label
        }
    }

    /// The rectangle that a label covers; letters are taken as 5.8 wide, which most are not.
    static func box(of label: Label) -> Box {
        let width = 5.8 * Double(label.text.count)
        let start =
            switch label.anchor {
            case "middle": label.x - width / 2
            case "end": label.x - width
            default: label.x
            }
        return Box(x: start..<(start + width), y: (label.y - 8)..<(label.y + 2))
    }
}
