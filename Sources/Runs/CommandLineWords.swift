import Storage

/// The words of the command line, the program's name first.
///
/// Bytes that are no UTF-8 are kept, so that every file can be named.
public func commandLineWords() -> [String] { NativeName.commandLine }
