import CommandLine
import Daemon
import Glibc

// Everything is a call: closures written here would belong to the main actor.
let code = runPostern(Swift.CommandLine.arguments, serve: serve)
fflush(nil)
// Not exit(): libraries' handlers would run while threads of theirs may still be ending.
_exit(code)
