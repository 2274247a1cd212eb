// What the gates report: plain values that the scheduler obeys, `explain` prints and `forecast` counts.

/// The reasons a message may have to wait, in the order they are evaluated (DESIGN.md, "Gates").
public enum GateName: String, Codable, Sendable, CaseIterable {
  /// Schedule and retry time; campaign, sequence and enrollment; step conditions; address and domain.
  case due, running, conditions, suppression
  /// Cooldown and caps of the contact; credits left today; days and hours; an account.
  case contact, credits, window, account
}

/// The numbers of a gate by name, in the order they are to be shown; a list, because they are few and made often.
public struct GateNumbers: Sendable, Equatable, Codable, ExpressibleByDictionaryLiteral {
  /// Name and value.
  public var list: [(name: String, value: Int64)]

  /// Numbers as they are to be shown.
  public init(dictionaryLiteral elements: (String, Int64)...) { list = elements.map { (name: $0.0, value: $0.1) } }

  /// The value of a name.
  public subscript(name: String) -> Int64? { list.first { $0.name == name }?.value }

  /// Same names and values in the same order.
  public static func == (left: GateNumbers, right: GateNumbers) -> Bool {
    left.list.elementsEqual(right.list) { $0.name == $1.name && $0.value == $1.value }
  }

  private struct Field: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  /// A JSON object.
  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Field.self)
    for number in list { try object.encode(number.value, forKey: Field(stringValue: number.name)) }
  }

  /// A JSON object; its order is by name.
  public init(from decoder: any Decoder) throws {
    let object = try decoder.container(keyedBy: Field.self)
    list = try object.allKeys.map { (name: $0.stringValue, value: try object.decode(Int64.self, forKey: $0)) }
      .sorted { $0.name < $1.name }
  }
}

/// One gate, or one check of an account: open, or closed until a time with its reason and numbers.
public struct Gate: Sendable, Equatable, Codable {
  /// A `GateName`, or an `AccountCheck` of the account gate.
  public var name: String
  /// Whether the mail may pass.
  public var isOpen: Bool
  /// When a closed one opens by time alone; nil is when something changes (or it is open).
  public var until: Int64?
  /// Why it is closed, or how an open one stands; for people.
  public var reason: String
  /// The numbers behind it.
  public var numbers: GateNumbers

  enum CodingKeys: String, CodingKey {
    case name, until, reason, numbers
    case isOpen = "open"
  }

  /// A gate of whatever name.
  public init(name: String, isOpen: Bool, until: Int64?, reason: String, numbers: GateNumbers) {
    self.name = name
    self.isOpen = isOpen
    self.until = until
    self.reason = reason
    self.numbers = numbers
  }

  /// An open gate.
  public static func open(_ name: GateName, _ reason: String = "", _ numbers: GateNumbers = [:]) -> Gate {
    Gate(name: name.rawValue, isOpen: true, until: nil, reason: reason, numbers: numbers)
  }

  /// A closed gate.
  public static func closed(
    _ name: GateName, until: Int64?, _ reason: String, _ numbers: GateNumbers = [:]
  ) -> Gate {
    Gate(name: name.rawValue, isOpen: false, until: until, reason: reason, numbers: numbers)
  }
}

/// What is to be done with a message now.
public enum Outcome: Sendable, Equatable {
  /// It goes through this account.
  case go(account: Int64)
  /// It waits; nil is until something changes.
  case wait(until: Int64?)
  /// Its conditions are not met: the step becomes `skipped`.
  case skip(reason: String)
  /// It must never go: the message becomes `cancelled`.
  case cancel(reason: String)
}

/// One account as the account gate saw it; only made for `explain`.
public struct AccountReport: Sendable, Equatable, Codable {
  /// The account.
  public var id: Int64
  /// Its address.
  public var address: String
  /// Whether it could take the mail now.
  public var isOpen: Bool
  /// When it can by time alone; nil is when something changes (or now).
  public var until: Int64?
  /// Every check of the account, in order.
  public var checks: [Gate]

  enum CodingKeys: String, CodingKey {
    case id, address, until, checks
    case isOpen = "open"
  }
}

/// All gates of a message at an instant.
public struct GateReport: Sendable, Equatable {
  /// All eight, in order.
  public var gates: [Gate]
  /// Every account that may take it, when asked for.
  public var accounts: [AccountReport]
  /// What is to be done.
  public var outcome: Outcome
  /// The gate that decides: the closed one that opens last (one that waits for a change is last of all); nil when it goes.
  public var binding: GateName?
  /// Whether another message of the same lane may go where this one waits: false when it is the accounts that are closed.
  public var isOfMessage: Bool

  /// The gate of a name.
  public subscript(name: GateName) -> Gate? { gates.first { $0.name == name.rawValue } }
}
