/// A spanning tree of L×L sites and the sink around them.
struct SpanningTree {
    let size: Int
    /// The direction in which each site's branch leaves towards the sink: 0 up, 1 left, 2 right, 3 down;
    /// shape [L, L].
    let branches: [Int]

    /// Takes branches that lead to the sink from everywhere.
    init(size: Int, branches: [Int]) {
        self.size = size
        self.branches = branches
    }

    /// Draws a tree with equal probability, by walks whose loops are erased [Wilson96].
    ///
    /// - Parameter direction: Returns one of 0..<4 with equal probability.
    init(size: Int, direction: () -> Int) {
        self.size = size
        var branches = [Int](repeating: -1, count: size * size)
        var isInTree = [Bool](repeating: false, count: size * size)
        for start in branches.indices {
            // The walk overwrites where it left a site before, which erases the loop.
            var site: Int? = start
            while let here = site, !isInTree[here] {
                branches[here] = direction()
                site = Self.neighbour(of: here, branches[here], size)
            }
            site = start
            while let here = site, !isInTree[here] {
                isInTree[here] = true
                site = Self.neighbour(of: here, branches[here], size)
            }
        }
        self.branches = branches
    }

    /// Returns the site in a direction; nil for the sink.
    func neighbour(of site: Int, _ direction: Int) -> Int? {
        Self.neighbour(of: site, direction, size)
    }

    private static func neighbour(of site: Int, _ direction: Int, _ size: Int) -> Int? {
        let (row, column) = (site / size, site % size)
        switch direction {
        case 0: return row > 0 ? site - size : nil
        case 1: return column > 0 ? site - 1 : nil
        case 2: return column < size - 1 ? site + 1 : nil
        default: return row < size - 1 ? site + size : nil
        }
    }

    /// The branches between each site and the sink, 1 or more; shape [L, L].
    var depths: [Int] {
        var depths = [Int](repeating: 0, count: branches.count)
        var path: [Int] = []
        for start in branches.indices {
            var site: Int? = start
            while let here = site, depths[here] == 0 {
                path.append(here)
                site = neighbour(of: here, branches[here])
            }
            var depth = site.map { depths[$0] } ?? 0
            while let here = path.popLast() {
                depth += 1
                depths[here] = depth
            }
        }
        return depths
    }
}
