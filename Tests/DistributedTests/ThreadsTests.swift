import Testing

@testable import Ranks

@Suite struct ThreadsTests {
    @Test(arguments: [
        ("1", 1), ("1,1", 1), (" 1", 1), ("4 ", 4), (" 8 , 2", 8), ("0", nil), ("-1", nil),
        ("", nil),
        ("two", nil), (",2", nil),
    ])
    func theFirstNumberOfAListCounts(text: String, expected: Int?) {
        #expect(threads(inList: text) == expected)
    }
}
