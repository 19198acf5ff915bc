import Foundation
import Storage
import TestSupport
import Testing

/// Data that cannot be used are refused by name with code 65, before anything is written.
@Suite(.launches) struct BadDataTests {
    private static let pixels = SmallRun.bits(cases: 40, units: 9).map { $0 * 255 }
    private static let npy = Bytes.npy("(40, 3, 3)", data: SmallRun.bits(cases: 40, units: 9))
    private static let idx = Bytes.idx([40, 3, 3], data: pixels)
    private static let gzip = Bytes.gzip(idx)

    private static func changed(_ bytes: [UInt8], at place: Int) -> [UInt8] {
        var bytes = bytes
        bytes[place < 0 ? bytes.count + place : place] ^= 1
        return bytes
    }

    /// 20 cases of nine numbers, one of them bad.
    private static func numbers(with bad: Float) -> [UInt8] {
        var values = (0..<180).map { Float($0 % 10) / 10 }
        values[7 * 9 + 3] = bad
        return Bytes.npy("(20, 9)", "<f4", data: Bytes.floats(values))
    }

    static let files = [
        // Cut off, too long, not what it says.
        BadFile(name: "empty.npy", bytes: [], words: ["is empty"]),
        BadFile(name: "text.npy", bytes: Array("some text\n".utf8), words: ["NPY"]),
        BadFile(name: "magic.npy", bytes: Array(npy.prefix(8)), words: ["ends inside"]),
        BadFile(name: "header.npy", bytes: Array(npy.prefix(20)), words: ["ends inside"]),
        BadFile(name: "short.npy", bytes: npy.dropLast(5), words: ["holds 483 bytes", "488"]),
        BadFile(name: "long.npy", bytes: npy + [0], words: ["holds 489 bytes", "488"]),
        BadFile(name: "version.npy", bytes: changed(npy, at: 7), words: ["version 1.1"]),
        BadFile(name: "header.idx", bytes: Array(idx.prefix(9)), words: ["ends inside"]),
        BadFile(name: "short.idx", bytes: idx.dropLast(), words: ["holds 375 bytes", "376"]),
        BadFile(name: "long.idx", bytes: idx + [0], words: ["holds 377 bytes", "376"]),
        BadFile(
            name: "type.idx", bytes: Bytes.idx([40, 9], type: 7, data: pixels),
            words: ["unknown type, code 7"]),
        BadFile(name: "short.idx.gz", bytes: gzip.dropLast(9), words: ["cut off"]),
        BadFile(name: "sum.idx.gz", bytes: changed(gzip, at: -8), words: ["damaged"]),
        BadFile(name: "bits.idx.gz", bytes: changed(gzip, at: 100), words: ["damaged"]),
        BadFile(name: "tail.idx.gz", bytes: gzip + [1, 2, 3], words: ["3 bytes"]),
        BadFile(
            name: "inner.idx.gz", bytes: Bytes.gzip(idx.dropLast()), words: ["holds 375 bytes"]),
        // More than there is, more than there can be.
        BadFile(
            name: "claims.npy", bytes: Bytes.npy("(1000000, 28, 28)", data: [1]),
            words: ["holds 129 bytes", "784000128"]),
        BadFile(
            name: "claims.idx", bytes: Bytes.idx([60000, 28, 28], data: [1]),
            words: ["holds 17 bytes", "47040016"]),
        BadFile(
            name: "claims.idx.gz", bytes: Bytes.gzip(Bytes.idx([60000, 28, 28], data: [1])),
            words: ["47040016"]),
        BadFile(
            name: "overflow.npy", bytes: Bytes.npy("(4294967296, 4294967296, 16)", data: [1]),
            words: ["more bytes than any file"]),
        BadFile(
            name: "digits.npy", bytes: Bytes.npy("(99999999999999999999999, 2)", data: [1]),
            words: ["99999999999999999999999"]),
        BadFile(
            name: "negative.npy", bytes: Bytes.npy("(-1, 2)", data: [1, 1]),
            words: ["cannot be understood"]),
        BadFile(
            name: "overflow.idx",
            bytes: Bytes.idx([.max, .max, .max, .max], data: [1]),
            words: ["more bytes than any file"]),
        // Kinds of arrays that cannot be data.
        BadFile(name: "number.npy", bytes: Bytes.npy("()", data: [1]), words: ["single number"]),
        BadFile(
            name: "objects.npy", bytes: Bytes.npy("(2, 2)", "|O", data: [0]), words: ["Python"]),
        BadFile(
            name: "complex.npy",
            bytes: Bytes.npy("(2, 2)", "<c8", data: Array(repeating: 0, count: 32)),
            words: ["'<c8'", "expected bool, integers"]),
        BadFile(
            name: "wide.npy",
            bytes: Bytes.npy("(2, 1)", "<i4", data: [0, 0, 0, 0, 232, 3, 0, 0]),
            words: ["int32 of 0 to 1000", "data.maximum"]),
        // Tables and archives.
        BadFile(
            name: "gap.csv", bytes: Array("a,b\n1,0\n1,\n".utf8),
            words: ["line 3, column 2 (b) has no value"]),
        BadFile(
            name: "words.csv", bytes: Array("a,b\n1,zero\n".utf8), words: ["holds `zero`"]),
        BadFile(
            name: "archive.npz", bytes: Array("PK\u{3}\u{4}".utf8), words: ["damaged zip archive"]),
        BadFile(
            name: "none.npy", bytes: Bytes.npy("(0, 3, 3)", data: []), words: ["holds no cases"]),
        BadFile(
            name: "none.idx", bytes: Bytes.idx([0, 28, 28], data: []), words: ["holds no cases"]),
        BadFile(name: "narrow.npy", bytes: Bytes.npy("(5, 0)", data: []), words: ["[5, 0]"]),
        // Values outside their kind.
        BadFile(name: "nan.npy", bytes: numbers(with: .nan), words: ["case 7", "not a number"]),
        BadFile(
            name: "infinite.npy", bytes: numbers(with: -.infinity),
            settings: ["data.values=grey"], words: ["case 7", "infinite"]),
        BadFile(
            name: "nan-bits.npy", bytes: numbers(with: .nan),
            settings: ["data.binarize=threshold"], words: ["case 7", "not a number"]),
        BadFile(name: "real.npy", bytes: numbers(with: 0), words: ["values: grey"]),
        BadFile(
            name: "above.npy", bytes: numbers(with: 1.5), settings: ["data.values=grey"],
            words: ["case 7 holds 1.5", "[0, 1]"]),
        BadFile(
            name: "below.npy", bytes: numbers(with: -0.25), settings: ["data.binarize=sample"],
            words: ["case 7 holds -0.25", "[0, 1]"]),
        BadFile(
            name: "bits.npy", bytes: numbers(with: 0), settings: ["data.values=bits"],
            words: ["values other than 0 and 1"]),
        BadFile(
            name: "spins.npy", bytes: numbers(with: -1), settings: ["data.values=spins"],
            words: ["values other than −1 and +1"]),
        BadFile(
            name: "pixels.idx", bytes: idx, settings: ["data.values=bits"],
            words: ["values other than 0 and 1", "binarize: threshold"]),
        BadFile(
            name: "signs.npy", bytes: Bytes.npy("(2, 2)", "|i1", data: [1, 255, 1, 1]),
            settings: ["data.values=bits"], words: ["values other than 0 and 1"]),
    ]

