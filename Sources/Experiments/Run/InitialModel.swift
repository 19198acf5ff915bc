import DistributedTraining
import RBMCore

/// The model of a warm start.
enum InitialModel {
    /// Collective.
    ///
    /// Reads the layers of `initial-model`, which must be those of the configuration.
    ///
    /// The file may have fewer layers: those above start afresh.
    ///
    /// - Parameter visible: Values of a case.
    /// - Returns: The lowest layer first; none without the key.
    static func layers(
        of configuration: Configuration, visible: Int, _ world: borrowing Communicator
    ) throws -> [RBM] {
        guard let path = configuration.initialModel else { return [] }
        let model = try Model.load(path, world)
        return try world.together {
            if let misfit = misfit(of: model.layers, to: configuration, visible: visible) {
                throw SharedFailure(
                    exitCode: ExitStatus.configuration,
                    "initial-model: \(path) does not fit the configuration: \(misfit)")
            }
            return model.layers
        }
    }

    private static func misfit(
        of layers: [RBM], to configuration: Configuration, visible: Int
    ) -> String? {
        guard layers.count <= configuration.layers.count else {
            return "it has \(layers.count) layers, but `layers` lists "
                + "\(configuration.layers.count)"
        }
        var below = visible
        for (index, (rbm, options)) in zip(layers, configuration.layers).enumerated() {
            let wanted =
                "\(below) \(options.visibleUnits.kind) × \(options.hidden) "
                + "\(options.hiddenUnits.kind)"
            let found =
                "\(rbm.visibleCount) \(rbm.visibleUnits) × \(rbm.hiddenCount) "
                + "\(rbm.hiddenUnits)"
            guard found == wanted else {
                return "its layer \(index) has \(found) units, that of the configuration \(wanted)"
            }
            let biases = rbm.parameters.visibleBias + rbm.parameters.hiddenBias
            guard options.biases || biases.allSatisfy({ $0 == 0 }) else {
                return "its layer \(index) has biases, but layers.\(index).biases is false"
            }
            below = options.hidden
        }
        return nil
    }
}
