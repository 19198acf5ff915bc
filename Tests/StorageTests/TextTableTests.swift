import Storage
import TestSupport
import Testing

@Suite struct TextTableTests {
    private func open(_ text: String) throws -> ArrayFile {
        try withTemporaryFolder { folder in
            try AtomicFile.write(Array(text.utf8), to: folder + "/data.csv")
            return try ArrayFile(path: folder + "/data.csv")
        }
    }

    private func rows(_ file: ArrayFile) throws -> [[Float]] {
        try (0..<file.cases).map { index in
            var floats = [Float](repeating: -99, count: file.caseElements)
            var span = floats.mutableSpan
            try file.copyFloats(case: index, into: &span)
            return floats
        }
    }

    /// One table in the ways in which programs write it.
    @Test(arguments: [
        "1,2,3\n4,5,6\n", "1,2,3\r\n4,5,6\r\n", "1,2,3\r4,5,6", "\u{FEFF}1,2,3\n4,5,6",
        "1\t2\t3\n4\t5\t6\n", "1;2;3\n4;5;6\n", "1 2 3\n4 5 6\n", "  1   2 3\n 4  5  6 \n",
        "a,b,c\n1,2,3\n4,5,6\n", "\"a\",\"b, or so\",\"c\"\n\"1\",2,3\n4,5,6\n",
        "# columns\n1.0,2.0,3.0\n\n4.0,5.0,6.0\n\n", "1e0,2,3\n+4,5.,06\n",
        // pandas with and without an index, R's write.csv and write.table.
        "0,1,2\n1,2,3\n4,5,6\n", ",0,1,2\n0,1,2,3\n1,4,5,6\n",
        "\"\",\"V1\",\"V2\",\"V3\"\n\"1\",1,2,3\n\"2\",4,5,6\n",
        "\"V1\" \"V2\" \"V3\"\n\"1\" 1 2 3\n\"2\" 4 5 6\n",
    ])
    func readsATable(text: String) throws {
        let file = try open(text)
        #expect(file.format == .text && file.elementType == .uint8 && file.shape == [2, 3])
        #expect(try rows(file) == [[1, 2, 3], [4, 5, 6]])
    }

    @Test func readsNumbersOfAnyNotation() throws {
        let file = try open("x,y\n0.1,-2.5e-3\n1e10,123456789012345678\n.5,-0\ninf,1E2\n")
        #expect(file.elementType == .float64)
        #expect(
            try rows(file) == [
                [0.1, -2.5e-3], [1e10, 123_456_790_519_087_104], [0.5, 0], [.infinity, 100],
            ])
        #expect(try rows(open("TRUE,false\nTrue,True\n")) == [[1, 0], [1, 1]])
        // Past the digits that one division rounds rightly.
        #expect(try rows(open("a\n0.1234567890123456789\n")) == [[Float(0.1234567890123456789)]])
    }

    @Test func tellsWhatItLeftOut() throws {
        #expect(try open("1,2,3\n4,5,6\n").notes.isEmpty)
        #expect(
            try open(",a,b\n7,1,2\n9,3,4\n").notes == [
                "its first column has no name, and is left out"
            ])
        #expect(try open("0,1,2\n1,2,3\n").notes.count == 1)
        for text in [
            "s,a,b\nx,1,2\ny,3,4\n", "x,1,2\ny,3,4\n", "x 1 2\ny 3 4\n",
            "2020-01-31,1,2\n2020-02-01,3,4\n",
        ] {
            let file = try open(text)
            #expect(try rows(file) == [[1, 2], [3, 4]])
            let name = text.hasPrefix("s") ? " (s)" : ""
            #expect(file.notes == ["its first column\(name) names the rows, and is left out"])
        }
        let counted = try open("id,a\n7,1\n8,1\n9,0\n10,1\n11,0\n")
        #expect(counted.shape == [5, 2] && counted.notes.count == 1)
        #expect(counted.notes[0].hasPrefix("its first column (id) counts the rows and is kept"))
        // Two numbers are more likely a case.
        #expect(try open("0,1\n1,2\n").shape == [2, 2])
    }

    @Test(arguments: [
        ("a,b\n1,2\n3,\n", "line 3, column 2 (b) has no value"),
        ("a,b\n1,NA\n", "line 2, column 2 (b) has no value but `NA`"),
        ("1,2\n3,nan\n", "line 2, column 2 has no value but `nan`"),
        ("a,b\n1,x1\n", "line 2, column 2 (b) holds `x1`; expected a number"),
        ("a,b\n\n# more\n1,2\n1,2,3\n", "line 5 has 3 cells, but the lines before it have 2"),
        (
            "a,b,c\n1,2,m\n",
            "line 2, column 3 (c) holds `m`; expected a number. Write words as numbers"
        ),
        ("sex,b\nm,2\nf,1\nm,5\n", "line 4, column 1 holds `m` again; words in the first column"),
        ("a,b\nx,y\n1,2\n", "line 2, column 1 (a) holds `x`; expected a number"),
        (
            "a;b\n0,5;2\n0,7;3\n",
            "line 2, column 1 (a) holds `0,5`; expected a number with a decimal"
        ),
        ("a,b\n5%,2\n6%,3\n", "line 2, column 1 (a) holds `5%`; expected a number"),
        ("a1,b\n", "names columns, but holds no case"),
        ("# 1\n", "holds no line with a number"),
        ("{\"a\": 1}\n{\"a\": 2}\n", "is JSON, as it seems"),
        ("[[1, 2], [3, 4]]\n", "is JSON, as it seems"),
        ("a;b\n0,5;1,25\n", "holds `0,5`; expected a number with a decimal point"),
    ])
    func refusesWhatIsNoTable(text: String, words: String) {
        expectStorageError(.badFile, words) { _ = try open(text) }
    }
}
