import Storage
import TestSupport
import Testing

/// The bytes of a file with any header text.
func safetensors(_ header: String, _ data: [UInt8] = []) -> [UInt8] {
    let count = header.utf8.count
    return (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } + Array(header.utf8) + data
}

private let sample = SafetensorsFile(
    metadata: ["format": "wilson-1", "text": "a: \"b\"\n\t\u{B}ü😀\\", "": ""],
    tensors: [
        "layers.0.weights": Tensor(floats: (0..<12).map { Float($0) / 7 }, shape: [3, 4]),
        "layers.0.hidden_bias": Tensor(floats: [1, 2, 3, 4], shape: [4]),
        "layers.0.chains": Tensor(bytes: [1, 0, 1], shape: [3, 1]),
        "a scalar": Tensor(elementType: .f64, shape: [], bytes: [1, 2, 3, 4, 5, 6, 7, 8]),
        "empty": Tensor(floats: [], shape: [0, 5]),
        "ü": Tensor(elementType: .f16, shape: [1], bytes: [0, 0x3C]),
    ])

private let badFiles: [([UInt8], String)] = [
    ([], "has 0 bytes"),
    ([1, 0, 0], "has 3 bytes"),
    (Array(repeating: 0xFF, count: 8), "claims a header of 18446744073709551615 bytes"),
    ([0x80, 0x96, 0x98, 0, 0, 0, 0, 0, 0x7B], "claims a header of 10000000 bytes"),
    (safetensors(""), "does not begin with '{'"),
    (safetensors(" {}"), "does not begin with '{'"),
    (safetensors("[]"), "does not begin with '{'"),
    (safetensors("{}\n"), "its header should have nothing but spaces at byte 2"),
    (safetensors("{}", [0]), "need 0 bytes of data; 1 are there"),
]

