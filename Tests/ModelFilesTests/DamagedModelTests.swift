import ModelFiles
import RBMCore
import Storage
import TestSupport
import Testing

/// Models and checkpoints with random damage are read or refused; a trap would end the tests.
@Suite(.slow, .timeLimit(.minutes(15))) struct DamagedModelTests {
    @Test func checksumsSeeDamage() throws {
        let original = try CheckpointTests.make().file().encoded()
        var generator = TestGenerator(seed: 5)
        for _ in 0..<damagedInputs(400) {
            let bytes = generator.damaged(original)
            guard bytes != original else { continue }
            #expect(throws: StorageError.self) {
                _ = try Checkpoint(SafetensorsFile(bytes: bytes, name: "a"), "a")
            }
        }
    }

    /// Contents that were forged, and have right checksums.
    @Test func forgedContentsAreReadOrRefused() throws {
        let original = try CheckpointTests.make().file()
        var generator = TestGenerator(seed: 6)
        var outcomes = (read: 0, refused: 0)
        for _ in 0..<damagedInputs(400) {
            var file = original
            forge(&file, &generator)
            do {
                let read = try SafetensorsFile(bytes: file.encoded(), name: "a")
                let model = try Model(read, "a")
                #expect(model.layers.allSatisfy { $0.parameters.isFinite })
                let checkpoint = try Checkpoint(read, "a")
                #expect(checkpoint.totalSteps >= checkpoint.step)
                #expect(try Checkpoint(checkpoint.file(), "a") == checkpoint)
                outcomes.read += 1
            } catch {
                #expect("\(error)" == printable("\(error)"))
                outcomes.refused += 1
            }
        }
        #expect(outcomes.read > 0 && outcomes.refused > 0, "\(outcomes)")
    }

    private func forge(_ file: inout SafetensorsFile, _ generator: inout TestGenerator) {
        let keys = file.metadata.keys.sorted()
        let names = file.tensors.keys.sorted()
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: file.metadata[keys.randomElement(using: &generator)!] = nil
        case 1, 2:
            let key = keys.randomElement(using: &generator)!
            let words = generator.damaged(Array((file.metadata[key] ?? "").utf8) + [0x31])
            file.metadata[key] = String(decoding: words, as: UTF8.self)
        case 3: file.tensors[names.randomElement(using: &generator)!] = nil
        case 4:
            let (one, other) = (
                names.randomElement(using: &generator)!, names.randomElement(using: &generator)!
            )
            file.tensors[one] = file.tensors[other]
        default:
            let name = names.randomElement(using: &generator)!
            guard let tensor = file.tensors[name] else { return }
            var bytes = tensor.bytes
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            bytes[place] = UInt8.random(in: 0...255, using: &generator)
            file.tensors[name] = Tensor(
                elementType: tensor.elementType, shape: tensor.shape, bytes: bytes)
        }
    }
}
