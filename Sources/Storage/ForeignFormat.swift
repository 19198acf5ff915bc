/// A format that people keep data in and that Wilson does not read, told by its first bytes.
struct ForeignFormat {
    /// What such a file is, after a verb: `an HDF5 file`.
    let name: String
    /// What to do with it, in a sentence.
    let remedy: String

    /// Says what a file is, what was expected, and what to do.
    var problem: String { "is \(name); \(ArrayFile.expected). \(remedy)" }

    /// Recognizes the first bytes of a file that is no array and no table; nil for all others.
    init?(_ prefix: [UInt8]) {
        let sign = Self.signs.first { $0.begins(prefix) }
        guard let found = Self.wideText(prefix) ?? ForeignFormat(text: prefix) ?? sign?.format
        else { return nil }
        self = found
    }

    private init(_ name: String, _ remedy: String) {
        self.name = name
        self.remedy = remedy
    }

    /// Recognizes the names of the members of a zip archive that holds no arrays; nil for no member.
    init?(zipMembers names: [String]) {
        guard let first = names.first else { return nil }
        func have(_ text: String) -> Bool { names.contains { $0.hasPrefix(text) } }
        let ending = first.split(separator: ".").last.map { $0.lowercased() } ?? ""
        if have("xl/") || have("[Content_Types].xml") || have("mimetype") {
            self.init("a spreadsheet or another office document", "Export the sheet as CSV.")
        } else if names.contains(where: { $0.hasSuffix("/data.pkl") }) {
            self.init(
                "a file of PyTorch",
                "Write the tensor as NPY, in Python: numpy.save(\"data.npy\", torch.load(FILE).numpy())."
            )
        } else if ["csv", "tsv", "txt", "png", "gz", "idx"].contains(ending) {
            self.init(
                "a zip archive of other files, such as \(first.prefix(60))",
                "Take them out first, by unzip, and name one of them, or the folder of pictures.")
        } else {
            self.init(
                "a zip archive without arrays; its first file is \(first.prefix(60))",
                "Write the array with numpy.savez, or take the data out by unzip.")
        }
    }

    // MARK: Text

    /// Recognizes text of two or four bytes a character.
    private static func wideText(_ prefix: [UInt8]) -> ForeignFormat? {
        var name: String?
        if prefix.starts(with: [0xFF, 0xFE, 0, 0]) || prefix.starts(with: [0, 0, 0xFE, 0xFF]) {
            name = "UTF-32"
        } else if prefix.starts(with: [0xFF, 0xFE]) || prefix.starts(with: [0xFE, 0xFF]) {
            name = "UTF-16"
        } else {
            // Without a mark at the beginning every other byte of plain text is zero.
            let pairs = prefix.prefix(256).count / 2
            for (zero, order) in [(1, "LE"), (0, "BE")] {
                let isWide = (0..<pairs).allSatisfy {
                    prefix[2 * $0 + zero] == 0 && isTextByte(prefix[2 * $0 + 1 - zero])
                }
                if pairs >= 4, isWide { name = "UTF-16" + order }
            }
        }
        return name.map {
            ForeignFormat(
                "text in \($0), two or four bytes for a character",
                "Convert it: iconv -f \($0) -t UTF-8 FILE > data.csv.")
        }
    }

    /// Recognizes text that may have numbers, but is no table of them; nil for all others.
    ///
    /// A column may be named `BMI` or `P5`: the signs of binary files say nothing of text.
    init?(text prefix: [UInt8]) {
        guard let found = Self.text(prefix) else { return nil }
        self = found
    }

