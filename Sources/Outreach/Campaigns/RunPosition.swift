public import Configuration

/// Where a run's source is to be asked next: what is stored with each page, so that a run goes on where it was cut off.
public enum RunPosition: Sendable, Equatable, Codable {
  /// A file: so many rows have been read.
  case rows(Int)
  /// A segment: the contacts after this id.
  case contacts(after: Int64)
  /// An HTTP source.
  case pages(SourceWalk)

  /// Before the first page.
  public init(_ source: CampaignSource) {
    self =
      switch source.kind {
      case .csv: .rows(0)
      case .segment: .contacts(after: 0)
      case .http: .pages(SourceWalk(source))
      }
  }
}
