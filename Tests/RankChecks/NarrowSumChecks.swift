import Ranks

/// Sums integers of many sizes narrowly in messages, beside the plain sum.
func checkNarrowSums(_ world: borrowing Communicator) throws {
    // Five whole pieces of half a million values, and a part of one.
    let (piece, pieces) = (1 << 19, 5)
    let count = piece * pieces + 1000
    var values = [Int32](repeating: 0, count: count)
    for i in values.indices { values[i] = Int32((i &* 7919 &+ world.rank &* 104_729) % 199) - 99 }
    // Magnitudes that add up over ranks to the most that fits, in the first piece all positive, in
    // the second all negative; one more in the third; signs that cancel in the fourth, far beyond.
    let share = Int32(
        Ranks.share(of: 32767, rank: world.rank, size: world.size).count)
    values[5] = share
    values[piece + 6] = -share
    values[2 * piece + 7] = share + (world.rank == world.size - 1 ? 1 : 0)
    values[3 * piece + 8] = world.rank % 2 == 0 ? 1 << 28 : -(1 << 28)
    values[count - 1] = world.rank == 0 ? .min : 0

    var plain = values
    try world.sum(&plain)
    let before = world.exchange.bytes
    try world.sumNarrowly(&values, 0..<count)
    let bytes = world.exchange.bytes - before
    try expect(values == plain, "the sums differ on rank \(world.rank)")
    guard world.size > 1 else { return }
    try expect(values[5] == 32767 && values[piece + 6] == -32767, "\(values[5])")
    // Pieces 0, 1 and 4 fit; an Int64 for each piece decides.
    let narrow = 3 * piece
    try expect(bytes == narrow * 2 + (plain.count - narrow) * 4 + (pieces + 1) * 8, "\(bytes)")

    var none: [Int32] = []
    try world.sumNarrowly(&none, 0..<0)
    // What is outside of the range stays as it is.
    var some: [Int32] = [1, 2, 3, 4]
    try world.sumNarrowly(&some, 1..<3)
    try expect(some == [1, 2 * Int32(world.size), 3 * Int32(world.size), 4], "\(some)")
    try world.sum(&some, 0..<1)
    try expect(some[0] == Int32(world.size) && some[3] == 4, "\(some)")
}
