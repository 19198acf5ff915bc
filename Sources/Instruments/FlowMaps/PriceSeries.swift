import Foundation
import Ranks
import Storage

/// A series of times and prices from a CSV file.
struct PriceSeries {
    let times: [Double]
    let prices: [Double]
    /// The first column as the file has it.
    let labels: [String]
    /// Whether times are dates, counted in days from 2000-01-01.
    let areDates: Bool

    /// Reads times from the first column and prices from the other, or from a named one.
    ///
    /// Times are numbers, or dates as 1999-12-31. A first line without a number in the second column names
    /// the columns.
    ///
    /// Throws `badFile`, which names the line.
    init(_ bytes: [UInt8], path: String, column: String?) throws(StorageError) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw StorageError(.badFile, path, "is not text in UTF-8.")
        }
        var rows: [(line: Int, cells: [String])] = []
        for (number, line) in text.replacing("\u{FEFF}", with: "")
            .split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
        {
            let cells = line.split(separator: ",", omittingEmptySubsequences: false)
                .map { $0.trimmingCharacters(in: .whitespaces) }
                .map { $0.trimmingCharacters(in: ["\""]) }
            guard !line.allSatisfy(\.isWhitespace), !line.hasPrefix("#") else { continue }
            rows.append((number + 1, cells))
        }
        guard let first = rows.first else {
            throw StorageError(.badFile, path, "holds no line; expected times and prices.")
        }
        guard first.cells.count >= 2 else {
            throw StorageError(
                .badFile, path,
                "has one column; expected a time and a price on each line, with a comma between.")
        }
        var place = 1
        let isHeader = Double(first.cells[place]) == nil
        if let column {
            guard isHeader, let found = first.cells.firstIndex(of: column), found > 0 else {
                let names = isHeader ? first.cells.dropFirst().joined(separator: ", ") : "none"
                throw StorageError(
                    .badFile, path,
                    "has no column `\(column)` beside the times; its names are: \(names).")
            }
            place = found
        } else if first.cells.count > 2 {
            let names = isHeader ? first.cells.dropFirst().joined(separator: ", ") : "without names"
            throw StorageError(
                .badFile, path,
                "has \(first.cells.count - 1) columns beside the times (\(names)); name the one of the "
                    + "prices by --column, or leave one.")
        }
        var (times, prices, labels) = ([Double](), [Double](), [String]())
        var areDates = false
        for (line, cells) in isHeader ? Array(rows.dropFirst()) : rows {
            func fault(_ problem: String) -> StorageError {
                StorageError(.badFile, path, "line \(line): \(problem)")
            }
            guard cells.count > place else {
                throw fault("has \(cells.count) cells; expected \(place + 1).")
            }
            guard let price = Double(cells[place]), price.isFinite, price > 0 else {
                throw fault("its price is `\(cells[place])`; expected a number above 0.")
            }
            let day = Self.days(cells[0])
            guard let time = day ?? Double(cells[0]), time.isFinite else {
                throw fault(
                    "its time is `\(cells[0])`; expected a number, or a date as 1999-12-31.")
            }
            areDates = day != nil
            if let last = times.last, time <= last {
                throw fault("its time \(cells[0]) is not after that of the line before.")
            }
            times.append(time)
            prices.append(price)
            labels.append(cells[0])
        }
        guard times.count >= Self.least else {
            throw StorageError(
                .badFile, path,
                "has \(times.count) prices; seven parameters ask for at least \(Self.least).")
        }
        guard prices.contains(where: { $0 != prices[0] }) else {
            throw StorageError(.badFile, path, "has one price only; expected one that changes.")
        }
        self.times = times
        self.prices = prices
        self.labels = labels
        self.areDates = areDates
    }

    /// The fewest prices of a fit.
    static let least = 30

    /// The days from 2000-01-01 to a date, by the proleptic Gregorian calendar; nil for other text.
    static func days(_ text: String) -> Double? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 3, let year = parts[0], let month = parts[1], let day = parts[2],
            (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        return Double(dayNumber(year, month, day) - dayNumber(2000, 1, 1))
    }

    /// The date of a number of days from 2000-01-01.
    static func date(_ days: Double) -> String {
        // The search goes over years, which is fast enough. A formula would be easier to get wrong.
        let number = dayNumber(2000, 1, 1) + Int(days.rounded(.down))
        var year = 2000 + Int(days / 366)
        while dayNumber(year + 1, 1, 1) <= number { year += 1 }
        while dayNumber(year, 1, 1) > number { year -= 1 }
        var month = 12
        while dayNumber(year, month, 1) > number { month -= 1 }
        return String(
            format: "%04d-%02d-%02d", year, month, number - dayNumber(year, month, 1) + 1)
    }

    /// Counts the days before a date; years begin in March, so that a leap day is the last.
    private static func dayNumber(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month > 2 ? year : year - 1
        let index = (month + 9) % 12
        return 365 * shifted + shifted / 4 - shifted / 100 + shifted / 400
            + (306 * index + 5) / 10 + day - 1
    }
}
