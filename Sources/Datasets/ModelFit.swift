public import ModelFiles
public import Ranks
import RBMCore

/// Checks that a model has what a command asks for, and that data fit it; `name` is the model's file.
extension LayeredModel {
    /// Checks that the model has a layer with this number, counted from 0.
    public func checkLayer(_ layer: Int, of name: String) throws(SharedFailure) {
        guard layer < machines.count else {
            throw SharedFailure(
                exitCode: ExitStatus.commandLine,
                "--layer is \(layer), but the top layer of \(name) is \(machines.count - 1), "
                    + "counted from 0")
        }
    }

    /// Checks that cases have as many values as there are visible units, with as many states.
    public func checkShape(
        _ opened: OpenedCases, from data: String, for name: String
    ) throws(SharedFailure) {
        guard opened.cases.visible == machines[0].visibleCount else {
            throw SharedFailure(
                exitCode: ExitStatus.badFile,
                "\(data): its cases have the shape \(opened.shape), "
                    + "\(opened.shape.reduce(1, *)) values, but \(name) takes \(imageShape), "
                    + "\(imageShape.reduce(1, *)) values")
        }
    }

    /// Checks that the visible units can take the values of the cases.
    public func checkFit(
        _ opened: OpenedCases, from data: String, for name: String
    ) throws(SharedFailure) {
        try checkShape(opened, from: data, for: name)
        guard machines[0].visibleUnits.takesGrey || opened.cases.encoding != .levels else {
            throw SharedFailure(
                exitCode: ExitStatus.badFile,
                "\(data): its values are grey, but the visible units of \(name) are spins, "
                    + "which take two values; use --binarize threshold or --binarize sample")
        }
    }

    /// Checks that all units take two values.
    public func checkTwoValued(_ name: String) throws(SharedFailure) {
        let sides =
            [("visible units", machines[0].visibleUnits)]
            + machines.enumerated().map { index, layer in
                (
                    machines.count == 1 ? "hidden units" : "hidden units of layer \(index)",
                    layer.hiddenUnits
                )
            }
        guard let (side, kind) = sides.first(where: { $0.1.alternatives != 2 || $0.1.columns > 1 })
        else { return }
        throw SharedFailure(
            exitCode: ExitStatus.badFile,
            "\(name): its \(side) are \(kind); expected bernoulli or spin units, which have "
                + "couplings and blocks")
    }
}
