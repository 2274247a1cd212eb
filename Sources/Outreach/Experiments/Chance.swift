import Foundation

extension VariantCount {
  /// The rates that these counts cannot rule out: the true one is outside, now or ever, with at most this probability.
  ///
  /// For each rate p the likelihood of the counts mixed over all rates (Jeffreys' prior), divided by the likelihood under
  /// p, is a martingale with mean 1 if p is true, in whatever way it is decided when to draw the next trial. Where it is over
  /// 1/error, p is ruled out (Robbins 1970, "Statistical methods related to the law of the iterated logarithm").
  func interval(error: Double) -> ClosedRange<Double> {
    guard trials > 0 else { return 0...1 }
    let (s, n) = (Double(successes), Double(trials))
    let mixture = logBeta(s + 0.5, n - s + 0.5) - logBeta(0.5, 0.5)
    let bound = -log(error)
    func isRuledOut(_ p: Double) -> Bool {
      let likelihood = (s > 0 ? s * log(p) : 0) + (s < n ? (n - s) * log(1 - p) : 0)
      return mixture - likelihood > bound
    }
    // The likelihood falls from the observed rate to both sides: one border on each, found by halving.
    func border(from inside: Double, to outside: Double) -> Double {
      var (inside, outside) = (inside, outside)
      for _ in 0..<50 {
        let middle = (inside + outside) / 2
        if isRuledOut(middle) { outside = middle } else { inside = middle }
      }
      return outside
    }
    let rate = s / n
    return (successes == 0 ? 0 : border(from: rate, to: 0))...(successes == trials ? 1 : border(from: rate, to: 1))
  }
}

private func logBeta(_ a: Double, _ b: Double) -> Double { lgamma(a) + lgamma(b) - lgamma(a + b) }

/// A draw from the Beta distribution, for shapes of 1 and more: the share of one gamma draw in two.
func betaDraw(_ a: Double, _ b: Double, using random: inout some RandomNumberGenerator) -> Double {
  let x = gammaDraw(a, using: &random)
  let y = gammaDraw(b, using: &random)
  return x + y > 0 ? x / (x + y) : 0.5
}

/// Marsaglia and Tsang, "A simple method for generating gamma variables" (2000), for shapes of 1 and more.
private func gammaDraw(_ shape: Double, using random: inout some RandomNumberGenerator) -> Double {
  let d = shape - 1 / 3
  let c = 1 / (9 * d).squareRoot()
  while true {
    let normal = normalDraw(using: &random)
    let v = pow(1 + c * normal, 3)
    guard v > 0 else { continue }
    let uniform = Double.random(in: 0x1p-60..<1, using: &random)
    if log(uniform) < normal * normal / 2 + d - d * v + d * log(v) { return d * v }
  }
}

/// Box and Muller's method.
private func normalDraw(using random: inout some RandomNumberGenerator) -> Double {
  let radius = (-2 * log(Double.random(in: 0x1p-60..<1, using: &random))).squareRoot()
  return radius * cos(2 * Double.pi * Double.random(in: 0..<1, using: &random))
}
