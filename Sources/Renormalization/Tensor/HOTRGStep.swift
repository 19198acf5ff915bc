extension CoarseTensor {
    /// Replaces two sites, one above the other, by one.
    ///
    /// The two bonds on the left of the pair, and the two on its right, are projected to the χ states of
    /// largest weight. These follow from the higher-order SVD of the pair, on the side that loses less.
    ///
    /// The cost is of order χ⁷ operations and χ⁵ elements. Source: [Xie12].
    ///
    /// - Throws: `RenormalizationError.numerical` if LAPACK fails.
    func verticalHOTRGStep(bondDimension: Int) throws(RenormalizationError) -> CoarseTensor {
        let left = try TruncatedSVD(leftWeights(tensor), bondDimension: bondDimension)
        let right = try TruncatedSVD(rightWeights(tensor), bondDimension: bondDimension)
        let (lostLeft, lostRight) = (lostShare(of: left), lostShare(of: right))
        let better = lostLeft <= lostRight ? left : right
        let bond = tensor.legs[0]
        // Legs: upper site's bond, lower site's bond, new bond.
        let isometry = Tensor(better.u, rows: [bond, bond], columns: [better.bond])
        // Legs: lower site's left, left, up, upper site's right, middle.
        let half = isometry.contracted(over: [0], with: tensor, over: [0])
        // Legs: left, up, upper site's right, lower site's right, down.
        let pair = half.contracted(over: [0, 4], with: tensor, over: [0, 1])
        let merged = pair.contracted(over: [2, 3], with: isometry, over: [0, 1])
        return CoarseTensor(
            unweighted: merged.permuted([0, 1, 3, 2]), lostWeight: min(lostLeft, lostRight))
    }

    /// Replaces two sites, side by side, by one, as `verticalHOTRGStep`.
    func horizontalHOTRGStep(bondDimension: Int) throws(RenormalizationError) -> CoarseTensor {
        let turned = CoarseTensor(unweighted: tensor.permuted([1, 0, 3, 2]))
        let merged = try turned.verticalHOTRGStep(bondDimension: bondDimension)
        return CoarseTensor(
            unweighted: merged.tensor.permuted([1, 0, 3, 2]), lostWeight: merged.lostWeight)
    }
}

/// Returns m mᵀ of a pair of sites, where m is the matrix from the two bonds on its left to all others.
private func leftWeights(_ tensor: Tensor) -> ParityMatrix {
    // Legs: left, middle, left′, middle′.
    let upper = tensor.contracted(over: [1, 2], with: tensor, over: [1, 2])
    let lower = tensor.contracted(over: [2, 3], with: tensor, over: [2, 3])
    return upper.contracted(over: [1, 3], with: lower, over: [1, 3])
        .matrix(rows: [0, 2], columns: [1, 3])
}

/// Returns the same for the two bonds on its right.
private func rightWeights(_ tensor: Tensor) -> ParityMatrix {
    // Legs of the upper site: right, middle, right′, middle′; of the lower: middle, right, middle′,
    // right′.
    let upper = tensor.contracted(over: [0, 1], with: tensor, over: [0, 1])
    let lower = tensor.contracted(over: [0, 3], with: tensor, over: [0, 3])
    return upper.contracted(over: [1, 3], with: lower, over: [0, 2])
        .matrix(rows: [0, 2], columns: [1, 3])
}

/// Returns the share of the trace of m mᵀ that was left out; its singular values are squares already.
private func lostShare(of svd: TruncatedSVD) -> Double {
    let lost = svd.leftOut.reduce(0, +)
    return lost / svd.values.reduce(lost, +)
}
