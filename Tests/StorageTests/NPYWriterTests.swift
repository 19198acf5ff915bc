import Storage
import TestSupport
import Testing

@Suite struct NPYWriterTests {
    @Test func writesTheseBytes() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.npy"
            try writeNPY([1, 2, 3, 4, 5, 6] as [UInt8], shape: [2, 3], to: path)
            let text = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }"
            let padding = String(repeating: " ", count: 128 - 10 - text.utf8.count - 1)
            let header: [UInt8] =
                [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, 118, 0]
                + Array((text + padding + "\n").utf8)
            #expect(header.count == 128)
            #expect(try readBytes(of: path) == header + [1, 2, 3, 4, 5, 6])
            #expect(try Folder.list(folder) == ["a.npy"])
        }
    }

    @Test(arguments: [[6], [2, 3], [1, 6, 1], [0, 3]])
    func readsBackWhatItWrote(shape: [Int]) throws {
        try withTemporaryFolder { folder in
            let count = shape.reduce(1, *)
            let numbers = (0..<count).map { Float($0) - 2.5 }
            try writeNPY(numbers, shape: shape, to: folder + "/a")
            let file = try ArrayFile(path: folder + "/a")
            #expect(file.shape == shape && file.elementType == .float32)
            var back: [Float] = []
            for index in 0..<file.cases {
                var one = [Float](repeating: 0, count: file.caseElements)
                var span = one.mutableSpan
                try file.copyFloats(case: index, into: &span)
                back += one
            }
            #expect(back == numbers)
        }
    }

    @Test func piecesMakeTheSameFile() throws {
        try withTemporaryFolder { folder in
            let numbers = (0..<6).map { Float($0) - 2.5 }
            let bytes = unsafe numbers.withUnsafeBytes { unsafe Array($0) }
            try writeNPY(numbers, shape: [3, 2], to: folder + "/whole.npy")
            var file = try NPYWriter(.float32, shape: [3, 2], to: folder + "/pieces.npy")
            try file.write(Array(bytes[..<9]))
            try file.write([])
            try file.write(Array(bytes[9...]))
            // Until the end there is no file of that name.
            #expect(!Folder.isFile(folder + "/pieces.npy"))
            try file.finish()
            #expect(
                try readBytes(of: folder + "/pieces.npy") == readBytes(of: folder + "/whole.npy"))
            #expect(try Folder.list(folder) == ["pieces.npy", "whole.npy"])
        }
    }

    @Test func anUnfinishedFileLeavesWhatWasThere() throws {
        try withTemporaryFolder { folder in
            try writeNPY([7] as [UInt8], shape: [1], to: folder + "/a.npy")
            let before = try readBytes(of: folder + "/a.npy")
            do {
                var file = try NPYWriter(.uint8, shape: [2], to: folder + "/a.npy")
                try file.write([1])
            }
            #expect(try readBytes(of: folder + "/a.npy") == before)
            #expect(try Folder.list(folder) == ["a.npy"])
        }
    }

    @Test func reportsWhereItCannotWrite() throws {
        try withTemporaryFolder { folder in
            expectStorageError(.cannotWrite, "no folder", file: folder + "/none/a.npy") {
                try writeNPY([1] as [Float], shape: [1], to: folder + "/none/a.npy")
            }
        }
    }

    @Test(.launches, .enabled(if: Python.isAvailable))
    func numPyReadsIt() throws {
        try withTemporaryFolder { folder in
            try writeNPY([0, 1, 255, 3] as [UInt8], shape: [4], to: folder + "/a.npy")
            try writeNPY([0.5, -1, 0x1p100, .nan], shape: [2, 1, 2], to: folder + "/b.npy")
            let text = try Python.run(
                script: """
                    import sys, numpy as np
                    for name in "ab":
                        a = np.load(sys.argv[1] + f"/{name}.npy")
                        print(a.dtype.str, a.shape, a.flags.c_contiguous, a.ravel().tolist())
                    """, folder)
            #expect(
                text == """
                    |u1 (4,) True [0, 1, 255, 3]
                    <f4 (2, 1, 2) True [0.5, -1.0, 1.2676506002282294e+30, nan]
                    """)
        }
    }
}
