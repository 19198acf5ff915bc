import RealModule

extension CoarseTensor {
    /// Replaces two sites by one: the lattice turns by 45 degrees, and its spacing grows by √2.
    ///
    /// Each site is cut into two halves along a diagonal, one diagonal for even sites and the other for
    /// odd ones. A bond of the χ largest singular values σ joins the halves. The four halves around every
    /// other plaquette become the new site. Each half takes σ^{(1−k)/2}, and the bond keeps the weight
    /// σ^k. k = 0 is [LevinNave07]. With k = −1/2 [Adachi22] the weights of the old bonds inside the new
    /// site stand for its environment, which the truncation of a single site does not know.
    ///
    /// The cost is of order χ⁶ operations and χ⁴ elements.
    ///
    /// - Throws: `RenormalizationError.numerical` if LAPACK fails.
    func levinNaveStep(bondDimension: Int, bondExponent: Double) throws(RenormalizationError)
        -> CoarseTensor
    {
        let legs = tensor.legs
        // One diagonal leaves left and up in one half, right and down in the other.
        let falling = try TruncatedSVD(
            tensor.matrix(rows: [0, 1], columns: [2, 3]), bondDimension: bondDimension)
        // The other leaves up and right in one half, down and left in the other.
        let rising = try TruncatedSVD(
            tensor.matrix(rows: [1, 2], columns: [3, 0]), bondDimension: bondDimension)
        let share = (1 - bondExponent) / 2
        let fallingShare = falling.values.map { Double.pow($0, share) }
        let risingShare = rising.values.map { Double.pow($0, share) }

        // The halves around a plaquette, named by their corner of it.
        let upperLeft = Tensor(falling.vt, rows: [falling.bond], columns: [legs[2], legs[3]])
            .scaled(0, by: fallingShare)
        let lowerRight = Tensor(falling.u, rows: [legs[0], legs[1]], columns: [falling.bond])
            .scaled(2, by: fallingShare)
        let upperRight = Tensor(rising.vt, rows: [rising.bond], columns: [legs[3], legs[0]])
            .scaled(0, by: risingShare)
        let lowerLeft = Tensor(rising.u, rows: [legs[1], legs[2]], columns: [rising.bond])
            .scaled(2, by: risingShare)

        // Legs: left, left side of the plaquette; up, right side.
        let upper = upperLeft.scaled(1, by: horizontal)
            .contracted(over: [1], with: upperRight, over: [2])
            .scaled(1, by: vertical).scaled(3, by: vertical)
        // Legs: right side, right; left side, down.
        let lower = lowerRight.scaled(0, by: horizontal)
            .contracted(over: [0], with: lowerLeft, over: [1])
        return CoarseTensor(
            tensor: upper.contracted(over: [1, 3], with: lower, over: [2, 0]),
            horizontal: falling.values.map { .pow($0, bondExponent) },
            vertical: rising.values.map { .pow($0, bondExponent) },
            lostWeight: max(lostShare(of: falling), lostShare(of: rising)))
    }
}

/// Returns the share of the squares of the singular values that was left out.
private func lostShare(of svd: TruncatedSVD) -> Double {
    let lost = svd.leftOut.reduce(0) { $0 + $1 * $1 }
    return lost / svd.values.reduce(lost) { $0 + $1 * $1 }
}
