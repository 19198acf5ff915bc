import RandomStreams

/// The recurrent states of the sandpile: those that it visits for ever.
///
/// Each is as likely as the others. There are as many as spanning trees of the lattice with its sink,
/// which is where lost grains go, and Majumdar and Dhar's burning bijection [MajumdarDhar92] makes one
/// from a tree. Wilson's walks [Wilson96] draw trees with equal probability, so a pile starts in its
/// stationary distribution and needs no burn-in.
public enum RecurrentState {
    /// Returns the heights of a recurrent state that is drawn with equal probability, shape [L, L].
    ///
    /// - Parameters:
    ///   - seed: Names the random numbers.
    ///   - pile: The number of the draw; below 2³².
    /// - Precondition: `size` is in `Sandpile.sizes`.
    public static func draw(size: Int, seed: UInt64, pile: Int) -> [Int] {
        var words = WordSequence(seed: seed, .sandpile(.start), row: pile)
        return heights(of: SpanningTree(size: size) { words.next(below: 4) })
    }

    /// Returns the recurrent state that burns along a spanning tree.
    ///
    /// A site burns one wave after the neighbour that its branch leads to. The branches that would let
    /// it burn in that wave are counted in the order of directions, and the number of its own is added
    /// to the least height that burns then.
    static func heights(of tree: SpanningTree) -> [Int] {
        let depths = tree.depths
        return depths.indices.map { site in
            var earlier = 0
            var parents = 0
            var rank = 0
            for direction in 0..<4 {
                let depth = tree.neighbour(of: site, direction).map { depths[$0] } ?? 0
                if depth < depths[site] { earlier += 1 }
                if depth == depths[site] - 1 {
                    if direction < tree.branches[site] { rank += 1 }
                    parents += 1
                }
            }
            return 4 - earlier + rank
        }
    }

    /// Whether a stable state is recurrent, by Dhar's burning test [Dhar90].
    ///
    /// A grain for each bond to the sink is added at the rim: a recurrent state topples each site once,
    /// and comes back.
    public static func contains(_ heights: [Int], size: Int) -> Bool {
        let burnt = (0..<heights.count).map { site in
            let (row, column) = (site / size, site % size)
            let bonds = [row == 0, row == size - 1, column == 0, column == size - 1]
            return heights[site] + bonds.count { $0 }
        }
        var pile = Sandpile(size: size, heights: burnt)
        let avalanche = pile.relax()
        return avalanche.area == heights.count && avalanche.topplings == heights.count
    }

    /// Returns the recurrent state that changes no other when it is added to it.
    ///
    /// By Creutz's recipe [Creutz91]: twice the fullest stable state less its relaxation, relaxed.
    public static func identity(size: Int) -> [Int] {
        let full = [Int](repeating: 6, count: size * size)
        var pile = Sandpile(size: size, heights: full)
        _ = pile.relax()
        pile = Sandpile(size: size, heights: zip(full, pile.state).map { $0 - $1 })
        _ = pile.relax()
        return pile.state
    }
}
