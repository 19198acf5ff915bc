import Ranks
import RBMCore

/// How the statistics of a step are divided among panels of visible units, which are made, added up
/// over ranks and applied one after the other.
public struct PanelPlan: Sendable {
    /// The visible units of a panel; nil for what the layer's size asks for.
    public var units: Int?

    /// Whether a panel is added up while the next one is made and the last one applied; nil for
    /// where ranks are on several hosts and each has a core to spare.
    public var isOverlapped: Bool?

    public init(units: Int? = nil, isOverlapped: Bool? = nil) {
        self.units = units
        self.isOverlapped = isOverlapped
    }

    /// The visible units of a layer's panels.
    ///
    /// As many as make a buffer small beside the weights of a large layer, and not so few that making
    /// the operands of a product anew for each panel shows.
    func units(of shape: LayerSpec) -> Int {
        // Variances are learned from the products of all units.
        if shape.visibleUnits.hasOwnParameters { return shape.visible }
        if let units { return min(units, shape.visible) }
        guard shape.visible * shape.hidden > 1 << 20 else { return shape.visible }
        let panels = (shape.visible + 511) / 512
        return (shape.visible + panels - 1) / panels
    }

    /// Collective.
    ///
    /// What adds up beside the computation; nil where sums do not.
    ///
    /// Within a host a sum is work of the same cores, and so it is where threads fill these: nothing
    /// would be hidden.
    func backgroundSum(
        _ shape: LayerSpec, _ world: borrowing Communicator
    ) throws(MPIError) -> BackgroundSum? {
        guard world.size > 1, units(of: shape) < shape.visible, isOverlapped != false,
            ThreadLevel.granted.allowsOtherThreads
        else { return nil }
        if isOverlapped == nil {
            guard try !world.isOnOneHost() else { return nil }
            let hasSpareCore = try world.ownCores() > MatrixProducts.threads
            guard try world.minimum(hasSpareCore ? 1 : 0) == 1 else { return nil }
        }
        return try BackgroundSum(world)
    }
}
