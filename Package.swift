// swift-tools-version: 6.2
import Foundation
import PackageDescription

// Imports point down this list only (DESIGN.md, "The house"): a target may name as a dependency what stands after it.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  // An async function runs where its caller does. Without it each call asks the runtime which executor is meant, which was a
  // tenth of what a mail cost the intake.
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
]

func room(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func system(_ name: String, _ package: String, _ debian: String) -> Target {
  .systemLibrary(name: name, pkgConfig: package, providers: [.apt([debian])])
}

func tests(of name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: [.init(stringLiteral: name)] + dependencies, exclude: exclude,
    swiftSettings: strict)
}

var targets: [Target] = [
  .executableTarget(name: "postern", dependencies: ["CommandLine", "Daemon"], swiftSettings: strict),
  room("CommandLine", ["Daemon", "Intake", "Host", "Outreach", "Sorting", "SMTP", "MailText", "Configuration"]),
  room(
    "Daemon", ["Intake", "Relay", "Poller", "Sequencer", "Access", "Web", "Store", "Host", "Outreach", "Configuration"]),
  room("Intake", ["Store", "Host", "Outreach", "SMTP", "MailText", "Configuration"]),
  room("Relay", ["Store", "Host", "Outreach", "Delivery", "SMTP", "MailText", "Configuration"]),
  room("Poller", ["Store", "Host", "Outreach", "Delivery", "Sorting", "IMAP", "MailText", "Configuration"]),
  room("Sequencer", ["Store", "Host", "Outreach", "Configuration"]),
  room("Access", ["Store", "Host", "Delivery", "Configuration"]),
  room("Web", ["Store", "Host", "Delivery", "Outreach", "Sorting", "MailText", "Configuration", "CMicrohttpd"]),
  room("Store", ["Host", "Outreach", "Delivery", "Sorting", "MailText", "Configuration", "CSQLite"]),
  room("Host", ["CAres", "CCurl", "COpenSSL", "CArgon2", "CZlib", "CLinux"]),
  room("Outreach", ["Delivery", "Sorting", "MailText", "Configuration"]),
  room("Delivery", ["MailText"]),
  room("Sorting", ["MailText"]),
  room("SMTP", ["MailText"]),
  room("IMAP", ["MailText"]),
  room("MailText", ["CLinux"]),
  room("Configuration", ["CTOML"]),
  system("CCurl", "libcurl", "libcurl4-openssl-dev"),
  system("COpenSSL", "openssl", "libssl-dev"),
  system("CSQLite", "sqlite3", "libsqlite3-dev"),
  system("CPostgres", "libpq", "libpq-dev"),
  system("CAres", "libcares", "libc-ares-dev"),
  system("CMicrohttpd", "libmicrohttpd", "libmicrohttpd-dev"),
  system("CArgon2", "libargon2", "libargon2-dev"),
  system("CZlib", "zlib", "zlib1g-dev"),
  .systemLibrary(name: "CLinux"),
  .target(name: "CTOML", cxxSettings: [.unsafeFlags(["-Werror"])]),
  tests(of: "MailText"), tests(of: "SMTP", ["MailText"]), tests(of: "IMAP"),
  tests(of: "Sorting", ["MailText"], exclude: ["makers", "refusals.txt", "wishes.txt", "Layouts"]),
  tests(of: "Delivery"), tests(of: "Outreach", ["Delivery", "MailText", "Configuration"]),
  tests(of: "Configuration", exclude: ["Bad"]), tests(of: "Host"),
  tests(of: "Store", ["Delivery", "Outreach", "Configuration"]),
  tests(of: "Relay", ["Store", "Host", "Delivery", "Outreach", "Configuration"]),
  tests(of: "Poller", ["Store", "Host", "Delivery", "Outreach", "IMAP", "Configuration", "CSQLite"]),
  tests(of: "Access", ["Store", "Host", "Delivery", "Configuration"]),
  tests(of: "Intake", ["Store", "Host", "Outreach", "SMTP", "MailText", "Configuration"]),
  tests(of: "Web", ["Store", "Host", "Delivery", "Outreach", "Configuration"]),
  tests(of: "CommandLine", ["Configuration", "MailText"]),
]

// libFuzzer brings its own main, so the fuzzers are built only by scripts/fuzz, which sets this.
if ProcessInfo.processInfo.environment["POSTERN_FUZZ"] != nil {
  func fuzzer(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
      name: "Fuzz" + name, dependencies: ["FuzzDriver"] + dependencies, path: "Tests/Fuzz/Fuzz" + name,
      exclude: ["seeds"], swiftSettings: strict)
  }
  targets += [
    .target(name: "FuzzDriver", path: "Tests/Fuzz/FuzzDriver", swiftSettings: strict),
    fuzzer("Framer", ["SMTP"]), fuzzer("Commands", ["SMTP"]), fuzzer("Address", ["SMTP", "MailText"]),
    fuzzer("Config", ["Configuration"]), fuzzer("IMAP", ["IMAP"]), fuzzer("MIME", ["MailText", "Sorting"]),
    fuzzer("JSON", ["Outreach", "Configuration"]),
  ]
}

let package = Package(
  name: "postern",
  products: [.executable(name: "postern", targets: ["postern"])],
  targets: targets,
  cxxLanguageStandard: .cxx17
)
