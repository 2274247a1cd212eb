import CommandLine
import Daemon

/// What the verb `serve` does: the daemon in the foreground, until a signal.
@Sendable func serve(_ configurationFile: String) -> Int32 {
  Daemon.run(configurationFile: configurationFile, version: posternVersion)
}
