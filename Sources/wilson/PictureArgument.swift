import ArgumentParser

/// Checks that the name of a picture, where there is one, says what it will be.
func checkPicture(_ path: String?, option: String) throws {
    guard let path, !path.hasSuffix(".png") else { return }
    throw ValidationError("--\(option) is `\(path)`; its name must end in .png")
}
