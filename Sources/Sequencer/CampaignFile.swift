internal import Configuration
internal import Host
internal import Outreach
internal import Store

/// The file of a CSV source, read once for a run and then row by row. Used by one task at a time.
final class CampaignFile: @unchecked Sendable {
  private var reader: CSVReader?
  private var columns: ContactColumns?
  private var rows = 0

  /// A list of a million people has some 100 MB.
  private static let mostBytes = 256 << 20

  /// The next rows after the first `done` ones.
  func page(of source: CampaignSource, in folder: String, after done: Int, limit: Int) -> RunPage {
    func failed(_ reason: String) -> RunPage {
      RunPage(errors: 1, trouble: reason, position: .rows(done), isLast: true, failure: reason)
    }
    let name = source.file ?? ""
    if reader == nil || rows != done {
      let bytes: [UInt8]
      do {
        bytes = try WholeFile.read("\(folder)/\(name)", atMost: Self.mostBytes)
      } catch {
        return failed("\(error)")
      }
      if let reason = open(bytes, source) { return failed("\(name): \(reason)") }
      // A run that was cut off goes on behind the rows it had. A row that has moved meanwhile is known by its address.
      while rows < done, nextRow() != nil {}
    }
    var page = RunPage(position: .rows(done))
    for _ in 0..<limit {
      switch nextRow() {
      case nil: page.isLast = true
      case .success(let person)?: if person.isSomebody { page.people.append(person) }
      case .failure(let error)?:
        page.errors += 1
        page.trouble = "\(name), line \(error.line): \(error.what)"
      }
      if page.isLast { break }
    }
    page.position = .rows(rows)
    return page
  }

  /// Reads the header row; what is wrong with it.
  private func open(_ bytes: [UInt8], _ source: CampaignSource) -> String? {
    var reader = CSVReader(utf8Text(ofFile: bytes))
    rows = 0
    do {
      guard let header = try reader.next() else { return "it is empty" }
      columns = try ContactColumns(header: header.fields, mapping: source.columns)
    } catch let error as CSVError {
      return error.what
    } catch {
      return "\(error)"
    }
    self.reader = reader
    return nil
  }

  private func nextRow() -> Result<FoundPerson, CSVError>? {
    guard let columns else { return nil }
    do throws(CSVError) {
      guard let row = try reader?.next() else { return nil }
      rows += 1
      return .success(FoundPerson(facts: columns.draft(row.fields)))
    } catch {
      rows += 1
      return .failure(error)
    }
  }
}
