import Foundation

/// A file of cases beside the tests.
func caseFile(_ name: String) -> URL {
  URL(filePath: #filePath).deletingLastPathComponent().appending(path: name)
}

/// The lines of a file of cases, without empty ones and those that begin with `#`; none when it cannot be read, which its
/// test counts.
func caseLines(_ name: String) -> [String] {
  let text = (try? String(contentsOf: caseFile(name), encoding: .utf8)) ?? ""
  return text.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") }
}
