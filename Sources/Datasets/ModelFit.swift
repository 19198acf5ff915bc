public import DistributedTraining
import RBMCore

/// What commands ask of a model and of data before they put one through the other.
extension Model {
    /// Checks that there is a layer of a number, counted from 0; `name` is the model's file.
    public func checkLayer(_ layer: Int, of name: String) throws(SharedFailure) {
        guard layer < layers.count else {
            throw SharedFailure(
                exitCode: ExitStatus.commandLine,
                "--layer is \(layer), but the top layer of \(name) is \(layers.count - 1), "
                    + "counted from 0")
        }
    }

    /// Checks that cases have as many values as there are visible units.
    public func checkShape(
        _ opened: OpenedCases, from data: String, for name: String
    ) throws(SharedFailure) {
        guard opened.cases.visible == layers[0].visibleCount else {
            throw SharedFailure(
                exitCode: ExitStatus.badFile,
                "\(data): its cases have the shape \(opened.shape), \(opened.cases.visible) values, "
                    + "but \(name) takes \(imageShape), \(layers[0].visibleCount) values")
        }
    }

    /// Checks that cases are values that the visible units take.
    public func checkFit(
        _ opened: OpenedCases, from data: String, for name: String
    ) throws(SharedFailure) {
        try checkShape(opened, from: data, for: name)
        guard layers[0].visibleUnits.takesGrey || opened.cases.levels == .bits else {
            throw SharedFailure(
                exitCode: ExitStatus.badFile,
                "\(data): its values are grey, but the visible units of \(name) are spins, "
                    + "which take two values; use --binarize threshold or --binarize sample")
        }
    }

    /// Checks that the visible units take two values; `name` is the model's file.
    public func checkTwoValued(_ name: String) throws(SharedFailure) {
        guard layers[0].visibleUnits.stateEncoding == .real else { return }
        throw SharedFailure(
            exitCode: ExitStatus.badFile,
            "\(name): its visible units are gaussian; expected bernoulli or spin units, which have "
                + "couplings and blocks")
    }
}
