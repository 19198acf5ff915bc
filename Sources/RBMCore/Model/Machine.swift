/// An RBM for those who measure it and draw from it: whole, or with its hidden columns divided among
/// processes.
///
/// Where processes divide the columns, all of them make the same calls in the same order, for the same
/// cases and chains. Each gets all results, with the bits of one process that holds the whole.
public protocol Machine {
    /// The RBM with the hidden columns of this process; with all of them where no other process has any.
    var own: RBM { get }

    /// The processes that hold the other columns; nil where this one holds all.
    var group: (any HiddenGroup)? { get }

    /// The biases of the hidden columns of all processes, shape `[hidden]`.
    var allHiddenBiases: [Float] { get }
}

extension RBM: Machine {
    public var own: RBM { self }
    public var group: (any HiddenGroup)? { nil }
    public var allHiddenBiases: [Float] { parameters.hiddenBias }
}

extension Machine {
    public var visibleUnits: any UnitKind { own.visibleUnits }
    public var hiddenUnits: any UnitKind { own.hiddenUnits }
    public var visibleCount: Int { own.visibleCount }

    /// The hidden columns of all processes.
    public var hiddenCount: Int { slice.total }

    /// The hidden columns of this process.
    public var slice: HiddenSlice {
        guard let group, let last = group.slices.last else {
            return HiddenSlice(whole: own.hiddenCount)
        }
        return HiddenSlice(group.slices[group.place], of: last.upperBound)
    }

    /// The law of the visible units with their own parameters.
    public var visibleLaw: any UnitLaw { own.visibleLaw }

    /// The law of the hidden units.
    public var hiddenLaw: any UnitLaw { own.hiddenLaw }

    /// The biases of the visible units, shape `[visible]`.
    public var visibleBiases: [Float] { own.parameters.visibleBias }

    /// Whether turning over all units of both sides changes no energy.
    public var isSymmetric: Bool {
        visibleUnits.isSymmetric && hiddenUnits.isSymmetric
            && visibleBiases.allSatisfy { $0 == 0 } && allHiddenBiases.allSatisfy { $0 == 0 }
    }

    /// The Frobenius norm of the weights of all processes.
    public var weightNorm: Double {
        group?.weightNorm(own.parameters) ?? own.parameters.weightNorm
    }

    /// The RBM with the columns of all processes, which needs room for them.
    public var whole: RBM {
        guard let group else { return own }
        return RBM(
            visibleUnits: visibleUnits, hiddenUnits: hiddenUnits,
            parameters: group.join(own.parameters))
    }

    /// The machine with the same units and other parameters, of the columns of this process.
    public func with(_ parameters: Parameters) -> any Machine {
        let rbm = RBM(
            visibleUnits: visibleUnits, hiddenUnits: hiddenUnits, parameters: parameters)
        return group.map { DividedRBM(own: rbm, group: $0) } ?? rbm
    }

    /// Hands over the weights of each visible column to the hidden columns of all processes, in order.
    ///
    /// Where processes divide the columns, they make this call together, and each holds a block of rows
    /// at a time.
    func forEachRow(_ body: (_ visible: Int, _ weights: Span<Float>) -> Void) {
        let weights = own.parameters.values[..<own.parameters.weightCount]
        let hidden = hiddenCount
        guard let group else {
            for i in 0..<visibleCount {
                body(i, weights.span.extracting(rowRange(i, of: hidden)))
            }
            return
        }
        group.forEachJoinedBlock(of: weights, rows: visibleCount) { rows, values in
            for (place, i) in rows.enumerated() {
                body(i, values.span.extracting(rowRange(place, of: hidden)))
            }
        }
    }

    /// Adds up the weights of the hidden columns to each visible one, each times its coefficient.
    ///
    /// Processes that divide the columns make this call together.
    ///
    /// - Parameter coefficients: Some rows, shape `[rows][hidden]`.
    /// - Returns: The sums, shape `[rows][visible]`.
    public func combinations(ofHidden coefficients: [[Float]]) -> [[Float]] {
        var sums = coefficients.map { _ in [Float](repeating: 0, count: visibleCount) }
        forEachRow { i, weights in
            for (row, factors) in coefficients.enumerated() {
                var sum = 0.0
                for j in weights.indices { sum += Double(factors[j]) * Double(weights[j]) }
                sums[row][i] = Float(sum)
            }
        }
        return sums
    }

    // MARK: In double precision

    /// Computes c + Wᵀv with the weights as they are for each of some cases, shape `[rows, hidden]`.
    ///
    /// - Parameter visible: Unit values (not bytes), shape `[rows, visible]`.
    public func hiddenPreactivations(givenRows visible: [Double]) -> [Double] {
        let (rows, columns) = (visible.count / visibleCount, own.hiddenCount)
        let own = own
        var fields = [Double](repeating: 0, count: rows * columns)
        var span = fields.mutableSpan
        span.shared { fields in
            inParallel(over: rows, atLeast: 4) { rows in
                for row in rows {
                    let found = own.hiddenPreactivations(
                        given: Array(visible[rowRange(row, of: own.visibleCount)]))
                    fields.withRange(rowRange(row, of: columns)) {
                        for j in found.indices { $0[j] = found[j] }
                    }
                }
            }
        }
        return group.map { $0.join(fields[...], rows: rows) } ?? fields
    }

    /// Computes the free energies of visible states with the weights as they are, in nats, shape `[rows]`.
    ///
    /// - Parameter visible: Unit values (not bytes), shape `[rows, visible]`.
    public func freeEnergies(ofVisible visible: [Double]) -> [Double] {
        let (columns, hidden) = (visibleCount, hiddenCount)
        let rows = visible.count / columns
        let fields = hiddenPreactivations(givenRows: visible)
        let bias = allHiddenBiases.map(Double.init)
        let (own, law) = (own, hiddenLaw)
        var energies = [Double](repeating: 0, count: rows)
        var span = energies.mutableSpan
        span.shared { energies in
            inParallel(over: rows, atLeast: 4) { rows in
                for row in rows {
                    let energy =
                        own.visibleEnergy(Array(visible[rowRange(row, of: columns)]))
                        - law.logPartition(
                            fields: fields.span.extracting(rowRange(row, of: hidden)),
                            bias: bias.span)
                    energies.withRange(row..<(row + 1)) { $0[0] = energy }
                }
            }
        }
        return energies
    }
}

/// An RBM whose hidden columns several processes divide.
public struct DividedRBM: Machine {
    public let own: RBM
    private let members: any HiddenGroup
    public let allHiddenBiases: [Float]

    public var group: (any HiddenGroup)? { members }

    /// Brings the biases of all processes together, which all make this call.
    ///
    /// - Parameter own: With the columns of this process.
    public init(own: RBM, group: any HiddenGroup) {
        precondition(
            own.hiddenCount == group.slices[group.place].count,
            "\(own.hiddenCount) columns for the slice \(group.slices[group.place])")
        self.own = own
        members = group
        allHiddenBiases = group.join(
            own.parameters.values[own.parameters.hiddenBiasRange], rows: 1)
    }
}
