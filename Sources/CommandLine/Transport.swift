import Host

/// Sends a request to the daemon behind a Unix socket.
func sendToDaemon(_ socket: String, _ request: DaemonRequest) throws(Failure) -> DaemonReply {
  let query = request.query.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
  let body = request.method == "GET" ? nil : request.body
  do {
    let reply = try LocalHTTPClient(socketPath: socket).request(
      request.method, request.path, query: query, body: body, timeoutMilliseconds: request.patienceMilliseconds)
    return DaemonReply(status: reply.status, body: reply.body)
  } catch {
    switch error.kind {
    case .permission:
      throw Failure(ExitCode.permission, "postern: \(error)")
    default: throw .unreachable("\(error)")
    }
  }
}
