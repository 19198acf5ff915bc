import ModelFiles
import RBMCore
import Renormalization
import TestSupport
import Testing
@testable import Instruments

struct ModelLatticeTests {
    private func model(
        _ shape: [Int], _ kind: any UnitKind = .bernoulli, notes: [String: String] = [:]
    ) -> Model {
        let layer = makeRBM(kind, shape.reduce(1, *), .bernoulli, 2)
        return Model(layers: [layer], imageShape: shape, notes: notes)
    }

    private func drawn(size: Int) -> [String: String] {
        ["configuration": "data: {ising: {size: \(size), coupling: 0.3}}\nlayers: [{hidden: 2}]\n"]
    }

    @Test func aLatticeIsARectangleOfCases() throws {
        let strip = try #require(ModelLattice(model([3, 4])))
        #expect((strip.rows, strip.columns) == (3, 4))
        #expect(strip.description == "3×4 lattice" && strip.coupling == nil)
        #expect(ModelLattice(model([9])) == nil)
        #expect(ModelLattice(model([2, 3, 3])) == nil)
        // One channel in front is none.
        #expect(ModelLattice(model([1, 3, 4])) == strip)
    }

    @Test func opposedBordersMeetWhereTheModelSaysSo() throws {
        #expect(try #require(ModelLattice(model([3, 3]))).isTorus == false)
        #expect(try #require(ModelLattice(model([3, 3], .spin))).isTorus)
        #expect(try #require(ModelLattice(model([3, 4], .spin))).isTorus == false)
        let learned = try #require(ModelLattice(model([3, 3], notes: drawn(size: 3))))
        #expect(learned.isTorus && learned.coupling == 0.3)
        // A configuration of other data says nothing of this lattice.
        let other = try #require(ModelLattice(model([3, 3], notes: drawn(size: 4))))
        #expect(!other.isTorus && other.coupling == nil)
        let bonds = model([3, 3], .spin, notes: [ModelLattice.couplingKey: "0.25"])
        #expect(ModelLattice(bonds)?.coupling == 0.25)
    }

    @Test func aSquareIsFoundWithOrWithoutItsShape() throws {
        for shape in [[3, 3], [9], [1, 3, 3]] {
            let lattice = try ModelLattice(square: model(shape), "a file", size: 3)
            #expect(lattice.rows == 3 && lattice.columns == 3)
            #expect(try ModelLattice(square: model(shape), "a file") == lattice)
            let error = #expect(throws: RenormalizationError.self) {
                try ModelLattice(square: model(shape), "a file", size: 4)
            }
            #expect("\(try #require(error))".contains("a file is of a 3×3 lattice"))
        }
        for shape in [[3, 4], [12], [2, 8], [4, 2, 2]] {
            let error = #expect(throws: RenormalizationError.self) {
                try ModelLattice(square: model(shape), "a file")
            }
            #expect("\(try #require(error))".contains("not a square lattice"))
        }
    }

    @Test func theCouplingIsTheUsersElseTheModels() throws {
        let learned = try ModelLattice(square: model([3, 3], notes: drawn(size: 3)), "a file")
        #expect(try learned.coupling(given: 0.7, "a file") == 0.7)
        #expect(try learned.coupling(given: nil, "a file") == 0.3)
        let other = try ModelLattice(square: model([3, 3]), "a file")
        #expect(throws: RenormalizationError.self) { try other.coupling(given: nil, "a file") }
    }
}
