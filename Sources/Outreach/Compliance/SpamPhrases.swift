/// A phrase that content filters count against a mail.
public struct SpamPhrase: Sendable, Equatable {
  /// In lower case, its words parted by single spaces.
  public var words: String
  /// The rule of a filter that looks for it.
  public var source: String
}

/// Each row's source is a rule of Apache SpamAssassin's `rules/20_phrases.cf` (trunk), which tells what hurts in the filters that
/// people have; rules about things nobody writes in good faith are left out.
public let spamPhrases: [SpamPhrase] = [
  SpamPhrase(words: "100% guaranteed", source: "SpamAssassin GUARANTEED_100_PERCENT"),
  SpamPhrase(words: "guaranteed!", source: "SpamAssassin BANG_GUAR"),
  SpamPhrase(words: "dear friend", source: "SpamAssassin DEAR_FRIEND"),
  SpamPhrase(words: "dear sir", source: "SpamAssassin DEAR_SOMETHING"),
  SpamPhrase(words: "dear sirs", source: "SpamAssassin DEAR_SOMETHING"),
  SpamPhrase(words: "dear madam", source: "SpamAssassin DEAR_SOMETHING"),
  SpamPhrase(words: "dear candidate", source: "SpamAssassin DEAR_SOMETHING"),
  SpamPhrase(words: "dear investor", source: "SpamAssassin DEAR_SOMETHING"),
  SpamPhrase(words: "million dollar", source: "SpamAssassin BILLION_DOLLARS"),
  SpamPhrase(words: "million dollars", source: "SpamAssassin BILLION_DOLLARS"),
  SpamPhrase(words: "to be removed, please", source: "SpamAssassin EXCUSE_4"),
  SpamPhrase(words: "to be removed please", source: "SpamAssassin EXCUSE_4"),
  SpamPhrase(words: "to be removed from our mailings", source: "SpamAssassin EXCUSE_REMOVE"),
  SpamPhrase(words: "strong buy", source: "SpamAssassin STRONG_BUY"),
  SpamPhrase(words: "stock alert", source: "SpamAssassin STOCK_ALERT"),
  SpamPhrase(words: "urgent business", source: "SpamAssassin URG_BIZ"),
  SpamPhrase(words: "urgent notice", source: "SpamAssassin URG_BIZ"),
  SpamPhrase(words: "urgent proposal", source: "SpamAssassin URG_BIZ"),
  SpamPhrase(words: "urgent request", source: "SpamAssassin URG_BIZ"),
  SpamPhrase(words: "urgent response", source: "SpamAssassin URG_BIZ"),
  SpamPhrase(words: "money back guarantee", source: "SpamAssassin MONEY_BACK"),
  SpamPhrase(words: "free instant quote", source: "SpamAssassin FREE_QUOTE_INSTANT"),
  SpamPhrase(words: "free online quote", source: "SpamAssassin FREE_QUOTE_INSTANT"),
  SpamPhrase(words: "free no obligation quote", source: "SpamAssassin FREE_QUOTE_INSTANT"),
  SpamPhrase(words: "bad credit", source: "SpamAssassin BAD_CREDIT"),
  SpamPhrase(words: "eliminate debt", source: "SpamAssassin BAD_CREDIT"),
  SpamPhrase(words: "time to refinance", source: "SpamAssassin REFINANCE_NOW"),
  SpamPhrase(words: "refinance your home", source: "SpamAssassin REFINANCE_YOUR_HOME"),
  SpamPhrase(words: "no medical exam", source: "SpamAssassin NO_MEDICAL"),
  SpamPhrase(words: "weight loss", source: "SpamAssassin DIET_1"),
  SpamPhrase(words: "burn fat", source: "SpamAssassin DIET_1"),
  SpamPhrase(words: "financially free", source: "SpamAssassin FIN_FREE"),
  SpamPhrase(words: "financially independent", source: "SpamAssassin FIN_FREE"),
  SpamPhrase(words: "one time offer", source: "SpamAssassin ONE_TIME"),
  SpamPhrase(words: "one-time offer", source: "SpamAssassin ONE_TIME"),
  SpamPhrase(words: "one time promotion", source: "SpamAssassin ONE_TIME"),
  SpamPhrase(words: "one time investment", source: "SpamAssassin ONE_TIME"),
  SpamPhrase(words: "join millions", source: "SpamAssassin JOIN_MILLIONS"),
  SpamPhrase(words: "join thousands", source: "SpamAssassin JOIN_MILLIONS"),
  SpamPhrase(words: "marketing partner", source: "SpamAssassin MARKETING_PARTNERS"),
  SpamPhrase(words: "unclaimed money", source: "SpamAssassin UNCLAIMED_MONEY"),
  SpamPhrase(words: "unclaimed funds", source: "SpamAssassin UNCLAIMED_MONEY"),
  SpamPhrase(words: "act now", source: "SpamAssassin ACT_NOW_CAPS"),
  SpamPhrase(words: "investment advice", source: "SpamAssassin INVESTMENT_ADVICE"),
  SpamPhrase(words: "affordable prices", source: "SpamAssassin PRICES_ARE_AFFORDABLE"),
]
