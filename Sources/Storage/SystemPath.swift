import SystemPackage

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Returns the path as the operating system takes it: a leading `~/` becomes the home folder.
///
/// A shell does the same, but neither inside a configuration nor behind `--option=`. A file whose name
/// begins with the sign is `./~…`.
func systemPath(_ path: String) -> String {
    guard path == "~" || path.hasPrefix("~/"), let home = unsafe getenv("HOME"),
        case let folder = unsafe String(cString: home), !folder.isEmpty
    else { return path }
    return folder + path.dropFirst()
}
