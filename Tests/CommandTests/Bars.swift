import Storage
import TestSupport

/// Bars of 0 and 1 in fields of 6×6, and whether they lie or stand.
func writeBars(_ count: Int, to data: String, classes: String) throws {
    var values: [Float] = []
    var labels: [UInt8] = []
    for number in 0..<count {
        let (place, lies) = (number * 5 % 6, number % 2 == 0)
        labels.append(lies ? 1 : 0)
        for row in 0..<6 {
            for column in 0..<6 {
                let isOn = lies ? row == place : column == place
                let isFlipped = (number * 7 + row * 11 + column * 5) % 23 == 0
                values.append(isOn != isFlipped ? 1 : 0)
            }
        }
    }
    try writeNPY(values, shape: [count, 6, 6], to: data)
    try writeNPY(labels, shape: [count], to: classes)
}
