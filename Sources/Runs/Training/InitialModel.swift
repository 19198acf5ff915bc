import Configuration
import DistributedTraining
import ModelFiles
import Ranks
import RBMCore

extension RunConfiguration {
    /// The units of the layers, the lowest first.
    ///
    /// - Parameter visible: How many values a case has.
    fileprivate func units(onVisible visible: Int) -> [LayerUnits] {
        zip([visible] + layers.map(\.hiddenColumns), layers).map { visible, options in
            LayerUnits(
                visible: visible, visibleKind: options.visibleUnits,
                hidden: options.hiddenColumns,
                hiddenKind: options.hiddenUnits)
        }
    }
}

/// The model of a warm start.
struct InitialModel {
    /// The layers with the hidden columns of this rank, lowest first.
    let layers: [RBM]
    /// The units of the layers, with the hidden columns of all ranks.
    private let units: [LayerUnits]
    let standardization: Standardization?

    /// Collective.
    ///
    /// Reads the model of `initial-model`; nil without the key.
    ///
    /// Where the grid divides the hidden units, each rank keeps its columns alone.
    static func load(
        _ configuration: RunConfiguration, _ world: borrowing Communicator
    ) throws -> InitialModel? {
        guard let path = configuration.initialModel else { return nil }
        guard let grid = configuration.grid, grid.hidden > 1 else {
            let model = try Model.load(path, world)
            return InitialModel(
                layers: model.layers, units: model.layers.map(\.units),
                standardization: model.standardization)
        }
        let (model, hidden) = try ModelSlices.load(path, hiddenRanks: grid.hidden, world)
        let units = zip(model.layers, hidden).map { layer, hidden in
            LayerUnits(
                visible: layer.visibleCount, visibleKind: layer.visibleUnits, hidden: hidden,
                hiddenKind: layer.hiddenUnits)
        }
        return InitialModel(
            layers: model.layers, units: units, standardization: model.standardization)
    }

    /// Fails when the layers are not those of the configuration.
    ///
    /// The model may have fewer layers; those above start afresh. Biases are those of this rank's columns.
    ///
    /// - Parameter visible: How many values a case has.
    func check(fits configuration: RunConfiguration, visible: Int) throws(SharedFailure) {
        guard let misfit = misfit(to: configuration, visible: visible) else {
            return
        }
        throw SharedFailure(
            exitCode: ExitStatus.configuration,
            "initial-model: \(configuration.initialModel ?? "") does not fit the configuration: "
                + misfit)
    }

    private func misfit(to configuration: RunConfiguration, visible: Int) -> String? {
        guard layers.count <= configuration.layers.count else {
            return "it has \(layers.count) layers, but `layers` lists "
                + "\(configuration.layers.count)"
        }
        let wanted = configuration.units(onVisible: visible)
        let misfit = LayerMisfit(of: units, to: wanted)
        for (index, (rbm, options)) in zip(layers, configuration.layers).enumerated() {
            if let misfit, misfit.layer == index {
                return "its layer \(index) has \(misfit.found) units, that of the configuration "
                    + "\(misfit.wanted)"
            }
            let biases = rbm.parameters.visibleBias + rbm.parameters.hiddenBias
            guard options.biases || biases.allSatisfy({ $0 == 0 }) else {
                return "its layer \(index) has biases, but layers.\(index).biases is false"
            }
            guard
                !rbm.visibleUnits.hasOwnParameters
                    || rbm.parameters.hasLogVariances == (options.visibleVariance == .learned)
            else {
                return
                    "its layer \(index) has \(rbm.parameters.hasLogVariances ? "learned" : "unit") "
                    + "variances, but layers.\(index).visible-variance is "
                    + options.visibleVariance.rawValue
            }
        }
        return nil
    }
}
