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
enum InitialModel {
    /// Collective.
    ///
    /// Reads the model of `initial-model`; nil without the key.
    static func load(
        _ configuration: RunConfiguration, _ world: borrowing Communicator
    ) throws -> Model? {
        guard let path = configuration.initialModel else { return nil }
        return try Model.load(path, world)
    }

    /// Fails when the layers are not those of the configuration.
    ///
    /// The model may have fewer layers; those above start afresh.
    ///
    /// - Parameter visible: How many values a case has.
    static func check(
        _ model: Model, fits configuration: RunConfiguration, visible: Int
    ) throws(SharedFailure) {
        guard let misfit = misfit(of: model.layers, to: configuration, visible: visible) else {
            return
        }
        throw SharedFailure(
            exitCode: ExitStatus.configuration,
            "initial-model: \(configuration.initialModel ?? "") does not fit the configuration: "
                + misfit)
    }

    private static func misfit(
        of layers: [RBM], to configuration: RunConfiguration, visible: Int
    ) -> String? {
        guard layers.count <= configuration.layers.count else {
            return "it has \(layers.count) layers, but `layers` lists "
                + "\(configuration.layers.count)"
        }
        let wanted = configuration.units(onVisible: visible)
        let misfit = LayerMisfit(of: layers, to: wanted)
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
