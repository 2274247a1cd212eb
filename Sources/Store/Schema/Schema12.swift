/// Schema 12: enrollments that wait for somebody who is away.
enum Schema12 {
  static let sql = """
    ALTER TABLE enrollment ADD COLUMN not_before INTEGER;  -- no step goes before it: the day of return an answer named
    """
}
