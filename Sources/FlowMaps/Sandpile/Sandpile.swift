/// The sandpile of Bak, Tang and Wiesenfeld on L×L sites [BakTangWiesenfeld87].
///
/// A site with four grains or more topples: each neighbour gets one of its grains, and grains that
/// leave the lattice are lost. Dhar [Dhar90] showed that the stable state and the number of topplings
/// do not depend on the order; the order here is parallel, so that an avalanche has a duration.
public struct Sandpile: Sendable {
    /// L.
    public let size: Int
    /// Grains at each site, with a rim of sites that never topple; shape [L + 2, L + 2].
    private var heights: [Int32]
    /// The last avalanche in which a site toppled.
    private var lastAvalanche: [Int32]
    private var avalanche: Int32 = 0
    /// The sites that topple now and in the next wave.
    private var active: [Int32]
    private var next: [Int32]

    /// The sizes that fit: their avalanches are counted in 32 bits.
    public static let sizes = 1...4096

    /// The rim's height: no avalanche can fill it.
    private static let rim = Int32.min / 2

    /// What one grain set off.
    public struct Avalanche: Sendable, Equatable {
        /// How often sites toppled.
        public var topplings = 0
        /// The sites that toppled.
        public var area = 0
        /// The waves of parallel topplings.
        public var duration = 0

        public init() {}
    }

    /// Takes the heights row by row, shape [L, L].
    ///
    /// - Precondition: `size` is in `sizes`, and no height is negative.
    public init(size: Int, heights start: [Int]) {
        precondition(
            Self.sizes.contains(size) && start.count == size * size && start.allSatisfy { $0 >= 0 },
            "\(start.count) heights of \(size)×\(size) sites")
        self.size = size
        let width = size + 2
        heights = Array(repeating: Self.rim, count: width * width)
        for row in 0..<size {
            for column in 0..<size {
                heights[(row + 1) * width + column + 1] = Int32(start[row * size + column])
            }
        }
        lastAvalanche = Array(repeating: 0, count: width * width)
        active = Array(repeating: 0, count: size * size)
        next = active
    }

    /// The grains of each site row by row, shape [L, L].
    public var state: [Int] {
        let width = size + 2
        return (0..<size * size).map {
            Int(heights[($0 / size + 1) * width + $0 % size + 1])
        }
    }

    /// Adds a grain at a site, and topples until no site has four.
    ///
    /// - Precondition: The state is stable, and `site` is in 0..<L².
    public mutating func add(at site: Int) -> Avalanche {
        let place = (site / size + 1) * (size + 2) + site % size + 1
        heights[place] += 1
        guard heights[place] > 3 else { return Avalanche() }
        active[0] = Int32(place)
        return relax(1)
    }

    /// Topples until no site has four.
    public mutating func relax() -> Avalanche {
        var count = 0
        for place in heights.indices where heights[place] > 3 {
            active[count] = Int32(place)
            count += 1
        }
        return relax(count)
    }

    /// Topples the active sites, and those that they make unstable, wave by wave.
    private mutating func relax(_ count: Int) -> Avalanche {
        avalanche += 1
        if avalanche == .max {
            for place in lastAvalanche.indices { lastAvalanche[place] = 0 }
            avalanche = 1
        }
        emptyRim()
        var result = Avalanche()
        var unstable = count
        while unstable > 0 {
            result.duration += 1
            result.topplings += unstable
            unstable = Self.topple(
                active, unstable, next: &next, heights: &heights,
                lastAvalanche: &lastAvalanche, avalanche: avalanche, width: size + 2,
                area: &result.area)
            swap(&active, &next)
        }
        return result
    }

    /// Topples each of the first active sites once; returns how many are unstable afterwards.
    private static func topple(
        _ active: [Int32], _ count: Int, next: inout [Int32], heights: inout [Int32],
        lastAvalanche: inout [Int32], avalanche: Int32, width: Int, area: inout Int
    ) -> Int {
        let offsets: InlineArray<4, Int> = [-width, -1, 1, width]
        var next = next.mutableSpan
        var heights = heights.mutableSpan
        var lastAvalanche = lastAvalanche.mutableSpan
        var unstable = 0
        let active = active.span
        for number in 0..<count {
            let place = Int(active[number])
            heights[place] -= 4
            if heights[place] > 3 {
                next[unstable] = Int32(truncatingIfNeeded: place)
                unstable += 1
            }
            if lastAvalanche[place] != avalanche {
                lastAvalanche[place] = avalanche
                area += 1
            }
            // A site joins the next wave when it gets its fourth grain, and so only once.
            for direction in 0..<4 {
                let neighbour = place + offsets[direction]
                heights[neighbour] += 1
                if heights[neighbour] == 4 {
                    next[unstable] = Int32(truncatingIfNeeded: neighbour)
                    unstable += 1
                }
            }
        }
        return unstable
    }

    /// Takes the grains of the last avalanche off the rim.
    private mutating func emptyRim() {
        let width = size + 2
        for place in 0..<width {
            heights[place] = Self.rim
            heights[(width - 1) * width + place] = Self.rim
            heights[place * width] = Self.rim
            heights[place * width + width - 1] = Self.rim
        }
    }
}
