import Store

/// A row of the route table: method, pattern, handler.
struct Route: Sendable {
  typealias Handler = @Sendable (API, Request, _ parameter: String) async throws -> Response

  var method: String
  /// Segments of the path below `/api/v1`; `*` stands for the parameter. As the last one it takes all the rest, because a
  /// mail address may hold a slash.
  var pattern: [String]
  var handler: Handler

  init(_ method: String, _ pattern: String, _ handler: @escaping Handler) {
    self.method = method
    self.pattern = pattern.split(separator: "/").map(String.init)
    self.handler = handler
  }

  /// The parameter ("" when the pattern has none) if the path is of this pattern.
  func match(_ segments: [String]) -> String? {
    var parameter = ""
    for (index, expected) in pattern.enumerated() {
      guard index < segments.count else { return nil }
      if expected == "*" {
        if index == pattern.count - 1 { return segments[index...].joined(separator: "/") }
        parameter = segments[index]
      } else if expected != segments[index] {
        return nil
      }
    }
    return segments.count == pattern.count ? parameter : nil
  }
}

extension API {
  /// Answers a request; never throws, every error is an answer.
  public func respond(_ request: Request) async -> Response {
    let segments = request.path.split(separator: "/").map(String.init)
    guard segments.starts(with: ["api", "v1"]) else { return Response(.notFound("page \(request.path)")) }
    let rest = Array(segments.dropFirst(2))
    let candidates = Self.routes.compactMap { route in route.match(rest).map { (route, $0) } }
    guard let (route, parameter) = candidates.first(where: { $0.0.method == request.method }) else {
      guard !candidates.isEmpty else { return Response(.notFound("page \(request.path)")) }
      let allowed = Set(candidates.map(\.0.method)).sorted().joined(separator: ", ")
      let problem = Problem(
        status: 405, code: "method_not_allowed", message: "\(request.path) takes \(allowed), not \(request.method)")
      return Response(problem, fields: ["Allow": allowed])
    }
    do {
      try request.refuseUnknownNames()
      return try await route.handler(self, request, parameter)
    } catch let problem as Problem {
      return Response(problem)
    } catch let refusal as AccessRefusal {
      return Response(Problem(refusal))
    } catch let error as StoreError {
      return Response(Problem(error))
    } catch {
      return Response(Problem(status: 500, code: "internal", message: "\(error)"))
    }
  }

  /// Fixed words stand before patterns with a parameter at the same place.
  static let routes: [Route] =
    systemRoutes + applyRoutes + accessRoutes + accountRoutes + dkimRoutes + placeRoutes + keyRoutes + messageRoutes
    + complianceRoutes + statisticsRoutes + sequenceRoutes + enrollmentRoutes + taskRoutes + campaignRoutes
    + creditRoutes + contactRoutes + segmentRoutes + templateRoutes + inboxRoutes + suppressionRoutes + eventRoutes
    + submissionRoutes
}

extension Problem {
  /// What the store's refusals mean over HTTP.
  init(_ error: StoreError) {
    switch error {
    case .rejected(let reason): self.init(status: 409, code: "conflict", message: reason)
    case .full: self.init(status: 507, code: "disk_full", message: error.description)
    case .unavailable, .commitFailed: self.init(status: 503, code: "unavailable", message: error.description)
    default: self.init(status: 500, code: "store", message: error.description)
    }
  }
}
