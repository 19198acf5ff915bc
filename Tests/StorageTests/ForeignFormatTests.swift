import Storage
import TestSupport
import Testing

/// Files of formats that are not read are called by their names, with what to do.
@Suite struct ForeignFormatTests {
    struct Stranger: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
        let words: [String]

        init(_ words: String..., bytes: [UInt8]) {
            testDescription = words[0]
            self.words = words
            self.bytes = bytes
        }

        init(_ words: String..., text: String) {
            testDescription = words[0]
            self.words = words
            bytes = Array(text.utf8)
        }
    }

    private static func wide(_ text: String, bigEndian: Bool = false) -> [UInt8] {
        text.utf16.flatMap { unit in
            let bytes = [UInt8(unit & 255), UInt8(unit >> 8)]
            return bigEndian ? bytes.reversed() : bytes
        }
    }

    private static let zeros = [UInt8](repeating: 0, count: 300)

    static let strangers = [
        // Text.
        Stranger("UTF-16,", "iconv -f UTF-16 ", bytes: wide("\u{FEFF}1,2\n3,4\n")),
        Stranger("UTF-16,", "iconv", bytes: wide("\u{FEFF}1,2\n3,4\n", bigEndian: true)),
        Stranger("UTF-16LE", "iconv -f UTF-16LE", bytes: wide("a,b\n3,4\n")),
        Stranger("UTF-16BE", "iconv -f UTF-16BE", bytes: wide("a,b\n3,4\n", bigEndian: true)),
        Stranger("UTF-32", "iconv", bytes: [0xFF, 0xFE, 0, 0, 49, 0, 0, 0]),
        Stranger("web page", "Download", text: "\u{FEFF}<!DOCTYPE html>\n<title>404</title>"),
        Stranger("web page", text: "\n<HTML>\n<h1>1</h1>"),
        Stranger("XML", text: "<?xml version=\"1.0\"?>\n<a>1</a>\n"),
        Stranger(
            "Git LFS", "git lfs pull",
            text: "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 1\n"),
        Stranger("VCF", "plink", text: "##fileformat=VCFv4.2\n#CHROM\tPOS\n1\t5\n"),
        Stranger("Matrix Market", "mmread", text: "%%MatrixMarket matrix array real\n1 1\n1\n"),
        Stranger("ARFF", "@data", text: "@RELATION x\n@data\n1\n"),
        Stranger("FASTA", "categorical-units.md", text: ">seq1\nMKV-LA\n"),
        Stranger("LIBSVM", "load_svmlight_file", text: "1 1:0.5 3:0.25\n-1 2:0.5\n"),
        Stranger("JSON", "numpy.save", text: " {\"a\": 1}\n"),
        Stranger("text without a number", text: "data: {train: a}\n"),
        // Tables and arrays of other programs.
        Stranger("HDF5", "h5py", bytes: [0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10] + zeros),
        Stranger("MATLAB 7.3", "HDF5", bytes: Array("MATLAB 7.3 MAT-file".utf8) + zeros),
        Stranger("of MATLAB;", "loadmat", bytes: Array("MATLAB 5.0 MAT-file".utf8) + zeros),
        Stranger("NetCDF", bytes: [0x43, 0x44, 0x46, 1] + zeros),
        Stranger("Parquet", "read_parquet", bytes: Array("PAR1".utf8) + zeros),
        Stranger("Feather", "read_feather", bytes: Array("ARROW1".utf8) + zeros),
        Stranger("R object", "write.csv", bytes: [0x58, 10, 0, 0, 0, 3] + zeros),
        Stranger("pickle", "numpy.save", bytes: [0x80, 4, 0x95] + zeros),
        Stranger("Stata", bytes: Array("<stata_dta>".utf8) + zeros),
        Stranger("SPSS", bytes: Array("$FL2".utf8) + zeros),
        Stranger("SAS", bytes: Array(zeros.prefix(12)) + [0xC2, 0xEA, 0x81, 0x60] + zeros),
        Stranger("FITS", bytes: Array("SIMPLE  = T".utf8) + zeros),
        Stranger("SQLite", "sqlite3 -csv", bytes: Array("SQLite format 3".utf8) + zeros),
        Stranger("PLINK", "--recode A", bytes: [0x6C, 0x1B, 1] + zeros),
        Stranger(
            "old Excel", "CSV", bytes: [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1] + zeros),
        Stranger("safetensors", bytes: [40, 0, 0, 0, 0, 0, 0, 0, 0x7B, 0x22] + zeros),
        // Packed, and pictures.
        Stranger("bzip2", "bunzip2", bytes: Array("BZh9".utf8) + zeros),
        Stranger("by xz", "unxz", bytes: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0] + zeros),
        Stranger("zstd", "unzstd", bytes: [0x28, 0xB5, 0x2F, 0xFD] + zeros),
        Stranger(
            "tar;", "tar xf",
            bytes: Array("a".utf8) + zeros.prefix(256) + Array("ustar".utf8) + zeros),
        Stranger("JPEG", "mogrify", bytes: [0xFF, 0xD8, 0xFF, 0xE0] + zeros),
        Stranger("TIFF", "mogrify", bytes: [0x49, 0x49, 0x2A, 0] + zeros),
        Stranger("single PNG", "the folder", bytes: [0x89, 0x50, 0x4E, 0x47, 13] + zeros),
        Stranger("bytes de ad be ef", "numpy.fromfile", bytes: [0xDE, 0xAD, 0xBE, 0xEF] + zeros),
    ]

    private func open(_ bytes: [UInt8]) throws {
        try withTemporaryFolder { folder in
            try AtomicFile.write(bytes, to: folder + "/data")
            _ = try ArrayFile(path: folder + "/data")
        }
    }

    @Test(arguments: strangers) func isNamed(_ stranger: Stranger) throws {
        for bytes in [stranger.bytes, gzip(stranger.bytes)] {
            do {
                try open(bytes)
                Issue.record("no error")
            } catch let error as StorageError {
                for word in stranger.words + ["expected IDX, NPY or CSV"] {
                    #expect(error.problem.contains(word), "\(error.problem)")
                }
                #expect(
                    error.problem.contains("compressed by gzip, and decompressed")
                        == (bytes != stranger.bytes))
            }
        }
    }

    /// A column may have the name with which another format begins.
    @Test(arguments: ["BMI", "CDF", "ORC", "P5", "PAR1", "RDA", "GIF8", "X", "Rar!", "7z", "II*"])
    func columnsMayHaveSuchNames(name: String) throws {
        try open(Array("\(name),b\n1,2\n3,4\n".utf8))
        try open(Array("\(name)\n1\n3\n".utf8))
    }

    /// An array whose values look like the sign of another format remains an array.
    @Test func valuesMayLookLikeSigns() throws {
        let header: [UInt8] = [0, 0, 8, 2, 0, 0, 0, 20, 0, 0, 0, 20]
        var elements = [UInt8](repeating: 7, count: 400)
        for (place, text) in [(257 - 12, "ustar"), (0, "\u{7B}\u{22}")] {
            for (i, byte) in text.utf8.enumerated() { elements[place + i] = byte }
        }
        try open(header + elements)
    }
}
