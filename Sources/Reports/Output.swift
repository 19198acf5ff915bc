public import Storage

/// Where the results of a command go: standard output.
public enum Output {
    /// Shows a report: its table, or one JSON object on one line.
    ///
    /// Throws `cannotWrite`.
    public static func show(_ report: some Report, asJSON: Bool = false) throws(StorageError) {
        try show(asJSON ? printableJSON(jsonText(report)) : report.table.description)
    }

    /// Shows a text, in which no character is a command to the terminal, and ends its last line.
    ///
    /// Throws `cannotWrite`.
    public static func show(_ text: String) throws(StorageError) {
        let text = printable(text)
        try StandardStream.output.write(text.hasSuffix("\n") ? text : text + "\n")
    }
}