    private static func text(_ prefix: [UInt8]) -> ForeignFormat? {
        guard prefix.allSatisfy(isTextByte) else { return nil }
        let start = prefix.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        let text = String(decoding: prefix.dropFirst(start).prefix(4096), as: UTF8.self)
        let line = String(
            text.drop(while: \.isWhitespace).prefix { !$0.isNewline })
        let small = line.lowercased()
        if small.hasPrefix("{") || small.hasPrefix("[") {
            return ForeignFormat("JSON, as it seems", "Write the array with numpy.save.")
        }
        if small.hasPrefix("<!doctype") || small.hasPrefix("<html") {
            return ForeignFormat(
                "a web page", "Download the file itself; a link may show a page about it.")
        }
        if small.hasPrefix("<?xml") {
            return ForeignFormat("XML", "Write the numbers as CSV.")
        }
        if small.hasPrefix("version https://git-lfs") {
            return ForeignFormat(
                "the stand-in for a file that Git LFS keeps elsewhere",
                "Fetch the file: git lfs pull.")
        }
        if small.hasPrefix("##fileformat=vcf") { return ForeignFormat("a VCF file", genotypes) }
        if small.hasPrefix("%%matrixmarket") {
            return ForeignFormat(
                "a matrix in Matrix Market's format",
                "Write it as NPY, in Python: numpy.save(\"data.npy\", scipy.io.mmread(FILE)), after "
                    + ".toarray() where it is sparse.")
        }
        if small.hasPrefix("@relation") {
            return ForeignFormat(
                "an ARFF file of Weka",
                "Take the lines after @data as CSV, and write words as numbers.")
        }
        if small.hasPrefix(">") {
            return ForeignFormat(
                "FASTA, as it seems",
                "Write the aligned sequences as a table: a sequence on each line, its letters numbered "
                    + "from 0. Categorical units take them, see docs/categorical-units.md.")
        }
        let words = line.split(separator: " ")
        let areSparse = words.dropFirst().allSatisfy { word in
            let pair = word.split(separator: ":", omittingEmptySubsequences: false)
            return pair.count == 2 && Int(pair[0]) != nil && Double(pair[1]) != nil
        }
        if words.count > 1, Double(words[0]) != nil, areSparse {
            return ForeignFormat(
                "text of LIBSVM, index:value",
                "Write it as NPY, in Python: numpy.save(\"data.npy\", "
                    + "sklearn.datasets.load_svmlight_file(FILE)[0].toarray()).")
        }
        return nil
    }

    private static let genotypes =
        "Write the genotypes as a table with `plink --recode A`, and take its columns from the seventh "
        + "on: cut -d ' ' -f 7- . Cells of NA are missing values."

    // MARK: Binary

    /// Bytes at a place, by which a format is known.
    private struct Sign {
        let bytes: [UInt8]
        var place = 0
        let format: ForeignFormat

        func begins(_ prefix: [UInt8]) -> Bool {
            prefix.count >= place + bytes.count && prefix[place...].starts(with: bytes)
        }
    }

    private static func sign(
        _ bytes: [UInt8], at place: Int = 0, _ name: String, _ remedy: String
    ) -> Sign {
        Sign(bytes: bytes, place: place, format: ForeignFormat(name, remedy))
    }

    private static func sign(
        _ text: String, at place: Int = 0, _ name: String, _ remedy: String
    ) -> Sign {
        sign(Array(text.utf8), at: place, name, remedy)
    }

    private static func numpy(_ array: String) -> String {
        "Write the array as NPY, in Python: numpy.save(\"data.npy\", \(array))."
    }

    private static let pictures =
        "A folder of PNG pictures of one size is read: mogrify -format png * in that folder, by "
        + "ImageMagick, makes PNG of others."
    private static let inR =
        "Write the table as CSV, in R: write.csv(x, \"data.csv\", row.names = FALSE)."

