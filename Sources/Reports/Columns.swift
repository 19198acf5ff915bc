/// Text at the right end of a column.
public func pad(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(1, width - text.count)) + text
}

/// Text at the left end of a column.
public func padRight(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
}

/// A name and what belongs to it, aligned.
public func row(_ name: String, _ value: String) -> String { "  " + padRight(name, 24) + value }
