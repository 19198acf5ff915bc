import RandomStreams

/// Turns the fields of some rows of units into the means of their levels, in place.
func activate(_ law: any UnitLaw, columns: Int, rows: Range<Int>, _ fields: inout [Float]) {
    var span = fields.mutableSpan
    span.inBlocks(of: rows, columns: columns) { _, x in law.levels(fields: &x) }
}

/// Draws the states of units from the means of their levels.
///
/// - Parameters:
///   - levels: Shape `[…, columns]`; only `rows` are drawn.
///   - one: The byte of the level 1.
///   - firstRow: The global number of the first row drawn. The numbers of the rows name their
///     random numbers.
///   - states: Shape `[…, bytes of a row]`, written from row `target` on.
///   - slice: Which columns of a row these are; nil for all.
///   - unit: The columns of a unit.
func sample(
    _ law: any UnitLaw, _ levels: [Float], rows: Range<Int>, columns: Int, bytes: Int, one: UInt8,
    stream: RandomStream, firstRow: Int, into states: inout [UInt8], at target: Int,
    slice: HiddenSlice? = nil, unit: Int = 1
) {
    let part = slice.flatMap {
        $0.isWhole ? nil : ($0.columns.lowerBound / unit)..<($0.columns.upperBound / unit)
    }
    var states = states.mutableSpan
    states.inBlocks(of: target..<(target + rows.count), columns: bytes) { block, states in
        for number in block {
            let row = number - target
            let levels = levels.span.extracting(rowRange(rows.lowerBound + row, of: columns))
            states.withRow(number - block.lowerBound, of: bytes) {
                guard let part else {
                    return law.draw(levels, row: firstRow + row, from: stream, one: one, into: &$0)
                }
                draw(
                    law, levels, row: firstRow + row, units: part, of: unit, stream, one, into: &$0)
            }
        }
    }
}

/// Draws some units of a row, each of so many columns, from the means of their levels.
private func draw(
    _ law: any UnitLaw, _ levels: Span<Float>, row: Int, units: Range<Int>, of columns: Int,
    _ stream: RandomStream, _ one: UInt8, into states: inout MutableSpan<UInt8>
) {
    guard !units.isEmpty else { return }
    // Words are made in groups, and units of several columns may begin within one.
    let first = units.lowerBound / HiddenSlice.group * HiddenSlice.group
    stream.forEachPart(ofRow: row, units: first..<units.upperBound) { part, words in
        let used = max(part.lowerBound, units.lowerBound)..<part.upperBound
        let own = used.offset(by: -units.lowerBound)
        let place = (own.lowerBound * columns)..<(own.upperBound * columns)
        let words = words.extracting(used.offset(by: -part.lowerBound))
        states.withRange(place) {
            law.draw(levels.extracting(place), words, one: one, into: &$0)
        }
    }
}
