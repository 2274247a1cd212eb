import Configuration
import Foundation

/// Reads and checks a configuration file.
enum ConfigurationFile {
  /// The configuration, or everything that is wrong with it, one line an error.
  static func read(_ path: String) -> Result<Configuration, ConfigurationFileError> {
    let text: String
    do {
      text = try String(contentsOfFile: path, encoding: .utf8)
    } catch {
      let reason =
        FileManager.default.fileExists(atPath: path) ? "it cannot be read as UTF-8 text" : "there is no such file"
      return .failure(ConfigurationFileError(lines: ["\(path): \(reason)"]))
    }
    return Configuration.parse(toml: text, file: path, fileExists: FileManager.default.isReadableFile(atPath:))
      .mapError { ConfigurationFileError(lines: $0.errors.map(\.description)) }
  }
}

/// What is wrong with a configuration file, a line an error.
struct ConfigurationFileError: Error, Equatable {
  var lines: [String]
}