    // The signatures are those of the formats' own specifications.
    private static let signs: [Sign] =
        // Pickles of the protocols that name themselves.
        (2...5).map {
            sign(
                [0x80, UInt8($0)], "a Python pickle, which can run any program when it is read",
                "Write the array with numpy.save.")
        } + [
            sign("cnumpy", "a Python pickle", "Write the array with numpy.save."),
            sign(
                "\u{89}HDF\r\n\u{1A}\n".unicodeScalars.map { UInt8($0.value) }, "an HDF5 file",
                numpy("h5py.File(FILE)[NAME][:]")),
            sign(
                "MATLAB 7.3", "a file of MATLAB 7.3, which is HDF5",
                numpy("h5py.File(FILE)[NAME][:].T")),
            sign("MATLAB 5.0", "a file of MATLAB", numpy("scipy.io.loadmat(FILE)[NAME]")),
            sign("CDF", "a NetCDF file", numpy("scipy.io.netcdf_file(FILE).variables[NAME][:]")),
            sign("PAR1", "a Parquet file", numpy("pandas.read_parquet(FILE).to_numpy()")),
            sign(
                "ARROW1", "a Feather file of Arrow", numpy("pandas.read_feather(FILE).to_numpy()")),
            sign("FEA1", "a Feather file", numpy("pandas.read_feather(FILE).to_numpy()")),
            sign("ORC", "an ORC file", numpy("pandas.read_orc(FILE).to_numpy()")),
            sign("<stata_dta>", "a file of Stata", numpy("pandas.read_stata(FILE).to_numpy()")),
            sign("$FL2", "a file of SPSS", numpy("pandas.read_spss(FILE).to_numpy()")),
            sign(
                [0xC2, 0xEA, 0x81, 0x60], at: 12, "a file of SAS",
                numpy("pandas.read_sas(FILE).to_numpy()")),
            sign("X\n\0\0\0", "an R object (.rds)", inR), sign("RDX2\n", "data of R", inR),
            sign("RDX3\n", "data of R", inR), sign("RDA", "data of R", inR),
            sign("SIMPLE  =", "a FITS file", numpy("astropy.io.fits.getdata(FILE)")),
            sign(
                "SQLite format 3", "a database of SQLite",
                "Write the table as CSV: sqlite3 -csv FILE 'select * from NAME' > data.csv."),
            sign([0x6C, 0x1B, 1], "a file of genotypes of PLINK (.bed)", genotypes),
            sign(
                [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1],
                "a spreadsheet of old Excel or another office document",
                "Export the sheet as CSV."),
            sign("%PDF", "a PDF document", "Write the numbers as CSV."),
            sign("BZh", "compressed by bzip2", "Decompress it first: bunzip2 FILE."),
            sign(
                [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "compressed by xz",
                "Decompress it first: unxz FILE."),
            sign(
                [0x28, 0xB5, 0x2F, 0xFD], "compressed by zstd", "Decompress it first: unzstd FILE."),
            sign([4, 0x22, 0x4D, 0x18], "compressed by lz4", "Decompress it first: unlz4 FILE."),
            sign(Inflater.magic, "compressed twice", "Decompress it with gunzip first."),
            sign(
                [0x78, 0x9C], "compressed by zlib, as of joblib, without a name of what it holds",
                "Write the array with numpy.save."),
            sign(
                "7z\u{BC}\u{AF}\u{27}\u{1C}".unicodeScalars.map { UInt8($0.value) }, "a 7z archive",
                "Take the data out of it first."),
            sign("Rar!", "a RAR archive", "Take the data out of it first."),
            sign(
                "ustar", at: 257, "an archive of tar", "Take the data out of it first: tar xf FILE."
            ),
            sign(
                [0x89, 0x50, 0x4E, 0x47], "a single PNG picture",
                "Name the folder that holds the pictures; each picture is a case."),
            sign([0xFF, 0xD8, 0xFF], "a JPEG picture", pictures),
            sign("GIF8", "a GIF picture", pictures), sign("BM", "a BMP picture", pictures),
            sign("II*\0", "a TIFF picture", pictures), sign("MM\0*", "a TIFF picture", pictures),
            sign("WEBP", at: 8, "a WebP picture", pictures),
            sign("P5\n", "a PGM picture", pictures), sign("P6\n", "a PPM picture", pictures),
            sign("P5 ", "a PGM picture", pictures), sign("P6 ", "a PPM picture", pictures),
            sign(
                "{\"", at: 8, "a safetensors file",
                numpy("safetensors.numpy.load_file(FILE)[NAME]")),
        ]
}

/// Whether a byte stands in text: a letter, a space, or the end of a line.
func isTextByte(_ byte: UInt8) -> Bool {
    byte >= 32 && byte != 127 || byte == 9 || byte == 10 || byte == 13
}
