import Reports
import Testing

struct TableTests {
    @Test func cellsStandBelowEachOther() {
        var table = Table("two machines")
        table.columns("", "energy", .left("unit"))
        table.row("first", "−1.5", "nats")
        table.row("the second", "10.25")
        table.line("done")
        #expect(
            table.lines == [
                "two machines",
                "            energy  unit",
                "first         −1.5  nats",
                "the second   10.25",
                "done",
            ])
        #expect(table.description == table.lines.joined(separator: "\n"))
    }

    @Test func columnsWithoutTitlesHaveNoTitleLine() {
        var table = Table()
        table.columns(.right(width: 4), .left())
        table.row("7", "a")
        table.columns("one", "two")
        table.row("1", "2")
        var all = Table("above")
        all.append(table)
        #expect(all.lines == ["above", "   7  a", "one  two", "1      2"])
    }
}
