public import Renormalization
import Reports

/// Kadanoff's bound on the partition function beside Onsager's, for `wilson rg kadanoff --coupling`.
public struct KadanoffBoundReport {
    private let bound: KadanoffBound
    private let isBest: Bool

    /// Evaluates the bound at a given p, or at that of the lowest bound.
    public init(coupling: Double, strength: Double?) throws(RenormalizationError) {
        isBest = strength == nil
        if let strength {
            bound = try KadanoffBound(coupling: coupling, strength: strength)
        } else {
            bound = try KadanoffBound.best(coupling: coupling)
        }
    }

    /// One object.
    public var json: String {
        """
        {"coupling": \(jsonNumber(bound.coupling)), "p": \(jsonNumber(bound.strength)), \
        "log_z_bound_per_site": \(jsonNumber(bound.logPartitionPerSite)), \
        "exact": \(jsonNumber(bound.exact)), "gap": \(jsonNumber(bound.gap))}
        """
    }

    /// Lines for people.
    public var table: String {
        """
        Kadanoff's lower bound of the free energy at K = \(bound.coupling), ln Z per site
        p\(isBest ? " of the lowest bound" : "")
        """
            + pad(decimal(bound.strength, 8), isBest ? 20 : 40) + "\n"
            + [
                ("variational bound", bound.logPartitionPerSite), ("Onsager, exact", bound.exact),
                ("gap", bound.gap),
            ].map { name, value in name + pad(decimal(value, 12), 41 - name.count) }
            .joined(separator: "\n")
    }
}
