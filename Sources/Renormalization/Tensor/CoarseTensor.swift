/// The tensor that stands on all sites of a lattice, with the weights of the bonds.
struct CoarseTensor: Sendable {
    /// The tensor with the legs left, up, right, down.
    ///
    /// The right leg is the left leg of the right neighbour, and the lower leg the upper leg of the lower
    /// neighbour.
    private(set) var tensor: Tensor
    /// A weight for each state of a horizontal bond.
    let horizontal: [Double]
    /// A weight for each state of a vertical bond.
    let vertical: [Double]
    /// The share of the squared singular values that was left out when the tensor was made.
    let lostWeight: Double

    init(tensor: Tensor, horizontal: [Double], vertical: [Double], lostWeight: Double) {
        precondition(
            tensor.legs.count == 4 && tensor.legs[0] == tensor.legs[2]
                && tensor.legs[1] == tensor.legs[3], "legs \(tensor.legs)")
        self.tensor = tensor
        self.horizontal = horizontal
        self.vertical = vertical
        self.lostWeight = lostWeight
    }

    /// Takes a tensor whose bonds all weigh 1.
    init(unweighted tensor: Tensor, lostWeight: Double = 0) {
        self.init(
            tensor: tensor, horizontal: Array(repeating: 1, count: tensor.legs[0].dimension),
            vertical: Array(repeating: 1, count: tensor.legs[1].dimension),
            lostWeight: lostWeight)
    }

    /// Divides the tensor by its largest magnitude, and returns that.
    mutating func normalize() -> Double { tensor.normalize() }

    /// The transfer matrix of a torus as wide as the tensor, from the upper bond to the lower one; shape
    /// [vertical, vertical].
    var transferMatrix: ParityMatrix {
        let (width, height) = (horizontal.count, vertical.count)
        var sum = [Double](repeating: 0, count: height * height)
        for i in 0..<width {
            for up in 0..<height {
                let start = ((i * height + up) * width + i) * height
                for down in 0..<height {
                    sum[up * height + down] +=
                        tensor.values[start + down] * horizontal[i] * vertical[down]
                }
            }
        }
        let bond = tensor.legs[1]
        return Tensor(legs: [bond, bond], values: sum).matrix(rows: [0], columns: [1])
    }
}
