/// An expression of a template with its filters, and where it stands.
struct TemplateExpression: Sendable, Equatable {
  /// What the filters begin with.
  indirect enum Operand: Sendable, Equatable {
    case literal(TemplateValue)
    /// `contact.first_name`, `items[0]`: the first word and what is taken from it.
    case path([Step])
    /// `(1..5)`.
    case range(Operand, Operand)
    /// `empty` and `blank`, which only comparisons know.
    case empty, blank

    /// More numbers of a range than a mail could need would only hold its rendering up.
    static let mostNumbers = 10_000

    static let tooManyNumbers = "a range has at most 10,000 numbers"

    /// Whether a range from the first number to the last has more than it may.
    static func isTooLong(_ first: Int64, _ last: Int64) -> Bool {
      let (distance, overflow) = last.subtractingReportingOverflow(first)
      return first <= last && (overflow || distance >= mostNumbers)
    }

    /// `contact.first_name`, for messages; nil for what is no variable.
    var path: String? {
      guard case .path(let steps) = self else { return nil }
      return TemplateExpression.written(steps)
    }
  }

  /// One step of a path.
  enum Step: Sendable, Equatable {
    case name(String)
    case index(Operand)
  }

  /// `| name: a, b`.
  struct Filter: Sendable, Equatable {
    var name: String
    var arguments: [Operand]
    var place: TemplatePlace
  }

  var operand: Operand
  var filters: [Filter]
  var place: TemplatePlace

  /// `contact.first_name`, for messages; nil for what is no variable.
  var path: String? { operand.path }

  /// What stands in the place of an empty value: what its last `default` says.
  var fallback: Operand? { filters.last { $0.name == "default" }?.arguments.first }

  static func written(_ steps: [Step]) -> String {
    var text = ""
    for step in steps {
      switch step {
      case .name(let name): text += text.isEmpty ? name : ".\(name)"
      case .index(.literal(let value)): text += "[\(value.written)]"
      case .index: text += "[…]"
      }
    }
    return text
  }
}

/// What `if`, `unless` and `when` ask.
indirect enum TemplateCondition: Sendable, Equatable {
  enum Comparison: String, Sendable, Equatable, CaseIterable {
    case equal = "==", unequal = "!=", alsoUnequal = "<>", lessOrEqual = "<=", greaterOrEqual = ">=", less = "<",
      greater = ">", contains
  }

  case isTrue(TemplateExpression.Operand, TemplatePlace)
  case compare(TemplateExpression.Operand, Comparison, TemplateExpression.Operand, TemplatePlace)
  case and(TemplateCondition, TemplateCondition)
  case or(TemplateCondition, TemplateCondition)
  /// What `unless` asks.
  case not(TemplateCondition)
}
