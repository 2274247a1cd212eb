import Configuration

/// Reads one input as the daemon's configuration and as a file for `apply`; traps when a rule that must hold is broken.
func check(_ input: [UInt8]) {
  let text = String(decoding: input, as: UTF8.self)
  if case .failure(let errors) = Configuration.parse(toml: text, file: "fuzz.toml") {
    precondition(!errors.errors.isEmpty, "a failure says why")
    for error in errors.errors {
      precondition(error.description.hasPrefix("fuzz.toml:"), "an error says where: \(error)")
      precondition(!error.description.utf8.contains { $0 < 0x20 }, "an error is one line")
    }
  }
  if case .failure(let errors) = Provision.parse(toml: text, file: "fuzz.toml") {
    precondition(!errors.errors.isEmpty, "a failure says why")
  }
}
