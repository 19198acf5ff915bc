import RBMCore
import Testing

extension PersistentChains {
    /// Chains of one process that go on from hidden states.
    ///
    /// - Parameter states: Bytes, shape `[chains, hidden]`.
    init(
        sweeps: Int, states: [UInt8], of hidden: Int, first: Int = 0, turnsOver: Bool = false
    ) {
        let count = states.count / hidden
        self.init(
            ChainSettings(sweeps: sweeps, chains: first + count, turnsOver: turnsOver))
        let before = [UInt8](repeating: 0, count: first * hidden)
        var tree = StateTree(prefix: "")
        tree.set(.bytes(before + states, shape: [first + count, hidden]), "chains")
        do {
            let spec = LayerSpec(
                visible: 1, hidden: hidden, visibleUnits: .bernoulli, hiddenUnits: .bernoulli,
                encoding: .bits)
            try restore(first..<(first + count), from: tree, of: spec)
        } catch {
            Issue.record(error)
        }
    }
}
