// Prints the instruction set, the number of threads, and checksums of integer products and of
// trained parameters. Tests run it under several instruction sets and numbers of threads: all
// checksums must be equal.

import RBMCore

print(MatrixProducts.instructionSet)
print(MatrixProducts.threads)
print("products \(productChecksum())")
for precision in [ArithmeticKind.integer, .integerOneByte] {
    for phase in NegativePhaseKind.all {
        for kind in UnitKinds.binary {
            for encoding in [StateEncoding.bits, .levels] {
                let checksum = trainingChecksum(phase, kind, encoding, precision)
                print("\(precision.rawValue) \(phase.name) \(kind) \(encoding) \(checksum)")
            }
        }
    }
}
