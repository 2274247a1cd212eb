/// A part of a read template.
indirect enum TemplateNode: Sendable, Equatable {
  case text(String)
  case output(TemplateExpression)
  /// `if` and `unless`: the first branch that holds.
  case branches([TemplateBranch])
  /// `case`: what is looked at, and each `when`.
  case cases(TemplateExpression, [TemplateWhen])
  case loop(TemplateLoop)
  case assign(String, TemplateExpression)
  case capture(String, [TemplateNode])
  case render(TemplateCall)
  case leaveLoop
  case nextTurn
}

/// `{% elsif … %}` and what belongs to it; without a condition it is `else`.
struct TemplateBranch: Sendable, Equatable {
  var condition: TemplateCondition?
  var body: [TemplateNode]
}

/// `{% when a, b %}` and what belongs to it; without values it is `else`.
struct TemplateWhen: Sendable, Equatable {
  var values: [TemplateExpression.Operand]?
  var body: [TemplateNode]
}

/// `{% for item in list limit: 3 offset: 1 reversed %} … {% else %} … {% endfor %}`.
struct TemplateLoop: Sendable, Equatable {
  var variable: String
  var list: TemplateExpression.Operand
  var limit: TemplateExpression.Operand?
  var offset: TemplateExpression.Operand?
  var isReversed = false
  var body: [TemplateNode] = []
  var otherwise: [TemplateNode] = []
  var place: TemplatePlace
}

/// `{% render 'snippet', name: value %}`.
struct TemplateCall: Sendable, Equatable {
  struct Argument: Sendable, Equatable {
    var name: String
    var value: TemplateExpression.Operand
  }

  var snippet: String
  var arguments: [Argument]
  var place: TemplatePlace
}