private let badHeaders: [(String, String)] = [
    (#"{"a":1}"#, "should have '{'"),
    (#"{"__metadata__":{"a":1}}"#, "should have '\"'"),
    (#"{"__metadata__":{"a":"1","a":"2"}}"#, "there already"),
    (#"{"__metadata__":{},"__metadata__":{}}"#, "there already"),
    (#"{"__metadata__":[]}"#, "should have '{'"),
    (#"{"a":{}}"#, "lacks one of"),
    (#"{"a":{"dtype":"U8","shape":[4]}}"#, "lacks one of"),
    (#"{"a":{"dtype":"U8","dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#, "there already"),
    (#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4],"x":[]}}"#, "value of dtype"),
    (#"{"a":{"dtype":"X9","shape":[4],"data_offsets":[0,4]}}"#, "dtype 'X9'"),
    (#"{"a":{"dtype":"u8","shape":[4],"data_offsets":[0,4]}}"#, "dtype 'u8'"),
    (#"{"a":{"dtype":"U8","shape":[-4],"data_offsets":[0,4]}}"#, "a whole number"),
    (#"{"a":{"dtype":"U8","shape":[4.0],"data_offsets":[0,4]}}"#, "should have ']'"),
    (#"{"a":{"dtype":"U8","shape":4,"data_offsets":[0,4]}}"#, "should have '['"),
    (#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0]}}"#, "a beginning and an end"),
    (#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,2,4]}}"#, "a beginning and an end"),
    (#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[4,0]}}"#, "a beginning and an end"),
    (#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,5]}}"#, "5 bytes; its dtype U8"),
    (#"{"a":{"dtype":"U8","shape":[5],"data_offsets":[0,5]}}"#, "need 5 bytes of data; 4 are"),
    (#"{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}"#, "need 3 bytes of data; 4 are"),
    (#"{"a":{"dtype":"U8","shape":[3],"data_offsets":[1,4]}}"#, "begins at byte 1 of the data"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, "need 8"),
    (#"{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,1]}}"#, "countable number"),
    (
        #"{"a":{"dtype":"F64","shape":[4611686018427387904,4],"data_offsets":[0,4]}}"#,
        "countable number"
    ),
    (
        #"{"a":{"dtype":"U8","shape":[99999999999999999999],"data_offsets":[0,4]}}"#,
        "below 2⁶³"
    ),
    (
        #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"#
            + #""b":{"dtype":"U8","shape":[3],"data_offsets":[1,4]}}"#, "expected 2, where"
    ),
    (
        #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"#
            + #""b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}"#, "expected 1, where"
    ),
    (
        #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"#
            + #""b":{"dtype":"U8","shape":[0],"data_offsets":[2,2]}}"#, "expected 4, where"
    ),
    (
        #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"#
            + #""\u0061":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}"#, "there already"
    ),
    (#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},}"#, "should have '\"'"),
    (#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}"#, "should have '}'"),
    (#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}x"#, "nothing but spaces"),
]

@Suite struct SafetensorsFileTests {
    private func decode(_ bytes: [UInt8]) throws -> SafetensorsFile {
        try SafetensorsFile(bytes: bytes, name: "x.safetensors")
    }

    @Test func writesTheseBytes() {
        let file = SafetensorsFile(
            metadata: ["b": "2", "a": "1"], tensors: ["t": Tensor(floats: [1], shape: [1])])
        // The checksums are those of Python: zlib.crc32(b"\0\0\x80\x3f") and of the text
        // [{"a":"1","b":"2"},{"t":["F32",[1]]}].
        let header =
            #"{"__metadata__":{"a":"1","b":"2","crc32.metadata":"14b511eb","crc32.t":"aca16a6a"},"#
            + #""t":{"data_offsets":[0,4],"dtype":"F32","shape":[1]}}"#
        #expect(file.encoded() == safetensors(header, [0, 0, 0x80, 0x3F]))
    }

    @Test func readsBackWhatItWrote() throws {
        try withTemporaryFolder { folder in
            try sample.write(to: folder + "/a")
            #expect(try SafetensorsFile(path: folder + "/a") == sample)
            #expect(try readBytes(of: folder + "/a") == sample.encoded())
            #expect(try decode(sample.encoded()) == sample)
            #expect(try Folder.list(folder) == ["a"])
        }
    }

    @Test func dataAreAligned() {
        let bytes = sample.encoded()
        let length = Int(bytes[0]) + Int(bytes[1]) << 8
        #expect(length % 8 == 0)
        // The widest element first, although its name is not the last.
        #expect(bytes[8 + length..<16 + length] == [1, 2, 3, 4, 5, 6, 7, 8])
    }

    @Test func equalContentsAreEqualBytes() {
        var other = SafetensorsFile(metadata: [:], tensors: [:])
        for (key, value) in sample.metadata.sorted(by: { $0 > $1 }) { other.metadata[key] = value }
        for (name, tensor) in sample.tensors.sorted(by: { $0.key > $1.key }) {
            other.tensors[name] = tensor
        }
        #expect(other.encoded() == sample.encoded())
    }

    @Test func everyFlippedBitIsFound() {
        let good = sample.encoded()
        var bytes = good
        for index in bytes.indices {
            for bit in 0..<8 {
                bytes[index] ^= 1 << bit
                #expect(throws: StorageError.self, "byte \(index), bit \(bit)") {
                    try decode(bytes)
                }
                bytes[index] = good[index]
            }
        }
    }

    @Test func everyCutIsFound() {
        let good = sample.encoded()
        for count in good.indices {
            #expect(throws: StorageError.self, "\(count) bytes") {
                try decode(Array(good.prefix(count)))
            }
        }
        #expect(throws: StorageError.self) { try decode(good + [0]) }
    }

    @Test func namesTheDamagedTensor() {
        var bytes = sample.encoded()
        bytes[bytes.count - 1] ^= 0x40
        expectStorageError(.badFile, "tensor 'layers.0.chains' has checksum", "expected") {
            _ = try decode(bytes)
        }
    }

    @Test func acceptsFilesWithoutChecksums() throws {
        let header =
            #"{ "b":{"dtype":"U8","shape":[2],"data_offsets":[4,6]},"#
            + #""a":{"shape":[1,1],"dtype":"F32","data_offsets":[0,4]} }   "#
        let file = try decode(safetensors(header, [0, 0, 0x80, 0x3F, 8, 9]))
        #expect(file.metadata == [:])
        #expect(file.tensors["a"]?.floats() == [1])
        #expect(file.tensors["b"] == Tensor(bytes: [8, 9], shape: [2]))
        #expect(try decode(safetensors("{}")) == SafetensorsFile(metadata: [:], tensors: [:]))
        let notes = try decode(safetensors(#"{"__metadata__":{"a":"b"}}"#))
        #expect(notes.metadata == ["a": "b"])
    }

    @Test func oneChecksumMakesAllNecessary() {
        let tensor = #""t":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}"#
        for key in ["crc32.metadata", "crc32.t", "crc32.other"] {
            let header = #"{"__metadata__":{"\#(key)":"00000000"},\#(tensor)}"#
            expectStorageError(.badFile, "is missing, or does not belong") {
                _ = try decode(safetensors(header))
            }
        }
    }

    /// A changed tensor under the old checksums: how the header is spelled tells who changed it.
    @Test func tellsAnotherProgramFromDamage() throws {
        let file = SafetensorsFile(
            metadata: ["note": "x"], tensors: ["a": Tensor(bytes: [1, 2, 3], shape: [3])])
        let bytes = file.encoded()
        #expect(try decode(bytes) == file)
        let damaged = Array(bytes.dropLast()) + [9]
        expectStorageError(.badFile, "The file is damaged") { _ = try decode(damaged) }
        let header = String(decoding: bytes[8..<(bytes.count - 3)], as: UTF8.self)
        let respelled = "{ " + header.dropFirst()
        #expect(try decode(safetensors(respelled, [1, 2, 3])) == file)
        expectStorageError(.badFile, "Another program wrote this file", "`crc32.`") {
            _ = try decode(safetensors(respelled, [9, 2, 3]))
        }
        // A tensor more, or other metadata.
        let more = #"{"b":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"# + header.dropFirst()
        let other = "{ " + header.dropFirst().replacing(#""note":"x""#, with: #""note":"y""#)
        for header in [more, other] {
            expectStorageError(.badFile, "Another program wrote this file") {
                _ = try decode(safetensors(header, [1, 2, 3]))
            }
        }
        expectStorageError(.badFile, "The file is damaged") {
            let flipped = header.replacing(#""note":"x""#, with: #""note":"y""#)
            _ = try decode(safetensors(flipped, [1, 2, 3]))
        }
    }

    @Test func refusesWhatIsNoFile() throws {
        try withTemporaryFolder { folder in
            expectStorageError(.badFile, "No such file", file: folder + "/none") {
                _ = try SafetensorsFile(path: folder + "/none")
            }
            expectStorageError(.badFile, "is a folder", file: folder) {
                _ = try SafetensorsFile(path: folder)
            }
            expectStorageError(.cannotWrite, "is a folder", file: folder) {
                try sample.write(to: folder)
            }
        }
    }

    @Test(arguments: badFiles)
    func refusesBadFiles(bytes: [UInt8], words: String) {
        expectStorageError(.badFile, words, file: "x.safetensors") { _ = try decode(bytes) }
    }

    @Test(arguments: badHeaders)
    func refusesBadHeaders(header: String, words: String) {
        expectStorageError(.badFile, "no valid safetensors file", words) {
            _ = try decode(safetensors(header, [1, 2, 3, 4]))
        }
    }

    @Test(.launches, .enabled(if: Python.isAvailable))
    func readsWhatPythonWrites() throws {
        try withTemporaryFolder { folder in
            _ = try Python.run(
                script: """
                    import sys, numpy as np
                    from safetensors.numpy import save_file
                    save_file({"w": np.arange(6, dtype="f4").reshape(2, 3), "c": np.ones(3, "u1"),
                               "flags": np.array([True, False]), "n": np.array([1], "i8")},
                              sys.argv[1] + "/a", metadata={"zwölf": "a\\n\\x0b\\"b"})
                    """, folder)
            let file = try SafetensorsFile(path: folder + "/a")
            #expect(file.metadata == ["zwölf": "a\n\u{B}\"b"])
            #expect(file.tensors.count == 4)
            #expect(file.tensors["w"] == Tensor(floats: [0, 1, 2, 3, 4, 5], shape: [2, 3]))
            #expect(file.tensors["c"] == Tensor(bytes: [1, 1, 1], shape: [3]))
            #expect(file.tensors["flags"]?.elementType == .bool)
            #expect(file.tensors["n"]?.bytes == [1, 0, 0, 0, 0, 0, 0, 0])
        }
    }

    @Test(.launches, .enabled(if: Python.isAvailable))
    func pythonReadsItAndFindsTheChecksumsRight() throws {
        try withTemporaryFolder { folder in
            try sample.write(to: folder + "/a")
            let text = try Python.run(
                script: """
                    import json, sys, zlib
                    from safetensors import safe_open
                    with safe_open(sys.argv[1] + "/a", "np") as f:
                        metadata = f.metadata()
                        sums = {k[6:]: metadata.pop(k) for k in list(metadata) if k[:6] == "crc32."}
                        tensors = {}
                        for name in f.keys():
                            a = f.get_tensor(name)
                            tensors[name] = [f.get_slice(name).get_dtype(), list(a.shape)]
                            assert sums.pop(name) == f"{zlib.crc32(a.tobytes()):08x}", name
                        text = json.dumps([metadata, tensors], sort_keys=True, separators=(",", ":"),
                                          ensure_ascii=False)
                        assert sums == {"metadata": f"{zlib.crc32(text.encode()):08x}"}, sums
                        print(metadata["text"] == 'a: "b"\\n\\t\\x0bü😀\\\\')
                        print(f.get_tensor("layers.0.hidden_bias").tolist(), len(tensors))
                    """, folder)
            #expect(text == "True\n[1.0, 2.0, 3.0, 4.0] 6")
        }
    }
}
