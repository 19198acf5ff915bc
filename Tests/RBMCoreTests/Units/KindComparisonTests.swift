import Foundation
import Testing

/// Nothing outside `RBMCore/Units` compares kinds of units: a new kind would fall through unseen.
@Suite struct KindComparisonTests {
    /// Comparisons, patterns and casts that name a kind.
    private static let comparison =
        #"(==|!=|\bcase|\bis|\bas[?!]?)\s*\.?(gaussian|spin|bernoulli|categorical|Gaussian|Spin|Bernoulli|Categorical)\b"#

    private func comparisons(in text: String) throws -> [String] {
        let expression = try NSRegularExpression(pattern: Self.comparison)
        return text.split(separator: "\n").map(String.init).filter { line in
            guard !line.drop(while: { $0 == " " }).hasPrefix("//") else { return false }
            let range = NSRange(line.startIndex..., in: line)
            return expression.firstMatch(in: line, range: range) != nil
        }
    }

    @Test func noOtherFolderComparesKinds() throws {
        let sources = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Sources")
        let names = try #require(FileManager.default.enumerator(atPath: sources.path()))
            .compactMap { $0 as? String }
            .filter { $0.hasSuffix(".swift") && !$0.hasPrefix("RBMCore/Units/") }
        #expect(names.count > 300)
        for name in names {
            let text = try String(contentsOf: sources.appending(path: name), encoding: .utf8)
            #expect(try comparisons(in: text) == [], "\(name)")
        }
    }

    @Test(arguments: [
        "if rbm.visibleUnits == .gaussian {", "kind != .spin", "        case .bernoulli: 1",
        "if kind is Spin", "guard let q = (kind as? Categorical)?.states",
    ])
    func whatComparesIsFound(line: String) throws {
        #expect(try comparisons(in: line) == [line])
    }
}
