import RBMCore
import Testing

@Suite struct StateTreeTests {
    private var tree: StateTree {
        var tree = StateTree(prefix: "layers.1.")
        tree.set(.floats([1, 2, 3, 4, 5, 6], shape: [2, 3]), "means")
        tree.set(.bytes([0, 1, 1, 0], shape: [2, 2]), "chains")
        tree.note("7", "averaged")
        return tree
    }

    private func problem(_ read: (StateTree) throws -> Void) -> String? {
        do { try read(tree) } catch { return "\(error)" }
        return nil
    }

    @Test func whatIsSetIsRead() throws {
        #expect(try tree.floats("means", shape: [2, 3]) == [1, 2, 3, 4, 5, 6])
        let chains = try #require(try tree.bytes("chains", columns: 2))
        #expect(chains.values == [0, 1, 1, 0] && chains.rows == 2)
        #expect(try tree.count("averaged") == 7)
    }

    @Test func whatIsNotThereIsNil() throws {
        #expect(try tree.floats("activity", shape: [1]) == nil)
        #expect(try tree.bytes("states", columns: 2) == nil)
        #expect(try tree.parameters("velocity", like: Parameters(visible: 1, hidden: 1)) == nil)
    }

    @Test func aPartOfAnArrayIsATensor() throws {
        var tree = tree
        tree.set(.floats([9, 1, 2][1...], shape: [2]), "part")
        #expect(try tree.floats("part", shape: [2]) == [1, 2])
    }

    /// With three parts, and with the fourth of learned variances.
    @Test(arguments: [false, true]) func parametersAreSetByTheirParts(hasVariances: Bool) throws {
        var parameters = Parameters(visible: 2, hidden: 3, logVariances: hasVariances)
        for i in parameters.values.indices { parameters.values[i] = Float(i + 1) }
        var tree = tree
        tree.set(parameters, "velocity")
        let names = ["weights", "visible_bias", "hidden_bias", "visible_log_variance"]
            .prefix(hasVariances ? 4 : 3).map { "velocity.\($0)" }
        #expect(Set(tree.tensors.keys) == Set(["means", "chains"] + names))
        #expect(tree.tensors["velocity.weights"] == .floats([1, 2, 3, 4, 5, 6], shape: [2, 3]))
        #expect(try tree.parameters("velocity", like: parameters.zero) == parameters)
    }

    @Test func faultsNameTheTensorWithItsPrefix() {
        #expect(
            problem { _ = try $0.floats("means", shape: [6]) }
                == "`layers.1.means` is not F32 of shape [6] with finite numbers")
        #expect(
            problem { _ = try $0.floats("chains", shape: [2, 2]) }
                == "`layers.1.chains` is not F32 of shape [2, 2] with finite numbers")
        #expect(
            problem { _ = try $0.bytes("chains", columns: 4) }
                == "`layers.1.chains` is not U8 of shape [rows, 4]")
        #expect(problem { _ = try $0.count("step") }?.contains("lack the number `step`") == true)
    }

    @Test func parametersOfAnotherShapeOrWithoutAPartAreFaults() {
        for (visible, hidden, isCut) in [(3, 2, false), (2, 3, true)] {
            var tree = StateTree(prefix: "layers.1.")
            let parameters = Parameters(visible: visible, hidden: hidden)
            for part in parameters.parts where !(isCut && part.name == "hidden_bias") {
                tree.set(
                    .floats(parameters.values[part.range], shape: part.shape),
                    "average.\(part.name)")
            }
            #expect(
                throws: StateFault(problem: "`layers.1.average` has not the shape of the layer")
            ) {
                try tree.parameters("average", like: Parameters(visible: 2, hidden: 3))
            }
        }
    }

    @Test func whatIsNotFiniteIsAFault() {
        var tree = StateTree(prefix: "layers.1.")
        tree.set(.floats([1, .nan], shape: [2]), "activity")
        var parameters = Parameters(visible: 1, hidden: 1)
        parameters.values[2] = .infinity
        tree.set(parameters, "velocity")
        #expect(throws: StateFault.self) { try tree.floats("activity", shape: [2]) }
        #expect(throws: StateFault.self) {
            try tree.parameters("velocity", like: Parameters(visible: 1, hidden: 1))
        }
    }

    @Test func twoOfOneNameTrap() async {
        await #expect(processExitsWith: .failure) {
            var tree = StateTree(prefix: "")
            tree.note("1", "step")
            tree.note("2", "step")
        }
    }
}