    @Test(arguments: files) func aBadFileIsRefused(fault: BadFile) throws {
        try refuse(fault, ranks: nil)
    }

    /// Faults that one rank alone might find, and those of all.
    @Test(
        arguments: files.filter {
            ["nan.npy", "above.npy", "short.npy", "claims.idx", "sum.idx.gz", "none.npy"]
                .contains($0.name)
        }) func twoRanksRefuseABadFileOnce(fault: BadFile) throws
    {
        try refuse(fault, ranks: 2)
    }

    private func refuse(_ fault: BadFile, ranks: Int?) throws {
        let small = try SmallRun()
        let file = try small.write(fault.bytes, to: fault.name)
        let run = try small.train(["data.train=\(file)"] + fault.settings, ranks: ranks)
        run.expectFault(65, [file] + fault.words)
        #expect(!small.has("run"), "\(small.names("run"))")
    }

    @Test func whatIsNoFileIsRefused() throws {
        let small = try SmallRun()
        try small.train(["data.train=\(small.folder.file("missing.npy"))"])
            .expectFault(65, "missing.npy", "cannot be opened")
        try small.train(["data.train=\(small.folder.path)"]).expectFault(65, "is a folder")
        let pipe = small.folder.file("pipe.npy")
        let made = unsafe mkfifo(pipe, 0o600)
        #expect(made == 0)
        try small.train(["data.train=\(pipe)"]).expectFault(65, "pipe.npy", "is a pipe")
        #expect(!small.has("run"))
    }

    @Test func heldOutDataMustBeLikeTheTrainingData() throws {
        let small = try SmallRun()
        let wide = small.folder.file("wide.npy")
        try writeNPY(SmallRun.bits(cases: 5, units: 12), shape: [5, 4, 3], to: wide)
        for ranks in [nil, 2] {
            try small.train(["data.held-out=\(wide)"], ranks: ranks)
                .expectFault(65, wide, "[4, 3]", "[3, 3]")
        }
        let grey = small.folder.file("grey.npy")
        try writeNPY(Self.pixels, shape: [40, 3, 3], to: grey)
        try small.train(["data.held-out=\(grey)"]).expectFault(65, grey, "grey", "bits")
        try small.train(["data.held-out=\(small.folder.file("missing"))"])
            .expectFault(65, "missing", "cannot be opened")
        #expect(!small.has("run"))
    }

    @Test func dataThatChangedAreNotGoneOnWith() throws {
        let small = try SmallRun()
        #expect(try small.train(options: ["--stop-after-steps", "6"]).status == 75)
        let before = small.names("run")
        try writeNPY(SmallRun.bits(cases: 40, units: 12), shape: [40, 4, 3], to: small.data)
        for ranks in [nil, 2] {
            try small.train(ranks: ranks)
                .expectFault(65, "step-0000000006", "does not fit the data", "12")
        }
        try writeNPY(SmallRun.bits(cases: 3, units: 9), shape: [3, 3, 3], to: small.data)
        try small.train().expectFault(65, "step-0000000006", "step 6", "2 steps")
        #expect(small.names("run") == before)
    }

    /// Empty slices are no fault.
    @Test(arguments: [(3, 4), (1, 3)])
    func fewerCasesThanRanksTrain(cases: Int, ranks: Int) throws {
        let small = try SmallRun()
        try writeNPY(SmallRun.bits(cases: cases, units: 9), shape: [cases, 3, 3], to: small.data)
        let settings = ["training.batch=2", "training.algorithm=pcd"]
        for (output, ranks) in [("alone", nil), ("many", ranks)] {
            let run = try small.train(settings, output: output, ranks: ranks)
            #expect(run.status == 0, "\(run.words)")
        }
        #expect(
            try small.folder.bytes("alone/model.safetensors")
                == small.folder.bytes("many/model.safetensors"))
    }
}
