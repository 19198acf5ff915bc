import Storage
import Testing

@testable import Instruments

@Suite struct PriceSeriesTests {
    private func read(_ text: String, column: String? = nil) throws(StorageError) -> PriceSeries {
        try PriceSeries(Array(text.utf8), path: "prices.csv", column: column)
    }

    private func rows(_ count: Int = 40) -> String {
        (0..<count).map { "\($0),\(10 + $0 % 7)\n" }.joined()
    }

    @Test func numbersWithAndWithoutAHeader() throws {
        for text in [rows(), "time,price\n" + rows(), "\u{FEFF}time,price\r\n" + rows()] {
            let series = try read(text)
            #expect(series.times == (0..<40).map { Double($0) } && !series.areDates)
            #expect(series.prices[8] == 11)
        }
    }

    @Test func datesAndColumns() throws {
        let text =
            "Date,Open,Close\n"
            + (1...30).map { "2000-04-\($0 < 10 ? "0" : "")\($0),\($0),\(2 * $0)\n" }.joined()
        #expect(try read(text, column: "Close").prices.last == 60)
        #expect { try read(text) } throws: { "\($0)".contains("(Open, Close)") }
        let series = try read(text, column: "Open")
        #expect(series.prices.last == 30 && series.areDates && series.times[0] == 91)
    }

    /// Days there and back, over leap years and centuries.
    @Test func daysAndDates() {
        for (date, days) in [
            ("2000-01-01", 0.0), ("2000-02-29", 59), ("2000-12-31", 365), ("2001-01-01", 366),
            ("1999-12-31", -1), ("1970-01-01", -10957), ("2100-03-01", 36584),
        ] {
            #expect(PriceSeries.days(date) == days, "\(date)")
            #expect(PriceSeries.date(days) == date)
        }
        #expect(PriceSeries.days("2000-13-01") == nil && PriceSeries.days("3.5") == nil)
    }

    @Test(arguments: [
        ("", "holds no line"), ("1\n2\n", "has one column"),
        ("1,2\n2,3\n", "at least 30"), ("1,2\n1,3\n", "line 2: its time 1 is not after"),
        ("1,2\n2,-3\n", "line 2: its price is `-3`"), ("1,2\nx,3\n", "line 2: its time is `x`"),
        ("a,b\n1,x\n", "line 2: its price is `x`"), ("1,2\n2\n", "line 2: has 1 cells"),
    ])
    func faults(text: String, message: String) {
        #expect { try read(text) } throws: { "\($0)".contains(message) }
    }

    @Test func otherFaults() {
        #expect { try read(rows(), column: "Close") } throws: { "\($0)".contains("no column") }
        #expect {
            try read("a,b\n" + rows(), column: "c")
        } throws: {
            "\($0)".contains("its names are: b")
        }
        let equal = (0..<40).map { "\($0),5\n" }.joined()
        #expect { try read(equal) } throws: { "\($0)".contains("one price only") }
        #expect {
            try PriceSeries([0xFF, 0xFE], path: "p", column: nil)
        } throws: {
            "\($0)".contains("UTF-8")
        }
    }
}
