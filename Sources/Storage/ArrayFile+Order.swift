extension ArrayFile.Found {
    /// Returns the array with its last index the fastest, copied into memory if it was not so.
    ///
    /// Throws `badFile`, which names `path`.
    func inRowMajorOrder(_ path: String) throws(StorageError) -> Self {
        let (shape, type) = (header.shape, header.elementType)
        // A single index, or none above 0, lies the same way in both orders.
        guard header.isFortranOrder, shape.count(where: { $0 > 1 }) > 1 else { return self }
        let range = header.offset..<header.fileBytes
        let target = try Region(zeros: range.count, for: path)
        let source: Region
        switch contents {
        case .memory(let region): source = region
        case .file(let file):
            source = try Region(zeros: header.fileBytes, for: path)
            try source.withMutableBytes(0..<header.fileBytes) { bytes throws(StorageError) in
                try file.descriptor.read(into: &bytes, at: 0)
            }
        }
        source.withBytes(range) { source in
            target.withMutableBytes(0..<range.count) { target in
                switch type.width {
                case 1: reverseIndices(of: source, shape, UInt8.self, into: &target)
                case 2: reverseIndices(of: source, shape, UInt16.self, into: &target)
                case 4: reverseIndices(of: source, shape, UInt32.self, into: &target)
                default: reverseIndices(of: source, shape, UInt64.self, into: &target)
                }
            }
        }
        return Self(
            header: ArrayHeader(
                header.format, type, shape: shape, isBigEndian: header.isBigEndian),
            contents: .memory(target), notes: notes)
    }
}

/// Copies elements whose first index is the fastest into an order where the last one is.
private func reverseIndices<Element: FixedWidthInteger & BitwiseCopyable>(
    of source: RawSpan, _ shape: [Int], _ type: Element.Type, into target: inout MutableRawSpan
) {
    let width = MemoryLayout<Element>.size
    // A step of an index moves on by all elements of the indices before it.
    let strides = shape.indices.map { shape[..<$0].reduce(1, *) }
    var index = [Int](repeating: 0, count: shape.count)
    var place = 0
    for element in 0..<shape.reduce(1, *) {
        // Every byte pattern is a valid integer.
        let value = unsafe source.unsafeLoadUnaligned(fromByteOffset: place * width, as: type)
        target.storeBytes(of: value, toByteOffset: element * width, as: type)
        var axis = shape.count - 1
        while axis >= 0 {
            index[axis] += 1
            place += strides[axis]
            if index[axis] < shape[axis] { break }
            place -= strides[axis] * shape[axis]
            index[axis] = 0
            axis -= 1
        }
    }
}
